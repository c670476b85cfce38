//! The format of the table, and hints for paths that are almost right.

use super::table::TABLE;
use super::*;

#[test]
fn every_line_has_eight_fields() {
    let mut seen = Vec::new();
    for line in TABLE.lines() {
        assert_eq!(line.split('\t').count(), 8, "{line}");
    }
    for it in endpoints() {
        assert!(it.path.starts_with('/') && !it.summary.is_empty() && !it.example.is_empty());
        assert!(
            !it.summary.ends_with('.') && it.summary.len() <= 80,
            "{}",
            it.summary
        );
        let kinds = ["boolean", "integer", "string", "array"];
        assert!(
            it.parameters().all(|it| kinds.contains(&it.kind)),
            "{}",
            it.path
        );
        assert!(["", "json", "json?", "tar", "tar?"].contains(&it.body));
        assert!(["", "json", "stream", "logs", "tar", "text"].contains(&it.answer));
        assert!(!seen.contains(&(it.method, it.path)), "twice: {}", it.path);
        seen.push((it.method, it.path));
    }
    assert_eq!(seen.len(), 108);
}

#[test]
fn paths_match_their_endpoints() {
    let found = |path| {
        fitting(path)
            .iter()
            .map(|it| format!("{} {}", it.method, it.path))
            .collect::<Vec<_>>()
    };
    assert_eq!(found("/v1.41/images/json"), ["GET /images/json"]);
    assert_eq!(found("/images/a/b:1/json"), ["GET /images/{name}/json"]);
    assert_eq!(found("/containers/a/b/json"), [""; 0]);
    assert_eq!(found("/volumes/x").len(), 3);
    assert_eq!(found("/v1.41"), [""; 0]);
    for path in ["", "/", "é", "/vé/x", "//", "/images//json"] {
        assert_eq!(found(path), [""; 0], "{path}");
    }
}

#[test]
fn endpoints_are_found_by_method() {
    let methods = |word| {
        let found = matching(word);
        let mut methods: Vec<_> = found.iter().map(|it| it.method).collect();
        methods.dedup();
        (found.len(), methods)
    };
    assert_eq!(methods("DELETE"), (9, vec!["DELETE"]));
    assert_eq!(methods("PUT"), (2, vec!["PUT"]));
    // In lower case it is a word like any other.
    assert!(matching("get").iter().all(|it| it.path.ends_with("/get")));
}

#[test]
fn almost_right_paths_have_a_hint() {
    let cases = [
        (
            "GET",
            "/containers/jsn?all=1",
            Some("did you mean /containers/json?"),
        ),
        (
            "GET",
            "/container/web/json",
            Some("did you mean /containers/web/json?"),
        ),
        (
            "GET",
            "/v1.41/image/json",
            Some("did you mean /v1.41/images/json?"),
        ),
        ("GET", "/containers", Some("did you mean /containers/json?")),
        (
            "GET",
            "/containers/web",
            Some("did you mean /containers/web/json?"),
        ),
        ("GET", "/event", Some("did you mean /events?")),
        ("GET", "/ping", Some("did you mean /_ping?")),
        (
            "GET",
            "/containers/web/log",
            Some("did you mean /containers/web/logs?"),
        ),
        (
            "GET",
            "/containers/web/start",
            Some("/containers/web/start takes POST, not GET: -X POST"),
        ),
        ("GET", "/info/", Some("did you mean /info?")),
        (
            "GET",
            "/v1.41/containers/json/?all=1",
            Some("did you mean /v1.41/containers/json?"),
        ),
        ("GET", "/containers/nope/json", None),
        ("GET", "/somewhere/else", None),
        ("GET", "/", None),
    ];
    for (method, path, expected) in cases {
        assert_eq!(hint(method, path).as_deref(), expected, "{path}");
    }
}
