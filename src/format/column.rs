//! A column: a path into the rows (`id`, `State.Health`), with a header and a filter for its cells if wanted.

use dq_json::value::{Map, Value};

/// A column of a table, CSV, TSV or Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    header: Option<String>,
    path: Path,
    /// The index of the filter that makes the cells readable.
    filter: Option<usize>,
}

/// What of a row a column shows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Path {
    /// `.`: the whole row.
    Row,
    /// `State.Health`: the value at a path, its keys separated by dots.
    Value(String),
    /// `{memory, limit}`: an object of the values at these paths.
    Object(Vec<String>),
}

impl Column {
    /// The column with this path: `.` for the whole row, else keys separated by dots.
    pub(crate) fn new(path: &str) -> Self {
        match path {
            "." => Self {
                header: None,
                path: Path::Row,
                filter: None,
            },
            path => Self::of_key(path),
        }
    }

    /// The column of a key.
    pub(crate) fn of_key(key: &str) -> Self {
        Self {
            header: None,
            path: Path::Value(key.to_owned()),
            filter: None,
        }
    }

    /// The column with an object of the values at these paths.
    pub(crate) fn object(paths: Vec<String>) -> Self {
        Self {
            header: None,
            path: Path::Object(paths),
            filter: None,
        }
    }

    /// The column with a header instead of its path.
    pub(crate) fn with_header(mut self, header: Option<String>) -> Self {
        self.header = header;
        self
    }

    /// The column with a filter for its cells, given by its index in the list of all of them.
    pub(crate) fn with_filter(mut self, filter: Option<usize>) -> Self {
        self.filter = filter;
        self
    }

    /// The column as data: without header and filter.
    pub fn into_data(self) -> Self {
        self.with_header(None).with_filter(None)
    }

    /// The path, as [`crate::parse_columns`] takes it.
    pub fn path(&self) -> String {
        match &self.path {
            Path::Row => ".".into(),
            Path::Value(path) => path.clone(),
            Path::Object(paths) => format!("{{{}}}", paths.join(", ")),
        }
    }

    /// Whether the column shows the whole row.
    pub fn is_row(&self) -> bool {
        self.path == Path::Row
    }

    /// The header, if it is not the path.
    pub fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }

    /// The index of the filter that makes the cells readable.
    pub(crate) fn filter(&self) -> Option<usize> {
        self.filter
    }

    /// Whether the column is no more than a path.
    pub(crate) fn is_bare(&self) -> bool {
        self.header.is_none() && self.filter.is_none()
    }

    /// Whether the column shows what `other` is a bare path of, as `{memory, limit}` shows `memory`, or has it as its
    /// header.
    pub(crate) fn presents(&self, other: &Self) -> bool {
        let Path::Value(path) = &other.path else {
            return false;
        };
        let first = self.paths().first();
        let has_header = |header: &String| header.eq_ignore_ascii_case(path);
        first.is_some_and(|first| first.eq_ignore_ascii_case(path))
            || self.header.as_ref().is_some_and(has_header)
    }

    /// Whether the row has a value at every path of the column; null counts.
    pub(crate) fn is_found_in(&self, row: &Value) -> bool {
        self.paths().iter().all(|path| find(row, path).is_some())
    }

    /// How far the first path that the row lacks leads in it: the path of the value where it ends, and the keys there.
    pub(crate) fn end_in(&self, row: &Value) -> (String, Vec<String>) {
        let mut paths = self.paths().iter();
        let lacking = paths.find(|path| find(row, path).is_none());
        let path = lacking.map_or("", String::as_str);
        let dots = path.rmatch_indices('.').map(|(dot, _)| &path[..dot]);
        for parent in dots {
            if let Some(Value::Obj(map)) = find(row, parent) {
                return (parent.to_owned(), keys(&map));
            }
        }
        match row {
            Value::Obj(map) => (String::new(), keys(map)),
            _ => Default::default(),
        }
    }

    /// The columns that a format shows that has no use for objects of several values: one for each of them.
    pub(crate) fn split(&self) -> Vec<Self> {
        match &self.path {
            Path::Object(paths) => paths.iter().map(|path| Self::new(path)).collect(),
            _ => vec![self.clone()],
        }
    }

    /// The paths of the values that the column shows; none for the whole row.
    pub(crate) fn paths(&self) -> &[String] {
        match &self.path {
            Path::Row => &[],
            Path::Value(path) => std::slice::from_ref(path),
            Path::Object(paths) => paths,
        }
    }

    /// The header where none was given: the path, or that of the first value where it shows several. `name` is the
    /// column's unique name, which begins with the path.
    pub(crate) fn title<'a>(&'a self, name: &'a str) -> &'a str {
        match &self.path {
            Path::Object(_) => self.subject(),
            Path::Value(path) => path,
            Path::Row => name.trim_end(),
        }
    }

    /// The path of the value that the column is about: the first one where it shows several.
    pub(crate) fn subject(&self) -> &str {
        self.paths().first().map_or(".", String::as_str)
    }

    /// What the column shows of a row; null if the row has nothing there.
    pub(crate) fn value_in(&self, row: &Value) -> Value {
        let at = |path: &str| find(row, path).unwrap_or(Value::Null);
        match &self.path {
            Path::Row => row.clone(),
            Path::Value(path) => at(path),
            Path::Object(paths) => {
                Value::object(paths.iter().map(|path| (path.as_str(), at(path))))
            }
        }
    }

    /// Whether the row has a value at every path of the column (null counts), or at least the path's first key.
    pub(crate) fn is_present_in(&self, row: &Value) -> bool {
        self.paths().iter().all(|path| {
            let first = path.split('.').next().unwrap_or_default();
            child(row, first).is_some() || find(row, path).is_some()
        })
    }
}

fn keys(map: &Map) -> Vec<String> {
    map.iter().map(|(key, _)| key.to_string()).collect()
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
            ("State.Health.Status", r#""ok""#),
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
            assert_eq!(
                Column::new(path).value_in(&row).to_json(),
                expected,
                "{path}"
            );
        }
        assert_eq!(Column::new(".").value_in(&row).to_json(), row.to_json());
        let both = Column::object(vec!["Id".into(), "Names.0".into()]);
        assert_eq!(both.value_in(&row).to_json(), r#"{"Id":1,"Names.0":"/a"}"#);
        let is_present = |path| Column::new(path).is_present_in(&row);
        assert!(
            ["id", "no", "Labels.com.y", "Names.7", "."]
                .into_iter()
                .all(is_present)
        );
        assert!(!["nothing", "x.Id"].into_iter().any(is_present));
        assert!(!Column::object(vec!["Id".into(), "x".into()]).is_present_in(&row));
    }
}
