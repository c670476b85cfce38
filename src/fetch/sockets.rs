//! The UNIX sockets of known container engines, and what to do about one that cannot be connected to.

use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::error::Error;
use dq_text::os_reason;

/// Docker's socket on every UNIX.
pub(crate) const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// The user's directories in which engines put their sockets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SocketDirs {
    /// $HOME.
    pub home: Option<PathBuf>,
    /// $XDG_RUNTIME_DIR.
    pub runtime: Option<PathBuf>,
}

/// The sockets of known engines, the most common first.
fn known_sockets(dirs: &SocketDirs) -> Vec<PathBuf> {
    let under = |dir: &Option<PathBuf>, names: &[&str]| -> Vec<PathBuf> {
        dir.iter()
            .flat_map(|dir| names.iter().map(|name| dir.join(name)))
            .collect()
    };
    let runtime = dirs.runtime.clone().or_else(runtime_dir);
    let mut paths = vec![PathBuf::from(DEFAULT_SOCKET)];
    paths.extend(under(&runtime, &["docker.sock", "podman/podman.sock"]));
    paths.push("/run/podman/podman.sock".into());
    paths.extend(under(
        &dirs.home,
        &[
            ".docker/run/docker.sock",
            ".docker/desktop/docker.sock",
            ".colima/default/docker.sock",
            ".config/colima/default/docker.sock",
            ".orbstack/run/docker.sock",
            ".rd/docker.sock",
            ".local/share/containers/podman/machine/podman.sock",
        ],
    ));
    paths
}

/// /run/user/UID, which logind makes on Linux (pam_systemd(8)). `None` elsewhere.
fn runtime_dir() -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let uid = fs::metadata("/proc/self").ok()?.uid();
    Some(format!("/run/user/{uid}").into())
}

/// The error of a failed connect(2) to the socket at `path`, with a hint.
pub(crate) fn connect_error(path: &Path, error: &io::Error, dirs: &SocketDirs) -> Error {
    let host = path.display().to_string();
    let (problem, hint) = match error.kind() {
        io::ErrorKind::TimedOut => {
            return Error::Timeout {
                doing: format!("connecting to {host}"),
            };
        }
        io::ErrorKind::NotFound => (os_reason(error), missing_hint(path, dirs)),
        io::ErrorKind::PermissionDenied => (os_reason(error), Some(denied_hint(path))),
        _ if is_other_file(path) => ("it is not a socket".to_owned(), None),
        io::ErrorKind::ConnectionRefused => (os_reason(error), Some(refused_hint(path, dirs))),
        _ => (os_reason(error), None),
    };
    Error::Connect {
        host,
        problem,
        hint,
    }
}

/// Whether the path is a file or a directory. Linux says of both "connection refused".
fn is_other_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| !meta.file_type().is_socket())
}

fn missing_hint(path: &Path, dirs: &SocketDirs) -> Option<String> {
    other_sockets(path, dirs).or_else(|| {
        (path == Path::new(DEFAULT_SOCKET))
            .then(|| "is the docker daemon running? --demo shows dq at work without one".to_owned())
    })
}

fn denied_hint(path: &Path) -> String {
    if path.ends_with("docker.sock") {
        "join the docker group (sudo usermod -aG docker $USER, then log in again) or use sudo"
    } else {
        "its owner does not let you in; sudo may help"
    }
    .to_owned()
}

fn refused_hint(path: &Path, dirs: &SocketDirs) -> String {
    let mut hint = "nobody listens on this socket: is the daemon running?".to_owned();
    if let Some(others) = other_sockets(path, dirs) {
        hint.push_str("; ");
        hint.push_str(&others);
    }
    hint
}

/// Names the other known sockets that exist. They are never tried without being asked for.
fn other_sockets(path: &Path, dirs: &SocketDirs) -> Option<String> {
    let is_socket = |path: &PathBuf| fs::metadata(path).is_ok_and(|m| m.file_type().is_socket());
    let mut found: Vec<PathBuf> = known_sockets(dirs).into_iter().filter(is_socket).collect();
    found.retain(|other| other != path);
    found.dedup();
    let first = found.first()?.display().to_string();
    let all: Vec<String> = found
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let (these, exist) = if all.len() > 1 {
        ("these sockets", "exist")
    } else {
        ("this socket", "exists")
    };
    Some(format!(
        "{these} {exist}: {} (use --host unix://{first})",
        all.join(", ")
    ))
}
