//! The string formats: `@csv`, `@base64` and the like.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::native::{NativeEntry, NativeFn, fail, function, one};
use dq_json::value::{ValR, Value, ValueError, lossy};

pub(super) const TABLE: &[NativeEntry] = &[
    (
        "@csv",
        "",
        function!(|value| row(&value, "csv", ",", csv_field)),
    ),
    (
        "@tsv",
        "",
        function!(|value| row(&value, "tsv", "\t", tsv_field)),
    ),
    (
        "@html",
        "",
        function!(|value| Ok(Value::from(html(&text(&value))))),
    ),
    (
        "@uri",
        "",
        function!(|value| Ok(Value::from(uri(&text(&value))))),
    ),
    ("@urid", "", function!(|value| decode_uri(&value))),
    ("@sh", "", function!(|value| shell(&value))),
    (
        "@base64",
        "",
        function!(|value| Ok(Value::from(base64(text(&value).as_bytes())))),
    ),
    ("@base64d", "", function!(|value| decode_base64(&value))),
    (
        "@base32",
        "",
        function!(|value| Ok(Value::from(base32(text(&value).as_bytes())))),
    ),
    ("@base32d", "", function!(|value| decode_base32(&value))),
    (
        "_format",
        "v",
        function!(|value, name| by_name(value, &name)),
    ),
];

/// `format("csv")` is `@csv`.
fn by_name(value: Value, name: &Value) -> ValR {
    let entry = name.as_str().and_then(|name| {
        TABLE
            .iter()
            .find(|(known, ..)| known.strip_prefix('@') == Some(name))
    });
    match (entry, name.as_str()) {
        (Some((_, _, NativeFn::Of0(format, _))), _) => format(value),
        (_, Some("text")) => Ok(Value::from(text(&value))),
        (_, Some("json")) => Ok(Value::from(value.to_json())),
        (_, Some(name)) => fail(format_args!("{name} is not a valid format")),
        (_, None) => fail(format_args!("{} is not a valid format", name.describe())),
    }
}

/// A value as `tostring` has it.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_json(), str::to_owned)
}

/// An array as a row of fields; it may hold strings, numbers, booleans and nulls.
fn row(value: &Value, name: &str, separator: &str, field: fn(&str) -> String) -> ValR {
    let Value::Arr(items) = value else {
        return fail(format_args!(
            "{} cannot be {name}-formatted, only array",
            value.describe()
        ));
    };
    let fields = items.iter().map(|item| match item {
        Value::Null => Ok(String::new()),
        Value::Num(n) if n.as_f64().is_nan() => Ok(String::new()),
        Value::Bool(_) | Value::Num(_) => Ok(item.to_json()),
        Value::Str(text) => Ok(field(text)),
        _ => fail(format_args!(
            "{} is not valid in a csv row",
            item.describe()
        )),
    });
    Ok(Value::from(
        fields
            .collect::<Result<Vec<_>, ValueError>>()?
            .join(separator),
    ))
}

fn csv_field(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\"").replace('\0', "\\0"))
}

fn tsv_field(text: &str) -> String {
    let escape = |c: char| match c {
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\0' => "\\0".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\'' => escaped.push_str("&apos;"),
            '"' => escaped.push_str("&quot;"),
            '\0' => escaped.push_str("\\0"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3.
fn uri(text: &str) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, ENCODED).to_string()
}

fn decode_uri(value: &Value) -> ValR {
    let encoded = text(value);
    let value = Value::str(&*encoded);
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, others @ ..] = rest {
        if *first != b'%' {
            bytes.push(*first);
            rest = others;
            continue;
        }
        let byte = others
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = byte.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(byte) = byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
            return fail(format_args!(
                "{} is not a valid uri encoding",
                value.describe()
            ));
        };
        bytes.push(byte);
        rest = &others[2..];
    }
    match String::from_utf8(bytes) {
        Ok(decoded) => Ok(Value::from(decoded)),
        Err(_) => fail(format_args!(
            "{} is not a valid uri encoding",
            value.describe()
        )),
    }
}

