//! The literal paths into its input that a filter names: `.[].Names` of `.[] | {name: .Names[0]}`.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Term as T};
use jaq_core::path::{Part, Path};

use crate::syntax::{self, Term};

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathStep {
    /// The value of a key.
    Key(String),
    /// All elements of an array, or one of them.
    Element,
}

type Steps = Vec<PathStep>;

/// How many paths are looked at, and how many steps of each: `.a // .b | .a // .b | …` has twice as many with each pipe.
const MOST: usize = 64;

/// The paths that a filter names, in order, at most 64. What is not literal, as `.[$x]` and the outputs of most
/// functions, ends a path. Without a path where the text is no filter.
pub fn literal_paths(text: &str) -> Vec<Vec<PathStep>> {
    let Ok(module) = syntax::parse_module(text) else {
        return Vec::new();
    };
    let mut walk = Walk::default();
    walk.outputs(&module.into_term(), &[Steps::new()]);
    walk.paths
}

/// The paths that were met.
#[derive(Default)]
struct Walk {
    paths: Vec<Steps>,
}

impl Walk {
    /// Visits a term whose inputs are at these paths; returns the paths of its outputs, as far as they are literal.
    fn outputs(&mut self, term: &Term, inputs: &[Steps]) -> Vec<Steps> {
        let mut outputs = self.all_outputs(term, inputs);
        outputs.truncate(MOST);
        outputs
    }

    fn all_outputs(&mut self, term: &Term, inputs: &[Steps]) -> Vec<Steps> {
        match term {
            T::Id => inputs.to_vec(),
            T::BinOp(left, BinaryOp::Pipe(None), right) => {
                let middle = self.outputs(left, inputs);
                self.outputs(right, &middle)
            }
            T::BinOp(left, BinaryOp::Pipe(Some(_)), right) => {
                self.outputs(left, inputs);
                self.outputs(right, inputs)
            }
            T::BinOp(left, BinaryOp::Comma | BinaryOp::Alt, right) => {
                let mut outputs = self.outputs(left, inputs);
                outputs.extend(self.outputs(right, inputs));
                outputs
            }
            T::BinOp(left, _, right) => {
                self.outputs(left, inputs);
                self.outputs(right, inputs);
                Vec::new()
            }
            T::Path(inner, Path(parts)) => self.path(inner, parts, inputs),
            T::TryCatch(body, _) => self.outputs(body, inputs),
            T::IfThenElse(branches, otherwise) => {
                let mut outputs = Vec::new();
                for (condition, then) in branches {
                    self.outputs(condition, inputs);
                    outputs.extend(self.outputs(then, inputs));
                }
                if let Some(otherwise) = otherwise {
                    outputs.extend(self.outputs(otherwise, inputs));
                }
                outputs
            }
            T::Call(name, arguments) => self.call(name, arguments, inputs),
            other => {
                self.visit_parts(other, inputs);
                Vec::new()
            }
        }
    }

    /// Visits the parts of a term whose outputs are not at paths of the input.
    fn visit_parts(&mut self, term: &Term, inputs: &[Steps]) {
        match term {
            T::Arr(Some(inner)) | T::Neg(inner) | T::Label(_, inner) | T::Def(_, inner) => {
                self.outputs(inner, inputs);
            }
            T::Obj(entries) => entries.iter().for_each(|(key, value)| match (key, value) {
                (_, Some(value)) => {
                    self.outputs(value, inputs);
                }
                // {name} is {name: .name}
                (T::Str(None, parts), None) => {
                    if let [StrPart::Str(name)] = &parts[..] {
                        self.keys(inputs, name);
                    }
                }
                _ => {}
            }),
            T::Str(_, parts) => parts.iter().for_each(|part| {
                if let StrPart::Term(term) = part {
                    self.outputs(term, inputs);
                }
            }),
            _ => {}
        }
    }

    /// `inner` with steps behind it.
    fn path(
        &mut self,
        inner: &Term,
        parts: &[(Part<Term>, jaq_core::path::Opt)],
        inputs: &[Steps],
    ) -> Vec<Steps> {
        let mut outputs = self.outputs(inner, inputs);
        for (part, _) in parts {
            outputs = match part {
                Part::Index(T::Str(None, text)) => match &text[..] {
                    [StrPart::Str(name)] => self.keys(&outputs, name),
                    _ => Vec::new(),
                },
                Part::Index(T::Num(_)) | Part::Range(None, None) => elements(&outputs),
                Part::Index(index) => {
                    self.outputs(index, inputs);
                    Vec::new()
                }
                // A slice of an array is at the array's own path.
                Part::Range(..) => outputs,
            };
        }
        outputs
    }

