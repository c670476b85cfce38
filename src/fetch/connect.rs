//! Connects to UNIX sockets and over TCP, within a time limit.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
#[cfg(target_os = "linux")]
use std::os::unix::ffi::OsStrExt;
#[cfg(target_os = "linux")]
use std::os::unix::net;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::net::sockopt;

use super::error::Error;
use super::sockets::{self, SocketDirs};
use dq_text::os_reason;

/// The longest path of a socket in bytes: `sun_path` without its final NUL, 107 on Linux and 103 on macOS (unix(7),
/// unix(4)).
const PATH_LIMIT: usize =
    size_of::<libc::sockaddr_un>() - std::mem::offset_of!(libc::sockaddr_un, sun_path) - 1;

/// How long a connection may be silent before the peer is asked whether it is still there.
const KEEP_ALIVE_IDLE: Duration = Duration::from_secs(20);
/// How long to wait for an answer before it is asked again.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// How often it is asked before the connection counts as lost.
const KEEP_ALIVE_COUNT: u32 = 3;

/// Connects to a UNIX socket. `dirs` are where a hint looks for other sockets.
///
/// # Errors
/// `Connect` with a hint, `Timeout` after `limit`.
pub(crate) fn unix(
    path: &Path,
    limit: Option<Duration>,
    dirs: &SocketDirs,
) -> Result<UnixStream, Error> {
    let length = path.as_os_str().len();
    if length > PATH_LIMIT {
        return Err(Error::Connect {
            host: path.display().to_string(),
            problem: format!(
                "a socket's path can be {PATH_LIMIT} bytes long, this one has {length}"
            ),
            hint: Some("a symbolic link in a shorter place helps".to_owned()),
        });
    }
    let owned = path.to_owned();
    within(limit, move || connect_unix(&owned))
        .map_err(|error| sockets::connect_error(path, &error, dirs))
}

/// Connects to a path, or to an abstract socket (unix(7)) where it begins with `@`, as in Go. `./@x` is a path.
#[cfg(target_os = "linux")]
fn connect_unix(path: &Path) -> io::Result<UnixStream> {
    use std::os::linux::net::SocketAddrExt;
    match path.as_os_str().as_bytes().strip_prefix(b"@") {
        Some(name) => UnixStream::connect_addr(&net::SocketAddr::from_abstract_name(name)?),
        None => UnixStream::connect(path),
    }
}

#[cfg(not(target_os = "linux"))]
fn connect_unix(path: &Path) -> io::Result<UnixStream> {
    UnixStream::connect(path)
}

/// Resolves a name and tries its addresses one after the other until one accepts. Each gets an equal part of the
/// remaining time. `host` may be an IPv6 address in brackets.
///
/// # Errors
/// `Resolve`, `Connect` with the error of the last address, `Timeout` after `limit`.
pub(crate) fn tcp(host: &str, port: u16, limit: Option<Duration>) -> Result<TcpStream, Error> {
    let label = format!("{host}:{port}");
    let start = Instant::now();
    let timed_out = || Error::Timeout {
        doing: format!("connecting to {label}"),
    };
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    let addresses = addresses(host, port, limit)?;
    for (index, address) in addresses.iter().enumerate() {
        let remaining = limit.map(|limit| limit.saturating_sub(start.elapsed()));
        if remaining == Some(Duration::ZERO) {
            return Err(timed_out());
        }
        let untried = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        match connect(address, remaining.map(|remaining| remaining / untried)) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    if last.kind() == io::ErrorKind::TimedOut && limit.is_some() {
        return Err(timed_out());
    }
    Err(Error::Connect {
        host: label,
        problem: os_reason(&last),
        hint: None,
    })
}

fn connect(address: &SocketAddr, limit: Option<Duration>) -> io::Result<TcpStream> {
    let stream = match limit {
        Some(limit) => TcpStream::connect_timeout(address, limit.max(Duration::from_millis(1))),
        None => TcpStream::connect(address),
    }?;
    stream.set_nodelay(true)?;
    // Not every system and not every kind of socket has all of them.
    let _ = keep_alive(&stream);
    Ok(stream)
}

/// Has the kernel ask a silent peer whether it is still there (tcp(7)), so that a host that died or was cut off is
/// noticed within a minute, also by a stream that waits for hours. Without it, nothing ever ends that wait.
fn keep_alive(stream: &TcpStream) -> rustix::io::Result<()> {
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, KEEP_ALIVE_IDLE)?;
    sockopt::set_tcp_keepintvl(stream, KEEP_ALIVE_INTERVAL)?;
    sockopt::set_tcp_keepcnt(stream, KEEP_ALIVE_COUNT)?;
    limit_unacknowledged(
        stream,
        KEEP_ALIVE_IDLE + KEEP_ALIVE_INTERVAL * KEEP_ALIVE_COUNT,
    )
}

