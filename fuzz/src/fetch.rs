//! Logs, HTTP messages, parameters, URLs and hosts.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use dq_fetch::fields::{RequestField, to_object, to_parameters};
use dq_fetch::logs::{Frames, LogStream, frame_header};
use dq_fetch::percent;
use dq_fetch::query::{append, parse_parameter, remaining_filters, without_parameters};
use dq_fetch::{Client, ClientSettings, EnvVars, HostFlags, Payload, Request, Source};

use crate::Target;
use crate::pieces::Pieces;

pub const LOGS: Target = Target {
    name: "logs",
    run: logs,
    seeds: &[
        "\u{1}\0\0\0\0\0\0\u{6}hello\n\u{2}\0\0\0\0\0\0\u{4}oops",
        "\0\0\0\0\0\0\0\0\u{1}\0\0\0\0\0\0\u{1}x\u{3}\0\0\0\u{7f}\0\0\0",
        "2024-01-01T00:00:00Z plain text\r\nsecond line",
    ],
    runs_programs: false,
};

type Frame = (String, Vec<u8>);

/// Frames and the error of a log.
fn frames(mut frames: Frames<Pieces>) -> (Vec<Frame>, Option<String>) {
    let mut found: Vec<Frame> = Vec::new();
    let mut payload = Vec::new();
    loop {
        match frames.next_frame(&mut payload) {
            Ok(Some(stream)) => {
                let stream = format!("{stream:?}");
                match found.last_mut() {
                    // Where a long payload is divided depends on how the bytes arrive.
                    Some((last, bytes)) if *last == stream => bytes.append(&mut payload),
                    _ => found.push((stream, std::mem::take(&mut payload))),
                }
                payload.clear();
            }
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error.to_string())),
        }
    }
}

/// The frames do not depend on how the bytes arrive, and those that dq frames are found again.
fn logs(data: &[u8]) {
    for make in [Frames::framed, Frames::raw, Frames::detect] {
        let whole = frames(make(Pieces::new(data, 1 << 16, false)));
        for most in [1, 3, 40] {
            assert_eq!(
                whole,
                frames(make(Pieces::new(data, most, false))),
                "pieces of {most}"
            );
        }
    }
    let framed = framed(data);
    for make in [Frames::framed, Frames::detect] {
        let (found, error) = frames(make(Pieces::new(&framed, 9, false)));
        let payloads: Vec<u8> = found.into_iter().flat_map(|(_, payload)| payload).collect();
        assert!(error.is_none(), "{error:?}");
        assert_eq!(payloads, data, "the payloads of dq's own frames");
    }
}

/// The bytes in frames, whose lengths and streams they choose.
fn framed(mut rest: &[u8]) -> Vec<u8> {
    let mut framed = Vec::new();
    while let Some(first) = rest.first() {
        let stream = match first % 2 {
            0 => LogStream::Stdout,
            _ => LogStream::Stderr,
        };
        let (payload, behind) = rest.split_at(rest.len().min(1 + usize::from(*first)));
        framed.extend(frame_header(stream, payload.len()));
        framed.extend(payload);
        rest = behind;
    }
    framed
}

pub const HTTP: Target = Target {
    name: "http",
    run: http,
    seeds: &[
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\n[1,\r\n2\r\n2]\r\n0\r\nTrailer: x\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 Not Found\r\nConnection: close\r\n\r\n{\"message\":\"no\"}",
        "HTTP/1.1 301 Moved\r\nLocation: /x?token=t\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n\u{1}\0\0\0\0\0\0\u{1}x",
        "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 99999999999999999999\nContent-Length: 3\n folded: x\n\nabc",
        "HTTP/1.1 204 No Content\r\nSet-Cookie: a\r\n\r\nHTTP/1.1 200\r\n\r\n",
    ],
    runs_programs: false,
};

/// What a connection gets, written in pieces of at most so many bytes.
struct Reply {
    bytes: Vec<u8>,
    piece: usize,
}

struct Server {
    path: std::path::PathBuf,
    replies: Mutex<Sender<Reply>>,
}

/// A server that sends the next reply to each connection and closes it.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let path = std::env::temp_dir().join(format!("dq-fuzz-{}.sock", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path).expect("a socket");
        let (replies, next) = channel();
        std::thread::spawn(move || serve(&listener, &next));
        Server {
            path,
            replies: Mutex::new(replies),
        }
    })
}

