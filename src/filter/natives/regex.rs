//! Regular expressions, by Oniguruma as in jq.

use std::cell::RefCell;
use std::rc::Rc;

use onig::{MatchParam, Regex, RegexOptions, Region, SearchOptions, Syntax};

use super::arrays::object;
use super::native::{NativeEntry, NativeFn, fail, function, one};
use crate::memory_left::memory_left;
use dq_json::value::{Num, ValR, Value, ValueError};

pub(super) const TABLE: &[NativeEntry] = &[(
    "_match",
    "vvv",
    function!(|value, pattern, flags, wanted| search(&value, &pattern, &flags, &wanted)),
)];

/// `_match(re; flags; wanted)`: every match as jq's `match` gives it, or for true only whether there is one, or for null
/// the texts between the matches.
fn search(input: &Value, pattern: &Value, flags: &Value, wanted: &Value) -> ValR {
    let Value::Str(text) = input else {
        return not_a_string(input);
    };
    let Value::Str(pattern) = pattern else {
        return fail(format_args!("{} is not a string", pattern.describe()));
    };
    let flags = parse_flags(flags)?;
    let pattern = compiled(pattern, flags.options)?;
    match wanted {
        Value::Bool(true) => pattern.search(text, 0, None).map(Value::Bool),
        Value::Null => texts_between(&pattern, text, flags.global),
        _ => all_matches(&pattern, text, flags.global),
    }
}

/// The groups with a name in the first match of a pattern: the name of each, and its text if it took part. `None`
/// where there is no match.
pub(super) fn named_groups(text: &str, pattern: &str) -> Option<Vec<(String, Option<String>)>> {
    let pattern = compiled(pattern, NO_FLAGS.options).ok()?;
    let mut region = Region::new();
    if !pattern.search(text, 0, Some(&mut region)).ok()? {
        return None;
    }
    let groups = pattern.names.iter().enumerate().filter_map(|(i, name)| {
        let found = region
            .pos(i + 1)
            .map(|(start, end)| text[start..end].to_owned());
        Some((name.as_str()?.to_owned(), found))
    });
    Some(groups.collect())
}

/// `test` with a pattern that is known when the filter is compiled.
pub(crate) struct RegexTest(Rc<Pattern>);

impl RegexTest {
    /// The test for a pattern and flags, null without any; `None` if they are not valid, which is an error when the
    /// filter runs.
    pub(crate) fn new(pattern: &str, flags: &Value) -> Option<Self> {
        let flags = parse_flags(flags).ok()?;
        compiled(pattern, flags.options).ok().map(Self)
    }

    /// Whether the pattern matches somewhere in a text.
    ///
    /// # Errors
    /// Oniguruma gives up.
    pub(crate) fn run(&self, text: &str) -> Result<bool, ValueError> {
        self.0.search(text, 0, None)
    }

    /// As [`RegexTest::run`].
    ///
    /// # Errors
    /// Also that the value is not a string.
    pub(crate) fn run_on_value(&self, input: &Value) -> Result<bool, ValueError> {
        match input {
            Value::Str(text) => self.run(text),
            _ => not_a_string(input),
        }
    }
}

fn not_a_string<T>(input: &Value) -> Result<T, ValueError> {
    fail(format_args!(
        "{} cannot be matched, as it is not a string",
        input.describe()
    ))
}

/// The flags of `match`: whether all matches are wanted, and Oniguruma's options.
struct Flags {
    global: bool,
    options: RegexOptions,
}

const NO_FLAGS: Flags = Flags {
    global: false,
    // Groups without a name count beside named ones.
    options: RegexOptions::REGEX_OPTION_CAPTURE_GROUP,
};

fn parse_flags(value: &Value) -> Result<Flags, ValueError> {
    let mut flags = NO_FLAGS;
    let text = match value {
        Value::Null => return Ok(flags),
        Value::Str(text) => text,
        other => return fail(format_args!("{} is not a string", other.describe())),
    };
    for flag in text.chars() {
        flags.options |= match flag {
            'g' => {
                flags.global = true;
                continue;
            }
            'i' => RegexOptions::REGEX_OPTION_IGNORECASE,
            'x' => RegexOptions::REGEX_OPTION_EXTEND,
            'm' => RegexOptions::REGEX_OPTION_MULTILINE,
            's' => RegexOptions::REGEX_OPTION_SINGLELINE,
            'p' => RegexOptions::REGEX_OPTION_MULTILINE | RegexOptions::REGEX_OPTION_SINGLELINE,
            'l' => RegexOptions::REGEX_OPTION_FIND_LONGEST,
            'n' => RegexOptions::REGEX_OPTION_FIND_NOT_EMPTY,
            _ => return fail(format_args!("{text} is not a valid modifier string")),
        };
    }
    Ok(flags)
}

/// A compiled pattern.
struct Pattern {
    regex: Regex,
    /// The name of each group, `null` for a group without one.
    names: Vec<Value>,
}

impl Pattern {
    fn compile(pattern: &str, options: RegexOptions) -> Result<Self, ValueError> {
        let regex = Regex::with_options(pattern, options, Syntax::perl_ng()).map_err(failure)?;
        let mut names = vec![Value::Null; regex.captures_len()];
        regex.foreach_name(|name, groups| {
            for group in groups {
                if let Some(own) = names.get_mut(*group as usize - 1) {
                    *own = Value::str(name);
                }
            }
            true
        });
        Ok(Self { regex, names })
    }

