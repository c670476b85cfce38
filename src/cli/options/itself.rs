//! The options that are about dq itself.

use super::flag;

pub const ITSELF: &[super::Opt] = &[
    flag("help", 'h', "this page; --help tells more"),
    flag("version", 'V', "print the version"),
];
