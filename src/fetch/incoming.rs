//! Passes the bytes of a response on to ureq, its head in the form that ureq can parse.

use std::time::Duration;

use super::buffers::GrowingBuffers;
use super::error::Error;
use super::events::{Event, EventHandler};
use super::response_head::{HeadFilter, Piece, is_continue};

/// How many interim responses may precede the final one.
const INTERIM_LIMIT: usize = 100;
/// The interim response that ureq waits for before it sends a body, without the headers that it does not expect.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What a connection receives between a request and the body of its response.
#[derive(Debug, Default)]
pub(crate) struct Incoming(HeadFilter);

impl Incoming {
    /// Rewrites the bytes that were just received, 0 at the end, at the end of the buffer. Returns whether anything was
    /// received. As long as the head is incomplete, the buffer stays empty.
    ///
    /// # Errors
    /// `Protocol` for a head beyond the limits and for too many interim responses, `Timeout` where there are only
    /// interim ones for `limit`, `Lost` for a chunked body that ends with the connection.
    pub(crate) fn pass_on(
        &mut self,
        amount: usize,
        buffers: &mut GrowingBuffers,
        events: &EventHandler,
        limit: Option<Duration>,
    ) -> Result<bool, Error> {
        if self.0.is_done() {
            // ureq asks for more only before the end of the body, but takes a last chunk without an end for one.
            return if amount == 0 && self.0.is_chunked {
                Err(Error::closed_early())
            } else {
                Ok(amount > 0)
            };
        }
        if amount == 0 {
            let rest = self.0.rest();
            buffers.append(&rest);
            return Ok(!rest.is_empty());
        }
        if !self.0.passes(buffers.last(amount)) {
            self.0.push(buffers.last(amount));
            buffers.take_back(amount);
            self.filter(buffers, events, limit)?;
        }
        Ok(true)
    }

    fn filter(
        &mut self,
        buffers: &mut GrowingBuffers,
        events: &EventHandler,
        limit: Option<Duration>,
    ) -> Result<(), Error> {
        while let Some(piece) = self.0.next()? {
            match piece {
                Piece::Final(bytes) => buffers.append(&bytes),
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
        let first = self.0.first_interim;
        let since = first.map_or(Duration::ZERO, |first| first.elapsed());
        if self.0.interim > INTERIM_LIMIT {
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
