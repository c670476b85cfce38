//! The UNIX sockets engines are known to use, and what to say where one does not take a connection.

use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::error::Error;
use dq_text::os_reason;

/// Docker's socket on every UNIX.
pub const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// The folders of the user's in which engines put their sockets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    pub home: Option<PathBuf>,
    /// $XDG_RUNTIME_DIR.
    pub runtime: Option<PathBuf>,
}

/// The sockets engines are known to use, most usual first.
fn known(places: &Places) -> Vec<PathBuf> {
    let under = |dir: &Option<PathBuf>, names: &[&str]| -> Vec<PathBuf> {
        dir.iter()
            .flat_map(|dir| names.iter().map(|name| dir.join(name)))
            .collect()
    };
    let runtime = places.runtime.clone().or_else(runtime_dir);
    let mut paths = vec![PathBuf::from(DEFAULT_SOCKET)];
    paths.extend(under(&runtime, &["docker.sock", "podman/podman.sock"]));
    paths.push("/run/podman/podman.sock".into());
    paths.extend(under(
        &places.home,
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

/// /run/user/UID, where logind puts it.
fn runtime_dir() -> Option<PathBuf> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        let uid = fs::metadata(Path::new("/proc/self")).ok()?.uid();
        return Some(format!("/run/user/{uid}").into());
    }
    #[allow(unreachable_code)]
    None
}

/// Why there is no connection to the socket at `path`, and what may help.
pub fn explain(path: &Path, error: &io::Error, places: &Places) -> Error {
    let host = path.display().to_string();
    let (problem, hint) = match error.kind() {
        io::ErrorKind::TimedOut => {
            return Error::Timeout {
                doing: format!("connecting to {host}"),
            };
        }
        io::ErrorKind::NotFound => (os_reason(error), absent(path, places)),
        io::ErrorKind::PermissionDenied => (os_reason(error), Some(denied(path))),
        _ if is_other_file(path) => ("it is not a socket".to_owned(), None),
        io::ErrorKind::ConnectionRefused => (os_reason(error), Some(refused(path, places))),
        _ => (os_reason(error), None),
    };
    Error::Connect {
        host,
        problem,
        hint,
    }
}

/// A plain file or a folder; connecting to one is "refused" on Linux.
fn is_other_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| !meta.file_type().is_socket())
}

fn absent(path: &Path, places: &Places) -> Option<String> {
    others(path, places).or_else(|| {
        (path == Path::new(DEFAULT_SOCKET))
            .then(|| "is the docker daemon running? --demo shows dq at work without one".to_owned())
    })
}

fn denied(path: &Path) -> String {
    if path.ends_with("docker.sock") {
        "join the docker group (sudo usermod -aG docker $USER, then log in again) or use sudo"
    } else {
        "its owner does not let you in; sudo may help"
    }
    .to_owned()
}

fn refused(path: &Path, places: &Places) -> String {
    let mut hint = "nobody listens on this socket: is the daemon running?".to_owned();
    if let Some(others) = others(path, places) {
        hint.push_str("; ");
        hint.push_str(&others);
    }
    hint
}

/// Names the other known sockets that exist. They are never tried unasked.
fn others(path: &Path, places: &Places) -> Option<String> {
    let is_socket = |path: &PathBuf| fs::metadata(path).is_ok_and(|m| m.file_type().is_socket());
    let mut found: Vec<PathBuf> = known(places).into_iter().filter(is_socket).collect();
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