fn serve(listener: &UnixListener, next: &Receiver<Reply>) {
    let mut reply = Reply {
        bytes: Vec::new(),
        piece: 1,
    };
    while let Ok((mut stream, _)) = listener.accept() {
        // A run may connect again, after a redirect: it gets the same reply.
        while let Ok(newer) = next.try_recv() {
            reply = newer;
        }
        let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
        let mut request = [0; 4096];
        let _ = stream.read(&mut request);
        for piece in reply.bytes.chunks(reply.piece) {
            if stream.write_all(piece).is_err() {
                break;
            }
        }
    }
}

/// What an exchange gives.
#[derive(Debug, PartialEq)]
struct Exchange {
    head: Option<(u16, Vec<(String, String)>)>,
    body: Vec<u8>,
    error: Option<String>,
}

/// Sends a request that is answered like this.
fn exchange(bytes: &[u8], piece: usize) -> Exchange {
    let server = server();
    let reply = Reply {
        bytes: bytes.to_vec(),
        piece,
    };
    let replies = server.replies.lock().expect("a lock");
    replies.send(reply).expect("a server");
    drop(replies);
    let flags = HostFlags {
        host: Some(format!("unix://{}", server.path.display())),
        ..HostFlags::default()
    };
    let var = |_: &str| None::<OsString>;
    let host = dq_fetch::resolve_host(&flags, &EnvVars { var: &var }).expect("a host");
    let settings = ClientSettings {
        max_time: Some(Duration::from_secs(5)),
        ..ClientSettings::default()
    };
    let request = Request {
        method: "GET".into(),
        source: Source::Endpoint("/x".into()),
        headers: Vec::new(),
        without: Vec::new(),
        payload: Payload::default(),
    };
    let mut body = Vec::new();
    let (head, error) = match Client::new(host, settings).send(&request) {
        Ok(mut response) => {
            let error = response.body.read_to_end(&mut body).err();
            let error = error.map(|error| dq_fetch::read_error(&error).to_string());
            (Some((response.status, response.headers)), error)
        }
        Err(error) => (None, Some(error.to_string())),
    };
    Exchange { head, body, error }
}

/// An exchange ends in time, with a response or an error of one line, and does not depend on how the bytes arrive. What
/// is sent in chunks is received.
fn http(data: &[u8]) {
    let start = Instant::now();
    let whole = exchange(data, usize::MAX);
    if let Some(error) = &whole.error {
        assert!(!error.contains(char::is_control), "{error:?}");
    }
    // After a redirect, what is behind the first answer may be taken for the second one: its bytes arrive too late for
    // the connection to be given up.
    let text = String::from_utf8_lossy(data).to_ascii_lowercase();
    if !text.contains("location") {
        let piece = 1 + data.len() % 7;
        let other = exchange(data, piece);
        assert_eq!(whole, other, "pieces of {piece}");
    }
    let received = exchange(&chunked(data), 1000);
    assert_eq!(received.error, None);
    assert_eq!(received.body, data, "chunks");
    assert!(start.elapsed() < Duration::from_secs(4), "{start:?}");
}

/// A response with these bytes, which choose the sizes of its chunks.
fn chunked(mut rest: &[u8]) -> Vec<u8> {
    let mut response = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\
        Transfer-Encoding: chunked\r\n\r\n"
        .to_vec();
    while let Some(first) = rest.first() {
        let (chunk, behind) = rest.split_at(rest.len().min(1 + usize::from(*first)));
        let extension = match first % 3 {
            0 => "",
            1 => ";a=b",
            _ => "; a=\"c\"",
        };
        response.extend(format!("{:x}{extension}\r\n", chunk.len()).bytes());
        response.extend(chunk);
        response.extend(b"\r\n");
        rest = behind;
    }
    response.extend(b"0\r\n\r\n");
    response
}

pub const PARAMETERS: Target = Target {
    name: "parameters",
    run: parameters,
    seeds: &[
        "filters=label=a=b\nlimit=5\nall\nsince=10m",
        "a[b][]=1\na[b][]=2\nx:=[1,{\"y\":null}]\nk=@file\nn=null",
        "a%26b=c%3Dd&e\n\u{e9}=\u{1f600}\n=\n[]\n[=",
    ],
    runs_programs: false,
};

