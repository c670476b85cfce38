//! One line of a table.

use super::cut::Cut;
use crate::sgr::SgrCodes;

const ELLIPSIS: char = '…';

/// Writes one line. Spaces at its end are not written.
pub struct LineWriter<'a> {
    out: &'a mut String,
    /// Spaces to write before the next text.
    pending: usize,
    /// Spaces between two columns.
    gap: usize,
}

impl<'a> LineWriter<'a> {
    /// A line with this many spaces between two columns.
    pub fn new(out: &'a mut String, gap: usize) -> Self {
        Self {
            out,
            pending: 0,
            gap,
        }
    }

    /// Writes the text of a cell into a column of this width.
    pub fn cell(
        &mut self,
        text: Cut<'_>,
        width: usize,
        is_right_aligned: bool,
        codes: Option<&SgrCodes>,
    ) {
        let padding = width.saturating_sub(text.width);
        self.pending += if is_right_aligned { padding } else { 0 };
        if text.width > 0 || !text.head.is_empty() {
            self.out.extend(std::iter::repeat_n(' ', self.pending));
            self.pending = 0;
            self.out.push_str(codes.map_or("", |codes| &codes.on));
            self.out.extend(text.lacks_start.then_some(ELLIPSIS));
            self.out.push_str(text.head);
            self.out.extend(text.lacks_middle.then_some(ELLIPSIS));
            self.out.push_str(text.tail);
            self.out.push_str(codes.map_or("", |codes| &codes.off));
        }
        self.pending += self.gap + if is_right_aligned { 0 } else { padding };
    }

    pub fn end(self) {
        self.out.push('\n');
    }
}
