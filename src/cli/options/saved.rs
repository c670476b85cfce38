//! Options that save, show, edit and remove filters.

use super::option::{Opt, flag, repeated, valued};

// Those that take a name are parsed as repeatable, so that a second name is an error and not silently dropped.
pub const SAVED: &[Opt] = &[
    repeated(
        "save",
        ' ',
        &["NAME"],
        "save this command line as NAME; sends nothing",
    ),
    valued(
        "about",
        ' ',
        &["TEXT"],
        "with --save: its one-line description",
    ),
    flag("force", ' ', "with --save: replace a filter of that name"),
    flag("list", ' ', "list your saved filters and those of dq"),
    repeated("show", ' ', &["NAME"], "print the text of NAME"),
    flag(
        "standalone",
        ' ',
        "with --show: as one program for plain jq",
    ),
    repeated("edit", ' ', &["NAME"], "open NAME in $VISUAL or $EDITOR"),
    repeated("remove", ' ', &["NAME"], "delete NAME"),
];
