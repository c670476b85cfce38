//! Vector instructions for classifying bytes: blocks of 64 for the structural index, chunks of 8 or 16 for strings.

pub mod block;
pub mod chunk;
