//! TLS over TCP with rustls: docker's certificate files, the system's authorities, and explained errors.

mod algorithms;
mod connector;
mod explain;
mod files;
mod identity;
mod options;
mod stream;
#[cfg(test)]
mod tests;
mod verify;

pub(crate) use connector::TlsConnector;
pub(crate) use options::{TlsOptions, TrustedRoots};
pub(crate) use stream::TlsStream;
