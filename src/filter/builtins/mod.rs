//! jq's builtins and dq's helpers: one table says what each is, and the text of those written in jq is here too.

mod builtin;
mod definitions;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use builtin::{Builtin, Effect, Implementation, Intrinsic, OutputCount};
pub(crate) use definitions::text;
pub(crate) use table::{all, arities, find, intrinsic, is_builtin, may_read_inputs};
