//! One connection, as ureq's transport: reads, writes, time limits, and what their errors mean.

use std::fmt;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use super::buffers::GrowingBuffers;
use super::deadline::tolerate_closed;
use super::duplex::{EarlyResponse, send_and_receive};
use super::error::Error;
use super::events::{Event, EventHandler};
use super::incoming::Incoming;
use super::stream::TransportStream;
use super::upload_state::UploadState;
use super::ureq_error::TransportError;
use super::wait_hook::WaitHook;
use dq_text::os_reason;

/// What all connections of a client share with it.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub upload_state: Arc<UploadState>,
    pub events: EventHandler,
    pub wait_hook: WaitHook,
    /// How long a server may send nothing but interim responses.
    pub interim_limit: Option<Duration>,
}

/// One connection, kept alive between requests.
pub(crate) struct Connection {
    shared: Shared,
    stream: TransportStream,
    buffers: GrowingBuffers,
    /// The server's name in messages.
    host: String,
    /// The time limits set on the socket. The outer `None` is an unknown one: the TLS handshake sets its own.
    read_limit: Option<Option<Duration>>,
    write_limit: Option<Option<Duration>>,
    /// Whether the server has sent anything since the last request.
    has_received: bool,
    /// Whether an earlier request was answered on this connection.
    is_reused: bool,
    /// A request was not sent to its end, so no other can follow it.
    is_unusable: bool,
    /// Whether it has carried a request's body.
    has_uploaded: bool,
    /// What the server sent while a body was being sent.
    early: EarlyResponse,
    incoming: Incoming,
    /// The head of the request so far, if events are handled.
    head: Vec<u8>,
    /// A proxy forwards the requests: their targets are in absolute form (RFC 9112 §3.2.2).
    uses_absolute_form: bool,
}

impl Connection {
    /// A connection that was just opened.
    pub(crate) fn new(
        stream: TransportStream,
        host: String,
        uses_absolute_form: bool,
        shared: Shared,
    ) -> Self {
        let known = (!matches!(stream, TransportStream::Tls(_))).then_some(None);
        Self {
            shared,
            stream,
            buffers: GrowingBuffers::default(),
            host,
            read_limit: known,
            write_limit: known,
            has_received: false,
            is_reused: false,
            is_unusable: false,
            has_uploaded: false,
            early: EarlyResponse::default(),
            incoming: Incoming::default(),
            head: Vec::new(),
            uses_absolute_form,
        }
    }

    fn limit_read(&mut self, limit: Option<Duration>, whole: Option<Duration>) -> io::Result<()> {
        // That of TLS is a deadline, which passes.
        let is_deadline = limit.is_some() && self.is_tls_stream();
        if self.read_limit != Some(limit) || is_deadline {
            tolerate_closed(self.stream.set_read_timeout(limit, whole))?;
            self.read_limit = Some(limit);
        }
        Ok(())
    }

    fn is_tls_stream(&self) -> bool {
        matches!(self.stream, TransportStream::Tls(_))
    }

    fn limit_write(&mut self, limit: Option<Duration>) -> io::Result<()> {
        if self.write_limit != Some(limit) {
            tolerate_closed(self.stream.set_write_timeout(limit))?;
            self.write_limit = Some(limit);
        }
        Ok(())
    }

    /// Lets the hook wait for bytes. Where it does not, the next read waits, for as long as the time limit allows.
    /// `whole` is how long the response may still take.
    fn wait(&mut self, timeout: NextTimeout, whole: Option<Duration>) -> Result<(), ureq::Error> {
        let limit = timeout.not_zero().map(|limit| *limit);
        let has_waited = if self.stream.is_drained() {
            let waited = self.shared.wait_hook.wait(self.stream.as_fd(), limit);
            waited.map_err(|error| self.hook_error(error, timeout))?
        } else {
            false
        };
        // There may be a part of a TLS record, for the rest of which the read waits.
        if has_waited && !self.is_tls_stream() {
            return Ok(());
        }
        self.limit_read(limit, whole)
            .map_err(|error| self.read_or_write_error(&error))
    }

    /// An error of the hook passes through ureq as it is, except for the kinds that ureq takes for the end of a body of
    /// unknown length.
    fn hook_error(&self, error: io::Error, timeout: NextTimeout) -> ureq::Error {
        match error.kind() {
            _ if is_timeout(&error) => ureq::Error::Timeout(timeout.reason),
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset => self.read_or_write_error(&error),
            _ => ureq::Error::Io(error),
        }
    }

