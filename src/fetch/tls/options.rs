//! The TLS options: which servers to trust, and the client's certificate.

use std::path::{Path, PathBuf};

/// The TLS options of a host. The files are read when the first connection is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsOptions {
    /// The authorities to trust.
    pub roots: TrustedRoots,
    /// The files of the client's certificate and its key, which may be the same file.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Whether to verify the server's certificate.
    pub verify: bool,
}

/// The authorities that may sign a server's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustedRoots {
    /// The system's.
    System,
    /// The system's, because docker's usual file does not exist. Hints name that file.
    SystemWithout(PathBuf),
    /// Only those in this file.
    File(PathBuf),
}

impl TlsOptions {
    /// The system's authorities and no client certificate.
    pub fn system_roots() -> Self {
        Self {
            roots: TrustedRoots::System,
            identity: None,
            verify: true,
        }
    }

    /// Docker's files in a directory, as far as they exist. The docker CLI requires ca.pem; here the system's
    /// authorities replace it.
    pub fn from_directory(dir: Option<&Path>, verify: bool) -> Self {
        let roots = dir.map(|dir| dir.join("ca.pem"));
        Self {
            roots: match roots {
                Some(ca) if ca.exists() => TrustedRoots::File(ca),
                Some(ca) => TrustedRoots::SystemWithout(ca),
                None => TrustedRoots::System,
            },
            identity: dir.and_then(identity_files),
            verify,
        }
    }

    /// The options stored with a context; `None` if it has none.
    pub fn from_context(dir: &Path, skip_verify: bool) -> Option<Self> {
        let stored = Self::from_directory(Some(dir), !skip_verify);
        let has_ca = matches!(stored.roots, TrustedRoots::File(_));
        (skip_verify || has_ca || stored.identity.is_some()).then_some(stored)
    }
}

/// The client's certificate and key in a directory. If only one of them exists, reading the other is an error later.
fn identity_files(dir: &Path) -> Option<(PathBuf, PathBuf)> {
    let (cert, key) = (dir.join("cert.pem"), dir.join("key.pem"));
    (cert.exists() || key.exists()).then_some((cert, key))
}
