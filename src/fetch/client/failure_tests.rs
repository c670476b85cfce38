//! A client and servers that fail.

#![allow(clippy::unwrap_used)]

use std::io::Read;
use std::time::{Duration, Instant};

use super::super::testing::{Server, TempDir, get, host, host_client, request, socket_client, url};
use super::super::{HostFlags, Wait};
use super::tests::{OK, body, error_of};
use super::*;

#[test]
fn failures_say_what_the_server_says() {
    let cases = [
        (
            "404 Not Found\r\n\r\n{\"message\":\"No such container: x\"}",
            "404 Not Found: No such container: x",
            None,
        ),
        ("404 Not Found\r\n\r\nNot Found\n", "404 Not Found", None),
        (
            "500 X\r\nContent-Length: 0\r\n\r\n",
            "500 Internal Server Error",
            None,
        ),
        ("599 X\r\n\r\nodd\x1b[2J", "599: odd\\x1b[2J", None),
        (
            "400 Bad Request\r\n\r\n<title>400 Bad Request</title>",
            "400 Bad Request",
            Some("-H 'Host: localhost'"),
        ),
        (
            "400 Bad Request\r\n\r\n{\"message\":\"client version 1.99 is too new\"}",
            "400 Bad Request: client version 1.99 is too new",
            Some("DOCKER_API_VERSION"),
        ),
        (
            "502 Bad Gateway\r\nContent-Length: 50\r\n\r\ncut off",
            "502 Bad Gateway: cut off",
            None,
        ),
    ];
    for (reply, text, hint) in cases {
        let server = Server::replying(&[&format!("HTTP/1.1 {reply}")]);
        let error = server.client().send(&get("/")).unwrap().failure();
        assert_eq!((error.to_string().as_str(), error.exit_code()), (text, 22));
        assert_eq!(
            error.hint().is_some(),
            hint.is_some(),
            "{text}: {:?}",
            error.hint()
        );
        assert!(
            error
                .hint()
                .unwrap_or_default()
                .contains(hint.unwrap_or_default())
        );
    }
}

#[test]
fn hostile_servers() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(70 << 10));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(5000));
    let cases = [
        ("SSH-2.0-OpenSSH_9.2\r\n", 56, "did not answer with HTTP"),
        ("<html>", 56, "did not answer with HTTP"),
        ("", 52, "empty reply: "),
        (
            "HTTP/1.1 200 OK\r\nContent-",
            56,
            "connection lost: the server closed it before the end",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 9\r\n\r\nabc",
            56,
            "connection lost: the server closed",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: text/a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
            56,
            "connection lost",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: text/a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
            56,
            "sent broken HTTP: invalid chunk size",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            56,
            "sent broken HTTP",
        ),
        (
            long.as_str(),
            56,
            "the head of the response is longer than 64 KiB",
        ),
        (
            many.as_str(),
            56,
            "the head of the response has more than 1000 headers",
        ),
        ("HTTP/1.1 000 X\r\n\r\n", 56, "did not answer with HTTP"),
        (
            "HTTP/1.1 200 OK\r\nX: a\u{1b}[2J\r\n\r\n",
            56,
            "sent broken HTTP: invalid header value",
        ),
        (
            "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
            56,
            "sent broken HTTP: invalid header name",
        ),
    ];
    for (reply, code, text) in cases {
        let error = error_of(&Server::replying(&[reply]), &get("/"));
        let shown: String = reply.chars().take(40).collect();
        assert!(error.to_string().contains(text), "{shown}: {error}");
        assert_eq!(error.exit_code(), code, "{shown}");
    }
}

#[test]
fn what_cannot_be_sent() {
    let with = |name: &str, value: &str| Request {
        headers: vec![(name.to_owned(), value.to_owned())],
        ..get("/")
    };
    let cases = [
        (get("x"), "the endpoint x does not start with /"),
        (get("/\n"), "an endpoint cannot hold a line break"),
        (request("A B", "/"), "\"A B\" is not an HTTP method"),
        (
            with("a b", "c"),
            "the name of the header \"a\" cannot be sent",
        ),
        (with("a", "secret\n"), "ok"),
        (
            with("a", "sec\nret"),
            "the value of the header \"a\" cannot be sent",
        ),
        (
            with("Content-Length", "5"),
            "dq sets the header content-length itself",
        ),
        (
            get(&format!("/{}", "x".repeat(70_000))),
            "the URL cannot be sent",
        ),
        (
            with("a", &"x".repeat(140_000)),
            "the URL or a header is longer than 128 KiB",
        ),
        (
            Request {
                source: Source::Url("ftp://x".into()),
                ..get("/")
            },
            "dq speaks http://",
        ),
    ];
    for (request, text) in cases {
        let server = Server::replying(&[OK]);
        match server.client().send(&request) {
            Ok(_) => assert_eq!(text, "ok"),
            Err(error) => {
                assert!(error.to_string().starts_with(text), "{error}");
                assert_eq!(error.exit_code(), 2);
            }
        }
    }
}

