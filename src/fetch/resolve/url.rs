//! Sources that are full URLs. They name their host themselves, and nothing of docker's configuration is sent to it.

use std::path::PathBuf;

use super::flags::HostFlags;
use super::security;
use crate::address::Address;
use crate::endpoint;
use crate::env_vars::EnvVars;
use crate::error::Error;
use crate::host::{ChosenBy, Host};
use crate::request::Source;

/// The host of a full URL, and what to request from it: `http(s)://HOST/…`, `http+unix://%2Fsocket/…`,
/// `http://unix:/socket:/…`. With `--unix-socket` the request goes to that socket and the URL gives the `Host` header,
/// as in curl.
///
/// # Errors
/// `Usage` for any other URL, for `--host`, `--context` and `--demo`, and for a proxy that dq cannot use.
pub fn resolve_url(
    text: &str,
    flags: &HostFlags,
    env: &EnvVars<'_>,
) -> Result<(Host, Source), Error> {
    refuse_other_hosts(flags)?;
    flags.refuse_bad_socket()?;
    if let Some((socket, endpoint)) = endpoint::parse_socket_url(text)? {
        if flags.unix_socket.is_some() {
            return Err(Error::usage(
                "the URL names a socket, and so does --unix-socket",
            ));
        }
        let host = Host::new(Address::Unix(socket), ChosenBy::Url);
        return Ok((host, Source::Endpoint(endpoint)));
    }
    match &flags.unix_socket {
        Some(socket) => through_socket(text, socket.clone()),
        None => over_network(text, flags, env),
    }
}

fn refuse_other_hosts(flags: &HostFlags) -> Result<(), Error> {
    let options = [
        (flags.host.is_some(), "--host"),
        (flags.context.is_some(), "--context"),
        (flags.demo, "--demo"),
    ];
    match options.iter().find(|(is_given, _)| *is_given) {
        Some((_, name)) => Err(Error::Usage {
            problem: format!("the URL names a host, and so does {name}"),
            hint: Some(format!("with {name}, give the path alone: /…")),
        }),
        None => Ok(()),
    }
}

fn through_socket(text: &str, socket: PathBuf) -> Result<(Host, Source), Error> {
    let url = endpoint::parse_url(text)?;
    if url.scheme == "https" {
        return Err(Error::usage(
            "dq does not speak TLS on a socket: use http://",
        ));
    }
    let host = Host {
        url_authority: Some(url.authority),
        ..Host::new(Address::Unix(socket), ChosenBy::UnixSocketFlag)
    };
    Ok((host, Source::Endpoint(url.target)))
}

fn over_network(text: &str, flags: &HostFlags, env: &EnvVars<'_>) -> Result<(Host, Source), Error> {
    let url = endpoint::parse_url(text)?;
    let tls = security::for_url(&flags.tls, url.scheme)?;
    let address = Address::Net {
        scheme: url.scheme,
        authority: url.authority,
    };
    let host = Host {
        tls,
        ..Host::new(address, ChosenBy::Url)
    };
    Ok((host.with_proxy(env)?, Source::Url(text.to_owned())))
}