    /// Notes the paths of a key.
    fn keys(&mut self, inputs: &[Steps], name: &str) -> Vec<Steps> {
        let key = PathStep::Key(name.to_owned());
        let outputs = longer(inputs, &key);
        for path in &outputs {
            if self.paths.len() < MOST && !self.paths.contains(path) {
                self.paths.push(path.clone());
            }
        }
        outputs
    }

    fn call(&mut self, name: &str, arguments: &[Term], inputs: &[Steps]) -> Vec<Steps> {
        let mut visit = |inputs: &[Steps]| {
            for argument in arguments {
                self.outputs(argument, inputs);
            }
        };
        match (name, arguments) {
            ("select" | "recurse", _) => {
                visit(inputs);
                inputs.to_vec()
            }
            ("sort_by" | "unique_by", [_]) => {
                visit(&elements(inputs));
                inputs.to_vec()
            }
            ("min_by" | "max_by", [_]) => {
                visit(&elements(inputs));
                elements(inputs)
            }
            ("map" | "group_by" | "map_values", [_]) => {
                visit(&elements(inputs));
                Vec::new()
            }
            ("any" | "all", [_]) => {
                visit(&elements(inputs));
                Vec::new()
            }
            ("first" | "last", []) => elements(inputs),
            ("reverse" | "sort" | "values", []) => inputs.to_vec(),
            ("first" | "last", [argument]) => self.outputs(argument, inputs),
            ("limit", [_, argument]) => self.outputs(argument, inputs),
            _ => {
                visit(inputs);
                Vec::new()
            }
        }
    }
}

fn elements(inputs: &[Steps]) -> Vec<Steps> {
    longer(inputs, &PathStep::Element)
}

/// The paths with a step behind them.
fn longer(inputs: &[Steps], step: &PathStep) -> Vec<Steps> {
    let inputs = inputs.iter().filter(|input| input.len() < MOST);
    let longer = inputs.map(|input| [&input[..], std::slice::from_ref(step)].concat());
    longer.collect()
}

/// A path as jq writes it: `.[].State.Health`.
pub fn path_text(path: &[PathStep]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            PathStep::Element if text.is_empty() => text.push_str(".[]"),
            PathStep::Element => text.push_str("[]"),
            PathStep::Key(key) if syntax_allows(key) => text.push_str(&format!(".{key}")),
            PathStep::Key(key) => {
                text.push_str(&format!(
                    ".{}",
                    dq_json::value::Value::str(&**key).to_json()
                ));
            }
        }
    }
    if text.is_empty() { ".".into() } else { text }
}

fn syntax_allows(key: &str) -> bool {
    crate::saved::is_name(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_filters() {
        let cases = [
            (".", ""),
            (".[].name", ".[].name"),
            (".[] | .name", ".[].name"),
            (".[] | {name, id: .Id}", ".[].name .[].Id"),
            (
                "map(.State.Health.Status)",
                ".[].State .[].State.Health .[].State.Health.Status",
            ),
            (".[] | select(.state == \"x\") | .Id", ".[].state .[].Id"),
            (".[0].Names[0]", ".[].Names"),
            (".Volumes[]?.Name", ".Volumes .Volumes[].Name"),
            ("sort_by(.size)[:2] | .[].Id", ".[].size .[].Id"),
            ("\"\\(.Name) \\(.Id)\"", ".Name .Id"),
            ("[.[] | .a, .b] | length", ".[].a .[].b"),
            (".a as $x | .b", ".a .b"),
            (".[$x].a, (length | .b)", ""),
            (".\"a b\"", ".\"a b\""),
            ("if .a then .b else .c end | .d", ".a .b .c .b.d .c.d"),
            ("not a filter (", ""),
        ];
        for (filter, expected) in cases {
            let paths = literal_paths(filter);
            let paths: Vec<_> = paths.iter().map(|path| path_text(path)).collect();
            assert_eq!(paths.join(" "), expected, "{filter}");
        }
    }

    #[test]
    fn the_number_of_paths_is_limited() {
        let filters = [
            "(. // .a) | .b | ",
            ".a, .b | ",
            ".a | ",
            "if .a then .b else . end | ",
        ];
        for filter in filters {
            let paths = literal_paths(&(filter.repeat(100) + "."));
            assert!(paths.len() <= MOST, "{filter}");
            assert!(paths.iter().all(|path| path.len() <= MOST), "{filter}");
        }
    }
}
