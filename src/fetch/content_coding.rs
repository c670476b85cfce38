//! Content codings (RFC 9110 §8.4): which ones a body has, and the decoding of gzip and deflate while it is read.

use std::io::{self, Cursor, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::body::Body;
use super::error::Error;
use dq_text::one_line;

/// How many codings may lie on one body. curl has the same limit.
const MAX_CODINGS: usize = 5;

/// A content coding that dq decodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// RFC 1952, of one or several members.
    Gzip,
    /// RFC 1950. Some servers send RFC 1951 alone under this name.
    Deflate,
}

/// The codings that the values of `Content-Encoding` list, in the order in which they were applied. The error is the
/// name of one that dq does not decode.
pub(crate) fn parse<'a>(values: impl Iterator<Item = &'a str>) -> Result<Vec<Coding>, String> {
    let mut codings = Vec::new();
    for name in values.flat_map(|value| value.split(',')).map(str::trim) {
        codings.push(match name.to_ascii_lowercase().as_str() {
            "" | "identity" => continue,
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" => Coding::Deflate,
            _ => return Err(one_line(name)),
        });
    }
    if codings.len() > MAX_CODINGS {
        return Err(format!("more than {MAX_CODINGS} codings"));
    }
    Ok(codings)
}

/// The body without these codings. It is decoded piece by piece, as it is read.
pub(crate) fn decoded(body: Body, codings: &[Coding]) -> Body {
    let decode = |body, coding: &Coding| -> Body {
        Box::new(Decoder {
            coding: *coding,
            state: State::New(body),
        })
    };
    codings.iter().rev().fold(body, decode)
}

/// What the start of an encoded body decodes to, at most `limit` bytes of it.
pub(crate) fn decoded_start(start: &[u8], codings: &[Coding], limit: usize) -> Vec<u8> {
    let body = decoded(Box::new(Cursor::new(start.to_vec())), codings);
    let mut text = Vec::new();
    // The start ends early, which is an error, and has been decoded as far as it goes.
    let _ = body.take(limit as u64).read_to_end(&mut text);
    text
}

struct Decoder {
    coding: Coding,
    state: State,
}

enum State {
    /// Nothing has been read.
    New(Body),
    Decoding(Body),
    /// The body is empty, or broken.
    Ended,
}

impl Decoder {
    /// Reads the first two bytes and chooses the decoder. A body without any is empty, as for HEAD.
    fn start(&self, mut body: Body) -> io::Result<State> {
        let mut start = Vec::new();
        body.by_ref().take(2).read_to_end(&mut start)?;
        if start.is_empty() {
            return Ok(State::Ended);
        }
        if self.coding == Coding::Gzip && start != [0x1f, 0x8b] {
            return Err(self.invalid());
        }
        let has_zlib_header = is_zlib_header(&start);
        let whole = Cursor::new(start).chain(body);
        Ok(State::Decoding(match self.coding {
            Coding::Gzip => Box::new(MultiGzDecoder::new(whole)),
            Coding::Deflate if has_zlib_header => Box::new(ZlibDecoder::new(whole)),
            Coding::Deflate => Box::new(DeflateDecoder::new(whole)),
        }))
    }

    /// The error of the decoder, or of the connection below it, which stays as it is.
    fn error(&self, error: io::Error) -> io::Error {
        match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => self.invalid(),
            _ => error,
        }
    }

    fn invalid(&self) -> io::Error {
        let name = match self.coding {
            Coding::Gzip => "gzip",
            Coding::Deflate => "deflate",
        };
        io::Error::other(Error::Protocol {
            problem: format!("the body is not valid {name}, though its Content-Encoding says so"),
        })
    }
}

/// Whether these two bytes begin a zlib stream: the method is deflate, and the check holds (RFC 1950 §2.2).
fn is_zlib_header(start: &[u8]) -> bool {
    let [method, flags] = start else {
        return false;
    };
    method & 15 == 8 && (u16::from(*method) * 256 + u16::from(*flags)).is_multiple_of(31)
}

