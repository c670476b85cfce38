//! A body that survives the loss of its connection.

use std::io::{self, Read};

use super::item::Items;
use super::log_entries::LogEntries;
use super::memory::Memory;
use super::requester::{End, Requester};
use super::values::Values;
use crate::catalogue::Endless;
use dq_fetch::{BodyKind, Error, Response, read_error};

/// How a stream is divided into items.
#[derive(Clone, Copy)]
pub struct Division {
    pub stream: Endless,
    /// The entries of a log are shown with their times.
    pub shows_times: bool,
}

impl Division {
    /// The items of a response, whose body is taken.
    ///
    /// # Errors
    /// `Usage` for a body of another kind.
    pub fn items(self, response: &mut Response) -> Result<Box<dyn Items>, Error> {
        match (self.stream, response.kind) {
            (Endless::Log, BodyKind::Logs | BodyKind::Empty) => {
                let frames = response.take_frames();
                Ok(Box::new(LogEntries::new(frames, self.shows_times)))
            }
            (Endless::Events | Endless::Statistics, BodyKind::Json | BodyKind::Empty) => {
                let body = std::mem::replace(&mut response.body, Box::new(io::empty()));
                let is_timed = self.stream == Endless::Events;
                Ok(Box::new(Values::new(body, is_timed)))
            }
            _ => Err(Error::Usage {
                problem: "--reconnect reads the streams of a container engine, and this is another"
                    .into(),
                hint: None,
            }),
        }
    }
}

/// Reads a stream item by item over as many connections as it takes.
pub struct SurvivingBody {
    requester: Requester,
    division: Division,
    items: Box<dyn Items>,
    memory: Memory,
    /// The current item, and how much of it has been read.
    item: Vec<u8>,
    read: usize,
    has_ended: bool,
}

impl SurvivingBody {
    /// A body that begins with the items of a first connection.
    pub fn new(requester: Requester, division: Division, items: Box<dyn Items>) -> Self {
        Self {
            requester,
            division,
            items,
            memory: Memory::default(),
            item: Vec::new(),
            read: 0,
            has_ended: false,
        }
    }

    /// Takes the next item that is new, connecting again where that is needed.
    fn advance(&mut self) -> Result<(), Error> {
        match self.items.next() {
            Ok(Some(item)) => {
                if item.key.is_none_or(|key| self.memory.is_new(key)) {
                    self.requester.note_progress();
                    self.item = item.bytes;
                    self.read = 0;
                }
                Ok(())
            }
            Ok(None) => match self.requester.end()? {
                End::Final => {
                    self.has_ended = true;
                    Ok(())
                }
                End::GoesOn => self.connect(false),
                End::Lost => self.connect(true),
            },
            Err(error) => {
                let error = read_error(&error);
                if self.requester.is_loss(&error) {
                    self.connect(true)
                } else {
                    Err(error)
                }
            }
        }
    }

    fn connect(&mut self, is_lost: bool) -> Result<(), Error> {
        let mut response = self.requester.request_again(self.memory.since(), is_lost)?;
        if response.status >= 400 {
            return Err(response.failure());
        }
        self.items = self.division.items(&mut response)?;
        self.memory.reconnect();
        Ok(())
    }
}

impl Read for SurvivingBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.item.len() && !self.has_ended {
            self.advance().map_err(io::Error::other)?;
        }
        let amount = (&self.item[self.read..]).read(buffer)?;
        self.read += amount;
        Ok(amount)
    }
}
