//! Reports what goes over the wire to a handler, for `-v`, `-i` and the progress line.

use std::fmt;
use std::sync::Arc;

use super::response::Response;

/// Something that happened to a request.
pub enum Event<'a> {
    /// The head of a request was sent: its bytes with the empty line at the end, secrets included. See
    /// [`message_head::request_lines`](crate::message_head::request_lines).
    RequestSent(&'a [u8]),
    /// The head of an interim response (1xx) was received: its bytes without the empty line at the end. The final one
    /// follows.
    InterimReceived(&'a [u8]),
    /// The head of a response was received. It need not be the last one: a redirect or a retry may follow.
    ResponseReceived(&'a Response),
    /// The response is the one that [`Client::send`](crate::Client::send) returns. Its body has not been read yet, and
    /// its [`kind`](Response::kind) is not set yet.
    ResponseAccepted(&'a Response),
    /// Part of the request's body was read for sending.
    Uploaded {
        /// Bytes so far.
        sent: u64,
        /// Bytes in all, if the length is known.
        total: Option<u64>,
    },
    /// The request failed and is sent again: why, after how long a pause, and how many retries are left, in one line.
    Retry(&'a str),
}

type Handler = dyn Fn(Event<'_>) + Send + Sync;

/// A function that is called with each [`Event`]. The default handler ignores them.
#[derive(Clone, Default)]
pub struct EventHandler(Option<Arc<Handler>>);

impl EventHandler {
    /// `handler` is called on the thread that sends the request or reads the response.
    pub fn new(handler: impl Fn(Event<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(handler)))
    }

    /// Whether events are handled at all. If not, nothing need be collected for them.
    pub(super) fn is_enabled(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn emit(&self, event: Event<'_>) {
        if let Some(handler) = &self.0 {
            handler(event);
        }
    }
}

impl fmt::Debug for EventHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EventHandler")
            .field(&self.is_enabled())
            .finish()
    }
}
