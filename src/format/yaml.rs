//! YAML 1.2 in block style, one document per value.
//!
//! A string is plain only where no reader of YAML, of 1.1 either, could take it for anything else; else it is quoted
//! as in JSON, which YAML contains.

use std::borrow::Cow;
use std::io;

use crate::error::Error;
use crate::formatter::Formatter;
use crate::json::escape::{Escapes, append};
use crate::json::text::sorted_entries;
use crate::palette::Palette;
use crate::settings::Settings;
use crate::sgr::SgrCodes;
use dq_json::value::{MAX_DEPTH, Map, Value};
use dq_text::push_json_escape;

/// Writes values as documents.
pub struct YamlFormatter {
    sort_keys: bool,
    paint: YamlPalette,
    is_first: bool,
    buf: Vec<u8>,
}

impl YamlFormatter {
    pub fn new(settings: &Settings) -> Self {
        Self {
            sort_keys: settings.sort_keys,
            paint: YamlPalette::new(settings.palette.as_ref()),
            is_first: true,
            buf: Vec::new(),
        }
    }

    /// A value behind what leads to it: `- ` or `key:`, or nothing at the top.
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
            self.lead(at, depth, place);
            self.token(b"-", |paint| &paint.array);
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
            self.lead(at, depth, place);
            self.string(key, |paint| &paint.key);
            self.token(b":", |paint| &paint.object);
            self.value(value, depth + 1, NodePosition::Entry)?;
        }
        Ok(())
    }

    /// What stands before an element: a line of its own, but for the first of a collection in a sequence, which
    /// follows the dash.
    fn lead(&mut self, at: usize, depth: usize, place: NodePosition) {
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

    fn token(&mut self, token: &[u8], around: fn(&YamlPalette) -> &SgrCodes) {
        let around = around(&self.paint);
        self.buf.extend_from_slice(around.on.as_bytes());
        self.buf.extend_from_slice(token);
        self.buf.extend_from_slice(around.off.as_bytes());
    }

    fn scalar(&mut self, value: &Value) {
        match value {
            Value::Null => self.token(b"null", |paint| &paint.null),
            Value::Bool(true) => self.token(b"true", |paint| &paint.bool_true),
            Value::Bool(false) => self.token(b"false", |paint| &paint.bool_false),
            Value::Num(n) => self.token(number(&n.to_string()).as_bytes(), |paint| &paint.number),
            Value::Str(text) => self.string(text, |paint| &paint.string),
            Value::Arr(_) => self.token(b"[]", |paint| &paint.array),
            Value::Obj(_) => self.token(b"{}", |paint| &paint.object),
        }
    }

    fn string(&mut self, text: &str, around: fn(&YamlPalette) -> &SgrCodes) {
        if is_plain(text) {
            return self.token(text.as_bytes(), around);
        }
        let mut quoted = vec![b'"'];
        for piece in text.split_inclusive(is_special) {
            let end = piece
                .char_indices()
                .next_back()
                .filter(|(_, c)| is_special(*c));
            let (plain, special) = piece.split_at(end.map_or(piece.len(), |(at, _)| at));
            // YAML wants control characters escaped wherever it is read.
            append(plain, Escapes::Terminal, &mut quoted);
            special
                .chars()
                .for_each(|c| push_json_escape(c, &mut quoted));
        }
        quoted.push(b'"');
        self.token(&quoted, around);
    }
}

/// Line breaks to YAML 1.1, the byte order mark, and what no YAML holds unescaped: JSON has no need to escape them.
fn is_special(c: char) -> bool {
    matches!(
        c,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// A number as YAML 1.1 knows it, too, where `1E+2` without a point is a string.
fn number(text: &str) -> Cow<'_, str> {
    match text.find(['e', 'E']) {
        Some(at) if !text[..at].contains('.') => {
            Cow::Owned(format!("{}.0{}", &text[..at], &text[at..]))
        }
        _ => Cow::Borrowed(text),
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
enum NodePosition {
    Top,
    /// Behind a dash.
    Item,
    /// Behind a key.
    Entry,
}

impl NodePosition {
    fn before_scalar(self) -> &'static [u8] {
        match self {
            Self::Top => b"",
            Self::Item | Self::Entry => b" ",
        }
    }
}

impl Formatter for YamlFormatter {
    fn write(&mut self, value: &Value, out: &mut dyn io::Write) -> Result<(), Error> {
        self.buf.clear();
        // Between documents, as kubectl and yq have it.
        self.buf
            .extend_from_slice(if self.is_first { b"" } else { b"---\n" });
        self.value(value, 0, NodePosition::Top)?;
        self.is_first = false;
        Ok(out.write_all(&self.buf)?)
    }
}

/// Words that are no strings in YAML 1.1 or 1.2.
const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// Whether a string needs no quotes: it starts with a letter, `_` or `/`, nothing in it has a meaning, and it is
/// none of the words that do.
fn is_plain(text: &str) -> bool {
    let first = text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '/'));
    let has_meaning = |c: char| {
        !(c.is_alphanumeric()
            || matches!(
                c,
                ' ' | '_' | '-' | '.' | '/' | '+' | '@' | '(' | ')' | '=' | ';' | '$' | '^' | '~'
            ))
    };
    // A colon starts a value only before a blank or the end.
    let colon = |at: usize| text[at + 1..].starts_with(|c: char| !c.is_whitespace());
    first
        && !text.ends_with(' ')
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        && text
            .char_indices()
            .all(|(at, c)| !has_meaning(c) || (c == ':' && colon(at)))
}

/// The sequences around each kind of token.
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
        let around = |style: fn(&Palette) -> colored_json::Style| {
            SgrCodes::new(palette.map(style).unwrap_or_default())
        };
        Self {
            null: around(|it| it.null),
            bool_false: around(|it| it.bool_false),
            bool_true: around(|it| it.bool_true),
            number: around(|it| it.number),
            string: around(|it| it.string),
            array: around(|it| it.array),
            object: around(|it| it.object),
            key: around(|it| it.key),
        }
    }
}
