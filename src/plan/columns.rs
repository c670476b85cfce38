//! The columns of a run: the typed ones, else the saved filter's, and the filters of their cells.

use std::ops::Range;

use crate::cli::FormatOptions;
use crate::error::Error;
use dq_filter::CompileError;
use dq_filter::saved::{FilterOrigin, SavedFilter};
use dq_format::{Column, ColumnList, Columns, Format, Selection, parse_columns};

/// The columns of a saved filter.
#[derive(Clone, Debug)]
pub struct SavedColumns {
    /// The list, as `--columns` takes it.
    pub text: String,
    /// The saved filter whose columns they are; `None` for a list that dq makes itself.
    pub saved: Option<SavedFilter>,
    /// A filter follows, which may produce other rows.
    pub is_filtered: bool,
}

impl SavedColumns {
    /// What to call the list in an error.
    fn path(&self) -> Option<String> {
        self.saved.as_ref().map(columns_path)
    }

    fn list(&self) -> Result<ColumnList, Error> {
        column_list(&self.text, self.path().as_deref())
    }
}

/// The filters of the chosen columns, to be compiled.
#[derive(Debug)]
pub struct CellProgram {
    /// The list of columns that the filters are in.
    pub text: String,
    /// Where in the list they are.
    pub ranges: Vec<Range<usize>>,
    /// What to call the list in an error; `None` for the command line.
    pub path: Option<String>,
    /// The saved filter whose columns they are.
    pub saved: Option<SavedFilter>,
}

/// The columns of a format, and their filters where it is one that people read.
///
/// Header and filter of a built-in saved filter's column are how people see its data, so the formats for programs have
/// neither. A header that somebody has chosen is for all formats.
pub(super) fn columns(
    typed: &FormatOptions,
    saved: Option<SavedColumns>,
    saved_format: Option<Format>,
    format: Format,
) -> Result<(Columns, Vec<CellProgram>), Error> {
    let is_lines = saved_format == Some(Format::Lines);
    let columns = Columns {
        explode_arrays: is_lines,
        has_header: !typed.no_header,
        ..Columns::default()
    };
    let is_readable = match format {
        Format::Table | Format::Record | Format::Markdown => true,
        _ => format == Format::Lines && is_lines,
    };
    match (&typed.columns, saved) {
        (Some(text), saved) => typed_columns(columns, text, saved.filter(|_| is_readable)),
        // Lines of columns are only for a saved filter that was written so.
        (None, Some(_)) if format == Format::Lines && !is_lines => Ok((columns, Vec::new())),
        (None, Some(saved)) => saved_columns(columns, saved, typed.sort_keys, is_readable),
        (None, None) => Ok((columns, Vec::new())),
    }
}

/// The typed columns. A path alone has the header and the filter that the saved filter has for it. What is typed is
/// compiled even where it does not apply, to report what is wrong with it.
fn typed_columns(
    columns: Columns,
    text: &str,
    saved: Option<SavedColumns>,
) -> Result<(Columns, Vec<CellProgram>), Error> {
    let mut list = column_list(text, None)?;
    let mut cells = Vec::new();
    if let Some(saved) = saved {
        let presentation = saved.list()?;
        if list.present_as(&presentation) {
            cells.push(CellProgram::new(saved, presentation.filters));
        }
    }
    let typed = CellProgram {
        text: text.to_owned(),
        ranges: list.filters,
        path: None,
        saved: None,
    };
    cells.insert(0, typed);
    cells.retain(|program| !program.ranges.is_empty());
    let columns = Columns {
        selected: Some(list.columns),
        reports_missing: true,
        ..columns
    };
    Ok((columns, cells))
}

fn saved_columns(
    columns: Columns,
    saved: SavedColumns,
    sort_keys: bool,
    is_readable: bool,
) -> Result<(Columns, Vec<CellProgram>), Error> {
    let list = saved.list()?;
    if !is_readable && list.columns.iter().any(Column::is_row) {
        // A column that shows the whole row is for people: the data has the keys of the rows.
        return Ok((columns, Vec::new()));
    }
    let origin = saved.saved.as_ref().map(|saved| saved.origin);
    let is_own = origin.is_some_and(|origin| origin != FilterOrigin::BuiltIn);
    let selected = list.columns.into_iter();
    let columns = Columns {
        selection: selection(sort_keys, origin, saved.is_filtered),
        reports_missing: is_own && !saved.is_filtered,
        selected: Some(if is_readable || is_own {
            selected.collect()
        } else {
            selected.map(Column::into_data).collect()
        }),
        ..columns
    };
    // Somebody's own filters are compiled even where they do not apply, to report what is wrong with them.
    let has_filters = (is_readable || is_own) && !list.filters.is_empty();
    let cells = has_filters.then(|| CellProgram::new(saved, list.filters));
    Ok((columns, cells.into_iter().collect()))
}

impl CellProgram {
    fn new(columns: SavedColumns, ranges: Vec<Range<usize>>) -> Self {
        Self {
            path: columns.path(),
            text: columns.text,
            ranges,
            saved: columns.saved,
        }
    }
}

/// Which rows a saved filter's columns are for. `-S` sorts them.
fn selection(sort_keys: bool, origin: Option<FilterOrigin>, is_filtered: bool) -> Selection {
    match origin {
        _ if sort_keys => Selection::Presentation,
        Some(FilterOrigin::BuiltIn) if is_filtered => Selection::Complete,
        _ if is_filtered => Selection::Tentative,
        _ => Selection::Fixed,
    }
}

/// What to call the columns of a saved filter in an error.
pub fn columns_path(saved: &SavedFilter) -> String {
    format!("columns of {}", saved.path)
}

/// Parses a list of columns. `path` is what to call the list in an error; `None` for `--columns`.
///
/// # Errors
/// A list that does not parse, with a caret.
pub fn column_list(text: &str, path: Option<&str>) -> Result<ColumnList, Error> {
    parse_columns(text).map_err(|error| {
        let option = if path.is_none() {
            "--columns"
        } else {
            "columns"
        };
        let message = format!("{option}: {}", error.message);
        let path = path.unwrap_or_default();
        let is_slice = text[error.range.clone()].contains('[');
        let hint = if is_slice {
            "a slice or a negative index goes into the filter: Names[0]|.[1:]"
        } else {
            "columns are [HEADER:] PATH [| FILTER], with commas between them"
        };
        let error = CompileError::in_text(path, text, error.range, message);
        Error::Usage {
            message: error.to_string(),
            hint: Some(hint.into()),
        }
    })
}
