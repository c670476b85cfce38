//! The suggestions for the end of an unfinished filter, written as jq spells them.

use std::rc::Rc;

use super::evaluate::Evaluate;
use super::evaluation::Evaluation;
use super::found::{Found, Place};
use super::functions;
use super::lookup::Lookup;
use super::scope::Scope;
use super::shape::{Shape, Shapes};
use super::words::MARKER;
use crate::builtins::{self, Builtin, Implementation};
use crate::saved::is_identifier;
use crate::syntax::{parse_beginning, parse_module};

/// Longer keys are not suggested: no shell shows them.
const MAX_KEY: usize = 200;

/// An unfinished filter.
#[derive(Debug)]
pub struct Unfinished<'t> {
    text: &'t str,
    /// The text with what stands for the cursor.
    source: String,
    /// Where the string opens in which the text ends.
    open_quote: Option<usize>,
    /// The text ends with a whole path, behind which a dot was added.
    is_dotted: bool,
    /// The filter runs on null, as with `-n`; `input` and `inputs` give the inputs.
    is_null_input: bool,
}

/// One way to continue the filter.
#[derive(Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The whole filter up to the end of the suggested word.
    pub text: String,
    /// The byte offset in `text` of what is suggested.
    pub start: usize,
    /// The type of a key's values, or what a function is; may be empty.
    pub about: String,
    /// Nothing but the end of the filter can follow sensibly.
    pub is_whole: bool,
    /// It begins otherwise than what was typed, with other capitals or with a quote.
    pub is_replacement: bool,
    /// What probably follows: `.`, `[]`, or a bracket that closes; empty if that is not known.
    pub next: &'static str,
}

/// Names from outside of the filter, each with a description.
#[derive(Debug, Default)]
pub struct OuterNames {
    /// The saved filters.
    pub saved_filters: Vec<(String, String)>,
    /// The variables that options define, with their `$`.
    pub variables: Vec<String>,
}

/// The shapes of the outputs of a program, such as that of a saved filter.
pub fn outputs(program: &str, inputs: &[Rc<Shape>], lookup: &dyn Lookup) -> Shapes {
    functions::program(&mut Evaluation::new(lookup, inputs), program, inputs)
}

impl<'t> Unfinished<'t> {
    /// An unfinished filter; `None` if no filter begins like this, or nothing can be suggested there.
    pub fn new(text: &'t str) -> Option<Self> {
        let with = |middle: &str| {
            let source = format!("{text}{middle}{MARKER}");
            let (_, open_quote) = parse_beginning(&source).ok()?;
            Some(Self {
                text,
                open_quote,
                is_dotted: !middle.is_empty(),
                source,
                is_null_input: false,
            })
        };
        with("").or_else(|| {
            let is_whole_path = text.ends_with([']', ')', '"', '?', '}']);
            is_whole_path.then(|| with("."))?
        })
    }

    /// The filter as it runs with `-n`: on null, where `input` and `inputs` give the inputs.
    #[must_use]
    pub fn with_null_input(self, is_null_input: bool) -> Self {
        Self {
            is_null_input,
            ..self
        }
    }

    /// Whether the keys of the input matter for what can be suggested.
    pub fn wants_keys(&self, lookup: &dyn Lookup) -> bool {
        let found = self.found(&[], lookup);
        found.is_some_and(|found| match found.place {
            Place::Field | Place::Text | Place::Index | Place::ObjectKey => true,
            Place::Name => found.typed.is_empty(),
            Place::Variable | Place::Format => false,
        })
    }

