//! The state of an upload that the reader of the request's body and the connection share.

use std::sync::atomic::{AtomicBool, Ordering};

/// What the reader of a request's body and the connection know of each other. ureq sits between the two and passes none
/// of it on.
#[derive(Debug, Default)]
pub(crate) struct UploadState {
    is_uploading: AtomicBool,
    peer_stopped_reading: AtomicBool,
}

impl UploadState {
    /// From here on the connection carries the request's body.
    pub(crate) fn begin_upload(&self) {
        self.is_uploading.store(true, Ordering::Relaxed);
    }

    /// Whether the connection carries a request's body.
    pub(crate) fn is_uploading(&self) -> bool {
        self.is_uploading.load(Ordering::Relaxed)
    }

    /// The server does not read the rest of this body.
    pub(crate) fn set_peer_stopped_reading(&self) {
        self.peer_stopped_reading.store(true, Ordering::Relaxed);
    }

    /// Whether the server has stopped reading the body.
    pub(crate) fn has_peer_stopped_reading(&self) -> bool {
        self.peer_stopped_reading.load(Ordering::Relaxed)
    }

    /// No body is being sent: it was sent to its end, or it was refused.
    pub(crate) fn reset(&self) {
        self.is_uploading.store(false, Ordering::Relaxed);
        self.peer_stopped_reading.store(false, Ordering::Relaxed);
    }
}
