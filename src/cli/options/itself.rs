//! Options about dq itself: help, versions, completion scripts.

use super::option::{Opt, flag, valued};

pub const ITSELF: &[Opt] = &[
    flag(
        "endpoints",
        ' ',
        "list Docker's endpoints [with WORD], or explain one",
    ),
    valued(
        "generate",
        ' ',
        &["SHELL"],
        "completion for bash, zsh, fish, elvish, nushell, powershell; or man",
    ),
    flag("no-defaults", ' ', "ignore ~/.config/dq/options"),
    flag(
        "help",
        'h',
        "print a page of help; --help prints everything",
    ),
    flag(
        "version",
        'V',
        "print the version; --version adds commit and target",
    ),
];
