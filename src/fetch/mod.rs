//! Request → response: which host, over which transport, and the body as a stream.

mod address;
mod buffers;
mod client;
mod connect;
mod context;
mod demo;
mod endpoint;
mod fields;
mod error;
mod headers;
mod host;
mod line;
pub mod logs;
mod message;
mod query;
mod response;
mod sockets;
mod tls;
mod transport;
mod upload;
mod watcher;

#[cfg(test)]
mod testing;

pub use client::{Client, Request, Settings, Source};
pub use error::{Error, read_error};
pub use host::{Environment, Host, HostFlags, resolve_host};
pub use response::{BodyKind, Response};
