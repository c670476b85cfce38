//! JSON in colours: serde_json traverses the value, colored_json colours the tokens.

use std::io;

use colored_json::{ColoredFormatter, CompactFormatter, Style, Styler};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::ser::Formatter;

use super::escape;
use super::options::JsonOptions;
use super::text::{break_line, sorted_entries};
use crate::error::Error;
use crate::output_buffer::OutputBuffer;
use crate::palette::Palette;
use crate::settings::JsonLayout;
use crate::sgr::SgrCodes;
use dq_json::value::{MAX_DEPTH, Num, Value};

type Tokens = ColoredFormatter<CompactFormatter>;

/// Writes values in colours. Without the escape sequences the text is the same as that of `writer`.
///
/// colored_json writes literals, numbers, brackets and colons. Line breaks, commas and strings are written here:
/// colored_json would colour the indentation before a closing bracket, would not colour commas and escaped characters,
/// and would start a new sequence for every piece of a string.
pub struct ColoredWriter {
    options: JsonOptions,
    tokens: Tokens,
    /// The tokens of `false`: colored_json has one style for both booleans.
    false_tokens: Tokens,
    array_comma: String,
    object_comma: String,
    string: SgrCodes,
    key: SgrCodes,
    in_key: bool,
    is_empty: bool,
    depth: usize,
    line: Vec<u8>,
}

impl ColoredWriter {
    pub fn new(palette: &Palette, options: JsonOptions) -> Self {
        Self {
            options,
            tokens: tokens(palette, palette.bool_true),
            false_tokens: tokens(palette, palette.bool_false),
            array_comma: SgrCodes::new(palette.array).wrap(","),
            object_comma: SgrCodes::new(palette.object).wrap(","),
            string: SgrCodes::new(palette.string),
            key: SgrCodes::new(palette.key),
            in_key: false,
            is_empty: true,
            depth: 0,
            line: Vec::new(),
        }
    }

    /// Writes the JSON text of a value.
    pub fn write(&mut self, value: &Value, buffer: &mut OutputBuffer) -> Result<(), Error> {
        self.depth = 0;
        self.in_key = false;
        let root = SerializeValue {
            value,
            sort_keys: self.options.sort_keys,
            depth: 0,
        };
        let mut serializer = serde_json::Serializer::with_formatter(buffer, self);
        root.serialize(&mut serializer).map_err(|e| {
            if e.is_io() {
                Error::Io(e.into())
            } else {
                Error::TooDeep
            }
        })
    }

    fn string_codes(&self) -> &SgrCodes {
        if self.in_key { &self.key } else { &self.string }
    }

    fn open(&mut self) {
        self.depth += 1;
        self.is_empty = true;
    }

    fn close<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.is_empty {
            Ok(())
        } else {
            self.break_line(writer)
        }
    }

    fn break_line<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.line.clear();
        break_line(self.options.layout, self.depth, &mut self.line);
        writer.write_all(&self.line)
    }
}

fn tokens(palette: &Palette, bool_value: Style) -> Tokens {
    let styler = Styler {
        object_brackets: palette.object,
        object_colon: palette.object,
        array_brackets: palette.array,
        key: palette.key,
        string_value: palette.string,
        integer_value: palette.number,
        float_value: palette.number,
        bool_value,
        nil_value: palette.null,
        string_include_quotation: true,
    };
    ColoredFormatter::with_styler(CompactFormatter, styler)
}

/// serde_json takes its formatter by value; a reference lets one writer serve many values.
impl Formatter for &mut ColoredWriter {
    fn write_null<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.tokens.write_null(writer)
    }

    fn write_bool<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: bool) -> io::Result<()> {
        let tokens = if value {
            &mut self.tokens
        } else {
            &mut self.false_tokens
        };
        tokens.write_bool(writer, value)
    }

    fn write_i64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        self.tokens.write_i64(writer, value)
    }

    fn write_number_str<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        value: &str,
    ) -> io::Result<()> {
        self.tokens.write_number_str(writer, value)
    }

    fn begin_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(self.string_codes().on.as_bytes())?;
        writer.write_all(b"\"")
    }

    fn end_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\"")?;
        writer.write_all(self.string_codes().off.as_bytes())
    }

    /// serde_json has already separated the characters that JSON must escape; this adds the escapes of jq and for
    /// terminals.
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        self.line.clear();
        escape::append(fragment, self.options.escapes, &mut self.line);
        writer.write_all(&self.line)
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open();
        self.tokens.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer)?;
        self.tokens.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if !first {
            writer.write_all(self.array_comma.as_bytes())?;
        }
        self.break_line(writer)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open();
        self.tokens.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer)?;
        self.tokens.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if !first {
            writer.write_all(self.object_comma.as_bytes())?;
        }
        self.in_key = true;
        self.break_line(writer)
    }

    fn end_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.in_key = false;
        Ok(())
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.tokens.begin_object_value(writer)?;
        if self.options.layout == JsonLayout::Compact {
            Ok(())
        } else {
            writer.write_all(b" ")
        }
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }
}

/// A value for serde, with what its traversal needs.
struct SerializeValue<'a> {
    value: &'a Value,
    sort_keys: bool,
    depth: usize,
}

impl<'a> SerializeValue<'a> {
    fn child(&self, value: &'a Value) -> Self {
        SerializeValue {
            value,
            sort_keys: self.sort_keys,
            depth: self.depth + 1,
        }
    }
}

impl Serialize for SerializeValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.depth > MAX_DEPTH {
            return Err(S::Error::custom(Error::TooDeep));
        }
        match self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(b) => serializer.serialize_bool(*b),
            Value::Num(num) => serialize_number(num, serializer),
            Value::Str(text) => serializer.serialize_str(text),
            Value::Arr(items) => serializer.collect_seq(items.iter().map(|item| self.child(item))),
            Value::Obj(map) if self.sort_keys => serializer.collect_map(
                sorted_entries(map)
                    .into_iter()
                    .map(|(key, value)| (key, self.child(value))),
            ),
            Value::Obj(map) => {
                serializer.collect_map(map.iter().map(|(key, value)| (&**key, self.child(value))))
            }
        }
    }
}

fn serialize_number<S: Serializer>(num: &Num, serializer: S) -> Result<S::Ok, S::Error> {
    if let Num::Int(i) = num {
        return serializer.serialize_i64(*i);
    }
    let text = num.to_string();
    if text == "null" {
        return serializer.serialize_unit();
    }
    // Keeps the digits (serde_json's `arbitrary_precision`); parsing would change `1E+2` to `1e+2`.
    serde_json::Number::from_string_unchecked(text).serialize(serializer)
}
