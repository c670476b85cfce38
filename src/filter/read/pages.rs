//! Bytes that another thread reads, page by page, while those before them are worked on.

use std::io::{self, ErrorKind, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SendError, Sender, SyncSender, TryRecvError};
use std::sync::mpsc::{channel, sync_channel};
use std::thread;
use std::time::Duration;

use super::marks::Forerunner;
use super::supply::{Buffer, WINDOW};

/// Free bytes in front of those of a page, for what is left of the page before it: nothing else has to be copied.
const FRONT: usize = 64 * 1024;

/// Pages that have been read and not yet asked for, at most.
const AHEAD: usize = 2;

/// The pages of one reader.
pub struct Pages {
    read: Receiver<io::Result<Buffer>>,
    /// Buffers to be used again.
    used: Sender<Buffer>,
    has_ended: bool,
}

impl Pages {
    /// Has another thread read what comes behind these bytes, of which the first has this place in the input and is
    /// outside of any string.
    ///
    /// # Errors
    /// The reader itself, where no thread can be started.
    pub fn of<R: Read + Send + 'static>(reader: R, place: usize, bytes: &[u8]) -> Result<Self, R> {
        let bytes = bytes.to_vec();
        let (sender, read) = sync_channel(AHEAD);
        let (used, buffers) = channel();
        let (give, given) = channel();
        // What a thread that cannot be started was to run is lost: the reader is given to it afterwards.
        let started = thread::Builder::new().spawn(move || {
            if let Ok(reader) = given.recv() {
                let forerunner = Forerunner::behind(place, bytes);
                read_all(reader, forerunner, &sender, &buffers);
            }
        });
        if started.is_err() {
            return Err(reader);
        }
        match give.send(reader) {
            Ok(()) => Ok(Self {
                read,
                used,
                has_ended: false,
            }),
            Err(SendError(reader)) => Err(reader),
        }
    }

    /// Brings in the next page, if it is there or comes within this time; `None` if it does not.
    ///
    /// # Errors
    /// The reader's.
    pub fn next_within(
        &mut self,
        patience: Duration,
        buffer: &mut Buffer,
    ) -> Option<io::Result<()>> {
        let page = match self.read.try_recv() {
            Err(TryRecvError::Empty) if patience.is_zero() => return None,
            Err(TryRecvError::Empty) => match self.read.recv_timeout(patience) {
                Err(RecvTimeoutError::Timeout) => return None,
                page => page.ok(),
            },
            page => page.ok(),
        };
        Some(self.put(page, buffer))
    }

    /// Waits for the next page and brings it in.
    ///
    /// # Errors
    /// The reader's.
    pub fn next(&mut self, buffer: &mut Buffer) -> io::Result<()> {
        let page = self.read.recv().ok();
        self.put(page, buffer)
    }

    /// Puts a page behind the bytes of the buffer: in its place, if there are few.
    fn put(&mut self, page: Option<io::Result<Buffer>>, buffer: &mut Buffer) -> io::Result<()> {
        let mut page = match page {
            Some(page) => page?,
            None if self.has_ended => return Ok(()),
            None => return Err(io::Error::other("the thread that reads is gone")),
        };
        self.has_ended = page.filled.is_empty();
        let kept = buffer.filled.len();
        if kept <= FRONT {
            page.filled.start = FRONT - kept;
            page.bytes[FRONT - kept..FRONT].copy_from_slice(buffer.filled());
            std::mem::swap(buffer, &mut page);
        } else {
            buffer.bytes.truncate(buffer.filled.end);
            buffer.bytes.drain(..buffer.filled.start);
            buffer.bytes.extend_from_slice(page.filled());
            buffer.filled = 0..buffer.bytes.len();
            std::mem::swap(&mut buffer.marks, &mut page.marks);
        }
        if page.bytes.len() == FRONT + WINDOW {
            // Nobody needs it if everything has been read.
            let _ = self.used.send(page);
        }
        Ok(())
    }
}

/// Sends everything there is to read; an empty page at the end.
fn read_all(
    mut reader: impl Read,
    mut forerunner: Forerunner,
    pages: &SyncSender<io::Result<Buffer>>,
    buffers: &Receiver<Buffer>,
) {
    loop {
        let mut page = buffers.try_recv().unwrap_or_else(|_| Buffer {
            bytes: vec![0; FRONT + WINDOW],
            ..Buffer::default()
        });
        let page = match reader.read(&mut page.bytes[FRONT..]) {
            Ok(bytes) => {
                page.filled = FRONT..FRONT + bytes;
                forerunner.look(&mut page);
                Ok(page)
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = page.as_ref().map_or(true, |page| page.filled.is_empty());
        if pages.send(page).is_err() || is_last {
            return;
        }
    }
}
