//! Outputs to rows, for the formats that have columns.

use dq_json::value::{FilterOutput, RawValue, Value, ValueKind};

/// Calls `each` with the rows of an output. An object is one row, and so is an array of scalars; every element of any
/// other array is a row. A row is an object, whose keys name the columns, an array, whose indexes do, or a scalar.
///
/// With `explode_arrays` every element of any array is a row.
///
/// JSON text that has not been parsed yet is parsed row by row, so that a long array is never in memory as a whole.
pub fn for_each_row(output: FilterOutput, explode_arrays: bool, each: &mut dyn FnMut(&Value)) {
    match output {
        FilterOutput::Raw(text) => for_each_row_of_text(text, explode_arrays, each),
        FilterOutput::Value(Value::Arr(items)) => match items.raw() {
            Some(text) => for_each_row_of_text(text, explode_arrays, each),
            None if explode_arrays || items.is_empty() || items.iter().any(is_container) => {
                items.iter().for_each(each)
            }
            None => each(&Value::Arr(items)),
        },
        other => each(&other.into_value()),
    }
}

fn for_each_row_of_text(text: RawValue, explode_arrays: bool, each: &mut dyn FnMut(&Value)) {
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

/// Whether all rows of an output are objects, so that their columns have names; also true if there is no row.
pub fn is_tabular(output: &Value) -> bool {
    match output {
        Value::Obj(_) => true,
        Value::Arr(items) => items.iter().all(|item| matches!(item, Value::Obj(_))),
        _ => false,
    }
}
