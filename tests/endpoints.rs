//! The endpoint catalogue: its examples are valid commands, and the 404 of a real engine gets its hints.

use std::path::Path;
use std::process::Command;

use crate::support::daemon::find;
use crate::support::dq::{BINARY, clean, dq, run};
use crate::support::engine::engine;
use crate::support::leave_out;
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;

/// The examples in the order of the table: method, path, arguments of `dq`.
fn examples() -> Vec<(String, String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions/endpoints.tsv");
    let text = std::fs::read_to_string(path).unwrap();
    let field = |line: &str, at| line.split('\t').nth(at).unwrap().to_owned();
    let lines = text.lines().skip(1);
    lines
        .map(|it| (field(it, 0), field(it, 1), field(it, 7)))
        .collect()
}

/// Runs the example with `--curl`, which compiles the filter and sends nothing; describes how the request differs
/// from the endpoint.
fn mismatch((method, path, example): &(String, String, String)) -> Option<String> {
    let home = TempDir::new();
    home.write("token.txt", "secret");
    home.write("key.txt", "secret");
    let mut command = Command::new("bash");
    clean(&mut command, home.path());
    command.current_dir(home.path());
    let line = format!("dq() {{ {BINARY:?} --curl \"$@\" >shown 2>said; code=$?; }}\ndq {example}");
    // The example may pipe its output into another command, so look at dq's standard error.
    let line = line.replace("code=$?", "echo $? >code");
    command.args(["-c", &line]);
    run(command, Vec::new());
    let read = |name| std::fs::read_to_string(home.join(name)).unwrap_or_default();
    let (shown, said) = (read("shown"), read("said"));
    let tail = path.split('}').next_back().unwrap();
    let is_method = match method.as_str() {
        "GET" => !shown.contains("-X ") && !shown.contains("-d ") && !shown.contains(" -I"),
        "HEAD" => shown.contains(" -I") || shown.contains("HEAD"),
        "POST" => shown.contains("-X POST") || shown.contains("-d ") || shown.contains("--data"),
        other => shown.contains(&format!("-X {other}")) || shown.contains("-T"),
    };
    let fits = shown.contains(path.split('{').next().unwrap()) && shown.contains(tail);
    let is_good = read("code") == "0\n" && is_method && fits;
    (!is_good).then(|| format!("\n{method} {path}\n  $ dq {example}\n{shown}{said}"))
}

