//! The transport under ureq: one connection, whatever it runs over.

use std::fmt;
use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::buffers::GrowingBuffers;
use super::error::Error;
use super::line::{Early, Line, send_and_listen};
use super::proxy::Proxy;
use super::sockets::Places;
use super::ssh;
use super::stream::Stream;
use super::tls::TlsConnector;
use super::ureq_error::TransportError;
use super::wait_hook::WaitHook;
use super::watcher::{Event, Watcher};
use super::{connect, demo};
use dq_text::os_reason;

/// Where the connections of an agent go.
#[derive(Debug)]
pub enum Route {
    Unix(PathBuf, Places),
    Demo,
    /// To the host of the URI, with TLS where its scheme is https, perhaps through a proxy.
    Net(TlsConnector, Option<Proxy>),
    /// Through ssh, which gets the time-out for connecting.
    Ssh(ssh::SshTarget, Option<Duration>),
}

/// Opens the connections of one agent.
#[derive(Debug)]
pub struct Gateway {
    pub route: Route,
    pub line: Arc<Line>,
    pub watcher: Watcher,
    pub wait_hook: WaitHook,
}

impl Gateway {
    fn open(&self, uri: &Uri, limit: Option<Duration>) -> Result<(Stream, String), Error> {
        match &self.route {
            Route::Unix(path, places) => {
                let label = path.display().to_string();
                Ok((Stream::Unix(connect::unix(path, limit, places)?), label))
            }
            Route::Demo => match demo::connect() {
                Ok(stream) => Ok((Stream::Unix(stream), "the sample engine".to_owned())),
                Err(error) => Err(Error::Connect {
                    host: "the sample engine".to_owned(),
                    problem: os_reason(&error),
                    hint: None,
                }),
            },
            Route::Net(tls, proxy) => open_net(uri, tls, proxy.as_ref(), limit),
            Route::Ssh(target, limit) => {
                let stream = ssh::connect(target, *limit)?;
                Ok((Stream::Ssh(stream), target.to_string()))
            }
        }
    }
}

fn open_net(
    uri: &Uri,
    tls: &TlsConnector,
    proxy: Option<&Proxy>,
    limit: Option<Duration>,
) -> Result<(Stream, String), Error> {
    let https = uri.scheme_str() == Some("https");
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
    let label = format!("{host}:{port}");
    let start = Instant::now();
    let left = || {
        let least = Duration::from_millis(1);
        limit.map(|limit| limit.saturating_sub(start.elapsed()).max(least))
    };
    let tcp = match proxy {
        None => connect::tcp(host, port, limit)?,
        Some(proxy) if https => proxy.tunnel(proxy.connect(limit)?, &label, left())?,
        Some(proxy) => proxy.connect(limit)?,
    };
    let stream = if https {
        Stream::Tls(Box::new(tls.connect((host, port), tcp, left())?))
    } else {
        Stream::Tcp(tcp)
    };
    Ok((stream, label))
}

impl Connector<()> for Gateway {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Connection>, ureq::Error> {
        let limit = details.timeout.not_zero().map(|limit| *limit);
        let (stream, host) = self.open(details.uri, limit)?;
        let proxied = matches!(&self.route, Route::Net(_, Some(_)));
        let absolute = proxied && matches!(stream, Stream::Tcp(_));
        Ok(Some(Connection {
            line: self.line.clone(),
            watcher: self.watcher.clone(),
            wait_hook: self.wait_hook.clone(),
            ..Connection::new(stream, host, absolute)
        }))
    }
}

/// ureq resolves names before it connects, also those a socket does not have; the gateway does it
/// where there is one.
#[derive(Debug)]
pub struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// One connection, kept alive between requests.
pub struct Connection {
    stream: Stream,
    buffers: GrowingBuffers,
    /// How the user calls the server.
    host: String,
    /// The time limits set on the socket; outer `None`: not known, since the TLS handshake sets
    /// its own.
    read_limit: Option<Option<Duration>>,
    write_limit: Option<Option<Duration>>,
    /// The server sent something since the last request.
    heard: bool,
    /// A request was answered on this connection before.
    reused: bool,
    line: Arc<Line>,
    /// A request was not sent to its end: nothing else can follow it.
    spoiled: bool,
    /// What came while a body was being sent.
    early: Early,
    watcher: Watcher,
    wait_hook: WaitHook,
    /// The head of a request so far, where somebody watches.
    head: Vec<u8>,
    /// A proxy reads the requests: their targets are to be absolute.
    absolute: bool,
}

