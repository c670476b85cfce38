//! Escaping for jaq's XML writer, which writes every string without escaping it, and names and comments as they are.

use dq_json::value::{Map, Value};

/// How an element is represented as a value; part of the error message for values that are not XML.
pub const SHAPE: &str =
    r#"an element is {t: "tag", a: {attribute: "text"}, c: [content]}, text is a string"#;

/// The value with its text escaped: the content of elements (`c`), the values of attributes (`a`), and other strings.
/// What would end its own markup becomes null, which the writer refuses there.
pub fn escaped(value: &Value) -> Value {
    match value {
        Value::Str(text) => Value::from(escape(text, &['\r'])),
        Value::Arr(items) => items.iter().map(escaped).collect(),
        Value::Obj(map) if map.contains_key("t") => element(map),
        Value::Obj(map) => Value::object(map.iter().map(|(key, value)| {
            let is_ended = match (&**key, value) {
                ("cdata", Value::Str(text)) => text.contains("]]>"),
                ("comment", Value::Str(text)) => text.contains("--") || text.ends_with('-'),
                _ => false,
            };
            let value = if is_ended { Value::Null } else { value.clone() };
            (key.clone(), value)
        })),
        other => other.clone(),
    }
}

fn element(map: &Map) -> Value {
    Value::object(map.iter().map(|(key, value)| {
        let value = match (&**key, value) {
            ("c", content) => escaped(content),
            ("t", Value::Str(name)) if !is_name(name) => Value::Null,
            ("a", Value::Obj(attributes)) => {
                let attributes = attributes.iter();
                Value::object(attributes.map(|(name, text)| {
                    let text = if is_name(name) {
                        attribute(text)
                    } else {
                        Value::Null
                    };
                    (name.clone(), text)
                }))
            }
            _ => value.clone(),
        };
        (key.clone(), value)
    }))
}

/// Whether a text can name an element or an attribute (XML 1.0, 2.3), as far as ASCII goes.
fn is_name(text: &str) -> bool {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':' || !c.is_ascii();
    text.starts_with(is_start)
        && text
            .chars()
            .all(|c| is_start(c) || matches!(c, '-' | '.' | '0'..='9'))
}

/// Parsers replace line ends and tabs in attributes with spaces unless they are escaped (XML 1.0, 3.3.3).
fn attribute(value: &Value) -> Value {
    match value {
        Value::Str(text) => Value::from(escape(text, &['\r', '\n', '\t'])),
        other => other.clone(),
    }
}

/// Escapes text for XML 1.0, with character references for `whitespace`. Characters that XML cannot contain (2.2)
/// become U+FFFD.
fn escape(text: &str, whitespace: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if whitespace.contains(&c) => out.push_str(&format!("&#{};", u32::from(c))),
            '\t' | '\n' => out.push(c),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}
