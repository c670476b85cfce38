//! Parses the list of a collection, which may have thousands of resources, and keeps only the fields that completion
//! uses.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The fields that are kept; the rest, most of a list, is skipped.
const FIELDS: [&str; 13] = [
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

/// The resources of a response body, with their labels if `LABELLED`. Empty if the body is not a list.
pub fn parse<const LABELLED: bool>(body: &[u8]) -> Vec<Value> {
    if let Ok(resources) = serde_json::from_slice::<Vec<Fields<LABELLED>>>(body) {
        return resources
            .into_iter()
            .map(|it| Value::Object(it.0))
            .collect();
    }
    // Volumes are listed in a field of an object, and the elements of a list may be of any type.
    match serde_json::from_slice(body) {
        Ok(Value::Array(list)) => list,
        Ok(Value::Object(mut object)) => match object.remove("Volumes") {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

struct Fields<const LABELLED: bool>(Map<String, Value>);

impl<'de, const LABELLED: bool> Deserialize<'de> for Fields<LABELLED> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(FieldVisitor)
    }
}

struct FieldVisitor<const LABELLED: bool>;

impl<'de, const LABELLED: bool> Visitor<'de> for FieldVisitor<LABELLED> {
    type Value = Fields<LABELLED>;

    fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut kept = Map::new();
        while let Some(key) = from.next_key::<std::borrow::Cow<str>>()? {
            if FIELDS.contains(&&*key) || LABELLED && key == "Labels" {
                kept.insert(key.into_owned(), from.next_value()?);
            } else {
                from.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Fields(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_fields_asked_for_are_kept() {
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
            let list = parse::<true>(body.as_bytes());
            assert_eq!(Value::from(list).to_string(), expected);
        }
        let bare = parse::<false>(br#"[{"Name": "a", "Labels": {"x": ""}}]"#);
        assert_eq!(Value::from(bare).to_string(), r#"[{"Name":"a"}]"#);
    }
}
