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
