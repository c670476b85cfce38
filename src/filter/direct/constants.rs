//! Terms that have the same output for every input, computed once, when the filter is compiled.

use jaq_core::ops::Math;

use super::term::{Kind, Term};
use crate::operators::calculate;
use dq_json::value::{Map, Value};

/// `[f]`
pub(super) fn array(inner: Term) -> Kind {
    match outputs(&inner) {
        Some(elements) => Kind::Constant(Value::from(elements)),
        None => Kind::Array(Box::new(inner)),
    }
}

/// The outputs of `1, 2, 3`, of any length.
fn outputs(term: &Term) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    let mut rest = vec![term];
    while let Some(term) = rest.pop() {
        match &term.kind {
            Kind::Constant(value) => values.push(value.clone()),
            Kind::Comma(terms) => rest.extend(terms.iter().rev()),
            _ => return None,
        }
    }
    Some(values)
}

/// `{(key): value, …}`
pub(super) fn object(entries: Vec<(Term, Term)>) -> Kind {
    match members(&entries) {
        Some(members) => Kind::Constant(Value::from(members)),
        None => Kind::Object(entries.into()),
    }
}

fn members(entries: &[(Term, Term)]) -> Option<Map> {
    let mut members = Map::with_capacity(entries.len());
    for (key, value) in entries {
        match (&key.kind, &value.kind) {
            (Kind::Constant(Value::Str(key)), Kind::Constant(value)) => {
                members.insert(key.clone(), value.clone());
            }
            _ => return None,
        }
    }
    Some(members)
}

/// `f + g` and the like. Errors are left to the run; so are products that are not numbers, which may be large.
pub(super) fn math(terms: Box<[Term; 2]>, op: Math) -> Kind {
    let computed = match (&terms[0].kind, &terms[1].kind) {
        (Kind::Constant(left), Kind::Constant(right))
            if op != Math::Mul || matches!((left, right), (Value::Num(_), Value::Num(_))) =>
        {
            calculate(left.clone(), op, right.clone()).ok()
        }
        _ => None,
    };
    computed.map_or_else(|| Kind::Math(terms, op), Kind::Constant)
}
