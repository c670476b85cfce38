//! Sends HTTP requests to the host that the docker CLI would choose, and streams the responses.
//!
//! - [`resolve_host`] and [`resolve_url`] find the [`Host`] from options ([`HostFlags`]), the environment ([`EnvVars`])
//!   and docker's configuration: a UNIX socket, TCP, TLS, ssh, or the sample engine of `--demo`.
//! - A [`Client`] sends each [`Request`] to its host. It keeps connections alive, follows redirects on the same origin
//!   and retries transient failures. [`paginate`] follows `next` links.
//! - A [`Response`] has its head, the [`BodyKind`] and the body, which is read as it arrives. [`logs`] splits the
//!   output of containers into stdout and stderr.
//! - Every failure is an [`Error`] with a message, a hint and an exit code.
//! - [`fields`], [`query`] and [`percent`] build bodies and endpoints; [`curl`] writes a request as a curl command.
//!
//! # Example
//!
//! The sample engine runs in this process, so this needs no daemon:
//!
//! ```
//! use std::io::Read;
//!
//! use dq_fetch::{Client, ClientSettings, EnvVars, HostFlags, Payload, Request, Source, resolve_host};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let flags = HostFlags { demo: true, ..HostFlags::default() };
//! let env = EnvVars { var: &|name| std::env::var_os(name) };
//! let client = Client::new(resolve_host(&flags, &env)?, ClientSettings::default());
//! let mut response = client.send(&Request {
//!     method: "GET".to_owned(),
//!     source: Source::Endpoint("/containers/json?all=1".to_owned()),
//!     headers: Vec::new(),
//!     without: Vec::new(),
//!     payload: Payload::None,
//! })?;
//! if response.status >= 400 {
//!     return Err(response.failure().into());
//! }
//! let mut body = String::new();
//! response.body.read_to_string(&mut body).map_err(|error| dq_fetch::read_error(&error))?;
//! assert!(body.starts_with('['));
//! # Ok(())
//! # }
//! ```
//!
//! # Time limits and cancellation
//!
//! [`ClientSettings`] has the time limits. A read may block for as long as the server sends nothing; a [`WaitHook`] can
//! watch something else meanwhile, and stop the request.

#![warn(missing_docs, unreachable_pub)]

mod address;
mod authority;
mod body;
mod body_kind;
mod buffers;
mod child_stderr;
mod chunk_framing;
mod client;
mod client_settings;
mod connect;
mod connection;
mod connector;
mod content_coding;
mod context;
pub mod curl;
mod deadline;
mod demo;
mod duplex;
mod endpoint;
mod env_vars;
mod error;
mod error_message;
mod events;
pub mod field_types;
pub mod fields;
mod headers;
mod host;
mod html_text;
mod http_date;
mod incoming;
pub mod logs;
mod member_scanner;
pub mod message_head;
mod pagination;
mod patience;
pub mod percent;
mod prepared_request;
mod proxy;
pub mod query;
mod registry;
mod reported_error;
mod request;
mod resolve;
mod response;
mod response_head;
mod retry;
mod secrets;
mod sockets;
mod ssh;
mod stream;
mod termination;
mod tls;
mod upload;
mod upload_state;
mod ureq_error;
mod wait_hook;

#[cfg(test)]
mod testing;

pub use body::Body;
pub use body_kind::BodyKind;
pub use client::Client;
pub use client_settings::ClientSettings;
pub use context::contexts;
pub use endpoint::{has_userinfo, socket_url, split_url};
pub use env_vars::EnvVars;
pub use error::Error;
pub use events::{Event, EventHandler};
pub use host::Host;
pub use http_date::http_date;
pub use pagination::paginate;
pub use patience::send_patiently;
pub use registry::Logins;
pub use reported_error::ReportedError;
pub use request::{Payload, Request, Source};
pub use resolve::{
    HostChoice, HostFlags, NamedHost, TlsFlags, is_pattern, resolve_host, resolve_hosts,
    resolve_url,
};
pub use response::Response;
pub use secrets::{secret_parameters, shown};
pub use sockets::socket_path;
pub use ssh::terminate_ssh_children;
pub use termination::{before_termination, is_ignored};
pub use ureq_error::read_error;
pub use wait_hook::{Wait, WaitHook};