/// `-q` and `-F`: what is appended can be taken away again.
fn parameters(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let parsed: Vec<_> = text
        .lines()
        .filter_map(|line| parse_parameter(line).ok())
        .collect();
    for source in ["/x", "/x?a=1", "http://h/x#f"] {
        if let Ok(appended) = append(source, &parsed) {
            assert!(!appended.contains(char::is_control), "{appended:?}");
            let kept = remaining_filters(&appended, &parsed);
            assert!(kept.is_empty(), "{kept:?} of {appended}");
            if source == "/x" {
                assert_eq!(without_parameters(&appended, &parsed), source, "{appended}");
                assert_eq!(decoded(&appended), plain(&parsed), "{appended}");
            }
        }
    }
    let field = |line: &str, is_raw| RequestField {
        text: line.to_owned(),
        is_raw,
    };
    for is_raw in [false, true] {
        let fields: Vec<_> = text.lines().map(|line| field(line, is_raw)).collect();
        let mut read = |_: &str| Ok("text of a file".to_owned());
        if let Ok(object) = to_object(&fields, &mut read) {
            let json = serde_json::to_string(&object).expect("JSON");
            dq_json::read::from_slice(json.as_bytes()).expect("valid JSON");
        }
        let _ = to_parameters(&fields, &mut read);
    }
}

/// The parameters of an endpoint, but for Docker's filters.
fn decoded(endpoint: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let query = endpoint.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let pairs = pairs.map(|(key, value)| (percent::decode(key), percent::decode(value)));
    pairs.filter(|(key, _)| key != b"filters").collect()
}

fn plain(parameters: &[(String, String)]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let plain = parameters.iter();
    let plain = plain.filter(|(key, _)| key != "filters" && !key.starts_with("filters."));
    plain
        .map(|(key, value)| (key.clone().into_bytes(), value.clone().into_bytes()))
        .collect()
}

pub const URLS: Target = Target {
    name: "urls",
    run: urls,
    seeds: &[
        "http://u:p@host:8080/x?a=1&token=t#f",
        "unix:///var/run/docker.sock",
        "tcp://[fe80::1%25eth0]:2375",
        "ssh://user@host:22/run/x.sock",
        "https://127.0.0.1:99999/x",
        "npipe:////./pipe/x",
        "http+unix://%2Ftmp%2Fs/x",
    ],
    runs_programs: false,
};

/// A password that no message may have.
const PASSWORD: &str = "0secret0";

/// URLs and hosts: parsed or refused, and no message has a password or a second line.
fn urls(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    url(&text);
    // What is in front of the @ of a socket's path is no password.
    for scheme in ["http", "https", "tcp", "ssh"] {
        url(&format!("{scheme}://user:{PASSWORD}@{text}"));
    }
    let shown = dq_fetch::shown(&text);
    assert_eq!(dq_fetch::shown(&shown), shown, "shown twice");
    if !text.contains(['#', '?']) {
        let shown = dq_fetch::shown(&format!("{text}?token={PASSWORD}"));
        assert!(!shown.contains(PASSWORD), "{shown}");
    }
}

fn url(text: &str) {
    let check = |error: dq_fetch::Error| {
        let error = error.to_string();
        assert!(!error.contains(char::is_control), "{error:?}");
        assert!(!error.contains(PASSWORD), "{error}");
    };
    let var = |_: &str| None::<OsString>;
    let flags = HostFlags {
        host: Some(text.to_owned()),
        ..HostFlags::default()
    };
    match dq_fetch::resolve_host(&flags, &EnvVars { var: &var }) {
        Ok(host) => {
            let name = host.name().to_owned();
            assert!(!name.contains(PASSWORD), "{name}");
            let _ = host.reason();
        }
        Err(error) => check(error),
    }
    match dq_fetch::split_url(text) {
        Ok((host, endpoint)) => {
            let _ = dq_fetch::has_userinfo(&host);
            let _ = dq_fetch::secret_parameters(endpoint);
        }
        Err(error) => check(error),
    }
}
