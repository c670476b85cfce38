//! The formats by name: what `-o` takes, and the `output` of a saved filter.

/// How outputs look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As jq prints it.
    Json,
    /// JSON, one line per value: jq's `-c`.
    Jsonl,
    /// Strings as they are, all else JSON: jq's `-r`.
    Raw,
    /// As `Raw`, and of an array each element: jq's `-r .[]`.
    Lines,
    Table,
    Csv,
    Tsv,
    Markdown,
    Yaml,
    Toml,
    Xml,
    Cbor,
}

/// The names, and other spellings people know them by.
const NAMES: &[(Format, &str, &[&str])] = &[
    (Format::Json, "json", &[]),
    (Format::Jsonl, "jsonl", &["ndjson"]),
    (Format::Raw, "raw", &[]),
    (Format::Lines, "lines", &[]),
    (Format::Table, "table", &[]),
    (Format::Csv, "csv", &[]),
    (Format::Tsv, "tsv", &[]),
    (Format::Markdown, "markdown", &["md"]),
    (Format::Yaml, "yaml", &["yml"]),
    (Format::Toml, "toml", &[]),
    (Format::Xml, "xml", &[]),
    (Format::Cbor, "cbor", &[]),
];

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        let known =
            |(_, it, others): &&(Self, &str, &[&str])| *it == name || others.contains(&name);
        NAMES.iter().find(known).map(|(format, ..)| *format)
    }

    /// What `-o` calls it.
    pub fn name(self) -> &'static str {
        let known = NAMES.iter().find(|(format, ..)| *format == self);
        known.map_or("", |(_, name, _)| name)
    }

    /// All names, as a message lists them.
    pub fn names() -> String {
        let names: Vec<_> = NAMES.iter().map(|(_, name, _)| *name).collect();
        names.join(", ")
    }

    /// Written as JSON texts, by jq's rules.
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Raw | Self::Lines)
    }

    /// Made of rows and columns.
    pub fn has_columns(self) -> bool {
        matches!(self, Self::Table | Self::Csv | Self::Tsv | Self::Markdown)
    }
}
