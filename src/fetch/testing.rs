//! Helpers of the tests: a temporary directory, and a server that follows a script.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{
    Client, ClientSettings, EnvVars, Host, HostFlags, Payload, Request, Source, resolve_host,
    resolve_url,
};

/// A temporary directory, removed when it is dropped.
pub(crate) struct TempDir(pub PathBuf);

impl TempDir {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("dq-fetch-{}-{count}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file, and creates its directories.
    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The replies that a server sends on one connection, one after each request. Then it closes the connection.
pub(crate) type Replies = Vec<Vec<u8>>;

/// A server on its own UNIX socket or TCP port that follows a script.
pub(crate) struct Server {
    directory: TempDir,
    pub port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn on_socket(script: Vec<Replies>) -> Self {
        let (directory, heads) = (TempDir::new(), Arc::default());
        let listener = UnixListener::bind(directory.0.join("s")).unwrap();
        let seen = Arc::clone(&heads);
        thread::spawn(move || {
            for replies in script {
                let (stream, _) = listener.accept().unwrap();
                play(&stream, &replies, &seen);
            }
        });
        Self {
            directory,
            port: 0,
            heads,
        }
    }

    pub(crate) fn on_port(script: Vec<Replies>) -> Self {
        let (directory, heads) = (TempDir::new(), Arc::default());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::clone(&heads);
        thread::spawn(move || {
            for replies in script {
                let (stream, _) = listener.accept().unwrap();
                play(&stream, &replies, &seen);
                let _ = stream.shutdown(Shutdown::Both);
            }
        });
        Self {
            directory,
            port,
            heads,
        }
    }

    /// A server on a socket that sends these replies on one connection.
    pub(crate) fn replying(replies: &[&str]) -> Self {
        let bytes = |reply: &&str| reply.as_bytes().to_vec();
        Self::on_socket(vec![replies.iter().map(bytes).collect()])
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.0.join("s")
    }

    /// The heads of the requests received so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    pub(crate) fn client(&self) -> Client {
        socket_client(&self.socket(), ClientSettings::default())
    }
}

fn play<S>(mut stream: &S, replies: &[Vec<u8>], heads: &Mutex<Vec<String>>)
where
    for<'a> &'a S: Read + Write,
{
    for reply in replies {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte).unwrap_or(0) == 0 {
                return;
            }
            head.push(byte[0]);
        }
        heads
            .lock()
            .unwrap()
            .push(String::from_utf8_lossy(&head).into_owned());
        if stream.write_all(reply).is_err() {
            return;
        }
    }
}

/// Resolves a host from flags and variables. HOME has no configuration unless it is given.
pub(crate) fn host(flags: &HostFlags, variables: &[(&str, &str)]) -> Result<Host, super::Error> {
    with_variables(variables, |environment| resolve_host(flags, environment))
}

/// Resolves the host of a full URL in the same way.
pub(crate) fn url(
    text: &str,
    flags: &HostFlags,
    variables: &[(&str, &str)],
) -> Result<(Host, Source), super::Error> {
    with_variables(variables, |environment| {
        resolve_url(text, flags, environment)
    })
}

fn with_variables<T>(variables: &[(&str, &str)], ask: impl Fn(&EnvVars<'_>) -> T) -> T {
    let mut map: HashMap<&str, OsString> = HashMap::from([("HOME", "/nonexistent".into())]);
    map.extend(
        variables
            .iter()
            .map(|(name, value)| (*name, OsString::from(value))),
    );
    ask(&EnvVars {
        var: &|name: &str| map.get(name).cloned(),
    })
}

pub(crate) fn socket_client(path: &Path, settings: ClientSettings) -> Client {
    let flags = HostFlags {
        unix_socket: Some(path.to_owned()),
        ..HostFlags::default()
    };
    Client::new(host(&flags, &[]).unwrap(), settings)
}

/// A client for a host as `--host` names it.
pub(crate) fn host_client(text: &str) -> Client {
    let flags = HostFlags {
        host: Some(text.to_owned()),
        ..HostFlags::default()
    };
    Client::new(host(&flags, &[]).unwrap(), ClientSettings::default())
}

pub(crate) fn request(method: &str, endpoint: &str) -> Request {
    Request {
        method: method.to_owned(),
        source: Source::Endpoint(endpoint.to_owned()),
        headers: Vec::new(),
        without: Vec::new(),
        payload: Payload::None,
    }
}

pub(crate) fn get(endpoint: &str) -> Request {
    request("GET", endpoint)
}
