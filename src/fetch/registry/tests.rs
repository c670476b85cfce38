//! Which login is sent with which request.

#![allow(clippy::unwrap_used)]

use super::super::testing::{TempDir, request};
use super::*;

#[test]
fn endpoints_name_their_registry() {
    let one = |name: &str| Some(RequiredLogin::One(name.to_owned()));
    let cases = [
        ("/images/create?fromImage=busybox&tag=1", one(DOCKER_HUB)),
        (
            "/v1.41/images/create?tag=1&fromImage=a%2Fb",
            one(DOCKER_HUB),
        ),
        ("/images/create?fromImage=docker.io/a/b", one(DOCKER_HUB)),
        ("/images/create?fromImage=ghcr.io%2Fa%2Fb", one("ghcr.io")),
        ("/images/create?from%49mage=ghcr.io/a", one("ghcr.io")),
        (
            "/images/create?from%49mage=ghcr.io/a&fromImage=evil.example/a",
            one("ghcr.io"),
        ),
        ("/images/create?fromImage=ghcr.io/a+b", one("ghcr.io")),
        ("/images/%63reate?fromImage=ghcr.io/a", one("ghcr.io")),
        ("/images/ghcr.io%2Fa/push", one("ghcr.io")),
        ("/images/create?fromImage&fromImage=ghcr.io/a", None),
        ("/images/localhost/x/push", one("localhost")),
        ("/images/h:5000/a/b/push?tag=1", one("h:5000")),
        ("/distribution/quay.io/x/json", one("quay.io")),
        ("/plugins/pull?remote=h.io/x", one("h.io")),
        ("/plugins/x/push", one(DOCKER_HUB)),
        ("/build?t=x", Some(RequiredLogin::All)),
        ("/images/create?fromSrc=-", None),
        ("/images/create?fromImage=", None),
        ("/containers/json", None),
        ("/volumes", None),
    ];
    for (endpoint, expected) in cases {
        assert_eq!(
            required_login(&request("POST", endpoint)).ok(),
            expected,
            "{endpoint}"
        );
    }
}

#[test]
fn logins_come_from_the_file() {
    let config = json!({"auths": {
        DOCKER_HUB: {"auth": BASE64_STANDARD.encode("me:p:w\0")},
        "ghcr.io": {"identitytoken": "t"},
        "https://old.example/v1/": {"username": "u", "password": "p"},
    }});
    let cases = [
        (
            DOCKER_HUB,
            json!({"username": "me", "password": "p:w", "serveraddress": DOCKER_HUB}),
        ),
        (
            "ghcr.io",
            json!({"identitytoken": "t", "serveraddress": "ghcr.io"}),
        ),
        (
            "old.example",
            json!({"username": "u", "password": "p", "serveraddress": "old.example"}),
        ),
        ("else.where", json!({})),
    ];
    for (registry, expected) in cases {
        assert_eq!(login_for(&config, registry, None).unwrap(), expected);
    }
    let everything = all_logins(&config, None).unwrap();
    assert_eq!(everything.as_object().unwrap().len(), 3);
    assert_eq!(everything[DOCKER_HUB]["username"], "me");
}

#[test]
fn an_unreadable_login_is_no_anonymous_request() {
    for auth in ["PWPW!!!", "UFdQVw==", "/w=="] {
        let config = json!({"auths": {"h.io": {"auth": auth}, "i.io": {"auth": ""}}});
        let message = "the login for h.io in docker's configuration is not USER:PASSWORD in base64";
        let of_one = login_for(&config, "h.io", None).unwrap_err();
        assert_eq!(of_one.to_string(), message);
        assert_eq!(all_logins(&config, None).unwrap_err(), of_one);
        let other = json!({"serveraddress": "i.io"});
        assert_eq!(login_for(&config, "i.io", None).unwrap(), other);
    }
}

#[test]
fn the_header_is_for_the_server_only() {
    let folder = TempDir::new();
    let login = BASE64_STANDARD.encode("me:secret");
    let config = json!({"auths": {"h.io": {"auth": login}}});
    folder.write("config.json", &config.to_string());
    let logins = Logins(ConfigDir(folder.0.clone()));
    let pull = request("POST", "/images/create?fromImage=h.io/x");
    let signed = logins.add_to(&pull, None).unwrap();
    let (name, value) = &signed.headers[0];
    let decoded = BASE64_URL_SAFE.decode(value).unwrap();
    let sent: Value = serde_json::from_slice(&decoded).unwrap();
    assert_eq!(
        (name.as_str(), &sent["password"]),
        (ONE_LOGIN_HEADER, &"secret".into())
    );
    assert_eq!(logins.add_placeholder_to(&pull).unwrap().headers[0].1, "-");
    let typed = Request {
        headers: vec![("x-registry-auth".into(), "mine".into())],
        ..pull
    };
    assert_eq!(logins.add_to(&typed, None).unwrap().headers, typed.headers);
}