#[test]
fn a_url_that_cannot_be_sent() {
    let (host, source) = url("http://a\\b/", &HostFlags::default(), &[]).unwrap();
    let client = Client::new(host, ClientSettings::default());
    let error = client.send(&Request { source, ..get("/") }).err().unwrap();
    assert_eq!(error.exit_code(), 2);
    assert!(
        error.to_string().starts_with("the URL cannot be sent"),
        "{error}"
    );
}

#[test]
fn sockets_that_do_not_connect() {
    let folder = TempDir::new();
    let file = folder.write("file", "");
    let dead = folder.0.join("dead");
    drop(std::os::unix::net::UnixListener::bind(&dead).unwrap());
    let long = folder.0.join("x".repeat(150));
    let limit = if cfg!(target_vendor = "apple") {
        "a socket's path can be 103 bytes long, this one has"
    } else {
        "a socket's path can be 107 bytes long, this one has"
    };
    let cases = [
        (folder.0.join("absent"), "No such file or directory", None),
        (file.clone(), "it is not a socket", None),
        (folder.0.clone(), "it is not a socket", None),
        (
            dead,
            "Connection refused",
            Some("nobody listens on this socket"),
        ),
        (file.join("x"), "Not a directory", None),
        (long, limit, Some("a symbolic link")),
    ];
    for (path, text, hint) in cases {
        let error = socket_client(&path, ClientSettings::default())
            .send(&get("/"))
            .err()
            .unwrap();
        let start = format!("cannot connect to {}: {text}", path.display());
        assert!(error.to_string().starts_with(&start), "{error}");
        assert_eq!(error.exit_code(), 7);
        if let Some(hint) = hint {
            assert!(error.hint().unwrap().starts_with(hint));
        }
    }
}

#[test]
fn a_missing_socket_names_those_that_exist() {
    let folder = TempDir::new();
    let podman = folder.0.join("run/podman/podman.sock");
    std::fs::create_dir_all(podman.parent().unwrap()).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(&podman).unwrap();
    let run = folder.0.join("run");
    let flags = HostFlags {
        unix_socket: Some(folder.0.join("no")),
        ..HostFlags::default()
    };
    let host = host(&flags, &[("XDG_RUNTIME_DIR", run.to_str().unwrap())]).unwrap();
    let error = Client::new(host, ClientSettings::default())
        .send(&get("/"))
        .err()
        .unwrap();
    let hint = error.hint().unwrap();
    assert!(
        hint.contains(podman.to_str().unwrap()) && hint.contains("--host unix://"),
        "{hint}"
    );
}

#[test]
fn a_server_that_answers_a_ping_is_not_stuck() {
    let settings = ClientSettings {
        response_timeout: Some(Duration::from_millis(100)),
        ..ClientSettings::default()
    };
    // The first connection never answers, the second one the ping, the third one the repeated request.
    let ok = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";
    let silent = || vec![Vec::new(), Vec::new()];
    let server = Server::on_socket(vec![silent(), vec![ok.into()], vec![ok.into()]]);
    let client = socket_client(&server.socket(), settings.clone());
    let response = crate::send_patiently(&client, &get("/slow")).unwrap();
    assert_eq!(body(response).unwrap(), "ok");
    let server = Server::on_socket(vec![silent(), silent()]);
    let client = socket_client(&server.socket(), settings);
    let error = crate::send_patiently(&client, &get("/slow")).err().unwrap();
    assert_eq!(
        (error.exit_code(), error.to_string().as_str()),
        (28, "timed out waiting for the response")
    );
}

