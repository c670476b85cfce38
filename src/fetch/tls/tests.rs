//! TLS connections to a server inside the test.

#![allow(clippy::unwrap_used)]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::super::testing::{self, TempDir, get};
use super::super::{Client, ClientSettings, HostFlags, read_error};
use crate::error::Error;

const CA: &str = include_str!("testdata/ca.pem");
const OTHER_CA: &str = include_str!("testdata/other.pem");
const CLIENT: (&str, &str) = (
    include_str!("testdata/client.pem"),
    include_str!("testdata/client-key.pem"),
);
const SERVER: (&str, &str) = (
    include_str!("testdata/server.pem"),
    include_str!("testdata/server-key.pem"),
);
const EXPIRED: (&str, &str) = (
    include_str!("testdata/expired.pem"),
    include_str!("testdata/expired-key.pem"),
);

/// Starts a server for one connection with two requests, and returns its port. With `requires_client_auth` the client's
/// certificate must be signed by `CA`.
fn serve(identity: (&str, &str), requires_client_auth: bool) -> u16 {
    serve_slowly(identity, requires_client_auth, Duration::ZERO)
}

/// The connection of a server, which pauses before each byte unless the pause is zero.
struct Wire(TcpStream, Duration);

impl Read for Wire {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Write for Wire {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if self.1.is_zero() {
            return self.0.write(buf);
        }
        thread::sleep(self.1);
        self.0.write(&buf[..buf.len().min(1)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The same with a pause before each byte of a response.
fn serve_slowly(identity: (&str, &str), requires_client_auth: bool, pause: Duration) -> u16 {
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(CA.as_bytes()).unwrap())
        .unwrap();
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = if requires_client_auth {
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
        builder.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let cert = CertificateDer::from_pem_slice(identity.0.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(identity.1.as_bytes()).unwrap();
    let config = Arc::new(builder.with_single_cert(vec![cert], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (tcp, _) = listener.accept().unwrap();
        let wire = Wire(tcp, Duration::ZERO);
        let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), wire);
        for _ in 0..2 {
            let mut head = [0; 4096];
            if stream.read(&mut head).unwrap_or(0) == 0 {
                let _ = stream.flush();
                return;
            }
            let reply = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: a/json\r\n\r\n[]";
            stream.sock.1 = pause;
            let _ = stream.write_all(reply);
        }
    });
    port
}

/// Sends two requests with docker's files in a folder. Returns both bodies.
fn request_twice(host: &str, variable: &str, files: &[(&str, &str)]) -> Result<String, Error> {
    let folder = TempDir::new();
    for (name, content) in files {
        folder.write(name, content);
    }
    let flags = HostFlags {
        host: Some(host.to_owned()),
        ..HostFlags::default()
    };
    let path = folder.0.to_str().unwrap();
    let host = testing::host(&flags, &[(variable, "1"), ("DOCKER_CERT_PATH", path)])?;
    let client = Client::new(host, ClientSettings::default());
    let mut text = String::new();
    for _ in 0..2 {
        let mut response = client.send(&get("/"))?;
        response
            .body
            .read_to_string(&mut text)
            .map_err(|error| read_error(&error))?;
    }
    Ok(text)
}

#[test]
fn servers_accept_docker_s_client_certificate() {
    let files = [
        ("ca.pem", CA),
        ("cert.pem", CLIENT.0),
        ("key.pem", CLIENT.1),
    ];
    for host in ["tcp://127.0.0.1", "https://127.0.0.1", "127.0.0.1"] {
        let host = format!("{host}:{}", serve(SERVER, true));
        assert_eq!(
            request_twice(&host, "DOCKER_TLS_VERIFY", &files).unwrap(),
            "[][]",
            "{host}"
        );
    }
    for (server, name) in [(SERVER, "localhost"), (EXPIRED, "127.0.0.1")] {
        let host = format!("tcp://{name}:{}", serve(server, true));
        assert_eq!(
            request_twice(&host, "DOCKER_TLS", &files).unwrap(),
            "[][]",
            "{host}"
        );
    }
}

#[test]
fn servers_that_are_not_trusted() {
    let cases = [
        (
            SERVER,
            "127.0.0.1",
            OTHER_CA,
            "it is signed by an unknown authority",
            true,
        ),
        (
            SERVER,
            "localhost",
            CA,
            "it is only valid for dq.test, 127.0.0.1",
            true,
        ),
        (EXPIRED, "127.0.0.1", CA, "it expired on 2021-01-01", true),
    ];
    for (server, name, ca, problem, hint) in cases {
        let at = format!("{name}:{}", serve(server, false));
        let error = request_twice(&at, "DOCKER_TLS_VERIFY", &[("ca.pem", ca)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the certificate of {at} is not trusted: {problem}")
        );
        assert_eq!((error.exit_code(), error.hint().is_some()), (60, hint));
    }
}

#[test]
fn handshakes_that_fail() {
    let at = format!("127.0.0.1:{}", serve(SERVER, true));
    let error = request_twice(&at, "DOCKER_TLS_VERIFY", &[("ca.pem", CA)]).unwrap_err();
    let text = "the server wants a client certificate";
    assert_eq!(
        error.to_string(),
        format!("TLS handshake with {at} failed: {text}")
    );
    assert_eq!(error.exit_code(), 35);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut tcp, _) = listener.accept().unwrap();
        tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = tcp.read(&mut [0; 4096]);
    });
    let at = format!("127.0.0.1:{port}");
    let error = request_twice(&at, "DOCKER_TLS_VERIFY", &[("ca.pem", CA)]).unwrap_err();
    let text = "the server does not speak TLS on this port";
    assert!(error.to_string().ends_with(text), "{error}");
}

#[test]
fn files_that_cannot_be_used() {
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n-----END ENCRYPTED PRIVATE KEY-----";
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("ca.pem", "x")], "ca.pem: it holds no certificate"),
        (&[("ca.pem", CLIENT.1)], "ca.pem: it holds no certificate"),
        (
            &[("ca.pem", CA), ("cert.pem", CLIENT.0)],
            "key.pem: No such file or directory",
        ),
        (
            &[("ca.pem", CA), ("cert.pem", CLIENT.0), ("key.pem", CA)],
            "key.pem: it holds no private key",
        ),
        (
            &[
                ("ca.pem", CA),
                ("cert.pem", CLIENT.0),
                ("key.pem", SERVER.1),
            ],
            "key.pem: the key does not belong to /",
        ),
        (
            &[
                ("ca.pem", CA),
                ("cert.pem", CLIENT.0),
                ("key.pem", encrypted),
            ],
            "key.pem: the key is encrypted",
        ),
    ];
    for (files, text) in cases {
        let host = format!("tcp://127.0.0.1:{}", serve(SERVER, true));
        let error = request_twice(&host, "DOCKER_TLS_VERIFY", files).unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(error.exit_code(), 2);
    }
}

