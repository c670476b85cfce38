//! Selected columns: paths into the rows (`id,State.Health`).

use dq_json::value::Value;

/// The columns of tables, CSV, TSV and Markdown.
#[derive(Clone, Debug)]
pub struct Columns {
    /// The columns in their order; `None` shows all keys of the rows, in the order of their first appearance.
    pub selected: Option<Vec<Column>>,
    /// The selected columns were written for the rows of a saved filter, and another filter may have changed the rows
    /// since: the selection applies only if the first row has all of the columns.
    pub is_tentative: bool,
    /// Every element of an array is a row, scalars too. (Otherwise an array of scalars is one row.)
    pub explode_arrays: bool,
    /// Starts with a row of column headers.
    pub has_header: bool,
}

impl Default for Columns {
    /// All columns, with their headers.
    fn default() -> Self {
        Self {
            selected: None,
            is_tentative: false,
            explode_arrays: false,
            has_header: true,
        }
    }
}

/// A column: a path into a row, its keys separated by dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    path: String,
}

impl Column {
    /// The columns of a comma-separated list; `None` if a path has no key.
    pub fn parse_list(text: &str) -> Option<Vec<Self>> {
        text.split(',').map(Self::parse).collect()
    }

    /// One column; `None` if the path has no key. A leading dot, as in a jq path, is ignored.
    fn parse(path: &str) -> Option<Self> {
        let path = path.trim();
        let path = path.strip_prefix('.').unwrap_or(path);
        (!path.is_empty()).then(|| Self { path: path.into() })
    }

    /// The path, which is also the column's header.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value at the path; null if the row has none.
    pub(crate) fn value_in(&self, row: &Value) -> Value {
        find(row, &self.path).unwrap_or(Value::Null)
    }

    /// Whether the row has a value at the path (null counts), or at least the path's first key.
    pub(crate) fn is_present_in(&self, row: &Value) -> bool {
        let first = self.path.split('.').next().unwrap_or_default();
        child(row, first).is_some() || find(row, &self.path).is_some()
    }
}

/// The value at a path. Keys may contain dots themselves (`Labels.com.docker.compose.project`), so the whole rest of
/// the path is tried as a key first.
fn find(value: &Value, path: &str) -> Option<Value> {
    let whole = child(value, path);
    whole
        .or_else(|| {
            path.match_indices('.').find_map(|(dot, _)| {
                let inner = child(value, &path[..dot])?;
                find(&inner, &path[dot + 1..])
            })
        })
        .or_else(|| find_in_elements(value, path))
}

/// The value of a key, ignoring ASCII case if there is no exact match; of an array, the element with that index.
fn child(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Obj(map) => map.field(key).or_else(|| {
            let mut entries = map.iter();
            let found = entries.find(|(it, _)| it.eq_ignore_ascii_case(key));
            found.map(|(_, value)| value.clone())
        }),
        Value::Arr(items) => items.get(key.parse::<usize>().ok()?).cloned(),
        _ => None,
    }
}

/// The values at the path in each element of an array: `Mounts.Source` where `Mounts` is an array.
fn find_in_elements(value: &Value, path: &str) -> Option<Value> {
    let Value::Arr(items) = value else {
        return None;
    };
    let found: Vec<Value> = items.iter().filter_map(|item| find(item, path)).collect();
    (!found.is_empty()).then(|| found.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let row = super::super::tests::value(
            r#"{"Id": 1, "id": 2, "State": {"Health": {"Status": "ok"}, "a.b": 3}, "Labels": {"com.x": "y"},
                "Names": ["/a", "/b"], "Mounts": [{"Source": "/s"}, {"Source": "/t"}, {}], "no": null}"#,
        );
        let cases = [
            ("Id", "1"),
            ("id", "2"),
            ("ID", "1"),
            (".Id", "1"),
            (" State.Health.Status ", r#""ok""#),
            ("state.health.status", r#""ok""#),
            ("State.a.b", "3"),
            ("Labels.com.x", r#""y""#),
            ("Names.1", r#""/b""#),
            ("Names.2", "null"),
            ("Mounts.Source", r#"["/s","/t"]"#),
            ("Mounts.0.Source", r#""/s""#),
            ("no", "null"),
            ("no.thing", "null"),
            ("Id.x", "null"),
            ("nothing", "null"),
        ];
        for (path, expected) in cases {
            let column = Column::parse(path).unwrap();
            assert_eq!(column.value_in(&row).to_json(), expected, "{path}");
        }
        let is_present = |path| Column::parse(path).unwrap().is_present_in(&row);
        assert!(
            ["id", "no", "Labels.com.y", "Names.7"]
                .into_iter()
                .all(is_present)
        );
        assert!(!["nothing", "x.Id"].into_iter().any(is_present));
    }

    #[test]
    fn lists() {
        let names = |text| {
            Some(
                Column::parse_list(text)?
                    .iter()
                    .map(|it| it.path().to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(
            names("a, b.c ,.d"),
            Some(vec!["a".into(), "b.c".into(), "d".into()])
        );
        assert_eq!(names("a,,b"), None);
        assert_eq!(names(""), None);
        assert_eq!(names("."), None);
    }
}
