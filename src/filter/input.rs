//! Inputs of a filter: the values of one source after the other, read as jq's options say.

use std::rc::Rc;

use dq_json::read::{
    ByteSource, EventReader, ReadError, ReadErrorKind, ScannedValue, ValueReader, Visitor,
};
use dq_json::value::{RawValue, Value};

/// How the bytes of the sources become inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputMode {
    /// JSON values, one after the other.
    #[default]
    Values,
    /// `-s`: one array of all values.
    Slurped,
    /// `-R`: each line a string.
    Lines,
    /// `-R -s`: one string.
    Text,
    /// `--stream`: events.
    Events,
    /// `--stream -s`: one array of all events.
    SlurpedEvents,
}

/// Where bytes come from.
pub struct InputSource {
    /// A file's name, for `input_filename`.
    pub name: Option<Rc<str>>,
    pub bytes: Box<dyn ByteSource>,
}

/// Settings of the input side.
#[derive(Clone, Copy, Debug, Default)]
pub struct InputSettings {
    pub mode: InputMode,
    /// `--seq`: a broken record is reported and skipped.
    pub seq: bool,
    /// `--stream-errors`: a broken input is one last event.
    pub stream_errors: bool,
}

/// What is to be done with an error that does not end the run.
type Report = Box<dyn Fn(&ReadError)>;

enum Reader {
    Values(ValueReader),
    Events(EventReader),
}

/// The inputs, to be taken by the main loop, `input` and `inputs` alike.
pub struct Inputs {
    settings: InputSettings,
    sources: Box<dyn FnMut() -> Option<InputSource>>,
    current: Option<Reader>,
    name: Option<Rc<str>>,
    /// Newlines of the last source that has ended.
    last_line: usize,
    slurped: bool,
    /// An error that `input` has already raised inside the filter.
    failure: Option<ReadError>,
    broken: bool,
    /// Is told of records that `--seq` passes over.
    skipped: Option<Report>,
}

impl Inputs {
    pub fn new(settings: InputSettings, sources: Box<dyn FnMut() -> Option<InputSource>>) -> Self {
        Self {
            settings,
            sources,
            current: None,
            name: None,
            last_line: 0,
            slurped: false,
            failure: None,
            broken: false,
            skipped: None,
        }
    }

    /// Has records that `--seq` passes over told, the moment they are.
    pub fn report_skipped(&mut self, report: Report) {
        self.skipped = Some(report);
    }

    /// The name of the source the last input came from, null where it has none.
    pub fn name(&self) -> Value {
        self.name.clone().map_or(Value::Null, Value::Str)
    }

    /// Newlines read so far in the current source.
    pub fn line_number(&self) -> usize {
        match &self.current {
            Some(Reader::Values(parser)) if self.settings.mode == InputMode::Lines => {
                parser.lines_consumed()
            }
            Some(Reader::Values(parser)) => parser.line_number(),
            Some(Reader::Events(events)) => events.line_number(),
            None => self.last_line,
        }
    }

    /// The next input; after an error there is none.
    pub fn next(&mut self) -> Option<Result<Value, ReadError>> {
        if let Some(error) = self.failure.take() {
            return Some(Err(error));
        }
        if self.broken {
            return None;
        }
        let next = match self.settings.mode {
            InputMode::Values | InputMode::Events | InputMode::Lines => self.one().transpose(),
            _ if self.slurped => None,
            InputMode::Text => Some(self.all_text()),
            InputMode::Slurped | InputMode::SlurpedEvents => Some(self.all()),
        };
        self.broken = matches!(next, Some(Err(_)));
        next
    }

    /// A source that broke off inside the filter: whatever that made of it, the run has failed.
    pub fn pending(&mut self) -> Option<ReadError> {
        self.failure.take()
    }

    /// The next input for a filter: an error is raised there, and kept for the main loop.
    pub fn next_inside(&mut self) -> Option<Result<Value, String>> {
        match self.next()? {
            Ok(value) => Some(Ok(value)),
            Err(error) => {
                let message = error.to_string();
                if matches!(error.kind(), ReadErrorKind::Io(_)) {
                    self.failure = Some(error);
                }
                Some(Err(message))
            }
        }
    }

    /// The inputs can be scanned: they are plain JSON values.
    pub fn are_scanned(&self) -> bool {
        let InputSettings {
            mode,
            seq,
            stream_errors,
            ..
        } = self.settings;
        mode == InputMode::Values && !seq && !stream_errors
    }

    /// Finds the next input valid; gives its length. [`Inputs::text`] is its text, until [`Inputs::advance`] passes
    /// over it.
    pub fn scan_next(&mut self, visitor: &mut impl Visitor) -> Result<Option<usize>, ReadError> {
        self.scan_sources(|parser| parser.scan_value(visitor))
    }

    /// As [`Inputs::scan_next`], but an array is only opened, for [`Inputs::scan_element`].
    pub fn scan_open(&mut self) -> Result<Option<ScannedValue>, ReadError> {
        self.scan_sources(open)
    }

    /// As [`Inputs::scan_open`], but an array is read whole if it is no longer than so many bytes.
    pub fn scan_or_open(&mut self, limit: usize) -> Result<Option<ScannedValue>, ReadError> {
        self.scan_sources(|parser| after_array(parser, |parser| parser.scan_or_open_array(limit)))
    }

