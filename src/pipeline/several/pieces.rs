//! Divides what a source gives into pieces that can stand between those of other sources: whole values, whole lines.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::board::{Board, Piece, PieceKind};
use crate::error::Error;
use crate::pipeline::logs::LogLines;
use crate::pipeline::server_sent_events::ServerSentEvents;
use dq_fetch::logs::{Frames, LogStream};
use dq_fetch::{Body, BodyKind, Response};
use dq_json::read::{ByteSource, ReadError, ReadErrorKind, ValidateOnly, ValueReader};

/// Bytes received at once.
const CHUNK: usize = 64 * 1024;
/// A longer line is divided, in bytes.
const MAX_LINE: usize = 1 << 20;

/// How the responses of a source are divided.
pub struct Division {
    /// Its values are put as they come, for a filter that takes those of all sources as they come.
    pub is_stream: bool,
    /// A filter or a format reads the body.
    pub is_filtered: bool,
    /// The name of the source, in values made of its lines.
    pub name: String,
    /// What lines on stdout and on stderr begin with.
    pub prefixes: [Vec<u8>; 2],
}

/// A response as it is divided.
pub enum Divided {
    Not(Response),
    Values(Box<ValueReader>, Batch),
    Log(Box<Frames<Body>>, Batch, [Line; 2]),
    Text(Body, Batch, Line),
}

impl Division {
    /// Divides a response; not that of a failure.
    ///
    /// # Errors
    /// Those of reading the body, whose first bytes may say what it is.
    pub fn of(self, mut response: Response, is_failure: bool) -> Result<Divided, dq_fetch::Error> {
        if is_failure || self.is_filtered && !self.is_stream {
            return Ok(Divided::Not(response));
        }
        if self.is_filtered {
            response.find_filterable_kind()?;
        }
        let batch = Batch::default();
        let is_json = matches!(response.kind, BodyKind::Json | BodyKind::Empty);
        if is_json && !self.is_stream || response.kind == BodyKind::Binary {
            return Ok(Divided::Not(response));
        }
        let body = std::mem::replace(&mut response.body, Box::new(io::empty()));
        let body: Body = Box::new(PuttingReader {
            body,
            chunk: Vec::new(),
            read: 0,
            batch: batch.clone(),
        });
        let lines = self.prefixes.map(Line::new);
        Ok(match response.kind {
            _ if is_json => values(body, batch),
            BodyKind::ServerSentEvents if self.is_filtered => {
                values(Box::new(ServerSentEvents::new(body)), batch)
            }
            BodyKind::Logs => {
                response.body = body;
                if self.is_filtered {
                    let lines = LogLines::new(response.frames(), Some(&self.name));
                    values(Box::new(lines), batch)
                } else {
                    Divided::Log(Box::new(response.frames()), batch, lines)
                }
            }
            _ => {
                let [line, _] = lines;
                Divided::Text(body, batch, line)
            }
        })
    }
}

fn values(body: Body, batch: Batch) -> Divided {
    let source: Box<dyn ByteSource> = Box::new(BodySource(body));
    Divided::Values(Box::new(ValueReader::new(source)), batch)
}

impl Divided {
    /// Puts all pieces on the board.
    ///
    /// # Errors
    /// Why the source has ended too early.
    pub fn put_all(self, source: usize, board: &Arc<Board>) -> Result<(), Error> {
        match self {
            Self::Not(_) => Ok(()),
            Self::Values(mut reader, batch) => {
                batch.connect(source, board);
                let ended = put_values(&mut reader, &batch);
                batch.put();
                ended
            }
            Self::Log(mut frames, batch, mut lines) => {
                batch.connect(source, board);
                let mut frame = Vec::new();
                let ended = loop {
                    match frames.next_frame(&mut frame) {
                        Ok(Some(stream)) => {
                            let index = usize::from(stream == LogStream::Stderr);
                            lines[index].add(&frame, KINDS[index], &batch);
                        }
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(Error::Fetch(dq_fetch::read_error(&error))),
                    }
                    if batch.is_unwanted() {
                        break Ok(());
                    }
                };
                for (line, kind) in lines.iter_mut().zip(KINDS) {
                    line.finish(kind, &batch);
                }
                batch.put();
                ended
            }
            Self::Text(mut body, batch, mut line) => {
                batch.connect(source, board);
                let mut chunk = vec![0; CHUNK];
                let ended = loop {
                    match body.read(&mut chunk) {
                        Ok(0) => break Ok(()),
                        Ok(length) => line.add(&chunk[..length], PieceKind::Stdout, &batch),
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => break Err(Error::Fetch(dq_fetch::read_error(&error))),
                    }
                };
                line.finish(PieceKind::Stdout, &batch);
                batch.put();
                ended
            }
        }
    }
}

