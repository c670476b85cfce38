//! Values → bytes: one file per format, behind one trait.

mod cell;
mod choice;
mod color;
mod column;
mod delimited;
mod escape;
mod foreign;
mod grid;
mod json;
mod keys;
mod lines;
mod loose;
mod markdown;
mod palette;
mod plain;
mod rows;
mod sheet;
mod sink;
mod table;
mod transcript;
mod width;
mod xml;
mod yaml;

#[cfg(test)]
mod tests;

use std::{fmt, io};

use dq_json::value::{FilterOutput, MAX_DEPTH, Value};
use dq_text::os_reason;

pub use choice::Format;
pub use column::{Column, Columns};
pub use palette::Palette;

/// How values are to be written.
#[derive(Clone, Debug)]
pub struct Settings {
    pub format: Format,
    /// What tables, CSV, TSV and Markdown show.
    pub columns: Columns,
    /// The columns of the terminal a table is fitted to; `None` leaves its cells whole.
    pub width: Option<usize>,
    /// The format was chosen before the filter was: what is no row of a table is written as JSON.
    pub is_loose: bool,
    /// Line breaks and indentation.
    pub layout: Layout,
    /// Write the keys of every object in the order of their code points (`-S`).
    pub sort_keys: bool,
    /// Escape everything that is not ASCII (`-a`).
    pub ascii: bool,
    /// What becomes of strings, and what ends every output.
    pub raw: Raw,
    /// Put an RS before every JSON text (`--seq`, RFC 7464).
    pub seq: bool,
    /// The colours to use; `None` writes no colours.
    pub palette: Option<Palette>,
    /// The reader is a terminal: control characters are shown escaped, never sent.
    pub sanitize: bool,
}

/// Line breaks and indentation of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One element per line.
    Pretty { indent: Indent },
    /// No space at all (`-c`).
    Compact,
}

/// What stands before an element, once per level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indent {
    /// So many spaces; with 0 the line breaks stay, as in jq 1.8.
    Spaces(u8),
    /// One tab.
    Tab,
}

/// What becomes of strings, and what ends every output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw {
    /// Strings are JSON like any other value; a newline ends each output.
    No,
    /// Strings are written as they are (`-r`).
    Lines,
    /// As `Lines`, and nothing ends an output (`-j`).
    Joined,
    /// As `Lines`, and a NUL ends each output (`--raw-output0`).
    Nul,
}

impl Default for Settings {
    /// jq's: two spaces, no colours.
    fn default() -> Self {
        Self {
            format: Format::Json,
            columns: Columns::default(),
            width: None,
            is_loose: false,
            layout: Layout::Pretty {
                indent: Indent::Spaces(2),
            },
            sort_keys: false,
            ascii: false,
            raw: Raw::No,
            seq: false,
            palette: None,
            sanitize: false,
        }
    }
}

/// Where the values go, one at a time.
pub trait Formatter {
    /// Writes one value, whole; or holds it until more is known. After any error but `Io` the formatter takes the
    /// next value as ever.
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error>;

    /// Writes one output of a filter, which need not be built for formats that can do without.
    fn write_item(&mut self, item: FilterOutput, out: &mut dyn io::Write) -> Result<(), Error> {
        self.write(&item.into_value(), out)
    }

    /// Whether values are held until more is known.
    fn holds_values(&self) -> bool {
        false
    }

    /// Hands on what is written and only kept back to hand on more at once; formats that keep nothing back leave it
    /// out.
    fn drain(&mut self, _out: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }

    /// The input waits for more: writes what is held; formats that hold nothing leave it out.
    fn pause(&mut self, _out: &mut dyn io::Write) -> Result<(), Error> {
        Ok(())
    }

    /// Writes what is left once the last value has been seen; formats that need no such thing leave it out.
    fn finish(&mut self, _out: &mut dyn io::Write) -> Result<(), Error> {
        Ok(())
    }
}

/// Does the formatter of these settings write arrays part by part?
pub fn takes_parts(settings: &Settings) -> bool {
    let is_json = matches!(settings.format, Format::Json | Format::Jsonl | Format::Raw);
    is_json && settings.palette.is_none()
}

/// The formatter that does what the settings ask.
pub fn formatter(settings: Settings) -> Box<dyn Formatter> {
    match settings.format {
        Format::Json | Format::Jsonl | Format::Raw => Box::new(json::Json::new(settings)),
        Format::Lines => Box::new(lines::Lines::new(settings)),
        Format::Table if settings.is_loose => Box::new(loose::Loose::new(settings)),
        Format::Table => table::formatter(&settings),
        Format::Csv | Format::Tsv => delimited::formatter(&settings),
        Format::Markdown => markdown::formatter(&settings),
        Format::Yaml => Box::new(yaml::Yaml::new(&settings)),
        Format::Toml | Format::Xml | Format::Cbor => Box::new(foreign::Foreign::new(settings)),
    }
}

/// Why a value could not be written.
#[derive(Debug)]
pub enum Error {
    /// The destination failed.
    Io(io::Error),
    /// A string that holds a NUL cannot be told from two strings under `--raw-output0`.
    NulInString,
    /// The value is nested too deeply to be written.
    TooDeep,
    /// The format has no way to write such a value: why, and what to do about it.
    Unsuitable(String),
    /// Keys that came after the header was written, and are missing below it; with commas between them.
    Late(String),
}

impl Error {
    /// The exit code jq gives the same failure.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Io(_) => 2,
            _ => 5,
        }
    }

    /// Whether the reader is gone, which is no failure of ours.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Io(e) if e.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Io(e) => write!(f, "cannot write the output: {}", os_reason(e)),
            Self::NulInString => {
                f.write_str("Cannot dump a string containing NUL with --raw-output0 option")
            }
            Self::TooDeep => write!(
                f,
                "cannot write a value nested deeper than {MAX_DEPTH} levels"
            ),
            Self::Unsuitable(why) => f.write_str(why),
            Self::Late(keys) => write!(
                f,
                "left out, for they came after the header was written: {keys}; name all the columns with --columns"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(e) => Some(e),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
