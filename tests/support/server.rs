//! A scripted HTTP server on a UNIX socket: canned answers, good and hostile, and a record of what was asked.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::temp::TempDir;

/// One request as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// How the server answers one request.
#[derive(Clone)]
pub enum Reply {
    /// A whole response with its Content-Length; the connection stays open.
    Http {
        status: &'static str,
        headers: &'static str,
        body: Vec<u8>,
    },
    /// These bytes as they are, then the end of the connection.
    Raw(Vec<u8>),
    /// These bytes with a pause before each piece, then the end of the connection.
    Slow(Duration, Vec<&'static str>),
    /// A header that never ends (until the client has had enough).
    EndlessHeader,
    /// These bytes, and the connection stays open.
    Held(&'static str),
    /// The same with bytes that are not text.
    HeldBytes(Vec<u8>),
    /// These bytes as soon as the head is there; the body of the request is never read.
    Refused(&'static str),
    /// The same, and the connection stays open, for longer than any test.
    Deaf(&'static str),
    /// One after the other, the last for ever.
    Turns(Arc<Mutex<VecDeque<Reply>>>),
}

impl Reply {
    pub fn turns(replies: impl IntoIterator<Item = Self>) -> Self {
        Self::Turns(Arc::new(Mutex::new(replies.into_iter().collect())))
    }

    /// The reply whose turn it is.
    fn taken(&self) -> Self {
        let Self::Turns(turns) = self else {
            return self.clone();
        };
        let mut turns = turns.lock().unwrap();
        match turns.len() {
            1 => turns[0].clone(),
            _ => turns.pop_front().unwrap(),
        }
    }

    pub fn json(body: &str) -> Self {
        Self::status("200 OK", "Content-Type: application/json\r\n", body)
    }

    pub fn status(status: &'static str, headers: &'static str, body: &str) -> Self {
        Self::Http {
            status,
            headers,
            body: body.into(),
        }
    }

    /// An error as Docker words it.
    pub fn message(status: &'static str, message: &str) -> Self {
        let body = serde_json::json!({ "message": message }).to_string();
        Self::status(status, "Content-Type: application/json\r\n", &body)
    }

    /// An error as Podman words it.
    pub fn podman(status: &'static str, cause: &str, message: &str) -> Self {
        let code: u16 = status[..3].parse().unwrap();
        let body = serde_json::json!({ "cause": cause, "message": message, "response": code });
        Self::status(
            status,
            "Content-Type: application/json\r\n",
            &body.to_string(),
        )
    }

    pub fn redirect(to: &str) -> Self {
        Self::Raw(
            format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into(),
        )
    }

    /// The connection ends before a byte of an answer.
    pub fn empty() -> Self {
        Self::Raw(Vec::new())
    }

    pub fn garbage() -> Self {
        Self::Raw(b"SSH-2.0-OpenSSH_9.2\r\n\0\x01\x02".to_vec())
    }

    /// A Content-Length of 1000 and only these bytes.
    pub fn cut(body: &str) -> Self {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
        Self::Raw(format!("{head}{body}").into())
    }

    /// One chunk, and then neither another nor the last.
    pub fn cut_chunks(body: &str) -> Self {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        Self::Raw(format!("{head}{:x}\r\n{body}\r\n", body.len()).into())
    }
}

type Routes = Vec<(String, Reply)>;

pub struct Server {
    pub socket: PathBuf,
    requests: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    _dir: Option<TempDir>,
}

impl Server {
    /// Answers every path that begins as one of these; any other is 404.
    pub fn new<'a>(routes: impl IntoIterator<Item = (&'a str, Reply)>) -> Self {
        let dir = TempDir::new();
        let mut server = Self::at(&dir.join("s"), routes);
        server._dir = Some(dir);
        server
    }

    /// The same on a socket of this path.
    pub fn at<'a>(socket: &Path, routes: impl IntoIterator<Item = (&'a str, Reply)>) -> Self {
        let routes: Routes = routes
            .into_iter()
            .map(|(path, reply)| (path.into(), reply))
            .collect();
        Self::start(socket, Some(Arc::new(routes)))
    }

