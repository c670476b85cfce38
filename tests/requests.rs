//! Request options against scripted servers: the requests sent, the retries, and the output.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::dq::{Dq, Output, dq};
use crate::support::server::{Reply, Request, Server};
use crate::support::temp::TempDir;

fn ask(server: &Server, args: &[&str]) -> Dq {
    dq(args).env("DOCKER_HOST", server.host())
}

/// The request that dq sends to a server that answers `1` to every request.
fn sent_request(args: &[&str], stdin: &str) -> Request {
    let server = Server::new([("/", Reply::json("1"))]);
    let files = TempDir::new();
    files.write("f.json", "{}");
    files.write("f.tar", "not really");
    files.write("f", "text\n");
    let run = ask(&server, args).dir(files.path()).stdin(stdin).run();
    assert_eq!(run.stderr, "", "{args:?}");
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{args:?}");
    requests[0].clone()
}

#[test]
fn methods_and_bodies() {
    const JSON: Option<&str> = Some("application/json");
    const TAR: Option<&str> = Some("application/x-tar");
    const BYTES: Option<&str> = Some("application/octet-stream");
    type Case<'a> = (&'a [&'a str], &'a str, Option<&'a str>, &'a str);
    let cases: [Case; 22] = [
        (&["/x"], "GET /x", None, ""),
        (&["/x", "-X", "POST"], "POST /x", None, ""),
        (&["/x", "-X", "delete"], "DELETE /x", None, ""),
        (&["/x", "-X", "PROPFIND"], "PROPFIND /x", None, ""),
        (&["/x", "-d", "{\"a\":1}"], "POST /x", JSON, "{\"a\":1}"),
        (&["/x", "-d", " [1]"], "POST /x", JSON, " [1]"),
        (&["/x", "-d", "hello"], "POST /x", BYTES, "hello"),
        (&["/x", "-d", ""], "POST /x", None, ""),
        (&["/x", "-X", "PUT", "-d", "{}"], "PUT /x", JSON, "{}"),
        (&["/x", "-X", "GET", "-d", "{}"], "GET /x", JSON, "{}"),
        (&["/x", "-X", "DELETE", "-d", "{}"], "DELETE /x", JSON, "{}"),
        (&["/x", "-d", "@f.json"], "POST /x", JSON, "{}"),
        (&["/x", "-d", "@f.tar"], "POST /x", TAR, "not really"),
        (&["/x", "-d", "@f"], "POST /x", BYTES, "text\n"),
        (&["/x", "-d", "@-"], "POST /x", JSON, "[\"stdin\"]"),
        (
            &["/x", "-d", "@-", "-H", "content-type: a/b"],
            "POST /x",
            Some("a/b"),
            "[\"stdin\"]",
        ),
        (
            &["/x", "-F", "a=1", "-F", "b[c][]=@f"],
            "POST /x",
            JSON,
            "{\"a\":1,\"b\":{\"c\":[\"text\\n\"]}}",
        ),
        (
            &["/x", "-F", "a[]=1", "--raw-field", "a[]=1"],
            "POST /x",
            JSON,
            "{\"a\":[1,\"1\"]}",
        ),
        (
            &["/x", "-F", "a=@-"],
            "POST /x",
            JSON,
            "{\"a\":\"[\\\"stdin\\\"]\"}",
        ),
        (
            &["/x", "-X", "GET", "-F", "a[b]=x y"],
            "GET /x?a%5Bb%5D=x%20y",
            None,
            "",
        ),
        (
            &["/x?a=1", "-q", "b=2&3", "-X", "POST"],
            "POST /x?a=1&b=2%263",
            None,
            "",
        ),
        (
            &["/x", "-q", "filters.l=a=b"],
            "GET /x?filters=%7B%22l%22%3A%5B%22a%3Db%22%5D%7D",
            None,
            "",
        ),
    ];
    for (args, line, content_type, body) in cases {
        let request = sent_request(args, "[\"stdin\"]");
        assert_eq!(
            format!("{} {}", request.method, request.target),
            line,
            "{args:?}"
        );
        assert_eq!(request.header("content-type"), content_type, "{args:?}");
        assert_eq!(String::from_utf8_lossy(&request.body), body, "{args:?}");
        assert_eq!(request.header("transfer-encoding"), None, "{args:?}");
        let length = request.header("content-length").map(str::to_owned);
        let expected = match (line.split(' ').next().unwrap(), body) {
            ("POST" | "PUT", body) => Some(body.len().to_string()),
            (_, "") => None,
            (_, body) => Some(body.len().to_string()),
        };
        assert_eq!(length, expected, "{args:?}");
    }
}

#[test]
fn long_bodies_are_announced_and_streamed() {
    let long = format!("[\"{}\"]", "x".repeat(3 << 20));
    let piped = sent_request(&["/x", "-d", "@-"], &long);
    assert_eq!(piped.header("transfer-encoding"), Some("chunked"));
    assert_eq!(piped.header("content-length"), None);
    assert_eq!(piped.header("expect"), Some("100-continue"));
    assert!(piped.body == long.as_bytes());
    let typed = sent_request(&["/x", "-d", "@-", "-H", "Expect:"], &long);
    assert_eq!(typed.header("expect"), None);

    let files = TempDir::new();
    let file = files.write("long.json", &long);
    let from_file = sent_request(&["/x", "-d", &format!("@{}", file.display())], "");
    assert_eq!(
        from_file.header("content-length"),
        Some(long.len().to_string().as_str())
    );
    assert_eq!(from_file.header("transfer-encoding"), None);
    assert!(from_file.body == long.as_bytes());
}

