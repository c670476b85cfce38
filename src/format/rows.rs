//! Outputs → rows, for the formats that have columns.

use dq_json::value::{FilterOutput, RawValue, Value, ValueKind};

/// Gives the rows of an output to `each`: an object is one, so is an array of scalars; of any other array each element
/// is one. A row is an object (its keys name the columns), an array (its indexes do) or a scalar.
///
/// `explode_arrays`: of every array each element is one.
///
/// What nobody has looked into yet is built row by row, so that a long array is never there as a whole.
pub fn each_row(output: FilterOutput, explode_arrays: bool, each: &mut dyn FnMut(&Value)) {
    match output {
        FilterOutput::Raw(text) => of_text(text, explode_arrays, each),
        FilterOutput::Value(Value::Arr(items)) => match items.raw() {
            Some(text) => of_text(text, explode_arrays, each),
            None if explode_arrays || items.is_empty() || items.iter().any(is_container) => {
                items.iter().for_each(each)
            }
            None => each(&Value::Arr(items)),
        },
        other => each(&other.into_value()),
    }
}

fn of_text(text: RawValue, explode_arrays: bool, each: &mut dyn FnMut(&Value)) {
    let is_container = |text: RawValue| matches!(text.kind(), ValueKind::Array | ValueKind::Object);
    let mut elements = text.elements().peekable();
    if text.kind() != ValueKind::Array {
        each(&text.to_value());
    } else if explode_arrays || elements.peek().is_none() || text.elements().any(is_container) {
        elements.for_each(|element| each(&element.to_value()));
    } else {
        each(&text.to_value());
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
