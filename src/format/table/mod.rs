//! Tables without borders, as docker prints them: fitted to a terminal, whole everywhere else.

mod fit;
mod heading;
mod paint;

use self::fit::{Fit, GAP, Need, Rank, fit};
use self::heading::Heading;
use self::paint::Paint;
use super::cell::readable;
use super::color::Around;
use super::grid::{Cell, Grid, Kind, Origin};
use super::sheet::{Sheet, Style};
use super::width::{self, cut};
use super::{Error, Formatter, Settings};

const ELLIPSIS: char = '…';

/// A narrower terminal is taken for one of this width: nothing could be read on it.
const NARROWEST: usize = 12;

/// The formatter.
pub fn formatter(settings: &Settings) -> Box<dyn Formatter> {
    let grid = Grid::new(&settings.columns, readable);
    let table = Table {
        columns: Vec::new(),
        has_header: settings.columns.header,
        width: settings.width.map(|width| width.max(NARROWEST)),
        paint: settings.palette.as_ref().map(Paint::new),
        layout: Layout::Rows(Fit::default()),
        is_first: true,
        measured: 0,
    };
    Box::new(Sheet::new(grid, table, settings.sort_keys, false))
}

struct Table {
    columns: Vec<Heading>,
    has_header: bool,
    /// What the table must fit into.
    width: Option<usize>,
    paint: Option<Paint>,
    layout: Layout,
    /// Nothing was written yet.
    is_first: bool,
    /// So many rows to come are measured already.
    measured: usize,
}

enum Layout {
    Rows(Fit),
    /// One field a line, for what is too wide; the width of the titles.
    Records(usize),
}

impl Style for Table {
    fn begin(&mut self, grid: &Grid, out: &mut String) {
        self.columns = grid.names().map(|(name, _)| Heading::new(name)).collect();
        let mut kinds: Vec<Option<Kind>> = vec![None; self.columns.len()];
        for cell in grid.rows().flatten() {
            self.columns[cell.column].measure(grid.text(cell));
            let kind = &mut kinds[cell.column];
            *kind = Some(match kind {
                Some(Kind::Number) | None => cell.kind,
                Some(other) => *other,
            });
        }
        for (column, kind) in self.columns.iter_mut().zip(kinds) {
            column.is_numeric = kind == Some(Kind::Number);
            if column.is_numeric {
                column.need.rank = Rank::Rigid;
            }
        }
        self.measured = grid.rows().count();
        self.lay_out();
        // Arrays have no names for what they hold.
        let has_names = grid.names().any(|(_, origin)| origin != Origin::Index);
        if self.has_header && has_names && matches!(self.layout, Layout::Rows(_)) {
            self.header(out);
        }
    }

    fn row(&mut self, grid: &Grid, cells: &[Cell], out: &mut String) -> Result<(), Error> {
        if self.measured > 0 {
            self.measured -= 1;
        } else if self.grow(grid, cells) {
            self.lay_out_again();
        }
        match &self.layout {
            Layout::Rows(_) => self.line(grid, cells, out),
            Layout::Records(titles) => self.record(grid, cells, *titles, out),
        }
        self.is_first = false;
        Ok(())
    }
}

impl Table {
    fn needs(&self) -> Vec<&Need> {
        self.columns.iter().map(|column| &column.need).collect()
    }

    /// Widths with everything in full.
    fn whole(&self) -> Fit {
        Fit {
            widths: self.columns.iter().map(|column| column.need.full).collect(),
            short: false,
            gap: GAP,
        }
    }

    fn lay_out(&mut self) {
        self.layout = match self.width.map(|width| fit(&self.needs(), width)) {
            None => Layout::Rows(self.whole()),
            Some(Some(fit)) => Layout::Rows(fit),
            Some(None) => {
                let titles = self
                    .columns
                    .iter()
                    .map(|column| width::width(&column.title));
                Layout::Records(titles.max().unwrap_or(0))
            }
        };
    }

    /// Rows of a stream may be wider than the first ones were: columns grow, as far as the terminal lets them.
    fn lay_out_again(&mut self) {
        if matches!(self.layout, Layout::Records(_)) {
            return;
        }
        let fit = match self.width {
            None => Some(self.whole()),
            Some(width) => fit(&self.needs(), width),
        };
        if let Some(fit) = fit {
            self.layout = Layout::Rows(fit);
        }
    }

    /// Takes the cells of a row in; whether there is not yet room for one.
    fn grow(&mut self, grid: &Grid, cells: &[Cell]) -> bool {
        let mut grew = false;
        for cell in cells {
            if let Some(column) = self.columns.get_mut(cell.column) {
                grew |= column.measure(grid.text(cell));
            }
        }
        grew
    }

    fn header(&mut self, out: &mut String) {
        let Layout::Rows(fit) = &self.layout else {
            return;
        };
        let mut line = Line::new(out, fit.gap);
        let around = self.paint.as_ref().map(Paint::title);
        for (column, width) in self.columns.iter().zip(&fit.widths) {
            line.cell(&column.title, *width, column.is_numeric, around);
        }
        line.end();
    }

    fn line(&self, grid: &Grid, cells: &[Cell], out: &mut String) {
        let Layout::Rows(fit) = &self.layout else {
            return;
        };
        let mut line = Line::new(out, fit.gap);
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
    fn record(&self, grid: &Grid, cells: &[Cell], titles: usize, out: &mut String) {
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
            let mut line = Line::new(out, GAP);
            let paint = self.paint.as_ref();
            line.cell(&column.title, titles, false, paint.map(Paint::title));
            let around = paint.map(|paint| paint.cell(text, cell.kind, column.has_states));
            line.cell(text, room, false, around);
            line.end();
        }
    }
}

/// A line being written; blanks at its end are not.
struct Line<'a> {
    out: &'a mut String,
    /// Blanks owed before the next text.
    owed: usize,
    /// Blanks between two columns.
    gap: usize,
}

impl<'a> Line<'a> {
    fn new(out: &'a mut String, gap: usize) -> Self {
        Self { out, owed: 0, gap }
    }

    /// Text in a column of that width, cut where it is wider.
    fn cell(&mut self, text: &str, columns: usize, right: bool, around: Option<&Around>) {
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
