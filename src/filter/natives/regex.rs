//! Regular expressions, by fancy-regex where jq uses Oniguruma.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use fancy_regex::{Captures, CompileError, ParseError, Regex, RegexBuilder};

use super::arrays::object;
use super::native::{NativeCall, NativeEntry, Outputs, fail, one};
use dq_json::value::{Num, ValR, Value, ValueError};

pub(super) const TABLE: &[NativeEntry] = &[("_match", "vvv", find)];

/// The number of backtracking steps after which a match fails; Oniguruma has such a limit too.
const BACKTRACK_LIMIT: usize = 10_000_000;

#[derive(Clone, Copy, Default, PartialEq)]
struct Flags {
    global: bool,
    ignore_case: bool,
    extended: bool,
    dot_all: bool,
    not_empty: bool,
}

/// `_match(re; flags; test)`: every match as jq's `match` gives it, or only whether there is one.
fn find(mut cv: NativeCall) -> Outputs {
    let (test, flags, pattern) = (cv.0.pop_var(), cv.0.pop_var(), cv.0.pop_var());
    one(search(
        &cv.1,
        &pattern,
        &flags,
        matches!(test, Value::Bool(true)),
    ))
}

fn search(input: &Value, pattern: &Value, flags: &Value, test: bool) -> ValR {
    let Value::Str(text) = input else {
        return fail(format_args!(
            "{} cannot be matched, as it is not a string",
            input.describe()
        ));
    };
    let Value::Str(pattern) = pattern else {
        return fail(format_args!("{} is not a string", pattern.describe()));
    };
    let flags = parse_flags(flags)?;
    let regex = compiled(pattern, flags, text.ends_with('\n'))?;
    match (regex, test) {
        (Some(regex), true) => regex.is_match(&**text).map(Value::Bool).map_err(failure),
        (Some(regex), false) => all_matches(&regex, text, flags.global),
        (None, true) => Ok(Value::Bool(false)),
        (None, false) => Ok(Value::from(Vec::new())),
    }
}

fn parse_flags(value: &Value) -> Result<Flags, ValueError> {
    let mut flags = Flags::default();
    let text = match value {
        Value::Null => return Ok(flags),
        Value::Str(text) => text,
        other => return fail(format_args!("{} is not a string", other.describe())),
    };
    for flag in text.chars() {
        match flag {
            'g' => flags.global = true,
            'i' => flags.ignore_case = true,
            'x' => flags.extended = true,
            'm' | 'p' => flags.dot_all = true,
            'n' => flags.not_empty = true,
            // `s` is the default in jq's syntax. `l` (longest match) is accepted and ignored: fancy-regex has only the
            // first match at a position.
            's' | 'l' => {}
            _ => return fail(format_args!("{text} is not a valid modifier string")),
        }
    }
    Ok(flags)
}

/// The number of compiled patterns in the cache: most filters use a few patterns for all inputs.
const CACHE_SIZE: usize = 16;

/// A pattern, its flags, and the regex; `None` if it can never match.
type CachedRegex = (String, Flags, Option<Rc<Regex>>);

thread_local! {
    static CACHE: RefCell<Vec<CachedRegex>> = const { RefCell::new(Vec::new()) };
}

/// The regex of a pattern, `None` if it can never match. With `ends_in_newline`, `$` also matches before that newline,
/// as in Oniguruma.
fn compiled(
    pattern: &str,
    flags: Flags,
    ends_in_newline: bool,
) -> Result<Option<Rc<Regex>>, ValueError> {
    let pattern = if ends_in_newline && pattern.contains('$') {
        Cow::Owned(with_newline_at_end(pattern))
    } else {
        Cow::Borrowed(pattern)
    };
    let flags = Flags {
        global: false,
        ..flags
    };
    CACHE.with_borrow_mut(|cache| {
        let known = cache
            .iter()
            .find(|(text, known, _)| *known == flags && *text == pattern);
        if let Some((_, _, regex)) = known {
            return Ok(regex.clone());
        }
        let regex = compile(&pattern, flags)?.map(Rc::new);
        if cache.len() == CACHE_SIZE {
            cache.remove(0);
        }
        cache.push((pattern.into_owned(), flags, regex.clone()));
        Ok(regex)
    })
}

fn compile(pattern: &str, flags: Flags) -> Result<Option<Regex>, ValueError> {
    let built = RegexBuilder::new(pattern)
        .oniguruma_mode(true)
        .case_insensitive(flags.ignore_case)
        .ignore_whitespace(flags.extended)
        .dot_matches_new_line(flags.dot_all)
        .find_not_empty(flags.not_empty)
        .backtrack_limit(BACKTRACK_LIMIT)
        .build();
    match built {
        Ok(regex) => Ok(Some(regex)),
        Err(fancy_regex::Error::CompileError(error))
            if matches!(*error, CompileError::PatternCanNeverMatch) =>
        {
            Ok(None)
        }
        Err(error) => Err(failure(error)),
    }
}

