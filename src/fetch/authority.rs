//! The parts of a URL's authority (RFC 3986 §3.2): user and password, host, the zone of an IPv6 address.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::percent;

/// An authority without user and password, safe to show.
pub(crate) fn without_userinfo(authority: &str) -> &str {
    authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host)
}

/// `Basic …` for the user and the password of an authority (RFC 7617), percent-decoded as curl does it. `None` where it
/// has none.
pub(crate) fn authorization(authority: &str) -> Option<String> {
    authority
        .rsplit_once('@')
        .map(|(userinfo, _)| basic(userinfo))
}

/// `Basic …` for `user:password`, still percent-encoded.
pub(crate) fn basic(userinfo: &str) -> String {
    let colon = if userinfo.contains(':') { "" } else { ":" };
    let pair = percent::decode(&format!("{userinfo}{colon}"));
    format!("Basic {}", BASE64_STANDARD.encode(pair))
}

/// The authority that a server is told: without user and password, and without the zone of an IPv6 address, which means
/// something on this machine only (RFC 6874 §3).
pub(crate) fn public(authority: &str) -> String {
    let host = without_userinfo(authority);
    match split_zone(host) {
        Some((address, _, port)) => format!("{address}{port}"),
        None => host.to_owned(),
    }
}

/// Splits an authority into its name, with user and password, and its port. No port and an empty one are the scheme's
/// (RFC 3986 §3.2.3).
///
/// # Errors
/// What is wrong, in words: a port that is none, an IPv6 address without brackets or with text behind them, spaces.
pub(crate) fn split_port(authority: &str) -> Result<(&str, Option<u16>), &'static str> {
    let host = without_userinfo(authority);
    let outside = match host.strip_prefix('[') {
        Some(inside) => inside.split_once(']').ok_or("a bracket is missing")?.1,
        None => host,
    };
    let (between, port) = outside
        .split_once(':')
        .map_or((outside, ""), |(name, port)| (name, port));
    if port.contains(':') || outside.contains(['[', ']']) {
        return Err("an IPv6 address belongs in brackets");
    }
    if outside.len() < host.len() && !between.is_empty() {
        return Err("behind the brackets only a port can follow");
    }
    if host.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("a host name cannot hold spaces");
    }
    let name = authority.strip_suffix(port).unwrap_or(authority);
    let name = name.strip_suffix(':').unwrap_or(name);
    if port.is_empty() {
        return Ok((name, None));
    }
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse() {
        Ok(port) if is_number => Ok((name, Some(port))),
        _ => Err("the port is not a number up to 65535"),
    }
}

/// The zone of an IPv6 address, such as `eth0` in `[fe80::1%25eth0]:80` and, as in curl, in `[fe80::1%eth0]`.
pub(crate) fn zone(authority: &str) -> Option<&str> {
    split_zone(without_userinfo(authority)).map(|(_, zone, _)| zone)
}

/// Splits `[address%zone]rest` into `[address`, the zone, and `]rest`.
fn split_zone(host: &str) -> Option<(&str, &str, &str)> {
    let inside = host.strip_prefix('[')?;
    let end = 1 + inside.find(']')?;
    let percent = host[..end].find('%')?;
    let zone = &host[percent + 1..end];
    let zone = zone
        .strip_prefix("25")
        .filter(|zone| !zone.is_empty())
        .unwrap_or(zone);
    (!zone.is_empty()).then_some((&host[..percent], zone, &host[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_stay_on_this_machine() {
        let cases = [
            ("h:80", "h:80", None),
            ("u:p@h", "h", None),
            ("[::1]:80", "[::1]:80", None),
            ("[fe80::1%25eth0]:80", "[fe80::1]:80", Some("eth0")),
            ("u:p%40@[fe80::1%eth0]", "[fe80::1]", Some("eth0")),
            ("[fe80::1%25]", "[fe80::1]", Some("25")),
            ("[fe80::1%]", "[fe80::1%]", None),
        ];
        for (authority, shown, interface) in cases {
            assert_eq!(public(authority), shown, "{authority}");
            assert_eq!(zone(authority), interface, "{authority}");
        }
    }

    #[test]
    fn ports_are_numbers() {
        let cases = [
            ("h", Ok(("h", None))),
            ("h:", Ok(("h", None))),
            ("h:80", Ok(("h", Some(80)))),
            ("u:p@h:65535", Ok(("u:p@h", Some(65535)))),
            ("u:p@h", Ok(("u:p@h", None))),
            (":80", Ok(("", Some(80)))),
            ("[::1]", Ok(("[::1]", None))),
            ("u:p@[::1%25eth0]:1", Ok(("u:p@[::1%25eth0]", Some(1)))),
            ("h:65536", Err("the port is not a number up to 65535")),
            ("h:+80", Err("the port is not a number up to 65535")),
            ("h:8o", Err("the port is not a number up to 65535")),
            ("::1", Err("an IPv6 address belongs in brackets")),
            ("u:p@::1", Err("an IPv6 address belongs in brackets")),
            ("h]:1", Err("an IPv6 address belongs in brackets")),
            ("[::1", Err("a bracket is missing")),
            (
                "[::1]text:80",
                Err("behind the brackets only a port can follow"),
            ),
            (
                "u:p@[::1]text",
                Err("behind the brackets only a port can follow"),
            ),
            ("a b:1", Err("a host name cannot hold spaces")),
        ];
        for (authority, expected) in cases {
            assert_eq!(split_port(authority), expected, "{authority}");
        }
    }

    #[test]
    fn users_and_passwords_are_decoded() {
        let cases = [
            ("me:p%40ss@h", "me:p@ss"),
            ("me@h", "me:"),
            (":@h", ":"),
            ("m%3Ae:a:b@h", "m:e:a:b"),
            ("me:100%@h", "me:100%"),
        ];
        for (authority, pair) in cases {
            let expected = format!("Basic {}", BASE64_STANDARD.encode(pair));
            assert_eq!(authorization(authority), Some(expected), "{authority}");
        }
        assert_eq!(authorization("h:80"), None);
    }
}
