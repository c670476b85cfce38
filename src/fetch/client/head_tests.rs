//! Unusual heads of responses.

#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::os::unix::net::UnixListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::super::message_head::request_lines;
use super::super::testing::{Server, TempDir, get, request, socket_client};
use super::tests::{body, error_of};
use super::*;
use crate::request::Payload;

/// A client that notes the first lines of interim responses.
fn noting(server: &Server) -> (Client, Arc<Mutex<Vec<String>>>) {
    let noted = Arc::<Mutex<Vec<String>>>::default();
    let sink = noted.clone();
    let events = EventHandler::new(move |event| {
        if let Event::InterimReceived(head) = event {
            sink.lock().unwrap().extend(request_lines(head));
        }
    });
    (server.client().with_event_handler(events), noted)
}

#[test]
fn folded_and_many_headers_are_read() {
    let many: String = (0..300)
        .map(|at| format!("X-{at}: v\r\n w{at}\r\n"))
        .collect();
    let reply =
        format!("HTTP/1.1 200 OK\r\nContent-Type:\r\n text/a\r\n{many}Content-Length: 2\r\n\r\nok");
    let response = Server::replying(&[&reply])
        .client()
        .send(&get("/"))
        .unwrap();
    assert_eq!(response.headers.len(), 302);
    assert_eq!(response.header("x-299"), Some("v w299"));
    assert_eq!(response.header("content-type"), Some("text/a"));
    assert_eq!(body(response).unwrap(), "ok");
}

#[test]
fn interim_responses_are_events() {
    let interim = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\nset-cookie: x\r\n\r\nHTTP/1.1 100 Continue\r\nServer: b\r\n\r\n";
    let reply = format!("{interim}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let server = Server::replying(&[&reply]);
    let (client, noted) = noting(&server);
    assert_eq!(body(client.send(&get("/")).unwrap()).unwrap(), "ok");
    assert_eq!(
        *noted.lock().unwrap(),
        [
            "HTTP/1.1 103 Early Hints",
            "Link: </a>",
            "Set-Cookie: [redacted]",
            "HTTP/1.1 100 Continue",
            "Server: b",
        ]
    );
}

#[test]
fn a_body_is_sent_after_interim_responses() {
    let long = "x".repeat(3 << 20);
    for interim in [
        "HTTP/1.1 100 Continue\r\nA: b\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
    ] {
        let reply = format!("{interim}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        let post = Request {
            payload: Payload::Bytes(long.clone().into_bytes()),
            ..request("POST", "/")
        };
        let response = Server::replying(&[&reply]).client().send(&post);
        assert_eq!(body(response.unwrap()).unwrap(), "ok", "{interim}");
    }
}

#[test]
fn interim_responses_end_after_a_hundred_or_the_connect_timeout() {
    let interim = "HTTP/1.1 102 Processing\r\n\r\n";
    let last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let hundred = format!("{}{last}", interim.repeat(100));
    let response = Server::replying(&[&hundred]).client().send(&get("/"));
    assert_eq!(body(response.unwrap()).unwrap(), "ok");
    let error = error_of(&Server::replying(&[&interim.repeat(101)]), &get("/"));
    assert_eq!(error.exit_code(), 56);
    assert!(
        error
            .to_string()
            .contains("more than 100 interim responses (1xx)"),
        "{error}"
    );
    let folder = TempDir::new();
    let listener = UnixListener::bind(folder.0.join("s")).unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        while stream.write_all(interim.as_bytes()).is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let settings = ClientSettings {
        connect_timeout: Some(Duration::from_millis(300)),
        ..ClientSettings::default()
    };
    let start = Instant::now();
    let client = socket_client(&folder.0.join("s"), settings);
    let error = client.send(&get("/")).err().unwrap();
    assert_eq!(error.exit_code(), 28, "{error}");
    assert!(start.elapsed() < Duration::from_secs(4));
}
