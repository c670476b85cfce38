//! Which hosts are asked where there may be several, and what they are called.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::TempDir;

/// A configuration with contexts; each is a directory and its meta.json.
struct Contexts(TempDir);

impl Contexts {
    fn new(hosts: &[(&str, &str)]) -> Self {
        let contexts = Self(TempDir::new());
        for (name, host) in hosts {
            let meta =
                format!(r#"{{"Name":"{name}","Endpoints":{{"docker":{{"Host":"{host}"}}}}}}"#);
            contexts.write(name, &meta);
        }
        contexts
    }

    fn write(&self, directory: &str, meta: &str) {
        let path = format!("contexts/meta/{directory}/meta.json");
        self.0.write(&path, meta);
    }

    fn certificate(&self, directory: &str, text: &str) {
        let path = format!("contexts/tls/{directory}/docker/cert.pem");
        self.0.write(&path, text);
    }

    /// Names with URLs or errors.
    fn resolve(&self, choice: HostChoice, docker_host: &str) -> Result<Vec<String>, Error> {
        let var = |name: &str| match name {
            "DOCKER_CONFIG" => Some(self.0.0.clone().into()),
            "DOCKER_HOST" => Some(docker_host.into()),
            _ => None,
        };
        let hosts = resolve_hosts(choice, &TlsFlags::default(), &EnvVars { var: &var })?;
        let shown = hosts.into_iter().map(|it| match it.host {
            Ok(host) => format!("{} {host}", it.name),
            Err(error) => format!("{} {error}", it.name),
        });
        Ok(shown.collect())
    }
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn hosts_are_called_as_they_are_spelled() {
    let contexts = Contexts::new(&[]);
    let hosts = texts(&[
        "tcp://build-7",
        "/run/a.sock",
        "tcp://me:secret@build-7:1/base",
        " tcp://build-7 ",
        "ssh://me@b:22",
        "ssh://you@b:22",
        "unix://@name",
    ]);
    let found = contexts.resolve(HostChoice::Hosts(&hosts), "").unwrap();
    let expected = [
        "tcp://build-7 tcp://build-7:2375",
        "/run/a.sock unix:///run/a.sock",
        "tcp://build-7:1/base tcp://build-7:1/base",
        "ssh://b:22 ssh://me@b:22",
        "ssh://b:22#2 ssh://you@b:22",
        "unix://@name unix://@name",
    ];
    assert_eq!(found, expected);
    let wrong = texts(&["/a", "ftp://x"]);
    let refused = contexts.resolve(HostChoice::Hosts(&wrong), "").unwrap_err();
    assert_eq!(refused.exit_code(), 2);
}

#[test]
fn contexts_are_named_or_match_a_pattern() {
    let contexts = Contexts::new(&[
        ("prod-2", "unix:///p2"),
        ("prod-1", "unix:///p1"),
        ("stage", "unix:///s"),
    ]);
    let cases: [(&[&str], &[&str]); 6] = [
        (&["prod-*"], &["prod-1", "prod-2"]),
        (
            &["stage", "prod-2", "prod-?"],
            &["stage", "prod-2", "prod-1"],
        ),
        (&["prod-*", "prod-1", "prod-*"], &["prod-1", "prod-2"]),
        (&["[ps]*"], &["prod-1", "prod-2", "stage"]),
        (&["*"], &["default", "prod-1", "prod-2", "stage"]),
        (&["default", "stage"], &["default", "stage"]),
    ];
    for (words, expected) in cases {
        let names = texts(words);
        let found = contexts.resolve(HostChoice::Contexts(&names), "").unwrap();
        let found: Vec<_> = found.iter().filter_map(|it| it.split(' ').next()).collect();
        assert_eq!(found, expected, "{words:?}");
    }
    for (word, problem) in [
        ("dev-*", "no context matches dev-*"),
        ("dev", "context \"dev\": context not found"),
    ] {
        let names = texts(&["stage", word]);
        let error = contexts.resolve(HostChoice::Contexts(&names), "");
        let error = error.unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.exit_code()),
            (problem, 2)
        );
        let names = "the contexts are: default, prod-1, prod-2, stage";
        assert_eq!(error.hint().as_deref(), Some(names));
    }
}

#[test]
fn an_endpoint_is_asked_once_whatever_its_aliases() {
    let contexts = Contexts::new(&[
        ("a", "unix:///a"),
        ("b", "/a"),
        ("c", "tcp://Build"),
        ("d", "tcp://build:2375"),
        ("e", "tcp://build:2376"),
        ("f", "tcp://build:2376"),
        ("g", "tcp://build:2376"),
    ]);
    contexts.certificate("e", "me");
    contexts.certificate("f", "me");
    contexts.certificate("g", "you");
    let found = contexts
        .resolve(HostChoice::AllContexts, "unix:///a")
        .unwrap();
    let expected = [
        "default unix:///a",
        "c tcp://Build:2375",
        "e tcp://build:2376",
        "g tcp://build:2376",
    ];
    assert_eq!(found, expected);
    // Whoever names an alias gets it.
    let names = texts(&["a", "b"]);
    let found = contexts.resolve(HostChoice::Contexts(&names), "").unwrap();
    assert_eq!(found, ["a unix:///a", "b unix:///a"]);
}

#[test]
fn a_broken_context_is_an_error_of_its_own() {
    let contexts = Contexts::new(&[("a", "unix:///a"), ("odd", "ftp://x")]);
    contexts.write("0123456789abcdef", "{");
    contexts.write("nameless", "{}");
    let found = contexts
        .resolve(HostChoice::AllContexts, "unix:///d")
        .unwrap();
    assert_eq!(found[..2], ["default unix:///d", "a unix:///a"]);
    assert_eq!(found[2], "odd ftp:// hosts are not supported");
    assert!(found[3].starts_with("0123456789ab /"), "{}", found[3]);
    assert!(found[3].contains("/0123456789abcdef/meta.json: not valid JSON"));
    assert!(found[4].ends_with("nameless/meta.json: the context has no name"));
    assert_eq!(found.len(), 5);
}

#[test]
fn without_contexts_there_is_the_default() {
    let contexts = Contexts::new(&[]);
    let found = contexts.resolve(HostChoice::AllContexts, "").unwrap();
    assert_eq!(found, ["default unix:///var/run/docker.sock"]);
}
