//! The sample engine behind `--demo`: recorded answers of a real dockerd, served on a socket inside this process.

mod answers;
mod data;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use answers::{Answer, Body};

/// The longest request head the sample engine reads.
const HEAD_LIMIT: u64 = 256 << 10;
/// Bodies up to this length carry a Content-Length, longer ones go out chunked: what Go's server does.
const UNCHUNKED_LIMIT: usize = 2048;
/// The pause between two events, so that a reader sees them come one by one.
const EVENT_PAUSE: Duration = Duration::from_millis(3);

/// A connection to the sample engine. The thread that serves it ends with the connection.
pub fn connect() -> io::Result<UnixStream> {
    let (near, far) = UnixStream::pair()?;
    thread::Builder::new()
        .name("demo engine".into())
        .stack_size(256 << 10)
        .spawn(move || serve(&far))?;
    Ok(near)
}

/// Answers one request after the other until the client goes or does not speak HTTP.
fn serve(stream: &UnixStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader)? {
        let answer = answers::answer(&request.method, &request.target);
        send(stream, &answer, request.method == "HEAD")?;
        if request.last {
            break;
        }
    }
    Ok(())
}

struct Request {
    method: String,
    target: String,
    /// No other request follows on this connection.
    last: bool,
}

impl Request {
    /// Reads one request and passes over its body; `None` where the client has closed.
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
            last: false,
        };
        let length = request.read_headers(&mut head)?;
        io::copy(&mut reader.take(length), &mut io::sink())?;
        Ok(Some(request))
    }

    /// Reads up to the empty line; gives the length of the body. After a chunked one the connection ends.
    fn read_headers(&mut self, head: &mut impl BufRead) -> io::Result<u64> {
        let mut length = 0;
        for line in head.lines() {
            let line = line?.to_ascii_lowercase();
            match line
                .split_once(':')
                .map(|(name, value)| (name, value.trim()))
            {
                Some(("content-length", value)) => length = value.parse().unwrap_or(0),
                Some(("transfer-encoding", _)) | Some(("connection", "close")) => self.last = true,
                Some(_) => {}
                None => break,
            }
        }
        Ok(length)
    }
}

fn send(mut to: &UnixStream, answer: &Answer, head_only: bool) -> io::Result<()> {
    let mut out = format!("HTTP/1.1 {}\r\n{}", answer.status, answer.headers).into_bytes();
    match &answer.body {
        Body::Whole(body) if head_only || body.len() <= UNCHUNKED_LIMIT => {
            write!(out, "Content-Length: {}\r\n\r\n", body.len())?;
            out.extend(if head_only { &[] } else { body.as_slice() });
        }
        Body::Whole(body) => {
            out.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            chunk(&mut out, body)?;
            chunk(&mut out, b"")?;
        }
        Body::Events(lines) => {
            out.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            to.write_all(&out)?;
            return send_events(to, lines);
        }
    }
    to.write_all(&out)
}

fn send_events(mut to: &UnixStream, lines: &str) -> io::Result<()> {
    for line in lines.split_inclusive('\n') {
        let mut out = Vec::new();
        chunk(&mut out, line.as_bytes())?;
        to.write_all(&out)?;
        thread::sleep(EVENT_PAUSE);
    }
    to.write_all(b"0\r\n\r\n")
}

fn chunk(out: &mut Vec<u8>, bytes: &[u8]) -> io::Result<()> {
    write!(out, "{:x}\r\n", bytes.len())?;
    out.extend(bytes);
    out.extend(b"\r\n");
    Ok(())
}
