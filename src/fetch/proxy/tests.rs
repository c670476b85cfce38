//! Which requests use a proxy, and what the proxy receives.

#![allow(clippy::unwrap_used)]

use std::net::TcpListener;
use std::thread;

use super::super::testing::{self, get};
use super::super::{Client, ClientSettings, HostFlags};
use super::*;

type Variables<'a> = &'a [(&'a str, &'a str)];

fn chosen(authority: &str, is_tls: bool, variables: Variables) -> Result<Option<Proxy>, Error> {
    let find = |name: &str| variables.iter().find(|(key, _)| *key == name);
    let var = |name: &str| find(name).map(|(_, value)| value.into());
    choose(authority, is_tls, &EnvVars { var: &var })
}

#[test]
fn variables_name_the_proxy() {
    let both = [
        ("HTTP_PROXY", "http://a:1"),
        ("https_proxy", "b"),
        ("http_proxy", "c"),
    ];
    let cases: [(&str, bool, Variables, &str); 9] = [
        ("far:2375", false, &both, "the proxy a:1 (HTTP_PROXY)"),
        ("far:2376", true, &both, "the proxy b:80 (https_proxy)"),
        ("far", false, &both[2..], "the proxy c:80 (http_proxy)"),
        (
            "far",
            false,
            &[("HTTP_PROXY", " "), ("http_proxy", "c/x")],
            "the proxy c:80 (http_proxy)",
        ),
        (
            "far",
            false,
            &[("HTTP_PROXY", "a"), ("REQUEST_METHOD", "GET")],
            "",
        ),
        ("localhost:2375", false, &both, ""),
        ("127.9.9.9:2375", false, &both, ""),
        ("[::1]:2375", false, &both, ""),
        ("far", false, &[("ALL_PROXY", "a")], ""),
    ];
    for (authority, tls, variables, label) in cases {
        let proxy = chosen(authority, tls, variables).unwrap();
        assert_eq!(
            proxy.map(|it| it.label()).unwrap_or_default(),
            label,
            "{authority} {variables:?}"
        );
    }
    for text in ["socks5://a:1", "https://a:1", "http://"] {
        let error = chosen("far", false, &[("HTTP_PROXY", text)]).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{text}: {error}");
    }
    let hidden = chosen("far", false, &[("HTTP_PROXY", "http://me:p%40ss@a")])
        .unwrap()
        .unwrap();
    assert_eq!(hidden.authorization(), Some("Basic bWU6cEBzcw=="));
    assert!(!format!("{hidden:?}").contains("bWU6"));
}

#[test]
fn no_proxy_is_read_as_in_go() {
    let cases = [
        ("*", "far", 1, true),
        ("", "far", 1, false),
        ("example.com", "example.com", 1, true),
        ("example.com", "a.example.com", 1, true),
        ("example.com", "badexample.com", 1, false),
        (".example.com", "a.example.com", 1, true),
        (".example.com", "example.com", 1, false),
        ("*.example.com", "a.example.com", 1, true),
        ("x, EXAMPLE.com:2376", "example.com", 2376, true),
        ("example.com:2376", "example.com", 1, false),
        ("10.0.0.0/8", "10.9.9.9", 1, true),
        ("10.0.0.0/8", "11.9.9.9", 1, false),
        ("0.0.0.0/0", "11.9.9.9", 1, true),
        ("10.1.1.1", "10.1.1.1", 1, true),
        ("10.1.1.1:2", "10.1.1.1", 1, false),
        ("fe80::/10", "fe80::1", 1, true),
        ("[fe80::1]:7", "fe80::1", 7, true),
        ("10.0.0.0/99", "10.9.9.9", 1, false),
        ("far:99999", "far", 1, false),
        ("far:", "far", 1, true),
        ("::1", "::1", 1, true),
    ];
    for (exceptions, host, port, expected) in cases {
        assert_eq!(
            is_excepted(host, port, exceptions),
            expected,
            "{exceptions}: {host}:{port}"
        );
    }
}

