//! Request → response: which host, over which transport, and the body as a stream.

mod address;
mod buffers;
mod client;
mod connect;
mod context;
pub mod curl;
mod demo;
mod endpoint;
mod env_vars;
mod error;
pub mod fields;
mod headers;
pub mod heads;
mod host;
mod line;
pub mod logs;
mod message;
mod outgoing;
mod pages;
pub mod percent;
mod proxy;
pub mod query;
mod registry;
mod reported;
mod resolve;
mod response;
mod retry;
mod sockets;
mod ssh;
mod stream;
mod tls;
mod transport;
mod turns;
mod upload;
mod waiter;
mod watcher;

#[cfg(test)]
mod testing;

pub use client::{Client, Request, Settings, Source};
pub use context::contexts;
pub use endpoint::{has_userinfo, socket_url, split_url};
pub use env_vars::EnvVars;
pub use error::{Error, read_error};
pub use host::Host;
pub use pages::all_pages;
pub use registry::Logins;
pub use reported::Report;
pub use resolve::{HostFlags, TlsFlags, resolve_host, resolve_url};
pub use response::{Body, BodyKind, Response};
pub use ssh::terminate_ssh_children;
pub use upload::Payload;
pub use waiter::Waiter;
pub use watcher::{Event, Watcher};
