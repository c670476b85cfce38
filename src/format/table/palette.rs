//! The colours of a table: values by their type, states by their severity.

use colored_json::{Color, Style};

use super::states::{Severity, severity};
use crate::palette::Palette;
use crate::row_buffer::CellKind;
use crate::sgr::SgrCodes;

/// The escape sequences of headers, value types and severities.
pub struct TablePalette {
    header: SgrCodes,
    note: SgrCodes,
    kinds: [SgrCodes; 5],
    states: [SgrCodes; 3],
}

impl TablePalette {
    pub fn new(palette: &Palette) -> Self {
        let kinds = [
            palette.bool_false,
            palette.bool_true,
            palette.number,
            palette.string,
            palette.array,
        ];
        let states = [Color::Red, Color::Yellow, Color::Green];
        Self {
            header: SgrCodes::new(Style::new().bold()),
            note: SgrCodes::new(Style::new().dim()),
            kinds: kinds.map(SgrCodes::new),
            states: states.map(|color| SgrCodes::new(Style::new().fg(color).bold())),
        }
    }

    /// The codes of a column header.
    pub fn header(&self) -> &SgrCodes {
        &self.header
    }

    /// The codes of a note below the table.
    pub fn note(&self) -> &SgrCodes {
        &self.note
    }

    /// The codes of a cell; `is_state` says that its column has states.
    pub fn cell(&self, text: &str, kind: CellKind, is_state: bool) -> &SgrCodes {
        let severity = (is_state && kind == CellKind::Text)
            .then(|| severity(text))
            .flatten();
        match (severity, kind) {
            (Some(Severity::Bad), _) => &self.states[0],
            (Some(Severity::Warning), _) => &self.states[1],
            (Some(Severity::Good), _) => &self.states[2],
            (_, CellKind::Bool) if text == "false" => &self.kinds[0],
            (_, CellKind::Bool) => &self.kinds[1],
            (_, CellKind::Number) => &self.kinds[2],
            (_, CellKind::Text) => &self.kinds[3],
            (_, CellKind::Nested) => &self.kinds[4],
        }
    }
}
