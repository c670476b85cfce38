//! Resolves the options, the environment and docker's files to one host.

mod docker;
mod flags;
mod hosts;
mod pattern;
mod security;
#[cfg(test)]
mod tests;
mod url;

pub use docker::resolve_host;
pub use flags::{HostFlags, TlsFlags};
pub use hosts::{HostChoice, NamedHost, resolve_hosts};
pub use pattern::is_pattern;
pub use url::resolve_url;
