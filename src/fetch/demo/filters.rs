//! The `filters` parameter of lists and events, read and applied as moby's api/types/filters does.

use serde_json::Value;

use super::pattern::Pattern;
use super::query::Query;
use super::response::Refusal;

/// Filters: each key with the values of which one is to match.
pub(crate) struct Filters(Vec<(String, Vec<String>)>);

impl Filters {
    /// Reads `filters`, of which the keys have to be among `accepted`.
    ///
    /// # Errors
    /// What is not JSON of the form `{"KEY": ["VALUE"]}` or `{"KEY": {"VALUE": true}}`, and a key that is not accepted:
    /// 400.
    pub(crate) fn new(query: &Query, accepted: &[&str]) -> Result<Self, Refusal> {
        let filters = Self::of_any_key(query)?;
        match filters
            .0
            .iter()
            .find(|(key, _)| !accepted.contains(&key.as_str()))
        {
            Some((key, _)) => Err(invalid(key)),
            None => Ok(filters),
        }
    }

    /// Reads `filters` of `/events`, which ignores the keys that it does not know.
    ///
    /// # Errors
    /// JSON of another form: 400.
    pub(crate) fn of_any_key(query: &Query) -> Result<Self, Refusal> {
        let text = query.get("filters").unwrap_or_default();
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let malformed = || Refusal::bad_request("invalid filter");
        let object = match serde_json::from_str(text) {
            Ok(Value::Object(object)) => object,
            Ok(Value::Null) => return Ok(Self(Vec::new())),
            _ => return Err(malformed()),
        };
        let pairs = object
            .into_iter()
            .map(|(key, values)| Some((key, strings(&values)?)));
        Ok(Self(pairs.collect::<Option<_>>().ok_or_else(malformed)?))
    }

    /// The values of a key.
    pub(crate) fn values(&self, key: &str) -> &[String] {
        let found = self.0.iter().find(|(known, _)| known == key);
        found.map_or(&[], |(_, values)| values)
    }

    /// Whether the key has a value.
    pub(crate) fn has(&self, key: &str) -> bool {
        !self.values(key).is_empty()
    }

    /// Whether the key has no value, or one for which `test` holds.
    pub(crate) fn any(&self, key: &str, test: impl Fn(&str) -> bool) -> bool {
        !self.has(key) || self.values(key).iter().any(|value| test(value))
    }

    /// Whether one value of the key is `text`.
    pub(crate) fn is(&self, key: &str, text: &str) -> bool {
        self.any(key, |value| value == text)
    }

    /// Whether `text` starts with one value of the key.
    pub(crate) fn is_prefix(&self, key: &str, text: &str) -> bool {
        self.any(key, |value| text.starts_with(value))
    }

    /// Whether one value of the key is `text` or a regular expression that matches in it. One that does not compile
    /// matches nothing.
    pub(crate) fn matches(&self, key: &str, text: &str) -> bool {
        self.any(key, |value| {
            value == text || Pattern::new(value).is_some_and(|pattern| pattern.is_match(text))
        })
    }

    /// Whether the labels contain **all** values of the key, each `NAME` or `NAME=VALUE`.
    pub(crate) fn has_labels(&self, key: &str, labels: &Value) -> bool {
        self.values(key)
            .iter()
            .all(|wanted| match wanted.split_once('=') {
                Some((name, value)) => labels.get(name).and_then(Value::as_str) == Some(value),
                None => labels.get(wanted).is_some(),
            })
    }

    /// The boolean value of a key.
    ///
    /// # Errors
    /// Values that say neither or both: 400.
    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, Refusal> {
        let mut values = self.values(key).to_vec();
        if values.is_empty() {
            return Ok(None);
        }
        let has = |words: [&str; 2]| values.iter().any(|value| words.contains(&value.as_str()));
        let (is_true, is_false) = (has(["1", "true"]), has(["0", "false"]));
        if is_true != is_false {
            return Ok(Some(is_true));
        }
        values.sort();
        Err(invalid(&format!("{key}=[{}]", values.join(" "))))
    }

    /// Checks the values of a key with `is_valid`.
    ///
    /// # Errors
    /// What `error` makes of the first value that is not valid.
    pub(crate) fn check(
        &self,
        key: &str,
        is_valid: impl Fn(&str) -> bool,
        error: impl FnOnce(&str) -> Refusal,
    ) -> Result<(), Refusal> {
        match self.values(key).iter().find(|value| !is_valid(value)) {
            Some(value) => Err(error(value)),
            None => Ok(()),
        }
    }
}

/// dockerd's error for a filter: its key, or `KEY=VALUE`.
pub(crate) fn invalid(filter: &str) -> Refusal {
    Refusal::bad_request(format!("invalid filter '{filter}'"))
}

/// The strings of an array, or the keys of an object with booleans, which is the older form; `None` for anything else.
fn strings(values: &Value) -> Option<Vec<String>> {
    match values {
        Value::Array(values) => values
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect(),
        Value::Object(values) => values
            .iter()
            .map(|(key, value)| value.is_boolean().then(|| key.clone()))
            .collect(),
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}
