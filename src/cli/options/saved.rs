//! The options that keep, show and remove saved filters.

use super::option::{Opt, flag, repeated, valued};

// A name that is given twice is told, not dropped: those that take one are read as if they could be repeated.
pub const SAVED: &[Opt] = &[
    repeated(
        "save",
        ' ',
        &["NAME"],
        "save this command line as NAME; sends nothing",
    ),
    valued("about", ' ', &["TEXT"], "with --save: what it is for"),
    flag("force", ' ', "with --save: replace one of that name"),
    flag("list", ' ', "what is saved, and what comes with dq"),
    repeated("show", ' ', &["NAME"], "print the text of NAME"),
    flag(
        "standalone",
        ' ',
        "with --show: as one program for plain jq",
    ),
    repeated("edit", ' ', &["NAME"], "open NAME in $VISUAL or $EDITOR"),
    repeated("remove", ' ', &["NAME"], "delete NAME"),
];