impl Connection {
    fn new(stream: Stream, host: String, absolute: bool) -> Self {
        let known = (!matches!(stream, Stream::Tls(_))).then_some(None);
        Self {
            stream,
            buffers: GrowingBuffers::default(),
            host,
            read_limit: known,
            write_limit: known,
            heard: false,
            reused: false,
            line: Arc::default(),
            spoiled: false,
            early: Early::default(),
            watcher: Watcher::default(),
            wait_hook: WaitHook::default(),
            head: Vec::new(),
            absolute,
        }
    }

    fn limit_read(&mut self, limit: Option<Duration>) -> io::Result<()> {
        if self.read_limit != Some(limit) {
            tolerate_closed(self.stream.set_read_timeout(limit))?;
            self.read_limit = Some(limit);
        }
        Ok(())
    }

    fn limit_write(&mut self, limit: Option<Duration>) -> io::Result<()> {
        if self.write_limit != Some(limit) {
            tolerate_closed(self.stream.set_write_timeout(limit))?;
            self.write_limit = Some(limit);
        }
        Ok(())
    }

    /// Has the hook wait for bytes; otherwise the next read waits, for as long as the limit says.
    fn wait(&mut self, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let limit = timeout.not_zero().map(|limit| *limit);
        let has_waited = if self.stream.is_drained() {
            let waited = self.wait_hook.wait(self.stream.as_fd(), limit);
            waited.map_err(|error| self.hook_error(error, timeout))?
        } else {
            false
        };
        if has_waited {
            return Ok(());
        }
        self.limit_read(limit).map_err(|error| self.fault(&error))
    }

    /// The hook's errors pass through ureq as they are, but for the kinds that ureq takes for the end of a body of unknown
    /// length.
    fn hook_error(&self, error: io::Error, timeout: NextTimeout) -> ureq::Error {
        match error.kind() {
            kind if is_timeout(kind) => ureq::Error::Timeout(timeout.reason),
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset => self.fault(&error),
            _ => ureq::Error::Io(error),
        }
    }

