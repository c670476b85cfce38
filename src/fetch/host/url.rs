//! Sources that are full URLs: they name their host themselves, and nothing of docker's goes along.

use std::path::PathBuf;

use super::super::address::Address;
use super::super::client::Source;
use super::super::endpoint;
use super::super::error::Error;
use super::{ChosenBy, Environment, Host, HostFlags, security};

/// The host of a full URL, and what to ask it for: `http(s)://HOST/…`, `http+unix://%2Fsocket/…`,
/// `http://unix:/socket:/…`. With `--unix-socket` the URL is asked of that socket and gives the
/// `Host` header, as with curl.
///
/// # Errors
/// `Usage` where the text is no such URL, and for `--host`, `--context` and `--demo`.
pub fn resolve_url(
    text: &str,
    flags: &HostFlags,
    environment: &Environment<'_>,
) -> Result<(Host, Source), Error> {
    refuse_others(flags)?;
    if let Some((socket, endpoint)) = endpoint::socket_url(text)? {
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
        None => over_network(text, flags, environment),
    }
}

fn refuse_others(flags: &HostFlags) -> Result<(), Error> {
    let given = [
        (flags.host.is_some(), "--host"),
        (flags.context.is_some(), "--context"),
        (flags.demo, "--demo"),
    ];
    match given.iter().find(|(given, _)| *given) {
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
    let name = endpoint::without_userinfo(&url.authority).to_owned();
    let host = Host {
        name: Some(name),
        ..Host::new(Address::Unix(socket), ChosenBy::UnixSocketFlag)
    };
    Ok((host, Source::Endpoint(url.target)))
}

fn over_network(
    text: &str,
    flags: &HostFlags,
    environment: &Environment<'_>,
) -> Result<(Host, Source), Error> {
    let url = endpoint::parse_url(text)?;
    let tls = security::of_url(&flags.tls, url.scheme)?;
    let address = Address::Net {
        scheme: url.scheme,
        authority: url.authority,
    };
    let host = Host {
        tls,
        ..Host::new(address, ChosenBy::Url)
    };
    let host = host.with_proxy(environment)?;
    Ok((host, Source::Url(text.to_owned())))
}
