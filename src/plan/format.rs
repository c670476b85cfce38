//! The format of a run: the typed one, else the saved filter's, else JSON.

use super::columns::{CellProgram, SavedColumns, columns};
use crate::cli::FormatOptions;
use crate::error::Error;
use dq_format::{Columns, Format};

/// What a saved filter's metadata says about its output.
#[derive(Clone, Debug, Default)]
pub struct SavedFormat {
    /// `output`: the name of a format.
    pub output: Option<String>,
    /// `columns`, of this saved filter or of the one that it begins with.
    pub columns: Option<SavedColumns>,
}

/// The format and columns of a run.
#[derive(Debug)]
pub struct Choice {
    pub format: Format,
    pub columns: Columns,
    /// The filters of the columns, in the order of their indexes.
    pub cells: Vec<CellProgram>,
    /// The format was not typed: the saved filter or the default chose it.
    pub is_implied: bool,
}

/// Chooses the format. A typed one beats the saved filter's; `--columns` alone implies a table.
///
/// # Errors
/// An unknown format, two typed formats that contradict each other, an option that the format cannot use.
pub fn choose(typed: &FormatOptions, saved: SavedFormat) -> Result<Choice, Error> {
    let format = format(typed, &saved)?;
    refuse_useless(typed, format)?;
    let saved_format = saved.output.as_deref().and_then(Format::from_name);
    let (columns, cells) = columns(typed, saved.columns, saved_format, format)?;
    Ok(Choice {
        format,
        columns,
        cells,
        is_implied: asked(typed)?.is_none() && typed.columns.is_none(),
    })
}

fn format(typed: &FormatOptions, saved: &SavedFormat) -> Result<Format, Error> {
    let saved = saved.output.as_deref().map(named).transpose()?;
    let asked = asked(typed)?;
    if let Some((format, spelled)) = &asked {
        refuse_contradiction(typed, *format, spelled)?;
        return Ok(*format);
    }
    Ok(match saved {
        // -r, -j, -a and --raw-output0 change how a line is written, not that it is one.
        Some(Format::Lines) if typed.columns.is_none() && !has_layout(typed) => Format::Lines,
        _ if json_flag(typed).is_some() => Format::Json,
        Some(format) if typed.columns.is_none() || format.has_columns() => format,
        _ if typed.columns.is_some() => Format::Table,
        _ => Format::Json,
    })
}

/// The format that `-o` or `-t` names, and how that was spelled.
fn asked(typed: &FormatOptions) -> Result<Option<(Format, String)>, Error> {
    let mut all = Vec::new();
    for name in &typed.output {
        all.push((named(name)?, format!("-o {name}")));
    }
    if typed.table {
        all.push((Format::Table, "-t".into()));
    }
    if let [(first, spelled), rest @ ..] = &all[..]
        && let Some((_, other)) = rest.iter().find(|(format, _)| format != first)
    {
        return Err(contradiction(spelled, other));
    }
    Ok(all.into_iter().next())
}

fn named(name: &str) -> Result<Format, Error> {
    Format::from_name(name).ok_or_else(|| Error::Usage {
        message: format!("there is no format {name}"),
        hint: Some(hint(name)),
    })
}

/// What was probably meant: `-o out.json` is curl's, `-o wide` kubectl's.
fn hint(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    match &*lower {
        "wide" => "-t --wide leaves cells whole".into(),
        "text" | "txt" | "plain" => "-o raw prints strings as they are".into(),
        "jsonlines" | "json-lines" => "-o jsonl is JSON, one line per value".into(),
        _ if Format::from_name(&lower).is_some() => format!("-o {lower}"),
        _ if name.contains(['.', '/']) => {
            format!("-o takes a format; a file is written with > {name}")
        }
        _ => format!("the formats are {}", Format::names()),
    }
}

fn contradiction(one: &str, other: &str) -> Error {
    Error::Usage {
        message: format!("{one} and {other} contradict each other"),
        hint: Some("they are two formats: give one".into()),
    }
}

/// An option that applies to JSON only.
fn json_flag(typed: &FormatOptions) -> Option<&'static str> {
    let flags = [
        ("-r", typed.raw),
        ("-j", typed.join),
        ("--raw-output0", typed.nul),
        ("-c", typed.compact),
        ("-a", typed.ascii),
        ("--tab", typed.tab),
        ("--indent", typed.indent.is_some()),
    ];
    flags
        .iter()
        .find(|(_, given)| *given)
        .map(|(flag, _)| *flag)
}

/// Whether an option sets the layout of JSON.
fn has_layout(typed: &FormatOptions) -> bool {
    typed.compact || typed.tab || typed.indent.is_some()
}

fn refuse_contradiction(typed: &FormatOptions, format: Format, spelled: &str) -> Result<(), Error> {
    let flag = match format {
        Format::Json | Format::Raw | Format::Lines => None,
        // One line per value.
        Format::Jsonl if typed.tab => Some("--tab"),
        Format::Jsonl if typed.indent.is_some() => Some("--indent"),
        Format::Jsonl if typed.join => Some("-j"),
        Format::Jsonl if typed.nul => Some("--raw-output0"),
        Format::Jsonl => None,
        _ => json_flag(typed),
    };
    flag.map_or(Ok(()), |flag| Err(contradiction(spelled, flag)))
}

