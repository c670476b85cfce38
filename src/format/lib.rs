//! JSON values to bytes: JSON as jq prints it, tables, CSV, TSV, Markdown, YAML, TOML, XML and CBOR.
//!
//! [`formatter`] gives the [`Formatter`] for some [`Settings`]. It takes values one at a time and writes them to any
//! [`std::io::Write`].
//!
//! ```
//! use dq_format::{Format, Settings, formatter};
//!
//! let values = br#"[{"name": "web", "size": 12}, {"name": "db", "size": 3}]"#;
//! let values = dq_json::read::from_slice(values).unwrap();
//!
//! let mut out = Vec::new();
//! let mut table = formatter(Settings { format: Format::Table, ..Settings::default() });
//! table.write(&values, &mut out)?;
//! table.finish(&mut out)?;
//! assert_eq!(String::from_utf8_lossy(&out), "NAME   SIZE\nweb      12\ndb        3\n");
//! # Ok::<(), dq_format::Error>(())
//! ```

#![warn(missing_docs)]

mod cell;
mod column;
mod column_list;
mod columnar;
mod columns;
mod delimited;
mod error;
mod format;
mod formatter;
mod jaq_format;
mod json;
mod lines;
mod markdown;
mod missing_columns;
mod output_buffer;
mod palette;
mod paths;
mod row_buffer;
mod row_columns;
mod rows;
mod settings;
mod sgr;
mod table;
mod table_or_json;
mod width;
mod xml_escape;
mod yaml;

#[cfg(test)]
mod tests;

pub use column::Column;
pub use column_list::{ColumnList, ColumnListError, parse_columns};
pub use columns::{CellFilters, Columns, RunCellFilter, Selection};
pub use error::{CellError, Error};
pub use format::Format;
pub use formatter::{Formatter, LineLayout, MissingColumnNames};
pub use palette::Palette;
pub use paths::PathSettings;
pub use rows::for_each_row;
pub use settings::{Indent, JsonLayout, RawOutput, Settings};
pub use table::WidthMemory;
pub use width::truncate;
pub use width::width as text_width;

use jaq_format::JaqFormat;
use json::JsonFormatter;
use lines::LinesFormatter;
use paths::PathsFormatter;
use table_or_json::TableOrJson;
use yaml::YamlFormatter;

/// The formatter for these settings.
pub fn formatter(mut settings: Settings) -> Box<dyn Formatter> {
    if let Some(paths) = settings.paths.take() {
        let format = settings.format;
        return Box::new(PathsFormatter::new(paths, format, formatter(settings)));
    }
    match settings.format {
        Format::Json | Format::Jsonl | Format::Raw => Box::new(JsonFormatter::new(settings)),
        Format::Lines => Box::new(LinesFormatter::new(settings)),
        Format::Table | Format::Record if settings.has_json_fallback => {
            Box::new(TableOrJson::new(settings))
        }
        Format::Table | Format::Record => table::formatter(&settings),
        Format::Csv | Format::Tsv => delimited::formatter(&settings),
        Format::Markdown => markdown::formatter(&settings),
        Format::Yaml => Box::new(YamlFormatter::new(&settings)),
        Format::Toml | Format::Xml | Format::Cbor => Box::new(JaqFormat::new(settings)),
    }
}
