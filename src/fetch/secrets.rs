//! What is secret in headers and URLs, and how a text with it is shown.

use super::percent;
use dq_text::one_line;

/// What is shown in place of a secret.
pub(crate) const REDACTED: &str = "[redacted]";

/// The headers whose values are shown, in lower case: those of HTTP that describe a message, and those in which engines
/// and registries describe themselves. Any other header may hold a secret.
const HARMLESS_HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "allow",
    "api-version",
    "builder-version",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-range",
    "content-type",
    "date",
    "docker-content-digest",
    "docker-distribution-api-version",
    "docker-experimental",
    "etag",
    "expect",
    "expires",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "last-modified",
    "libpod-api-version",
    "libpod-buildah-version",
    "ostype",
    "pragma",
    "proxy-authenticate",
    "range",
    "retry-after",
    "server",
    "strict-transport-security",
    "swarm",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
    "via",
    "www-authenticate",
    "x-content-type-options",
    "x-docker-container-path-stat",
    "x-frame-options",
    "x-reference-id",
    "x-request-id",
    "x-total-count",
];
/// The headers whose value is a URL, or has some in it.
const URL_HEADERS: [&str; 4] = ["content-location", "link", "location", "referer"];

/// A parameter whose name contains one of these has a secret value. Names are compared in lower case, letters and
/// digits only. `buildargs` is Docker's: the arguments of a build are often passwords.
const SECRET_PARTS: [&str; 14] = [
    "accesskey",
    "apikey",
    "authoriz",
    "buildarg",
    "cookie",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "session",
    "signature",
    "token",
];
/// Whole names of such parameters.
const SECRET_NAMES: [&str; 9] = [
    "auth", "code", "jwt", "key", "otp", "pass", "pw", "pwd", "sig",
];

/// The value of a header as it may be shown.
pub(crate) fn header_value(name: &str, value: &str) -> String {
    let name = name.to_ascii_lowercase();
    // A harmless value may have a URL in it, too: the proxy of `Via`, the realm of `WWW-Authenticate`.
    let is_shown = |list: &[&str]| list.contains(&name.as_str());
    if value.is_empty() || is_shown(HARMLESS_HEADERS) || is_shown(&URL_HEADERS) {
        shown(value)
    } else {
        REDACTED.to_owned()
    }
}

/// A part of a text with URLs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    /// Shown as it is.
    Plain(&'t str),
    /// A user with a password.
    Userinfo(&'t str),
    /// The value of a parameter, percent-encoded as in the text.
    Parameter { name: &'t str, value: &'t str },
}

/// The text without the secrets of the URLs in it: user and password, and the values of parameters whose names look
/// secret, in queries and in fragments.
pub fn shown(text: &str) -> String {
    let pieces = pieces(text).into_iter();
    pieces
        .map(|piece| match piece {
            Piece::Plain(text) => text,
            Piece::Userinfo(_) | Piece::Parameter { .. } => REDACTED,
        })
        .collect()
}

/// The names of the parameters of a request target whose values are secret, as `shown` knows them, and their values.
pub fn secret_parameters(target: &str) -> Vec<(&str, &str)> {
    let pieces = pieces(target).into_iter();
    pieces
        .filter_map(|piece| match piece {
            Piece::Parameter { name, value } => Some((name, value)),
            Piece::Plain(_) | Piece::Userinfo(_) => None,
        })
        .collect()
}

/// The text behind a URL's scheme as an error shows it, in one line: without its query, and without what stands in
/// front of the last `@`. That may be a password with a `/`, at which the authority has ended.
pub(crate) fn shown_authority(rest: &str) -> String {
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{REDACTED}@{}", one_line(without_query(host))),
        None => one_line(without_query(rest)),
    }
}

fn without_query(rest: &str) -> &str {
    rest.split(['?', '#']).next().unwrap_or_default()
}

/// Separates the secrets of a text with URLs, or of a request target, from the rest.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(is_outside).unwrap_or(rest.len());
        let (url, after) = rest.split_at(end);
        add_url(url, &mut found);
        let start = after.find(|c| !is_outside(c)).unwrap_or(after.len());
        let (outside, next) = after.split_at(start);
        found.push(Piece::Plain(outside));
        rest = next;
    }
    found.retain(|piece| *piece != Piece::Plain(""));
    found
}

/// Whether the character cannot be a part of a URL (RFC 3986 appendix C). Browsers leave tabs out of one.
fn is_outside(c: char) -> bool {
    (c.is_whitespace() && c != '\t') || c == '<' || c == '>'
}

fn add_url<'t>(url: &'t str, found: &mut Vec<Piece<'t>>) {
    let start = url.find(['?', '#']).unwrap_or(url.len());
    let (place, parameters) = url.split_at(start);
    let authority = authority_start(place);
    let end = place[authority..].find(is_slash);
    let mut end = end.map_or(place.len(), |end| authority + end);
    if has_no_port(&place[authority..end]) {
        // A password with a slash, at which the authority has ended.
        end = place.len();
    }
    match place[authority..end].rfind('@').filter(|_| authority > 0) {
        Some(at) => found.extend([
            Piece::Plain(&place[..authority]),
            Piece::Userinfo(&place[authority..authority + at]),
            Piece::Plain(&place[authority + at..]),
        ]),
        None => found.push(Piece::Plain(place)),
    }
    for part in parameters.split_inclusive(['&', '#', '?']) {
        add_parameter(part, found);
    }
}

/// Whether what stands where a port would is no number.
fn has_no_port(authority: &str) -> bool {
    let name = authority.rsplit(']').next().unwrap_or_default();
    let port = name.rsplit_once(':').map(|(_, port)| port);
    port.is_some_and(|port| port.bytes().any(|c| !c.is_ascii_digit()))
}

