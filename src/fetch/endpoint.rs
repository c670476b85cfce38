//! Endpoints and URLs as the user writes them → request targets as HTTP wants them.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::Error;
use super::message::printable;

/// An `http` or `https` URL in its parts. A fragment is not part of a request and is dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// `http` or `https`.
    pub scheme: &'static str,
    /// User and password where given, host, port where given.
    pub authority: String,
    /// Path and query, percent-encoded; starts with `/`.
    pub target: String,
}

impl Url {
    /// Scheme and authority: what a path is appended to.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }
}

/// The request target of an endpoint such as `/containers/json?all=1`: bytes that have no place in
/// a URI are percent-encoded, `%XX` is kept, a `#` is taken as meant.
///
/// # Errors
/// `Usage` where it does not start with `/`, holds CR, LF or NUL, or segments that a server might resolve to
/// another path: `.`, `..`, nothing between two slashes.
pub fn target(endpoint: &str) -> Result<String, Error> {
    if !endpoint.starts_with('/') {
        return Err(Error::usage(format!(
            "the endpoint {} does not start with /",
            printable(endpoint)
        )));
    }
    let path = endpoint.split('?').next().unwrap_or_default();
    let plain = path.to_ascii_lowercase().replace("%2e", ".");
    if plain.contains("//") || plain.split('/').any(|part| matches!(part, "." | "..")) {
        return Err(Error::usage(format!(
            "the endpoint {} holds //, . or .. as a segment",
            printable(endpoint)
        )));
    }
    encode(endpoint)
}

/// Takes a URL apart.
///
/// # Errors
/// `Usage` for schemes other than http and https, and for what is no URL.
pub fn parse_url(text: &str) -> Result<Url, Error> {
    let (scheme, rest) = text.split_once("://").unwrap_or((text, ""));
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => "http",
        "https" => "https",
        other => return Err(unknown_scheme(other)),
    };
    let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    let host = without_userinfo(authority);
    if host.is_empty() || host.starts_with(':') {
        return Err(Error::usage(format!(
            "the URL {scheme}://{} names no host",
            printable(rest)
        )));
    }
    let slash = if target.starts_with('/') { "" } else { "/" };
    Ok(Url {
        scheme,
        authority: authority.to_owned(),
        target: encode(&format!("{slash}{target}"))?,
    })
}

/// A URL that names a socket, as the socket and the endpoint behind it: `http+unix://%2Frun%2Fx/…`
/// (Python's requests-unixsocket) and `http://unix:/run/x:/…` (nginx, npm's got). `None` for others.
///
/// # Errors
/// `Usage` where there is no socket in it, or where the endpoint cannot be one.
pub fn socket_url(text: &str) -> Result<Option<(PathBuf, String)>, Error> {
    let text = text.split('#').next().unwrap_or_default();
    let Some((socket, endpoint)) = socket_and_rest(text)? else {
        return Ok(None);
    };
    let slash = if endpoint.starts_with('/') { "" } else { "/" };
    let endpoint = encode(&format!("{slash}{endpoint}"))?;
    Ok(Some((OsString::from_vec(socket).into(), endpoint)))
}

/// The path of the socket, and the text behind it.
fn socket_and_rest(text: &str) -> Result<Option<(Vec<u8>, &str)>, Error> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Ok(None);
    };
    let (socket, endpoint) = if scheme.eq_ignore_ascii_case("http+unix") {
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        (percent_decoded(&rest[..end]), &rest[end..])
    } else if let Some(path) = rest.strip_prefix("unix:/")
        && scheme.eq_ignore_ascii_case("http")
    {
        let path = &rest[rest.len() - path.len() - 1..];
        let (socket, endpoint) = path.split_once(':').unwrap_or((path, ""));
        (percent_decoded(socket), endpoint)
    } else {
        return Ok(None);
    };
    if socket.is_empty() {
        return Err(Error::Usage {
            problem: format!("{scheme}:// names no socket"),
            hint: Some("its path is written with %2F: http+unix://%2Frun%2Fx.sock/info".into()),
        });
    }
    Ok(Some((socket, endpoint)))
}

