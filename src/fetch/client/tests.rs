//! A client and the servers of the tests.

#![allow(clippy::unwrap_used)]

use std::io::Read;

use super::super::testing::{self, Server, get, host, request};
use super::super::{BodyKind, HostFlags, Response, read_error};
use super::*;

pub(crate) const OK: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

/// The whole body, or the error of reading it.
pub(crate) fn body(mut response: Response) -> Result<String, Error> {
    let mut text = String::new();
    match response.body.read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(read_error(&error)),
    }
}

pub(crate) fn error_of(server: &Server, request: &Request) -> Error {
    match server.client().send(request) {
        Ok(response) => body(response).unwrap_err(),
        Err(error) => error,
    }
}

fn redirect(location: &str) -> String {
    format!("HTTP/1.1 301 Moved Permanently\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
}

#[test]
fn a_request_on_the_wire() {
    let server = Server::replying(&[OK, OK, OK]);
    let client = server.client();
    body(client.send(&get("/a b?c={}")).unwrap()).unwrap();
    body(client.send(&request("POST", "/x")).unwrap()).unwrap();
    let named = Request {
        headers: vec![
            ("Host".into(), "me".into()),
            ("X-A".into(), "1".into()),
            ("x-a".into(), "2".into()),
            ("user-agent".into(), "u".into()),
        ],
        ..get("/")
    };
    body(client.send(&named).unwrap()).unwrap();
    let agent = concat!("user-agent: dq/", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        server.heads(),
        [
            format!("GET /a%20b?c=%7B%7D HTTP/1.1\r\n{agent}\r\naccept: */*\r\nhost: \r\n\r\n"),
            format!("POST /x HTTP/1.1\r\n{agent}\r\naccept: */*\r\nhost: \r\ncontent-length: 0\r\n\r\n"),
            "GET / HTTP/1.1\r\naccept: */*\r\nhost: me\r\nx-a: 1\r\nx-a: 2\r\nuser-agent: u\r\n\r\n".to_owned(),
        ]
    );
}

#[test]
fn docker_headers_are_sent_to_docker_hosts_only() {
    let server = Server::on_port(vec![vec![OK.into()], vec![OK.into()]]);
    let tcp = format!("tcp://127.0.0.1:{}/base/", server.port);
    let variables = [
        ("DOCKER_HOST", tcp.as_str()),
        ("DOCKER_API_VERSION", "1.41"),
        ("DOCKER_CUSTOM_HEADERS", "X-Token=secret,User-Agent=no"),
    ];
    let host = host(&HostFlags::default(), &variables).unwrap();
    let client = Client::new(host, ClientSettings::default());
    body(client.send(&get("/info")).unwrap()).unwrap();
    let url = format!("http://u:p@127.0.0.1:{}/info", server.port);
    let to_url = Request {
        source: Source::Url(url.clone()),
        ..get("/")
    };
    let error = client.send(&to_url).err().unwrap();
    assert!(
        error.to_string().starts_with("this client is for tcp://"),
        "{error}"
    );
    let (host, _) = testing::url(&url, &HostFlags::default(), &variables).unwrap();
    let client = Client::new(host, ClientSettings::default());
    body(client.send(&to_url).unwrap()).unwrap();
    let heads = server.heads();
    assert!(
        heads[0].starts_with("GET /base/v1.41/info HTTP/1.1\r\n"),
        "{}",
        heads[0]
    );
    assert!(heads[0].contains("x-token: secret\r\n") && heads[0].contains("user-agent: dq/"));
    assert!(heads[0].contains(&format!("host: 127.0.0.1:{}\r\n", server.port)));
    assert!(heads[1].starts_with("GET /info HTTP/1.1\r\n") && !heads[1].contains("x-token"));
    assert!(
        heads[1].contains("authorization: Basic dTpw\r\n"),
        "{}",
        heads[1]
    );
}

#[test]
fn connections_are_kept_and_a_stale_one_is_replaced() {
    let server = Server::on_socket(vec![vec![OK.into(), OK.into()], vec![OK.into()]]);
    let client = server.client();
    for _ in 0..2 {
        assert_eq!(body(client.send(&get("/")).unwrap()).unwrap(), "{}");
    }
    // The server closes the connection some time after its last reply, so the client notices before or after it sends.
    assert_eq!(body(client.send(&get("/")).unwrap()).unwrap(), "{}");
    assert_eq!(server.heads().len(), 3);
}

#[test]
fn a_request_is_sent_after_one_that_met_a_closed_pipe() {
    let server = Server::on_socket(vec![vec![OK.into()]]);
    let client = server.client();
    client.upload_state.set_peer_stopped_reading();
    assert_eq!(body(client.send(&get("/")).unwrap()).unwrap(), "{}");
    assert_eq!(server.heads().len(), 1);
}

#[test]
fn redirects_on_the_same_origin_are_followed() {
    let server = Server::on_socket(vec![
        vec![redirect("/b").into()],
        vec![redirect("c?x").into()],
        vec![redirect("http:///d").into()],
        vec![OK.into()],
    ]);
    let response = server.client().send(&get("/a/1")).unwrap();
    assert_eq!(body(response).unwrap(), "{}");
    let lines: Vec<String> = server
        .heads()
        .iter()
        .map(|head| head.lines().next().unwrap().to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            "GET /a/1 HTTP/1.1",
            "GET /b HTTP/1.1",
            "GET /c?x HTTP/1.1",
            "GET /d HTTP/1.1"
        ]
    );
}