    /// What can stand at the end, if the filter's inputs have these shapes.
    pub fn suggestions(
        &self,
        inputs: &[Rc<Shape>],
        lookup: &dyn Lookup,
        names: &OuterNames,
    ) -> Vec<Suggestion> {
        let Some(found) = self.found(inputs, lookup) else {
            return Vec::new();
        };
        let mut suggestions = match (found.place, self.open_quote) {
            (Place::Field | Place::Text | Place::ObjectKey, Some(quote)) => {
                self.in_string(&found, quote)
            }
            (Place::Field, None) => self.fields(&found),
            (Place::Index, _) => self.indices(&found),
            (Place::ObjectKey, None) => self.object_keys(&found),
            (Place::Name, _) if found.typed.is_empty() => self.terms(&found),
            (Place::Name, _) => self.functions(&found, names),
            (Place::Variable, _) => self.variables(&found, names),
            (Place::Format, _) => self.formats(&found),
            (Place::Text, None) => Vec::new(),
        };
        if suggestions.is_empty()
            && self.open_quote.is_none()
            && matches!(found.place, Place::Field | Place::ObjectKey)
        {
            suggestions = self.replacements(&found);
        }
        if suggestions.is_empty() && self.is_dotted && !found.inputs.is_empty() {
            // A path to a scalar.
            suggestions.push(self.suggestion(self.text.len(), "", ""));
        }
        if let [only] = &mut suggestions[..] {
            self.settle(only);
        }
        suggestions
    }

    fn found(&self, inputs: &[Rc<Shape>], lookup: &dyn Lookup) -> Option<Found> {
        let (module, _) = parse_beginning(&self.source).ok()?;
        let mut evaluation = Evaluation::new(lookup, inputs);
        let term = module.into_term();
        let inputs = if self.is_null_input { &[] } else { inputs };
        evaluation.outputs(&term, inputs, &Scope::empty());
        evaluation.found
    }

    /// `word` in the place of what is behind this offset of the text.
    fn suggestion(&self, start: usize, word: &str, about: &str) -> Suggestion {
        Suggestion {
            text: format!("{}{word}", &self.text[..start]),
            start,
            about: about.to_owned(),
            is_whole: false,
            is_replacement: false,
            next: "",
        }
    }

    /// `word` for a key with these values.
    fn key(&self, start: usize, word: &str, values: &[Rc<Shape>]) -> Suggestion {
        let names = values.iter().map(|shape| shape.type_name());
        let about = names.into_iter().find(|name| !name.is_empty());
        Suggestion {
            next: next_step(values),
            ..self.suggestion(start, word, &about.unwrap_or_default())
        }
    }

    /// `.Sta`
    fn fields(&self, found: &Found) -> Vec<Suggestion> {
        let start = self.text.len() - found.typed.len();
        let dot = if self.is_dotted { "." } else { "" };
        let mut all = self.array_items(found, start);
        for (key, values) in keys(&found.inputs) {
            if is_identifier(key) {
                if key.starts_with(&found.typed) {
                    all.push(self.key(start, &format!("{dot}{key}"), values));
                }
            } else if found.typed.is_empty() {
                all.push(self.key(start, &format!("[{}]", quoted(key)), values));
            }
        }
        all
    }

    /// Keys that only differ in their capitals, or have to be quoted: `.labels` for `.Labels`. They can stand in the place
    /// of what was typed if they have more in common with each other than was typed.
    fn replacements(&self, found: &Found) -> Vec<Suggestion> {
        if found.typed.is_empty() {
            return Vec::new();
        }
        let start = self.text.len() - found.typed.len();
        let is_field = found.place == Place::Field;
        let inputs = if is_field {
            found.inputs.clone()
        } else {
            objects(&found.inputs)
        };
        let mut all = Vec::new();
        for (key, values) in keys(&inputs) {
            let beginning = key.get(..found.typed.len()).unwrap_or_default();
            if !beginning.eq_ignore_ascii_case(&found.typed) {
                continue;
            }
            let word = match (is_identifier(key), is_field) {
                (true, _) => key.to_owned(),
                (false, true) => format!("[{}]", quoted(key)),
                (false, false) => quoted(key),
            };
            let mut suggestion = self.key(start, &word, values);
            suggestion.is_replacement = true;
            if !is_field {
                suggestion.next = "";
            }
            all.push(suggestion);
        }
        let words: Vec<&str> = all.iter().map(|it| &it.text[start..]).collect();
        if common_beginning(&words) < found.typed.len() {
            all.clear();
        }
        all
    }