#[test]
fn standard_input_is_read_only_on_request() {
    let server = Server::new([("/x", Reply::json("1"))]);
    let mut shell = std::process::Command::new("sh");
    let dq = crate::support::dq::BINARY;
    shell.env("DOCKER_HOST", server.host());
    shell.args(["-c", &format!("{dq} /x -X POST -F a=1; cat")]);
    let output = crate::support::dq::run(shell, b"left".to_vec());
    output.is("1\nleft");
}

#[test]
fn contradictory_options_are_usage_errors() {
    let server = Server::new([("/", Reply::json("1"))]);
    let cases: [(&[&str], &str); 32] = [
        (&["/x", "-d", "a", "-d", "b"], "given twice"),
        (&["/x", "-d", "a", "-F", "b=c"], "exclude each other"),
        (
            &["/x", "-d", "@missing"],
            "missing: No such file or directory",
        ),
        (&["/x", "-d", "@."], ": is a directory"),
        (&["/x", "-F", "a"], "lacks a value"),
        (&["/x", "-F", "a=1", "-F", "a=2"], "given twice"),
        (&["/x", "-F", "a=@missing"], "missing: No such file"),
        (&["/x", "-F", "a=@-", "-F", "b=@-"], "once only"),
        (&["/x", "-q", "all"], "--query takes KEY=VALUE, not all"),
        (
            &["/x", "-q", "filters={}", "-q", "filters.a=b"],
            "exclude each other",
        ),
        (
            &["/x?filters={}", "-q", "filters.a=b"],
            "exclude each other",
        ),
        (&["/x", "-X", "HEAD", "-d", "a"], "HEAD carries no body"),
        (&["/x", "-X", "P OST"], "not an HTTP method"),
        (&["/x", "-X", ""], "not an HTTP method"),
        (&["/x", "-X", "GET\r\nX: y"], "not an HTTP method"),
        (&["/x", "-X", "CONNECT"], "CONNECT"),
        (
            &["/x", "--paginate", "-d", "a"],
            "--paginate goes with GET only",
        ),
        (&["/x", "-H", "A: b\r\nC: d"], "cannot be sent"),
        (&["/x", "-H", "A"], "-H takes 'NAME: VALUE' or @FILE\n"),
        (
            &["/x", "-H", "unix:///run/x.sock"],
            "hint: -H is curl's header option; the host is --host",
        ),
        (
            &["/x", "-H", "Content-Length: 3", "-d", "abc"],
            "dq sets the header content-length itself",
        ),
        (
            &["/x", "-H", "Upgrade: tcp"],
            "hint: without the header Upgrade",
        ),
        (&["/x", "-I"], "hint: use -X HEAD -i"),
        (&["/x", "--fail"], "hint: leave it out: dq fails at 400"),
        (&["-L", "/x", "."], "hint: leave -L out"),
        (&["-f", "/x"], "hint: -f is jq's"),
        (&["/x\r\ny"], "line break"),
        (&["/a/../b"], "holds . or .."),
        (&["/a/%2e%2E/b"], "holds . or .."),
        (&["/x", "--retry", "many"], "--retry takes a number"),
        (
            &["/x", "--idle-timeout", "0"],
            "--idle-timeout takes a number of seconds",
        ),
        (&["-X", "POST", "."], "--request needs an endpoint or URL"),
    ];
    for (args, said) in cases {
        ask(&server, args).run().fails(2, &[said]);
    }
    ask(&server, &["/x", ".[", "-d", "{}"]).run().fails(3, &[]);
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn a_rejected_request_shows_the_servers_message() {
    let refusal = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"message\":\"no such\"}";
    let refusal = refusal
        .replace("Content-Length: 20", "Content-Length: 21")
        .leak();
    let long = "x".repeat(20 << 20);
    let files = TempDir::new();
    files.write("long", &long);
    for (headers, body) in [
        ("A: b", "@-"),
        ("A: b", "@long"),
        // Without `Expect: 100-continue`, the server closes the connection during the upload.
        ("Expect:", "@-"),
        ("Expect:", "@long"),
    ] {
        let server = Server::new([("/x", Reply::Refused(refusal))]);
        let args = ["/x", "-d", body, "-H", headers];
        let run = ask(&server, &args).dir(files.path()).stdin(long.clone());
        run.run()
            .fails(22, &["dq: fetch: 404 Not Found: no such\n"]);
    }
}

#[test]
fn a_header_without_a_value_is_not_sent() {
    let server = Server::new([("/x", Reply::json("{}"))]);
    let args = [
        "/x",
        "-d",
        "{}",
        "-H",
        "accept:",
        "-H",
        "Content-Type:",
        "-H",
        "X-A;",
    ];
    ask(&server, &args).run().is("{}\n");
    let request = &server.requests()[0];
    let sent = ["accept", "content-type", "x-a", "content-length"].map(|name| request.header(name));
    assert_eq!(sent, [None, None, Some(""), Some("2")]);
    curl(&args).is(
        "curl -fsS --unix-socket /nonexistent/d.sock -H 'X-A;' -H Accept: -H Content-Type: --data-binary '{}' http://localhost/x | jq .\n",
    );
}

#[test]
fn a_complete_response_stops_the_upload() {
    let heads = [
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ];
    for (answer, body) in heads.iter().zip(["@-", "@long"]) {
        let files = TempDir::new();
        let long = "x".repeat(20 << 20);
        files.write("long", &long);
        // The server never reads the body and keeps the connection open.
        let server = Server::new([("/x", Reply::Deaf(answer))]);
        let args = ["/x", "-d", body, "-H", "Expect:"];
        let run = ask(&server, &args).dir(files.path()).stdin(long);
        run.run().is("{}\n");
    }
}

#[test]
fn a_417_response_is_retried_without_expect() {
    let refusal =
        "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let server = Server::new([(
        "/x",
        Reply::turns([Reply::Refused(refusal), Reply::json("1")]),
    )]);
    let long = "x".repeat(2 << 20);
    ask(&server, &["/x", "-d", "@-"])
        .stdin(long)
        .run()
        .is("1\n");
    let expectations: Vec<_> = server
        .requests()
        .iter()
        .map(|it| it.header("expect").map(str::to_owned))
        .collect();
    assert_eq!(expectations, [Some("100-continue".to_owned()), None]);
}

