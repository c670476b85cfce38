//! Selected columns that no row has: a misspelt path would otherwise be an empty column.

use std::rc::Rc;

use crate::column::Column;
use dq_json::value::Value;

/// Notes which of the selected columns some row has.
pub struct MissingColumns {
    /// For each column, whether a row has had it.
    is_seen: Vec<bool>,
    /// How many columns no row has had.
    unseen: usize,
    /// The keys of the first object.
    keys: Option<Vec<Rc<str>>>,
}

impl MissingColumns {
    /// Of this many columns none was seen.
    pub fn new(columns: usize) -> Self {
        Self {
            is_seen: vec![false; columns],
            unseen: columns,
            keys: None,
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
        if let (None, Value::Obj(map)) = (&self.keys, row) {
            self.keys = Some(map.iter().map(|(key, _)| key.clone()).collect());
        }
        for (is_seen, column) in self.is_seen.iter_mut().zip(columns) {
            if !*is_seen && column.is_none_or(|it| it.is_present_in(row)) {
                *is_seen = true;
                self.unseen -= 1;
            }
        }
    }

    /// The indexes of the columns that no object has had, if there was an object.
    pub fn indexes(&self) -> impl Iterator<Item = usize> {
        let indexes = self.is_seen.iter().enumerate();
        let has_rows = self.keys.is_some();
        indexes.filter_map(move |(at, is_seen)| (has_rows && !is_seen).then_some(at))
    }

    /// The keys of the first object.
    pub fn keys(&self) -> Vec<String> {
        let keys = self.keys.iter().flatten();
        keys.map(|key| key.to_string()).collect()
    }
}
