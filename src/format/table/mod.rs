//! Tables without borders, as docker prints them: cells are cut to fit a terminal, and whole everywhere else.

mod column;
mod palette;
mod states;
mod widths;

use self::column::TableColumn;
use self::palette::TablePalette;
use self::widths::{ColumnWidths, GAP, WidthDemand, WidthPriority, fit_columns};
use crate::cell::push_readable;
use crate::columnar::{ColumnarFormatter, RowWriter};
use crate::error::Error;
use crate::format::Format;
use crate::formatter::Formatter;
use crate::row_buffer::{Cell, CellKind, CellStyle, ColumnOrigin, RowBuffer};
use crate::settings::Settings;
use crate::sgr::SgrCodes;
use crate::width::{self, truncate};

const ELLIPSIS: char = '…';

/// Tables are never fitted to a narrower terminal than this: nothing could be read there.
const MIN_WIDTH: usize = 12;

/// The formatter of tables.
pub fn formatter(settings: &Settings) -> Box<dyn Formatter> {
    let rows = RowBuffer::new(&settings.columns, push_readable, CellStyle::Readable);
    let is_record = settings.format == Format::Record;
    let table = Table {
        columns: Vec::new(),
        has_header: settings.columns.has_header,
        // A record has its lines whole: a terminal breaks them.
        width: settings
            .width
            .filter(|_| !is_record)
            .map(|width| width.max(MIN_WIDTH)),
        is_record,
        palette: settings.palette.as_ref().map(TablePalette::new),
        layout: TableLayout::Rows(ColumnWidths::default()),
        is_first: true,
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
    /// The width that the table must fit.
    width: Option<usize>,
    palette: Option<TablePalette>,
    layout: TableLayout,
    /// No row has been written yet.
    is_first: bool,
    /// The next rows, this many, have been measured already.
    measured: usize,
}

enum TableLayout {
    Rows(ColumnWidths),
    /// One cell per line, because the columns do not fit. Holds the width of the longest header.
    Records(usize),
}

impl RowWriter for Table {
    fn write_header(&mut self, rows: &RowBuffer, out: &mut String) {
        self.columns = rows
            .names()
            .map(|name| {
                let header = name.header.or(self.is_record.then_some(name.path));
                TableColumn::new(header, name.path, name.subject)
            })
            .collect();
        let mut kinds: Vec<Option<CellKind>> = vec![None; self.columns.len()];
        for cell in rows.rows().flatten() {
            self.columns[cell.column].measure(rows.text(cell));
            let kind = &mut kinds[cell.column];
            *kind = Some(match kind {
                Some(CellKind::Number) | None => cell.kind,
                Some(other) => *other,
            });
        }
        for (column, kind) in self.columns.iter_mut().zip(kinds) {
            column.is_numeric = kind == Some(CellKind::Number);
            if column.is_numeric {
                column.demand.priority = WidthPriority::Number;
            }
        }
        self.measured = rows.rows().count();
        self.choose_layout();
        // The columns of arrays have no names.
        let has_names = rows.names().any(|name| name.origin != ColumnOrigin::Index);
        if self.has_header && has_names && matches!(self.layout, TableLayout::Rows(_)) {
            self.write_column_headers(out);
        }
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
            TableLayout::Rows(_) => self.write_line(rows, cells, out),
            TableLayout::Records(header_width) => {
                self.write_record(rows, cells, *header_width, out)
            }
        }
        self.is_first = false;
        Ok(())
    }
}

impl Table {
    fn demands(&self) -> Vec<&WidthDemand> {
        self.columns.iter().map(|column| &column.demand).collect()
    }

    /// The widths with no cell cut.
    fn full_widths(&self) -> ColumnWidths {
        ColumnWidths {
            widths: self
                .columns
                .iter()
                .map(|column| column.demand.full)
                .collect(),
            has_short_hashes: false,
            gap: GAP,
        }
    }

    fn choose_layout(&mut self) {
        self.layout = match self.width.map(|width| fit_columns(&self.demands(), width)) {
            None if self.is_record => TableLayout::Records(self.header_width()),
            None => TableLayout::Rows(self.full_widths()),
            Some(Some(widths)) => TableLayout::Rows(widths),
            Some(None) => TableLayout::Records(self.header_width()),
        };
    }

