//! The columns asked for: paths into the rows (`id,State.Health`).

use dq_json::value::Value;

/// What tables, CSV, TSV and Markdown show.
#[derive(Clone, Debug)]
pub struct Columns {
    /// The columns in their order; `None` takes the keys of the rows as they come.
    pub chosen: Option<Vec<Column>>,
    /// Those chosen were for other rows: they are shown if the first row has them all.
    pub is_tentative: bool,
    /// What is shown are lists of lines: each element of an array is a row, whatever it is.
    pub of_lines: bool,
    /// Begin with the names of the columns.
    pub header: bool,
}

impl Default for Columns {
    /// All there are, with their names.
    fn default() -> Self {
        Self {
            chosen: None,
            is_tentative: false,
            of_lines: false,
            header: true,
        }
    }
}

/// A path into a row, with dots between its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    path: String,
}

impl Column {
    /// The columns of a list with commas between them; `None` where one of them is empty.
    pub fn list(text: &str) -> Option<Vec<Self>> {
        text.split(',').map(Self::new).collect()
    }

    /// One column; `None` for a path without a key. A dot in front is jq's.
    pub fn new(path: &str) -> Option<Self> {
        let path = path.trim();
        let path = path.strip_prefix('.').unwrap_or(path);
        (!path.is_empty()).then(|| Self { path: path.into() })
    }

    /// The path, as its header names it.
    pub fn name(&self) -> &str {
        &self.path
    }

    /// What the row has there; null where it has nothing.
    pub fn of(&self, row: &Value) -> Value {
        find(row, &self.path).unwrap_or(Value::Null)
    }

    /// Whether the row has something there, be it null, or at least the key that the path starts with.
    pub fn is_in(&self, row: &Value) -> bool {
        let first = self.path.split('.').next().unwrap_or_default();
        step(row, first).is_some() || find(row, &self.path).is_some()
    }
}

/// A key may hold dots itself (`Labels.com.docker.compose.project`): the whole rest of the path is tried first.
fn find(value: &Value, path: &str) -> Option<Value> {
    let whole = step(value, path);
    whole
        .or_else(|| {
            path.match_indices('.').find_map(|(dot, _)| {
                let inner = step(value, &path[..dot])?;
                find(&inner, &path[dot + 1..])
            })
        })
        .or_else(|| of_each(value, path))
}

/// One key, in any case if not as it is written; an array takes an index.
fn step(value: &Value, key: &str) -> Option<Value> {
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

/// `Mounts.Source` of an array is that of each element.
fn of_each(value: &Value, path: &str) -> Option<Value> {
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
            let column = Column::new(path).unwrap();
            assert_eq!(column.of(&row).to_json(), expected, "{path}");
        }
        let is_in = |path| Column::new(path).unwrap().is_in(&row);
        assert!(
            ["id", "no", "Labels.com.y", "Names.7"]
                .into_iter()
                .all(is_in)
        );
        assert!(!["nothing", "x.Id"].into_iter().any(is_in));
    }

    #[test]
    fn lists() {
        let names = |text| {
            Some(
                Column::list(text)?
                    .iter()
                    .map(|it| it.name().to_owned())
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