/// Where the authority begins, behind `http://`, or behind `//` in a reference to another host (RFC 3986 section 4.2).
/// Browsers take more slashes, and backslashes, for the same. 0 for a text without one.
fn authority_start(place: &str) -> usize {
    let bytes = place.as_bytes();
    let is_start = |pair: &[u8]| pair.iter().all(|byte| is_slash(char::from(*byte)));
    let Some(at) = bytes.windows(2).position(is_start) else {
        return 0;
    };
    place.len() - place[at..].trim_start_matches(is_slash).len()
}

fn is_slash(c: char) -> bool {
    matches!(c, '/' | '\\')
}

/// Adds `NAME=VALUE` with the separator that follows it.
fn add_parameter<'t>(part: &'t str, found: &mut Vec<Piece<'t>>) {
    let end = part.len() - usize::from(part.ends_with(['&', '#', '?']));
    let (pair, separator) = part.split_at(end);
    match pair.split_once('=') {
        Some((name, value)) if is_secret(name, value) => found.extend([
            Piece::Plain(&pair[..=name.len()]),
            Piece::Parameter { name, value },
            Piece::Plain(separator),
        ]),
        _ => found.push(Piece::Plain(part)),
    }
}

/// Whether the value of a parameter is not to be shown: its name looks secret, or it is a URL with a user. The
/// placeholder of a saved filter (`{token}`) is none.
fn is_secret(name: &str, value: &str) -> bool {
    if value.is_empty() || is_placeholder(value) {
        return false;
    }
    let name = decoded(name).to_lowercase();
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let has_userinfo = || {
        let value = decoded(value);
        let rest = value.split_once("://").map(|(_, rest)| rest);
        rest.is_some_and(|rest| rest.contains('@'))
    };
    SECRET_NAMES.contains(&name.as_str())
        || SECRET_PARTS.iter().any(|part| name.contains(part))
        || has_userinfo()
}

fn is_placeholder(value: &str) -> bool {
    let name = value.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
    name.is_some_and(|it| it.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// The text that a part of a URL stands for.
pub(crate) fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&percent::decode(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_headers_are_shown() {
        for name in [
            "Authorization",
            "proxy-authorization",
            "Cookie",
            "Set-Cookie",
            "X-Registry-Auth",
            "X-Auth-Token",
            "PRIVATE-TOKEN",
            "X-Vault-Namespace",
            "Foo",
        ] {
            assert_eq!(header_value(name, "v"), REDACTED, "{name}");
            assert_eq!(header_value(name, ""), "");
        }
        for name in ["Host", "CONTENT-TYPE", "Accept", "User-Agent", "Date"] {
            assert_eq!(header_value(name, "v"), "v", "{name}");
        }
        assert_eq!(
            header_value("Via", "1.1 http://u:p@h"),
            "1.1 http://[redacted]@h"
        );
        let location = header_value("Location", "http://u:p@h/x?token=t&a=1#id_token=t");
        assert_eq!(
            location,
            "http://[redacted]@h/x?token=[redacted]&a=1#id_token=[redacted]"
        );
    }

    #[test]
    fn secrets_of_urls() {
        let cases = [
            ("", ""),
            ("/containers/json?all=1", "/containers/json?all=1"),
            (
                "GET /x?a=1&token=t HTTP/1.1",
                "GET /x?a=1&token=[redacted] HTTP/1.1",
            ),
            ("/x?API-Key=k&b", "/x?API-Key=[redacted]&b"),
            ("/x?to%6Ben=t=u?v", "/x?to%6Ben=[redacted]?v"),
            ("/x?X-Amz-Signature=s", "/x?X-Amz-Signature=[redacted]"),
            (
                "/x?author=me&monkey=1&design=2",
                "/x?author=me&monkey=1&design=2",
            ),
            ("/x?token=&sig", "/x?token=&sig"),
            ("/build?buildargs=%7B%7D", "/build?buildargs=[redacted]"),
            (
                "/build?remote=https%3A%2F%2Ft%40h%2Fx",
                "/build?remote=[redacted]",
            ),
            ("/x?u=https://h/x", "/x?u=https://h/x"),
            ("http://u@h", "http://[redacted]@h"),
            ("http://h/a@b", "http://h/a@b"),
            ("http://h:80/a@b", "http://h:80/a@b"),
            ("http://[::1]/a@b", "http://[::1]/a@b"),
            ("http://[::1]:80/a@b", "http://[::1]:80/a@b"),
            ("http://u:p/w@h/x", "http://[redacted]@h/x"),
            ("http://u:p\\@h/x", "http://[redacted]@h/x"),
            ("http://u\ts:p@h/x", "http://[redacted]@h/x"),
            ("/a://b@c", "/a://[redacted]@c"),
            ("//u:p@h/x", "//[redacted]@h/x"),
            ("http:///u:p@h", "http:///[redacted]@h"),
            ("http:\\\\u:p@h\\x", "http:\\\\[redacted]@h\\x"),
            ("/v1//a/b@c", "/v1//a/b@c"),
            (
                "/x?token={token}&key={\"a\":1}",
                "/x?token={token}&key=[redacted]",
            ),
            (
                "<http://u:p@h/?p=2&key=k>; rel=\"next\", </x?sig=s>",
                "<http://[redacted]@h/?p=2&key=[redacted]>; rel=\"next\", </x?sig=[redacted]>",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn an_invalid_url_shows_no_password() {
        let cases = [
            ("h:x/y?token=t", "h:x/y"),
            ("u:p@h:x", "[redacted]@h:x"),
            ("u:p/w@h?a", "[redacted]@h"),
            ("u:p?w@h", "[redacted]@h"),
        ];
        for (rest, expected) in cases {
            assert_eq!(shown_authority(rest), expected, "{rest}");
        }
    }
}
