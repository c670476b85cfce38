//! Request → response: which host, over which transport, and the body as a stream.

mod address;
mod buffers;
mod client;
mod connect;
mod context;
mod demo;
mod endpoint;
mod error;
mod host;
pub mod logs;
mod message;
mod proxy;
mod response;
mod sockets;
mod ssh;
mod tls;
mod transport;
mod turns;

#[cfg(test)]
mod testing;

pub use client::{Client, Request, Settings, Source};
pub use error::{Error, read_error};
pub use host::{Environment, Host, HostFlags, TlsFlags, resolve_host, resolve_url};
pub use response::{BodyKind, Response};
pub use ssh::end_all as hang_up;
