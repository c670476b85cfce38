//! The inputs of a filter: the values of one source after the other, read as jq's options say.

use std::rc::Rc;

use dq_json::read::{
    ByteSource, EventReader, InputBuffer, JqReaderSettings, ReadError, ReadErrorKind, ScannedValue,
    SequenceReader, ValueReader, Visitor,
};
use dq_json::value::{LossyText, RawValue, Value, lossy};

/// What the bytes of the sources are read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputMode {
    /// Each JSON value is an input.
    #[default]
    Values,
    /// `-s`: the array of all values is the one input.
    Slurped,
    /// `-R`: each line is an input, a string.
    Lines,
    /// `-R -s`: the whole text is the one input, a string.
    Text,
    /// `--stream`: each event is an input (jq manual, "Streaming").
    Events,
    /// `--stream -s`: the array of all events is the one input.
    SlurpedEvents,
}

impl InputMode {
    /// Whether everything that is read is one input.
    pub fn is_one_input(self) -> bool {
        matches!(self, Self::Slurped | Self::SlurpedEvents | Self::Text)
    }
}

/// A source of inputs.
pub struct InputSource {
    /// The file's name, for `input_filename`.
    pub name: Option<Rc<str>>,
    /// The name of the host that it is from, for `$host`; `None` if that is the host of the source before it.
    pub host: Option<Rc<str>>,
    /// Its bytes.
    pub bytes: Box<dyn ByteSource>,
}

/// How inputs are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct InputSettings {
    /// What the bytes are read as.
    pub mode: InputMode,
    /// `--seq`: a malformed record of a JSON text sequence (RFC 7464) is reported and skipped.
    pub seq: bool,
    /// `--stream-errors`: a syntax error is an event.
    pub stream_errors: bool,
}

/// Reports an error that does not end the run.
type ReportError = Box<dyn Fn(&ReadError)>;

enum SourceReader {
    Values(ValueReader),
    Sequence(SequenceReader),
    Events(EventReader),
}

/// The inputs of a run. The main loop, `input` and `inputs` all take from them.
///
/// As an iterator it gives one input after the other; after an error there is none.
pub struct Inputs {
    settings: InputSettings,
    sources: Box<dyn FnMut() -> Option<InputSource>>,
    current: Option<SourceReader>,
    name: Option<Rc<str>>,
    host: Option<Rc<str>>,
    /// The number of newlines in the last source that has ended.
    last_line: usize,
    /// Whether the single input of `-s` has been given.
    is_slurped: bool,
    /// A failed read that `input` has raised in the filter. It ends the run even if the filter caught it.
    pending_error: Option<ReadError>,
    has_failed: bool,
    report_skipped: Option<ReportError>,
}

impl Inputs {
    /// Inputs from the sources that `sources` gives, each opened when the one before it has ended.
    pub fn new(settings: InputSettings, sources: Box<dyn FnMut() -> Option<InputSource>>) -> Self {
        Self {
            settings,
            sources,
            current: None,
            name: None,
            host: None,
            last_line: 0,
            is_slurped: false,
            pending_error: None,
            has_failed: false,
            report_skipped: None,
        }
    }

    /// The inputs from the bytes of one source, JSON values.
    pub fn of_values(bytes: impl ByteSource + 'static) -> Self {
        let mut source = Some(InputSource {
            name: None,
            host: None,
            bytes: Box::new(bytes),
        });
        Self::new(InputSettings::default(), Box::new(move || source.take()))
    }

    /// Names the host that the inputs are from, until a source names another one.
    pub fn set_host(&mut self, host: Option<Rc<str>>) {
        self.host = host;
    }

    /// Calls `report` for each record that `--seq` skips.
    pub fn report_skipped(&mut self, report: ReportError) {
        self.report_skipped = Some(report);
    }

    /// The name of the source that the last input came from; null where it has none.
    pub fn name(&self) -> Value {
        self.name.as_deref().map_or(Value::Null, Value::str)
    }

    /// The name of the host that the last input is from; null where there is none.
    pub(crate) fn host(&self) -> Value {
        self.host.as_deref().map_or(Value::Null, Value::str)
    }

    /// The number of newlines read so far in the current source (`input_line_number`).
    pub fn line_number(&self) -> usize {
        match &self.current {
            Some(SourceReader::Values(reader)) if self.settings.mode == InputMode::Lines => {
                reader.lines_consumed()
            }
            Some(SourceReader::Values(reader)) => reader.line_number(),
            Some(SourceReader::Sequence(reader)) => reader.line_number(),
            Some(SourceReader::Events(reader)) => reader.line_number(),
            None => self.last_line,
        }
    }

    /// As [`Inputs::line_number`], for a filter: the line of a value counts, wherever a read has ended, because jq reads
    /// whole lines.
    pub(crate) fn current_line(&mut self) -> usize {
        match &mut self.current {
            Some(SourceReader::Values(reader)) if self.settings.mode != InputMode::Lines => {
                reader.read_to_line_end();
            }
            Some(SourceReader::Sequence(reader)) => reader.read_to_line_end(),
            Some(SourceReader::Events(reader)) => reader.read_to_line_end(),
            Some(SourceReader::Values(_)) | None => {}
        }
        self.line_number()
    }

