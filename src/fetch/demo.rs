//! The sample engine for `--demo`: serves recorded responses of a real dockerd on a socket inside this process.

mod containers;
mod events;
mod filters;
mod images;
mod logs;
mod networks;
mod pattern;
mod processes;
mod query;
mod read_only;
mod recorded;
mod response;
mod routes;
mod swarm;
#[cfg(test)]
mod tests;
mod times;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, SystemTime};

use response::{DemoBody, DemoResponse};

/// The longest request head that is read, in bytes.
const HEAD_LIMIT: u64 = 256 << 10;
/// The longest body in bytes that is sent with a Content-Length; longer ones are chunked, as Go's net/http does.
const UNCHUNKED_LIMIT: usize = 2048;
/// The pause between two lines of a stream, such as events, so that they arrive one by one.
const LINE_PAUSE: Duration = Duration::from_millis(3);

/// Opens a connection to the sample engine, which a thread serves until it is closed.
///
/// # Errors
/// Those of socketpair(2) and of starting a thread.
pub(crate) fn connect() -> io::Result<UnixStream> {
    let (near, far) = UnixStream::pair()?;
    thread::Builder::new()
        .name("demo engine".into())
        .stack_size(256 << 10)
        .spawn(move || serve(&far))?;
    Ok(near)
}

/// Serves requests until the client closes the connection or sends something that is not HTTP.
fn serve(stream: &UnixStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(request) = DemoRequest::read(&mut reader)? {
        let response = routes::respond(&request.method, &request.target);
        send(stream, &response, request.method == "HEAD")?;
        if request.is_last {
            break;
        }
    }
    Ok(())
}

/// The parts of a request that the routes need.
struct DemoRequest {
    method: String,
    target: String,
    /// Whether the connection is closed after the response.
    is_last: bool,
}

impl DemoRequest {
    /// Reads one request and skips its body; `None` at the end of the connection or where there is no request line.
    fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = reader.by_ref().take(HEAD_LIMIT);
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_ascii_whitespace().map(str::to_owned);
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Ok(None);
        };
        let mut request = Self {
            method,
            target,
            is_last: false,
        };
        let length = request.read_headers(&mut head)?;
        io::copy(&mut reader.take(length), &mut io::sink())?;
        Ok(Some(request))
    }

    /// Reads the headers up to the empty line, and returns the length of the body in bytes. A chunked body is not read,
    /// so it makes the request the last one.
    fn read_headers(&mut self, head: &mut impl BufRead) -> io::Result<u64> {
        let mut length = 0;
        for line in head.lines() {
            let line = line?.to_ascii_lowercase();
            match line
                .split_once(':')
                .map(|(name, value)| (name, value.trim()))
            {
                Some(("content-length", value)) => length = value.parse().unwrap_or(0),
                Some(("transfer-encoding", _)) | Some(("connection", "close")) => {
                    self.is_last = true
                }
                Some(_) => {}
                None => break,
            }
        }
        Ok(length)
    }
}

fn send(mut to: &UnixStream, response: &DemoResponse, is_head_only: bool) -> io::Result<()> {
    let mut out = format!("HTTP/1.1 {}\r\n{}", response.status, response.headers).into_bytes();
    match &response.body {
        DemoBody::Whole(body) if is_head_only || body.len() <= UNCHUNKED_LIMIT => {
            write!(out, "Content-Length: {}\r\n\r\n", body.len())?;
            out.extend(if is_head_only { &[] } else { body.as_slice() });
        }
        DemoBody::Whole(body) => {
            out.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            write_chunk(&mut out, body)?;
            write_chunk(&mut out, b"")?;
        }
        DemoBody::Lines { lines, until } => {
            out.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            to.write_all(&out)?;
            if is_head_only {
                return Ok(());
            }
            return send_lines(to, lines, *until);
        }
    }
    to.write_all(&out)
}

/// Sends lines one by one, and ends the body after them or at `until`, if that is later.
fn send_lines(mut to: &UnixStream, lines: &str, until: Option<SystemTime>) -> io::Result<()> {
    for line in lines.split_inclusive('\n') {
        let mut out = Vec::new();
        write_chunk(&mut out, line.as_bytes())?;
        to.write_all(&out)?;
        thread::sleep(LINE_PAUSE);
    }
    if let Some(rest) = until.and_then(|it| it.duration_since(SystemTime::now()).ok()) {
        thread::sleep(rest);
    }
    to.write_all(b"0\r\n\r\n")
}

fn write_chunk(out: &mut Vec<u8>, bytes: &[u8]) -> io::Result<()> {
    write!(out, "{:x}\r\n", bytes.len())?;
    out.extend(bytes);
    out.extend(b"\r\n");
    Ok(())
}
