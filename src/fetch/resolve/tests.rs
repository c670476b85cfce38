//! Which host is chosen, and the reason given for it.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::{HostFlags, TlsFlags};
use crate::address::Address;
use crate::host::ChosenBy;
use crate::request::Source;
use crate::testing::{self, TempDir};
use crate::tls::{self, TrustedRoots};
use std::path::PathBuf;

type Variables<'a> = &'a [(&'a str, &'a str)];

/// The folders of the contexts `foo` and `far`.
const FOO: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
const FAR: &str = "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868";

/// A configuration with the contexts `foo` (a socket) and `far` (tcp), `foo` in use.
fn configured() -> TempDir {
    let folder = TempDir::new();
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

fn context(folder: &TempDir, name: &str, meta: &str) {
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
        ..HostFlags::default()
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
    let url = |variables| {
        let (host, _) = testing::url("http://h", &HostFlags::default(), variables).unwrap();
        host.reason()
    };
    assert_eq!(url(&[]), "the URL");
    assert_eq!(
        url(&[("HTTP_PROXY", "http://me:secret@p:8")]),
        "the URL, through the proxy p:8 (HTTP_PROXY)"
    );
}

#[test]
fn hosts_in_every_spelling() {
    let cases = [
        ("", "unix:///var/run/docker.sock"),
        ("unix://", "unix:///var/run/docker.sock"),
        (" unix:///x.sock ", "unix:///x.sock"),
        ("unix://rel.sock", "unix://rel.sock"),
        ("/run/x.sock", "unix:///run/x.sock"),
        ("unix:/run/x.sock", "unix:///run/x.sock"),
        ("unix://@name", "unix://@name"),
        ("unix:@name", "unix://@name"),
        ("@name", "unix://@name"),
        ("http+unix://%40name/base", "unix://@name/base"),
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
        ("tcp://[fe80::1%25eth0]", "tcp://[fe80::1%25eth0]:2375"),
        ("[fe80::1%eth0]:3", "tcp://[fe80::1%eth0]:3"),
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
    let cases: [([&str; 3], &str, &str, &str); 7] = [
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
    let nameless = HostFlags {
        unix_socket: Some(PathBuf::new()),
        ..HostFlags::default()
    };
    assert_eq!(testing::host(&nameless, &[]).unwrap_err().exit_code(), 2);
}

/// docker warns of such a file, and goes on with the defaults.
#[test]
fn a_config_that_cannot_be_used_is_warned_of() {
    let cases = [
        ("", ""),
        (" \n", ""),
        ("null", ""),
        ("{} x", ""),
        (r#"{"HttpHeaders":{"X":null}}"#, ""),
        ("{", "not valid JSON: "),
        ("[]", "it is not a JSON object"),
        ("\u{feff}{}", "not valid JSON: "),
        (r#"{"currentContext":1}"#, "currentContext is not a string"),
        (
            r#"{"HttpHeaders":[1]}"#,
            "HttpHeaders is not an object of strings",
        ),
        (
            r#"{"HttpHeaders":{"X":1}}"#,
            "HttpHeaders is not an object of strings",
        ),
    ];
    for (text, problem) in cases {
        let folder = TempDir::new();
        folder.write("config.json", text);
        let variables = [("DOCKER_CONFIG", folder.0.to_str().unwrap())];
        for (words, chosen_by) in [
            (["/a", "", ""], ChosenBy::HostFlag),
            (["", "", ""], ChosenBy::Default),
        ] {
            let host = testing::host(&flags(words), &variables).unwrap();
            assert_eq!(host.chosen_by, chosen_by, "{text}");
            let warning = host.warning().unwrap_or_default();
            assert_eq!(warning.is_empty(), problem.is_empty(), "{text}: {warning}");
            assert!(warning.contains(problem), "{text}: {warning}");
        }
        let other = testing::host(&flags(["", "", "/b"]), &variables).unwrap();
        assert_eq!(other.warning(), None);
    }
    let folder = TempDir::new();
    folder.write("config.json/x", "");
    let variables = [("DOCKER_CONFIG", folder.0.to_str().unwrap())];
    let host = testing::host(&HostFlags::default(), &variables).unwrap();
    assert!(
        host.warning()
            .is_some_and(|it| it.ends_with("Is a directory"))
    );
    let missing = testing::host(&flags(["", "foo", ""]), &variables).unwrap_err();
    assert_eq!(missing.exit_code(), 2);
}

#[test]
fn a_context_is_found_in_any_folder() {
    let folder = configured();
    let meta = |name: &str| {
        format!(r#"{{"Name":"{name}","Endpoints":{{"docker":{{"Host":"unix:///{name}"}}}}}}"#)
    };
    folder.write("contexts/meta/plain/meta.json", &meta("plain"));
    folder.write("contexts/meta/a/b/meta.json", &meta("deep"));
    folder.write(&format!("contexts/meta/{FAR}x/meta.json"), &meta("far"));
    let variables = [("DOCKER_CONFIG", folder.0.to_str().unwrap())];
    for (name, shown) in [
        ("plain", "unix:///plain"),
        ("deep", "unix:///deep"),
        ("far", "tcp://far:2376"),
    ] {
        let host = testing::host(&flags(["", name, ""]), &variables).unwrap();
        assert_eq!(host.to_string(), shown);
    }
}

/// podman's variable is the last one that is asked.
#[test]
fn container_host_names_podman_s_socket() {
    let folder = configured();
    let dir = folder.0.to_str().unwrap();
    let podman = ("CONTAINER_HOST", "unix:///p.sock");
    let cases: [([&str; 3], Variables, &str); 10] = [
        (["", "", ""], &[podman], "unix:///p.sock CONTAINER_HOST"),
        (
            ["", "", ""],
            &[("CONTAINER_HOST", "/p.sock"), ("DOCKER_HOST", "")],
            "unix:///p.sock CONTAINER_HOST",
        ),
        (
            ["", "", ""],
            &[podman, ("DOCKER_HOST", "tcp://h")],
            "tcp://h:2375 DOCKER_HOST",
        ),
        (
            ["", "", ""],
            &[podman, ("DOCKER_CONTEXT", "default")],
            "unix:///var/run/docker.sock DOCKER_CONTEXT",
        ),
        (
            ["", "", ""],
            &[podman, ("DOCKER_CONFIG", dir)],
            "unix:///foo.sock currentContext",
        ),
        (
            ["", "", ""],
            &[podman, ("DOCKER_TLS_VERIFY", "1")],
            "tcp://localhost:2376 docker's default",
        ),
        (["/a", "", ""], &[podman], "unix:///a --host"),
        (["", "", "/a"], &[podman], "unix:///a --unix-socket"),
        (
            ["", "default", ""],
            &[podman],
            "unix:///var/run/docker.sock --context",
        ),
        (
            ["", "", ""],
            &[("CONTAINER_HOST", "ssh://me@h/run/podman/podman.sock")],
            "unix:///var/run/docker.sock docker's default",
        ),
    ];
    for (words, variables, expected) in cases {
        let mut all = vec![("DOCKER_CONFIG", "/none")];
        all.extend(variables);
        let host = testing::host(&flags(words), &all).unwrap();
        let shown = format!("{host} {}", host.chosen_by);
        assert_eq!(shown, expected, "{words:?} {variables:?}");
    }
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

/// ca, certificate and key, verified.
fn shown(tls: Option<tls::TlsOptions>, dir: &str) -> String {
    let Some(tls) = tls else {
        return "plain".to_owned();
    };
    let roots = match &tls.roots {
        TrustedRoots::System => "system".to_owned(),
        TrustedRoots::SystemWithout(ca) => format!("system, no {}", ca.display()),
        TrustedRoots::File(ca) => ca.display().to_string(),
    };
    let identity = tls.identity.map_or(String::new(), |(cert, key)| {
        format!(" {}+{}", cert.display(), key.display())
    });
    let verify = if tls.verify { "" } else { " unverified" };
    format!("{roots}{identity}{verify}").replace(dir, "@")
}

#[test]
fn tls_is_docker_s_or_what_was_typed() {
    let folder = configured();
    for name in ["certs/ca.pem", "certs/cert.pem", "certs/key.pem"] {
        folder.write(name, "");
    }
    folder.write(&format!("contexts/tls/{FOO}/docker/ca.pem"), "");
    context(
        &folder,
        "foo",
        r#"{"Endpoints":{"docker":{"Host":"tcp://foo:1"}}}"#,
    );
    let dir = folder.0.to_str().unwrap();
    let certs = format!("{dir}/certs");
    let path = ("DOCKER_CERT_PATH", certs.as_str());
    let foo = format!("@/contexts/tls/{FOO}/docker/ca.pem");
    let files = "@/certs/ca.pem @/certs/cert.pem+@/certs/key.pem";
    let files_alone = &files["@/certs/ca.pem".len()..];
    let (verify, tls) = (("DOCKER_TLS_VERIFY", "0"), ("DOCKER_TLS", "0"));
    let cases: [([&str; 2], &str, Variables, String); 27] = [
        (["tcp://h", ""], "", &[path], "plain".into()),
        (
            ["tcp://h", ""],
            "",
            &[("DOCKER_TLS_VERIFY", "")],
            "plain".into(),
        ),
        (["/a", ""], "-k", &[verify, path], "plain".into()),
        (["http://h", ""], "-k", &[verify, path], "plain".into()),
        (["https://h", ""], "", &[], "system".into()),
        (["https://h", ""], "", &[path], files.into()),
        (["https://h", ""], "", &[tls], "system, no @/ca.pem".into()),
        (
            ["https://h", ""],
            "--tls",
            &[],
            "system, no @/ca.pem unverified".into(),
        ),
        (["tcp://h", ""], "", &[verify], "system, no @/ca.pem".into()),
        (["tcp://h", ""], "", &[verify, path], files.into()),
        (
            ["tcp://h", ""],
            "",
            &[tls, path],
            format!("{files} unverified"),
        ),
        (["tcp://h", ""], "", &[tls, verify, path], files.into()),
        (
            ["tcp://h", ""],
            "--tls",
            &[path],
            format!("{files} unverified"),
        ),
        (["tcp://h", ""], "--tls", &[verify, path], files.into()),
        (["tcp://h", ""], "--tlsverify", &[tls, path], files.into()),
        (
            ["tcp://h", ""],
            "--tlsverify=false",
            &[verify, path],
            format!("{files} unverified"),
        ),
        (
            ["tcp://h", ""],
            "-k",
            &[verify, path],
            format!("{files} unverified"),
        ),
        (
            ["tcp://h", ""],
            "--cacert /ca",
            &[path],
            format!("/ca{files_alone}"),
        ),
        (["tcp://h", ""], "--tls --cacert /ca", &[], "/ca".into()),
        (
            ["tcp://h", ""],
            "-k --cacert /ca",
            &[],
            "/ca unverified".into(),
        ),
        (
            ["tcp://h", ""],
            "--cert /c",
            &[],
            "system, no @/ca.pem /c+/c".into(),
        ),
        (
            ["tcp://h", ""],
            "--cert /c --key /k",
            &[path],
            "@/certs/ca.pem /c+/k".into(),
        ),
        (
            ["tcp://h", ""],
            "--key /k",
            &[path],
            "@/certs/ca.pem @/certs/cert.pem+/k".into(),
        ),
        (
            ["", "far"],
            "",
            &[path],
            format!("system, no @/contexts/tls/{FAR}/docker/ca.pem unverified"),
        ),
        (
            ["", "far"],
            "--tlsverify",
            &[path],
            format!("system, no @/contexts/tls/{FAR}/docker/ca.pem"),
        ),
        (["", "foo"], "", &[verify, path], foo.clone()),
        (
            ["", "foo"],
            "-k --cert /c",
            &[],
            format!("{foo} /c+/c unverified"),
        ),
    ];
    for ([host, context], typed, variables, expected) in cases {
        let mut all = vec![("DOCKER_CONFIG", dir)];
        all.extend(variables);
        let flags = HostFlags {
            tls: tls_flags(typed),
            ..flags([host, context, ""])
        };
        let found = testing::host(&flags, &all).unwrap();
        assert_eq!(
            shown(found.tls, dir),
            expected,
            "{host}{context} {typed} {variables:?}"
        );
    }
}

fn tls_flags(line: &str) -> TlsFlags {
    let mut flags = TlsFlags::default();
    let mut words = line.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "-k" => flags.insecure = true,
            "--tls" => flags.tls = true,
            "--tlsverify" => flags.verify = Some(true),
            "--tlsverify=false" => flags.verify = Some(false),
            "--cacert" => flags.ca = words.next().map(PathBuf::from),
            "--cert" => flags.cert = words.next().map(PathBuf::from),
            "--key" => flags.key = words.next().map(PathBuf::from),
            other => panic!("{other}"),
        }
    }
    flags
}

#[test]
fn tls_that_cannot_be() {
    let cases = [
        ("--key /k", "/", "--key needs --cert"),
        (
            "",
            "/nonexistent",
            "/nonexistent: DOCKER_CERT_PATH is not a directory",
        ),
    ];
    for (typed, path, text) in cases {
        let flags = HostFlags {
            tls: tls_flags(typed),
            ..flags(["tcp://h", "", ""])
        };
        let variables = [("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", path)];
        let error = testing::host(&flags, &variables).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.exit_code()), (text, 2));
    }
}

#[test]
fn tls_options_lead_to_docker_s_secure_port() {
    let flags = HostFlags {
        tls: tls_flags("--tlsverify"),
        ..HostFlags::default()
    };
    let host = testing::host(&flags, &[]).unwrap();
    assert_eq!(host.to_string(), "tcp://localhost:2376");
}

#[test]
fn urls_name_their_hosts() {
    let none = ["", "", ""];
    let cases = [
        (
            "https://u:p@h:8443/x?y",
            none,
            "https://h:8443",
            "https://u:p@h:8443/x?y",
        ),
        ("http://h", none, "http://h", "http://h"),
        ("http+unix://%2Fs/info", none, "unix:///s", "/info"),
        ("http://unix:/s:/info", none, "unix:///s", "/info"),
        ("http://h:1/a b", ["", "", "/s"], "unix:///s", "/a%20b"),
    ];
    for (text, words, shown, asked) in cases {
        let (host, source) = testing::url(text, &flags(words), &[]).unwrap();
        let (Source::Url(source) | Source::Endpoint(source)) = source;
        assert_eq!(
            (host.to_string().as_str(), source.as_str()),
            (shown, asked),
            "{text}"
        );
        let by_flag = host.chosen_by == ChosenBy::UnixSocketFlag;
        assert!(by_flag || host.chosen_by == ChosenBy::Url, "{text}");
        assert_eq!(host.url_authority.as_deref(), by_flag.then_some("h:1"));
        assert_eq!(host.tls.is_some(), text.starts_with("https"));
    }
    let wrong = [
        ("unix:///x", none),
        ("ftp://x/", none),
        ("http://h", ["/a", "", ""]),
        ("http://h", ["", "foo", ""]),
        ("http+unix://%2Fs/", ["", "", "/s"]),
        ("https://h", ["", "", "/s"]),
    ];
    for (text, words) in wrong {
        let error = testing::url(text, &flags(words), &[]).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{text}: {error}");
    }
}