impl Read for Decoder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.state = match std::mem::replace(&mut self.state, State::Ended) {
            State::New(body) => self.start(body)?,
            state => state,
        };
        let State::Decoding(body) = &mut self.state else {
            return Ok(0);
        };
        let result = body.read(buffer);
        result.map_err(|error| self.error(error))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::super::read_error;
    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn raw_deflate(text: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// Decodes what arrives one byte at a time; the text before an error, and the error.
    fn decode(bytes: &[u8], names: &str) -> (String, Option<String>) {
        let codings = parse([names].into_iter()).unwrap();
        let pieces: Box<dyn Read + Send> = Box::new(Cursor::new(Vec::new()));
        let body = bytes.iter().fold(pieces, |before, byte| {
            Box::new(before.chain(Cursor::new(vec![*byte])))
        });
        let mut text = Vec::new();
        let error = decoded(body, &codings).read_to_end(&mut text).err();
        let error = error.map(|error| read_error(&error).to_string());
        (String::from_utf8(text).unwrap(), error)
    }

    #[test]
    fn content_encodings() {
        type Case = (&'static [&'static str], Result<Vec<Coding>, &'static str>);
        let cases: [Case; 8] = [
            (&[], Ok(vec![])),
            (&["identity"], Ok(vec![])),
            (&[" GZip "], Ok(vec![Coding::Gzip])),
            (&["x-gzip"], Ok(vec![Coding::Gzip])),
            (&["deflate, gzip"], Ok(vec![Coding::Deflate, Coding::Gzip])),
            (
                &["deflate", "gzip"],
                Ok(vec![Coding::Deflate, Coding::Gzip]),
            ),
            (&["gzip, br"], Err("br")),
            (
                &["gzip,gzip,gzip,gzip,gzip,gzip"],
                Err("more than 5 codings"),
            ),
        ];
        for (values, expected) in cases {
            let found = parse(values.iter().copied());
            assert_eq!(found, expected.map_err(str::to_owned), "{values:?}");
        }
    }

    #[test]
    fn bodies_are_decoded() {
        let text = b"{\"a\":1}\n";
        let whole = (String::from_utf8_lossy(text).into_owned(), None);
        assert_eq!(decode(&gzip(text), "gzip"), whole);
        assert_eq!(decode(&zlib(text), "deflate"), whole);
        assert_eq!(decode(&raw_deflate(text), "deflate"), whole);
        assert_eq!(decode(&gzip(&zlib(text)), "deflate, gzip"), whole);
        let members = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(decode(&members, "gzip"), ("one two".to_owned(), None));
        assert_eq!(decode(b"", "gzip"), (String::new(), None));
        assert_eq!(decode(b"", "deflate"), (String::new(), None));
    }

    #[test]
    fn broken_bodies_are_errors() {
        let invalid =
            |name| format!("the body is not valid {name}, though its Content-Encoding says so");
        assert_eq!(
            decode(b"{}", "gzip"),
            (String::new(), Some(invalid("gzip")))
        );
        assert_eq!(
            decode(b"\xff\xff\xff", "deflate"),
            (String::new(), Some(invalid("deflate")))
        );
        let lost = "connection lost: the server closed it before the end of the response";
        for (bytes, name) in [(gzip(b"text"), "gzip"), (zlib(b"text"), "deflate")] {
            let cut = decode(&bytes[..bytes.len() - 5], name);
            assert_eq!(cut.1.as_deref(), Some(lost), "{name}");
        }
    }

    #[test]
    fn a_start_is_decoded_as_far_as_it_goes() {
        let bytes = gzip(&b"text ".repeat(1000));
        let half = &bytes[..bytes.len() - 8];
        assert_eq!(decoded_start(half, &[Coding::Gzip], 10), b"text text ");
        assert_eq!(decoded_start(b"\x1f\x8b", &[Coding::Gzip], 10), b"");
    }
}