    /// `[]`, if arrays are among the values and nothing was typed.
    fn array_items(&self, found: &Found, start: usize) -> Vec<Suggestion> {
        let has_arrays = found.inputs.iter().any(|shape| shape.is(Shape::ARRAY));
        if !found.typed.is_empty() || !has_arrays {
            return Vec::new();
        }
        let items: Shapes = found
            .inputs
            .iter()
            .flat_map(|it| it.items())
            .cloned()
            .collect();
        vec![self.key(start, "[]", &items)]
    }

    /// `["com.`, `."com.`, `{"com.`, `has("com.`
    fn in_string(&self, found: &Found, quote: usize) -> Vec<Suggestion> {
        let start = quote + 1;
        let typed = &self.text[start..];
        let is_index = self.text[..quote].trim_end().ends_with('[');
        let close = if is_index { "\"]" } else { "\"" };
        let mut all = Vec::new();
        for (key, values) in keys(&found.inputs) {
            let text = escaped(key);
            if text.starts_with(typed) {
                let mut suggestion = self.key(start, &format!("{text}{close}"), values);
                if found.place != Place::Field {
                    suggestion.next = "";
                }
                all.push(suggestion);
            }
        }
        all
    }

    /// `.[`
    fn indices(&self, found: &Found) -> Vec<Suggestion> {
        let start = self.text.len();
        let has_arrays = found.inputs.iter().any(|shape| shape.is(Shape::ARRAY));
        let mut all = Vec::new();
        if has_arrays {
            all.push(self.suggestion(start, "]", "all elements"));
        }
        let keys = keys(&found.inputs);
        all.extend(keys.map(|(key, values)| self.key(start, &format!("{}]", quoted(key)), values)));
        all
    }

    /// `{Na`
    fn object_keys(&self, found: &Found) -> Vec<Suggestion> {
        let start = self.text.len() - found.typed.len();
        let mut all = Vec::new();
        for (key, values) in keys(&objects(&found.inputs)) {
            let word = if is_identifier(key) {
                key.to_owned()
            } else {
                quoted(key)
            };
            if word.starts_with(&found.typed) {
                let suggestion = self.key(start, &word, values);
                all.push(Suggestion {
                    next: "",
                    ..suggestion
                });
            }
        }
        all
    }

    /// Paths where a term can begin; functions if no path is known.
    fn terms(&self, found: &Found) -> Vec<Suggestion> {
        let start = self.text.len();
        let mut all = self.array_items(found, start);
        for item in &mut all {
            item.text.insert(start, '.');
        }
        for (key, values) in keys(&found.inputs) {
            let word = if is_identifier(key) {
                format!(".{key}")
            } else {
                format!(".[{}]", quoted(key))
            };
            all.push(self.key(start, &word, values));
        }
        all
    }

    /// `sel`: the filter's own functions, saved filters, builtins.
    fn functions(&self, found: &Found, names: &OuterNames) -> Vec<Suggestion> {
        let start = self.text.len() - found.typed.len();
        let typed = &*found.typed;
        let mut all: Vec<Suggestion> = Vec::new();
        let mut add = |name: &str, arity: usize, about: &str| {
            let (call, next) = if arity == 0 { ("", "") } else { ("(", ".") };
            let suggestion = Suggestion {
                next,
                ..self.suggestion(start, &format!("{name}{call}"), about)
            };
            let is_known = all.iter().any(|it| it.text == suggestion.text);
            if name.starts_with(typed) && !is_known {
                all.push(suggestion);
            }
        };
        for (name, arity) in &found.functions {
            add(name, *arity, "defined in this filter");
        }
        for (name, about) in &names.saved_filters {
            add(name, 0, about);
        }
        for builtin in builtins::all().filter(|it| !it.is_private()) {
            add(builtin.name, builtin.arity, kind(builtin));
        }
        all
    }

