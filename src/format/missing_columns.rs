//! Selected columns that no row has: a misspelt path would otherwise be an empty column.

use crate::column::Column;
use dq_json::value::Value;

/// Notes which of the selected columns some row has.
pub struct MissingColumns {
    /// For each column, whether a row has had it.
    is_seen: Vec<bool>,
    /// How many columns no row has had.
    unseen: usize,
    /// The first object.
    first: Option<Value>,
}

impl MissingColumns {
    /// Of this many columns none was seen.
    pub fn new(columns: usize) -> Self {
        Self {
            is_seen: vec![false; columns],
            unseen: columns,
            first: None,
        }
    }

    /// Notes a row.
    #[inline]
    pub fn note<'c>(&mut self, row: &Value, columns: impl Iterator<Item = Option<&'c Column>>) {
        if self.unseen > 0 {
            self.note_unseen(row, columns);
        }
    }

    fn note_unseen<'c>(&mut self, row: &Value, columns: impl Iterator<Item = Option<&'c Column>>) {
        if let (None, Value::Obj(_)) = (&self.first, row) {
            self.first = Some(row.clone());
        }
        for (is_seen, column) in self.is_seen.iter_mut().zip(columns) {
            if !*is_seen && column.is_none_or(|it| it.is_found_in(row)) {
                *is_seen = true;
                self.unseen -= 1;
            }
        }
    }

    /// The indexes of the columns that no object has had, with the first object, if there was one.
    pub fn unseen(&self) -> impl Iterator<Item = (usize, &Value)> {
        let first = self.first.as_ref();
        let indexes = self
            .is_seen
            .iter()
            .enumerate()
            .filter(|(_, is_seen)| !**is_seen);
        indexes.filter_map(move |(at, _)| Some((at, first?)))
    }
}