/// An error of fancy-regex with Oniguruma's message where Oniguruma has the same error.
fn failure(error: fancy_regex::Error) -> ValueError {
    let words = match &error {
        fancy_regex::Error::ParseError(_, error) => match error {
            ParseError::UnclosedOpenParen => "end pattern with unmatched parenthesis",
            ParseError::InvalidClass => "premature end of char-class",
            ParseError::TargetNotRepeatable => "target of repeat operator is not specified",
            ParseError::TrailingBackslash => "end pattern at escape",
            _ => "",
        },
        fancy_regex::Error::RuntimeError(_) => "retry-limit-in-match over",
        _ => "",
    };
    match words {
        "" => ValueError::str(format_args!("Regex failure: {error}")),
        words => ValueError::str(format_args!("Regex failure: {words}")),
    }
}

/// The pattern with every `$` rewritten to match before a last newline too, as in Perl.
fn with_newline_at_end(pattern: &str) -> String {
    let mut rewritten = String::with_capacity(pattern.len() + 16);
    let (mut escaped, mut class) = (false, false);
    for c in pattern.chars() {
        match c {
            '$' if !escaped && !class => rewritten.push_str(r"(?:$|(?=\n\z))"),
            c => rewritten.push(c),
        }
        class = !escaped && c == '[' || class && (escaped || c != ']');
        escaped = !escaped && c == '\\';
    }
    rewritten
}

fn all_matches(regex: &Regex, text: &str, global: bool) -> ValR {
    let mut matches = Vec::new();
    let mut counter = CharCounter {
        text,
        bytes: 0,
        characters: 0,
    };
    let mut from = 0;
    while from <= text.len() {
        let captures = regex.captures_from_pos(text, from).map_err(failure)?;
        let Some(captures) = captures else { break };
        let Some(whole) = captures.get(0) else { break };
        matches.push(describe(regex, &captures, &mut counter));
        from = if whole.range().is_empty() {
            next_character(text, whole.end())
        } else {
            whole.end()
        };
        if !global {
            break;
        }
    }
    Ok(Value::from(matches))
}

fn next_character(text: &str, from: usize) -> usize {
    from + text[from..].chars().next().map_or(1, char::len_utf8)
}

/// Converts byte offsets to offsets in code points; ascending offsets take one pass over the text.
struct CharCounter<'t> {
    text: &'t str,
    bytes: usize,
    characters: usize,
}

impl CharCounter<'_> {
    fn characters_at(&mut self, bytes: usize) -> usize {
        if bytes < self.bytes {
            return self.text[..bytes].chars().count();
        }
        self.characters += self.text[self.bytes..bytes].chars().count();
        self.bytes = bytes;
        self.characters
    }
}

fn describe(regex: &Regex, captures: &Captures<str>, counter: &mut CharCounter) -> Value {
    let (start, matched) = captures
        .get(0)
        .map_or((0, ""), |whole| (whole.start(), whole.as_str()));
    let offset = counter.characters_at(start);
    let names = regex.capture_names().skip(1);
    let groups = names.enumerate().map(|(i, name)| {
        let name = ("name", name.map_or(Value::Null, Value::str));
        match captures.get(i + 1) {
            None => empty_piece(Value::Num(Num::from(-1i64)), Value::Null, name),
            // In an empty match, jq reports every group that took part as empty.
            Some(_) if matched.is_empty() => empty_piece(offset.into(), Value::str(""), name),
            Some(group) => piece(counter.characters_at(group.start()), group.as_str(), name),
        }
    });
    let groups: Value = groups.collect();
    let length = Value::from(matched.chars().count());
    object([
        ("offset", Value::from(offset)),
        ("length", length),
        ("string", Value::str(matched)),
        ("captures", groups),
    ])
}

/// A group; its keys are in jq's order, which differs for an empty group.
fn piece(offset: usize, text: &str, name: (&'static str, Value)) -> Value {
    if text.is_empty() {
        return empty_piece(offset.into(), Value::str(""), name);
    }
    let length = Value::from(text.chars().count());
    let own = [
        ("offset", offset.into()),
        ("length", length),
        ("string", Value::str(text)),
        name,
    ];
    object(own)
}

fn empty_piece(offset: Value, text: Value, name: (&'static str, Value)) -> Value {
    let length = Value::from(0usize);
    object([
        ("offset", offset),
        ("string", text),
        ("length", length),
        name,
    ])
}
