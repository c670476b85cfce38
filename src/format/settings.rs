//! How values are to be written.

use crate::columns::Columns;
use crate::format::Format;
use crate::palette::Palette;
use crate::paths::PathSettings;

/// How values are to be written. The default is jq's: JSON, two spaces of indentation, no colours.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The output format.
    pub format: Format,
    /// The columns of tables, CSV, TSV and Markdown.
    pub columns: Columns,
    /// The width of the terminal that a table must fit, in character cells; `None` never cuts a cell.
    pub width: Option<usize>,
    /// Writes outputs that are neither objects nor arrays of objects as JSON where the format is a table. Meant for a
    /// format that a saved filter implies: `dq ps length` prints a number, not a table.
    pub has_json_fallback: bool,
    /// Line breaks and indentation of JSON.
    pub layout: JsonLayout,
    /// Writes the keys of every object in the order of their code points (`-S`).
    pub sort_keys: bool,
    /// Escapes every character that is not ASCII in JSON (`-a`).
    pub ascii: bool,
    /// How strings are written, and what ends each output.
    pub raw: RawOutput,
    /// Starts every JSON text with RS, 0x1E (`--seq`, RFC 7464).
    pub seq: bool,
    /// The colours; `None` writes no colours.
    pub palette: Option<Palette>,
    /// The output is a terminal: control characters are shown escaped instead of sent.
    pub sanitize: bool,
    /// Writes the paths of the outputs instead of the outputs (`--paths`).
    pub paths: Option<PathSettings>,
}

/// Line breaks and indentation of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonLayout {
    /// One element per line.
    Pretty {
        /// The indentation of one level.
        indent: Indent,
    },
    /// No white space (`-c`).
    Compact,
}

/// The indentation of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indent {
    /// This many spaces. With 0 the line breaks stay, as in jq 1.8.
    Spaces(u8),
    /// One tab.
    Tab,
}

/// How strings are written, and what ends each output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawOutput {
    /// Strings are JSON like any other value; a newline ends each output.
    Off,
    /// Strings are written without quotes and escapes; a newline ends each output (`-r`).
    Lines,
    /// As [`RawOutput::Lines`], but nothing ends an output (`-j`).
    Joined,
    /// As [`RawOutput::Lines`], but a NUL ends each output (`--raw-output0`).
    Nul,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: Format::Json,
            columns: Columns::default(),
            width: None,
            has_json_fallback: false,
            layout: JsonLayout::Pretty {
                indent: Indent::Spaces(2),
            },
            sort_keys: false,
            ascii: false,
            raw: RawOutput::Off,
            seq: false,
            palette: None,
            sanitize: false,
            paths: None,
        }
    }
}

impl Settings {
    /// Whether the formatter of these settings accepts an array in parts
    /// ([`FilterOutput::ArrayPart`](dq_json::value::FilterOutput::ArrayPart)). Coloured JSON needs the whole value, and
    /// so does every format other than JSON and YAML.
    pub fn accepts_array_parts(&self) -> bool {
        let is_json = matches!(self.format, Format::Json | Format::Jsonl | Format::Raw);
        let is_split = self.paths.is_some() || self.format == Format::Yaml;
        is_split || (is_json && self.palette.is_none())
    }
}