/// Quotes a scalar, or each scalar of an array, for a POSIX shell.
fn shell(value: &Value) -> ValR {
    let items = match value {
        Value::Arr(items) => &items[..],
        other => std::slice::from_ref(other),
    };
    let quoted = items.iter().map(|item| match item {
        Value::Str(text) => Ok(format!(
            "'{}'",
            text.replace('\'', "'\\''").replace('\0', "\\0")
        )),
        Value::Arr(_) | Value::Obj(_) => fail(format_args!(
            "{} can not be escaped for shell",
            item.describe()
        )),
        scalar => Ok(scalar.to_json()),
    });
    Ok(Value::from(
        quoted.collect::<Result<Vec<_>, ValueError>>()?.join(" "),
    ))
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// RFC 4648 §4, with padding.
fn base64(bytes: &[u8]) -> String {
    encode(bytes, BASE64, 6, 4)
}

/// RFC 4648 §6, with padding.
fn base32(bytes: &[u8]) -> String {
    encode(bytes, BASE32, 5, 8)
}

/// Encodes `bits` bits per digit, padded with `=` to a multiple of `group` digits.
fn encode(bytes: &[u8], alphabet: &[u8], bits: u32, group: usize) -> String {
    let mut encoded = String::with_capacity(bytes.len() * 8 / 5 + group);
    let (mut buffer, mut bits_held) = (0u32, 0);
    for byte in bytes {
        buffer = buffer << 8 | u32::from(*byte);
        bits_held += 8;
        while bits_held >= bits {
            bits_held -= bits;
            encoded.push(char::from(
                alphabet[(buffer >> bits_held) as usize & (alphabet.len() - 1)],
            ));
        }
    }
    if bits_held > 0 {
        encoded.push(char::from(
            alphabet[(buffer << (bits - bits_held)) as usize & (alphabet.len() - 1)],
        ));
    }
    while !encoded.len().is_multiple_of(group) {
        encoded.push('=');
    }
    encoded
}

/// Decodes digits of `bits` bits; `None` if one is not in the alphabet. Bits left over at the end are ignored.
fn decode(text: &str, alphabet: &[u8], bits: u32) -> Option<Vec<u8>> {
    let mut digits = [None; 256];
    for (value, digit) in (0u32..).zip(alphabet) {
        digits[usize::from(*digit)] = Some(value);
    }
    let mut decoded = Vec::with_capacity(text.len() * bits as usize / 8);
    let (mut buffer, mut held) = (0u32, 0);
    for digit in text.bytes() {
        buffer = buffer << bits | digits[usize::from(digit)]?;
        held += bits;
        if held >= 8 {
            held -= 8;
            decoded.push((buffer >> held) as u8);
        }
    }
    Some(decoded)
}

/// The value as `tostring` gives it.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Str(_) => value.clone(),
        other => Value::from(other.to_json()),
    }
}

fn decode_base64(value: &Value) -> ValR {
    let value = as_text(value);
    let encoded = value.as_str().unwrap_or_default();
    // jq ignores everything after the first padding character.
    let digits = encoded.split('=').next().unwrap_or_default();
    match decode(digits, BASE64, 6) {
        None => fail(format_args!(
            "{} is not valid base64 data",
            value.describe()
        )),
        Some(_) if digits.len() % 4 == 1 => fail(format_args!(
            "{} trailing base64 byte found",
            value.describe()
        )),
        Some(bytes) => Ok(Value::str(lossy(&bytes))),
    }
}

fn decode_base32(value: &Value) -> ValR {
    let value = as_text(value);
    let encoded = value.as_str().unwrap_or_default();
    match decode(encoded.trim_end_matches('='), BASE32, 5) {
        None => fail(format_args!(
            "{} is not valid base32 data",
            value.describe()
        )),
        Some(bytes) => Ok(Value::str(lossy(&bytes))),
    }
}
