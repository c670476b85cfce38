//! Rows held in memory: the text of all cells in one string, and the columns seen so far.

use std::rc::Rc;

use indexmap::IndexMap;

use crate::column::{Column, Columns};
use dq_json::value::Value;

/// The columns are fixed when this many bytes are held.
const LIMIT: usize = 32 << 20;

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

/// Where a column's name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnOrigin {
    /// Selected with `--columns`.
    Selected,
    /// A key of an object.
    Key,
    /// An index of an array.
    Index,
    /// The row is a scalar.
    Scalar,
}

type ColumnNames = IndexMap<Rc<str>, ColumnOrigin, foldhash::fast::RandomState>;

/// Rows, and their columns in the order in which they were first seen.
pub struct RowBuffer {
    selected: Option<Vec<Column>>,
    /// Every element of an array is a row.
    pub explode_arrays: bool,
    /// The first row decides whether the selected columns apply.
    is_tentative: bool,
    names: ColumnNames,
    render: Render,
    has_fixed_columns: bool,
    text: String,
    cells: Vec<Cell>,
    /// For each row, the index behind its last cell.
    row_ends: Vec<usize>,
}

impl RowBuffer {
    pub fn new(columns: &Columns, render: Render) -> Self {
        let mut names = ColumnNames::default();
        let mut selected = columns.selected.clone();
        // A column selected twice is shown once.
        if let Some(selected) = &mut selected {
            selected.retain(|it| {
                names
                    .insert(it.path().into(), ColumnOrigin::Selected)
                    .is_none()
            });
        }
        Self {
            names,
            selected,
            explode_arrays: columns.explode_arrays,
            is_tentative: columns.is_tentative,
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
        if sort && self.selected.is_none() {
            let old: Vec<_> = self.names.keys().cloned().collect();
            self.names.sort_keys();
            let new = |column: usize| self.names.get_index_of(&old[column]).unwrap_or(column);
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

    /// The names of the columns and their origins.
    pub fn names(&self) -> impl ExactSizeIterator<Item = (&str, ColumnOrigin)> {
        self.names.iter().map(|(name, origin)| (&**name, *origin))
    }

    /// Adds a row. Cells of keys that are not among the fixed columns are left out; the first such key is returned.
    pub fn push(&mut self, row: &Value) -> Option<Rc<str>> {
        if std::mem::take(&mut self.is_tentative) {
            self.check_selection(row);
        }
        let unknown = match (self.selected.take(), row) {
            (Some(selected), _) => {
                for (at, column) in selected.iter().enumerate() {
                    self.push_cell(at, &column.value_in(row));
                }
                self.selected = Some(selected);
                None
            }
            (None, Value::Obj(map)) => self.push_entries(map.iter(), ColumnOrigin::Key),
            (None, Value::Arr(items)) => {
                let indexes = (0..items.len()).map(|index| Rc::from(index.to_string()));
                let indexes: Vec<Rc<str>> = indexes.collect();
                self.push_entries(indexes.iter().zip(items.iter()), ColumnOrigin::Index)
            }
            (None, scalar) => {
                self.push_entries([(&VALUE.into(), scalar)].into_iter(), ColumnOrigin::Scalar)
            }
        };
        self.row_ends.push(self.cells.len());
        unknown
    }

    /// Drops the selected columns if the row does not have them all.
    fn check_selection(&mut self, row: &Value) {
        let is_present =
            |selected: &Vec<Column>| selected.iter().all(|column| column.is_present_in(row));
        if !self.selected.as_ref().is_some_and(is_present) {
            self.selected = None;
            self.names.clear();
        }
    }

    fn push_entries<'v>(
        &mut self,
        entries: impl Iterator<Item = (&'v Rc<str>, &'v Value)>,
        origin: ColumnOrigin,
    ) -> Option<Rc<str>> {
        let mut unknown = None;
        for (at, (name, value)) in entries.enumerate() {
            match self.column(at, name, origin) {
                Some(column) => self.push_cell(column, value),
                None => unknown = unknown.or_else(|| Some(name.clone())),
            }
        }
        unknown
    }

    /// The index of a column. Most rows have the same keys in the same order, so the key's own index is tried first.
    fn column(&mut self, at: usize, name: &Rc<str>, origin: ColumnOrigin) -> Option<usize> {
        if self
            .names
            .get_index(at)
            .is_some_and(|(known, _)| known == name)
        {
            return Some(at);
        }
        match self.names.get_index_of(name) {
            None if !self.has_fixed_columns => Some(self.names.insert_full(name.clone(), origin).0),
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
        let mut ordered = vec![None; self.names.len()];
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
