//! Bodies that are not what their header says, compressed bodies, server-sent events.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use crate::support::dq::{Dq, Output, dq};
use crate::support::server::{Reply, Server};

const GZIP: &str = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n";
const DEFLATE: &str = "Content-Type: application/json\r\nContent-Encoding: deflate\r\n";

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn encoded(status: &'static str, headers: &'static str, body: Vec<u8>) -> Reply {
    Reply::Http {
        status,
        headers,
        body,
    }
}

fn ask(server: &Server, args: &[&str]) -> Dq {
    dq(args).env("DOCKER_HOST", server.host())
}

/// What dq with these arguments makes of one reply to `/x`.
fn answer(reply: Reply, args: &[&str]) -> Output {
    let server = Server::new([("/x", reply)]);
    ask(&server, &[&["/x"], args].concat()).run()
}

fn text(content_type: &'static str, body: &str, args: &[&str]) -> Output {
    answer(Reply::status("200 OK", content_type, body), args)
}

#[test]
fn json_is_known_by_its_content() {
    let plain = "Content-Type: text/plain; charset=utf-8\r\n";
    text(plain, "{\"a\": 1}\n", &[".a"]).is("1\n");
    text(plain, "\n [{\"a\":1},\n{\"a\":2}]", &["-c", "map(.a)"]).is("[1,2]\n");
    text(plain, "[{\"a\":1}]", &["-t"]).is("A\n1\n");
    text(plain, "{\"a\":1}{\"a\":2}", &["-s", "-c", "map(.a)"]).is("[1,2]\n");
    text(plain, "true\n", &["not"]).is("false\n");
    text("Content-Type: text/html\r\n", "{\"a\":2}", &[".a"]).is("2\n");
    text(
        "Content-Type: application/octet-stream\r\n",
        "{\"a\":1}",
        &[".a"],
    )
    .is("1\n");
    text("Content-Type: application/zip\r\n", "[1]", &[".[0]"]).is("1\n");
    // Without a filter it is printed as it comes, and lines are lines.
    text(plain, "{\"a\": 1}\n", &[]).is("{\"a\": 1}\n");
    text(plain, "{\"a\": 1}\n", &["-R", "."]).is("\"{\\\"a\\\": 1}\"\n");
    text(plain, "[INFO] a\n[WARN] b\n", &["-r", "."]).is("[INFO] a\n[WARN] b\n");
    text(plain, "12 monkeys\n", &["length"]).is("10\n");
    text("", "[INFO] a\n", &["length"]).is("8\n");
    text(
        "Content-Type: application/octet-stream\r\n",
        "a\n",
        &["length"],
    )
    .is("1\n");
}

#[test]
fn a_filter_fetches_json_by_its_content() {
    let plain = |body| Reply::status("200 OK", "Content-Type: text/plain\r\n", body);
    let server = Server::new([
        ("/x", Reply::json("1")),
        ("/y", plain("{\"a\":1}")),
        ("/z", plain("{a}")),
    ]);
    ask(&server, &["/x", "fetch(\"/y\", \"/z\")", "-c"])
        .run()
        .is("{\"a\":1}\n\"{a}\"\n");
    let compressed = Server::new([
        ("/x", Reply::json("1")),
        ("/y", encoded("200 OK", GZIP, gzip("[2]"))),
    ]);
    ask(&compressed, &["/x", "fetch(\"/y\")[0]"])
        .run()
        .is("2\n");
}

