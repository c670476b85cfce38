//! The manual page: a template that is completed with the options, saved filters and tables of the program.

use crate::built_in;
use crate::cli::options::STAGES;
use crate::cli::options::help::{ENVIRONMENT, EXAMPLES, EXIT_CODES};
use dq_filter::saved::{SavedFilter, placeholders};

/// dq(1). The text depends on nothing but the program.
pub fn page() -> String {
    let mut text = String::new();
    for line in include_str!("dq.1").lines() {
        match line {
            "@OPTIONS@" => text.push_str(&options()),
            "@SAVED@" => text.push_str(&saved()),
            "@EXIT@" => EXIT_CODES
                .iter()
                .for_each(|(code, about)| text.push_str(&entry(code, about))),
            "@ENVIRONMENT@" => ENVIRONMENT
                .iter()
                .for_each(|(names, about)| text.push_str(&entry(&names.join(", "), about))),
            "@EXAMPLES@" => text.push_str(&examples()),
            line => {
                text.push_str(&line.replace("@VERSION@", env!("CARGO_PKG_VERSION")));
                text.push('\n');
            }
        }
    }
    text
}

fn options() -> String {
    let mut text = String::new();
    for (title, options) in STAGES {
        text.push_str(&format!(".SS {}\n", escaped(title)));
        for option in options {
            text.push_str(&entry(option.spelling().trim_start(), option.help));
        }
    }
    text
}

/// The saved filters that come with dq.
fn saved() -> String {
    let saved_filters = built_in::saved_filters();
    let names = saved_filters.names().into_iter();
    names
        .filter_map(|name| saved_filters.find(&name).ok()?)
        .map(|it| saved_filter(&it))
        .collect()
}

fn saved_filter(saved: &SavedFilter) -> String {
    let metadata = saved.metadata().unwrap_or_default();
    let endpoint = metadata.endpoint.unwrap_or_default();
    let words = placeholders(&endpoint).into_iter();
    let is_repeated = |name: &str| metadata.repeated.as_deref() == Some(name);
    let words = words.map(|it| (it.to_uppercase(), if is_repeated(it) { "…" } else { "" }));
    let words: String = words.map(|(it, more)| format!(" {it}{more}")).collect();
    entry(
        &format!("{}{words}", saved.name),
        &metadata.about.unwrap_or_default(),
    )
}

/// A tagged paragraph: a term in bold and its description.
fn entry(term: &str, about: &str) -> String {
    format!(".TP\n\\fB{}\\fR\n{}\n", escaped(term), line(about))
}

/// The examples, each in a paragraph of its own.
fn examples() -> String {
    let all = EXAMPLES
        .iter()
        .map(|(command, about)| example(command, about));
    all.collect::<Vec<_>>().join(".PP\n")
}

fn example(command: &str, about: &str) -> String {
    let about = match about {
        "" => String::new(),
        about => format!("{}:\n", line(about)),
    };
    format!("{about}.RS 4\n.nf\n{}\n.fi\n.RE\n", line(command))
}

/// A line of text, escaped where roff would take its first character for a request.
fn line(text: &str) -> String {
    let text = escaped(text);
    if text.starts_with(['.', '\'']) {
        format!("\\&{text}")
    } else {
        text
    }
}

/// Escapes backslashes, and the characters that roff would replace by typographic ones.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '`' => escaped.push_str("\\(ga"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            '…' => escaped.push_str("..."),
            letter => escaped.push(letter),
        }
    }
    escaped
}
