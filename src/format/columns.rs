//! The columns of the formats that have some: which ones, and how their cells are made readable.

use std::fmt;
use std::rc::Rc;

use crate::column::Column;
use crate::table::WidthMemory;
use dq_json::value::Value;

/// The columns of tables, CSV, TSV and Markdown.
#[derive(Clone, Debug)]
pub struct Columns {
    /// The columns in their order; `None` shows all keys of the rows, in the order of their first appearance.
    pub selected: Option<Vec<Column>>,
    /// What the first row has to do with the selected columns.
    pub selection: Selection,
    /// Notes which of the selected columns no row has, for [`crate::Formatter::missing_columns`].
    pub reports_missing: bool,
    /// The filters of the columns, for the formats that people read.
    pub filters: Option<CellFilters>,
    /// Every element of an array is a row, scalars too. (Otherwise an array of scalars is one row.)
    pub explode_arrays: bool,
    /// The first column is the host that a row is from ([`crate::Formatter::set_host`]).
    pub has_host: bool,
    /// Starts with a row of column headers.
    pub has_header: bool,
    /// The widths that the columns of tables had before, where a table is written again and again.
    pub memory: Option<WidthMemory>,
}

/// Which rows the selected columns are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All rows, whatever they are.
    Fixed,
    /// The rows of a saved filter, which another filter may have changed since. If the first row has all of the
    /// selected columns, they apply. If not, the rows' keys are the columns, and those that were selected keep header
    /// and filter.
    Tentative,
    /// As [`Selection::Tentative`]; and as the selected columns cover all keys of the saved filter's rows, any other key
    /// was added since, and is shown too.
    Complete,
    /// The rows' keys are the columns; those that were selected keep header and filter.
    Presentation,
}

impl Selection {
    /// Whether cells that the filter of their column fails on are shown as they are, without an error: the filter was
    /// written for other rows.
    pub(crate) fn tolerates_errors(self) -> bool {
        self != Self::Fixed
    }
}

impl Default for Columns {
    /// All columns, with their headers.
    fn default() -> Self {
        Self {
            selected: None,
            selection: Selection::Fixed,
            reports_missing: false,
            filters: None,
            explode_arrays: false,
            has_host: false,
            has_header: true,
            memory: None,
        }
    }
}

/// Runs the filter of a column, given by its index, on the value of a cell.
pub type RunCellFilter = dyn Fn(usize, &Value) -> Result<Value, String>;

/// The filters of columns, ready to run.
#[derive(Clone)]
pub struct CellFilters(Rc<RunCellFilter>);

impl CellFilters {
    /// The filters that `run` runs. It returns what the cell shows, or what is wrong.
    pub fn new(run: Rc<RunCellFilter>) -> Self {
        Self(run)
    }

    /// Runs the filter with this index.
    ///
    /// # Errors
    /// The filter's error, in one line.
    pub(crate) fn run(&self, filter: usize, value: &Value) -> Result<Value, String> {
        (self.0)(filter, value)
    }
}

impl fmt::Debug for CellFilters {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("CellFilters")
    }
}
