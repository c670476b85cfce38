//! dq: ask an HTTP API behind a socket, filter the answer with jq, print it well.

mod fetch;
mod filter;
mod format;

fn main() {}
