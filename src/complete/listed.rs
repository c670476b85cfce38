//! The things of a list that a host gave, without what nobody asks of them: there may be thousands.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// What is kept of a thing; the rest, most of it, is passed over.
const KEPT: [&str; 13] = [
    "Id",
    "ID",
    "Name",
    "Names",
    "RepoTags",
    "Image",
    "State",
    "Size",
    "Driver",
    "Spec",
    "Status",
    "Description",
    "Config",
];

/// The things of a body, with their labels if these are asked for; none where it is no list.
pub fn things<const LABELLED: bool>(body: &[u8]) -> Vec<Value> {
    if let Ok(things) = serde_json::from_slice::<Vec<Thing<LABELLED>>>(body) {
        return things.into_iter().map(|it| Value::Object(it.0)).collect();
    }
    // Volumes are behind a key; and a list may hold anything.
    match serde_json::from_slice(body) {
        Ok(Value::Array(things)) => things,
        Ok(Value::Object(mut of)) => match of.remove("Volumes") {
            Some(Value::Array(things)) => things,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

struct Thing<const LABELLED: bool>(Map<String, Value>);

impl<'de, const LABELLED: bool> Deserialize<'de> for Thing<LABELLED> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Keys)
    }
}

struct Keys<const LABELLED: bool>;

impl<'de, const LABELLED: bool> Visitor<'de> for Keys<LABELLED> {
    type Value = Thing<LABELLED>;

    fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut kept = Map::new();
        while let Some(key) = from.next_key::<std::borrow::Cow<str>>()? {
            if KEPT.contains(&&*key) || LABELLED && key == "Labels" {
                kept.insert(key.into_owned(), from.next_value()?);
            } else {
                from.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Thing(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_kept() {
        let cases = [
            (
                r#"[{"Id": "a", "Ports": [{"Id": 1}], "Size": 1.5, "Labels": {"x": ""}}]"#,
                r#"[{"Id":"a","Size":1.5,"Labels":{"x":""}}]"#,
            ),
            (r#"{"Volumes": [{"Name": "v"}]}"#, r#"[{"Name":"v"}]"#),
            (r#"[1, {"Name": "v"}]"#, r#"[1,{"Name":"v"}]"#),
            (r#"{"Volumes": null}"#, "[]"),
            (r#"{"message": "no"}"#, "[]"),
            ("[{", "[]"),
            ("", "[]"),
        ];
        for (body, expected) in cases {
            let things = things::<true>(body.as_bytes());
            assert_eq!(Value::from(things).to_string(), expected);
        }
        let bare = things::<false>(br#"[{"Name": "a", "Labels": {"x": ""}}]"#);
        assert_eq!(Value::from(bare).to_string(), r#"[{"Name":"a"}]"#);
    }
}
