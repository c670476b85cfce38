//! Percent-encoding (RFC 3986 §2.1).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The bytes that [`encode`] replaces: all but the unreserved characters of RFC 3986 §2.3.
pub const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes everything but the unreserved characters.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, &RESERVED).to_string()
}

/// The bytes that a part of a URL stands for. A percent sign without two hexadecimal digits stands for itself.
pub fn decode(text: &str) -> Vec<u8> {
    percent_decode_str(text).collect()
}
