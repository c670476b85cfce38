//! Parsing endpoints and URLs.

#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn userinfo_is_found() {
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
fn urls_are_split_into_host_and_endpoint() {
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
        let found = split_url(url).ok();
        let found = found.as_ref().map(|(host, rest)| (host.as_str(), *rest));
        assert_eq!(found, expected, "{url}");
    }
    let socket = Path::new("/run/a b:c%/x.sock");
    let url = socket_url(socket);
    assert_eq!(url, "http://unix:/run/a%20b%3Ac%25/x.sock:");
    let (found, endpoint) = parse_socket_url(&(url + "/info")).unwrap().unwrap();
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
fn urls_are_parsed() {
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
        "https://127.0.0.1:99999/x",
        "https://[::1]text:443/x",
        "https://[::1/x",
        "http://::1/x",
        "http://h:+80/",
        "http://h:8o/",
        "http://a b/",
    ] {
        assert_eq!(parse_url(text).unwrap_err().exit_code(), 2, "{text}");
    }
    assert_eq!(parse_url("http://h:080/").unwrap().authority, "h:80");
    assert_eq!(parse_url("http://h:/").unwrap().authority, "h");
    assert_eq!(without_userinfo("u:p@h:80"), "h:80");
    for url in [
        "http://u:PW@/x",
        "http://u:PW@h:x/",
        "http://u:P/PW@h/",
        "http://u:P#PW@h/",
        "http://h:x/?token=PW",
    ] {
        let error = parse_url(url).unwrap_err().to_string();
        assert!(!error.contains("PW"), "{error}");
    }
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
        let found = parse_socket_url(text).unwrap();
        let shown = found
            .as_ref()
            .map(|it| (it.0.to_str().unwrap(), it.1.as_str()));
        assert_eq!(shown, expected, "{text}");
    }
    assert_eq!(
        parse_socket_url("http+unix:///run/x/info")
            .unwrap_err()
            .exit_code(),
        2
    );
}

#[test]
fn a_version_is_added_unless_there_is_one() {
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
        let to = redirect_target(location, &origins, "/x/y?z");
        assert_eq!(to.as_deref(), expected, "{location}");
    }
    assert_eq!(
        redirect_target("http://h:80/b", &["http://h".into()], "/").as_deref(),
        Some("/b")
    );
}
