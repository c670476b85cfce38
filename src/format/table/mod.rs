//! Tables without borders, as docker prints them: fitted to a terminal, whole everywhere else.

mod column;
mod palette;
mod states;
mod widths;

use self::column::TableColumn;
use self::palette::TablePalette;
use self::widths::{ColumnWidths, GAP, WidthDemand, WidthPriority, fit};
use crate::cell::readable;
use crate::columnar::{ColumnarFormatter, RowWriter};
use crate::error::Error;
use crate::formatter::Formatter;
use crate::row_buffer::{Cell, CellKind, ColumnOrigin, RowBuffer};
use crate::settings::Settings;
use crate::sgr::SgrCodes;
use crate::width::{self, cut};

const ELLIPSIS: char = '…';

/// A narrower terminal is taken for one of this width: nothing could be read on it.
const NARROWEST: usize = 12;

/// The formatter.
pub fn formatter(settings: &Settings) -> Box<dyn Formatter> {
    let grid = RowBuffer::new(&settings.columns, readable);
    let table = Table {
        columns: Vec::new(),
        has_header: settings.columns.has_header,
        width: settings.width.map(|width| width.max(NARROWEST)),
        paint: settings.palette.as_ref().map(TablePalette::new),
        layout: TableLayout::Rows(ColumnWidths::default()),
        is_first: true,
        measured: 0,
    };
    Box::new(ColumnarFormatter::new(
        grid,
        table,
        settings.sort_keys,
        false,
    ))
}

struct Table {
    columns: Vec<TableColumn>,
    has_header: bool,
    /// What the table must fit into.
    width: Option<usize>,
    paint: Option<TablePalette>,
    layout: TableLayout,
    /// Nothing was written yet.
    is_first: bool,
    /// So many rows to come are measured already.
    measured: usize,
}

enum TableLayout {
    Rows(ColumnWidths),
    /// One field a line, for what is too wide; the width of the titles.
    Records(usize),
}

impl RowWriter for Table {
    fn begin(&mut self, grid: &RowBuffer, out: &mut String) {
        self.columns = grid
            .names()
            .map(|(name, _)| TableColumn::new(name))
            .collect();
        let mut kinds: Vec<Option<CellKind>> = vec![None; self.columns.len()];
        for cell in grid.rows().flatten() {
            self.columns[cell.column].measure(grid.text(cell));
            let kind = &mut kinds[cell.column];
            *kind = Some(match kind {
                Some(CellKind::Number) | None => cell.kind,
                Some(other) => *other,
            });
        }
        for (column, kind) in self.columns.iter_mut().zip(kinds) {
            column.is_numeric = kind == Some(CellKind::Number);
            if column.is_numeric {
                column.need.rank = WidthPriority::Rigid;
            }
        }
        self.measured = grid.rows().count();
        self.lay_out();
        // Arrays have no names for what they hold.
        let has_names = grid
            .names()
            .any(|(_, origin)| origin != ColumnOrigin::Index);
        if self.has_header && has_names && matches!(self.layout, TableLayout::Rows(_)) {
            self.header(out);
        }
    }

    fn row(&mut self, grid: &RowBuffer, cells: &[Cell], out: &mut String) -> Result<(), Error> {
        if self.measured > 0 {
            self.measured -= 1;
        } else if self.grow(grid, cells) {
            self.lay_out_again();
        }
        match &self.layout {
            TableLayout::Rows(_) => self.line(grid, cells, out),
            TableLayout::Records(titles) => self.record(grid, cells, *titles, out),
        }
        self.is_first = false;
        Ok(())
    }
}

impl Table {
    fn needs(&self) -> Vec<&WidthDemand> {
        self.columns.iter().map(|column| &column.need).collect()
    }

    /// Widths with everything in full.
    fn whole(&self) -> ColumnWidths {
        ColumnWidths {
            widths: self.columns.iter().map(|column| column.need.full).collect(),
            short: false,
            gap: GAP,
        }
    }

    fn lay_out(&mut self) {
        self.layout = match self.width.map(|width| fit(&self.needs(), width)) {
            None => TableLayout::Rows(self.whole()),
            Some(Some(fit)) => TableLayout::Rows(fit),
            Some(None) => {
                let titles = self
                    .columns
                    .iter()
                    .map(|column| width::width(&column.title));
                TableLayout::Records(titles.max().unwrap_or(0))
            }
        };
    }