    /// The next input. A syntax error ends the inputs, unless the filter asks for them.
    fn next_input(&mut self, in_filter: bool) -> Option<Result<Value, ReadError>> {
        if let Some(error) = self.pending_error.take() {
            return Some(Err(error));
        }
        if self.has_failed {
            return None;
        }
        let next = match self.settings.mode {
            InputMode::Values | InputMode::Events | InputMode::Lines => {
                self.read_next(in_filter).transpose()
            }
            _ if self.is_slurped => None,
            InputMode::Text => Some(self.slurp_text()),
            InputMode::Slurped | InputMode::SlurpedEvents => Some(self.slurp()),
        };
        if let Some(Err(error)) = &next {
            self.has_failed = !in_filter || matches!(error.kind(), ReadErrorKind::Io(_));
        }
        next
    }

    /// The failed read that `input` has raised in the filter, if there was one. The run has failed then, even if the
    /// filter caught the error.
    pub(crate) fn take_pending_error(&mut self) -> Option<ReadError> {
        self.pending_error.take()
    }

    /// Whether the filter has raised this value because a read has failed.
    pub(crate) fn has_raised(&self, error: &Value) -> bool {
        let pending = self.pending_error.as_ref().map(ToString::to_string);
        pending.is_some_and(|message| error.as_str() == Some(&message))
    }

    /// The next input for `input` and `inputs`. The message of an error is raised in the filter. A failed read is also
    /// kept, so that it ends the run; behind a syntax error, the next input is on the next line or in the next record.
    pub(crate) fn next_in_filter(&mut self) -> Option<Result<Value, String>> {
        match self.next_input(true)? {
            Ok(value) => Some(Ok(value)),
            Err(error) => {
                let message = error.to_string();
                if matches!(error.kind(), ReadErrorKind::Io(_)) {
                    self.pending_error = Some(error);
                }
                Some(Err(message))
            }
        }
    }

    /// Between two inputs: takes the bytes of the current source that are in memory, and their offset in it, for
    /// somebody else to read on from here. `None` where inputs are not plain JSON values, and where that is not possible.
    pub fn take_buffer(&mut self) -> Option<(usize, InputBuffer)> {
        match &mut self.current {
            Some(SourceReader::Values(reader)) if !self.has_failed => reader.take_buffer(),
            _ => None,
        }
    }

    /// The buffer of the current source, with the bytes in memory that are not consumed.
    pub fn into_buffer(self) -> Option<InputBuffer> {
        match self.current {
            Some(SourceReader::Values(reader)) => Some(reader.into_buffer()),
            _ => None,
        }
    }

    /// Goes on behind `bytes` bytes that somebody else has read after [`Inputs::take_buffer`]: whole inputs in whole
    /// lines, `lines` in number.
    pub fn skip_lines(&mut self, bytes: usize, lines: usize) {
        if let Some(SourceReader::Values(reader)) = &mut self.current {
            reader.skip_lines(bytes, lines);
        }
    }

    /// Whether the inputs are plain JSON values, which can be scanned without being built.
    pub(crate) fn can_be_scanned(&self) -> bool {
        let InputSettings {
            mode,
            seq,
            stream_errors,
        } = self.settings;
        mode == InputMode::Values && !seq && !stream_errors
    }

    /// Validates the next input and gives its length in bytes. [`Inputs::scanned`] is its text, until
    /// [`Inputs::consume`] passes over it. `None` at the end of the last source.
    pub(crate) fn scan_value(
        &mut self,
        visitor: &mut impl Visitor,
    ) -> Result<Option<usize>, ReadError> {
        self.scan_sources(|reader| reader.scan_value(visitor))
    }

    /// As [`Inputs::scan_value`], but an array is only opened, for [`Inputs::scan_element`].
    pub(crate) fn open_or_scan(
        &mut self,
        visitor: &mut impl Visitor,
    ) -> Result<Option<ScannedValue>, ReadError> {
        self.scan_sources(|reader| after_array(reader, |reader| reader.open_or_scan(visitor)))
    }

    /// As [`Inputs::open_or_scan`], but an array of at most `limit` bytes is scanned whole.
    pub(crate) fn scan_or_open_array(
        &mut self,
        limit: usize,
    ) -> Result<Option<ScannedValue>, ReadError> {
        self.scan_sources(|reader| after_array(reader, |reader| reader.scan_or_open_array(limit)))
    }

    /// Validates the next element of the array that was opened and gives its length in bytes; `None` at the array's
    /// end.
    pub(crate) fn scan_element(
        &mut self,
        visitor: &mut impl Visitor,
    ) -> Result<Option<usize>, ReadError> {
        let Some(SourceReader::Values(reader)) = &mut self.current else {
            return Ok(None);
        };
        let scanned = reader.scan_element(visitor).transpose();
        self.has_failed |= scanned.is_err();
        scanned
    }

