//! The message about columns that no row has.

use dq_format::MissingColumnNames;

/// At most this many keys are listed.
const MAX_KEYS: usize = 40;

/// What to tell of columns that no row has, line by line: the keys that there are, and the nearest one.
pub fn lines(missing: &MissingColumnNames) -> Vec<String> {
    let noun = if missing.columns.len() == 1 {
        "column"
    } else {
        "columns"
    };
    let (parent, columns) = (&missing.parent, missing.columns.join(", "));
    let of_parent = if parent.is_empty() {
        String::new()
    } else {
        format!(" of {parent}")
    };
    let mut keys_shown: Vec<&str> = missing
        .keys
        .iter()
        .take(MAX_KEYS)
        .map(String::as_str)
        .collect();
    if missing.keys.len() > MAX_KEYS {
        keys_shown.push("…");
    }
    let mut lines = vec![if keys_shown.is_empty() {
        format!("dq: format: no row has the {noun} {columns}")
    } else {
        let keys = keys_shown.join(", ");
        format!("dq: format: no row has the {noun} {columns}; the keys{of_parent} are {keys}")
    }];
    let keys = || missing.keys.iter().map(String::as_str);
    let near = missing.columns.iter();
    let near: Vec<_> = near
        .filter_map(|column| {
            let column = column.strip_prefix(parent.as_str()).unwrap_or(column);
            let key = column.trim_start_matches('.').split('.').next()?;
            // Any short word resembles any other.
            dq_filter::nearest(key, keys()).filter(|_| key.len() > 2)
        })
        .collect();
    if !near.is_empty() {
        lines.push(format!("hint: did you mean {}?", near.join(", ")));
    }
    lines
}
