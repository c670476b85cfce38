//! The options of the filter: jq's own, letter for letter.

use super::option::{Opt, flag, repeated, valued};

pub const FILTER: &[Opt] = &[
    flag(
        "null-input",
        'n',
        "run once with null; input and inputs read",
    ),
    flag(
        "raw-input",
        'R',
        "each line is a string; with -s the whole text is one",
    ),
    flag("slurp", 's', "run once with all inputs in an array"),
    flag(
        "exit-status",
        'e',
        "exit with 1 if the last output is false or null, 4 if none",
    ),
    valued("from-file", 'f', &["FILE"], "read the filter from FILE"),
    repeated(
        "library-path",
        'L',
        &["DIR"],
        "look for modules in DIR (default: ~/.jq)",
    ),
    repeated("arg", ' ', &["NAME", "TEXT"], "$NAME is TEXT"),
    repeated("argjson", ' ', &["NAME", "JSON"], "$NAME is the value JSON"),
    repeated(
        "slurpfile",
        ' ',
        &["NAME", "FILE"],
        "$NAME is an array of the JSON values in FILE",
    ),
    repeated(
        "rawfile",
        ' ',
        &["NAME", "FILE"],
        "$NAME is the text of FILE",
    ),
    flag(
        "args",
        ' ',
        "the words behind are strings, in $ARGS.positional",
    ),
    flag(
        "jsonargs",
        ' ',
        "the words behind are JSON, in $ARGS.positional",
    ),
    flag(
        "stream",
        ' ',
        "inputs are [path, leaf] events, while they are read",
    ),
    flag(
        "stream-errors",
        ' ',
        "as --stream; broken JSON is a last event, not an error",
    ),
    flag("seq", ' ', "JSON text sequences (RFC 7464), in and out"),
];