    /// Reads into the input buffer; how many bytes.
    fn read(&mut self) -> io::Result<usize> {
        loop {
            match self.stream.read(self.buffers.input_append_buf()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    /// What an error of the stream's means. It travels as a fault of ours: ureq takes a reset
    /// within a body of unknown length for its end.
    fn fault(&self, error: &io::Error) -> ureq::Error {
        let tls = match &self.stream {
            Stream::Tls(stream) => stream.explain(error, self.heard),
            _ => None,
        };
        let error = match tls {
            Some(error) => error,
            None if !self.heard && self.is_closed(error.kind()) => self.no_reply(),
            None => Error::Lost {
                problem: os_reason(error),
                hint: self.may_want_tls().filter(|_| !self.heard),
            },
        };
        self.carry(error)
    }

    /// Sends what is in the output buffer.
    fn send(&mut self, amount: usize, limit: Option<Duration>) -> io::Result<()> {
        let bytes = &self.buffers.output()[..amount];
        if self.line.is_uploading() {
            let is_tls = matches!(self.stream, Stream::Tls(_));
            if is_tls {
                self.stream.set_nonblocking(true)?;
            }
            let sent = send_and_listen(&mut self.stream, bytes, limit, &mut self.early);
            if is_tls {
                self.stream.set_nonblocking(false)?;
            }
            return sent;
        }
        match absolute_target(bytes).filter(|_| self.absolute) {
            None => self.stream.write_all(bytes),
            Some((method, target)) => self.stream.write_all(&[method, target].concat()),
        }
    }

    /// Moves what came early to where ureq reads.
    fn take_early(&mut self) {
        let amount = self.early.drain_into(self.buffers.input_append_buf());
        self.heard = true;
        self.buffers.input_appended(amount);
    }

    /// Shows the head of a request once it is whole.
    fn show(&mut self, amount: usize) {
        if !self.watcher.is_there() {
            return;
        }
        let bytes = &self.buffers.output()[..amount];
        match absolute_target(bytes).filter(|_| self.absolute) {
            None => self.head.extend_from_slice(bytes),
            Some((method, target)) => self.head.extend([method, target].concat()),
        }
        if self.head.ends_with(b"\r\n\r\n") {
            self.watcher.tell(Event::Sent(&self.head));
            self.head.clear();
        }
    }

    fn no_reply(&self) -> Error {
        let known = match &self.stream {
            Stream::Tls(stream) => stream.no_reply(),
            Stream::Ssh(ssh) => Some(ssh.no_reply()),
            _ => None,
        };
        known.unwrap_or_else(|| Error::EmptyReply {
            host: self.host.clone(),
            hint: self.may_want_tls(),
        })
    }

    /// Why a server on the network may have hung up, or reset the connection, without a word.
    fn may_want_tls(&self) -> Option<String> {
        let is_tcp = matches!(self.stream, Stream::Tcp(_));
        is_tcp.then(|| format!("does this port want TLS? {WITH_TLS}"))
    }

    /// The other end is gone. ssh that could not connect leaves what it was sent unread: a reset.
    fn is_closed(&self, kind: io::ErrorKind) -> bool {
        let reset = kind == io::ErrorKind::ConnectionReset && matches!(self.stream, Stream::Ssh(_));
        kind == io::ErrorKind::UnexpectedEof || reset
    }

    /// A server that waits for TLS answers a plain request with an alert (RFC 8446 §5.1, §6).
    fn is_alert(&self) -> bool {
        let plain = !matches!(self.stream, Stream::Tls(_));
        plain && self.buffers.input().starts_with(&[21, 3])
    }

    fn wants_tls(&self) -> Error {
        Error::Handshake {
            host: self.host.clone(),
            problem: "the server wants TLS, and was asked in plain http".to_owned(),
            hint: Some(WITH_TLS.to_owned()),
        }
    }

    fn carry(&self, error: Error) -> ureq::Error {
        ureq::Error::Other(Box::new(TransportError {
            error,
            stale: self.reused && !self.heard,
        }))
    }
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    /// A server may answer and hang up before it has read everything, so a closed pipe is no
    /// error here: the answer is still to be read.
    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.line.is_deaf() {
            return Ok(());
        }
        if !self.line.is_uploading() {
            self.reused |= self.heard;
            self.heard = false;
            self.show(amount);
        }
        let timeout = timeout.for_write();
        let limit = timeout.not_zero().map(|limit| *limit);
        self.limit_write(limit)?;
        match self.send(amount, limit) {
            Ok(()) => Ok(()),
            Err(error) => match error.kind() {
                io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
                    self.line.set_deaf();
                    self.spoiled = true;
                    Ok(())
                }
                kind if is_timeout(kind) => Err(ureq::Error::Timeout(timeout.reason)),
                _ => Err(self.fault(&error)),
            },
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        if !self.early.is_empty() {
            self.take_early();
            return Ok(true);
        }
        let timeout = timeout.for_read();
        self.wait(timeout)?;
        match self.read() {
            Ok(0) if !self.heard => Err(self.carry(self.no_reply())),
            Ok(amount) => {
                let first = !self.heard;
                self.heard = true;
                self.buffers.input_appended(amount);
                if first && self.is_alert() {
                    return Err(self.carry(self.wants_tls()));
                }
                Ok(amount > 0)
            }
            Err(error) if is_timeout(error.kind()) => Err(ureq::Error::Timeout(timeout.reason)),
            Err(error) => Err(self.fault(&error)),
        }
    }

    fn is_open(&mut self) -> bool {
        !self.spoiled && self.stream.is_idle().unwrap_or(false)
    }

    fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }
}

/// How to ask over TLS.
const WITH_TLS: &str = "use https://, or tcp:// with DOCKER_TLS_VERIFY=1 or --tlsverify";

/// The mark of a target that a proxy gets whole, in front of it: `http::Uri` has no other place.
pub const ABSOLUTE: &str = "/http://";

/// Takes the slash off such a target: the method, and what stands behind it.
fn absolute_target(head: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = head.iter().take(32).position(|byte| *byte == b' ')?;
    let (method, rest) = head.split_at(space + 1);
    let is_method = method[..space].iter().all(u8::is_ascii_uppercase);
    (is_method && rest.starts_with(ABSOLUTE.as_bytes())).then(|| (method, &rest[1..]))
}

/// macOS does not take a limit for a connection the server has closed, whose last bytes may still
/// be read.
fn tolerate_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}

/// A read or a write that ran into the socket's limit is `WouldBlock` on UNIX.
fn is_timeout(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}
