//! Bytes that another thread reads, page by page, while those before them are worked on.

use std::io::{self, ErrorKind, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::marks::Forerunner;
use super::supply::{InputBuffer, WINDOW};

/// Free bytes in front of those of a page, for what is left of the page before it: nothing else has to be copied.
const FRONT: usize = 64 * 1024;

/// ReadAhead that have been read and not yet asked for, at most.
const AHEAD: usize = 2;

/// Buffers to be used again.
type Used = Arc<Mutex<Vec<InputBuffer>>>;

/// The pages of one reader.
pub struct ReadAhead {
    read: Receiver<io::Result<InputBuffer>>,
    used: Used,
    has_ended: bool,
}

impl ReadAhead {
    /// Has another thread read what comes behind these bytes, of which the first has this place in the input and is
    /// outside of any string.
    ///
    /// # Errors
    /// The reader itself, where no thread can be started.
    pub fn spawn<R: Read + Send + 'static>(
        reader: R,
        place: usize,
        bytes: &[u8],
    ) -> Result<Self, R> {
        let bytes = bytes.to_vec();
        let (sender, read) = sync_channel(AHEAD);
        let used = Used::default();
        // What a thread was to run is lost if it cannot be started: the reader waits outside.
        let waiting = Arc::new(Mutex::new(Some(reader)));
        let started = {
            let (used, waiting) = (used.clone(), waiting.clone());
            thread::Builder::new().spawn(move || {
                if let Some(reader) = unlocked(&waiting).take() {
                    let forerunner = Forerunner::behind(place, bytes);
                    read_all(reader, forerunner, &sender, &used);
                }
            })
        };
        let left = match started {
            Ok(_) => None,
            Err(_) => unlocked(&waiting).take(),
        };
        match left {
            Some(reader) => Err(reader),
            None => Ok(Self {
                read,
                used,
                has_ended: false,
            }),
        }
    }

    /// Brings in the next page, if it is there or comes within this time; `None` if it does not.
    ///
    /// # Errors
    /// The reader's.
    pub fn recv_timeout(
        &mut self,
        buffer: &mut InputBuffer,
        timeout: Duration,
    ) -> Option<io::Result<()>> {
        let page = match self.read.recv_timeout(timeout) {
            Err(RecvTimeoutError::Timeout) => return None,
            page => page.ok(),
        };
        Some(self.put(page, buffer))
    }

    /// Waits for the next page and brings it in.
    ///
    /// # Errors
    /// The reader's.
    pub fn recv(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        let page = self.read.recv().ok();
        self.put(page, buffer)
    }

    /// Puts a page behind the bytes of the buffer: in its place, if there are few.
    fn put(
        &mut self,
        page: Option<io::Result<InputBuffer>>,
        buffer: &mut InputBuffer,
    ) -> io::Result<()> {
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
            unlocked(&self.used).push(page);
        }
        Ok(())
    }
}

fn unlocked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends everything there is to read; an empty page at the end.
fn read_all(
    mut reader: impl Read,
    mut forerunner: Forerunner,
    pages: &SyncSender<io::Result<InputBuffer>>,
    used: &Used,
) {
    loop {
        let free = unlocked(used).pop();
        let mut page = free.unwrap_or_else(|| InputBuffer {
            bytes: vec![0; FRONT + WINDOW],
            ..InputBuffer::default()
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// Gives what it was told to, one after the other.
    struct Told(VecDeque<io::Result<Vec<u8>>>);

    impl Read for Told {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let bytes = self.0.pop_front().unwrap_or(Ok(Vec::new()))?;
            buffer[..bytes.len()].copy_from_slice(&bytes);
            Ok(bytes.len())
        }
    }

    fn pages(told: impl IntoIterator<Item = io::Result<Vec<u8>>>) -> ReadAhead {
        let told = Told(told.into_iter().collect());
        ReadAhead::spawn(told, 0, &[]).ok().unwrap()
    }

    #[test]
    fn what_is_kept_stands_in_front_of_what_comes() {
        let numbers: Vec<u8> = (0..3 << 20).map(|i: u32| (i % 251) as u8).collect();
        for kept in [0, 1, 1000, FRONT, FRONT + 1, 2 * WINDOW] {
            let told = numbers.chunks(WINDOW - 7).map(|bytes| Ok(bytes.to_vec()));
            let mut pages = pages(told);
            let (mut buffer, mut taken) = (InputBuffer::default(), Vec::new());
            loop {
                let before = buffer.filled.len();
                pages.recv(&mut buffer).unwrap();
                if buffer.filled.len() == before {
                    break;
                }
                let take = buffer.filled.len().saturating_sub(kept);
                taken.extend_from_slice(&buffer.filled()[..take]);
                buffer.filled.start += take;
            }
            taken.extend_from_slice(buffer.filled());
            assert!(taken == numbers, "{kept} bytes kept");
        }
    }

    #[test]
    fn an_error_comes_behind_the_bytes_before_it_and_the_end_stays() {
        let reset = || io::Error::from(ErrorKind::ConnectionReset);
        let mut broken = pages([Ok(b"abc".to_vec()), Err(reset())]);
        let mut buffer = InputBuffer::default();
        broken.recv(&mut buffer).unwrap();
        assert_eq!(buffer.filled(), b"abc");
        let error = broken.recv(&mut buffer).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);

        let interrupted = io::Error::from(ErrorKind::Interrupted);
        let mut ended = pages([Err(interrupted), Ok(b"abc".to_vec())]);
        for _ in 0..4 {
            ended.recv(&mut buffer).unwrap();
        }
        assert_eq!(buffer.filled(), b"abcabc");
    }

    #[test]
    fn nobody_waits_longer_than_told() {
        struct Silent;
        impl Read for Silent {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                thread::sleep(Duration::from_secs(600));
                Ok(0)
            }
        }
        let mut pages = ReadAhead::spawn(Silent, 0, &[]).ok().unwrap();
        for patience in [Duration::ZERO, Duration::from_millis(1)] {
            let page = pages.recv_timeout(&mut InputBuffer::default(), patience);
            assert!(page.is_none());
        }
    }
}
