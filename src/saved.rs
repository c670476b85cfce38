//! Manages saved filters: `--save`, `--show`, `--edit` and `--remove`. No request is sent.

mod edit;
mod file;
mod help;
mod save;
mod store;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use crate::cli::{Cli, Manage, Word};
use crate::environment::Variables;
use crate::error::Error;
use crate::stdout::Stdout;
use store::FilterStore;

/// Does what the command line says about one saved filter, and returns the exit code.
///
/// # Errors
/// Usage errors, files that cannot be read or written, a filter that does not compile.
pub fn manage(manage: Manage, cli: Cli, env: Variables) -> Result<u8, Error> {
    if !matches!(manage, Manage::Save(_))
        && let Some(word) = cli.words.first()
    {
        return Err(Error::usage(format!(
            "unexpected word {}: no request is sent here",
            word.text.to_string_lossy()
        )));
    }
    let store = FilterStore::new(&cli.filter.library, env);
    match manage {
        Manage::Save(options) => {
            let path = save::save(&options, cli, &store)?;
            print(&format!("{}\n", path.display()))?;
        }
        Manage::Show { name, standalone } => {
            print(&store.text_of(&store.find(&name)?, standalone)?)?;
        }
        Manage::Edit { name } => {
            if let Some(path) = edit::edit(&store.find(&name)?, &store, env)? {
                print(&format!("{}\n", path.display()))?;
            }
        }
        Manage::Remove { name } => store.remove(&store.find(&name)?)?,
    }
    Ok(0)
}

/// Prints the help of the saved filter that the words name, and returns the exit code.
///
/// # Errors
/// A name that no saved filter has, a file with a broken header.
pub fn show_help(words: &[Word], library: &[PathBuf], env: Variables) -> Result<u8, Error> {
    let words: Vec<_> = words.iter().filter_map(|word| word.text.to_str()).collect();
    print(&help::help(&words, library, env)?)?;
    Ok(0)
}

/// Prints text that anybody may have written. On a terminal, control characters are escaped.
fn print(text: &str) -> Result<(), Error> {
    let text = if std::io::stdout().is_terminal() {
        dq_text::sanitize(text)
    } else {
        text.into()
    };
    let written = Stdout.write_all(text.as_bytes());
    Ok(written.map_err(dq_format::Error::Io)?)
}
