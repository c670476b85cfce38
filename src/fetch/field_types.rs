//! A hint for a server's complaint about the type of a field: `-F` makes numbers and booleans, `--raw-field` text.

use dq_text::shell_word;

use super::fields::RequestField;

/// What to write instead, where the server's message is about the type of one of these fields: in the words of Go
/// (`cannot unmarshal number into Go struct field Config.User of type string`) or of Rust's serde (`invalid type: integer
/// 5, expected a string`).
pub fn hint(fields: &[RequestField], message: &str) -> Option<String> {
    let (wants_text, name) = complaint(message)?;
    let is_candidate = |field: &&RequestField| {
        let value = field.text.split_once('=').map(|(_, value)| value);
        let scalar = value.and_then(kind);
        scalar.is_some() && field.is_raw != wants_text && !field.is_json()
    };
    let is_named = |field: &&RequestField| {
        let mut parts = field.key().split(['[', ']']);
        name.is_some_and(|name| parts.any(|part| part.eq_ignore_ascii_case(name)))
    };
    let candidates: Vec<&RequestField> = fields.iter().filter(is_candidate).collect();
    let named = candidates.iter().copied().find(|field| is_named(field));
    let field = named.or_else(|| candidates.first().copied().filter(|_| name.is_none()))?;
    let kind = field
        .text
        .split_once('=')
        .and_then(|(_, value)| kind(value))?;
    let word = shell_word(&field.text);
    Some(if wants_text {
        format!("-F makes a {kind} of it; --raw-field {word} sends text")
    } else {
        format!("--raw-field sends text; -F {word} sends a {kind}")
    })
}

/// Whether the server wants text rather than a number or a boolean, and the name of the field if it says so.
fn complaint(message: &str) -> Option<(bool, Option<&str>)> {
    if let Some((_, rest)) = message.split_once("cannot unmarshal ") {
        let (given, rest) = rest.split_once(' ')?;
        let wants_text = rest.trim_end().ends_with("of type string");
        let field = rest.split_once("struct field ").and_then(|(_, rest)| {
            let path = rest.split(' ').next()?;
            path.rsplit('.').next()
        });
        // Of an array, Go names the array.
        let is_about_scalars = wants_text != (given == "string");
        return is_about_scalars.then_some((wants_text, field));
    }
    let (_, rest) = message.split_once("invalid type: ")?;
    let wants_text = rest.contains("expected a string");
    let is_text = rest.starts_with("string");
    (wants_text != is_text).then_some((wants_text, None))
}

/// What `-F` makes of a value besides text.
fn kind(value: &str) -> Option<&'static str> {
    match value {
        "true" | "false" => Some("boolean"),
        text => text.parse::<i64>().is_ok().then_some("number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_that_the_server_names_gets_the_hint() {
        let go = |given: &str, field: &str, wanted: &str| {
            format!("json: cannot unmarshal {given} into Go struct field {field} of type {wanted}")
        };
        let (typed, raw) = (false, true);
        let cases = [
            (
                go("number", "Wrapper.User", "string"),
                vec![("Tty=true", typed), ("User=1000", typed)],
                Some("-F makes a number of it; --raw-field User=1000 sends text"),
            ),
            (
                go("array", "Wrapper.Cmd", "string"),
                vec![("Cmd[]=sleep", typed), ("Cmd[]=100", typed)],
                Some("-F makes a number of it; --raw-field 'Cmd[]=100' sends text"),
            ),
            (
                go("bool", "Wrapper.Labels", "string"),
                vec![("Labels[a]=true", typed)],
                Some("-F makes a boolean of it; --raw-field 'Labels[a]=true' sends text"),
            ),
            (
                go("string", "HostConfig.HostConfig.Memory", "int64"),
                vec![("HostConfig[Memory]=9", raw)],
                Some("--raw-field sends text; -F 'HostConfig[Memory]=9' sends a number"),
            ),
            (
                go("string", "Wrapper.Tty", "bool"),
                vec![("Tty=yes", raw)],
                None,
            ),
            (
                go("number", "Wrapper.Image", "string"),
                vec![("User=1000", typed)],
                None,
            ),
            (
                "json: cannot unmarshal number into Go value of type string".to_owned(),
                vec![("a=5", typed)],
                Some("-F makes a number of it; --raw-field a=5 sends text"),
            ),
            (
                "invalid type: integer `5`, expected a string at line 1 column 9".to_owned(),
                vec![("drive_id=5", typed)],
                Some("-F makes a number of it; --raw-field drive_id=5 sends text"),
            ),
            ("no such image".to_owned(), vec![("a=5", typed)], None),
        ];
        for (message, fields, expected) in cases {
            let fields: Vec<RequestField> = fields
                .into_iter()
                .map(|(text, is_raw)| RequestField {
                    text: text.to_owned(),
                    is_raw,
                })
                .collect();
            assert_eq!(hint(&fields, &message).as_deref(), expected, "{message}");
        }
    }
}