    /// Rows of a stream may be wider than the first ones were: columns grow, as far as the terminal lets them.
    fn lay_out_again(&mut self) {
        if matches!(self.layout, TableLayout::Records(_)) {
            return;
        }
        let fit = match self.width {
            None => Some(self.whole()),
            Some(width) => fit(&self.needs(), width),
        };
        if let Some(fit) = fit {
            self.layout = TableLayout::Rows(fit);
        }
    }

    /// Takes the cells of a row in; whether there is not yet room for one.
    fn grow(&mut self, grid: &RowBuffer, cells: &[Cell]) -> bool {
        let mut grew = false;
        for cell in cells {
            if let Some(column) = self.columns.get_mut(cell.column) {
                grew |= column.measure(grid.text(cell));
            }
        }
        grew
    }

    fn header(&mut self, out: &mut String) {
        let TableLayout::Rows(fit) = &self.layout else {
            return;
        };
        let mut line = LineWriter::new(out, fit.gap);
        let around = self.paint.as_ref().map(TablePalette::title);
        for (column, width) in self.columns.iter().zip(&fit.widths) {
            line.cell(&column.title, *width, column.is_numeric, around);
        }
        line.end();
    }

    fn line(&self, grid: &RowBuffer, cells: &[Cell], out: &mut String) {
        let TableLayout::Rows(fit) = &self.layout else {
            return;
        };
        let mut line = LineWriter::new(out, fit.gap);
        let ordered = grid.in_order(cells);
        for ((column, width), cell) in self.columns.iter().zip(&fit.widths).zip(ordered) {
            let Some(cell) = cell else {
                line.cell("", *width, false, None);
                continue;
            };
            let whole = grid.text(cell);
            let text = column.short(whole).filter(|_| fit.short).unwrap_or(whole);
            let around = self
                .paint
                .as_ref()
                .map(|paint| paint.cell(text, cell.kind, column.has_states));
            line.cell(text, *width, column.is_numeric, around);
        }
        line.end();
    }

    /// One field a line; nulls are left out.
    fn record(&self, grid: &RowBuffer, cells: &[Cell], titles: usize, out: &mut String) {
        if cells.is_empty() {
            return;
        }
        if !self.is_first {
            out.push('\n');
        }
        let width = self.width.unwrap_or(usize::MAX);
        let titles = titles.min(width / 3);
        for (column, cell) in self.columns.iter().zip(grid.in_order(cells)) {
            let Some(cell) = cell else {
                continue;
            };
            let room = width.saturating_sub(titles + GAP).max(1);
            let whole = grid.text(cell);
            let short = column.short(whole).filter(|_| width::width(whole) > room);
            let text = short.unwrap_or(whole);
            let mut line = LineWriter::new(out, GAP);
            let paint = self.paint.as_ref();
            line.cell(&column.title, titles, false, paint.map(TablePalette::title));
            let around = paint.map(|paint| paint.cell(text, cell.kind, column.has_states));
            line.cell(text, room, false, around);
            line.end();
        }
    }
}

/// A line being written; blanks at its end are not.
struct LineWriter<'a> {
    out: &'a mut String,
    /// Blanks owed before the next text.
    owed: usize,
    /// Blanks between two columns.
    gap: usize,
}

impl<'a> LineWriter<'a> {
    fn new(out: &'a mut String, gap: usize) -> Self {
        Self { out, owed: 0, gap }
    }

    /// Text in a column of that width, cut where it is wider.
    fn cell(&mut self, text: &str, columns: usize, right: bool, around: Option<&SgrCodes>) {
        let taken = width::width(text);
        let (text, taken, is_cut) = if taken > columns {
            let (text, taken) = cut(text, columns.saturating_sub(1));
            (text, taken + 1, true)
        } else {
            (text, taken, false)
        };
        let blanks = columns.saturating_sub(taken);
        self.owed += if right { blanks } else { 0 };
        if !text.is_empty() || is_cut {
            self.out.extend(std::iter::repeat_n(' ', self.owed));
            self.owed = 0;
            self.out.push_str(around.map_or("", |around| &around.on));
            self.out.push_str(text);
            self.out.extend(is_cut.then_some(ELLIPSIS));
            self.out.push_str(around.map_or("", |around| &around.off));
        }
        self.owed += self.gap + if right { 0 } else { blanks };
    }

    fn end(self) {
        self.out.push('\n');
    }
}
