//! Colours of a table: values by their type, states by what they say.

use colored_json::{Color, Style};

use super::states::{Severity, severity};
use crate::palette::Palette;
use crate::row_buffer::CellKind;
use crate::sgr::SgrCodes;

/// The sequences around what is painted.
pub struct TablePalette {
    title: SgrCodes,
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
            title: SgrCodes::new(Style::new().bold()),
            kinds: kinds.map(SgrCodes::new),
            states: states.map(|color| SgrCodes::new(Style::new().fg(color).bold())),
        }
    }

    /// A header.
    pub fn title(&self) -> &SgrCodes {
        &self.title
    }

    /// A cell; `is_state` if its column has states.
    pub fn cell(&self, text: &str, kind: CellKind, is_state: bool) -> &SgrCodes {
        let state = (is_state && kind == CellKind::Text)
            .then(|| severity(text))
            .flatten();
        match (state, kind) {
            (Some(Severity::Bad), _) => &self.states[0],
            (Some(Severity::Between), _) => &self.states[1],
            (Some(Severity::Good), _) => &self.states[2],
            (_, CellKind::Bool) if text == "false" => &self.kinds[0],
            (_, CellKind::Bool) => &self.kinds[1],
            (_, CellKind::Number) => &self.kinds[2],
            (_, CellKind::Text) => &self.kinds[3],
            (_, CellKind::Nested) => &self.kinds[4],
        }
    }
}
