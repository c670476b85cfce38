//! Finds faults in the framing of a chunked body (RFC 9112 §7.1) as it arrives, so that what precedes them is passed on:
//! ureq drops the chunk in front of a fault, and accepts a sign in front of a size.

/// The longest line with the size of a chunk that ureq takes, in bytes (ureq-proto 0.7.1).
const LINE_LIMIT: usize = 20;

/// Where in the body the next byte is.
#[derive(Debug)]
pub(crate) enum ChunkFraming {
    /// In a line with the size of a chunk.
    Size { line: Vec<u8> },
    /// In the data of a chunk, of which so many bytes are left, with the line end behind it.
    Data { left: u64 },
    /// Behind the last chunk.
    Trailers,
}

/// Where a fault is, and what it is.
type Fault = (usize, &'static str);

impl Default for ChunkFraming {
    fn default() -> Self {
        Self::Size { line: Vec::new() }
    }
}

impl ChunkFraming {
    /// Looks at the next bytes of the body. What is behind the last chunk is left to ureq.
    ///
    /// # Errors
    /// How many of them precede a fault, and what it is.
    pub(crate) fn follow(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let mut position = 0;
        while let Some(rest) = bytes.get(position..).filter(|rest| !rest.is_empty()) {
            position += match self {
                Self::Trailers => return Ok(()),
                Self::Data { left } if *left > 2 => {
                    let data = rest
                        .len()
                        .min(usize::try_from(*left - 2).unwrap_or(usize::MAX));
                    *left -= data as u64;
                    data
                }
                Self::Data { left } => {
                    let expected = if *left == 2 { b'\r' } else { b'\n' };
                    if rest[0] != expected {
                        return Err((position, "a chunk is longer than its size"));
                    }
                    *left -= 1;
                    if *left == 0 {
                        *self = Self::default();
                    }
                    1
                }
                Self::Size { line } => {
                    line.push(rest[0]);
                    if let Some(line) = line.strip_suffix(b"\n") {
                        let size = size(line).ok_or((position, "invalid chunk size"))?;
                        *self = match size {
                            0 => Self::Trailers,
                            size => Self::Data {
                                left: size.saturating_add(2),
                            },
                        };
                    } else if line.len() > LINE_LIMIT + 1 {
                        return Err((position, "a line with a chunk size is longer than 20 bytes"));
                    }
                    1
                }
            };
        }
        Ok(())
    }
}

/// The size in a line without its line feed: hexadecimal digits, and maybe extensions behind a semicolon.
fn size(line: &[u8]) -> Option<u64> {
    let line = line.strip_suffix(b"\r")?;
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii_end();
    let mut size = 0_u64;
    for digit in digits {
        let digit = char::from(*digit).to_digit(16)?;
        size = size.checked_mul(16)?.checked_add(digit.into())?;
    }
    (!digits.is_empty()).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_precedes_a_fault_is_known() {
        let cases: [(&str, Result<(), Fault>); 14] = [
            ("3\r\n[1]\r\n0\r\n\r\n", Ok(())),
            (
                "3;a=b\r\n[1]\r\n00A ;x\r\n0123456789\r\n0\r\nA: b\r\n\r\n+",
                Ok(()),
            ),
            ("3 \r\n[1]\r\n", Ok(())),
            ("ffffffffffffffff\r\n", Ok(())),
            ("", Ok(())),
            ("3\r\n[1]\r\nzz\r\n", Err((11, "invalid chunk size"))),
            ("+3\r\n[1]\r\n", Err((3, "invalid chunk size"))),
            ("\r\n[1]\r\n", Err((1, "invalid chunk size"))),
            (";a\r\n", Err((3, "invalid chunk size"))),
            ("3\n[1]\n", Err((1, "invalid chunk size"))),
            ("10000000000000000\r\n", Err((18, "invalid chunk size"))),
            ("1\r\n[1]\r\n", Err((4, "a chunk is longer than its size"))),
            ("1\r\n[\r1", Err((5, "a chunk is longer than its size"))),
            (
                "1;23456789012345678901\r\n",
                Err((21, "a line with a chunk size is longer than 20 bytes")),
            ),
        ];
        for (body, expected) in cases {
            for most in [1, 2, 5, 100] {
                let mut framing = ChunkFraming::default();
                let mut before = 0;
                let mut found = Ok(());
                for piece in body.as_bytes().chunks(most) {
                    found = framing
                        .follow(piece)
                        .map_err(|(at, what)| (before + at, what));
                    if found.is_err() {
                        break;
                    }
                    before += piece.len();
                }
                assert_eq!(found, expected, "{body:?} in pieces of {most}");
            }
        }
    }
}
