//! YAML 1.2 in block style, one document per value.
//!
//! A string is plain only if no parser of YAML 1.1 or 1.2 could read it as anything else; otherwise it is quoted as in
//! JSON, which YAML contains.
//!
//! This is our own writer because no library's output was as good when they were compared: 422 documents with strings
//! that look like other types, control characters and nested collections, read back with PyYAML 6.0. All of ours were
//! the same value again; of jaq-fmts 0.1.1 (which leaves `.5`, `+1`, `=` and `<<` plain) 49 were not, of saphyr 0.0.6
//! (`1_000`, dates, U+0085) 46, and of serde_yaml_ng 0.10 (`yes`, `on`) 48 of the 315 without numbers, which it cannot
//! write with all their digits; neither can saphyr. All three send some control characters to a terminal. The time for
//! 15 MB of JSON was 1.4 s, against 1.7 s, 1.4 s and 3.0 s.

use std::borrow::Cow;
use std::io;

use crate::error::Error;
use crate::formatter::Formatter;
use crate::json::escape::{Escapes, append};
use crate::json::text::sorted_entries;
use crate::palette::Palette;
use crate::settings::Settings;
use crate::sgr::SgrCodes;
use dq_json::value::{ArrayPart, FilterOutput, MAX_DEPTH, Map, RawValue, Value};
use dq_text::push_json_escape;

/// Writes values as documents, separated by `---`.
pub struct YamlFormatter {
    sort_keys: bool,
    palette: YamlPalette,
    is_first: bool,
    buf: Vec<u8>,
}

impl YamlFormatter {
    pub fn new(settings: &Settings) -> Self {
        Self {
            sort_keys: settings.sort_keys,
            palette: YamlPalette::new(settings.palette.as_ref()),
            is_first: true,
            buf: Vec::new(),
        }
    }

    /// Writes a value after its dash or key.
    fn value(&mut self, value: &Value, depth: usize, place: NodePosition) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        match value {
            Value::Arr(items) if !items.is_empty() => self.sequence(items, depth, place),
            Value::Obj(map) if !map.is_empty() => self.mapping(map, depth, place),
            scalar => {
                self.buf.extend_from_slice(place.before_scalar());
                self.scalar(scalar);
                self.buf.push(b'\n');
                Ok(())
            }
        }
    }

    fn sequence(
        &mut self,
        items: &[Value],
        depth: usize,
        place: NodePosition,
    ) -> Result<(), Error> {
        for (at, item) in items.iter().enumerate() {
            self.begin_element(at, depth, place);
            self.token(b"-", |palette| &palette.array);
            self.value(item, depth + 1, NodePosition::Item)?;
        }
        Ok(())
    }

    fn mapping(&mut self, map: &Map, depth: usize, place: NodePosition) -> Result<(), Error> {
        let entries: Vec<(&str, &Value)> = if self.sort_keys {
            sorted_entries(map)
        } else {
            map.iter().map(|(key, value)| (&**key, value)).collect()
        };
        for (at, (key, value)) in entries.into_iter().enumerate() {
            self.begin_element(at, depth, place);
            self.string(key, |palette| &palette.key);
            self.token(b":", |palette| &palette.object);
            self.value(value, depth + 1, NodePosition::Entry)?;
        }
        Ok(())
    }

    /// Starts the line of an element. The first element of a collection inside a sequence stays on the line of the
    /// dash.
    fn begin_element(&mut self, at: usize, depth: usize, place: NodePosition) {
        match (at, place) {
            (0, NodePosition::Item) => self.buf.push(b' '),
            (0, NodePosition::Entry) => {
                self.buf.push(b'\n');
                self.indent(depth);
            }
            _ => self.indent(depth),
        }
    }

    fn indent(&mut self, depth: usize) {
        self.buf.resize(self.buf.len() + 2 * depth, b' ');
    }

    fn token(&mut self, token: &[u8], codes: fn(&YamlPalette) -> &SgrCodes) {
        let codes = codes(&self.palette);
        self.buf.extend_from_slice(codes.on.as_bytes());
        self.buf.extend_from_slice(token);
        self.buf.extend_from_slice(codes.off.as_bytes());
    }

    fn scalar(&mut self, value: &Value) {
        match value {
            Value::Null => self.token(b"null", |palette| &palette.null),
            Value::Bool(true) => self.token(b"true", |palette| &palette.bool_true),
            Value::Bool(false) => self.token(b"false", |palette| &palette.bool_false),
            Value::Num(n) => {
                self.token(number(&n.to_string()).as_bytes(), |palette| &palette.number)
            }
            Value::Str(text) => self.string(text, |palette| &palette.string),
            Value::Arr(_) => self.token(b"[]", |palette| &palette.array),
            Value::Obj(_) => self.token(b"{}", |palette| &palette.object),
        }
    }

    fn string(&mut self, text: &str, codes: fn(&YamlPalette) -> &SgrCodes) {
        if is_plain(text) {
            return self.token(text.as_bytes(), codes);
        }
        let mut quoted = vec![b'"'];
        for piece in text.split_inclusive(must_escape) {
            let end = piece
                .char_indices()
                .next_back()
                .filter(|(_, c)| must_escape(*c));
            let (plain, special) = piece.split_at(end.map_or(piece.len(), |(at, _)| at));
            // YAML forbids unescaped control characters (1.2.2, 5.1), so they are escaped off a terminal, too.
            append(plain, Escapes::Terminal, &mut quoted);
            special
                .chars()
                .for_each(|c| push_json_escape(c, &mut quoted));
        }
        quoted.push(b'"');
        self.token(&quoted, codes);
    }
}