    /// Takes connections and ends them before a request is read.
    pub fn closing() -> Self {
        let dir = TempDir::new();
        let mut server = Self::start(&dir.join("s"), None);
        server._dir = Some(dir);
        server
    }

    fn start(socket: &Path, routes: Option<Arc<Routes>>) -> Self {
        let listener = UnixListener::bind(socket).unwrap();
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let stop = Arc::<AtomicBool>::default();
        let (record, stopped) = (requests.clone(), stop.clone());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                if let Some(routes) = routes.clone() {
                    let record = record.clone();
                    thread::spawn(move || serve(&stream, &routes, &record));
                }
            }
        });
        Self {
            socket: socket.to_owned(),
            requests,
            stop,
            _dir: None,
        }
    }

    pub fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// What was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Method and target of each request so far.
    pub fn asked(&self) -> Vec<String> {
        self.requests()
            .iter()
            .map(|it| format!("{} {}", it.method, it.target))
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = UnixStream::connect(&self.socket);
    }
}

/// A socket file that nobody listens on.
pub fn stale_socket(path: &Path) {
    drop(UnixListener::bind(path).unwrap());
}

fn serve(stream: &UnixStream, routes: &Routes, record: &Mutex<Vec<Request>>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(mut request) = head(&mut reader)? {
        let found = routes
            .iter()
            .find(|(path, _)| request.target.starts_with(path));
        let reply = found.map(|(_, reply)| reply.taken());
        let reply = reply.unwrap_or_else(|| Reply::message("404 Not Found", "page not found"));
        let head_only = request.method == "HEAD";
        if !matches!(reply, Reply::Refused(_) | Reply::Deaf(_)) {
            if request.header("expect").is_some() {
                (&mut &*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            }
            request.body = body(&mut reader, &request)?;
        }
        record.lock().unwrap().push(request);
        if !send(stream, &reply, head_only)? {
            break;
        }
    }
    Ok(())
}

/// The head of a request; its body is not read yet.
fn head(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut words = lines[0].split(' ').map(str::to_owned);
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let headers = lines[1..].iter().filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    Ok(Some(Request {
        method,
        target,
        headers: headers.collect(),
        body: Vec::new(),
    }))
}

fn body(reader: &mut impl BufRead, request: &Request) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if let Some(length) = request
        .header("content-length")
        .and_then(|it| it.parse().ok())
    {
        reader.take(length).read_to_end(&mut body)?;
    } else if request.header("transfer-encoding").is_some() {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let length = u64::from_str_radix(line.trim(), 16).unwrap_or(0);
            reader.by_ref().take(length).read_to_end(&mut body)?;
            reader.read_line(&mut line)?;
            if length == 0 {
                break;
            }
        }
    }
    Ok(body)
}

/// Sends the reply; whether the connection goes on.
fn send(mut stream: &UnixStream, reply: &Reply, head_only: bool) -> io::Result<bool> {
    match reply {
        Reply::Http {
            status,
            headers,
            body,
        } => {
            let head = format!(
                "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
                body.len()
            );
            let body = if head_only { &[] } else { body.as_slice() };
            stream.write_all(&[head.as_bytes(), body].concat())?;
            return Ok(true);
        }
        Reply::Raw(bytes) => stream.write_all(bytes)?,
        Reply::Slow(pause, pieces) => {
            for piece in pieces {
                thread::sleep(*pause);
                stream.write_all(piece.as_bytes())?;
            }
        }
        Reply::EndlessHeader => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX-Endless: ")?;
            loop {
                stream.write_all(&[b'a'; 4096])?;
            }
        }
        Reply::Refused(bytes) => stream.write_all(bytes.as_bytes())?,
        Reply::Deaf(bytes) => {
            stream.write_all(bytes.as_bytes())?;
            thread::sleep(Duration::from_secs(600));
        }
        Reply::Turns(_) => unreachable!("a turn is taken before"),
        Reply::Held(bytes) => {
            stream.write_all(bytes.as_bytes())?;
            stream.read_to_end(&mut Vec::new())?;
        }
        Reply::HeldBytes(bytes) => {
            stream.write_all(bytes)?;
            stream.read_to_end(&mut Vec::new())?;
        }
    }
    Ok(false)
}