/// A URL cut in front of its endpoint, which stays as it was written: with `{placeholders}`, without a fragment.
///
/// # Errors
/// `Usage` for what is no URL that can be asked.
pub fn cut(url: &str) -> Result<(String, &str), Error> {
    let url = url.split('#').next().unwrap_or_default();
    if let Some((socket, rest)) = socket_and_rest(url)? {
        return Ok((of_socket(Path::new(&OsString::from_vec(socket))), rest));
    }
    parse_url(url)?;
    let after = url.find("://").map_or(0, |at| at + 3);
    let end = url[after..].find(['/', '?']);
    let (host, endpoint) = url.split_at(end.map_or(url.len(), |at| after + at));
    Ok((host.to_owned(), endpoint))
}

/// Whether a host or a URL has a user or a password in it.
pub fn has_userinfo(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    without_userinfo(authority) != authority
}

/// A URL of a socket, up to the endpoint: `http://unix:/run/x.sock:`.
pub fn of_socket(socket: &Path) -> String {
    let mut url = "http://unix:".to_owned();
    for byte in socket.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => url.push(char::from(*byte)),
            _ if byte.is_ascii_alphanumeric() => url.push(char::from(*byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url + ":"
}

/// The bytes that a part of a URL stands for; a percent sign without two digits is itself.
pub fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail
            .get(..2)
            .filter(|two| is_hex(two))
            .and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

fn unknown_scheme(scheme: &str) -> Error {
    let hint = match scheme {
        "tcp" | "ssh" => Some("name the host with --host, and give the endpoint after it"),
        _ if scheme.contains("unix") => {
            Some("name the socket with --unix-socket PATH and give the endpoint after it")
        }
        _ => None,
    };
    Error::Usage {
        problem: format!(
            "dq speaks http:// and https://, not {}://",
            printable(scheme)
        ),
        hint: hint.map(str::to_owned),
    }
}

/// An authority as it may be shown: user and password are nobody's business.
pub fn without_userinfo(authority: &str) -> &str {
    authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host)
}

/// Puts the version of Docker's API in front of a target, unless that names a version itself or
/// is `/_ping`, which has none. (docker/cli does the same: `/v1.41/containers/json`.)
pub fn versioned(target: &str, version: &str) -> String {
    let names_version = target
        .strip_prefix("/v")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let path = target.split('?').next().unwrap_or_default();
    if names_version || path == "/_ping" {
        return target.to_owned();
    }
    format!("/v{version}{target}")
}

/// Percent-encodes what RFC 3986 does not allow in a path or a query.
fn encode(text: &str) -> Result<String, Error> {
    if text.contains(['\r', '\n', '\0']) {
        return Err(Error::usage(
            "an endpoint cannot hold a line break or a NUL",
        ));
    }
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(bytes.len() + 16);
    for (at, &byte) in bytes.iter().enumerate() {
        let escape = byte == b'%' && bytes.get(at + 1..at + 3).is_some_and(is_hex);
        if escape || allowed(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(out)
}

fn is_hex(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_hexdigit)
}

/// `pchar`, `/` and `?` of RFC 3986 §3.3 and §3.4, but for the percent sign.
fn allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte)
}

/// Where a redirect leads: the target on the same origin, or `None` where it leads elsewhere.
/// `origins` are the ways the origin may be written; `from` is the target that was asked for.
pub fn redirected(location: &str, origins: &[String], from: &str) -> Option<String> {
    let location = location.split('#').next().unwrap_or_default();
    if let Some(start) = after_scheme(location) {
        let rest = &location[start..];
        let end = start + rest.find(['/', '?']).unwrap_or(rest.len());
        let (origin, target) = location.split_at(end);
        let same = origins.iter().any(|ours| same_origin(ours, origin));
        return same.then(|| joined("/", target)).flatten();
    }
    if location.starts_with("//") {
        return None;
    }
    joined(from, location)
}

/// Where the authority of an absolute URL starts.
fn after_scheme(location: &str) -> Option<usize> {
    let (scheme, _) = location.split_once("://")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    scheme.chars().all(plain).then_some(scheme.len() + 3)
}

/// The default ports are the only two spellings of one origin (RFC 6454 §4).
fn same_origin(a: &str, b: &str) -> bool {
    let plain = |origin: &str| {
        let origin = origin.to_ascii_lowercase();
        let port = if origin.starts_with("https:") {
            ":443"
        } else {
            ":80"
        };
        origin
            .strip_suffix(port)
            .map(str::to_owned)
            .unwrap_or(origin)
    };
    plain(a) == plain(b)
}

