//! The ceiling as the user writes it, in `DQ_MEMORY`.

/// A number of bytes, with `k`, `m`, `g` or `t` behind it for powers of 1024, and perhaps a `b`, in either case, as in
/// docker's `--memory`. `None` if it is anything else, or 0.
pub fn parse(text: &str) -> Option<usize> {
    let text = text.strip_suffix(['b', 'B']).unwrap_or(text);
    let (digits, shift) = match text.as_bytes().last()?.to_ascii_lowercase() {
        b'k' => (&text[..text.len() - 1], 10),
        b'm' => (&text[..text.len() - 1], 20),
        b'g' => (&text[..text.len() - 1], 30),
        b't' => (&text[..text.len() - 1], 40),
        _ => (text, 0),
    };
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: usize = digits.parse().ok().filter(|_| is_number)?;
    number.checked_mul(1 << shift).filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn sizes_are_written_as_for_docker() {
        let cases = [
            ("1", Some(1)),
            ("200M", Some(200 << 20)),
            ("64mb", Some(64 << 20)),
            ("3G", Some(3 << 30)),
            ("2t", Some(2 << 40)),
            ("512KB", Some(512 << 10)),
            ("100b", Some(100)),
            ("", None),
            ("0", None),
            ("b", None),
            ("M", None),
            ("+1", None),
            ("1.5G", None),
            ("1 G", None),
            ("99999999999999999999", None),
            ("99999999T", None),
            ("1é", None),
        ];
        for (text, bytes) in cases {
            assert_eq!(parse(text), bytes, "{text}");
        }
    }
}