/// Sends a request to a server that pauses for 20 ms before each byte of the TLS record with its response.
fn request_slowly(settings: ClientSettings) -> Result<u16, Error> {
    let port = serve_slowly(SERVER, false, Duration::from_millis(20));
    let flags = HostFlags {
        host: Some(format!("https://127.0.0.1:{port}")),
        tls: crate::TlsFlags {
            insecure: true,
            ..crate::TlsFlags::default()
        },
        ..HostFlags::default()
    };
    let host = testing::host(&flags, &[])?;
    // The hook says that there are bytes, though not a whole record.
    let hook = crate::WaitHook::new(|socket, _| {
        let mut fds = [PollFd::from_borrowed_fd(socket, PollFlags::IN)];
        poll(&mut fds, None)?;
        Ok(crate::Wait::Ready)
    });
    let client = Client::new(host, settings).with_wait_hook(hook);
    client.send(&get("/")).map(|response| response.status)
}

#[test]
fn a_record_of_one_byte_at_a_time_ends_with_the_time_limit() {
    let start = Instant::now();
    let limited = ClientSettings {
        max_time: Some(Duration::from_millis(500)),
        ..ClientSettings::default()
    };
    let error = request_slowly(limited).unwrap_err();
    assert_eq!(error.exit_code(), 28, "{error}");
    assert!(start.elapsed() < Duration::from_millis(1800));
    // But it is not idle.
    let patient = ClientSettings {
        idle_timeout: Some(Duration::from_millis(800)),
        ..ClientSettings::default()
    };
    assert_eq!(request_slowly(patient).unwrap(), 200);
}