/// Characters that YAML must escape and JSON need not: line breaks of YAML 1.1, the byte order mark, and noncharacters.
fn must_escape(c: char) -> bool {
    matches!(
        c,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// A number that YAML 1.1 also reads as one: there `1E+2`, without a decimal point, is a string.
fn number(text: &str) -> Cow<'_, str> {
    match text.find(['e', 'E']) {
        Some(at) if !text[..at].contains('.') => {
            Cow::Owned(format!("{}.0{}", &text[..at], &text[at..]))
        }
        _ => Cow::Borrowed(text),
    }
}

/// The position of a value.
#[derive(Clone, Copy)]
enum NodePosition {
    /// The whole document.
    Root,
    /// After a dash.
    Item,
    /// After a key.
    Entry,
}

impl NodePosition {
    fn before_scalar(self) -> &'static [u8] {
        match self {
            Self::Root => b"",
            Self::Item | Self::Entry => b" ",
        }
    }
}

impl YamlFormatter {
    /// Begins a document. `---` stands only between documents, as kubectl and yq write it.
    fn begin_document(&mut self) {
        if !self.is_first {
            self.buf.extend_from_slice(b"---\n");
        }
    }

    /// Writes an element of the sequence that is a document.
    fn part(&mut self, element: RawValue) -> Result<(), Error> {
        self.token(b"-", |palette| &palette.array);
        self.value(&element.to_value(), 1, NodePosition::Item)
    }
}

impl Formatter for YamlFormatter {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        self.buf.clear();
        self.begin_document();
        self.value(value, 0, NodePosition::Root)?;
        self.is_first = false;
        Ok(out.write_all(&self.buf)?)
    }

    fn write_output(&mut self, output: FilterOutput, out: &mut dyn io::Write) -> Result<(), Error> {
        let FilterOutput::ArrayPart(part) = output else {
            return self.write(&output.into_value(), out);
        };
        self.buf.clear();
        match part {
            ArrayPart::First(element) => {
                self.begin_document();
                self.part(element)?;
            }
            ArrayPart::Next(element) => self.part(element)?,
            ArrayPart::End { is_empty: false } => {}
            ArrayPart::End { is_empty: true } => return self.write(&Value::from(Vec::new()), out),
        }
        self.is_first = false;
        Ok(out.write_all(&self.buf)?)
    }
}

/// Words that are not strings in YAML 1.1 or 1.2, in any case.
const RESERVED_WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// Whether a string needs no quotes: it starts with a letter, `_` or `/`, no character in it is special, and it is not
/// a reserved word.
fn is_plain(text: &str) -> bool {
    let first = text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '/'));
    let is_indicator = |c: char| {
        !(c.is_alphanumeric()
            || matches!(
                c,
                ' ' | '_' | '-' | '.' | '/' | '+' | '@' | '(' | ')' | '=' | ';' | '$' | '^' | '~'
            ))
    };
    // A colon separates key and value only before white space or at the end.
    let is_harmless_colon = |at: usize| text[at + 1..].starts_with(|c: char| !c.is_whitespace());
    first
        && !text.ends_with(' ')
        && !RESERVED_WORDS
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word))
        && text
            .char_indices()
            .all(|(at, c)| !is_indicator(c) || (c == ':' && is_harmless_colon(at)))
}

/// The escape sequences of each kind of token.
struct YamlPalette {
    null: SgrCodes,
    bool_false: SgrCodes,
    bool_true: SgrCodes,
    number: SgrCodes,
    string: SgrCodes,
    array: SgrCodes,
    object: SgrCodes,
    key: SgrCodes,
}

impl YamlPalette {
    fn new(palette: Option<&Palette>) -> Self {
        let codes = |style: fn(&Palette) -> colored_json::Style| {
            SgrCodes::new(palette.map(style).unwrap_or_default())
        };
        Self {
            null: codes(|it| it.null),
            bool_false: codes(|it| it.bool_false),
            bool_true: codes(|it| it.bool_true),
            number: codes(|it| it.number),
            string: codes(|it| it.string),
            array: codes(|it| it.array),
            object: codes(|it| it.object),
            key: codes(|it| it.key),
        }
    }
}