    fn variables(&self, found: &Found, names: &OuterNames) -> Vec<Suggestion> {
        let start = self.text.len() - found.typed.len();
        let own = found.variables.iter().filter(|name| !name.contains(' '));
        let all = own.chain(&names.variables).map(String::as_str);
        let mut all: Vec<&str> = all.chain(["$ENV", "$ARGS", "$__loc__"]).collect();
        let mut seen = Vec::new();
        all.retain(|name| {
            let is_wanted = name.starts_with(&found.typed) && !seen.contains(name);
            seen.push(*name);
            is_wanted
        });
        all.into_iter()
            .map(|name| self.suggestion(start, name, ""))
            .collect()
    }

    fn formats(&self, found: &Found) -> Vec<Suggestion> {
        let start = self.text.len() - found.typed.len();
        let formats = builtins::all().filter(|it| it.name.starts_with('@'));
        let formats = formats.filter(|it| it.name.starts_with(&found.typed));
        formats
            .map(|it| self.suggestion(start, it.name, ""))
            .collect()
    }

    /// Decides what follows the only suggestion. One that was typed to its end is continued.
    fn settle(&self, only: &mut Suggestion) {
        if only.next.is_empty() {
            only.next = closing_bracket(&only.text);
        }
        if only.text != self.text {
            return;
        }
        if only.next.is_empty() {
            only.is_whole = parse_module(self.text).is_ok();
        } else {
            only.text.push_str(only.next);
            only.next = "";
        }
    }
}

/// How many bytes the words have in common at their beginning.
fn common_beginning(words: &[&str]) -> usize {
    let Some((first, others)) = words.split_first() else {
        return 0;
    };
    let common = |word: &&str| {
        let pairs = first.bytes().zip(word.bytes());
        pairs.take_while(|(one, other)| one == other).count()
    };
    others.iter().map(common).min().unwrap_or(first.len())
}

/// The objects among the values. If there are only arrays, `.[] |` or `map` was left out, and the elements are meant.
fn objects(inputs: &[Rc<Shape>]) -> Shapes {
    if inputs.iter().any(|shape| shape.is(Shape::OBJECT)) {
        return inputs.to_vec();
    }
    inputs.iter().flat_map(|it| it.items()).cloned().collect()
}

/// What a path continues with behind values of these shapes.
fn next_step(values: &[Rc<Shape>]) -> &'static str {
    let is = |bit| values.iter().any(|shape| shape.is(bit));
    if is(Shape::OBJECT) {
        "."
    } else if is(Shape::ARRAY) {
        "[]"
    } else {
        ""
    }
}

/// The bracket that closes the innermost open one, if the filter may end it here.
fn closing_bracket(text: &str) -> &'static str {
    let closes = |bracket: &&str| {
        parse_module(text).is_err() && parse_beginning(&format!("{text}{bracket}")).is_ok()
    };
    [")", "]", "}"].into_iter().find(closes).unwrap_or("")
}

/// The keys of objects, each once, without those that a terminal could not show.
fn keys(inputs: &[Rc<Shape>]) -> impl Iterator<Item = (&str, &Shapes)> {
    let mut seen = std::collections::HashSet::new();
    let all = inputs.iter().flat_map(|shape| shape.keys());
    let all = all.map(|(key, values)| (&**key, values));
    all.filter(move |(key, _)| is_showable(key) && seen.insert(*key))
}

fn is_showable(key: &str) -> bool {
    let is_bad = |c| dq_text::is_dangerous(c) || dq_text::is_ambiguous(c);
    key.len() <= MAX_KEY && !key.chars().any(is_bad)
}

/// A key as a string of jq.
fn quoted(key: &str) -> String {
    format!("\"{}\"", escaped(key))
}

/// A text as it is written between quotes. Control characters are not among those of the keys.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"")
}

fn kind(builtin: &Builtin) -> &'static str {
    match builtin.implementation {
        Implementation::Helper => "helper",
        _ => "builtin",
    }
}