#[test]
fn compressed_answers_are_decoded() {
    let json = "{\"a\":1}\n";
    answer(encoded("200 OK", GZIP, gzip(json)), &[".a"]).is("1\n");
    answer(encoded("200 OK", GZIP, gzip(json)), &["-c"]).is(json);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(json.as_bytes()).unwrap();
    answer(encoded("200 OK", DEFLATE, zlib.finish().unwrap()), &[".a"]).is("1\n");
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
    raw.write_all(json.as_bytes()).unwrap();
    answer(encoded("200 OK", DEFLATE, raw.finish().unwrap()), &[".a"]).is("1\n");
    let untyped = "Content-Encoding: gzip\r\n";
    answer(encoded("200 OK", untyped, gzip(json)), &[".a"]).is("1\n");
    let plain = "Content-Type: text/plain\r\nContent-Encoding: x-gzip\r\n";
    answer(encoded("200 OK", plain, gzip("one\ntwo\n")), &[]).is("one\ntwo\n");
    answer(encoded("200 OK", plain, gzip(json)), &[".a"]).is("1\n");
    let twice = "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n";
    answer(encoded("200 OK", twice, gzip(gzip(json))), &[".a"]).is("1\n");
    answer(encoded("200 OK", GZIP, Vec::new()), &[".a"]).is("");
    let head = answer(encoded("200 OK", GZIP, gzip(json)), &["-i"]);
    assert!(
        head.text().contains("Content-Encoding: gzip\n"),
        "{}",
        head.text()
    );
    assert!(
        head.text().ends_with("\n\n{\n  \"a\": 1\n}\n"),
        "{}",
        head.text()
    );
}

#[test]
fn a_compressed_archive_is_copied_as_it_comes() {
    let headers = "Content-Type: application/x-tar\r\nContent-Encoding: gzip\r\n";
    let bytes = gzip("tar");
    let copied = answer(encoded("200 OK", headers, bytes.clone()), &[]);
    assert_eq!((copied.stdout, copied.code), (bytes, 0));
}

#[test]
fn compressed_errors_are_decoded() {
    let body = gzip("{\"message\":\"no such thing\"}");
    answer(encoded("404 Not Found", GZIP, body.clone()), &[])
        .fails(22, &["dq: fetch: 404 Not Found: no such thing\n"]);
    let shown = answer(
        encoded("404 Not Found", GZIP, body),
        &["--fail-with-body", ".message"],
    );
    assert_eq!((shown.text(), shown.code), ("\"no such thing\"\n", 22));
    let headers = "Content-Encoding: br\r\n";
    let said =
        "500 Internal Server Error: the body is compressed with br, which dq does not decode\n";
    answer(
        encoded("500 Internal Server Error", headers, vec![1, 2]),
        &[],
    )
    .fails(22, &[said]);
}

#[test]
fn other_codings_are_named() {
    let headers = "Content-Type: application/json\r\nContent-Encoding: br\r\n";
    let reply = || encoded("200 OK", headers, b"\x0b\x03\x80".to_vec());
    let said = "dq: input: the answer is compressed with br, which dq does not decode: leave the filter out to copy it\n";
    answer(reply(), &[".a"]).fails(5, &[said]);
    assert_eq!(answer(reply(), &[]).stdout, b"\x0b\x03\x80");
}

#[test]
fn broken_compression_is_an_error() {
    let said = "dq: fetch: the body is not valid gzip, though its Content-Encoding says so\n";
    answer(encoded("200 OK", GZIP, b"{}".to_vec()), &[]).fails(56, &[said]);
    let mut cut = gzip("[1]\n[2]\n");
    cut.truncate(cut.len() - 4);
    let output = answer(encoded("200 OK", GZIP, cut), &["-c"]);
    assert_eq!((output.text(), output.code), ("[1]\n[2]\n", 56));
}

#[test]
fn compressed_streams_are_filtered_as_they_arrive() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"{\"a\":1}\n").unwrap();
    encoder.flush().unwrap();
    let piece = encoder.get_ref().clone();
    let head = format!(
        "HTTP/1.1 200 OK\r\n{GZIP}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n",
        piece.len()
    );
    let bytes = [head.as_bytes(), &piece, b"\r\n"].concat();
    let server = Server::new([("/x", Reply::HeldBytes(bytes))]);
    let running = ask(&server, &["/x", ".a"]).start();
    assert_eq!(running.line().1, "1");
}

