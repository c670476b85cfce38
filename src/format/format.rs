//! The output formats and their names: the values of `-o`, and of `output` in a saved filter.

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON as jq prints it.
    Json,
    /// JSON, one line per value: jq's `-c`.
    Jsonl,
    /// Strings without quotes, every other value as JSON: jq's `-r`.
    Raw,
    /// As [`Format::Raw`], with one line for each element of an array: jq's `-r .[]`.
    Lines,
    /// Aligned columns without borders.
    Table,
    /// One line per value of an object, its name before it, and an empty line between two objects.
    Record,
    /// Comma-separated values (RFC 4180).
    Csv,
    /// Tab-separated values, as jq's `@tsv` writes them.
    Tsv,
    /// A table in GitHub-flavoured Markdown.
    Markdown,
    /// YAML, one document per value.
    Yaml,
    /// TOML, one document per value.
    Toml,
    /// XML, in jaq's representation of elements as values.
    Xml,
    /// CBOR (RFC 8949), one data item per value.
    Cbor,
}

/// The names, each with other spellings in use.
const NAMES: &[(Format, &str, &[&str])] = &[
    (Format::Json, "json", &[]),
    (Format::Jsonl, "jsonl", &["ndjson"]),
    (Format::Raw, "raw", &[]),
    (Format::Lines, "lines", &[]),
    (Format::Table, "table", &[]),
    (Format::Record, "record", &["records"]),
    (Format::Csv, "csv", &[]),
    (Format::Tsv, "tsv", &[]),
    (Format::Markdown, "markdown", &["md"]),
    (Format::Yaml, "yaml", &["yml"]),
    (Format::Toml, "toml", &[]),
    (Format::Xml, "xml", &[]),
    (Format::Cbor, "cbor", &[]),
];

impl Format {
    /// The format with this name or alternative spelling.
    pub fn from_name(name: &str) -> Option<Self> {
        let is_match =
            |(_, it, others): &&(Self, &str, &[&str])| *it == name || others.contains(&name);
        NAMES.iter().find(is_match).map(|(format, ..)| *format)
    }

    /// The name that `-o` takes.
    pub fn name(self) -> &'static str {
        let entry = NAMES.iter().find(|(format, ..)| *format == self);
        entry.map_or("", |(_, name, _)| name)
    }

    /// All names, separated by a comma and a space.
    pub fn names() -> String {
        let names: Vec<_> = NAMES.iter().map(|(_, name, _)| *name).collect();
        names.join(", ")
    }

    /// Whether the output is JSON text, written by jq's rules.
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Raw | Self::Lines)
    }

    /// Whether the output has rows and columns.
    pub fn has_columns(self) -> bool {
        matches!(
            self,
            Self::Table | Self::Record | Self::Csv | Self::Tsv | Self::Markdown
        )
    }
}
