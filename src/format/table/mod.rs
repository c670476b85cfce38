//! Tables without borders, as docker prints them: cells are cut to fit a terminal, and whole everywhere else.

mod column;
mod cut;
mod demand;
mod line;
mod memory;
mod palette;
mod role;
mod shrink;
mod states;
mod unused;
mod widths;

use self::column::TableColumn;
use self::cut::{Cut, cut, cut_header};
use self::demand::WidthDemand;
use self::line::LineWriter;
pub use self::memory::WidthMemory;
use self::palette::TablePalette;
use self::widths::{ColumnWidths, GAP, fit_again, fit_columns};
use crate::cell::push_readable;
use crate::columnar::{ColumnarFormatter, RowWriter};
use crate::error::Error;
use crate::format::Format;
use crate::formatter::Formatter;
use crate::row_buffer::{Cell, CellStyle, RowBuffer};
use crate::row_columns::ColumnOrigin;
use crate::settings::Settings;
use crate::sgr::SgrCodes;
use crate::width;

/// Tables are never fitted to a narrower terminal than this: nothing could be read there.
const MIN_WIDTH: usize = 12;

/// The formatter of tables.
pub fn formatter(settings: &Settings) -> Box<dyn Formatter> {
    let rows = RowBuffer::new(&settings.columns, push_readable, CellStyle::Readable);
    let is_record = settings.format == Format::Record;
    let table = Table {
        columns: Vec::new(),
        has_header: settings.columns.has_header,
        header_lines: 0,
        memory: settings.columns.memory.clone(),
        // A record has its lines whole: a terminal breaks them.
        width: settings
            .width
            .filter(|_| !is_record)
            .map(|width| width.max(MIN_WIDTH)),
        is_record,
        palette: settings.palette.as_ref().map(TablePalette::new),
        layout: TableLayout::Rows(ColumnWidths::default()),
        is_first: true,
        is_selected: false,
        is_single_object: false,
        measured: 0,
    };
    Box::new(ColumnarFormatter::new(
        rows,
        table,
        settings.sort_keys,
        false,
    ))
}

struct Table {
    columns: Vec<TableColumn>,
    /// One cell per line, whether or not the columns fit.
    is_record: bool,
    has_header: bool,
    /// How many lines the headers took.
    header_lines: usize,
    /// The widths of the tables before this one.
    memory: Option<WidthMemory>,
    /// The width that the table must fit.
    width: Option<usize>,
    palette: Option<TablePalette>,
    layout: TableLayout,
    /// No row has been written yet.
    is_first: bool,
    /// The columns were selected with `--columns` or by a saved filter.
    is_selected: bool,
    /// The only output is an object.
    is_single_object: bool,
    /// The next rows, this many, have been measured already.
    measured: usize,
}

enum TableLayout {
    Rows(ColumnWidths),
    /// One cell per line: as chosen, or because the columns of a single object do not fit. Holds the width of the
    /// longest header.
    Records(usize),
}

impl RowWriter for Table {
    fn note_single_object(&mut self) {
        self.is_single_object = true;
    }

    fn write_header(&mut self, rows: &RowBuffer, out: &mut String) {
        self.measure_all(rows);
        self.choose_layout();
        if let (TableLayout::Rows(fitted), Some(_)) = (&mut self.layout, self.width) {
            unused::distribute(&self.columns, rows, fitted);
        }
        // The columns of arrays have no names.
        let has_names = rows
            .names()
            .any(|name| !matches!(name.origin, ColumnOrigin::Index | ColumnOrigin::Host));
        if self.has_header && has_names {
            self.write_column_headers(out);
        }
    }

    fn header_lines(&self) -> Option<usize> {
        matches!(self.layout, TableLayout::Rows(_)).then_some(self.header_lines)
    }

    fn write_row(
        &mut self,
        rows: &RowBuffer,
        cells: &[Cell],
        out: &mut String,
    ) -> Result<(), Error> {
        if self.measured > 0 {
            self.measured -= 1;
        } else if self.measure(rows, cells) {
            self.widen_columns();
        }
        match &self.layout {
            TableLayout::Rows(fitted) => self.write_line(rows, cells, fitted, out),
            TableLayout::Records(header_width) => {
                self.write_record(rows, cells, *header_width, out)
            }
        }
        self.is_first = false;
        Ok(())
    }

    fn finish(&mut self, out: &mut String) -> Result<(), Error> {
        if let TableLayout::Rows(fitted) = &self.layout {
            self.write_left_out(fitted.shown(), out);
        }
        Ok(())
    }
}

impl Table {
    fn demands(&self) -> Vec<&WidthDemand> {
        self.columns.iter().map(|column| &column.demand).collect()
    }

    /// Makes the columns and measures their first cells, which decide what the columns are.
    fn measure_all(&mut self, rows: &RowBuffer) {
        let mut names = rows.names();
        self.is_selected = names.any(|name| name.origin == ColumnOrigin::Selected);
        let columns = rows.names().map(|name| {
            let header = name.header.or(self.is_record.then_some(name.path));
            TableColumn::new(header, name.path, name.subject, self.width.is_some())
        });
        self.columns = columns.collect();
        for cell in rows.rows().flatten() {
            self.columns[cell.column].measure_first(rows.text(cell), cell.kind);
        }
        if let Some(memory) = &self.memory {
            for (column, name) in self.columns.iter_mut().zip(rows.names()) {
                memory.widen(name.path, &mut column.demand);
            }
        }
        self.columns.iter_mut().for_each(TableColumn::decide_role);
        self.measured = rows.rows().count();
    }

