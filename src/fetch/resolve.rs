//! Resolves the options, the environment and docker's files to one host.

mod docker;
mod flags;
mod security;
#[cfg(test)]
mod tests;
mod url;

pub use docker::resolve_host;
pub use flags::{HostFlags, TlsFlags};
pub use url::resolve_url;
