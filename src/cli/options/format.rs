//! Options of the format stage.

use super::option::{Opt, flag, repeated, valued};

pub const FORMAT: &[Opt] = &[
    flag("table", 't', "print a table, fitted to the terminal"),
    repeated(
        "output",
        'o',
        &["FORMAT"],
        "json, jsonl, raw, lines, table, record, csv, tsv, markdown, yaml, toml, xml, cbor",
    ),
    repeated(
        "columns",
        ' ',
        &["COLUMN,..."],
        "show only these columns: id,size: Size|bytes; implies -t",
    ),
    Opt {
        optional: true,
        ..valued(
            "paths",
            ' ',
            &["WORD"],
            "show the paths in the answer, their types and examples; those with WORD",
        )
    },
    flag(
        "no-header",
        ' ',
        "leave out the header of a table, CSV or TSV",
    ),
    flag(
        "wide",
        ' ',
        "show tables whole on a terminal, with long lines",
    ),
    flag(
        "raw-output",
        'r',
        "print strings without quotes and escapes",
    ),
    flag("join-output", 'j', "as -r, without newlines"),
    flag("raw-output0", ' ', "as -r, with a NUL after each output"),
    flag("compact-output", 'c', "print each value on one line"),
    flag("ascii-output", 'a', "print ASCII only; the rest as \\uXXXX"),
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
