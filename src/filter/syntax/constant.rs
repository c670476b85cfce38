//! Constant terms, such as the metadata of `module` and `import`, and their values.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Term as T};

use super::ast::Term;
use dq_json::value::{Num, Value};

/// Whether a term is a constant, as the metadata of `module` and `import` must be.
pub(crate) fn is_constant(term: &Term) -> bool {
    match term {
        T::Num(_) | T::Arr(None) => true,
        T::Str(None, parts) => parts.iter().all(|part| !matches!(part, StrPart::Term(_))),
        T::Arr(Some(inner)) => is_constant_list(inner),
        T::Obj(entries) => entries
            .iter()
            .all(|(key, value)| is_constant(key) && value.as_ref().is_some_and(is_constant)),
        T::Neg(inner) => is_constant(inner),
        T::Call(name, args) => args.is_empty() && matches!(*name, "null" | "true" | "false"),
        _ => false,
    }
}

fn is_constant_list(term: &Term) -> bool {
    match term {
        T::BinOp(left, BinaryOp::Comma, right) => is_constant_list(left) && is_constant_list(right),
        other => is_constant(other),
    }
}

/// The value of a constant term.
///
/// # Errors
/// A message in jq's words if the term is not a constant.
pub(crate) fn constant_value(term: &Term) -> Result<Value, String> {
    let not_constant = || "Module metadata must be constant".to_owned();
    Ok(match term {
        T::Num(text) => Value::Num(Num::parse(text)),
        T::Neg(inner) => (-constant_value(inner)?).map_err(|error| error.to_string())?,
        T::Str(None, parts) => text_of(parts).map(Value::from).ok_or_else(not_constant)?,
        T::Arr(None) => Value::from(Vec::new()),
        T::Arr(Some(inner)) => list_of(inner)
            .into_iter()
            .map(constant_value)
            .collect::<Result<Value, _>>()?,
        T::Obj(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| match (constant_value(key)?, value) {
                    (Value::Str(key), Some(value)) => Ok((key, constant_value(value)?)),
                    _ => Err(not_constant()),
                });
            Value::object(entries.collect::<Result<Vec<_>, String>>()?)
        }
        T::Call("true", args) if args.is_empty() => Value::Bool(true),
        T::Call("false", args) if args.is_empty() => Value::Bool(false),
        T::Call("null", args) if args.is_empty() => Value::Null,
        _ => return Err(not_constant()),
    })
}

/// The text of a string without interpolations.
pub(super) fn text_of(parts: &[StrPart<&str, Term>]) -> Option<String> {
    let parts = parts.iter().map(|part| match part {
        StrPart::Str(text) => Some((*text).to_owned()),
        StrPart::Char(c) => Some(c.to_string()),
        StrPart::Term(_) => None,
    });
    parts.collect()
}

/// The terms of a comma expression.
fn list_of<'t, 's>(term: &'t Term<'s>) -> Vec<&'t Term<'s>> {
    match term {
        T::BinOp(left, BinaryOp::Comma, right) => {
            let mut items = list_of(left);
            items.extend(list_of(right));
            items
        }
        other => vec![other],
    }
}