/// Refuses options about columns and cells where the format has none.
fn refuse_useless(typed: &FormatOptions, format: Format) -> Result<(), Error> {
    let useless = [
        (
            "--columns",
            typed.columns.is_some() && !format.has_columns(),
            "-t, or -o record, csv, tsv or markdown",
        ),
        ("--wide", typed.wide && format != Format::Table, "-t"),
        (
            "--no-header",
            typed.no_header && !matches!(format, Format::Table | Format::Csv | Format::Tsv),
            "-t, or -o csv or tsv",
        ),
    ];
    match useless.iter().find(|(_, useless, _)| *useless) {
        Some((option, _, wants)) => Err(Error::usage(format!("{option} goes with {wants}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::cli::{self, Action};
    use dq_format::Column;

    /// What these words choose, or the message.
    fn chosen(words: &str, output: Option<&str>, columns: Option<&str>) -> String {
        let args = ["dq".to_owned(), ".".to_owned()].into_iter();
        let args = args.chain(words.split_whitespace().map(str::to_owned));
        let Action::Run(cli) = cli::parse(args.map(Into::into)) else {
            panic!("{words}");
        };
        let saved = SavedFormat {
            output: output.map(str::to_owned),
            columns: columns.map(|columns| SavedColumns {
                text: columns.to_owned(),
                saved: None,
                is_filtered: false,
            }),
        };
        match choose(&cli.format, saved) {
            Ok(choice) => {
                let paths = choice.columns.selected.unwrap_or_default();
                let paths: Vec<_> = paths.iter().map(Column::path).collect();
                format!("{:?} {}", choice.format, paths.join(","))
                    .trim_end()
                    .to_owned()
            }
            Err(Error::Usage { message, hint }) => [message, hint.unwrap_or_default()].join("; "),
            Err(_) => panic!("{words}"),
        }
    }

    #[test]
    fn typed_formats() {
        let cases = [
            ("", "Json"),
            ("-r", "Json"),
            ("-t", "Table"),
            ("-o table -t", "Table"),
            ("-o json -r", "Json"),
            ("-o raw -c", "Raw"),
            ("-o jsonl -r -S", "Jsonl"),
            ("-o md", "Markdown"),
            ("-ocsv --no-header", "Csv"),
            ("-o yaml -S --seq", "Yaml"),
            ("--columns a,b.c", "Table a,b.c"),
            ("-o csv --columns a", "Csv a"),
            ("-t --wide --no-header", "Table"),
            (
                "-t -o csv",
                "-o csv and -t contradict each other; they are two formats: give one",
            ),
            (
                "-o csv -o tsv",
                "-o csv and -o tsv contradict each other; they are two formats: give one",
            ),
            (
                "-t -r",
                "-t and -r contradict each other; they are two formats: give one",
            ),
            (
                "-o yaml -c",
                "-o yaml and -c contradict each other; they are two formats: give one",
            ),
            (
                "-o jsonl --tab",
                "-o jsonl and --tab contradict each other; they are two formats: give one",
            ),
            (
                "-o jsonl -j",
                "-o jsonl and -j contradict each other; they are two formats: give one",
            ),
            (
                "--columns a -r",
                "--columns goes with -t, or -o record, csv, tsv or markdown; ",
            ),
            (
                "-o yaml --columns a",
                "--columns goes with -t, or -o record, csv, tsv or markdown; ",
            ),
            (
                "--columns a,,b",
                "--columns: a path is missing\n    a,,b\n     ^; columns are [HEADER:] PATH [| FILTER], with commas between them",
            ),
            ("--wide", "--wide goes with -t; "),
            ("-o csv --wide", "--wide goes with -t; "),
            (
                "-o md --no-header",
                "--no-header goes with -t, or -o csv or tsv; ",
            ),
            (
                "-o out.csv",
                "there is no format out.csv; -o takes a format; a file is written with > out.csv",
            ),
            ("-o JSON", "there is no format JSON; -o json"),
            (
                "-o wide",
                "there is no format wide; -t --wide leaves cells whole",
            ),
            (
                "-o html",
                "there is no format html; the formats are json, jsonl, raw, lines, table, record, csv, tsv, markdown, yaml, toml, xml, cbor",
            ),
        ];
        for (words, expected) in cases {
            assert_eq!(chosen(words, None, None), expected, "{words}");
        }
    }

    #[test]
    fn formats_of_saved_filters() {
        let cases = [
            ("", Some("table"), None, "Table"),
            ("", Some("table"), Some("id,name"), "Table id,name"),
            ("-c", Some("table"), Some("id"), "Json id"),
            ("-o csv", Some("table"), Some("id"), "Csv id"),
            ("--columns name", Some("table"), Some("id"), "Table name"),
            ("--columns name", Some("csv"), None, "Csv name"),
            ("--columns name", Some("yaml"), None, "Table name"),
            ("--wide", Some("table"), None, "Table"),
            ("-S", Some("table"), Some("id"), "Table id"),
            ("-S --columns b,a", Some("table"), Some("id"), "Table b,a"),
            ("-r", Some("lines"), None, "Lines"),
            ("-c", Some("lines"), None, "Json"),
            ("--columns a", Some("lines"), None, "Table a"),
            (
                "",
                Some("html"),
                None,
                "there is no format html; the formats are json, jsonl, raw, lines, table, record, csv, tsv, markdown, yaml, toml, xml, cbor",
            ),
        ];
        for (words, output, columns, expected) in cases {
            assert_eq!(
                chosen(words, output, columns),
                expected,
                "{words} {output:?}"
            );
        }
    }
}
