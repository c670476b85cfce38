//! Values made ready for jaq's XML writer, which writes every string as it is.

use crate::filter::value::{Map, Value};

/// What an element looks like as a value: said where one does not.
pub const SHAPE: &str =
    r#"an element is {t: "tag", a: {attribute: "text"}, c: [content]}, text is a string"#;

/// The value with its text escaped: content of elements (`c`), values of attributes (`a`), and strings by themselves.
pub fn escaped(value: &Value) -> Value {
    match value {
        Value::Str(text) => Value::from(escape(text)),
        Value::Arr(items) => items.iter().map(escaped).collect(),
        Value::Obj(map) if map.contains_key("t") => element(map),
        other => other.clone(),
    }
}

fn element(map: &Map) -> Value {
    Value::object(map.iter().map(|(key, value)| {
        let value = match (&**key, value) {
            ("c", content) => escaped(content),
            ("a", Value::Obj(attributes)) => Value::object(
                attributes
                    .iter()
                    .map(|(name, text)| (name.clone(), escaped(text))),
            ),
            _ => value.clone(),
        };
        (key.clone(), value)
    }))
}

/// Text of XML 1.0; what it cannot hold at all becomes U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\r' => out.push_str("&#13;"),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}
