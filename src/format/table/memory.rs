//! The widths of earlier tables: a table that is written again and again does not jump.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::demand::WidthDemand;

/// Three widths for each column.
type Widths = HashMap<String, (usize, usize, usize)>;

/// The widest cells that each column had, by the column's path. A table that remembers makes no column narrower.
#[derive(Clone, Debug, Default)]
pub struct WidthMemory(Rc<RefCell<Widths>>);

impl WidthMemory {
    /// Makes a column at least as wide as it was, and remembers how wide it is now.
    pub(super) fn widen(&self, path: &str, demand: &mut WidthDemand) {
        let mut known = self.0.borrow_mut();
        if let Some((full, short, least)) = known.get(path) {
            demand.add(*full, *short, *least);
        }
        // A column without text may be left out.
        if demand.widest_cell() > 0 {
            known.insert(path.to_owned(), demand.widths());
        }
    }
}