/// Starts a proxy for one connection that sends these replies. Returns its port, and a thread that ends with the
/// request heads it received.
fn proxy(replies: &'static [&'static str]) -> (u16, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = thread::spawn(move || {
        let (mut tcp, _) = listener.accept().unwrap();
        let mut heads = String::new();
        for reply in replies {
            heads += &read_head(&mut tcp).unwrap();
            tcp.write_all(reply.as_bytes()).unwrap();
        }
        heads
    });
    (port, asked)
}

fn ask(url: &str, variable: &str, port: u16) -> Result<u16, Error> {
    let flags = HostFlags {
        host: Some(url.to_owned()),
        ..HostFlags::default()
    };
    let value = format!("http://me:secret@127.0.0.1:{port}");
    let host = testing::host(&flags, &[(variable, &value)])?;
    let client = Client::new(host, ClientSettings::default());
    client.send(&get("/a?b"))?;
    Ok(client.send(&get("/c"))?.status)
}

#[test]
fn plain_requests_have_an_absolute_target() {
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let replies: &'static [&'static str] = Box::leak(vec![ok, ok].into());
    let (port, asked) = proxy(replies);
    assert_eq!(ask("tcp://far.test/base", "HTTP_PROXY", port).unwrap(), 200);
    let asked = asked.join().unwrap();
    for line in [
        "GET http://far.test:2375/base/a?b HTTP/1.1\r\n",
        "GET http://far.test:2375/base/c HTTP/1.1\r\n",
        "host: far.test:2375\r\n",
        "proxy-authorization: Basic bWU6c2VjcmV0\r\n",
    ] {
        assert!(asked.contains(line), "{asked}");
    }
}

#[test]
fn every_method_and_a_user_reach_the_proxy() {
    const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    for method in [
        "GET",
        "M-SEARCH",
        "delete",
        "x",
        "A-METHOD-OF-MORE-THAN-THIRTY-TWO-LETTERS-IS-ONE-TOO",
    ] {
        let (port, asked) = proxy(&[OK]);
        let flags = HostFlags {
            host: Some("http://u:p%40w@far.test:81".to_owned()),
            ..HostFlags::default()
        };
        let value = format!("127.0.0.1:{port}");
        let host = testing::host(&flags, &[("HTTP_PROXY", &value)]).unwrap();
        let client = Client::new(host, ClientSettings::default());
        let request = testing::request(method, "/a");
        assert_eq!(client.send(&request).unwrap().status, 200, "{method}");
        let asked = asked.join().unwrap();
        let line = format!("{method} http://far.test:81/a HTTP/1.1\r\n");
        assert!(asked.starts_with(&line), "{asked}");
        assert!(
            asked.contains("authorization: Basic dTpwQHc=\r\n"),
            "{asked}"
        );
        assert!(!asked.contains("proxy-authorization"), "{asked}");
    }
}

#[test]
fn a_proxy_needs_a_port_that_is_one() {
    for text in [
        "http://p:99999",
        "p:x",
        "u:secret@p:",
        "[::1]x:1",
        "http://u:secr/et@p",
    ] {
        let chosen = chosen("far", false, &[("HTTP_PROXY", text)]);
        let is_valid = text.ends_with("p:");
        assert_eq!(chosen.is_ok(), is_valid, "{text}");
        if let Err(error) = chosen {
            assert!(!error.to_string().contains("secr"), "{error}");
        }
    }
}

#[test]
fn a_refused_connect_is_reported() {
    let (port, asked) = proxy(&["HTTP/1.1 403 Not \x1bhere\r\n\r\n"]);
    let error = ask("https://far.test", "HTTPS_PROXY", port).unwrap_err();
    let text = "cannot connect to far.test:443: the proxy 127.0.0.1:PORT (HTTPS_PROXY) says 403 Not \\x1bhere";
    assert_eq!(error.to_string(), text.replace("PORT", &port.to_string()));
    assert_eq!(error.exit_code(), 7);
    let asked = asked.join().unwrap();
    let head = "CONNECT far.test:443 HTTP/1.1\r\nHost: far.test:443\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n";
    assert_eq!(asked, head);
}

#[test]
fn an_unreachable_proxy_is_reported() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = ask("https://far.test", "https_proxy", port).unwrap_err();
    let text =
        format!("cannot connect to the proxy 127.0.0.1:{port} (https_proxy): Connection refused");
    assert_eq!(error.to_string(), text);
}
