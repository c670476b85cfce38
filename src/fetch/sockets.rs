//! The UNIX sockets of known container engines, and what to do about one that cannot be connected to.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
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

/// The socket that `--unix-socket` names: a path, `@name` for an abstract socket, or the URL of either.
pub fn socket_path(text: &Path) -> PathBuf {
    let bytes = text.as_os_str().as_bytes();
    let path = match bytes.get(..5) {
        Some(scheme) if scheme.eq_ignore_ascii_case(b"unix:") => &bytes[5..],
        _ => return text.to_owned(),
    };
    let path = path.strip_prefix(b"//").unwrap_or(path);
    OsStr::from_bytes(path).into()
}

/// The sockets of known engines, the most common first.
fn known_sockets(dirs: &SocketDirs) -> Vec<PathBuf> {
    let under = |dir: &Option<PathBuf>, names: &[&str]| -> Vec<PathBuf> {
        dir.iter()
            .flat_map(|dir| names.iter().map(|name| dir.join(name)))
            .collect()
    };
    let mut paths = vec![PathBuf::from(DEFAULT_SOCKET)];
    // su and sudo often keep the variable, which is then another user's.
    for runtime in [dirs.runtime.clone(), runtime_dir()] {
        paths.extend(under(&runtime, &["docker.sock", "podman/podman.sock"]));
    }
    paths.extend(SYSTEM_SOCKETS.map(PathBuf::from));
    paths.extend(under(
        &dirs.home,
        &[
            ".docker/run/docker.sock",
            ".docker/desktop/docker.sock",
            ".orbstack/run/docker.sock",
            ".rd/docker.sock",
            ".colima/docker.sock",
            ".finch/finch.sock",
            ".local/share/containers/podman/machine/podman.sock",
        ],
    ));
    for (parent, name) in INSTANCES {
        let parent = dirs.home.as_ref().map(|home| home.join(parent));
        paths.extend(parent.iter().flat_map(|parent| instances(parent, name)));
    }
    paths
}

/// The sockets that are not a user's.
const SYSTEM_SOCKETS: [&str; 5] = [
    "/run/docker.sock",
    "/run/podman/podman.sock",
    "/run/finch.sock",
    "/Applications/Finch/lima/data/finch/sock/finch.sock",
    "/run/balena-engine.sock",
];

/// Directories in the home directory that have one for each virtual machine or profile, and the sockets in that.
const INSTANCES: [(&str, &str); 5] = [
    (".colima", "docker.sock"),
    (".config/colima", "docker.sock"),
    (".lima", "sock/docker.sock"),
    (".lima", "sock/podman.sock"),
    (".local/share/containers/podman/machine", "podman.sock"),
];

/// `parent/*/name`, sorted.
fn instances(parent: &Path, name: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path().join(name)))
        .collect();
    paths.sort();
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

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Names the other known sockets that exist. They are never tried without being asked for.
fn other_sockets(path: &Path, dirs: &SocketDirs) -> Option<String> {
    let is_socket = |path: &PathBuf| fs::metadata(path).is_ok_and(|m| m.file_type().is_socket());
    let mut found: Vec<PathBuf> = known_sockets(dirs).into_iter().filter(is_socket).collect();
    // /var/run is often a link to /run, and Docker Desktop links its socket from there.
    let mut seen = vec![real(path)];
    found.retain(|other| {
        let other = real(other);
        let is_new = !seen.contains(&other);
        seen.push(other);
        is_new
    });
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::TempDir;
    use std::os::unix::net::UnixListener;

    #[test]
    fn sockets_are_paths_or_urls() {
        let cases = [
            ("/x.sock", "/x.sock"),
            ("unix:///x.sock", "/x.sock"),
            ("UNIX://x.sock", "x.sock"),
            ("unix:/x.sock", "/x.sock"),
            ("unix://@name", "@name"),
            ("@name", "@name"),
            ("unix://", ""),
            ("unix.sock", "unix.sock"),
        ];
        for (text, path) in cases {
            assert_eq!(socket_path(Path::new(text)), Path::new(path), "{text}");
        }
    }

    #[test]
    fn sockets_of_known_engines_are_found() {
        let home = TempDir::new();
        let names = [
            ".docker/run/docker.sock",
            ".orbstack/run/docker.sock",
            ".rd/docker.sock",
            ".colima/docker.sock",
            ".finch/finch.sock",
            ".colima/work/docker.sock",
            ".lima/docker/sock/docker.sock",
            ".local/share/containers/podman/machine/qemu/podman.sock",
        ];
        let _listening = names.map(|name| {
            let path = home.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            UnixListener::bind(path).unwrap()
        });
        let runtime = TempDir::new();
        fs::create_dir(runtime.0.join("podman")).unwrap();
        let _rootless = UnixListener::bind(runtime.0.join("podman/podman.sock")).unwrap();
        std::os::unix::fs::symlink(home.0.join(names[2]), runtime.0.join("docker.sock")).unwrap();
        let dirs = SocketDirs {
            home: Some(home.0.clone()),
            runtime: Some(runtime.0.clone()),
        };
        let hint = other_sockets(Path::new("/none"), &dirs).unwrap();
        for name in names.iter().filter(|name| !name.starts_with(".rd")) {
            let path = home.0.join(name).display().to_string();
            assert!(hint.contains(&path), "{name}: {hint}");
        }
        assert!(hint.contains("podman/podman.sock") && hint.contains("/docker.sock"));
        // It is the target of a link that is listed.
        assert!(!hint.contains(".rd/docker.sock"), "{hint}");
    }
}
