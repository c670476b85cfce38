//! The filters of columns: compiled before anything is sent, run by the formatter.

use std::rc::Rc;

use super::output::Output;
use crate::environment;
use crate::error::Error;
use crate::plan::Plan;
use dq_filter::ValueFilters;
use dq_format::{CellFilters, Formatter, Settings};
use dq_json::value::Value;

/// Compiles the filters of the columns, if there are any.
///
/// # Errors
/// What is wrong with them, with a caret.
pub fn filters(
    plan: &Plan,
    output: &Rc<Output>,
    stack_bytes: usize,
) -> Result<Option<CellFilters>, Error> {
    let mut compiled = Vec::with_capacity(plan.cells.len());
    for cells in &plan.cells {
        let program = plan.program.cells_to_compile(cells, &environment::texts);
        let saved = cells.saved.as_ref();
        let filters = dq_filter::compile_value_filters(&program, &cells.ranges, saved, stack_bytes);
        let filters = filters.map_err(|errors| Error::Compile { errors, hint: None })?;
        compiled.push((cells.ranges.len(), filters));
    }
    if compiled.is_empty() {
        return Ok(None);
    }
    // The output owns the formatter, which owns this.
    let output = Rc::downgrade(output);
    Ok(Some(CellFilters::new(Rc::new(move |filter, value| {
        run(&compiled, filter, value, &|message| {
            if let Some(output) = output.upgrade() {
                output.message_between_writes(message);
            }
        })
    }))))
}

/// Runs the filter with this index, which counts through all programs.
fn run(
    programs: &[(usize, ValueFilters)],
    mut index: usize,
    value: &Value,
    write_message: &dyn Fn(&[u8]),
) -> Result<Value, String> {
    for (count, filters) in programs {
        if index < *count {
            return filters.run(index, value, write_message);
        }
        index -= count;
    }
    Ok(value.clone())
}

/// The formatter of the plan.
pub fn formatter(plan: &Plan, cells: Option<CellFilters>) -> Box<dyn Formatter> {
    dq_format::formatter(settings(plan, cells))
}

/// The settings of the plan's formatter.
pub fn settings(plan: &Plan, cells: Option<CellFilters>) -> Settings {
    let mut settings = plan.output.clone();
    settings.columns.filters = cells;
    settings
}
