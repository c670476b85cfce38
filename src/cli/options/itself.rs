//! Options about dq itself: help, versions, completion scripts.

use super::option::{Opt, flag, valued};

pub const ITSELF: &[Opt] = &[
    flag(
        "endpoints",
        ' ',
        "Docker's endpoints [with WORD]; explains /a/path",
    ),
    valued(
        "generate",
        ' ',
        &["SHELL"],
        "completion for bash, zsh, fish, elvish, powershell; or man",
    ),
    flag(
        "no-defaults",
        ' ',
        "leave the options in ~/.config/dq/options out",
    ),
    flag("help", 'h', "one page; --help tells more"),
    flag(
        "version",
        'V',
        "the version; --version adds commit and target",
    ),
];
