//! The host, TLS, headers and time limits.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cli::parsed_options::ParsedOptions;
use crate::cli::typed::FetchOptions;
use dq_fetch::TlsFlags;
use dq_filter::saved::MAX_PARALLEL;

use super::request::request;
use super::values::{path, seconds, text, texts};

/// Reads the fetch stage's options.
pub fn fetch(options: &ParsedOptions) -> Result<FetchOptions, String> {
    Ok(FetchOptions {
        hosts: texts(options, "host", "a host")?,
        contexts: texts(options, "context", "the name of a context")?,
        all_contexts: options.get_flag("all-contexts"),
        unix_socket: unix_socket(options)?,
        demo: options.get_flag("demo"),
        tls: tls(options)?,
        headers: texts(options, "header", "a header")?,
        connect_timeout: seconds(options, "connect-timeout")?,
        max_time: seconds(options, "max-time")?,
        parallel: parallel(options)?,
        request: request(options)?,
    })
}

/// `--unix-socket`: of one server.
fn unix_socket(options: &ParsedOptions) -> Result<Option<PathBuf>, String> {
    let given = options.get_many::<OsString>("unix-socket");
    if given.is_some_and(|given| given.len() > 1) {
        return Err("--unix-socket is given twice: --host takes several sockets".into());
    }
    Ok(path(options, "unix-socket").map(|path| dq_fetch::socket_path(&path)))
}

/// `--parallel`
fn parallel(options: &ParsedOptions) -> Result<Option<usize>, String> {
    let Some(value) = text(options, "parallel")? else {
        return Ok(None);
    };
    let number = value
        .parse::<usize>()
        .ok()
        .filter(|number| (1..=MAX_PARALLEL).contains(number));
    number
        .map(Some)
        .ok_or_else(|| format!("--parallel takes a number from 1 to {MAX_PARALLEL}, not {value}"))
}

fn tls(options: &ParsedOptions) -> Result<TlsFlags, String> {
    // docker's option, so Go's spellings of true and false (strconv.ParseBool).
    let verify = match text(options, "tlsverify")?.as_deref() {
        None => None,
        Some("true" | "t" | "1" | "TRUE" | "True" | "T") => Some(true),
        Some("false" | "f" | "0" | "FALSE" | "False" | "F") => Some(false),
        Some(other) => return Err(format!("--tlsverify takes true or false, not {other}")),
    };
    Ok(TlsFlags {
        ca: path(options, "cacert"),
        cert: path(options, "cert"),
        key: path(options, "key"),
        insecure: options.get_flag("insecure"),
        tls: options.get_flag("tls"),
        verify,
    })
}
