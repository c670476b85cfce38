//! The message about columns that no row has.

use dq_format::MissingColumnNames;

/// What to tell of columns that no row has: the keys that there are, and the nearest one.
pub fn message(missing: &MissingColumnNames) -> String {
    let noun = if missing.columns.len() == 1 {
        "column"
    } else {
        "columns"
    };
    let mut message = format!(
        "dq: format: no row has the {noun} {}; the keys are {}",
        missing.columns.join(", "),
        missing.keys.join(", ")
    );
    let keys = || missing.keys.iter().map(String::as_str);
    // Any short word resembles any other.
    let near = missing.columns.iter().filter(|column| column.len() > 2);
    let near: Vec<_> = near
        .filter_map(|column| dq_filter::nearest(column, keys()))
        .collect();
    if !near.is_empty() {
        message.push_str(&format!("\nhint: did you mean {}?", near.join(", ")));
    }
    message
}