#[test]
fn every_example_requests_its_endpoint() {
    let faults: String = examples().iter().filter_map(mismatch).collect();
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn a_path_is_explained_and_a_word_is_searched() {
    let explained = dq(["--endpoints", "/containers/web/logs"]).run();
    let of_template = dq(["--endpoints", "/containers/{id}/logs"]).run();
    assert_eq!(explained.text(), of_template.text());
    for part in [
        "GET /containers/{id}/logs\n",
        "-q follow ",
        "example\n    dq '/",
    ] {
        assert!(explained.text().contains(part), "{}", explained.text());
    }
    let archive = dq(["--endpoints", "/containers/{id}/archive"]).run();
    for method in ["GET /", "HEAD /", "PUT /"] {
        assert!(archive.text().contains(method), "{}", archive.text());
    }
    dq(["--endpoints", "UNPAUSE"])
        .run()
        .is("METHOD   PATH                       ABOUT\n\
             POST     /containers/{id}/unpause   resume a paused container\n");
    dq(["--endpoints", "", "-c", ".[0] | [.path, .stream]"])
        .run()
        .is("[\"/containers/json\",false]\n");
    dq(["--endpoints", "/contaners/json"])
        .run()
        .fails(2, &["no endpoint has", "did you mean /containers/json?"]);
    dq(["--endpoints", "--demo"]).run().fails(2, &["--demo"]);
}

#[test]
fn an_unknown_path_gets_a_hint() {
    let Some(engine) = engine() else { return };
    let cases = [
        ("/containers/jsn", "hint: did you mean /containers/json?"),
        (
            "/container/web/json",
            "hint: did you mean /containers/web/json?",
        ),
        ("/images", "hint: did you mean /images/json?"),
        (
            "/containers/web/start",
            "/start takes POST, not GET: -X POST",
        ),
        ("/containers/create", "/create takes POST, not GET"),
        ("/containers/prune", "/prune takes POST, not GET"),
        ("/images/create", "/create takes POST, not GET"),
        ("/images/prune", "/prune takes POST, not GET"),
        ("/images/load", "/load takes POST, not GET"),
        ("/networks/create", "/create takes POST, not GET"),
        ("/networks/prune", "/prune takes POST, not GET"),
        ("/volumes/create", "/create takes POST, not GET"),
    ];
    for (path, hint) in cases {
        engine.dq(&[path]).run().fails(22, &[hint]);
    }
    let missing = engine.dq(&["/containers/nope/json"]).run();
    assert!(!missing.stderr.contains("hint"), "{}", missing.stderr);
}

#[test]
fn a_404_with_its_own_message_gets_no_hint() {
    let json = "Content-Type: application/json\r\n";
    let server = Server::new([
        (
            "/v2/image",
            Reply::status("404 Not Found", json, r#"{"message": "no such image"}"#),
        ),
        (
            "/v1.41/images/jso",
            Reply::status(
                "404 Not Found",
                "Content-Type: text/plain\r\n",
                "Not Found\n",
            ),
        ),
    ]);
    let ask = |path| dq(["--host", &server.host(), path]).run();
    let other = ask("/v2/image");
    assert_eq!(other.stderr, "dq: fetch: 404 Not Found: no such image\n");
    ask("/v1.41/images/jso").fails(22, &["hint: did you mean /v1.41/images/json?"]);
}

#[test]
fn a_misspelt_parameter_changes_nothing() {
    let Some(engine) = engine() else { return };
    let states = || {
        let list = ["/containers/json?all=1", "-c", "map([.Id, .State]) | sort"];
        engine.dq(&list).run().text().to_owned()
    };
    let before = states();
    let cases = [
        (
            "/containers/prune",
            "filter.label=x",
            "did you mean filters.label?",
        ),
        (
            "/containers/prune",
            "filters.lable=x",
            "did you mean filters.label?",
        ),
        ("/containers/web/kill", "sig=HUP", "did you mean signal?"),
    ];
    for (path, parameter, hint) in cases {
        let request = ["-X", "POST", path, "-q", parameter];
        engine
            .dq(&request)
            .run()
            .fails(2, &["nothing was sent", hint]);
    }
    assert_eq!(states(), before);
}

#[test]
fn fields_of_bodies_and_answers_are_explained() {
    let body = dq(["--endpoints", "/containers/create"]).run();
    for line in [
        "    -F Cmd[]                array of strings\n",
        "    -F HostConfig[…]        object\n",
        "dq --endpoints /containers/create FIELD lists those of one field\n",
    ] {
        assert!(body.text().contains(line), "{}", body.text());
    }
    assert!(body.text().lines().all(|line| line.chars().count() <= 80));
    dq(["--endpoints", "/containers/web/json", "state.health"])
        .run()
        .is(concat!(
            "GET /containers/{id}/json answer state.health: object\n",
            "    Status         none, starting, healthy, unhealthy\n",
            "    FailingStreak  integer\n",
            "    Log            array of objects\n",
            "                   Start, End, ExitCode, Output\n",
        ));
    dq(["--endpoints", "/containers/create", "HostConfig.RestartPolicy"])
        .run()
        .is(concat!(
            "POST /containers/create body HostConfig.RestartPolicy: object\n",
            "    -F HostConfig[RestartPolicy][Name]               no, always, unless-stopped, on-failure\n",
            "    -F HostConfig[RestartPolicy][MaximumRetryCount]  integer\n",
        ));
}

/// What dq says on stderr of a terminal, without colours.
fn on_terminal(args: &str) -> Option<String> {
    let script = find("script")?;
    let home = TempDir::new();
    let mut command = Command::new(script);
    command.args([
        "-qec",
        &format!("{BINARY} -M {args} >/dev/null"),
        "/dev/null",
    ]);
    clean(&mut command, home.path());
    command.env("SHELL", "/bin/sh");
    let output = run(command, Vec::new());
    Some(output.text().replace('\r', ""))
}

#[test]
fn a_filter_that_finds_nothing_gets_a_hint() {
    let names = "hint: /containers/json has no .[].name: did you mean .Names?\n";
    let cases = [
        ("--demo /containers/json '.[].name'", names),
        ("--demo /containers/json 'map({name, x: .Id?.x?})'", names),
        ("--demo /containers/json '.[] | select(.name == 1)'", names),
        (
            "--demo inspect web .state.Pid",
            "hint: /containers/web/json has no .state: did you mean .State?\n",
        ),
        ("--demo /containers/json '.[] | .name, .Id'", ""),
        ("--demo /containers/json '.[].Labels.nothing'", ""),
        ("--demo ps '.[].nothing'", ""),
        ("-n null", ""),
    ];
    for (args, expected) in cases {
        let Some(said) = on_terminal(args) else {
            return leave_out("no script here");
        };
        assert_eq!(said, expected, "{args}");
    }
    dq(["--demo", "/containers/json", "[.[].name] | unique", "-c"])
        .run()
        .is("[null]\n");
}
