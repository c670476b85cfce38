//! How `ssh://` URLs are parsed, and which arguments ssh gets.

#![allow(clippy::unwrap_used)]

use super::*;

fn line(target: &SshTarget, limit: Option<Duration>) -> String {
    let words = target.arguments(SshOptions {
        connect_timeout: limit,
        keeps_alive: false,
    });
    let words: Vec<_> = words.iter().map(|it| it.to_str().unwrap()).collect();
    words.join(" ")
}

#[test]
fn ssh_is_told_what_docker_tells_it() {
    let fixed = "-o ConnectTimeout=30 -T --";
    let cases = [
        ("far", format!("{fixed} far docker system dial-stdio")),
        ("far/", format!("{fixed} far docker system dial-stdio")),
        (
            "me@far:2222//",
            format!("-l me -p 2222 {fixed} far docker system dial-stdio"),
        ),
        (
            "a@b.c@far/run/x.sock",
            format!("-l a@b.c {fixed} far docker --host=unix:///run/x.sock system dial-stdio"),
        ),
        (
            "[fe80::1%25eth0]:22",
            format!("-p 22 {fixed} fe80::1%eth0 docker system dial-stdio"),
        ),
        (
            "far/a%20b'c$(d)",
            format!("{fixed} far docker '--host=unix:///a b'\\''c$(d)' system dial-stdio"),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(
            line(&SshTarget::parse(text).unwrap(), None),
            expected,
            "{text}"
        );
    }
    let target = SshTarget::parse("far").unwrap();
    for (limit, seconds) in [(1, 1), (999, 1), (1000, 1), (1001, 2)] {
        let line = line(&target, Some(Duration::from_millis(limit)));
        assert!(
            line.contains(&format!("ConnectTimeout={seconds} ")),
            "{limit}: {line}"
        );
    }
}

#[test]
fn a_url_is_shown_as_it_was() {
    for url in ["far", "me@far:2222", "[::1]:22/run/x.sock", "far/a b"] {
        assert_eq!(
            SshTarget::parse(url).unwrap().to_string(),
            format!("ssh://{url}")
        );
    }
}

#[test]
fn nothing_of_a_url_is_an_option_or_a_command() {
    for text in [
        "",
        "@far",
        "me@",
        ":22",
        "me:secret@far",
        "far?x",
        "far/x#y",
        "far:ssh",
        "far:70000",
        "far:22:22",
        "[::1",
        "[::1]x",
        "-oProxyCommand=id",
        "-l@far",
        "me@-oProxyCommand=id",
        "%2DoProxyCommand=id",
        "a;b@far",
        "`id`@far",
        "far%20x",
        "$(id)",
        "a b",
        "far/x%0Ay",
        "far/%ff",
    ] {
        let error = SshTarget::parse(text).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{text}");
        assert!(!error.to_string().contains("secret"));
    }
}

#[test]
fn ssh_keeps_a_connection_alive_where_it_is_asked_to() {
    let target = SshTarget::parse("h").unwrap();
    let options = SshOptions {
        keeps_alive: true,
        ..SshOptions::default()
    };
    let words = target.arguments(options);
    assert!(words.contains(&"ServerAliveInterval=15".into()));
    assert!(words.contains(&"ServerAliveCountMax=3".into()));
}
