//! Outputs → rows, for the formats that have columns.

use crate::filter::value::Value;

/// The rows of an output: an object is one, so is an array of scalars; of any other array each element is one.
/// A row is an object (its keys name the columns), an array (its indexes do) or a scalar.
pub fn rows(output: &Value) -> &[Value] {
    match output {
        Value::Arr(items) if items.is_empty() || items.iter().any(is_container) => items,
        _ => std::slice::from_ref(output),
    }
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::Arr(_) | Value::Obj(_))
}

/// Whether an output is rows whose columns have names, or no row at all.
pub fn has_keys(output: &Value) -> bool {
    match output {
        Value::Obj(_) => true,
        Value::Arr(items) => items.iter().all(|item| matches!(item, Value::Obj(_))),
        _ => false,
    }
}