/// The kinds of the lines of a container's two streams.
const KINDS: [PieceKind; 2] = [PieceKind::Stdout, PieceKind::Stderr];

fn put_values(reader: &mut ValueReader, batch: &Batch) -> Result<(), Error> {
    while let Some(length) = reader.scan_value(&mut ValidateOnly) {
        let length = length.map_err(|error| unread(&error))?;
        batch.add(PieceKind::Values, &[reader.scanned(length).bytes(), b"\n"]);
        reader.consume(length);
        if batch.is_unwanted() {
            break;
        }
    }
    Ok(())
}

fn unread(error: &ReadError) -> Error {
    match error.kind() {
        ReadErrorKind::Io(io) => Error::Fetch(dq_fetch::read_error(io)),
        ReadErrorKind::Syntax(_) => Error::Input {
            name: None,
            problem: format!("invalid JSON: {error}"),
            code: 5,
        },
    }
}

/// The unfinished line of a stream.
pub struct Line {
    prefix: Vec<u8>,
    bytes: Vec<u8>,
}

impl Line {
    fn new(prefix: Vec<u8>) -> Self {
        Self {
            prefix,
            bytes: Vec::new(),
        }
    }

    /// Adds text, and puts the lines that it finishes.
    fn add(&mut self, text: &[u8], kind: PieceKind, batch: &Batch) {
        for part in text.split_inclusive(|byte| *byte == b'\n') {
            if part.ends_with(b"\n") {
                batch.add(kind, &[&self.prefix, &self.bytes, part]);
                self.bytes.clear();
            } else {
                self.bytes.extend_from_slice(part);
                if self.bytes.len() > MAX_LINE {
                    self.finish(kind, batch);
                }
            }
        }
    }

    /// Ends a line that is not finished.
    fn finish(&mut self, kind: PieceKind, batch: &Batch) {
        if !self.bytes.is_empty() {
            batch.add(kind, &[&self.prefix, &self.bytes, b"\n"]);
            self.bytes.clear();
        }
    }
}

/// Pieces that are complete and not yet on the board.
#[derive(Clone, Default)]
pub struct Batch(Arc<Mutex<BatchState>>);

#[derive(Default)]
struct BatchState {
    kind: Option<PieceKind>,
    bytes: Vec<u8>,
    board: Option<(usize, Arc<Board>)>,
    /// Nothing more of the source is wanted.
    is_unwanted: bool,
}

impl Batch {
    fn lock(&self) -> MutexGuard<'_, BatchState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pieces are put on this board from now on.
    fn connect(&self, source: usize, board: &Arc<Board>) {
        self.lock().board = Some((source, board.clone()));
    }

    fn add(&self, kind: PieceKind, parts: &[&[u8]]) {
        let mut state = self.lock();
        if state.kind != Some(kind) || state.bytes.len() >= CHUNK {
            state.put();
        }
        state.kind = Some(kind);
        for part in parts {
            state.bytes.extend_from_slice(part);
        }
    }

    fn put(&self) {
        self.lock().put();
    }

    fn is_unwanted(&self) -> bool {
        self.lock().is_unwanted
    }
}

impl BatchState {
    fn put(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        if let (Some(kind), Some((source, board))) = (self.kind, &self.board) {
            self.is_unwanted |= !board.put(*source, Piece { kind, bytes });
        }
    }
}

/// Reads a body, and puts the pieces that are complete before a read that may block.
struct PuttingReader {
    body: Body,
    chunk: Vec<u8>,
    /// How much of the chunk has been read.
    read: usize,
    batch: Batch,
}

impl Read for PuttingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.chunk.len() {
            self.batch.put();
            self.read = 0;
            self.chunk.resize(CHUNK, 0);
            let length = self.body.read(&mut self.chunk);
            self.chunk.truncate(*length.as_ref().unwrap_or(&0));
            length?;
        }
        let length = (&self.chunk[self.read..]).read(buffer)?;
        self.read += length;
        Ok(length)
    }
}

/// A body as a byte source.
struct BodySource(Body);

impl Read for BodySource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl ByteSource for BodySource {}