    /// The width of the longest header.
    fn header_width(&self) -> usize {
        let headers = self.columns.iter();
        let widths = headers.map(|column| width::width(&column.header));
        widths.max().unwrap_or(0)
    }

    /// Recomputes the widths after a row of a stream was wider than the rows before it.
    fn widen_columns(&mut self) {
        if matches!(self.layout, TableLayout::Records(_)) {
            return;
        }
        let widths = match self.width {
            None => Some(self.full_widths()),
            Some(width) => fit_columns(&self.demands(), width),
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
        let mut line = LineWriter::new(out, fitted.gap);
        let codes = self.palette.as_ref().map(TablePalette::header);
        for (column, width) in self.columns.iter().zip(&fitted.widths) {
            line.cell(&column.header, *width, column.is_numeric, codes);
        }
        line.end();
    }

    fn write_line(&self, rows: &RowBuffer, cells: &[Cell], out: &mut String) {
        let TableLayout::Rows(fitted) = &self.layout else {
            return;
        };
        let mut line = LineWriter::new(out, fitted.gap);
        let ordered = rows.in_order(cells);
        for ((column, width), cell) in self.columns.iter().zip(&fitted.widths).zip(ordered) {
            let Some(cell) = cell else {
                line.cell("", *width, false, None);
                continue;
            };
            let whole = rows.text(cell);
            let text = column
                .short(whole)
                .filter(|_| fitted.has_short_hashes)
                .unwrap_or(whole);
            let codes = self
                .palette
                .as_ref()
                .map(|palette| palette.cell(text, cell.kind, column.has_states));
            line.cell(text, *width, column.is_numeric, codes);
        }
        line.end();
    }

    /// Writes one cell per line; nulls are left out.
    fn write_record(
        &self,
        rows: &RowBuffer,
        cells: &[Cell],
        header_width: usize,
        out: &mut String,
    ) {
        if cells.is_empty() {
            return;
        }
        if !self.is_first {
            out.push('\n');
        }
        let width = self.width.unwrap_or(usize::MAX);
        let header_width = header_width.min(width / 3);
        for (column, cell) in self.columns.iter().zip(rows.in_order(cells)) {
            let Some(cell) = cell.filter(|cell| !self.is_record || !rows.text(cell).is_empty())
            else {
                continue;
            };
            let available = width.saturating_sub(header_width + GAP).max(1);
            let whole = rows.text(cell);
            let short = column
                .short(whole)
                .filter(|_| width::width(whole) > available);
            let text = short.unwrap_or(whole);
            let mut line = LineWriter::new(out, GAP);
            let palette = self.palette.as_ref();
            line.cell(
                &column.header,
                header_width,
                false,
                palette.map(TablePalette::header),
            );
            let codes = palette.map(|palette| palette.cell(text, cell.kind, column.has_states));
            line.cell(text, available, false, codes);
            line.end();
        }
    }
}

/// Writes one line. Spaces at its end are not written.
struct LineWriter<'a> {
    out: &'a mut String,
    /// Spaces to write before the next text.
    pending: usize,
    /// Spaces between two columns.
    gap: usize,
}

impl<'a> LineWriter<'a> {
    fn new(out: &'a mut String, gap: usize) -> Self {
        Self {
            out,
            pending: 0,
            gap,
        }
    }

    /// Writes text into a column of this width; wider text is cut.
    fn cell(&mut self, text: &str, width: usize, is_right_aligned: bool, codes: Option<&SgrCodes>) {
        let taken = width::width(text);
        let (text, taken, is_cut) = if taken > width {
            let (text, taken) = truncate(text, width.saturating_sub(1));
            (text, taken + 1, true)
        } else {
            (text, taken, false)
        };
        let padding = width.saturating_sub(taken);
        self.pending += if is_right_aligned { padding } else { 0 };
        if !text.is_empty() || is_cut {
            self.out.extend(std::iter::repeat_n(' ', self.pending));
            self.pending = 0;
            self.out.push_str(codes.map_or("", |codes| &codes.on));
            self.out.push_str(text);
            self.out.extend(is_cut.then_some(ELLIPSIS));
            self.out.push_str(codes.map_or("", |codes| &codes.off));
        }
        self.pending += self.gap + if is_right_aligned { 0 } else { padding };
    }

    fn end(self) {
        self.out.push('\n');
    }
}
