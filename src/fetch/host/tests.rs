//! Which host is chosen, and why.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::super::testing::{self, Folder};
use super::*;

type Variables<'a> = &'a [(&'a str, &'a str)];

const FOO: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

/// A configuration with the contexts `foo` (a socket) and `far` (tcp), `foo` in use.
fn configured() -> Folder {
    let folder = Folder::new();
    folder.write(
        "config.json",
        r#"{"auths":{},"CurrentContext":"foo","HttpHeaders":{"X-A":"1"}}"#,
    );
    context(
        &folder,
        "foo",
        r#"{"Name":"foo","Metadata":{},"Endpoints":{"docker":{"Host":"unix:///foo.sock","SkipTLSVerify":false}}}"#,
    );
    context(
        &folder,
        "far",
        r#"{"name":"far","endpoints":{"Docker":{"host":"tcp://far:2376","SkipTLSVerify":true}}}"#,
    );
    context(
        &folder,
        "odd",
        r#"{"Name":"odd","Metadata":{},"Endpoints":{"kubernetes":{}}}"#,
    );
    context(&folder, "torn", r#"{"Name":"#);
    folder
}

fn context(folder: &Folder, name: &str, meta: &str) {
    let id: String = {
        use sha2::{Digest, Sha256};
        Sha256::digest(name)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    folder.write(&format!("contexts/meta/{id}/meta.json"), meta);
}

/// `--host`, `--context`, `--unix-socket`; empty words are left out.
fn flags(words: [&str; 3]) -> HostFlags {
    let given = |word: &str| Some(word.to_owned()).filter(|word| !word.is_empty());
    HostFlags {
        host: given(words[0]),
        context: given(words[1]),
        unix_socket: given(words[2]).map(PathBuf::from),
        demo: false,
    }
}

#[test]
fn docker_s_order() {
    let folder = configured();
    let dir = folder.0.to_str().unwrap();
    use ChosenBy::*;
    let cases: [([&str; 3], Variables, &str, ChosenBy); 13] = [
        (["", "", ""], &[], "unix:///foo.sock", CurrentContext),
        (
            ["", "", ""],
            &[("DOCKER_CONTEXT", "far")],
            "tcp://far:2376",
            DockerContext,
        ),
        (
            ["", "", ""],
            &[("DOCKER_CONTEXT", "default")],
            "unix:///var/run/docker.sock",
            DockerContext,
        ),
        (
            ["", "", ""],
            &[("DOCKER_CONTEXT", "far"), ("DOCKER_HOST", "tcp://h")],
            "tcp://h:2375",
            DockerHost,
        ),
        (
            ["", "", ""],
            &[("DOCKER_HOST", "")],
            "unix:///foo.sock",
            CurrentContext,
        ),
        (
            ["/a", "", ""],
            &[("DOCKER_HOST", "tcp://h")],
            "unix:///a",
            HostFlag,
        ),
        (
            ["", "far", ""],
            &[("DOCKER_HOST", "tcp://h")],
            "tcp://far:2376",
            ContextFlag,
        ),
        (
            ["", "default", ""],
            &[("DOCKER_HOST", "tcp://h")],
            "tcp://h:2375",
            ContextFlag,
        ),
        (
            ["", "default", ""],
            &[],
            "unix:///var/run/docker.sock",
            ContextFlag,
        ),
        (
            ["", "", "/s"],
            &[("DOCKER_HOST", "tcp://h")],
            "unix:///s",
            UnixSocketFlag,
        ),
        (
            ["", "", ""],
            &[("DOCKER_CONFIG", "/none")],
            "unix:///var/run/docker.sock",
            Default,
        ),
        (
            ["", "", ""],
            &[("DOCKER_CONFIG", ""), ("HOME", "/dev/null")],
            "unix:///var/run/docker.sock",
            Default,
        ),
        (
            ["", "", ""],
            &[("DOCKER_CONFIG", "/none"), ("DOCKER_TLS", "1")],
            "tcp://localhost:2376",
            Default,
        ),
    ];
    for (words, variables, address, chosen_by) in cases {
        let mut all = vec![("DOCKER_CONFIG", dir)];
        all.extend(variables);
        let host = testing::host(&flags(words), &all).unwrap();
        assert_eq!(
            (host.to_string().as_str(), host.chosen_by),
            (address, chosen_by),
            "{words:?} {variables:?}"
        );
        let from_config =
            host.chosen_by != UnixSocketFlag && !variables.iter().any(|v| v.0 == "DOCKER_CONFIG");
        assert_eq!(
            !host.headers.is_empty(),
            from_config,
            "{words:?} {variables:?}"
        );
    }
}

#[test]
fn a_reason_names_what_decided_and_what_it_hides() {
    let folder = configured();
    let dir = folder.0.to_str().unwrap();
    let current = format!("currentContext of {dir}/config.json");
    let cases: [([&str; 3], Variables, String); 11] = [
        (
            ["/a", "", ""],
            &[("DOCKER_HOST", "tcp://h")],
            "--host".into(),
        ),
        (["", "", "/a"], &[], "--unix-socket".into()),
        (["", "", ""], &[], format!("context \"foo\" ({current})")),
        (
            ["", "", ""],
            &[("DOCKER_CONTEXT", "far")],
            "context \"far\" (DOCKER_CONTEXT)".into(),
        ),
        (
            ["", "far", ""],
            &[("DOCKER_HOST", "tcp://h")],
            "context \"far\" (--context)".into(),
        ),
        (
            ["", "", ""],
            &[("DOCKER_CONTEXT", "default")],
            "context \"default\" (DOCKER_CONTEXT)".into(),
        ),
        (
            ["", "default", ""],
            &[("DOCKER_HOST", "tcp://h")],
            "context \"default\" (--context), which is DOCKER_HOST".into(),
        ),
        (
            ["", "", ""],
            &[("DOCKER_HOST", "tcp://h")],
            format!("DOCKER_HOST (which hides the context \"foo\" of {current})"),
        ),
        (
            ["", "", ""],
            &[("DOCKER_HOST", "tcp://h"), ("DOCKER_CONTEXT", "f\u{1b}r")],
            "DOCKER_HOST (which hides the context \"f\\x1br\" of DOCKER_CONTEXT)".into(),
        ),
        (
            ["", "", ""],
            &[("DOCKER_HOST", "tcp://h"), ("DOCKER_CONFIG", "/none")],
            "DOCKER_HOST".into(),
        ),
        (
            ["", "", ""],
            &[("DOCKER_CONFIG", "/none")],
            "docker's default".into(),
        ),
    ];
    for (words, variables, reason) in cases {
        let mut all = vec![("DOCKER_CONFIG", dir)];
        all.extend(variables);
        let host = testing::host(&flags(words), &all).unwrap();
        assert_eq!(host.reason(), reason, "{words:?} {variables:?}");
    }
    assert_eq!(Host::from_url("http://h").unwrap().reason(), "the URL");
}

#[test]
fn hosts_in_every_spelling() {
    let cases = [
        ("", "unix:///var/run/docker.sock"),
        ("unix://", "unix:///var/run/docker.sock"),
        (" unix:///x.sock ", "unix:///x.sock"),
        ("unix://rel.sock", "unix://rel.sock"),
        ("/run/x.sock", "unix:///run/x.sock"),
        (
            "http+unix://%2Frun%2fx.sock/base",
            "unix:///run/x.sock/base",
        ),
        ("http+unix:///run/x.sock", "unix:///run/x.sock"),
        ("tcp://h", "tcp://h:2375"),
        ("tcp://h:1/a b/", "tcp://h:1/a%20b"),
        ("tcp://:7", "tcp://localhost:7"),
        ("tcp://", "tcp://localhost:2375"),
        ("h:1", "tcp://h:1"),
        ("h", "tcp://h:2375"),
        ("tcp://[::1]", "tcp://[::1]:2375"),
        ("tcp://[::1]:3", "tcp://[::1]:3"),
        ("HTTP://h/v1", "http://h/v1"),
        ("https://u:p@h:8443", "https://h:8443"),
        ("ssh://me@far/x.sock", "ssh://me@far/x.sock"),
    ];
    for (text, shown) in cases {
        let host = testing::host(&flags(["unset", "", ""]), &[]).map(|_| ());
        assert!(host.is_ok());
        let host = HostFlags {
            host: Some(text.to_owned()),
            ..HostFlags::default()
        };
        assert_eq!(
            testing::host(&host, &[]).unwrap().to_string(),
            shown,
            "{text}"
        );
    }
    for text in [
        "tcp://h:x",
        "tcp://h:99999",
        "tcp://::1",
        "npipe:////./pipe/x",
        "fd://",
        "tcp://a b",
        "http+unix://",
        "tcp://h?x",
    ] {
        let error = testing::host(&flags([text, "", ""]), &[]).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{text}: {error}");
    }
    let socket = testing::host(&flags(["", "", ""]), &[("DOCKER_HOST", "/run/x.sock")]).unwrap();
    assert_eq!(socket.address, Address::Unix("/run/x.sock".into()));
}

#[test]
fn errors_name_the_option_or_the_file() {
    let folder = configured();
    let dir = folder.0.to_str().unwrap();
    let broken = Folder::new();
    broken.write("config.json", "{");
    let typed = Folder::new();
    typed.write("config.json", r#"{"currentContext":1}"#);
    let cases: [([&str; 3], &str, &str, &str); 9] = [
        (
            ["/a", "foo", ""],
            dir,
            "",
            "conflicting options: cannot specify both --host and --context",
        ),
        (
            ["/a", "", "/b"],
            dir,
            "",
            "conflicting options: cannot specify both --host and --unix-socket",
        ),
        (
            ["", "foo", "/b"],
            dir,
            "",
            "conflicting options: cannot specify both --context and --unix-socket",
        ),
        (
            ["", "nope", ""],
            dir,
            "the contexts are: default, far, foo, odd",
            "context \"nope\": context not found",
        ),
        (
            ["", "odd", ""],
            dir,
            "",
            "meta.json: the context has no docker endpoint",
        ),
        (["", "torn", ""], dir, "", "meta.json: not valid JSON: "),
        (
            ["/a", "", ""],
            broken.0.to_str().unwrap(),
            "",
            "config.json: not valid JSON: ",
        ),
        (
            ["", "", ""],
            typed.0.to_str().unwrap(),
            "",
            "config.json: currentContext is not a string",
        ),
        (
            ["", "foo", ""],
            "/none",
            "the contexts are: default",
            "context \"foo\": context not found",
        ),
    ];
    for (words, dir, hint, text) in cases {
        let error = testing::host(&flags(words), &[("DOCKER_CONFIG", dir)]).unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(error.hint().unwrap_or_default(), hint);
        assert_eq!(error.exit_code(), 2);
    }
    let demo = HostFlags {
        demo: true,
        ..flags(["/a", "", ""])
    };
    assert_eq!(testing::host(&demo, &[]).unwrap_err().exit_code(), 2);
    let unread = testing::host(
        &flags(["", "", "/b"]),
        &[("DOCKER_CONFIG", broken.0.to_str().unwrap())],
    );
    assert!(unread.is_ok());
}

#[test]
fn versions_and_headers_come_from_docker_s_variables() {
    let version =
        |text: &str| testing::host(&flags(["/a", "", ""]), &[("DOCKER_API_VERSION", text)]);
    assert_eq!(
        version("1.41").unwrap().api_version.as_deref(),
        Some("1.41")
    );
    assert_eq!(
        version("v1.41").unwrap().api_version.as_deref(),
        Some("1.41")
    );
    assert_eq!(version("").unwrap().api_version, None);
    for text in ["x", "1.", "1/../2", "1.41 "] {
        let result = version(text);
        assert!(result.is_err() || text == "1.41 ", "{text}");
    }
    let folder = configured();
    let variables = [
        ("DOCKER_CONFIG", folder.0.to_str().unwrap()),
        ("DOCKER_CUSTOM_HEADERS", "B=2"),
    ];
    let host = testing::host(&HostFlags::default(), &variables).unwrap();
    assert_eq!(host.headers, [("B".to_owned(), "2".to_owned())]);
    let variables = [
        ("DOCKER_API_VERSION", "1.41"),
        ("DOCKER_CUSTOM_HEADERS", "B=2"),
    ];
    let host = testing::host(&flags(["", "", "/s"]), &variables).unwrap();
    assert_eq!((host.api_version, host.headers), (None, Vec::new()));
}

#[test]
fn tls_is_docker_s_or_the_system_s() {
    let folder = configured();
    let dir = folder.0.to_str().unwrap();
    let tls = |words: [&str; 3], variables: &[(&str, &str)]| {
        let mut all = vec![("DOCKER_CONFIG", dir)];
        all.extend(variables);
        testing::host(&flags(words), &all).unwrap().tls
    };
    assert_eq!(tls(["tcp://h", "", ""], &[]), None);
    assert_eq!(tls(["/a", "", ""], &[("DOCKER_TLS_VERIFY", "1")]), None);
    assert_eq!(
        tls(["https://h", "", ""], &[]),
        Some(tls::Options::system_roots())
    );
    let verified = tls(["tcp://h", "", ""], &[("DOCKER_TLS_VERIFY", "0")]).unwrap();
    assert_eq!(
        verified.ca.as_deref(),
        Some(folder.0.join("ca.pem").as_path())
    );
    assert_eq!((verified.identity, verified.verify), (None, true));
    let variables = [("DOCKER_TLS", "1"), ("DOCKER_CERT_PATH", "/certs")];
    let unverified = tls(["tcp://h", "", ""], &variables).unwrap();
    assert_eq!((unverified.ca, unverified.verify), (None, false));
    let skipped = tls(["", "far", ""], &[("DOCKER_CERT_PATH", "/certs")]).unwrap();
    assert_eq!(
        (skipped.ca, skipped.identity, skipped.verify),
        (None, None, false)
    );
    folder.write(&format!("contexts/tls/{FOO}/docker/ca.pem"), "");
    context(
        &folder,
        "foo",
        r#"{"Endpoints":{"docker":{"Host":"tcp://foo:1"}}}"#,
    );
    let stored = tls(["", "foo", ""], &[]).unwrap();
    assert!(
        stored
            .ca
            .unwrap()
            .ends_with(Path::new(FOO).join("docker/ca.pem"))
            && stored.verify
    );
}

#[test]
fn a_url_is_a_host_too() {
    let host = Host::from_url("https://u:p@h:8443/x?y").unwrap();
    assert_eq!(
        (host.to_string().as_str(), host.chosen_by),
        ("https://h:8443", ChosenBy::Url)
    );
    assert_eq!(host.tls, Some(tls::Options::system_roots()));
    assert!(Host::from_url("unix:///x").is_err());
}