#[test]
fn a_decompression_bomb_is_read_piece_by_piece() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"[1]").unwrap();
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..64 {
        encoder.write_all(&spaces).unwrap();
    }
    let server = Server::new([("/x", encoded("200 OK", GZIP, encoder.finish().unwrap()))]);
    let output = dq(["/x", "-c"]).env("DOCKER_HOST", server.host()).run();
    output.is("[1]\n");
}

#[test]
fn server_sent_events_are_values() {
    let kind = "Content-Type: text/event-stream\r\n";
    let body = ": hello\nretry: 10\n\nevent: add\nid: 1\ndata: {\"a\": 1}\n\ndata: two\n\n";
    text(kind, body, &["-c", "."]).is(concat!(
        "{\"event\":\"add\",\"id\":\"1\",\"data\":{\"a\":1}}\n",
        "{\"event\":\"message\",\"id\":\"1\",\"data\":\"two\"}\n",
    ));
    text(kind, body, &["-r", ".data | .a? // ."]).is("1\ntwo\n");
    text(kind, body, &["-t"]).is("EVENT     ID   DATA\nadd       1    a=1\nmessage   1    two\n");
    text(kind, body, &[]).is(body);
    text(kind, "data: a\n", &["-R", "."]).is("\"data: a\"\n");
}

#[test]
fn server_sent_events_are_filtered_as_they_arrive() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"a\":1}\n\ndata:";
    let server = Server::new([("/x", Reply::Held(head))]);
    let running = ask(&server, &["/x", ".data.a"]).start();
    assert_eq!(running.line().1, "1");
}

#[test]
fn errors_of_other_servers_are_worded() {
    let json = "Content-Type: application/json\r\n";
    let cases = [
        (
            json,
            "{\"error\":\"invalid_grant\",\"error_description\":\"The token has expired\"}",
            "invalid_grant: The token has expired",
        ),
        (
            json,
            "{\"message\":\"Validation Failed\",\"errors\":[{\"resource\":\"Issue\",\"field\":\"title\",\"code\":\"missing_field\"}]}",
            "Validation Failed: title: missing_field",
        ),
        (
            json,
            "{\"type\":\"error\",\"error\":\"Instance not found\",\"error_code\":400}",
            "Instance not found",
        ),
        (
            "Content-Type: application/problem+json\r\n",
            "{\"title\":\"Bad Request\",\"detail\":\"age is not a number\"}",
            "age is not a number",
        ),
        (
            "Content-Type: text/html\r\n",
            "<html><head><title>400 Bad Request</title></head>\n<body><h1>Bad Request</h1>\n<p>The <b>header</b> is too long.</p><hr>x",
            "The header is too long.",
        ),
    ];
    for (headers, body, message) in cases {
        answer(Reply::status("400 Bad Request", headers, body), &[])
            .fails(22, &[&format!("dq: fetch: 400 Bad Request: {message}\n")]);
    }
}

#[test]
fn a_progress_stream_with_nothing_but_an_error_fails() {
    let body = "{\"status\":\"pulling\"}\r\n{\"error\":\"no space left\"}\r\n";
    let server = Server::new([
        ("/images/create", Reply::json(body)),
        ("/other", Reply::json(body)),
    ]);
    let pull = ask(
        &server,
        &["-X", "POST", "/images/create?fromImage=x", ".status"],
    )
    .run();
    assert_eq!((pull.text(), pull.code), ("\"pulling\"\nnull\n", 22));
    assert!(
        pull.stderr.contains("dq: fetch: no space left\n"),
        "{}",
        pull.stderr
    );
    ask(&server, &["-X", "POST", "/other", ".status"])
        .run()
        .is("\"pulling\"\nnull\n");
}

