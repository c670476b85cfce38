//! What the user typed, and nothing else: options by clap, words by jq's rule.

mod action;
mod defaults_file;
pub mod docker;
mod explain;
pub mod hints;
pub mod options;
mod parsed_options;
mod read;
mod typed;
mod version;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;

use options::help;
use parsed_options::ParsedOptions;

pub use action::{Action, Refusal};
pub use defaults_file::{BadLine, Defaults};
pub use typed::{
    Cli, Exec, FetchOptions, FilterOptions, FormatOptions, Manage, RequestOptions, Save,
    TypedVariable, VariableKind, Watch,
};
pub use words::Word;

/// Parses the command line, the program's name first.
pub fn parse(args: impl Iterator<Item = OsString>) -> Action {
    let mut args = args.skip(1).peekable();
    if args.next_if(|arg| arg == "--complete").is_some() {
        return Action::Complete(args.collect());
    }
    let split = words::split(args);
    let words = split.words;
    let options = match ParsedOptions::parse(&split.options, split.typed) {
        Ok(options) => options,
        Err(error) => {
            let refusal = explain::explain(&error);
            let is_exec = split.options.iter().any(|option| option == "--exec");
            return Action::Refuse(if is_exec && split.command.is_empty() {
                hints::for_command(refusal)
            } else {
                hints::for_saved_filter(refusal, &words)
            });
        }
    };
    if options.get_flag("help") || options.get_flag("long-help") {
        return help_action(&options, words);
    }
    if options.get_flag("long-version") {
        return Action::Print(version::long());
    }
    if options.get_flag("version") {
        return Action::Print(version::short());
    }
    if let Some(kind) = options.get_one::<OsString>("generate") {
        return Action::Generate(kind.to_string_lossy().into_owned());
    }
    match read::cli(&options, split.options, words, split.command) {
        Ok(cli) => Action::Run(Box::new(cli)),
        Err(message) => Action::Refuse(Refusal::new(message)),
    }
}

/// The help that is asked for: that of a saved filter behind its name, else dq's.
fn help_action(options: &ParsedOptions, words: Vec<Word>) -> Action {
    let is_name = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let first = words.first().and_then(|word| word.text.to_str());
    if !first.is_some_and(is_name) {
        return Action::Print(help::help(options.get_flag("long-help")));
    }
    let library = options.get_many::<OsString>("library-path");
    Action::Help {
        library: library.into_iter().flatten().map(PathBuf::from).collect(),
        words,
    }
}