    /// Whether there is a match from this offset on; its groups go to `region`. Oniguruma's own limit of retries makes
    /// a search with catastrophic backtracking fail.
    fn search(
        &self,
        text: &str,
        from: usize,
        mut region: Option<&mut Region>,
    ) -> Result<bool, ValueError> {
        let mut found = self.search_within(SMALL_STACK, text, from, region.as_deref_mut());
        // To ask what is left takes as long as matching some kilobytes, and `gsub` searches once for each match.
        if found.as_ref().is_err_and(|it| it.code() == STACK_IS_FULL) {
            let left = memory_left();
            if left > SMALL_STACK {
                found = self.search_within(left, text, from, region);
            }
        }
        found.map_err(failure)
    }

    /// The search with a stack of so many bytes. It is memory of C code, which no allocator of Rust counts.
    fn search_within(
        &self,
        stack: usize,
        text: &str,
        from: usize,
        region: Option<&mut Region>,
    ) -> Result<bool, onig::Error> {
        let (end, none) = (text.len(), SearchOptions::SEARCH_OPTION_NONE);
        let entries = u32::try_from(stack / STACK_ENTRY_BYTES).unwrap_or(u32::MAX);
        let mut limits = MatchParam::default();
        limits.set_match_stack_limit(entries);
        let found = self
            .regex
            .search_with_param(text, from, end, none, region, limits);
        found.map(|start| start.is_some())
    }
}

/// The memory that the stack of any match may take, in bytes.
const SMALL_STACK: usize = 16 << 20;

/// The bytes that an entry takes while Oniguruma doubles the stack, which it copies then.
const STACK_ENTRY_BYTES: usize = 3 * 32;

/// `ONIGERR_MATCH_STACK_LIMIT_OVER` of oniguruma.h.
const STACK_IS_FULL: i32 = -15;

fn failure(error: onig::Error) -> ValueError {
    ValueError::str(format_args!("Regex failure: {}", error.description()))
}

/// The number of compiled patterns in the cache: most filters use a few patterns for all inputs.
const CACHE_SIZE: usize = 16;

thread_local! {
    static CACHE: RefCell<Vec<(String, RegexOptions, Rc<Pattern>)>> = const { RefCell::new(Vec::new()) };
}

fn compiled(text: &str, options: RegexOptions) -> Result<Rc<Pattern>, ValueError> {
    CACHE.with_borrow_mut(|cache| {
        let known = cache
            .iter()
            .find(|(known, with, _)| *with == options && *known == text);
        if let Some((_, _, pattern)) = known {
            return Ok(pattern.clone());
        }
        let pattern = Rc::new(Pattern::compile(text, options)?);
        if cache.len() == CACHE_SIZE {
            cache.remove(0);
        }
        cache.push((text.to_owned(), options, pattern.clone()));
        Ok(pattern)
    })
}

fn all_matches(pattern: &Pattern, text: &str, global: bool) -> ValR {
    let mut matches = Vec::new();
    let mut counter = CharCounter {
        text,
        bytes: 0,
        characters: 0,
    };
    each_match(pattern, text, global, |region, _| {
        matches.push(describe(pattern, region, &mut counter));
    })?;
    Ok(Value::from(matches))
}

fn texts_between(pattern: &Pattern, text: &str, global: bool) -> ValR {
    let mut texts = Vec::new();
    let mut last_end = 0;
    each_match(pattern, text, global, |_, (start, end)| {
        texts.push(Value::str(text.get(last_end..start).unwrap_or_default()));
        last_end = end;
    })?;
    texts.push(Value::str(&text[last_end..]));
    Ok(Value::from(texts))
}

/// Calls `found` with the groups and the range of the first match, or of all.
fn each_match(
    pattern: &Pattern,
    text: &str,
    global: bool,
    mut found: impl FnMut(&Region, (usize, usize)),
) -> Result<(), ValueError> {
    let mut region = Region::new();
    let mut from = 0;
    while from <= text.len() && pattern.search(text, from, Some(&mut region))? {
        let Some((start, end)) = region.pos(0) else {
            break;
        };
        found(&region, (start, end));
        // jq moves on by one byte behind an empty match, and so finds empty matches inside characters.
        from = if start == end {
            next_character(text, end)
        } else {
            end
        };
        if !global {
            break;
        }
    }
    Ok(())
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

fn describe(pattern: &Pattern, region: &Region, counter: &mut CharCounter) -> Value {
    let text = counter.text;
    let (start, end) = region.pos(0).unwrap_or_default();
    let offset = counter.characters_at(start);
    let groups = pattern.names.iter().enumerate().map(|(i, name)| {
        let name = ("name", name.clone());
        match region.pos(i + 1) {
            None => empty_piece(Value::Num(Num::from(-1i64)), Value::Null, name),
            // In an empty match, jq reports every group that took part as empty.
            Some(_) if start == end => empty_piece(offset.into(), Value::str(""), name),
            Some((start, end)) => piece(counter.characters_at(start), &text[start..end], name),
        }
    });
    let groups: Value = groups.collect();
    let matched = &text[start..end];
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static ASKED: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn only_a_match_that_needs_much_memory_asks_how_much_is_left() {
        crate::set_memory_left(|| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            usize::MAX
        });
        let text = "a".repeat(1 << 20);
        let pattern = Pattern::compile("a", NO_FLAGS.options).unwrap();
        for from in 0..1000 {
            assert!(pattern.search(&text, from, None).unwrap());
        }
        assert_eq!(ASKED.load(Ordering::Relaxed), 0);
        let pattern = Pattern::compile("^(a|b)*$", NO_FLAGS.options).unwrap();
        assert!(pattern.search(&text, 0, None).unwrap());
        assert_eq!(ASKED.load(Ordering::Relaxed), 1);
    }
}
