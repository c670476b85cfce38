//! The headers of `-H`, in curl's spellings: `NAME: VALUE`, `NAME;` for one without a value, `NAME:` for none.

use crate::error::Error;

/// A header as it was typed; `None` as the value means that it is not sent.
pub type Header = (String, Option<String>);

/// Reads the value of `-H`.
///
/// # Errors
/// A usage error for anything else, with a hint where it is a host.
pub fn read(typed: &str) -> Result<Header, Error> {
    match typed.split_once(':') {
        Some((_, value)) if value.starts_with("//") => Err(Error::Usage {
            message: format!("{typed} is no header"),
            hint: Some(format!(
                "-H is curl's header option; the host is --host {typed}"
            )),
        }),
        Some((name, value)) if !name.trim().is_empty() => {
            let (name, value) = (name.trim(), value.trim());
            // Some servers on sockets expect an empty Host.
            let is_sent = !value.is_empty() || name.eq_ignore_ascii_case("host");
            Ok((name.to_owned(), is_sent.then(|| value.to_owned())))
        }
        None if is_named_alone(typed) => {
            Ok((typed.trim_end_matches(';').to_owned(), Some(String::new())))
        }
        // What follows may be a secret and is not repeated.
        _ => Err(Error::usage(format!(
            "-H takes 'NAME: VALUE', not {} …",
            typed.split([' ', ':']).next().unwrap_or_default()
        ))),
    }
}

/// `NAME;`
fn is_named_alone(typed: &str) -> bool {
    let name = typed.strip_suffix(';').unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.chars().all(is_part)
}

/// The headers to send, and the names of those to leave out.
pub type Headers = (Vec<(String, String)>, Vec<String>);

/// Separates the headers to send from those to leave out.
pub fn partition(headers: Vec<Header>) -> Headers {
    let mut sent = Vec::new();
    let mut without = Vec::new();
    for (name, value) in headers {
        match value {
            Some(value) => sent.push((name, value)),
            None => without.push(name),
        }
    }
    (sent, without)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        let cases = [
            ("A: b", Some(("A", Some("b")))),
            ("A:b: c ", Some(("A", Some("b: c")))),
            ("A;", Some(("A", Some("")))),
            ("A:", Some(("A", None))),
            ("Host:", Some(("Host", Some("")))),
            ("A", None),
            (": b", None),
            ("a b;", None),
            (";", None),
            ("unix:///x", None),
        ];
        for (typed, expected) in cases {
            let read = read(typed).ok();
            let read = read
                .as_ref()
                .map(|(name, value)| (&**name, value.as_deref()));
            assert_eq!(read, expected, "{typed}");
        }
    }
}
