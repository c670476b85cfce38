//! Several hosts in one run: `--host` and `--context` repeated, patterns, `--all-contexts`.

use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use crate::support::dq::{Dq, dq};
use crate::support::engine::{engine, scratch};
use crate::support::server::{Reply, Server, stale_socket};
use crate::support::temp::TempDir;

/// A home with contexts for these hosts.
fn contexts(hosts: &[(&str, &str)]) -> TempDir {
    let home = TempDir::new();
    for (name, host) in hosts {
        let meta = format!(r#"{{"Name":"{name}","Endpoints":{{"docker":{{"Host":"{host}"}}}}}}"#);
        home.write(&format!(".docker/contexts/meta/{name}/meta.json"), meta);
    }
    home
}

fn ask(home: &TempDir, args: &[&str]) -> Dq {
    dq(args).env("HOME", home.path())
}

/// Answers `/info` with this name, `/list` with rows of that name.
fn server(name: &str) -> Server {
    let list = format!(r#"[{{"name": "{name}-1", "n": 1}}, {{"name": "{name}-2", "n": 2}}]"#);
    Server::new([
        ("/info", Reply::json(&format!(r#"{{"Name": "{name}"}}"#))),
        ("/list", Reply::json(&list)),
    ])
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn the_filter_runs_once_per_host() {
    let (a, b) = (server("A"), server("B"));
    let home = contexts(&[("a", &a.host()), ("b", &b.host())]);
    let filter = "[$host, input_filename, .Name]";
    let output = ask(
        &home,
        &["-c", "--context", "a", "--context", "b", "/info", filter],
    )
    .run();
    assert_eq!(
        (sorted(output.text()), output.stderr.as_str(), output.code),
        (vec![r#"["a","a","A"]"#, r#"["b","b","B"]"#], "", 0)
    );
    let pair = ["--context", "b", "--context", "a"];
    let with = |more: &[&str]| ask(&home, &[pair.as_slice(), more].concat()).run();
    with(&["-s", "-c", "/info", "[$host, map(.Name)]"]).is("[null,[\"B\",\"A\"]]\n");
    let output = with(&["-n", "-c", "/list", "[$host, (input | length)]"]);
    assert_eq!(sorted(output.text()), ["[\"a\",2]", "[\"b\",2]"]);
    let output = with(&["/info", "-c", "fetch(\"/list\") | [$host, .[0].name]"]);
    assert_eq!(
        sorted(output.text()),
        ["[\"a\",\"A-1\"]", "[\"b\",\"B-1\"]"]
    );
    let output = with(&["-r", "--arg", "host", "x", "/info", "$host"]);
    output.is("x\nx\n");
}

#[test]
fn tables_have_a_column_of_hosts_in_the_order_given() {
    let (a, b) = (server("A"), server("B"));
    let home = contexts(&[("a", &a.host()), ("beta", &b.host())]);
    let pair = ["--context", "beta", "--context", "a"];
    let with = |more: &[&str]| ask(&home, &[pair.as_slice(), more].concat()).run();
    with(&["/list", "-t"]).is(
        "HOST   NAME   N\nbeta   B-1    1\nbeta   B-2    2\na      A-1    1\na      A-2    2\n",
    );
    with(&["/list", "-o", "csv"]).is("host,name,n\nbeta,B-1,1\nbeta,B-2,2\na,A-1,1\na,A-2,2\n");
    with(&["/list", "-o", "tsv", "map(.n)"]).is("beta\t1\t2\na\t1\t2\n");
    with(&["/list", "--columns", "N: n"]).is("HOST   N\nbeta   1\nbeta   2\na      1\na      2\n");
    with(&["/list", "-o", "markdown", "map({n})"])
        .is("| host | n |\n| --- | --: |\n| beta | 1 |\n| beta | 2 |\n| a | 1 |\n| a | 2 |\n");
    // A pattern has the column even where it matches one context.
    let output = ask(&home, &["--context", "b*", "/list", "-t", "--no-header"]).run();
    output.is("beta   B-1    1\nbeta   B-2    2\n");
    let output = ask(&home, &["--context", "beta", "/list", "-t", "--no-header"]).run();
    output.is("B-1    1\nB-2    2\n");
}

#[test]
fn a_failing_host_costs_one_line() {
    let (a, b) = (server("A"), server("B"));
    let refused = TempDir::new();
    stale_socket(&refused.join("s"));
    let dead = format!("unix://{}", refused.join("s").display());
    let broken = Server::new([("/info", Reply::message("500 Internal Server Error", "no"))]);
    let wrong = Server::new([("/info", Reply::json("{\"Name\": "))]);
    let home = contexts(&[
        ("a", &a.host()),
        ("b", &b.host()),
        ("dead", &dead),
        ("dead2", &dead),
        ("five", &broken.host()),
        ("wrong", &wrong.host()),
        ("odd", "ftp://x"),
    ]);
    let names = |names: &[&str]| -> Vec<String> {
        let pairs = names
            .iter()
            .map(|name| ["--context".to_owned(), (*name).to_owned()]);
        pairs.flatten().collect()
    };
    let run = |contexts: &[&str]| {
        let mut args = names(contexts);
        args.extend(["/info", ".Name", "-r"].map(str::to_owned));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        ask(&home, &args).run()
    };
    let cases: [(&[&str], i32, &str); 4] = [
        (
            &["a", "dead", "five", "b"],
            7,
            "dq: fetch: dead: cannot connect to ",
        ),
        (
            &["five", "a", "dead", "b"],
            22,
            "dq: fetch: five: 500 Internal Server Error: no\n",
        ),
        (&["a", "wrong", "b"], 5, "wrong: "),
        (
            &["dead", "a", "b", "dead2"],
            7,
            "dq: fetch: dead, dead2: cannot connect to ",
        ),
    ];
    for (contexts, code, message) in cases {
        let output = run(contexts);
        assert_eq!(
            sorted(output.text()),
            ["A", "B"],
            "{contexts:?} {}",
            output.stderr
        );
        assert_eq!(output.code, code, "{contexts:?} {}", output.stderr);
        assert!(
            output.stderr.contains(message),
            "{contexts:?} {}",
            output.stderr
        );
    }
    let output = run(&["dead", "dead2"]);
    let errors = output
        .stderr
        .lines()
        .filter(|line| line.starts_with("dq: "));
    assert_eq!((errors.count(), output.code), (1, 7), "{}", output.stderr);
    // The table has the rows of those that answered.
    let args = [
        "--context",
        "dead",
        "--context",
        "b",
        "--context",
        "a",
        "/list",
        "-o",
        "csv",
    ];
    let output = ask(&home, &args).run();
    let table = "host,name,n\nb,B-1,1\nb,B-2,2\na,A-1,1\na,A-2,2\n";
    assert_eq!(
        (output.text(), output.code),
        (table, 7),
        "{}",
        output.stderr
    );
    // A context that cannot be used costs a line as well.
    let output = ask(&home, &["--context", "[ao]*", "/info", ".Name", "-r"]).run();
    assert_eq!((output.text(), output.code), ("A\n", 2));
    assert_eq!(
        output.stderr.lines().next(),
        Some("dq: fetch: odd: ftp:// hosts are not supported")
    );
}

#[test]
fn a_host_that_never_answers_delays_nobody_and_is_given_up() {
    let a = server("A");
    let dir = TempDir::new();
    // The system accepts connections for it.
    let _silent = UnixListener::bind(dir.join("s")).unwrap();
    let silent = format!("unix://{}", dir.join("s").display());
    let home = contexts(&[("a", &a.host()), ("silent", &silent)]);
    let pair = ["--context", "silent", "--context", "a"];
    let running = ask(
        &home,
        &[pair.as_slice(), &["/info", ".Name", "-r"]].concat(),
    )
    .start();
    let start = Instant::now();
    assert_eq!(running.line().1, "A");
    assert!(start.elapsed() < Duration::from_secs(5));
    drop(running);
    let start = Instant::now();
    let limited = ["--connect-timeout", "1", "/list", "-o", "csv"];
    let output = ask(&home, &[pair.as_slice(), &limited].concat()).run();
    assert_eq!(output.text(), "host,name,n\na,A-1,1\na,A-2,2\n");
    assert_eq!(output.code, 28, "{}", output.stderr);
    assert!(
        output.stderr.starts_with("dq: fetch: silent: timed out "),
        "{}",
        output.stderr
    );
    assert!(start.elapsed() < Duration::from_secs(8));
}

#[test]
fn a_host_that_is_slow_but_alive_is_waited_for() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n";
    let slow = Server::new([
        ("/_ping", Reply::json("\"OK\"")),
        (
            "/info",
            Reply::Slow(
                Duration::from_millis(1500),
                vec![head, "{\"Name\": \"S\"} "],
            ),
        ),
    ]);
    let a = server("A");
    let home = contexts(&[("a", &a.host()), ("slow", &slow.host())]);
    let output = ask(
        &home,
        &[
            "--connect-timeout",
            "1",
            "--all-contexts",
            "/info",
            "-r",
            ".Name",
        ],
    )
    .run();
    output.is("A\nS\n");
}

#[test]
fn what_may_change_something_goes_to_one_host() {
    let (a, b) = (server("A"), server("B"));
    let (first, second) = (a.host(), b.host());
    let pair = ["--host", &first, "--host", &second];
    let refused: [(&[&str], &str); 6] = [
        (&["-X", "POST", "/info"], "POST may change something"),
        (&["/info", "-F", "a=1"], "POST may change something"),
        (&["http://localhost/info"], "the URL names a host"),
        (&["--context", "x", "/info"], "both --host and --context"),
        (
            &["--all-contexts", "/info"],
            "both --host and --all-contexts",
        ),
        (&["--demo", "/info"], "both --host and --demo"),
    ];
    for (more, message) in refused {
        let output = dq([pair.as_slice(), more].concat()).run();
        output.fails(2, &[message]);
    }
    dq(["--all-contexts", "--context", "a", "/info"])
        .run()
        .fails(2, &["both"]);
    dq(["--unix-socket", "/a", "--unix-socket", "/b", "/info"])
        .run()
        .fails(2, &["--unix-socket is given twice"]);
    assert!(a.asked().is_empty() && b.asked().is_empty());
}

#[test]
fn all_contexts_are_asked_once_each() {
    let (a, b) = (server("A"), server("B"));
    let home = contexts(&[("a", &a.host()), ("alias", &a.host()), ("b", &b.host())]);
    let all = ["--all-contexts", "/list", "-o", "csv", "map({name})"];
    let output = ask(&home, &all).run();
    output.is("host,name\na,A-1\na,A-2\nb,B-1\nb,B-2\n");
    let output = ask(&home, &all).env("DOCKER_HOST", b.host()).run();
    output.is("host,name\ndefault,B-1\ndefault,B-2\na,A-1\na,A-2\n");
    assert_eq!(a.asked().len(), 2);
    let output = ask(&home, &["--context", "c*", "/info"]).run();
    output.fails(
        2,
        &[
            "no context matches c*",
            "hint: the contexts are: a, alias, b, default",
        ],
    );
}

#[test]
fn twenty_hosts_take_as_long_as_one() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n";
    let slow = || Reply::Slow(Duration::from_millis(700), vec![head, "1 "]);
    let servers: Vec<_> = (0..20).map(|_| Server::new([("/x", slow())])).collect();
    let hosts: Vec<String> = servers.iter().map(Server::host).collect();
    let mut args: Vec<&str> = hosts
        .iter()
        .flat_map(|host| ["--host", host.as_str()])
        .collect();
    args.extend(["/x", "-s", "-c", "length"]);
    let start = Instant::now();
    dq(args).run().is("20\n");
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn curl_verbose_and_until_name_the_hosts() {
    let (a, b) = (server("A"), server("B"));
    let home = contexts(&[("a", &a.host()), ("b", &b.host())]);
    let pair = ["--context", "a", "--context", "b"];
    let with = |more: &[&str]| ask(&home, &[pair.as_slice(), more].concat()).run();
    let output = with(&["--curl", "/info", "[$host, .Name]"]);
    let lines: Vec<_> = output.text().lines().collect();
    assert_eq!(lines.len(), 2, "{}", output.text());
    assert!(
        lines[0].contains("--arg host a") && lines[1].contains("--arg host b"),
        "{lines:?}"
    );
    assert!(a.asked().is_empty());
    let output = with(&["-v", "/info", "-r", ".Name"]);
    for name in ["context \"a\"", "context \"b\""] {
        assert!(output.stderr.contains(name), "{}", output.stderr);
    }
    let output = with(&["--until", "-m", "20", "/info", "-r", ".Name"]);
    assert_eq!((sorted(output.text()), output.code), (vec!["A", "B"], 0));
    let output = with(&["--until", "-m", "0.5", "/wrong", "error(\"x\")"]);
    assert_eq!(output.code, 28, "{}", output.stderr);
    let output = with(&["--until", "-m", "1", "/info", ".Name == \"A\""]);
    output.fails(28, &["b: the last output was false"]);
    let broken = Server::new([("/info", Reply::message("400 Bad Request", "no"))]);
    let args = [
        "--until",
        "-m",
        "9",
        "--host",
        &broken.host(),
        "--host",
        &a.host(),
        "/info",
    ];
    let message = format!("dq: fetch: {}: 400 Bad Request: no\n", broken.host());
    dq(args).run().fails(22, &[&message]);
}

#[test]
fn saved_filters_take_several_hosts() {
    let (a, b) = (server("A"), server("B"));
    let home = contexts(&[("a", &a.host()), ("b", &b.host())]);
    let text = "module {endpoint: \"/list\", host: \"unix:///none\", columns: \"N: n, name\"}; map(.n *= 2)";
    home.write(".config/dq/filters/mine.jq", text);
    let output = ask(&home, &["mine", "--context", "[ab]"]).run();
    output.is("HOST   N   NAME\na      2   A-1\na      4   A-2\nb      2   B-1\nb      4   B-2\n");
    let output = ask(&home, &["mine", "--context", "[ab]", "-c", "-o", "json"]).run();
    assert_eq!(output.text().lines().count(), 2);
    assert!(!output.text().contains("host"), "{}", output.text());
    ask(
        &home,
        &["--save", "x", "--host", "/a", "--host", "/b", "/list"],
    )
    .run()
    .fails(2, &["a saved filter keeps one host"]);
}

#[test]
fn two_engines_are_one_table() {
    let (Some(one), Some(two)) = (engine(), scratch()) else {
        return;
    };
    let home = contexts(&[("one", &one.host())]);
    two.add_context("tls", home.path());
    two.run("hosts-web", &["--label", "hosts=1"], "sleep 100000");
    let output = ask(
        &home,
        &["ps", "--all-contexts", "--no-header", "--columns", "name"],
    )
    .run();
    let rows: Vec<Vec<_>> = output
        .text()
        .lines()
        .map(|it| it.split_whitespace().collect())
        .collect();
    assert!(
        rows.contains(&vec!["one", "web"]),
        "{rows:?} {}",
        output.stderr
    );
    assert!(
        rows.contains(&vec!["tls", "hosts-web"]),
        "{rows:?} {}",
        output.stderr
    );
    assert_eq!(output.code, 0);
    let filter = r#".[] | select(.RepoTags | index("busybox:test")) | $host"#;
    let output = ask(
        &home,
        &[
            "/images/json",
            "--context",
            "one",
            "--context",
            "tls",
            "-r",
            filter,
        ],
    )
    .run();
    assert_eq!(sorted(output.text()), ["one", "tls"]);
    two.docker(&["rm", "-f", "hosts-web"]);
}

#[test]
fn streams_of_two_engines_are_merged() {
    let (Some(one), Some(two)) = (engine(), scratch()) else {
        return;
    };
    let home = contexts(&[("one", &one.host()), ("two", &two.host())]);
    let filter = "select(.Actor.Attributes.name | startswith(\"hosts-e\")) | \"\\($host) \\(.Action) \\(.Actor.Attributes.name)\"";
    let args = [
        "/events",
        "-q",
        "filters.event=create",
        "--all-contexts",
        "-r",
        filter,
    ];
    let running = ask(&home, &args).start();
    // The subscription has no sign of its own.
    std::thread::sleep(Duration::from_millis(1500));
    one.docker(&["create", "--name", "hosts-e1", "busybox:test", "sh"]);
    let first = running.line().1;
    two.docker(&["create", "--name", "hosts-e2", "busybox:test", "sh"]);
    let second = running.line().1;
    one.docker(&["rm", "hosts-e1"]);
    two.docker(&["rm", "hosts-e2"]);
    assert_eq!(
        (first.as_str(), second.as_str()),
        ("one create hosts-e1", "two create hosts-e2")
    );
}

#[test]
fn logs_of_two_engines_have_the_host_in_front() {
    let (Some(one), Some(two)) = (engine(), scratch()) else {
        return;
    };
    let lines = "for i in 1 2; do echo line $i; done; sleep 100000";
    let home = contexts(&[("one", &one.host()), ("two", &two.host())]);
    for engine in [one, two] {
        engine.run("hosts-log", &[], lines);
    }
    let read = || ask(&home, &["logs", "hosts-log", "--all-contexts"]).run();
    let output = crate::support::wait_for("the logs", Duration::from_secs(20), || {
        let output = read();
        (output.text().lines().count() == 4).then_some(output)
    });
    for engine in [one, two] {
        engine.docker(&["rm", "-f", "hosts-log"]);
    }
    let expected = [
        "one | line 1",
        "one | line 2",
        "two | line 1",
        "two | line 2",
    ];
    assert_eq!(sorted(output.text()), expected, "{}", output.stderr);
    assert_eq!(output.code, 0);
}