#[test]
fn other_redirects_are_errors_with_their_location() {
    let cases = [
        (
            "GET",
            redirect("http://evil/x"),
            "301 Moved Permanently: dq does not follow to another host: http://evil/x",
        ),
        (
            "POST",
            redirect("/b"),
            "301 Moved Permanently: dq follows only GET and HEAD to: /b",
        ),
        (
            "GET",
            "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
            "302 Found: a redirect without a location",
        ),
    ];
    for (method, reply, text) in cases {
        let error = error_of(&Server::replying(&[&reply]), &request(method, "/"));
        assert_eq!(error.exit_code(), 22);
        assert!(error.to_string().starts_with(text), "{error}");
    }
    let ring = (0..12).map(|_| vec![redirect("/again").into()]).collect();
    let error = error_of(&Server::on_socket(ring), &get("/"));
    assert_eq!(
        error.to_string(),
        "301 Moved Permanently: too many redirects, the last one to: /again"
    );
    let unchanged = "HTTP/1.1 304 Not Modified\r\n\r\n";
    let response = Server::replying(&[unchanged])
        .client()
        .send(&request("POST", "/"))
        .unwrap();
    assert_eq!(
        (response.status, response.kind, response.is_live()),
        (304, BodyKind::Empty, false)
    );
}

#[test]
fn kinds_of_responses() {
    let cases = [
        (
            "GET",
            "200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\n\r\n",
            BodyKind::Json,
            true,
            "[1]",
        ),
        (
            "GET",
            "200 OK\r\n\r\n\r\n {\"a\":1}",
            BodyKind::Json,
            true,
            "\r\n {\"a\":1}",
        ),
        ("GET", "200 OK\r\n\r\nhello", BodyKind::Text, true, "hello"),
        ("GET", "200 OK\r\n\r\n", BodyKind::Empty, false, ""),
        (
            "GET",
            "200 OK\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n\r\n",
            BodyKind::Empty,
            false,
            "",
        ),
        ("GET", "204 No Content\r\n\r\n", BodyKind::Empty, false, ""),
        (
            "HEAD",
            "200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n",
            BodyKind::Empty,
            false,
            "",
        ),
        (
            "GET",
            "200 OK\r\nContent-Type: application/x-tar\r\nContent-Length: 2\r\n\r\nab",
            BodyKind::Binary,
            false,
            "ab",
        ),
        (
            "GET",
            "200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nx",
            BodyKind::Logs,
            true,
            "x",
        ),
        (
            "ODD",
            "299 Own\r\nContent-Length: 1\r\n\r\n7",
            BodyKind::Json,
            false,
            "7",
        ),
    ];
    for (method, reply, kind, live, text) in cases {
        let server =
            Server::replying(&[&format!("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 {reply}")]);
        let response = server.client().send(&request(method, "/")).unwrap();
        assert_eq!((response.kind, response.is_live()), (kind, live), "{reply}");
        assert_eq!(body(response).unwrap(), text, "{reply}");
    }
}

#[test]
fn the_sample_engine_answers() {
    let host = host(
        &HostFlags {
            demo: true,
            ..HostFlags::default()
        },
        &[],
    )
    .unwrap();
    let client = Client::new(host, ClientSettings::default());
    for _ in 0..2 {
        let response = client.send(&get("/containers/json")).unwrap();
        assert_eq!((response.status, response.kind), (200, BodyKind::Json));
        assert!(body(response).unwrap().starts_with('['));
    }
}