/// A relative reference in place (RFC 3986 §5.2.2, the cases that have no authority).
fn joined(from: &str, reference: &str) -> Option<String> {
    let path = from.split('?').next().unwrap_or_default();
    let text = match reference.as_bytes().first() {
        None => from.to_owned(),
        Some(b'/') => reference.to_owned(),
        Some(b'?') => format!("{path}{reference}"),
        Some(_) => {
            let folder = path.rfind('/').map_or("", |end| &path[..=end]);
            format!("{folder}{reference}")
        }
    };
    encode(&without_dots(&text)).ok()
}

/// Resolves `.` and `..` in the path of a target (RFC 3986 §5.2.4).
fn without_dots(target: &str) -> String {
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    if path.ends_with("/.") || path.ends_with("/..") {
        kept.push("");
    }
    format!("/{}{query}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_user_in_front_of_the_host_is_seen() {
        for url in ["https://u:p@h/x", "http://u@h", "tcp://u:p@h:1", "u@h:1"] {
            assert!(has_userinfo(url), "{url}");
        }
        for url in [
            "https://h/x@y",
            "http://h?a=b@c",
            "/run/a@b",
            "unix:///run/a@b",
            "h:1",
        ] {
            assert!(!has_userinfo(url), "{url}");
        }
    }

    #[test]
    fn a_url_is_cut_in_front_of_its_endpoint() {
        let cases = [
            (
                "http://h/x/{name}?a={b}",
                Some(("http://h", "/x/{name}?a={b}")),
            ),
            ("HTTPS://h:1", Some(("HTTPS://h:1", ""))),
            ("http://h?a=/b#c/d", Some(("http://h", "?a=/b"))),
            (
                "http+unix://%2Frun%2Fx/info",
                Some(("http://unix:/run/x:", "/info")),
            ),
            (
                "http://unix:/run/x:/info",
                Some(("http://unix:/run/x:", "/info")),
            ),
            ("http://unix:/run/x", Some(("http://unix:/run/x:", ""))),
            ("ssh://h/x", None),
            ("unix:///run/x.sock/info", None),
            ("http:///x", None),
        ];
        for (url, expected) in cases {
            let found = cut(url).ok();
            let found = found.as_ref().map(|(host, rest)| (host.as_str(), *rest));
            assert_eq!(found, expected, "{url}");
        }
        let socket = Path::new("/run/a b:c%/x.sock");
        let url = of_socket(socket);
        assert_eq!(url, "http://unix:/run/a%20b%3Ac%25/x.sock:");
        let (found, endpoint) = socket_url(&(url + "/info")).unwrap().unwrap();
        assert_eq!((found.as_path(), endpoint.as_str()), (socket, "/info"));
    }

    #[test]
    fn endpoints_become_targets() {
        let cases = [
            ("/containers/json?all=1", Some("/containers/json?all=1")),
            (
                "/x?filters={\"a b\":[\"é\"]}",
                Some("/x?filters=%7B%22a%20b%22:%5B%22%C3%A9%22%5D%7D"),
            ),
            (
                "/x?f=%7B%22&g=%zz&h=100%",
                Some("/x?f=%7B%22&g=%25zz&h=100%25"),
            ),
            ("/a#b", Some("/a%23b")),
            (
                "/a|b^c`d\\e<f>\t\x7f",
                Some("/a%7Cb%5Ec%60d%5Ce%3Cf%3E%09%7F"),
            ),
            ("/", Some("/")),
            ("", None),
            ("containers/json", None),
            ("/a\r\nHost: x", None),
            ("/a\0", None),
            ("/a/../b", None),
            ("/a/.", None),
            ("/a/%2E%2e/b", None),
            ("//a", None),
            ("/a//b", None),
            ("/a/...?b=//../c", Some("/a/...?b=//../c")),
        ];
        for (endpoint, expected) in cases {
            let result = target(endpoint);
            assert_eq!(result.as_deref().ok(), expected, "{endpoint}");
            assert!(result.is_ok() || result.unwrap_err().exit_code() == 2);
        }
        let every: String = ('\x01'..='\u{ff}')
            .filter(|c| !"\r\n".contains(*c))
            .collect();
        let uri = format!("http://x{}", target(&format!("/{every}?{every}")).unwrap());
        assert!(uri.parse::<ureq::http::Uri>().is_ok());
    }

    #[test]
    fn urls_come_apart() {
        let cases = [
            ("http://h", "http://h", "/"),
            ("HTTPS://H:1/a b?c#d", "https://H:1", "/a%20b?c"),
            ("http://h?x=1", "http://h", "/?x=1"),
            ("http://u:p@h:80/x@y", "http://u:p@h:80", "/x@y"),
            ("http://[::1]:8080/", "http://[::1]:8080", "/"),
        ];
        for (text, origin, target) in cases {
            let url = parse_url(text).unwrap();
            assert_eq!(
                (url.origin().as_str(), url.target.as_str()),
                (origin, target),
                "{text}"
            );
        }
        for text in [
            "http://",
            "http:///x",
            "http://:80/",
            "ftp://x/",
            "http://u@/",
            "unix:///x",
        ] {
            assert_eq!(parse_url(text).unwrap_err().exit_code(), 2, "{text}");
        }
        assert_eq!(without_userinfo("u:p@h:80"), "h:80");
    }

    #[test]
    fn urls_may_name_a_socket() {
        let cases = [
            (
                "http+unix://%2Frun%2fx.sock/info?a=b#c",
                Some(("/run/x.sock", "/info?a=b")),
            ),
            ("HTTP+unix://%2Fx", Some(("/x", "/"))),
            ("http+unix://%2Fa%zz?q", Some(("/a%zz", "/?q"))),
            (
                "http://unix:/run/x.sock:/info",
                Some(("/run/x.sock", "/info")),
            ),
            ("http://unix:/run/x.sock", Some(("/run/x.sock", "/"))),
            ("http://unix/x", None),
            ("http://unix:80/x", None),
            ("https://unix:/x:/", None),
            ("/x", None),
        ];
        for (text, expected) in cases {
            let found = socket_url(text).unwrap();
            let shown = found
                .as_ref()
                .map(|it| (it.0.to_str().unwrap(), it.1.as_str()));
            assert_eq!(shown, expected, "{text}");
        }
        assert_eq!(
            socket_url("http+unix:///run/x/info")
                .unwrap_err()
                .exit_code(),
            2
        );
    }

    #[test]
    fn versions_go_where_there_is_none() {
        let cases = [
            ("/containers/json", "/v1.41/containers/json"),
            ("/v1.30/info", "/v1.30/info"),
            ("/v4.0.0/libpod/info", "/v4.0.0/libpod/info"),
            ("/volumes", "/v1.41/volumes"),
            ("/_ping", "/_ping"),
            ("/_ping?x", "/_ping?x"),
            ("/_pings", "/v1.41/_pings"),
        ];
        for (target, expected) in cases {
            assert_eq!(versioned(target, "1.41"), expected);
        }
    }

    #[test]
    fn redirects_stay_on_the_origin() {
        let origins = ["http://h:8080".to_owned(), "http://".to_owned()];
        let cases = [
            ("/b", Some("/b")),
            ("b?c", Some("/x/b?c")),
            ("../b", Some("/b")),
            ("../../../b/./c/..", Some("/b/")),
            ("?q", Some("/x/y?q")),
            (
                "/login?next=http://evil/x",
                Some("/login?next=http://evil/x"),
            ),
            ("", Some("/x/y?z")),
            ("http://h:8080/b#f", Some("/b")),
            ("http://H:8080", Some("/")),
            ("http:///b", Some("/b")),
            ("http://h/b", None),
            ("https://h:8080/b", None),
            ("http://h:8080@evil/b", None),
            ("//h:8080/b", None),
            ("unix:///b", None),
            ("/b c\u{e9}", Some("/b%20c%C3%A9")),
        ];
        for (location, expected) in cases {
            let to = redirected(location, &origins, "/x/y?z");
            assert_eq!(to.as_deref(), expected, "{location}");
        }
        assert_eq!(
            redirected("http://h:80/b", &["http://h".into()], "/").as_deref(),
            Some("/b")
        );
    }
}
