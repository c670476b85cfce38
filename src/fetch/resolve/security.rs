//! Whether to use TLS for a host, and with which files: options first, then docker's variables.

use std::path::PathBuf;

use super::flags::TlsFlags;
use crate::context::ConfigDir;
use crate::env_vars::EnvVars;
use crate::error::Error;
use crate::tls::TlsOptions;

/// Whether docker's `default` context uses TLS where its address leaves that open. DOCKER_TLS_VERIFY and DOCKER_TLS
/// turn it on unless they are empty, whatever their value (docker/cli cli/flags/options.go).
pub(crate) fn is_tls_on(flags: &TlsFlags, env: &EnvVars<'_>) -> bool {
    flags.is_any_given() || env.is_set("DOCKER_TLS_VERIFY") || env.is_set("DOCKER_TLS")
}

/// The TLS options for a host of docker's `default` context with the scheme `tcp` or `https`, with docker's files
/// (docker/cli cli/flags/options.go). A plain `https://` uses the system's authorities. `None` means no TLS.
///
/// DOCKER_TLS without DOCKER_TLS_VERIFY turns verification off, as in docker, for `tcp://` only: who writes `https://`
/// expects a server that is verified.
///
/// # Errors
/// `File` where DOCKER_CERT_PATH is not a directory, `Usage` for a key without a certificate.
pub(crate) fn for_default_context(
    flags: &TlsFlags,
    env: &EnvVars<'_>,
    dir: Option<&ConfigDir>,
    scheme: &str,
) -> Result<Option<TlsOptions>, Error> {
    let is_on = is_tls_on(flags, env);
    if !is_on && scheme != "https" {
        return Ok(None);
    }
    let directory = cert_path(env)?.or_else(|| dir.filter(|_| is_on).map(|dir| dir.0.clone()));
    let is_unverified = flags.tls || (scheme == "tcp" && env.is_set("DOCKER_TLS"));
    let verify = env.is_set("DOCKER_TLS_VERIFY") || !is_unverified;
    let configured = TlsOptions::from_directory(directory.as_deref(), verify);
    flags.applied_to(configured).map(Some)
}

/// DOCKER_CERT_PATH. The directory must exist; the files in it need not.
fn cert_path(env: &EnvVars<'_>) -> Result<Option<PathBuf>, Error> {
    match env.path("DOCKER_CERT_PATH") {
        Some(path) if !path.is_dir() => Err(Error::File {
            path,
            problem: "DOCKER_CERT_PATH is not a directory".to_owned(),
            hint: Some("dq looks for ca.pem, cert.pem and key.pem there".to_owned()),
        }),
        path => Ok(path),
    }
}

/// The TLS options for a host of a stored context with the scheme `tcp` or `https`. The options on the command line
/// apply to it, docker's variables do not.
///
/// # Errors
/// `Usage` for a key without a certificate.
pub(crate) fn for_stored_context(
    flags: &TlsFlags,
    stored: Option<TlsOptions>,
    scheme: &str,
) -> Result<Option<TlsOptions>, Error> {
    match stored {
        None if !flags.is_any_given() && scheme != "https" => Ok(None),
        stored => flags
            .applied_to(stored.unwrap_or_else(TlsOptions::system_roots))
            .map(Some),
    }
}

/// The TLS options for a full URL, to which nothing of docker's configuration applies.
///
/// # Errors
/// `Usage` for a key without a certificate.
pub(crate) fn for_url(flags: &TlsFlags, scheme: &str) -> Result<Option<TlsOptions>, Error> {
    match scheme {
        "https" => flags.applied_to(TlsOptions::system_roots()).map(Some),
        _ => Ok(None),
    }
}
