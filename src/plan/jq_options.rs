//! The options and words of the command line that jq understands as well, for `--curl`.

use crate::cli::{FilterOptions, FormatOptions, VariableKind, Word};
use crate::terminal::ColorWhen;
use dq_format::Format;
use dq_text::shell_word;

/// The jq command behind the pipe, from options and words as they were typed. Every word is quoted for a shell.
#[derive(Clone)]
pub struct JqOptions {
    /// The options about the input.
    pub(super) input: Vec<String>,
    /// The options about the output.
    pub(super) output: Vec<String>,
    /// `--arg` and the like.
    pub(super) variables: Vec<String>,
    pub(super) format: Format,
    /// The file of `-f`.
    pub(super) file: Option<String>,
    pub(super) positional: Vec<String>,
}

impl JqOptions {
    /// Gathers what was typed.
    pub(super) fn new(
        filter: &FilterOptions,
        typed_format: &FormatOptions,
        words: &[Word],
        format: Format,
    ) -> Self {
        let file = filter.from_file.as_ref();
        let positional = words.iter().filter(|word| !word.is_file());
        Self {
            input: input(filter),
            output: output(typed_format, format, filter.seq),
            variables: variables(filter),
            format,
            file: file.map(|file| file.display().to_string()),
            positional: positional.flat_map(argument).collect(),
        }
    }
}

fn input(filter: &FilterOptions) -> Vec<String> {
    flags(&[
        (filter.null_input, "-n"),
        (filter.raw_input, "-R"),
        (filter.slurp, "-s"),
        (filter.exit_status, "-e"),
        (filter.stream, "--stream"),
        (filter.stream_errors, "--stream-errors"),
        (filter.seq, "--seq"),
    ])
}

fn variables(filter: &FilterOptions) -> Vec<String> {
    let mut words = Vec::new();
    let mut add = |option: &str, values: &[&str]| {
        words.push(option.to_owned());
        words.extend(values.iter().map(|value| shell_word(value)));
    };
    for folder in &filter.library {
        add("-L", &[&folder.display().to_string()]);
    }
    for variable in &filter.variables {
        let option = match variable.kind {
            VariableKind::Text => "--arg",
            VariableKind::Json => "--argjson",
            VariableKind::SlurpFile => "--slurpfile",
            VariableKind::RawFile => "--rawfile",
        };
        add(option, &[&variable.name, &variable.value.to_string_lossy()]);
    }
    words
}

fn output(options: &FormatOptions, format: Format, seq: bool) -> Vec<String> {
    let lines = format == Format::Lines;
    let mut words = flags(&[
        (lines && seq, "--seq"),
        (options.raw || lines || format == Format::Raw, "-r"),
        (options.join, "-j"),
        (options.nul, "--raw-output0"),
        (options.ascii, "-a"),
        (options.compact || lines || format == Format::Jsonl, "-c"),
        (options.sort_keys, "-S"),
        (options.tab, "--tab"),
        (options.unbuffered, "--unbuffered"),
        (options.color == Some(ColorWhen::Always), "-C"),
        (options.color == Some(ColorWhen::Never), "-M"),
    ]);
    if let Some(spaces) = options.indent {
        words.extend(["--indent".to_owned(), spaces.to_string()]);
    }
    words
}

fn flags(flags: &[(bool, &str)]) -> Vec<String> {
    let typed = flags.iter().filter(|(is_typed, _)| *is_typed);
    typed.map(|(_, flag)| (*flag).to_owned()).collect()
}

fn argument(word: &Word) -> [String; 2] {
    let option = if word.is_json() {
        "--jsonargs"
    } else {
        "--args"
    };
    [option.to_owned(), shell_word(&word.text.to_string_lossy())]
}
