//! The time limits and the retries of a client.

use std::time::Duration;

/// The time limits and the retries of a client. By default reading has no limit: an event stream may be silent for
/// hours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientSettings {
    /// The limit on connecting, name resolution and TLS handshake included. `None` means 10 s over the network and
    /// no limit on a UNIX socket.
    pub connect_timeout: Option<Duration>,
    /// The limit on a whole request with its response and its retries.
    pub max_time: Option<Duration>,
    /// The longest pause between two bytes of the server's, within a stream too.
    pub idle_timeout: Option<Duration>,
    /// The limit on waiting for the head of a response, once the request is sent.
    pub response_timeout: Option<Duration>,
    /// How often an idempotent request is sent again after a transient failure.
    pub retries: u32,
    /// Whether ssh checks that a silent host is still there. For TCP the kernel does so in any case.
    pub keeps_ssh_alive: bool,
}
