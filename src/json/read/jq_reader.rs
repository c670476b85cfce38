//! Reads JSON as jq's own parser does: `--stream`, `--seq`, and how both go on behind an error.

use super::byte_source::ByteSource;
use super::error::ReadError;
use super::event_builder::EventBuilder;
use super::jq_lexer::{Builder, Lexer};
use super::tokens::RECORD_SEPARATOR;
use super::tree_builder::TreeBuilder;
use super::window::Window;
use crate::value::Value;

/// Reads the values of a JSON text sequence (`--seq`, RFC 7464).
pub type SequenceReader<R = Box<dyn ByteSource>> = JqReader<TreeBuilder, R>;

/// Reads values as events (`--stream`).
pub type EventReader<R = Box<dyn ByteSource>> = JqReader<EventBuilder, R>;

/// How errors are met.
#[derive(Clone, Copy, Debug, Default)]
pub struct JqReaderSettings {
    /// Values follow record separators.
    pub is_sequence: bool,
    /// A syntax error is a value: the array of its message and the path.
    pub emits_errors: bool,
}

/// Reads a source byte by byte. After a syntax error it continues behind the byte that shows it with `--seq`, otherwise
/// on the next line.
pub struct JqReader<B, R = Box<dyn ByteSource>> {
    window: Window<R>,
    lexer: Lexer<B>,
    settings: JqReaderSettings,
    has_started: bool,
    has_ended: bool,
}

impl<B: Builder, R: ByteSource> JqReader<B, R> {
    /// Reads a source from its first byte. A byte order mark at the start is skipped.
    pub fn new(source: R, settings: JqReaderSettings) -> Self {
        Self {
            window: Window::new(source),
            lexer: Lexer::new(B::default(), settings.is_sequence),
            settings,
            has_started: false,
            has_ended: false,
        }
    }

    /// The number of lines read, as jq counts them.
    pub fn line_number(&self) -> usize {
        self.window.line_number()
    }

    /// Reads on until the end of the current line is in memory, unless it is far: jq has read that of a value.
    pub fn read_to_line_end(&mut self) {
        self.window.read_to_line_end();
    }

    /// The next value; `None` at the end of the input. After a syntax error there may be more.
    pub fn next_value(&mut self) -> Option<Result<Value, ReadError>> {
        if self.has_ended {
            return None;
        }
        if let Some(output) = self.lexer.builder.output() {
            return Some(Ok(output));
        }
        let next = self.read();
        self.has_ended |= next.is_err();
        next.unwrap_or_else(|error| Some(Err(error)))
    }

    /// As [`JqReader::next_value`]; fails only where nothing more can be read.
    fn read(&mut self) -> Result<Option<Result<Value, ReadError>>, ReadError> {
        if !self.has_started {
            self.has_started = true;
            self.window.skip_byte_order_mark()?;
        }
        while self.window.peek()?.is_some() {
            let rest = self.window.rest();
            let mut steps = rest.iter().enumerate();
            let found = steps.find_map(|(at, byte)| match self.lexer.step(*byte) {
                Ok(None) => None,
                found => Some((at, *byte, found)),
            });
            let taken = found.as_ref().map_or(rest.len(), |(at, ..)| at + 1);
            self.window.advance(taken);
            match found {
                None => {}
                Some((_, _, Ok(output))) => return Ok(output.map(Ok)),
                Some((_, byte, Err(message))) => return self.fail(message, byte).map(Some),
            }
        }
        self.has_ended = true;
        Ok(match self.lexer.finish() {
            Ok(output) => output.map(Ok),
            Err(message) => {
                let error = ReadError::syntax(message, self.lexer.place, true);
                Some(self.failure(error))
            }
        })
    }

    /// Handles a syntax error that this byte has shown.
    fn fail(
        &mut self,
        message: &'static str,
        byte: u8,
    ) -> Result<Result<Value, ReadError>, ReadError> {
        let error = ReadError::syntax(message, self.lexer.place, false);
        let needs_separator = self.settings.is_sequence && byte != RECORD_SEPARATOR;
        let failure = self.failure(if needs_separator {
            error.until_separator()
        } else {
            error
        });
        self.lexer.reset();
        if !self.settings.is_sequence && byte != b'\n' {
            // jq has read the whole line, and gives up the rest of it.
            self.window.skip_until(b'\n')?;
        }
        Ok(failure)
    }

    fn failure(&self, error: ReadError) -> Result<Value, ReadError> {
        if !self.settings.emits_errors {
            return Err(error);
        }
        let message = Value::from(error.to_string());
        Ok(Value::from(vec![message, self.lexer.builder.path()]))
    }
}
