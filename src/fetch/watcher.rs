//! Telling whoever watches what goes over the wire, for `-v`, `-i` and the progress line.

use std::fmt;
use std::sync::Arc;

use super::response::Response;

/// Something a watcher may want to show.
pub enum Event<'a> {
    /// The head of a request as it was sent, secrets and all.
    Sent(&'a [u8]),
    /// The head of a response, also of one that is not the last: a redirect or a retry may follow.
    Received(&'a Response),
    /// The head of the response that is kept, before its body is looked at.
    Answered(&'a Response),
    /// So many bytes of the request's body are on their way, of so many where that is known.
    Uploaded { sent: u64, total: Option<u64> },
    /// The request failed and is sent again after a pause; why and when.
    Retry(&'a str),
    /// What only `-v` tells.
    Note(&'a str),
}

type Told = dyn Fn(Event<'_>) + Send + Sync;

/// Who is told. Without anybody, nothing is gathered.
#[derive(Clone, Default)]
pub struct Watcher(Option<Arc<Told>>);

impl Watcher {
    pub fn new(told: impl Fn(Event<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(told)))
    }

    pub(super) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn tell(&self, event: Event<'_>) {
        if let Some(told) = &self.0 {
            told(event);
        }
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watcher").field(&self.is_there()).finish()
    }
}
