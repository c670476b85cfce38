//! Passes the bytes of a response on to ureq, its head in the form that ureq can parse.

use std::time::Duration;

use super::buffers::GrowingBuffers;
use super::chunk_framing::ChunkFraming;
use super::error::Error;
use super::events::{Event, EventHandler};
use super::response_head::{HeadFilter, Piece, is_continue};

/// How many interim responses may precede the final one.
const INTERIM_LIMIT: usize = 100;
/// The interim response that ureq waits for before it sends a body, without the headers that it does not expect.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What a connection receives behind a request.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    head: HeadFilter,
    framing: ChunkFraming,
    /// A fault of the framing, in front of which all has been passed on.
    fault: Option<&'static str>,
}

impl Incoming {
    /// Whether the framing of the body was found to be broken: nothing behind the fault is of any use.
    pub(crate) fn is_broken(&self) -> bool {
        self.fault.is_some()
    }

    /// Asks whether more can be received.
    ///
    /// # Errors
    /// `Protocol` behind a fault of the framing.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.fault {
            Some(fault) => Err(Error::Protocol {
                problem: format!("the server sent broken HTTP: {fault}"),
            }),
            None => Ok(()),
        }
    }

    /// Rewrites the bytes that were just received, 0 at the end, at the end of the buffer. Returns whether anything was
    /// received. As long as the head is incomplete, the buffer stays empty.
    ///
    /// # Errors
    /// `Protocol` for a head beyond the limits, for too many interim responses and for chunks with nothing in front of a
    /// fault of their framing, `Timeout` where there are only interim ones for `limit`, `Lost` for a chunked body that
    /// ends with the connection.
    pub(crate) fn pass_on(
        &mut self,
        amount: usize,
        buffers: &mut GrowingBuffers,
        events: &EventHandler,
        limit: Option<Duration>,
    ) -> Result<bool, Error> {
        if self.head.is_done() {
            // ureq asks for more only before the end of the body, but takes a last chunk without an end for one.
            if amount == 0 && self.head.is_chunked {
                return Err(Error::closed_early());
            }
            if self.follow_chunks(amount, buffers) == 0 {
                self.check()?;
            }
            return Ok(amount > 0);
        }
        if amount == 0 {
            let rest = self.head.rest();
            buffers.append(&rest);
            return Ok(!rest.is_empty());
        }
        if let Some(head) = self.head.passes(buffers.last(amount)) {
            self.follow_chunks(amount - head, buffers);
        } else {
            self.head.push(buffers.last(amount));
            buffers.take_back(amount);
            self.filter(buffers, events, limit)?;
        }
        Ok(true)
    }

    /// Takes back what stands behind a fault in the framing of chunks, among the bytes of the body that were appended
    /// last. Returns how many are left of them.
    fn follow_chunks(&mut self, amount: usize, buffers: &mut GrowingBuffers) -> usize {
        if !self.head.is_chunked {
            return amount;
        }
        match self.framing.follow(buffers.last(amount)) {
            Ok(()) => amount,
            Err((intact, fault)) => {
                buffers.take_back(amount - intact);
                self.fault = Some(fault);
                intact
            }
        }
    }

    fn filter(
        &mut self,
        buffers: &mut GrowingBuffers,
        events: &EventHandler,
        limit: Option<Duration>,
    ) -> Result<(), Error> {
        while let Some(piece) = self.head.next()? {
            match piece {
                Piece::Final { bytes, body } => {
                    buffers.append(&bytes);
                    self.follow_chunks(body, buffers);
                }
                Piece::Interim(head) => {
                    events.emit(Event::InterimReceived(&head));
                    self.limit_interim(limit)?;
                    if is_continue(&head) {
                        buffers.append(CONTINUE);
                    }
                }
            }
        }
        Ok(())
    }

    /// Fails for a server that sends interim responses without end.
    fn limit_interim(&self, limit: Option<Duration>) -> Result<(), Error> {
        let first = self.head.first_interim;
        let since = first.map_or(Duration::ZERO, |first| first.elapsed());
        if self.head.interim > INTERIM_LIMIT {
            let problem = format!(
                "the server sent more than {INTERIM_LIMIT} interim responses (1xx) and no final one"
            );
            return Err(Error::Protocol { problem });
        }
        match limit.filter(|limit| since > *limit) {
            Some(_) => Err(Error::Timeout {
                doing: "waiting for a response: the server sends nothing but interim ones (1xx)"
                    .to_owned(),
            }),
            None => Ok(()),
        }
    }
}
