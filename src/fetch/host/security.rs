//! Whether a host is asked over TLS, and with which files: options first, then docker's variables.

use std::path::PathBuf;

use super::super::context::ConfigDir;
use super::super::error::Error;
use super::super::tls::{Options, Roots};
use super::Environment;

/// What the command line says about TLS. Any of it turns TLS on for a `tcp://` host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFlags {
    /// `--cacert`: the only authorities to trust.
    pub ca: Option<PathBuf>,
    /// `--cert`: the client's certificate.
    pub cert: Option<PathBuf>,
    /// `--key`: its key; without it the key is in the certificate's file, as with curl.
    pub key: Option<PathBuf>,
    /// `-k`: take any server.
    pub insecure: bool,
    /// `--tls`, docker's: TLS without verification, unless something else asks for that.
    pub tls: bool,
    /// `--tlsverify`, docker's; `Some(false)` leaves TLS on.
    pub verify: Option<bool>,
}

impl TlsFlags {
    /// Whether any of them was given.
    pub fn given(&self) -> bool {
        *self != Self::default()
    }

    /// What they say about verification; `None` where that is left to others.
    fn verify(&self) -> Option<bool> {
        match self.verify {
            _ if self.insecure => Some(false),
            None if self.ca.is_some() => Some(true),
            said => said,
        }
    }

    /// Puts what was typed in the place of what was found.
    fn over(&self, found: Options) -> Result<Options, Error> {
        let identity = match (&self.cert, &self.key, found.identity) {
            (Some(cert), key, _) => Some((cert.clone(), key.clone().unwrap_or(cert.clone()))),
            (None, Some(key), Some((cert, _))) => Some((cert, key.clone())),
            (None, Some(_), None) => return Err(Error::usage("--key needs --cert")),
            (None, None, found) => found,
        };
        Ok(Options {
            roots: self.ca.clone().map_or(found.roots, Roots::File),
            identity,
            verify: self.verify().unwrap_or(found.verify),
        })
    }
}

/// Whether docker's `default` context speaks TLS where its address leaves that open:
/// DOCKER_TLS_VERIFY and DOCKER_TLS turn it on when they are not empty, whatever they say.
pub fn is_on(flags: &TlsFlags, environment: &Environment<'_>) -> bool {
    let set = |name: &str| environment.text(name).is_some();
    flags.given() || set("DOCKER_TLS_VERIFY") || set("DOCKER_TLS")
}

/// TLS for a `tcp` or `https` host of docker's `default` context, with its files
/// (docker/cli cli/flags/options.go). A plain `https://` takes the system's authorities.
///
/// # Errors
/// `File` where DOCKER_CERT_PATH is no folder, `Usage` for a key without a certificate.
pub fn of_default(
    flags: &TlsFlags,
    environment: &Environment<'_>,
    dir: Option<&ConfigDir>,
    scheme: &str,
) -> Result<Option<Options>, Error> {
    let on = is_on(flags, environment);
    if !on && scheme != "https" {
        return Ok(None);
    }
    let given = cert_path(environment)?;
    let folder = given.or_else(|| dir.filter(|_| on).map(|dir| dir.0.clone()));
    let set = |name: &str| environment.text(name).is_some();
    let verify = set("DOCKER_TLS_VERIFY") || !(flags.tls || set("DOCKER_TLS"));
    let found = Options::of_folder(folder.as_deref(), verify);
    flags.over(found).map(Some)
}

/// DOCKER_CERT_PATH: files may be missing from it, but it may not.
fn cert_path(environment: &Environment<'_>) -> Result<Option<PathBuf>, Error> {
    match environment.path("DOCKER_CERT_PATH") {
        Some(path) if !path.is_dir() => Err(Error::File {
            path,
            problem: "DOCKER_CERT_PATH is no folder".to_owned(),
            hint: Some("ca.pem, cert.pem and key.pem are looked for there".to_owned()),
        }),
        path => Ok(path),
    }
}

/// TLS for a `tcp` or `https` host of a stored context. Docker's variables do not apply to it;
/// what was typed does.
///
/// # Errors
/// `Usage` for a key without a certificate.
pub fn of_context(
    flags: &TlsFlags,
    stored: Option<Options>,
    scheme: &str,
) -> Result<Option<Options>, Error> {
    match stored {
        None if !flags.given() && scheme != "https" => Ok(None),
        stored => flags
            .over(stored.unwrap_or_else(Options::system_roots))
            .map(Some),
    }
}

/// TLS for a full URL: nothing of docker's.
///
/// # Errors
/// `Usage` for a key without a certificate.
pub fn of_url(flags: &TlsFlags, scheme: &str) -> Result<Option<Options>, Error> {
    match scheme {
        "https" => flags.over(Options::system_roots()).map(Some),
        _ => Ok(None),
    }
}