/// Sets how long sent bytes may stay unacknowledged; zero is the system's limit, about 15 minutes. Keep-alive does not
/// probe while there are such bytes, as behind a request to a host that died since the one before.
#[cfg(target_os = "linux")]
pub(crate) fn limit_unacknowledged(stream: &TcpStream, limit: Duration) -> rustix::io::Result<()> {
    let millis = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
    sockopt::set_tcp_user_timeout(stream, millis)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn limit_unacknowledged(_: &TcpStream, _: Duration) -> rustix::io::Result<()> {
    Ok(())
}

/// The addresses of a name, from the system's resolver. A numeric address is parsed without it.
fn addresses(host: &str, port: u16, limit: Option<Duration>) -> Result<Vec<SocketAddr>, Error> {
    let name = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    if let Some(address) = in_any_zone(name) {
        return Ok(vec![SocketAddr::new(address.into(), port)]);
    }
    let owned = name.to_owned();
    let found = within(limit, move || {
        Ok((owned.as_str(), port)
            .to_socket_addrs()?
            .collect::<Vec<SocketAddr>>())
    });
    match found {
        Ok(addresses) if !addresses.is_empty() => Ok(addresses),
        Ok(_) => Err(unresolved(name, "it has no address".to_owned())),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(Error::Timeout {
            doing: format!("resolving host {name}"),
        }),
        Err(error) => Err(unresolved(name, reason(&error))),
    }
}

/// The address of `address%zone` where the zone means nothing. getaddrinfo(3) takes a zone by its name with link-local
/// addresses only; curl ignores it with the others.
fn in_any_zone(name: &str) -> Option<Ipv6Addr> {
    let address: Ipv6Addr = name.split_once('%')?.0.parse().ok()?;
    (!address.is_unicast_link_local() && !address.is_multicast()).then_some(address)
}

fn unresolved(host: &str, problem: String) -> Error {
    Error::Resolve {
        host: host.to_owned(),
        problem,
        hint: None,
    }
}

/// The message of getaddrinfo(3), without the prefix that std puts in front of it.
fn reason(error: &io::Error) -> String {
    let text = os_reason(error);
    match text.strip_prefix("failed to lookup address information: ") {
        Some(reason) => reason.to_owned(),
        None => text,
    }
}

/// Gives up on `work` after the time limit. getaddrinfo(3) and connect(2) to a UNIX socket have none, so `work` runs on
/// a thread of its own, which goes on after the limit. Without a limit no thread is started.
///
/// # Errors
/// `TimedOut`, and those of `work`.
fn within<T: Send + 'static>(
    limit: Option<Duration>,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let Some(limit) = limit else { return work() };
    let (done, result) = mpsc::channel();
    thread::Builder::new()
        .name("connect".to_owned())
        .spawn(move || done.send(work()))?;
    match result.recv_timeout(limit) {
        Ok(result) => result,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn names_and_addresses_connect() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["127.0.0.1", "localhost"] {
            tcp(host, port, Some(Duration::from_secs(5))).unwrap();
        }
        drop(listener);
        let error = tcp("127.0.0.1", port, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot connect to 127.0.0.1:{port}: Connection refused")
        );
        assert_eq!(error.exit_code(), 7);
    }

    #[test]
    fn a_connection_is_kept_alive() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let stream = tcp("127.0.0.1", port, None).unwrap();
        assert!(sockopt::socket_keepalive(&stream).unwrap());
        assert_eq!(sockopt::tcp_keepidle(&stream), Ok(Duration::from_secs(20)));
        assert_eq!(sockopt::tcp_keepintvl(&stream), Ok(Duration::from_secs(10)));
        assert_eq!(sockopt::tcp_keepcnt(&stream), Ok(3));
        #[cfg(target_os = "linux")]
        {
            assert_eq!(sockopt::tcp_user_timeout(&stream), Ok(50_000));
            limit_unacknowledged(&stream, Duration::ZERO).unwrap();
            assert_eq!(sockopt::tcp_user_timeout(&stream), Ok(0));
        }
    }

    #[test]
    fn a_name_that_does_not_resolve_is_an_error() {
        let error = tcp("no-such-host.invalid", 80, None).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("cannot resolve host no-such-host.invalid: "),
            "{error}"
        );
        assert!(!error.to_string().contains("failed to lookup"), "{error}");
        assert_eq!(error.exit_code(), 6);
    }

    #[test]
    fn the_time_limit_ends_the_wait() {
        let slow = || {
            thread::sleep(Duration::from_secs(5));
            Ok(())
        };
        let error = within(Some(Duration::from_millis(10)), slow).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