    fn choose_layout(&mut self) {
        let demands = self.demands();
        let fitted = match self.width {
            None => ColumnWidths::full(&demands),
            Some(width) => fit_columns(&demands, width, self.is_selected),
        };
        let is_cut = |(column, width): (&TableColumn, &Option<usize>)| {
            width.is_none_or(|width| width < column.demand.short)
        };
        let is_whole = !self.columns.iter().zip(&fitted.widths).any(is_cut);
        let is_too_wide = self.is_single_object && self.columns.len() > 1 && !is_whole;
        self.layout = if self.is_record || is_too_wide {
            TableLayout::Records(self.header_width())
        } else {
            TableLayout::Rows(fitted)
        };
    }

    /// The width of the longest header.
    fn header_width(&self) -> usize {
        let headers = self.columns.iter();
        let widths = headers.map(|column| width::width(&column.header));
        widths.max().unwrap_or(0)
    }

    /// Recomputes the widths after a row of a stream was wider than the rows before it. The columns stay the same.
    fn widen_columns(&mut self) {
        let TableLayout::Rows(fitted) = &self.layout else {
            return;
        };
        let demands = self.demands();
        let widths = match self.width {
            None => Some(ColumnWidths::full(&demands)),
            Some(width) => fit_again(&demands, &fitted.widths, width, self.is_selected),
        };
        if let Some(widths) = widths {
            self.layout = TableLayout::Rows(widths);
        }
    }

    /// Measures the cells of a row. Returns whether a column must grow.
    fn measure(&mut self, rows: &RowBuffer, cells: &[Cell]) -> bool {
        let mut grew = false;
        for cell in cells {
            if let Some(column) = self.columns.get_mut(cell.column) {
                grew |= column.measure(rows.text(cell));
            }
        }
        grew
    }

    fn write_column_headers(&mut self, out: &mut String) {
        let TableLayout::Rows(fitted) = &self.layout else {
            return;
        };
        self.header_lines = 1;
        let mut line = LineWriter::new(out, fitted.gap);
        let codes = self.palette.as_ref().map(TablePalette::header);
        for (column, width) in self.columns.iter().zip(&fitted.widths) {
            let Some(width) = *width else {
                continue;
            };
            let header = cut_header(&column.header, width);
            line.cell(header, width, column.is_numeric, codes);
        }
        line.end();
    }

    fn write_line(
        &self,
        rows: &RowBuffer,
        cells: &[Cell],
        fitted: &ColumnWidths,
        out: &mut String,
    ) {
        let mut line = LineWriter::new(out, fitted.gap);
        let ordered = rows.in_order(cells);
        for ((column, width), cell) in self.columns.iter().zip(&fitted.widths).zip(ordered) {
            let (Some(width), cell) = (*width, cell) else {
                continue;
            };
            let Some(cell) = cell else {
                line.cell(Cut::default(), width, false, None);
                continue;
            };
            let text = column.shown(rows.text(cell), fitted.has_short_hashes);
            let shown = cut(column.demand.role, text, width);
            let codes = self.codes(column, cell, text);
            line.cell(shown, width, column.is_numeric, codes);
        }
        line.end();
    }

    fn codes(&self, column: &TableColumn, cell: &Cell, text: &str) -> Option<&SgrCodes> {
        let palette = self.palette.as_ref()?;
        Some(palette.cell(text, cell.kind, column.has_states))
    }

    /// Writes one cell per line; nulls are left out.
    fn write_record(
        &self,
        rows: &RowBuffer,
        cells: &[Cell],
        header_width: usize,
        out: &mut String,
    ) {
        if !cells.is_empty() && !self.is_first {
            out.push('\n');
        }
        let width = self.width.unwrap_or(usize::MAX);
        let header_width = header_width.min(width / 3);
        let available = width.saturating_sub(header_width + GAP).max(1);
        let codes = self.palette.as_ref().map(TablePalette::header);
        for (column, cell) in self.columns.iter().zip(rows.in_order(cells)) {
            let Some(cell) = cell.filter(|cell| !self.is_record || !rows.text(cell).is_empty())
            else {
                continue;
            };
            let whole = rows.text(cell);
            let is_wide = |_: &&str| width::width(whole) > available;
            let text = column.short(whole).filter(is_wide).unwrap_or(whole);
            let mut line = LineWriter::new(out, GAP);
            line.cell(
                cut_header(&column.header, header_width),
                header_width,
                false,
                codes,
            );
            let shown = cut(column.demand.role, text, available);
            line.cell(shown, available, false, self.codes(column, cell, text));
            line.end();
        }
    }

    /// Says that columns were left out, and how to see them.
    fn write_left_out(&self, shown: usize, out: &mut String) {
        let all = self.columns.len();
        if shown == all {
            return;
        }
        let texts = [
            format!("{shown} of {all} columns: --columns chooses, --wide shows all"),
            format!("{shown} of {all} columns: --wide shows all"),
            format!("{shown} of {all} columns"),
        ];
        let width = self.width.unwrap_or(usize::MAX);
        let fitting = texts.iter().find(|text| text.len() <= width);
        let text = cut_header(fitting.unwrap_or(&texts[2]), width);
        let codes = self.palette.as_ref().map(TablePalette::note);
        let mut line = LineWriter::new(out, 0);
        line.cell(text, text.width, false, codes);
        line.end();
    }
}