    /// Finds the next element of the array that was opened valid; `None` when the array is at its end.
    pub fn scan_element(&mut self, visitor: &mut impl Visitor) -> Result<Option<usize>, ReadError> {
        let Some(Reader::Values(parser)) = &mut self.current else {
            return Ok(None);
        };
        let scanned = parser.scan_element(visitor).transpose();
        self.broken |= scanned.is_err();
        scanned
    }

    /// The text of what was scanned last.
    pub fn text(&self, length: usize) -> RawValue<'_> {
        match &self.current {
            Some(Reader::Values(parser)) => parser.scanned(length),
            _ => RawValue::from_valid(b"null"),
        }
    }

    /// Passes over what was scanned last.
    pub fn advance(&mut self, length: usize) {
        if let Some(Reader::Values(parser)) = &mut self.current {
            parser.consume(length);
        }
    }

    fn scan_sources<T>(
        &mut self,
        mut scan: impl FnMut(&mut ValueReader) -> Option<Result<T, ReadError>>,
    ) -> Result<Option<T>, ReadError> {
        if self.broken {
            return Ok(None);
        }
        loop {
            if self.current.is_none() && !self.open_next() {
                return Ok(None);
            }
            if let Some(Reader::Values(parser)) = &mut self.current
                && let Some(scanned) = scan(parser)
            {
                self.broken = scanned.is_err();
                return scanned.map(Some);
            }
            self.last_line = self.line_number();
            self.current = None;
        }
    }

    /// Passes over the next element.
    pub fn skip_element(&mut self) -> Option<Result<(), ReadError>> {
        match &mut self.current {
            Some(Reader::Values(parser)) => parser.skip_element(),
            _ => None,
        }
    }

    fn open_next(&mut self) -> bool {
        let Some(source) = (self.sources)() else {
            return false;
        };
        self.name = source.name;
        let parser = ValueReader::new(source.bytes);
        self.current = Some(match self.settings.mode {
            InputMode::Events | InputMode::SlurpedEvents => Reader::Events(parser.into()),
            _ => Reader::Values(parser),
        });
        true
    }

    fn one(&mut self) -> Result<Option<Value>, ReadError> {
        loop {
            if self.current.is_none() && !self.open_next() {
                return Ok(None);
            }
            let next = match &mut self.current {
                Some(Reader::Values(parser)) if self.settings.mode == InputMode::Lines => {
                    line(parser).transpose()
                }
                Some(Reader::Values(parser)) => parser.next_value(),
                Some(Reader::Events(events)) => events.next_event(),
                None => None,
            };
            match next {
                Some(Ok(value)) => return Ok(Some(value)),
                Some(Err(error)) => match self.recover(error)? {
                    Some(event) => return Ok(Some(event)),
                    None => continue,
                },
                None => {
                    self.last_line = self.line_number();
                    self.current = None;
                }
            }
        }
    }

    /// What jq does about a broken text: `--seq` skips the record, `--stream-errors` makes an event of it.
    fn recover(&mut self, error: ReadError) -> Result<Option<Value>, ReadError> {
        let is_syntax = matches!(error.kind(), ReadErrorKind::Syntax(_));
        if is_syntax && self.settings.stream_errors {
            let path = match &self.current {
                Some(Reader::Events(events)) => events.path(),
                _ => Value::Null,
            };
            self.current = None;
            self.broken = true;
            return Ok(Some(Value::from(vec![
                Value::from(error.to_string()),
                path,
            ])));
        }
        if !is_syntax || !self.settings.seq {
            return Err(error);
        }
        let more = match &mut self.current {
            Some(Reader::Values(parser)) => parser.skip_to_next_record()?,
            Some(Reader::Events(events)) => events.skip_to_next_record()?,
            None => false,
        };
        if !more {
            self.current = None;
        }
        if let Some(report) = &self.skipped {
            report(&error);
        }
        Ok(None)
    }

    fn all(&mut self) -> Result<Value, ReadError> {
        self.slurped = true;
        let mut items = Vec::new();
        while let Some(item) = self.one()? {
            items.push(item);
        }
        Ok(Value::from(items))
    }

    fn all_text(&mut self) -> Result<Value, ReadError> {
        self.slurped = true;
        let mut text = Vec::new();
        while self.open_next() {
            if let Some(Reader::Values(parser)) = &mut self.current {
                let before = text.len();
                parser.read_to_end(&mut text)?;
                self.last_line = memchr::memchr_iter(b'\n', &text[before..]).count();
            }
        }
        self.current = None;
        Ok(Value::str(&*String::from_utf8_lossy(&text)))
    }
}

/// Opens the next value.
fn open(parser: &mut ValueReader) -> Option<Result<ScannedValue, ReadError>> {
    after_array(parser, ValueReader::open_or_scan)
}

/// Reads on once what is left of an array opened before has been passed over.
fn after_array<T>(
    parser: &mut ValueReader,
    read: impl FnOnce(&mut ValueReader) -> Option<Result<T, ReadError>>,
) -> Option<Result<T, ReadError>> {
    while let Some(unused) = parser.skip_element() {
        if let Err(error) = unused {
            return Some(Err(error));
        }
    }
    read(parser)
}

fn line(parser: &mut ValueReader) -> Result<Option<Value>, ReadError> {
    let mut line = Vec::new();
    if !parser.read_line(&mut line)? {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(Some(Value::str(&*String::from_utf8_lossy(&line))))
}
