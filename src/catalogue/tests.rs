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
        (
            "GET",
            "/containers/create",
            Some("/containers/create takes POST, not GET: -X POST"),
        ),
        (
            "DELETE",
            "/v1.41/containers/prune?x",
            Some("/v1.41/containers/prune takes POST, not DELETE: -X POST"),
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

/// The hints for one parameter, `KEY=VALUE`.
fn hints(method: &str, path: &str, parameter: &str, podman: bool) -> String {
    let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let parameters = [(key.to_owned(), value.to_owned())];
    let found = misspellings(method, path, &parameters, podman);
    let hints: Vec<_> = found.iter().map(|it| it.hint.as_str()).collect();
    hints.join("\n")
}

#[test]
fn misspelt_parameters_have_a_hint() {
    let cases = [
        (
            "POST /containers/prune",
            "filter.label=x",
            "did you mean filters.label?",
        ),
        (
            "POST /containers/prune",
            "label=x",
            "did you mean filters.label?",
        ),
        (
            "POST /containers/prune",
            "filters.lable=x",
            "did you mean filters.label?",
        ),
        (
            "POST /containers/prune",
            "Filters.Label=x",
            "did you mean filters.label?",
        ),
        (
            "POST /containers/prune",
            "filter=label=x",
            "did you mean filters.label?",
        ),
        (
            "POST /containers/prune",
            "filters={\"lable\":[\"x\"]}",
            "did you mean filters.label?",
        ),
        (
            "POST /containers/prune",
            "force=1",
            "it takes filters.until, filters.label",
        ),
        (
            "POST /v1.41/containers/web/kill",
            "sig=HUP",
            "did you mean signal?",
        ),
        ("POST /containers/web/stop", "timeout=5", "did you mean t?"),
        (
            "POST /containers/web/pause",
            "force=1",
            "it takes no query parameters",
        ),
        ("DELETE /containers/web", "forse=1", "did you mean force?"),
        (
            "GET /containers/json",
            "status=exited",
            "did you mean filters.status?",
        ),
        (
            "HEAD /containers/json",
            "status=exited",
            "did you mean filters.status?",
        ),
        (
            "GET /containers/json",
            "filters.status=exitd",
            "did you mean filters.status=exited?",
        ),
        (
            "GET /containers/json",
            "filters.health=sick",
            "filters.health is one of starting, healthy, unhealthy, none",
        ),
    ];
    for (endpoint, parameter, expected) in cases {
        let (method, path) = endpoint.split_once(' ').unwrap_or_default();
        assert_eq!(
            hints(method, path, parameter, false),
            expected,
            "{endpoint} {parameter}"
        );
    }
}

#[test]
fn what_engines_take_is_no_misspelling() {
    let cases = [
        "GET /containers/json all=1",
        "GET /containers/json filters={\"status\":[\"exited\"]}",
        "GET /containers/json filters.is-task=1",
        "GET /images/json filter=nginx",
        "POST /containers/prune filters.label!=keep",
        "POST /containers/prune filters.label!",
        "POST /containers/create platform=linux/amd64",
        "POST /images/create fromSrc=-",
        "POST /build ulimits=[]",
        "POST /build/prune keep-storage=1",
        "POST /containers/web/start checkpoint=x",
        "GET /libpod/containers/json x=1",
        "POST /containers/json x=1",
        "GET /somewhere x=1",
    ];
    for case in cases {
        let words: Vec<_> = case.split(' ').collect();
        assert_eq!(hints(words[0], words[1], words[2], false), "", "{case}");
    }
    let extra = ("POST", "/containers/web/stop", "ignore=true");
    assert_eq!(hints(extra.0, extra.1, extra.2, true), "");
    assert_ne!(hints(extra.0, extra.1, extra.2, false), "");
}

#[test]
fn undocumented_parameters_belong_to_endpoints() {
    for line in include_str!("undocumented.tsv").lines().skip(1) {
        let fields: Vec<_> = line.split('\t').collect();
        assert_eq!(fields.len(), 5, "{line}");
        assert!(
            endpoints().any(|it| it.method == fields[0] && it.path == fields[1]),
            "{line}"
        );
    }
}

#[test]
fn misspelt_fields_have_a_hint() {
    let cases = [
        ("image=x", "did you mean Image?"),
        ("HostConfig[Memry]=1", "did you mean HostConfig[Memory]?"),
        ("Cmd=date", "-F 'Cmd[]=date', or Cmd:=JSON"),
        ("Labels=x", "-F 'Labels[KEY]=x', or Labels:=JSON"),
        ("Image=x", ""),
        ("Cmd[]=date", ""),
        ("Cmd=null", ""),
        ("Labels[any.thing]=x", ""),
        ("HostConfig[PortBindings][80/tcp][][HostPort]=1", ""),
        (
            "HostConfig[Mounts][][Targt]=1",
            "did you mean HostConfig[Mounts][][Target]?",
        ),
        (
            "NoSuchThing=1",
            "dq --endpoints '/containers/create' describes it",
        ),
    ];
    for (field, expected) in cases {
        let (key, value) = field.split_once('=').unwrap_or_default();
        let found = misspelt_field("POST", "/containers/create", key, Some(value));
        assert_eq!(
            found.map(|it| it.hint).unwrap_or_default(),
            expected,
            "{field}"
        );
    }
    assert_eq!(
        misspelt_field("POST", "/containers/create", "Cmd", None),
        None
    );
    assert_eq!(misspelt_field("POST", "/somewhere", "x", Some("1")), None);
}
