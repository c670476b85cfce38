//! Values made ready for jaq's XML writer, which writes every string as it is.

use dq_json::value::{Map, Value};

/// What an element looks like as a value: said where one does not.
pub const SHAPE: &str =
    r#"an element is {t: "tag", a: {attribute: "text"}, c: [content]}, text is a string"#;

/// The value with its text escaped: content of elements (`c`), values of attributes (`a`), and strings by themselves.
pub fn escaped(value: &Value) -> Value {
    match value {
        Value::Str(text) => Value::from(escape(text, &['\r'])),
        Value::Arr(items) => items.iter().map(escaped).collect(),
        Value::Obj(map) if map.contains_key("t") => element(map),
        other => other.clone(),
    }
}

fn element(map: &Map) -> Value {
    Value::object(map.iter().map(|(key, value)| {
        let value = match (&**key, value) {
            ("c", content) => escaped(content),
            ("a", Value::Obj(attributes)) => {
                let attributes = attributes.iter();
                Value::object(attributes.map(|(name, text)| (name.clone(), attribute(text))))
            }
            _ => value.clone(),
        };
        (key.clone(), value)
    }))
}

/// A reader makes blanks of line ends and tabs in attributes, unless they are escaped.
fn attribute(value: &Value) -> Value {
    match value {
        Value::Str(text) => Value::from(escape(text, &['\r', '\n', '\t'])),
        other => other.clone(),
    }
}

/// Text of XML 1.0, with references for these blanks; what it cannot hold at all becomes U+FFFD.
fn escape(text: &str, blanks: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if blanks.contains(&c) => out.push_str(&format!("&#{};", u32::from(c))),
            '\t' | '\n' => out.push(c),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}
