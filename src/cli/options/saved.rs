//! The options that keep, show and remove saved filters.

use super::{flag, valued};

pub const SAVED: &[super::Opt] = &[
    valued(
        "save",
        ' ',
        &["NAME"],
        "save this command line as NAME; sends nothing",
    ),
    valued("about", ' ', &["TEXT"], "with --save: what it is for"),
    flag("force", ' ', "with --save: replace one of that name"),
    flag("list", ' ', "what is saved, and what comes with dq"),
    valued("show", ' ', &["NAME"], "print the text of NAME"),
    flag(
        "standalone",
        ' ',
        "with --show: as one program for plain jq",
    ),
    valued("edit", ' ', &["NAME"], "open NAME in $VISUAL or $EDITOR"),
    valued("remove", ' ', &["NAME"], "delete NAME"),
];