    /// Reads into the input buffer. Returns the number of bytes, 0 at the end.
    fn read(&mut self) -> io::Result<usize> {
        loop {
            match self.stream.read(self.buffers.input_append_buf()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    /// The error to report for a failed read or write. It travels as a [`TransportError`], because ureq takes a reset
    /// within a body of unknown length for its end.
    fn read_or_write_error(&self, error: &io::Error) -> ureq::Error {
        let tls = match &self.stream {
            TransportStream::Tls(stream) => stream.explain(error, self.has_received),
            _ => None,
        };
        let error = match tls {
            _ if is_silent_death(error) => Error::Lost {
                problem: format!("the host does not respond any more ({})", os_reason(error)),
                hint: None,
            },
            Some(error) => error,
            None if !self.has_received && self.is_closed_by_peer(error.kind()) => self.no_reply(),
            None => Error::Lost {
                problem: os_reason(error),
                hint: self.tls_hint().filter(|_| !self.has_received),
            },
        };
        self.transport_error(error)
    }

    /// Sends what is in the output buffer. `limit` is for each pause within it.
    fn send(
        &mut self,
        amount: usize,
        limit: Option<Duration>,
        deadline: Option<Instant>,
    ) -> io::Result<()> {
        let bytes = &self.buffers.output()[..amount];
        if self.shared.upload_state.is_uploading() {
            if !self.has_uploaded {
                // Only the time limit gets longer without it.
                let _ = self.stream.expect_slow_reader();
                self.has_uploaded = true;
            }
            let is_tls = matches!(self.stream, TransportStream::Tls(_));
            if is_tls {
                self.stream.set_nonblocking(true)?;
            }
            let sent = send_and_receive(&mut self.stream, bytes, limit, deadline, &mut self.early);
            if is_tls {
                self.stream.set_nonblocking(false)?;
            }
            return sent;
        }
        match split_absolute_form(bytes).filter(|_| self.uses_absolute_form) {
            None => self.stream.write_all(bytes),
            Some((method, target)) => self.stream.write_all(&[method, target].concat()),
        }
    }

    /// Moves what arrived during the upload to where ureq reads.
    fn take_early(&mut self) -> usize {
        let amount = self.early.drain_into(self.buffers.input_append_buf());
        self.has_received = true;
        self.buffers.input_appended(amount);
        amount
    }

    /// Passes on to ureq what it can parse of the bytes that were just received, 0 at the end. Returns whether anything
    /// was received; with an incomplete head there may be nothing to parse yet.
    fn pass_on(&mut self, amount: usize, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let Shared {
            events,
            interim_limit,
            ..
        } = &self.shared;
        let passed = self
            .incoming
            .pass_on(amount, &mut self.buffers, events, *interim_limit);
        let has_received = passed.map_err(|error| self.transport_error(error))?;
        // ureq takes an empty input for the end while it waits for leave to send the body. It may send it unasked.
        match timeout.reason {
            reason @ ureq::Timeout::Await100 if has_received && self.buffers.input().is_empty() => {
                Err(ureq::Error::Timeout(reason))
            }
            _ => Ok(has_received),
        }
    }

    /// Emits the head of a request once it is complete.
    fn emit_head(&mut self, amount: usize) {
        if !self.shared.events.is_enabled() {
            return;
        }
        let bytes = &self.buffers.output()[..amount];
        match split_absolute_form(bytes).filter(|_| self.uses_absolute_form) {
            None => self.head.extend_from_slice(bytes),
            Some((method, target)) => self.head.extend([method, target].concat()),
        }
        if self.head.ends_with(b"\r\n\r\n") {
            self.shared.events.emit(Event::RequestSent(&self.head));
            self.head.clear();
        }
    }

    fn no_reply(&self) -> Error {
        let known = match &self.stream {
            TransportStream::Tls(stream) => stream.no_reply(),
            TransportStream::Ssh(ssh) => Some(ssh.no_reply()),
            _ => None,
        };
        known.unwrap_or_else(|| Error::EmptyReply {
            host: self.host.clone(),
            hint: self.tls_hint(),
        })
    }

    /// Why a server on the network may have closed or reset the connection without a response.
    fn tls_hint(&self) -> Option<String> {
        let is_tcp = matches!(self.stream, TransportStream::Tcp(_));
        is_tcp.then(|| format!("does this port want TLS? {USE_TLS}"))
    }

    /// Whether an error means that the server closed the connection. An ssh that cannot connect leaves unread what it
    /// was sent, so its end is a reset.
    fn is_closed_by_peer(&self, kind: io::ErrorKind) -> bool {
        let is_ssh = matches!(self.stream, TransportStream::Ssh(_));
        kind == io::ErrorKind::UnexpectedEof || (kind == io::ErrorKind::ConnectionReset && is_ssh)
    }

    /// Whether the server answered a plain request with a TLS alert record (RFC 8446 §5.1 and §6).
    fn has_received_alert(&self) -> bool {
        let is_plain = !matches!(self.stream, TransportStream::Tls(_));
        is_plain && self.buffers.input().starts_with(&[21, 3])
    }

    fn server_wants_tls(&self) -> Error {
        Error::Handshake {
            host: self.host.clone(),
            problem: "the server wants TLS, and was asked in plain http".to_owned(),
            hint: Some(USE_TLS.to_owned()),
        }
    }

    fn transport_error(&self, error: Error) -> ureq::Error {
        ureq::Error::Other(Box::new(TransportError {
            error,
            is_stale: self.is_reused && !self.has_received,
        }))
    }
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    /// A server may respond and close the connection before it has read the whole request, so a broken pipe is no error
    /// here: the response is still to be read.
    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.shared.upload_state.has_peer_stopped_reading() {
            return Ok(());
        }
        if !self.shared.upload_state.is_uploading() {
            self.is_reused |= self.has_received;
            self.has_received = false;
            self.incoming = Incoming::default();
            self.emit_head(amount);
        }
        let whole = timeout.not_zero();
        let deadline = whole.and_then(|limit| Instant::now().checked_add(*limit));
        let timeout = timeout.for_write();
        let limit = timeout.not_zero().map(|limit| *limit);
        self.limit_write(limit)?;
        match self.send(amount, limit, deadline) {
            Ok(()) => Ok(()),
            Err(error) => match error.kind() {
                io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
                    self.shared.upload_state.set_peer_stopped_reading();
                    self.is_unusable = true;
                    Ok(())
                }
                _ if is_timeout(&error) => Err(ureq::Error::Timeout(timeout.reason)),
                _ => Err(self.read_or_write_error(&error)),
            },
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.incoming
            .check()
            .map_err(|error| self.transport_error(error))?;
        if !self.early.is_empty() {
            let amount = self.take_early();
            return self.pass_on(amount, timeout);
        }
        if self.buffers.input_append_buf().is_empty() {
            let problem = "a trailer of the response is longer than 256 KiB";
            return Err(self.transport_error(Error::Protocol {
                problem: problem.to_owned(),
            }));
        }
        let whole = timeout.not_zero().map(|whole| *whole);
        let timeout = timeout.for_read();
        self.wait(timeout, whole)?;
        match self.read() {
            Ok(0) if !self.has_received => Err(self.transport_error(self.no_reply())),
            Ok(amount) => {
                let is_first = !self.has_received;
                self.has_received = true;
                self.buffers.input_appended(amount);
                if is_first && self.has_received_alert() {
                    return Err(self.transport_error(self.server_wants_tls()));
                }
                self.pass_on(amount, timeout)
            }
            Err(error) if is_timeout(&error) => Err(ureq::Error::Timeout(timeout.reason)),
            Err(error) => Err(self.read_or_write_error(&error)),
        }
    }

    fn is_open(&mut self) -> bool {
        !self.is_unusable && !self.incoming.is_broken() && self.stream.is_idle().unwrap_or(false)
    }

    fn is_tls(&self) -> bool {
        matches!(self.stream, TransportStream::Tls(_))
    }
}

/// The hint that tells how to use TLS.
const USE_TLS: &str = "use https://, or tcp:// with DOCKER_TLS_VERIFY=1 or --tlsverify";

/// The start of a path that holds a target in absolute form. `http::Uri` has no other place for one beside the
/// authority to connect to.
pub(crate) const ABSOLUTE_FORM: &str = "/http://";

/// Splits a head that begins with such a path around the slash in front of it: the method, and the target with the
/// rest.
fn split_absolute_form(head: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = head.iter().position(|byte| *byte == b' ')?;
    let (method, rest) = head.split_at(space + 1);
    // The characters of a token (RFC 9110 §5.6.2).
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let is_method = method[..space].iter().all(is_token);
    (is_method && rest.starts_with(ABSOLUTE_FORM.as_bytes())).then(|| (method, &rest[1..]))
}

/// Whether a read or a write ran into the socket's time limit: `EAGAIN` on UNIX (socket(7), SO_RCVTIMEO).
fn is_timeout(error: &io::Error) -> bool {
    match error.kind() {
        io::ErrorKind::WouldBlock => true,
        io::ErrorKind::TimedOut => !is_silent_death(error),
        _ => false,
    }
}

/// Whether the kernel has given up on the peer: keep-alive or sent bytes got no answer (tcp(7), ETIMEDOUT). Time limits
/// of dq's own have no error number.
fn is_silent_death(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ETIMEDOUT)
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}
