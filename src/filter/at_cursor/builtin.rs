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
    match name {
        "has" => return Some(has(evaluation, arg, inputs, scope)),
        "recurse" | "repeat" => {
            let once = evaluation.outputs(arg, inputs, scope);
            let twice = evaluation.outputs(arg, &once, scope);
            return Some([inputs, &once, &twice].concat());
        }
        _ => {}
    }
    let visited = visited(name, inputs)?;
    let outputs = evaluation.outputs(arg, &visited, scope);
    Some(match name {
        "map" => shapes(Shape::array(outputs)),
        "map_values" => vec![
            Rc::new(Shape::map(outputs.clone())),
            Rc::new(Shape::array(outputs)),
        ],
        "min_by" | "max_by" => visited,
        "group_by" => shapes(Shape::array(inputs.to_vec())),
        "INDEX" => shapes(Shape::map(visited)),
        "any" | "all" | "isempty" => scalar(Shape::BOOLEAN),
        "first" | "last" | "add" => outputs,
        "path" | "paths" => shapes(Shape::array(scalar(Shape::STRING))),
        "getpath" => at_path(arg, inputs),
        "error" => Vec::new(),
        "fetch" => fetched(evaluation, arg),
        _ => inputs.to_vec(),
    })
}

/// The values on which a builtin runs its only argument; `None` if it is not known here.
fn visited(name: &str, inputs: &[Rc<Shape>]) -> Option<Shapes> {
    Some(match name {
        "select" | "debug" | "del" | "delpaths" | "pick" | "first" | "last" | "add" | "isempty"
        | "path" | "getpath" | "error" | "fetch" => inputs.to_vec(),
        "map" | "map_values" | "sort_by" | "unique_by" | "min_by" | "max_by" | "group_by"
        | "INDEX" | "any" | "all" => elements(inputs),
        "walk" | "paths" => descendants(inputs),
        "with_entries" => entries(inputs),
        _ => return None,
    })
}

/// `has("ke`: the text may be that of a key.
fn has(evaluation: &mut dyn Evaluate, arg: &Term, inputs: &[Rc<Shape>], scope: &Scope) -> Shapes {
    match constant(arg) {
        Some(key) => {
            if let Some(typed) = typed(&key) {
                evaluation.note(Place::Text, typed, inputs, scope);
            }
        }
        None => {
            evaluation.outputs(arg, inputs, scope);
        }
    }
    scalar(Shape::BOOLEAN)
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
