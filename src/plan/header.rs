//! The headers of `-H`, in curl's spellings: `NAME: VALUE`, `NAME;` for one without a value, `NAME:` for none.

use super::text::open;
use crate::cli::FetchOptions;
use crate::error::Error;
use dq_text::{one_line, os_reason, read_limited};

/// A header as it was typed; `None` as the value means that it is not sent.
pub type Header = (String, Option<String>);

/// The headers of all `-H`. `@FILE` stands for the lines of a file, `@-` for those of standard input, as in curl.
///
/// # Errors
/// A file that cannot be read, text that is no header, and standard input where something else reads it as well. None of
/// them shows a value.
pub fn expand(options: &mut FetchOptions) -> Result<(), Error> {
    let typed = &mut options.headers;
    if !typed.iter().any(|header| header.starts_with('@')) {
        return Ok(());
    }
    let reads_body = options.request.data.iter().any(|data| data == "@-");
    if typed.iter().filter(|header| *header == "@-").count() + usize::from(reads_body) > 1 {
        return Err(Error::usage("standard input can be read once only"));
    }
    let mut found = Vec::new();
    for header in typed.drain(..) {
        match header.strip_prefix('@') {
            Some(file) => found.extend(lines(file)?),
            None => found.push(header),
        }
    }
    *typed = found;
    Ok(())
}

/// The lines of a file of headers that are not blank.
fn lines(file: &str) -> Result<Vec<String>, Error> {
    let failed = |problem: &str| {
        Error::usage(format!(
            "cannot read the headers in {}: {problem}",
            one_line(file)
        ))
    };
    let bytes = open(file)
        .and_then(read_limited)
        .map_err(|error| failed(&os_reason(&error)))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not valid UTF-8"))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.map(str::to_owned).collect();
    match lines.iter().position(|line| read(line).is_err()) {
        Some(at) => Err(failed(&format!("header {} is not NAME: VALUE", at + 1))),
        None => Ok(lines),
    }
}

/// Reads the value of `-H`.
///
/// # Errors
/// A usage error for anything else, with a hint where it is a host.
pub fn read(typed: &str) -> Result<Header, Error> {
    match typed.split_once(':') {
        Some((_, value)) if value.starts_with("//") => Err(Error::Usage {
            // What stands in front of an `@` may be a password.
            message: "-H takes a header, not a URL".into(),
            hint: Some(format!(
                "-H is curl's header option; the host is --host {}",
                if typed.contains('@') { "…" } else { typed }
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
        // It may be a secret and is not repeated.
        _ => Err(Error::usage("-H takes 'NAME: VALUE' or @FILE")),
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
    fn files_of_headers() {
        let mut options = FetchOptions {
            headers: vec!["A: b".into(), "@/dev/null".into(), "C;".into()],
            ..FetchOptions::default()
        };
        assert!(expand(&mut options).is_ok());
        assert_eq!(options.headers, ["A: b", "C;"]);
    }

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
