//! Options of the filter stage: jq's own, letter for letter.

use super::option::{Opt, flag, repeated, valued};

pub const FILTER: &[Opt] = &[
    flag(
        "null-input",
        'n',
        "run once on null; input and inputs read the input",
    ),
    flag(
        "raw-input",
        'R',
        "read each line as a string; with -s the whole text",
    ),
    flag("slurp", 's', "run once on an array of all inputs"),
    flag(
        "exit-status",
        'e',
        "exit 1 if the last output is false or null, 4 if none",
    ),
    valued("from-file", 'f', &["FILE"], "read the filter from FILE"),
    repeated(
        "library-path",
        'L',
        &["DIR"],
        "search DIR for modules (default: ~/.jq)",
    ),
    repeated("arg", ' ', &["NAME", "TEXT"], "set $NAME to TEXT"),
    repeated(
        "argjson",
        ' ',
        &["NAME", "JSON"],
        "set $NAME to the value JSON",
    ),
    repeated(
        "slurpfile",
        ' ',
        &["NAME", "FILE"],
        "set $NAME to an array of the values in FILE",
    ),
    repeated(
        "rawfile",
        ' ',
        &["NAME", "FILE"],
        "set $NAME to the text of FILE",
    ),
    flag(
        "args",
        ' ',
        "the following words are strings in $ARGS.positional",
    ),
    flag(
        "jsonargs",
        ' ',
        "the following words are JSON in $ARGS.positional",
    ),
    flag("stream", ' ', "read the input as [path, leaf] events"),
    flag(
        "stream-errors",
        ' ',
        "as --stream; invalid JSON ends it with an event",
    ),
    flag("seq", ' ', "JSON text sequences (RFC 7464) in and out"),
];
