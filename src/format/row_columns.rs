//! The columns of the rows that are held: keys that were seen, or columns that were selected.

use indexmap::IndexMap;

use crate::column::Column;
use dq_json::value::{SharedStr, Value};

/// Where a column's name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnOrigin {
    /// The host that the row is from.
    Host,
    /// Selected with `--columns`.
    Selected,
    /// A key of an object.
    Key,
    /// An index of an array.
    Index,
    /// The row is a scalar.
    Scalar,
}

/// What is known of a column.
pub struct Entry {
    pub origin: ColumnOrigin,
    /// What the column shows, if it was selected.
    pub column: Option<Column>,
}

/// The columns by their unique names, which are the keys of rows or the paths of selected columns.
pub type Entries = IndexMap<SharedStr, Entry, foldhash::fast::RandomState>;

/// The unique name of the column of hosts, which no other column has: a row may have a key `host` of its own.
const HOST: &str = "\0host";

/// Adds the column of hosts in front of the other ones.
pub fn with_host(mut entries: Entries) -> Entries {
    let entry = Entry {
        origin: ColumnOrigin::Host,
        column: None,
    };
    entries.shift_insert(0, HOST.into(), entry);
    entries
}

/// A column's name.
#[derive(Clone, Copy, Debug)]
pub struct ColumnName<'a> {
    /// The header that was given for it.
    pub header: Option<&'a str>,
    /// Its path in the rows.
    pub path: &'a str,
    /// The path of the value that it is about: the first one where it shows several.
    pub subject: &'a str,
    pub origin: ColumnOrigin,
}

impl<'a> ColumnName<'a> {
    /// The header, or else the path.
    pub fn title(self) -> &'a str {
        self.header.unwrap_or(self.path)
    }
}

/// The entries of selected columns. A column that is selected twice is shown once.
pub fn entries(selected: impl Iterator<Item = Column>) -> Entries {
    let mut entries = Entries::default();
    for column in selected {
        if entries
            .values()
            .any(|entry: &Entry| entry.column.as_ref() == Some(&column))
        {
            continue;
        }
        let mut name = column.path();
        // Another column of the same path has another header or filter.
        while entries.contains_key(&*name) {
            name.push(' ');
        }
        let entry = Entry {
            origin: ColumnOrigin::Selected,
            column: Some(column),
        };
        entries.insert(name.into(), entry);
    }
    entries
}

/// The columns of a row with these keys: where a selected column shows the key, that column, else one for the key.
pub fn kept_columns<'k>(
    selected: &[Column],
    keys: impl Iterator<Item = &'k SharedStr>,
    row: &Value,
) -> Vec<Column> {
    let shows = |column: &Column, key: &str| column.paths().iter().any(|path| path == key);
    let mut columns: Vec<Column> = Vec::new();
    for key in keys {
        let mut showing = selected
            .iter()
            .filter(|it| shows(it, key) && it.is_present_in(row));
        match showing.next() {
            Some(column) if columns.contains(column) => {}
            Some(column) => columns.push(column.clone()),
            None => columns.push(Column::of_key(key)),
        }
    }
    columns
}