#[test]
fn time_limits() {
    let server = Server::on_socket(vec![vec![Vec::new(), Vec::new()]]);
    let limit = Duration::from_millis(100);
    let settings = ClientSettings {
        max_time: Some(limit),
        ..ClientSettings::default()
    };
    let start = Instant::now();
    let error = socket_client(&server.socket(), settings.clone())
        .send(&get("/"))
        .err()
        .unwrap();
    assert_eq!(
        (error.exit_code(), error.to_string().as_str()),
        (28, "timed out before the response was complete")
    );
    assert!(start.elapsed() >= limit && start.elapsed() < Duration::from_secs(5));
    let slow = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nabc";
    let server = Server::on_socket(vec![vec![slow.into(), Vec::new()]]);
    let response = socket_client(&server.socket(), settings)
        .send(&get("/"))
        .unwrap();
    assert_eq!(body(response).unwrap_err().exit_code(), 28);
}

/// A server that sends these bytes and then a reset, because one byte of the request stays unread.
fn resetting(answer: &'static [u8]) -> (String, thread::JoinHandle<()>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = thread::spawn(move || {
        use std::io::Write;
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 20]).unwrap();
        stream.write_all(answer).unwrap();
        thread::sleep(Duration::from_millis(100));
    });
    (address, server)
}

#[test]
fn a_reset_within_a_body_is_no_end() {
    let (address, server) = resetting(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nabc");
    let response = host_client(&address).send(&get("/")).unwrap();
    let error = body(response).unwrap_err();
    server.join().unwrap();
    assert_eq!(
        (error.exit_code(), error.to_string().as_str()),
        (56, "connection lost: Connection reset by peer")
    );
    assert_eq!(error.hint(), None);
}

#[test]
fn a_reset_without_an_answer_may_want_tls() {
    let (address, server) = resetting(b"");
    let error = host_client(&address).send(&get("/")).err().unwrap();
    server.join().unwrap();
    assert_eq!(error.exit_code(), 56);
    let hint = error.hint().unwrap();
    assert!(hint.starts_with("does this port want TLS?"), "{hint}");
}

#[test]
fn a_port_that_wants_tls_is_told_from_one_that_hangs_up() {
    let alert = Server::on_port(vec![vec![b"\x15\x03\x03\0\x02\x02\x0a".to_vec()]]);
    let at = format!("127.0.0.1:{}", alert.port);
    let error = host_client(&at).send(&get("/")).err().unwrap();
    let text = "the server wants TLS, and was asked in plain http";
    assert_eq!(
        (error.exit_code(), error.to_string()),
        (35, format!("TLS handshake with {at} failed: {text}"))
    );
    let silent = Server::on_port(vec![vec![Vec::new()]]);
    let at = format!("127.0.0.1:{}", silent.port);
    let error = host_client(&at).send(&get("/")).err().unwrap();
    assert_eq!(error.exit_code(), 52);
    assert!(
        error
            .hint()
            .unwrap()
            .starts_with("does this port want TLS?")
    );
}

/// A hook that stops the second wait.
fn stopping() -> WaitHook {
    let waits = std::sync::atomic::AtomicUsize::new(0);
    WaitHook::new(
        move |_, _| match waits.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Ok(Wait::Skipped),
            _ => Ok(Wait::Stop),
        },
    )
}

#[test]
fn a_hook_that_stops_cancels_the_request() {
    let starts = [
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
    ];
    for start in starts {
        let server = Server::replying(&[start, ""]);
        let client = server.client().with_wait_hook(stopping());
        let error = client.send(&get("/")).and_then(body).err();
        assert_eq!(error, Some(Error::Cancelled), "{start}");
    }
    let failed = "HTTP/1.1 500 X\r\nContent-Length: 9\r\n\r\nabc";
    let server = Server::replying(&[failed, ""]);
    let client = server.client().with_wait_hook(stopping());
    let error = client.send(&get("/")).unwrap().failure();
    assert_eq!(error, Error::Cancelled);
}

#[test]
fn an_error_of_the_hook_reaches_the_reader_as_it_is() {
    let start = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nabc";
    let server = Server::replying(&[start, ""]);
    let waits = std::sync::atomic::AtomicUsize::new(0);
    let hook =
        WaitHook::new(
            move |_, _| match waits.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
                0 => Ok(Wait::Skipped),
                _ => Err(std::io::ErrorKind::StorageFull.into()),
            },
        );
    let client = server.client().with_wait_hook(hook);
    let mut response = client.send(&get("/")).unwrap();
    let error = response.body.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
}
