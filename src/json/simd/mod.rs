//! Vector instructions for classifying bytes: blocks of 64 for the structural index, chunks of 8 or 16 for strings.

pub(crate) mod block;
pub(crate) mod chunk;
