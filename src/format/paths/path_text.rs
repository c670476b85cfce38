//! Paths as jq writes them: `.[].Labels["com.docker.compose.project"]`.

use dq_json::value::Value;

/// Appends the step from an object to the value of a key.
pub fn push_key(path: &mut String, key: &str) {
    let is_name = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name {
        path.push('.');
        path.push_str(key);
    } else {
        push_bracket(path, &Value::str(key).to_json());
    }
}

/// Appends the step from an array, or from an object with keys of all kinds, to each of its values.
pub fn push_elements(path: &mut String) {
    push_bracket(path, "");
}

/// A path begins with a dot.
fn push_bracket(path: &mut String, inside: &str) {
    if path.is_empty() {
        path.push('.');
    }
    path.push('[');
    path.push_str(inside);
    path.push(']');
}
