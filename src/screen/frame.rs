//! What the screen shows: lines of text that are laid out already.

use std::time::Instant;

/// The content of the screen. Its texts may contain SGR sequences; every other control character is left out.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Lines that stay at the top while the rows scroll, such as the names of the columns.
    pub header: Vec<String>,
    /// The lines below, from the first to the last.
    pub rows: Vec<Row>,
    /// What the last line of the screen says.
    pub status: String,
    /// The rows are out of date: they are shown dimmed.
    pub is_stale: bool,
}

/// A line of a frame that may scroll.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The text of the line.
    pub text: String,
    /// When the data of the row changed last: it is marked for a moment.
    pub changed: Option<Instant>,
}

/// The size of a terminal in character cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub columns: usize,
    pub rows: usize,
}

/// What the person at the terminal wants of the one who makes the frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A frame for the new size of the terminal.
    Layout,
    /// Fresh data.
    Refresh,
}
