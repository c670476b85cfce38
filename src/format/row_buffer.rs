//! Rows held in memory: the text of all cells in one string, and the columns seen so far.

use std::collections::HashSet;

use crate::column::Column;
use crate::columns::{CellFilters, Columns, Selection};
use crate::error::CellError;
use crate::formatter::MissingColumnNames;
use crate::missing_columns::MissingColumns;
use crate::row_columns::{
    ColumnName, ColumnOrigin, Entries, Entry, entries, kept_columns, with_host,
};
use dq_json::value::{SharedStr, Value};

/// The columns are fixed when this many bytes are held.
const LIMIT: usize = 32 << 20;

/// The name of the column of hosts.
const HOST: &str = "host";

/// The name of the column that rows without keys have.
pub const VALUE: &str = "value";

/// The type of a cell's value. Nulls have no cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    Bool,
    Number,
    Text,
    /// An array or object.
    Nested,
}

/// A cell of a row.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// The index of its column, in the order in which columns were first seen.
    pub column: usize,
    pub kind: CellKind,
    start: u32,
    end: u32,
}

/// Appends the text of a cell that is not null.
pub type Render = fn(&Value, &mut String);

/// How a format shows the cells of selected columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellStyle {
    /// For people: the columns' filters apply.
    Readable,
    /// For programs: without filters, and with a column for each of the values that a column shows.
    Data,
}

/// Rows, and their columns in the order in which they were first seen.
pub struct RowBuffer {
    entries: Entries,
    /// The host that the next rows are from, if there is a column for it, which is the first one.
    host: Option<Value>,
    /// The cells come from the entries' columns. Otherwise the rows' keys are the columns.
    is_selected: bool,
    /// Decides with the first row whether the selected columns apply.
    undecided: Option<Selection>,
    /// Cells that a filter fails on are shown as they are, without an error.
    tolerates_errors: bool,
    /// The selected columns stay in their order.
    keeps_order: bool,
    /// The keys that the selected columns show; `None` if a row's other keys are not shown.
    covered: Option<HashSet<SharedStr>>,
    /// Selected columns that the first row did not have, but a later one may.
    absent: Vec<Column>,
    missing: MissingColumns,
    filters: Option<CellFilters>,
    errors: Vec<CellError>,
    /// Every element of an array is a row.
    pub explode_arrays: bool,
    render: Render,
    has_fixed_columns: bool,
    text: String,
    cells: Vec<Cell>,
    /// For each row, the index behind its last cell.
    row_ends: Vec<usize>,
}

impl RowBuffer {
    pub fn new(columns: &Columns, render: Render, style: CellStyle) -> Self {
        let selected = columns.selected.as_deref().unwrap_or_default();
        let entries = match style {
            CellStyle::Readable => entries(selected.iter().cloned()),
            CellStyle::Data => entries(selected.iter().flat_map(Column::split)),
        };
        let host = columns.has_host.then_some(Value::Null);
        let entries = match host {
            Some(_) => with_host(entries),
            None => entries,
        };
        let is_selected = columns.selected.is_some();
        let is_fixed = columns.selection == Selection::Fixed;
        Self {
            missing: MissingColumns::new(if columns.reports_missing {
                entries.len()
            } else {
                0
            }),
            entries,
            host,
            is_selected,
            undecided: (is_selected && !is_fixed).then_some(columns.selection),
            tolerates_errors: columns.selection.tolerates_errors(),
            keeps_order: columns.selection != Selection::Presentation,
            covered: None,
            absent: Vec::new(),
            filters: match style {
                CellStyle::Readable => columns.filters.clone(),
                CellStyle::Data => None,
            },
            errors: Vec::new(),
            explode_arrays: columns.explode_arrays,
            render,
            has_fixed_columns: false,
            text: String::new(),
            cells: Vec::new(),
            row_ends: Vec::new(),
        }
    }

    /// Fixes the columns; with `sort`, in the order of their names unless they were selected.
    pub fn fix_columns(&mut self, sort: bool) {
        self.has_fixed_columns = true;
        if sort && !(self.is_selected && self.keeps_order) {
            let old: Vec<_> = self.entries.keys().cloned().collect();
            self.entries.sort_keys();
            let new = |column: usize| self.entries.get_index_of(&old[column]).unwrap_or(column);
            self.cells
                .iter_mut()
                .for_each(|cell| cell.column = new(cell.column));
        }
    }

    pub fn has_fixed_columns(&self) -> bool {
        self.has_fixed_columns
    }

    /// Whether more than [`LIMIT`] bytes are held.
    pub fn is_full(&self) -> bool {
        self.text.len() + self.cells.len() * size_of::<Cell>() > LIMIT
    }

