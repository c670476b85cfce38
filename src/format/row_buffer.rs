//! Rows and the columns they have: the text of their cells, held in one piece of memory.

use std::rc::Rc;

use indexmap::IndexMap;

use crate::column::{Column, Columns};
use dq_json::value::Value;

/// What is held at most before the columns are settled, in bytes.
const LIMIT: usize = 32 << 20;

/// The name of the column of scalars.
pub const VALUE: &str = "value";

/// What a cell holds; of nulls there are no cells.
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
    /// Which column it belongs to, in the order they were first seen.
    pub column: usize,
    pub kind: CellKind,
    start: u32,
    end: u32,
}

/// How a format writes the text of a cell that is not null.
pub type Render = fn(&Value, &mut String);

/// Where a column's name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnOrigin {
    /// `--columns`.
    Chosen,
    Key,
    /// An array's index.
    Index,
    Scalar,
}

type ColumnNames = IndexMap<Rc<str>, ColumnOrigin, foldhash::fast::RandomState>;

/// Rows, and their columns in the order they were first seen.
pub struct RowBuffer {
    chosen: Option<Vec<Column>>,
    /// Each element of an array is a row.
    pub explode_arrays: bool,
    /// The first row decides whether the chosen columns are meant.
    is_tentative: bool,
    names: ColumnNames,
    render: Render,
    is_settled: bool,
    text: String,
    cells: Vec<Cell>,
    /// Where each row ends among the cells.
    ends: Vec<usize>,
}

impl RowBuffer {
    pub fn new(columns: &Columns, render: Render) -> Self {
        let mut names = ColumnNames::default();
        let mut chosen = columns.selected.clone();
        // A column is there once, however often it is asked for.
        if let Some(chosen) = &mut chosen {
            chosen.retain(|it| {
                names
                    .insert(it.path().into(), ColumnOrigin::Chosen)
                    .is_none()
            });
        }
        Self {
            names,
            chosen,
            explode_arrays: columns.explode_arrays,
            is_tentative: columns.is_tentative,
            render,
            is_settled: false,
            text: String::new(),
            cells: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// From now on there are no more columns.
    pub fn settle(&mut self, sort: bool) {
        self.is_settled = true;
        if sort && self.chosen.is_none() {
            let old: Vec<_> = self.names.keys().cloned().collect();
            self.names.sort_keys();
            let new = |column: usize| self.names.get_index_of(&old[column]).unwrap_or(column);
            self.cells
                .iter_mut()
                .for_each(|cell| cell.column = new(cell.column));
        }
    }

    pub fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// More is held than should be.
    pub fn is_full(&self) -> bool {
        self.text.len() + self.cells.len() * size_of::<Cell>() > LIMIT
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The names of the columns, and where they come from.
    pub fn names(&self) -> impl ExactSizeIterator<Item = (&str, ColumnOrigin)> {
        self.names.iter().map(|(name, origin)| (&**name, *origin))
    }

    /// Takes a row in. A key that comes after the columns were settled is left out and returned.
    pub fn push(&mut self, row: &Value) -> Option<Rc<str>> {
        if std::mem::take(&mut self.is_tentative) {
            self.decide(row);
        }
        let late = match (self.chosen.take(), row) {
            (Some(chosen), _) => {
                for (at, column) in chosen.iter().enumerate() {
                    self.cell(at, &column.value_in(row));
                }
                self.chosen = Some(chosen);
                None
            }
            (None, Value::Obj(map)) => self.named(map.iter(), ColumnOrigin::Key),
            (None, Value::Arr(items)) => {
                let indexes = (0..items.len()).map(|index| Rc::from(index.to_string()));
                let indexes: Vec<Rc<str>> = indexes.collect();
                self.named(indexes.iter().zip(items.iter()), ColumnOrigin::Index)
            }
            (None, scalar) => {
                self.named([(&VALUE.into(), scalar)].into_iter(), ColumnOrigin::Scalar)
            }
        };
        self.ends.push(self.cells.len());
        late
    }

    fn decide(&mut self, row: &Value) {
        let is_meant = |chosen: &Vec<Column>| chosen.iter().all(|column| column.is_present_in(row));
        if !self.chosen.as_ref().is_some_and(is_meant) {
            self.chosen = None;
            self.names.clear();
        }
    }

    fn named<'v>(
        &mut self,
        entries: impl Iterator<Item = (&'v Rc<str>, &'v Value)>,
        origin: ColumnOrigin,
    ) -> Option<Rc<str>> {
        let mut late = None;
        for (at, (name, value)) in entries.enumerate() {
            match self.column(at, name, origin) {
                Some(column) => self.cell(column, value),
                None => late = late.or_else(|| Some(name.clone())),
            }
        }
        late
    }

    /// The column of that name. Most rows have the same keys in the same order: the same place is tried first.
    fn column(&mut self, at: usize, name: &Rc<str>, origin: ColumnOrigin) -> Option<usize> {
        if self
            .names
            .get_index(at)
            .is_some_and(|(known, _)| known == name)
        {
            return Some(at);
        }
        match self.names.get_index_of(name) {
            None if !self.is_settled => Some(self.names.insert_full(name.clone(), origin).0),
            found => found,
        }
    }

    fn cell(&mut self, column: usize, value: &Value) {
        let kind = match value {
            Value::Null => return,
            Value::Bool(_) => CellKind::Bool,
            Value::Num(_) => CellKind::Number,
            Value::Str(_) => CellKind::Text,
            Value::Arr(_) | Value::Obj(_) => CellKind::Nested,
        };
        let start = self.text.len();
        (self.render)(value, &mut self.text);
        // What is held is far below 4 GiB; a single cell that is not is cut short.
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.cells.push(Cell {
            column,
            kind,
            start: place(start),
            end: place(self.text.len()),
        });
    }

    /// The rows held, each as its cells that are not null.
    pub fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts
            .zip(&self.ends)
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
            if let Some(place) = ordered.get_mut(cell.column) {
                *place = Some(cell);
            }
        }
        ordered
    }

    /// The texts of a row in the order of the columns; nothing for null.
    pub fn fields<'a>(&'a self, cells: &'a [Cell]) -> impl Iterator<Item = &'a str> {
        let ordered = self.in_order(cells).into_iter();
        ordered.map(|cell| cell.map_or("", |cell| self.text(cell)))
    }

    /// Lets go of the rows; columns stay.
    pub fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.ends.clear();
    }
}
