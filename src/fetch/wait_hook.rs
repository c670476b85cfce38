//! A hook that waits for the server's bytes on the client's behalf, so that the caller can watch something else
//! meanwhile.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Duration;

use super::error::Error;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The socket is readable, or the server has closed it: the next read does not block.
    Ready,
    /// The hook did not wait. The client waits in its read.
    Skipped,
    /// The caller wants no more of this response. The read fails with [`Error::Cancelled`].
    Stop,
}

type Hook = dyn Fn(BorrowedFd<'_>, Option<Duration>) -> io::Result<Wait> + Send + Sync;

/// Waits until a socket is readable. The default hook does not wait, so reads block.
#[derive(Clone, Default)]
pub struct WaitHook(Option<Arc<Hook>>);

impl WaitHook {
    /// `hook` gets the socket and the longest time to wait, `None` for no limit. It runs before each read that may
    /// block, for the head of a response as well as for its body.
    ///
    /// To stop the request, it returns [`Wait::Stop`]: [`Client::send`](crate::Client::send) then fails with
    /// [`Error::Cancelled`], or the read of the body with an `io::Error` that [`read_error`](crate::read_error) turns
    /// into it. An error of kind `TimedOut` or `WouldBlock` is the time limit. Any other error reaches the reader of
    /// the body as it is. Nothing is sent again.
    pub fn new(
        hook: impl Fn(BorrowedFd<'_>, Option<Duration>) -> io::Result<Wait> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(hook)))
    }

    /// Waits; whether the next read will not block.
    ///
    /// # Errors
    /// The hook's own, and one that carries [`Error::Cancelled`].
    pub(super) fn wait(&self, socket: BorrowedFd<'_>, limit: Option<Duration>) -> io::Result<bool> {
        let Some(hook) = &self.0 else {
            return Ok(false);
        };
        match hook(socket, limit)? {
            Wait::Ready => Ok(true),
            Wait::Skipped => Ok(false),
            Wait::Stop => Err(io::Error::other(Error::Cancelled)),
        }
    }
}

impl fmt::Debug for WaitHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WaitHook").field(&self.0.is_some()).finish()
    }
}
