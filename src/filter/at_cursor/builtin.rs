//! The builtins whose outputs are known by their meaning. For others the definition in jq's library is followed.

use std::rc::Rc;

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Term as T};

use super::evaluate::Evaluate;
use super::found::Place;
use super::scope::Scope;
use super::sets::{descendants, elements, scalar, shapes, values};
use super::shape::{Shape, Shapes};
use super::words::{constant, typed};
use crate::syntax::Term;

/// The outputs of a builtin for inputs of these shapes; `None` if it is not known here.
pub(super) fn outputs(
    evaluation: &mut dyn Evaluate,
    name: &str,
    args: &[Term],
    inputs: &[Rc<Shape>],
    scope: &Scope,
) -> Option<Shapes> {
    Some(match args {
        [] => without_arguments(evaluation, name, inputs)?,
        [arg] => of_one(evaluation, name, arg, inputs, scope)?,
        [first, second] => of_two(evaluation, name, (first, second), inputs, scope)?,
        _ => return None,
    })
}

fn without_arguments(
    evaluation: &dyn Evaluate,
    name: &str,
    inputs: &[Rc<Shape>],
) -> Option<Shapes> {
    Some(match name {
        "empty" | "error" | "halt" | "nulls" => Vec::new(),
        "arrays" => of_type(inputs, Shape::ARRAY),
        "objects" => of_type(inputs, Shape::OBJECT),
        "reverse" | "sort" | "unique" | "debug" | "stderr" | "values" | "iterables"
        | "transpose" => inputs.to_vec(),
        "add" | "first" | "last" | "min" | "max" => elements(inputs),
        "recurse" | "recurse_down" => descendants(inputs),
        "input" | "inputs" => evaluation.all_inputs(),
        "keys" | "keys_unsorted" => shapes(Shape::array(scalar(Shape::STRING))),
        "flatten" => shapes(Shape::array(elements(&elements(inputs)))),
        "to_entries" => shapes(Shape::array(entries(inputs))),
        "from_entries" => shapes(Shape::map(values(&elements(inputs), "value"))),
        "length" | "now" | "tonumber" | "floor" | "round" | "ceil" => scalar(Shape::NUMBER),
        "not" | "any" | "all" | "true" | "false" => scalar(Shape::BOOLEAN),
        "tostring" | "tojson" | "type" | "ascii_downcase" | "ascii_upcase" | "todate" | "ago"
        | "bytes" | "short_id" | "name" | "ports" | "duration" => scalar(Shape::STRING),
        _ => return None,
    })
}

fn of_one(
    evaluation: &mut dyn Evaluate,
    name: &str,
    arg: &Term,
    inputs: &[Rc<Shape>],
    scope: &Scope,
) -> Option<Shapes> {
    let mut of = |inputs: &[Rc<Shape>]| evaluation.outputs(arg, inputs, scope);
    Some(match name {
        "select" | "debug" | "del" | "pick" | "delpaths" => {
            of(inputs);
            inputs.to_vec()
        }
        "map" => shapes(Shape::array(of(&elements(inputs)))),
        "map_values" => {
            let values = of(&elements(inputs));
            shapes(Shape::map(values.clone()))
                .into_iter()
                .chain(shapes(Shape::array(values)))
                .collect()
        }
        "sort_by" | "unique_by" => {
            of(&elements(inputs));
            inputs.to_vec()
        }
        "min_by" | "max_by" => {
            let elements = elements(inputs);
            of(&elements);
            elements
        }
        "group_by" => {
            of(&elements(inputs));
            shapes(Shape::array(inputs.to_vec()))
        }
        "INDEX" => {
            let elements = elements(inputs);
            of(&elements);
            shapes(Shape::map(elements))
        }
        "with_entries" => {
            of(&entries(inputs));
            inputs.to_vec()
        }
        "any" | "all" => {
            of(&elements(inputs));
            scalar(Shape::BOOLEAN)
        }
        "walk" => {
            of(&descendants(inputs));
            inputs.to_vec()
        }
        "recurse" | "repeat" => {
            let once = of(inputs);
            let twice = of(&once);
            [inputs, &once, &twice].concat()
        }
        "first" | "last" | "add" | "isempty" => of(inputs),
        "path" | "paths" => {
            let searched = if name == "path" {
                inputs.to_vec()
            } else {
                descendants(inputs)
            };
            of(&searched);
            shapes(Shape::array(scalar(Shape::STRING)))
        }
        "getpath" => {
            of(inputs);
            at_path(arg, inputs)
        }
        "error" => {
            of(inputs);
            Vec::new()
        }
        "has" => {
            match constant(arg) {
                Some(key) => {
                    if let Some(typed) = typed(&key) {
                        evaluation.note(Place::Text, typed, inputs, scope);
                    }
                }
                None => {
                    of(inputs);
                }
            }
            scalar(Shape::BOOLEAN)
        }
        "fetch" => {
            of(inputs);
            fetched(evaluation, arg)
        }
        _ => return None,
    })
}