    pub fn is_empty(&self) -> bool {
        self.row_ends.is_empty()
    }

    /// Names the host that the next rows are from. Nothing happens if there is no column for it.
    pub fn set_host(&mut self, name: &str) {
        if let Some(host) = &mut self.host {
            *host = Value::str(name);
        }
    }

    /// Whether any column is known, besides that of the host.
    pub fn has_columns(&self) -> bool {
        self.entries.len() > self.first_column()
    }

    /// The index of the first column behind that of the host.
    fn first_column(&self) -> usize {
        usize::from(self.host.is_some())
    }

    fn set_entries(&mut self, entries: Entries) {
        self.entries = match self.host {
            Some(_) => with_host(entries),
            None => entries,
        };
    }

    /// The names of the columns.
    pub fn names(&self) -> impl ExactSizeIterator<Item = ColumnName<'_>> {
        self.entries.iter().map(|(name, entry)| {
            let path = match entry.origin {
                ColumnOrigin::Host => HOST,
                _ => name,
            };
            let column = entry.column.as_ref();
            ColumnName {
                header: column.and_then(Column::header),
                path: column.map_or(path, |column| column.title(path)),
                subject: column.map_or(path, Column::subject),
                origin: entry.origin,
            }
        })
    }

    /// The columns that no row has had, by where their paths end in the first row.
    pub fn missing_columns(&self) -> Vec<MissingColumnNames> {
        let mut all: Vec<MissingColumnNames> = Vec::new();
        for (at, row) in self.missing.unseen() {
            let Some(column) = &self.entries[at].column else {
                continue;
            };
            let (parent, keys) = column.end_in(row);
            match all.iter_mut().find(|known| known.parent == parent) {
                Some(known) => known.columns.push(column.path()),
                None => all.push(MissingColumnNames {
                    columns: vec![column.path()],
                    parent,
                    keys,
                }),
            }
        }
        all
    }

    /// The first failure of the filter of each column, once.
    pub fn take_errors(&mut self) -> Vec<CellError> {
        std::mem::take(&mut self.errors)
    }

    /// Adds a row. Cells of keys that are not among the fixed columns are left out; the first such key is returned.
    pub fn push(&mut self, row: &Value) -> Option<SharedStr> {
        if let Some(selection) = self.undecided.take() {
            self.decide(selection, row);
        }
        if let Some(host) = self.host.clone() {
            self.push_cell(0, &host);
        }
        let unknown = match row {
            _ if self.is_selected => self.push_selected(row),
            Value::Obj(map) => self.push_entries(map.iter(), ColumnOrigin::Key),
            Value::Arr(items) => {
                let indexes = (0..items.len()).map(|index| SharedStr::from(index.to_string()));
                let indexes: Vec<SharedStr> = indexes.collect();
                self.push_entries(indexes.iter().zip(items.iter()), ColumnOrigin::Index)
            }
            scalar => {
                self.push_entries([(&VALUE.into(), scalar)].into_iter(), ColumnOrigin::Scalar)
            }
        };
        self.row_ends.push(self.cells.len());
        unknown
    }

    /// Decides which columns apply, by the first row.
    fn decide(&mut self, selection: Selection, row: &Value) {
        let selected = self.entries.values();
        let selected: Vec<_> = selected.filter_map(|entry| entry.column.clone()).collect();
        let has_all = selected.iter().all(|column| column.is_present_in(row));
        if has_all && selection != Selection::Presentation {
            let paths = selected.iter().flat_map(Column::paths);
            let is_complete = selection == Selection::Complete;
            self.covered = is_complete.then(|| paths.map(|path| path.as_str().into()).collect());
            return;
        }
        let Value::Obj(map) = row else {
            return self.drop_selection();
        };
        let kept = kept_columns(&selected, map.iter().map(|(key, _)| key), row);
        if kept
            .iter()
            .all(|column| selected.iter().all(|it| it != column))
        {
            return self.drop_selection();
        }
        self.absent = selected;
        self.absent.retain(|column| !kept.contains(column));
        self.set_entries(entries(kept.into_iter()));
        self.covered = Some(map.iter().map(|(key, _)| key.clone()).collect());
    }

    fn drop_selection(&mut self) {
        self.is_selected = false;
        self.set_entries(Entries::default());
    }

    fn push_selected(&mut self, row: &Value) -> Option<SharedStr> {
        let unknown = self.add_new_keys(row);
        self.missing
            .note(row, self.entries.values().map(|it| it.column.as_ref()));
        let entries = std::mem::take(&mut self.entries);
        for (at, entry) in entries.values().enumerate() {
            if let Some(column) = &entry.column {
                self.push_selected_cell(at, column, row);
            }
        }
        self.entries = entries;
        unknown
    }

    /// Adds a column for each key of the row that no column shows, where such keys are shown. Returns the first one
    /// that comes too late.
    fn add_new_keys(&mut self, row: &Value) -> Option<SharedStr> {
        let (Some(covered), Value::Obj(map)) = (&mut self.covered, row) else {
            return None;
        };
        let mut unknown = None;
        for (key, _) in map.iter() {
            if covered.contains(key) {
                continue;
            }
            if self.has_fixed_columns {
                unknown = unknown.or_else(|| Some(key.clone()));
                continue;
            }
            covered.insert(key.clone());
            let shows_key = |column: &&Column| column.paths() == [&**key];
            let column = self.absent.iter().find(shows_key).cloned();
            let entry = Entry {
                origin: ColumnOrigin::Key,
                column: Some(column.unwrap_or_else(|| Column::of_key(key))),
            };
            self.entries.insert(key.clone(), entry);
        }
        unknown
    }

    fn push_selected_cell(&mut self, at: usize, column: &Column, row: &Value) {
        let value = column.value_in(row);
        let Some((filters, filter)) = self.filters.as_ref().zip(column.filter()) else {
            return self.push_cell(at, &value);
        };
        match filters.run(filter, &value) {
            Ok(shown) => self.push_cell(at, &shown),
            Err(message) => {
                if !self.tolerates_errors && value != Value::Null {
                    self.note_error(column.path(), message);
                }
                self.push_cell(at, &value);
            }
        }
    }

    fn note_error(&mut self, column: String, message: String) {
        if self.errors.iter().all(|error| error.column != column) {
            self.errors.push(CellError { column, message });
        }
    }

    fn push_entries<'v>(
        &mut self,
        entries: impl Iterator<Item = (&'v SharedStr, &'v Value)>,
        origin: ColumnOrigin,
    ) -> Option<SharedStr> {
        let (mut unknown, first) = (None, self.first_column());
        for (at, (name, value)) in entries.enumerate() {
            match self.column(first + at, name, origin) {
                Some(column) => self.push_cell(column, value),
                None => unknown = unknown.or_else(|| Some(name.clone())),
            }
        }
        unknown
    }

    /// The index of a column. Most rows have the same keys in the same order, so the key's own index is tried first.
    fn column(&mut self, at: usize, name: &SharedStr, origin: ColumnOrigin) -> Option<usize> {
        if self
            .entries
            .get_index(at)
            .is_some_and(|(known, _)| known == name)
        {
            return Some(at);
        }
        match self.entries.get_index_of(name) {
            None if !self.has_fixed_columns => {
                let entry = Entry {
                    origin,
                    column: None,
                };
                Some(self.entries.insert_full(name.clone(), entry).0)
            }
            found => found,
        }
    }

    fn push_cell(&mut self, column: usize, value: &Value) {
        let kind = match value {
            Value::Null => return,
            Value::Bool(_) => CellKind::Bool,
            Value::Num(_) => CellKind::Number,
            Value::Str(_) => CellKind::Text,
            Value::Arr(_) | Value::Obj(_) => CellKind::Nested,
        };
        let start = self.text.len();
        (self.render)(value, &mut self.text);
        // The buffer stays far below 4 GiB; a single longer cell is cut off.
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.cells.push(Cell {
            column,
            kind,
            start: offset(start),
            end: offset(self.text.len()),
        });
    }

    /// The rows held: the cells of each that are not null.
    pub fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        let starts = std::iter::once(&0).chain(&self.row_ends);
        starts
            .zip(&self.row_ends)
            .map(|(start, end)| &self.cells[*start..*end])
    }

    /// The text of a cell.
    pub fn text(&self, cell: &Cell) -> &str {
        self.text
            .get(cell.start as usize..cell.end as usize)
            .unwrap_or_default()
    }

    /// The cells of a row in the order of the columns; `None` for null.
    pub fn in_order<'c>(&self, cells: &'c [Cell]) -> Vec<Option<&'c Cell>> {
        let mut ordered = vec![None; self.entries.len()];
        for cell in cells {
            if let Some(slot) = ordered.get_mut(cell.column) {
                *slot = Some(cell);
            }
        }
        ordered
    }

    /// The texts of a row in the order of the columns; empty for null.
    pub fn fields<'a>(&'a self, cells: &'a [Cell]) -> impl Iterator<Item = &'a str> {
        let ordered = self.in_order(cells).into_iter();
        ordered.map(|cell| cell.map_or("", |cell| self.text(cell)))
    }

    /// Removes the rows; the columns stay.
    pub fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.row_ends.clear();
    }
}
