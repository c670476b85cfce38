//! Regular expressions: fancy-regex in the place of jq's Oniguruma.

use fancy_regex::{Captures, Regex, RegexBuilder};

use super::arrays::object;
use super::{Call, Count, Entry, Outputs, fail, one};
use crate::filter::value::{Error, Num, ValR, Value};

pub const TABLE: &[Entry] = &[("_match", "vvv", Count::One, find)];

/// Steps a match may take back before it is given up as endless.
const BACKTRACK_LIMIT: usize = 10_000_000;

#[derive(Default)]
struct Flags {
    global: bool,
    ignore_case: bool,
    extended: bool,
    single_line: bool,
    skip_empty: bool,
    test: bool,
}

/// `_match(re; flags; test)`: every match as jq's `match` gives it, or only whether there is one.
fn find(mut cv: Call) -> Outputs {
    let (test, flags, pattern) = (cv.0.pop_var(), cv.0.pop_var(), cv.0.pop_var());
    one(search(
        &cv.1,
        &pattern,
        &flags,
        matches!(test, Value::Bool(true)),
    ))
}

fn search(input: &Value, pattern: &Value, flags: &Value, test: bool) -> ValR {
    let not_string = |value: &Value| {
        format!(
            "{} cannot be matched, as it is not a string",
            value.described()
        )
    };
    let text = super::strings::text(input, || not_string(input))?;
    let pattern = super::strings::text(pattern, || not_string(pattern))?;
    let flags = Flags {
        test,
        ..parse_flags(flags)?
    };
    let regex = compile(&pattern, &flags)?;
    if flags.test {
        let found = regex.is_match(&*text).map_err(|error| {
            Error::str(format_args!(
                "{pattern} (at offset 0) is not matched: {error}"
            ))
        })?;
        return Ok(Value::Bool(found));
    }
    all_matches(&regex, &text, &flags)
}

fn parse_flags(value: &Value) -> Result<Flags, Error> {
    let mut flags = Flags::default();
    let text = match value {
        Value::Null => return Ok(flags),
        Value::Str(text) => text,
        other => return fail(format_args!("{} is not a string", other.described())),
    };
    for flag in text.chars() {
        match flag {
            'g' => flags.global = true,
            'i' => flags.ignore_case = true,
            'x' => flags.extended = true,
            's' => flags.single_line = true,
            'p' => flags.single_line = true,
            'n' => flags.skip_empty = true,
            'l' => {}
            _ => return fail(format_args!("{text} is not a valid modifier string")),
        }
    }
    Ok(flags)
}

fn compile(pattern: &str, flags: &Flags) -> Result<Regex, Error> {
    let mut builder = RegexBuilder::new(pattern);
    builder
        .case_insensitive(flags.ignore_case)
        .ignore_whitespace(flags.extended);
    // Oniguruma's Ruby syntax: `^` and `$` match at line breaks, `.` at all but them unless asked.
    builder
        .multi_line(true)
        .dot_matches_new_line(flags.single_line)
        .backtrack_limit(BACKTRACK_LIMIT);
    builder.build().map_err(|error| {
        Error::str(format_args!(
            "{pattern} (at offset 0) is not a valid regex: {error}"
        ))
    })
}

fn all_matches(regex: &Regex, text: &str, flags: &Flags) -> ValR {
    let mut matches = Vec::new();
    let mut counter = Counter {
        text,
        bytes: 0,
        characters: 0,
    };
    let mut from = 0;
    while from <= text.len() {
        let captures = regex.captures_from_pos(text, from);
        let captures =
            captures.map_err(|error| Error::str(format_args!("the regex gave up: {error}")))?;
        let Some(captures) = captures else { break };
        let Some(whole) = captures.get(0) else { break };
        let is_empty = whole.range().is_empty();
        if !(is_empty && flags.skip_empty) {
            matches.push(describe(regex, &captures, &mut counter));
        }
        from = if is_empty {
            next_character(text, whole.end())
        } else {
            whole.end()
        };
        if !flags.global {
            break;
        }
    }
    Ok(Value::from(matches))
}

fn next_character(text: &str, from: usize) -> usize {
    from + text[from..].chars().next().map_or(1, char::len_utf8)
}

/// Byte offsets → offsets in code points, cheap as long as they grow.
struct Counter<'t> {
    text: &'t str,
    bytes: usize,
    characters: usize,
}

impl Counter<'_> {
    fn characters_at(&mut self, bytes: usize) -> usize {
        if bytes < self.bytes {
            return self.text[..bytes].chars().count();
        }
        self.characters += self.text[self.bytes..bytes].chars().count();
        self.bytes = bytes;
        self.characters
    }
}

fn describe(regex: &Regex, captures: &Captures<str>, counter: &mut Counter) -> Value {
    let whole = captures.get(0);
    let offset = whole.map_or(0, |whole| counter.characters_at(whole.start()));
    let names = regex.capture_names().skip(1);
    let groups = names.enumerate().map(|(i, name)| {
        let name = name.map_or(Value::Null, Value::str);
        match captures.get(i + 1) {
            Some(group) => {
                let offset = counter.characters_at(group.start());
                piece(offset, group.as_str(), [("name", name)])
            }
            None => object([
                ("offset", Value::Num(Num::from(-1i64))),
                ("length", Value::from(0usize)),
                ("string", Value::Null),
                ("name", name),
            ]),
        }
    });
    let groups: Value = groups.collect();
    piece(
        offset,
        whole.map_or("", |whole| whole.as_str()),
        [("captures", groups)],
    )
}

fn piece(offset: usize, text: &str, rest: [(&'static str, Value); 1]) -> Value {
    let length = text.chars().count();
    let own = [
        ("offset", Value::from(offset)),
        ("length", Value::from(length)),
        ("string", Value::str(text)),
    ];
    object(own.into_iter().chain(rest))
}