#[test]
fn a_websocket_is_named() {
    let hint = "hint: the endpoint wants WebSocket, which dq does not speak\n";
    let upgrade = Reply::status("426 Upgrade Required", "Upgrade: websocket\r\n", "");
    answer(upgrade, &[]).fails(22, &["426 Upgrade Required\n", hint]);
    let version = Reply::status(
        "400 Bad Request",
        "Sec-WebSocket-Version: 13\r\n",
        "Bad Request\n",
    );
    answer(version, &[]).fails(22, &["dq: fetch: 400 Bad Request\n", hint]);
    let go = Reply::Raw(b"HTTP/1.1 400 Bad Request\r\n\r\nnot websocket protocol".to_vec());
    answer(go, &[]).fails(22, &["400 Bad Request: not websocket protocol\n", hint]);
    let head =
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    answer(Reply::Raw(head.to_vec()), &[]).fails(
        56,
        &["the server switched to WebSocket, which dq does not speak\n"],
    );
}

#[test]
fn pages_in_a_loop_end() {
    let page = |link, body| Reply::status("200 OK", link, body);
    let server = Server::new([
        ("/x?page=2", page("Link: </x?page=3>; rel=next\r\n", "2")),
        ("/x?page=3", page("Link: </x>; rel=next\r\n", "3")),
        ("/x", page("Link: </x?page=2>; rel=next\r\n", "1")),
    ]);
    let output = ask(&server, &["/x", "--paginate"]).run();
    assert_eq!((output.text(), output.code), ("1\n2\n3\n", 22));
    let said = "the pages are a loop: the next one has been read already: /x\n";
    assert!(output.stderr.ends_with(said), "{}", output.stderr);
    assert_eq!(server.asked().len(), 3);
}

/// The answers of Tecnativa's and LinuxServer's docker-socket-proxy (haproxy, nginx), wollomatic's socket-proxy and
/// CetusGuard, and those of the engine itself.
#[test]
fn a_proxy_that_forbids_an_endpoint_is_named() {
    let haproxy = "<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>\n";
    let nginx = "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    let html = |body| Reply::status("403 Forbidden", "Content-Type: text/html\r\n", body);
    let hint = "hint: a proxy in front of the engine forbids GET /info\n";
    let by_proxy = [
        (
            html(haproxy),
            ": Request forbidden by administrative rules.\n",
        ),
        (html(nginx), "\n"),
        (
            Reply::status(
                "403 Forbidden",
                "Content-Type: text/plain\r\n",
                "Forbidden\n",
            ),
            "\n",
        ),
        (Reply::status("403 Forbidden", "", ""), "\n"),
    ];
    for (reply, message) in by_proxy {
        let server = Server::new([("/info", reply)]);
        let output = dq(["/info"]).env("DOCKER_HOST", server.host()).run();
        let message = format!("dq: fetch: 403 Forbidden{message}");
        output.fails(22, &[&message, hint]);
    }
    let by_engine = [
        Reply::message("403 Forbidden", "authorization denied by plugin opa: no"),
        Reply::status(
            "403 Forbidden",
            "Api-Version: 1.45\r\nContent-Type: application/json\r\n",
            r#"{"message":"operation is not permitted on predefined host network"}"#,
        ),
    ];
    for reply in by_engine {
        let server = Server::new([("/info", reply)]);
        let output = dq(["/info"]).env("DOCKER_HOST", server.host()).run();
        output.fails(22, &["dq: fetch: 403 Forbidden: "]);
        assert!(!output.stderr.contains("hint"), "{}", output.stderr);
    }
    let method = Reply::status("405 Method Not Allowed", "", "Method Not Allowed\n");
    let server = Server::new([("/containers/create", method)]);
    let create = dq(["/containers/create", "-F", "Image=x"]).env("DOCKER_HOST", server.host());
    let hint = "hint: a proxy in front of the engine forbids POST /containers/create\n";
    create.run().fails(22, &[hint]);
}
