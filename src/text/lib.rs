//! Text that dq shows to people, and that they write: characters a terminal must not receive, operating system errors,
//! shell words, small files.
//!
//! This crate is a leaf: it depends on nothing, and every stage may use it.

#![warn(missing_docs)]

mod chars;
mod reason;
mod sanitize;
mod shell;
mod small_file;

pub use chars::{is_ambiguous, is_dangerous, push_json_escape};
pub use reason::os_reason;
pub use sanitize::{StreamSanitizer, escape_line, one_line, sanitize, sanitize_data};
pub use shell::shell_word;
pub use small_file::{FILE_LIMIT, read_any_file, read_file, read_limited};
