//! The options of the output.

use super::option::{Opt, flag, repeated, valued};

pub const FORMAT: &[Opt] = &[
    flag("table", 't', "a table, fitted to the terminal"),
    repeated(
        "output",
        'o',
        &["FORMAT"],
        "json, jsonl, raw, lines, table, csv, tsv, markdown, yaml, toml, xml, cbor",
    ),
    valued(
        "columns",
        ' ',
        &["PATH,..."],
        "only these columns: id,State.Health; implies -t",
    ),
    flag("no-header", ' ', "a table, CSV or TSV without its header"),
    flag(
        "wide",
        ' ',
        "leave the cells of a table whole on a terminal",
    ),
    flag(
        "raw-output",
        'r',
        "print strings as they are, without quotes",
    ),
    flag("join-output", 'j', "as -r, without newlines"),
    flag("raw-output0", ' ', "as -r, with a NUL behind each output"),
    flag("compact-output", 'c', "one line per value"),
    flag("ascii-output", 'a', "only ASCII; the rest as \\uXXXX"),
    flag("sort-keys", 'S', "sort the keys of objects"),
    flag("tab", ' ', "indent with tabs"),
    valued(
        "indent",
        ' ',
        &["N"],
        "indent with N spaces, 0 to 7 (default: 2)",
    ),
    valued("color", ' ', &["WHEN"], "auto, always or never"),
    flag("color-output", 'C', "as --color always"),
    flag("monochrome-output", 'M', "as --color never"),
    flag("unbuffered", ' ', "flush after each output"),
];