#[test]
fn transient_failures_are_retried() {
    let busy = || Reply::message("503 Service Unavailable", "busy");
    let server = Server::new([("/x", Reply::turns([busy(), busy(), Reply::json("1")]))]);
    let output = ask(&server, &["/x", "--retry", "3"]).run();
    let said = "dq: fetch: 503 Service Unavailable; trying again in 0.25 s, 2 more after that\n\
                dq: fetch: 503 Service Unavailable; trying again in 0.5 s, 1 more after that\n";
    assert_eq!(
        (output.text(), output.stderr.as_str(), output.code),
        ("1\n", said, 0)
    );
    assert_eq!(server.requests().len(), 3);

    let server = Server::new([("/x", busy())]);
    let output = ask(&server, &["/x", "--retry", "1"]).run();
    output.fails(
        22,
        &["the last time\ndq: fetch: 503 Service Unavailable: busy\n"],
    );
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn permanent_failures_are_not_retried() {
    let cases: [(&[&str], Reply, usize); 6] = [
        (&[], Reply::message("500 Internal Server Error", "x"), 1),
        (&[], Reply::message("404 Not Found", "x"), 1),
        (
            &["-X", "POST"],
            Reply::message("503 Service Unavailable", "x"),
            1,
        ),
        (&["-X", "DELETE"], Reply::message("502 Bad Gateway", "x"), 2),
        (
            &["-X", "PUT", "-d", "x"],
            Reply::message("504 Gateway Timeout", "x"),
            2,
        ),
        // A pipe cannot be read twice.
        (
            &["-X", "PUT", "-d", "@-"],
            Reply::message("504 Gateway Timeout", "x"),
            1,
        ),
    ];
    for (args, reply, times) in cases {
        let server = Server::new([("/x", reply)]);
        let args = [&["/x", "--retry", "1"], args].concat();
        ask(&server, &args)
            .stdin("x".repeat(100_000))
            .run()
            .fails(22, &[]);
        assert_eq!(server.requests().len(), times, "{args:?}");
    }
}

#[test]
fn retries_honor_retry_after() {
    let later = Reply::status("503 Service Unavailable", "Retry-After: 1\r\n", "");
    let server = Server::new([("/x", Reply::turns([later.clone(), Reply::json("1")]))]);
    let begun = Instant::now();
    let output = ask(&server, &["/x", "--retry", "1"]).run();
    assert_eq!((output.text(), output.code), ("1\n", 0));
    assert!(begun.elapsed() >= Duration::from_secs(1));
    // No retry if Retry-After exceeds the time limit.
    let server = Server::new([("/x", later)]);
    ask(&server, &["/x", "--retry", "1", "-m", "0.5"])
        .run()
        .fails(22, &["503"]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_refused_connection_is_retried() {
    let dir = TempDir::new();
    let socket = dir.join("s");
    let late = socket.clone();
    let server = std::thread::spawn(move || {
        sleep(Duration::from_millis(500));
        Server::at(&late, [("/x", Reply::json("1"))])
    });
    let output = dq([
        "/x",
        "--retry",
        "3",
        "--unix-socket",
        socket.to_str().unwrap(),
    ])
    .run();
    assert_eq!((output.text(), output.code), ("1\n", 0));
    assert!(
        output.stderr.contains("; trying again in 0.25 s"),
        "{}",
        output.stderr
    );
    drop(server.join().unwrap());
    let output = dq(["/x", "--retry", "1", "--unix-socket", "/nonexistent/s"]).run();
    output.fails(
        7,
        &[
            "the last time\n",
            "\ndq: fetch: cannot connect to /nonexistent/s",
        ],
    );
}

fn page(body: &str, link: &'static str) -> Reply {
    Reply::status("200 OK", link, body)
}

#[test]
fn pages_are_concatenated_into_one_stream() {
    let server = Server::new([
        (
            "/x?page=3",
            page("[4]", "Content-Type: application/json\r\n"),
        ),
        (
            "/x?page=2",
            page(
                "[2,3]",
                "Link: </x>; rel=\"first\", </x?page=3>; rel=\"next\"\r\n",
            ),
        ),
        (
            "/x",
            page(
                "1",
                "Link: <?page=2>; rel=next\r\nLink: <?page=3>; rel=last\r\nContent-Type: application/json\r\n",
            ),
        ),
    ]);
    ask(&server, &["/x", "--paginate", "-c"])
        .run()
        .is("1\n[2,3]\n[4]\n");
    assert_eq!(server.asked(), ["GET /x", "GET /x?page=2", "GET /x?page=3"]);
    ask(&server, &["/x", "--paginate", "-s", "-c"])
        .run()
        .is("[1,[2,3],[4]]\n");
    ask(&server, &["/x", "-c"]).run().is("1\n");
    // Pages after the last needed one are not fetched.
    let asked = server.asked().len();
    ask(&server, &["/x", "--paginate", "-n", "input"])
        .run()
        .is("1\n");
    assert!(server.asked().len() <= asked + 2);
}

/// A value has its own page: the next one does not go on with it.
#[test]
fn a_page_that_ends_within_a_value_is_an_error() {
    let heads = [
        "Link: </x?page=2>; rel=next\r\nContent-Type: application/json\r\n",
        "Link: </x?page=2>; rel=next\r\nContent-Type: text/plain\r\n",
        "Link: </x?page=2>; rel=next\r\n",
    ];
    for head in heads {
        for (first, second) in [("[0]\n[1", ",2]"), ("[0]\n\"a", "b\""), ("[0] {", "}")] {
            let server = Server::new([("/x?page=2", page(second, "")), ("/x", page(first, head))]);
            for args in [&["-c", "."][..], &["-c", "-n", "inputs"]] {
                let words = [&["/x", "--paginate"], args].concat();
                let output = ask(&server, &words).run();
                let alone = dq(args).stdin(first).run();
                assert_eq!(
                    (output.text(), output.code),
                    ("[0]\n", 5),
                    "{words:?} {first}"
                );
                let said = alone.stderr.replace("<stdin>: ", "");
                assert_eq!(output.stderr, said, "{words:?} {first}");
                assert!(!server.asked().contains(&"GET /x?page=2".to_owned()));
            }
        }
    }
    // Lines are no values.
    let server = Server::new([("/x?page=2", page(",2]", "")), ("/x", page("[1", heads[0]))]);
    ask(&server, &["/x", "--paginate", "-R", "."])
        .run()
        .is("\"[1\"\n\",2]\"\n");
}

#[test]
fn foreign_and_broken_pages_stop_pagination() {
    let server = Server::new([
        (
            "/abroad",
            page(
                "[1]",
                "Link: <http://elsewhere/x>; rel=next\r\nContent-Type: application/json\r\n",
            ),
        ),
        (
            "/circle",
            page(
                "[1]",
                "Link: </circle>; rel=next\r\nContent-Type: application/json\r\n",
            ),
        ),
        (
            "/gone",
            page(
                "[1]",
                "Link: </nothing>; rel=next\r\nContent-Type: application/json\r\n",
            ),
        ),
    ]);
    // The pages received are printed before the error.
    let refused = "dq does not follow to this next page";
    let is_loop = "the pages are a loop: the next one has been read already";
    for (path, link, problem) in [
        ("/abroad", "http://elsewhere/x", refused),
        ("/circle", "/circle", is_loop),
    ] {
        let output = ask(&server, &[path, "--paginate", "-c"]).run();
        let said = format!("dq: fetch: 200 OK: {problem}: {link}\n");
        assert_eq!((output.text(), output.code), ("[1]\n", 22), "{path}");
        assert_eq!(output.stderr, said);
    }
    let output = ask(&server, &["/gone", "--paginate", "-c"]).run();
    assert_eq!((output.text(), output.code), ("[1]\n", 22));
    assert_eq!(output.stderr, "dq: fetch: 404 Not Found: page not found\n");
}

#[test]
fn only_get_and_head_follow_redirects() {
    let server = Server::new([
        ("/old", Reply::redirect("/new")),
        ("/abroad", Reply::redirect("http://elsewhere/x")),
        ("/same", Reply::status("304 Not Modified", "", "")),
        ("/new", Reply::json("1")),
    ]);
    ask(&server, &["/old"]).run().is("1\n");
    ask(&server, &["/old", "-X", "HEAD"]).run().is("");
    ask(&server, &["/same", "-X", "POST"]).run().is("");
    let output = ask(&server, &["/old", "-d", "{}"]).run();
    output.fails(
        22,
        &["dq: fetch: 302 Found: dq follows only GET and HEAD to: /new"],
    );
    let output = ask(&server, &["/abroad"]).run();
    output.fails(22, &["302 Found", "http://elsewhere/x"]);
}

#[test]
fn timeouts_end_a_request() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n1\n\r\n";
    let silent = || Server::new([("/x", Reply::Held("")), ("/y", Reply::Held(head))]);
    let server = silent();
    ask(&server, &["/x", "-m", "0.2"])
        .run()
        .fails(28, &["dq: fetch: timed out"]);
    ask(&server, &["/x", "--idle-timeout", "0.2"])
        .run()
        .fails(28, &["dq: fetch: timed out"]);
    for option in ["-m", "--idle-timeout"] {
        let output = ask(&server, &["/y", option, "0.3"]).run();
        assert_eq!(
            (output.text(), output.code),
            ("1\n", 28),
            "{}",
            output.stderr
        );
    }
    // A stream that keeps sending is not idle.
    let pieces = vec![
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n",
        "1\n",
        "2\n",
        "3\n",
        "4\n",
    ];
    let server = Server::new([("/x", Reply::Slow(Duration::from_millis(400), pieces))]);
    ask(&server, &["/x", "--idle-timeout", "1.5"])
        .run()
        .is("1\n2\n3\n4\n");
}

const SECRETS: [&str; 5] = [
    "Authorization: Bearer s3cret",
    "X-Registry-Auth: s3cret",
    "X-Registry-Config: s3cret",
    "Cookie: a=s3cret",
    "X-Vault-Token: s3cret",
];

#[test]
fn verbose_shows_heads_and_no_secrets() {
    let reply = Reply::status(
        "200 OK",
        "Content-Type: application/json\r\nSet-Cookie: s3cret\r\n",
        "{}",
    );
    let server = Server::new([("/x", reply)]);
    let mut args = vec!["/x", "-v", "-d", "{\"a\":1}"];
    SECRETS
        .iter()
        .for_each(|secret| args.extend(["-H", secret]));
    let output = ask(&server, &args).run();
    let expected = format!(
        "* host {}, chosen by DOCKER_HOST\n\
         > POST /x HTTP/1.1\n\
         > User-Agent: dq/{}\n\
         > Accept: */*\n\
         > Authorization: [redacted]\n\
         > X-Registry-Auth: [redacted]\n\
         > X-Registry-Config: [redacted]\n\
         > Cookie: [redacted]\n\
         > X-Vault-Token: [redacted]\n\
         > Host:\n\
         > Content-Type: application/json\n\
         > Content-Length: 7\n\
         >\n\
         < HTTP/1.1 200 OK\n\
         < Content-Type: application/json\n\
         < Set-Cookie: [redacted]\n\
         < Content-Length: 2\n\
         <\n",
        server.host(),
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(
        (output.text(), output.stderr.as_str()),
        ("{}\n", expected.as_str())
    );
    assert_eq!(
        server.requests()[0].header("authorization"),
        Some("Bearer s3cret")
    );
}

#[test]
fn include_prints_the_head_before_the_body() {
    let head = "HTTP/1.1 200 OK\nContent-Type: application/json\nX-A-B: c\nContent-Length: 7\n\n";
    let reply = Reply::status(
        "200 OK",
        "content-type: application/json\r\nx-a-b: c\r\n",
        "{\"a\":1}",
    );
    let server = Server::new([("/x", reply), ("/old", Reply::redirect("/x"))]);
    for endpoint in ["/x", "/old"] {
        ask(&server, &[endpoint, "-i"])
            .run()
            .is(&format!("{head}{{\n  \"a\": 1\n}}\n"));
    }
    ask(&server, &["/x", "-i", "-X", "HEAD"]).run().is(head);
    for args in [["/x", "-i", ".a", "-M"], ["/x", "-i", ".a", "-r"]] {
        let output = ask(&server, &args).run();
        assert_eq!((output.text(), output.stderr.as_str()), ("1\n", head));
    }
    let output = ask(&server, &["/nope", "-i"]).run();
    assert!(
        output.text().starts_with("HTTP/1.1 404 Not Found\n"),
        "{output:?}"
    );
    assert_eq!(
        (output.stderr.as_str(), output.code),
        ("dq: fetch: 404 Not Found: page not found\n", 22)
    );
}

#[test]
fn a_failed_response_can_show_its_body() {
    let server = Server::new([("/x", Reply::message("409 Conflict", "in use"))]);
    let said = "dq: fetch: 409 Conflict: in use\n";
    for (args, printed) in [
        (
            vec!["/x", "--fail-with-body", "-c"],
            "{\"message\":\"in use\"}\n",
        ),
        (vec!["/x", "--fail-with-body", ".message", "-r"], "in use\n"),
        (vec!["/x", ".message"], ""),
    ] {
        let output = ask(&server, &args).run();
        assert_eq!(
            (output.text(), output.stderr.as_str(), output.code),
            (printed, said, 22)
        );
    }
}

#[test]
fn an_error_inside_a_stream_is_a_failure() {
    let stream = "{\"status\":\"Pulling\"}\r\n{\"errorDetail\":{\"message\":\"denied\"},\"error\":\"denied\"}\r\n";
    let typed = Reply::status("200 OK", "Content-Type: application/json\r\n", stream);
    let untyped = Reply::status("200 OK", "", stream);
    let server = Server::new([("/typed", typed), ("/untyped", untyped)]);
    for endpoint in ["/typed", "/untyped"] {
        for (args, printed) in [
            (&["-r", ".status"][..], "Pulling\nnull\n"),
            (&["-c", "-n", "[inputs.status]"], "[\"Pulling\",null]\n"),
            (&["-s", "length"], "2\n"),
        ] {
            let args = [&[endpoint, "-X", "POST"], args].concat();
            let output = ask(&server, &args).run();
            assert_eq!(
                (output.text(), output.stderr.as_str(), output.code),
                (printed, "dq: fetch: denied\n", 22)
            );
        }
    }
    // In the response to a GET, `error` is ordinary data: a GET starts no operation that could fail.
    ask(&server, &["/typed", ".status", "-r"])
        .run()
        .is("Pulling\nnull\n");
}

#[test]
fn a_head_response_has_no_body() {
    let reply = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n1 2";
    let server = Server::new([("/x", Reply::Raw(reply.into()))]);
    ask(&server, &["/x", "-X", "HEAD"]).run().is("");
}

#[test]
fn a_protocol_switch_is_an_error() {
    let reply = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: tcp\r\n\r\nhello";
    let server = Server::new([("/x", Reply::Raw(reply.into()))]);
    ask(&server, &["/x"]).run().fails(
        56,
        &["the server switched to tcp, which dq does not speak\n"],
    );
}

#[test]
fn a_truncated_log_shows_the_received_part() {
    let mut reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nContent-Length: 1000\r\n\r\n".to_vec();
    reply.extend(b"\x01\0\0\0\0\0\0\x04one\n\x02\0\0\0\0\0\0\x04two\n\x01\0\0\0\0\0\0\x09thr");
    let server = Server::new([("/x", Reply::Raw(reply))]);
    let output = ask(&server, &["/x"]).run();
    assert_eq!((output.text(), output.code), ("one\nthr", 56));
    assert!(
        output.stderr.starts_with("two\ndq: fetch: "),
        "{}",
        output.stderr
    );
    let output = ask(&server, &["/x", "-r", ".line"]).run();
    assert_eq!((output.text(), output.code), ("one\ntwo\nthr\n", 56));
}

#[test]
fn truncated_text_shows_the_received_part() {
    let reply =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\none\ntwo";
    let server = Server::new([("/x", Reply::Raw(reply.into()))]);
    for args in [&["/x"][..], &["/x", "-r", "."]] {
        let output = ask(&server, args).run();
        assert_eq!(
            (output.text().trim_end(), output.code),
            ("one\ntwo", 56),
            "{}",
            output.stderr
        );
    }
}

#[test]
fn a_signal_terminates_dq() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n1\n\r\n";
    let server = Server::new([("/x", Reply::Held(head))]);
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut shell = crate::support::dq::with_default_signals("bash");
        let dq = crate::support::dq::BINARY;
        shell.env("DOCKER_HOST", server.host());
        // Without job control (`set -m`) the shell starts background jobs with SIGINT ignored.
        let line = format!(
            "set -m; {dq} /x > out & until [ -s out ]; do sleep 0.01; done; kill -{signal} $!; \
             wait $! 2>/dev/null; code=$?; cat out; echo $code"
        );
        let dir = TempDir::new();
        shell.args(["-c", &line]).env("LC_ALL", "C");
        shell.current_dir(dir.path());
        let output: Output = crate::support::dq::run(shell, Vec::new());
        assert_eq!(output.text(), format!("1\n{code}\n"), "{signal}");
    }
}

#[test]
fn the_sample_engine_is_read_only() {
    let output = dq(["--demo", "/containers/create", "-F", "Image=x"]).run();
    output.fails(
        22,
        &["dq: fetch: 405 Method Not Allowed: the sample engine is read-only"],
    );
    let long = "x".repeat(3 << 20);
    let output = dq(["--demo", "/images/load", "-d", "@-"]).stdin(long).run();
    output.fails(22, &["405 Method Not Allowed"]);
}

/// The output of `--curl` with DOCKER_HOST set to a socket.
fn curl(args: &[&str]) -> Output {
    let files = TempDir::new();
    files.write("f.json", "{}");
    fs::File::create(files.join("long.tar"))
        .unwrap()
        .set_len(2 << 20)
        .unwrap();
    let run = dq([&["--curl"], args].concat()).env("DOCKER_HOST", "unix:///nonexistent/d.sock");
    run.dir(files.path()).run()
}

#[test]
fn curl_prints_the_equivalent_command() {
    let cases: [(&[&str], &str); 18] = [
        (&["/x"], " http://localhost/x | jq ."),
        (
            &["/x?a=1", ".a[\"b\"]"],
            " 'http://localhost/x?a=1' | jq '.a[\"b\"]'",
        ),
        (&["/x", "it's", "-r"], ""),
        (
            &["/x", "\"it's\"", "-rc", "--arg", "a", "b c"],
            r#" http://localhost/x | jq -r -c --arg a 'b c' '"it'\''s"'"#,
        ),
        (
            &[
                "/x",
                "-nS",
                "--tab",
                "1",
                "--args",
                "p q",
                "--jsonargs",
                "2",
            ],
            " http://localhost/x | jq -n -S --tab 1 --args 'p q' --jsonargs 2",
        ),
        (&["/x", "-X", "POST"], " -X POST http://localhost/x | jq ."),
        (&["/x", "-X", "HEAD"], " -o /dev/null -I http://localhost/x"),
        (
            &["/x", "-d", "{}"],
            " -H 'Content-Type: application/json' --data-binary '{}' http://localhost/x | jq .",
        ),
        (
            &["/x", "-d", "@f.json"],
            " -H 'Content-Type: application/json' --data-binary @f.json http://localhost/x | jq .",
        ),
        (
            &["/x", "-d", "@long.tar"],
            " -X POST -H 'Content-Type: application/x-tar' -T long.tar http://localhost/x | jq .",
        ),
        (
            &["/x", "-X", "PUT", "-d", "@f.json"],
            " -H 'Content-Type: application/json' -T f.json http://localhost/x | jq .",
        ),
        (
            &["/x", "-d", "[]", "-H", "content-type: a/b"],
            " -H 'Content-Type: a/b' --data-binary '[]' http://localhost/x | jq .",
        ),
        (
            &["/x", "-q", "filters.a=b"],
            " 'http://localhost/x?filters=%7B%22a%22%3A%5B%22b%22%5D%7D' | jq .",
        ),
        (
            &["/x", "-m", "1.5", "--connect-timeout", "2", "--retry", "3"],
            " --connect-timeout 2 -m 1.5 --retry 3 http://localhost/x | jq .",
        ),
        (&["/_ping", "-i"], " -i http://localhost/_ping"),
        (
            &["/x", "-i", "-v"],
            " -v -D /dev/stderr http://localhost/x | jq .",
        ),
        (
            &["/containers/x/archive?path=/a"],
            " 'http://localhost/containers/x/archive?path=/a'",
        ),
        (
            &["/x", "-H", "Host: y"],
            " -H 'Host: y' http://localhost/x | jq .",
        ),
    ];
    for (args, rest) in cases {
        if rest.is_empty() {
            // The filter is compiled for --curl too.
            curl(args).fails(3, &["dq: filter: "]);
            continue;
        }
        curl(args).is(&format!(
            "curl -fsS --unix-socket /nonexistent/d.sock{rest}\n"
        ));
    }
    curl(&["/events"])
        .is("curl -fsSN --unix-socket /nonexistent/d.sock http://localhost/events | jq .\n");
    let body = curl(&["/x", "--fail-with-body"]);
    body.is(
        "curl -sS --unix-socket /nonexistent/d.sock --fail-with-body http://localhost/x | jq .\n",
    );
    let url = curl(&["http://h:1/x", "-i", "."]);
    url.is("curl -fsS -D /dev/stderr http://h:1/x | jq .\n");
    let proxied = dq(["--curl", "http://h/x"])
        .env("HTTP_PROXY", "http://me:s3cret@p:3128")
        .run();
    let line = "curl -fsS -x http://p:3128 -U \"$PROXY_USER_PASSWORD\" http://h/x | jq .\n";
    assert_eq!((proxied.text(), proxied.code), (line, 0));
    assert!(!proxied.stderr.contains("s3cret"));
    curl(&["--demo", "/x"]).fails(2, &["the sample engine"]);
    curl(&["--host", "ssh://h", "/x"])
        .fails(2, &["curl cannot reach ssh:// hosts", "hint: ssh -nNT"]);
}

#[test]
fn the_curl_command_includes_the_output_format() {
    let lines = r#"'if type == "array" then .[] else . end'"#;
    let cases: [(&[&str], &str, &str); 12] = [
        (&["-o", "raw", ".a"], "jq -r .a", ""),
        (&["-o", "jsonl"], "jq -c .", ""),
        (&["-C", "-S"], "jq -S -C .", ""),
        (&["--color", "never"], "jq -M .", ""),
        (&["-t"], "jq .", "table"),
        (&["--columns", "id"], "jq .", "table"),
        (&["-o", "csv", ".[]"], "jq '.[]'", "csv"),
        (&["-o", "cbor"], "jq .", "cbor"),
        (&["-o", "lines", "-e", "-S"], "jq -e . | jq -r -c -S", ""),
        (&["networks"], "jq 'def _natural:", "table"),
        (
            &["inspect", "web", ".Id"],
            "jq 'def inspect: .\n;\ninspect | .Id'",
            "",
        ),
        (&["ids"], "jq '. // [] | map(.Id)'", "columns"),
    ];
    for (args, jq, missing) in cases {
        let is_saved = args[0].chars().all(char::is_alphabetic);
        let source: &[&str] = if is_saved { &[] } else { &["/x"] };
        let output = curl(&[source, args].concat());
        let (_, after) = output.text().split_once(" | ").unwrap();
        assert!(after.starts_with(jq), "{args:?}: {after}");
        assert_eq!(
            after.contains(lines),
            args.contains(&"lines") || args == ["ids"]
        );
        let note = match missing {
            "" => String::new(),
            "columns" => "dq: --curl: jq prints the data: it has no columns\n".into(),
            name => format!("dq: --curl: jq prints JSON: it has no -o {name}\n"),
        };
        assert_eq!((&output.stderr, output.code), (&note, 0), "{args:?}");
    }
    curl(&["/_ping", "-r", "."])
        .is("curl -fsS --unix-socket /nonexistent/d.sock http://localhost/_ping | jq -R -r .\n");
    curl(&["/x", "-X", "HEAD", "-i", "."]).is(
        "curl -fsS --unix-socket /nonexistent/d.sock -o /dev/null -D /dev/stderr -I http://localhost/x | jq .\n",
    );
    let log = &["/containers/x/logs?stdout=1", ".line"];
    curl(log).fails(
        2,
        &["dq: --curl: curl does not take the frames of a log apart"],
    );
}

#[test]
fn the_curl_command_contains_no_secrets() {
    let output = curl(&[
        "/x",
        "-H",
        "Authorization: Bearer s3cret",
        "-H",
        "X-Api-Key: s3cret",
    ]);
    let line = "curl -fsS --unix-socket /nonexistent/d.sock -H 'Authorization: '\"$HEADER_AUTHORIZATION\" -H 'X-Api-Key: '\"$HEADER_X_API_KEY\" \
                http://localhost/x | jq .\n";
    assert_eq!((output.text(), output.code), (line, 0));
    let notes = "dq: --curl: set HEADER_AUTHORIZATION to the value of the header Authorization\n\
                 dq: --curl: set HEADER_X_API_KEY to the value of the header X-Api-Key\n";
    assert_eq!(output.stderr, notes);
    let output = curl(&["http://me:s3cret@h/x"]);
    assert_eq!(
        output.text(),
        "curl -fsS -u \"$USER_PASSWORD\" http://h/x | jq .\n"
    );
    let output = curl(&[
        "-X",
        "POST",
        "/images/create?fromImage=a/b",
        "--registry-auth",
    ]);
    assert!(
        output
            .text()
            .contains(" -H 'X-Registry-Auth: '\"$HEADER_X_REGISTRY_AUTH\" "),
        "{output:?}"
    );
    let output = curl(&["/containers/x/logs?stdout=1", "-r", ".line"]);
    assert!(output.stderr.contains("frames of a log"), "{output:?}");
}

#[test]
fn registry_credentials_are_sent_only_to_the_engine() {
    let server = Server::new([("/", Reply::json("1"))]);
    let home = TempDir::new();
    let config = serde_json::json!({
        "auths": {"file.io": {"auth": "bWU6czNjcmV0"}},
        "credHelpers": {"helped.io": "test", "empty.io": "test", "broken.io": "missing"},
    });
    home.write(".docker/config.json", config.to_string());
    let helper = r#"#!/bin/sh
read registry
case $registry in
helped.io) echo '{"ServerURL": "helped.io", "Username": "<token>", "Secret": "s3cret"}' ;;
*) echo 'credentials not found in native keychain'; exit 1 ;;
esac
"#;
    let helper = home.write("bin/docker-credential-test", helper);
    fs::set_permissions(helper, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!(
        "{}:{}",
        home.join("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let pull = |registry: &str, more: &[&str]| {
        let endpoint = format!("/images/create?fromImage={registry}/x");
        let args = [&["-X", "POST", endpoint.as_str(), "-v"], more].concat();
        ask(&server, &args)
            .env("HOME", home.path())
            .env("PATH", &path)
            .run()
    };
    let auth = ["--registry-auth"];
    let expected = [
        (
            "file.io",
            r#"{"username":"me","password":"s3cret","serveraddress":"file.io"}"#,
        ),
        (
            "helped.io",
            r#"{"identitytoken":"s3cret","serveraddress":"helped.io"}"#,
        ),
        ("empty.io", "{}"),
        ("other.io", "{}"),
    ];
    for (registry, login) in expected {
        let output = pull(registry, &auth);
        assert_eq!(
            (output.text(), output.code),
            ("1\n", 0),
            "{}",
            output.stderr
        );
        assert!(output.stderr.contains("> X-Registry-Auth: [redacted]\n"));
        assert!(!output.stderr.contains("s3cret"));
        let sent = server.requests().pop().unwrap();
        let sent = decode_base64url(sent.header("x-registry-auth").unwrap());
        assert_eq!(sent, login);
    }
    pull("broken.io", &auth).fails(2, &["docker-credential-missing failed"]);
    pull("file.io", &[]);
    assert_eq!(
        server.requests().pop().unwrap().header("x-registry-auth"),
        None
    );
    ask(&server, &["/info", "--registry-auth"])
        .run()
        .fails(2, &["names no registry"]);
    dq(["http://h/images/create?fromImage=x", "--registry-auth"])
        .run()
        .fails(2, &["not for full URLs"]);
}

/// Decodes base64url (RFC 4648, section 5) with `basenc` of coreutils.
fn decode_base64url(text: &str) -> String {
    let mut command = std::process::Command::new("basenc");
    command.args(["--base64url", "-d"]);
    crate::support::dq::run(command, text.into())
        .text()
        .to_owned()
}

#[test]
fn a_field_of_the_wrong_type_gets_a_hint() {
    let problem = "json: cannot unmarshal number into Go struct field Wrapper.User of type string";
    let server = Server::new([("/x", Reply::message("500 Internal Server Error", problem))]);
    let hint = "hint: -F makes a number of it; --raw-field User=1000 sends text\n";
    ask(&server, &["/x", "-F", "Image=a", "-F", "User=1000"])
        .run()
        .fails(22, &[problem, hint]);
    let output = ask(
        &server,
        &["/x", "-F", "Image=a", "--raw-field", "User=1000"],
    )
    .run();
    assert!(!output.stderr.contains("hint: -F"), "{}", output.stderr);
}