fn of_two(
    evaluation: &mut dyn Evaluate,
    name: &str,
    (first, second): (&Term, &Term),
    inputs: &[Rc<Shape>],
    scope: &Scope,
) -> Option<Shapes> {
    let mut of = |term: &Term, inputs: &[Rc<Shape>]| evaluation.outputs(term, inputs, scope);
    Some(match name {
        "limit" | "skip" | "nth" => {
            of(first, inputs);
            of(second, inputs)
        }
        "any" | "all" => {
            let source = of(first, inputs);
            of(second, &source);
            scalar(Shape::BOOLEAN)
        }
        "until" | "while" | "recurse" => {
            let mut reached = inputs.to_vec();
            // The condition is the first argument, except of `recurse`.
            let (condition, update) = if name == "recurse" {
                (second, first)
            } else {
                (first, second)
            };
            reached.extend(of(update, inputs));
            of(condition, &reached);
            reached.extend(of(update, &reached));
            reached
        }
        "INDEX" => {
            let rows = of(first, inputs);
            of(second, &rows);
            shapes(Shape::map(rows))
        }
        "fetch" => {
            of(first, inputs);
            let found = fetched(evaluation, first);
            evaluation.outputs(second, inputs, scope);
            found
        }
        _ => return None,
    })
}

fn of_type(inputs: &[Rc<Shape>], bit: u8) -> Shapes {
    let wanted = inputs.iter().filter(|shape| shape.is(bit));
    wanted.cloned().collect()
}

/// The elements of what `to_entries` makes.
fn entries(inputs: &[Rc<Shape>]) -> Shapes {
    shapes(Shape::object(vec![
        ("key".into(), scalar(Shape::STRING)),
        ("value".into(), elements(inputs)),
    ]))
}

/// The values at a path of constant keys, as `["a", "b", 0]`.
fn at_path(path: &Term, inputs: &[Rc<Shape>]) -> Shapes {
    let T::Arr(Some(inner)) = path else {
        return Vec::new();
    };
    steps(inner, inputs.to_vec())
}

fn steps(term: &Term, inputs: Shapes) -> Shapes {
    match (term, constant(term)) {
        (T::BinOp(left, BinaryOp::Comma, right), _) => steps(right, steps(left, inputs)),
        (_, Some(key)) => values(&inputs, &key),
        _ => elements(&inputs),
    }
}

/// The answers for the paths that a term makes, as far as they are in its text.
fn fetched(evaluation: &dyn Evaluate, paths: &Term) -> Shapes {
    let answer = match paths {
        T::BinOp(left, BinaryOp::Comma, right) => {
            let mut found = fetched(evaluation, left);
            found.extend(fetched(evaluation, right));
            return found;
        }
        T::BinOp(_, BinaryOp::Pipe(_), right) => return fetched(evaluation, right),
        T::Str(_, parts) => evaluation.lookup().answer(&template(parts)),
        _ => None,
    };
    answer.map(shapes).unwrap_or_default()
}

/// The text of a string, with `x` for each interpolation.
fn template(parts: &[StrPart<&str, Term>]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            StrPart::Str(part) => text.push_str(part),
            StrPart::Char(c) => text.push(*c),
            StrPart::Term(_) => text.push('x'),
        }
    }
    text
}