    /// The text of what was scanned last, whose length is `length` bytes.
    pub(crate) fn scanned(&self, length: usize) -> RawValue<'_> {
        match &self.current {
            Some(SourceReader::Values(reader)) => reader.scanned(length),
            _ => RawValue::from_valid(b"null"),
        }
    }

    /// Passes over what was scanned last, whose length is `length` bytes.
    pub(crate) fn consume(&mut self, length: usize) {
        if let Some(SourceReader::Values(reader)) = &mut self.current {
            reader.consume(length);
        }
    }

    fn scan_sources<T>(
        &mut self,
        mut scan: impl FnMut(&mut ValueReader) -> Option<Result<T, ReadError>>,
    ) -> Result<Option<T>, ReadError> {
        if self.has_failed {
            return Ok(None);
        }
        loop {
            if self.current.is_none() && !self.open_next() {
                return Ok(None);
            }
            if let Some(SourceReader::Values(reader)) = &mut self.current
                && let Some(scanned) = scan(reader)
            {
                self.has_failed = scanned.is_err();
                return scanned.map(Some);
            }
            self.last_line = self.line_number();
            self.current = None;
        }
    }

    /// Validates and skips the next element of the array that was opened.
    pub(crate) fn skip_element(&mut self) -> Option<Result<(), ReadError>> {
        match &mut self.current {
            Some(SourceReader::Values(reader)) => reader.skip_element(),
            _ => None,
        }
    }

    fn open_next(&mut self) -> bool {
        let Some(source) = (self.sources)() else {
            return false;
        };
        self.name = source.name;
        self.host = source.host.or(self.host.take());
        let (bytes, seq) = (source.bytes, self.settings.seq);
        let settings = JqReaderSettings {
            is_sequence: seq,
            emits_errors: self.settings.stream_errors,
        };
        self.current = Some(match self.settings.mode {
            InputMode::Events | InputMode::SlurpedEvents => {
                SourceReader::Events(EventReader::new(bytes, settings))
            }
            InputMode::Values | InputMode::Slurped if seq => {
                SourceReader::Sequence(SequenceReader::new(bytes, settings))
            }
            _ => SourceReader::Values(ValueReader::new(bytes)),
        });
        true
    }

    fn read_next(&mut self, in_filter: bool) -> Result<Option<Value>, ReadError> {
        loop {
            if self.current.is_none() && !self.open_next() {
                return Ok(None);
            }
            let next = match &mut self.current {
                Some(SourceReader::Values(reader)) if self.settings.mode == InputMode::Lines => {
                    line(reader).transpose()
                }
                Some(SourceReader::Values(reader)) => reader.next_value(),
                Some(SourceReader::Sequence(reader)) => reader.next_value(),
                Some(SourceReader::Events(reader)) => reader.next_value(),
                None => None,
            };
            match next {
                Some(Ok(value)) => return Ok(Some(value)),
                Some(Err(error)) => self.recover(error, in_filter)?,
                None => {
                    self.last_line = self.line_number();
                    self.current = None;
                }
            }
        }
    }

    /// Goes on behind a syntax error where jq does: in the filter, and with `--seq`, which reports it.
    fn recover(&mut self, error: ReadError, in_filter: bool) -> Result<(), ReadError> {
        let is_syntax = matches!(error.kind(), ReadErrorKind::Syntax(_));
        if is_syntax
            && in_filter
            && let Some(SourceReader::Values(reader)) = &mut self.current
        {
            reader.skip_line()?;
        }
        if in_filter || !is_syntax || !self.settings.seq {
            return Err(error);
        }
        if let Some(report) = &self.report_skipped {
            report(&error);
        }
        Ok(())
    }

    fn slurp(&mut self) -> Result<Value, ReadError> {
        self.is_slurped = true;
        let mut items = Vec::new();
        while let Some(item) = self.read_next(false)? {
            items.push(item);
        }
        Ok(Value::from(items))
    }

    fn slurp_text(&mut self) -> Result<Value, ReadError> {
        self.is_slurped = true;
        let mut text = LossyText::default();
        while self.open_next() {
            if let Some(SourceReader::Values(reader)) = &mut self.current {
                let mut lines = 0;
                reader.take_rest(&mut |piece| {
                    lines += memchr::memchr_iter(b'\n', piece).count();
                    text.push(piece);
                })?;
                self.last_line = lines;
            }
        }
        self.current = None;
        Ok(Value::Str(text.finish()))
    }
}

impl Iterator for Inputs {
    type Item = Result<Value, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_input(false)
    }
}

/// Opens the next value if it is an array, and scans it if not.
/// Skips the rest of the array that was opened last, then reads on.
fn after_array<T>(
    reader: &mut ValueReader,
    read: impl FnOnce(&mut ValueReader) -> Option<Result<T, ReadError>>,
) -> Option<Result<T, ReadError>> {
    while let Some(unused) = reader.skip_element() {
        if let Err(error) = unused {
            return Some(Err(error));
        }
    }
    read(reader)
}

fn line(reader: &mut ValueReader) -> Result<Option<Value>, ReadError> {
    let mut line = Vec::new();
    if !reader.read_line(&mut line)? {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(Some(Value::str(&*lossy(&line))))
}
