//! Several hosts in one run: the request is sent to each of them.

use std::rc::Rc;
use std::time::Duration;

use super::model::{Exchange, Input, NamedExchange, Order, Several};
use crate::cli::{FetchOptions, RequestOptions};
use crate::error::Error;
use dq_fetch::{EnvVars, NamedHost, Source};

/// How many hosts are asked at once, unless `--parallel` says otherwise.
const DEFAULT_PARALLEL: usize = 64;

/// How long a host may take until it answers, unless `--connect-timeout` says otherwise.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
/// The same for `--watch`: one host must not delay every table of the others for long.
const WATCH_TIMEOUT: Duration = Duration::from_secs(2);
/// The same for a host behind ssh, where a login comes first: what the docker CLI gives ssh to connect.
const SSH_TIMEOUT: Duration = Duration::from_secs(30);

/// The hosts that the request is sent to; `None` where the options choose one.
///
/// # Errors
/// Options that exclude each other, a request that may not go to several hosts, hosts that do not exist.
pub(super) fn resolve(
    typed: &FetchOptions,
    request: &dq_fetch::Request,
    env: &EnvVars,
) -> Result<Option<Vec<NamedHost>>, Error> {
    if !typed.has_several_hosts() {
        return Ok(None);
    }
    refuse_conflicts(typed)?;
    refuse_request(request)?;
    let hosts = dq_fetch::resolve_hosts(typed.host_choice(), &typed.tls, env)?;
    Ok(Some(hosts))
}

/// Refuses options that choose hosts in different ways.
fn refuse_conflicts(typed: &FetchOptions) -> Result<(), Error> {
    let options = [
        (!typed.hosts.is_empty(), "--host"),
        (!typed.contexts.is_empty(), "--context"),
        (typed.all_contexts, "--all-contexts"),
        (typed.unix_socket.is_some(), "--unix-socket"),
        (typed.demo, "--demo"),
    ];
    let mut given = options.iter().filter(|(is_given, _)| *is_given);
    match (given.next(), given.next()) {
        (Some((_, first)), Some((_, second))) => Err(Error::usage(format!(
            "conflicting options: cannot specify both {first} and {second}"
        ))),
        _ => Ok(()),
    }
}

/// Refuses what may change something, what names its own host, and a body that can be read once only.
fn refuse_request(request: &dq_fetch::Request) -> Result<(), Error> {
    if !matches!(&*request.method, "GET" | "HEAD") {
        return Err(Error::Usage {
            message: format!(
                "{} may change something, and several hosts would be asked",
                request.method
            ),
            hint: Some("name one host: --host HOST or --context NAME".into()),
        });
    }
    if matches!(request.source, Source::Url(_)) {
        return Err(Error::Usage {
            message: "the URL names a host, and the options name several".into(),
            hint: Some("give the path alone: /…".into()),
        });
    }
    if matches!(request.payload, dq_fetch::Payload::Stdin) {
        return Err(Error::usage(
            "standard input can be sent to one host only: it is read once",
        ));
    }
    Ok(())
}

/// Refuses options that say nothing clear about several answers.
pub(super) fn refuse_for_several(typed: &RequestOptions) -> Result<(), Error> {
    if typed.include && typed.paginate {
        return Err(Error::usage(
            "--include with --paginate shows the heads of one answer, not of several",
        ));
    }
    Ok(())
}

/// The input of hosts none of which can be determined.
pub(super) fn failures(hosts: &[NamedHost]) -> Input {
    let sources = hosts.iter().filter_map(|NamedHost { name, host }| {
        let error = host.as_ref().err()?;
        Some(failure(name.as_str().into(), error.clone()))
    });
    several(sources.collect(), DEFAULT_PARALLEL)
}

fn failure(name: Rc<str>, error: dq_fetch::Error) -> NamedExchange {
    NamedExchange {
        label: name.clone(),
        host: Some(name),
        exchange: Err(error),
    }
}

fn several(sources: Vec<NamedExchange>, parallel: usize) -> Input {
    Input::Several(Several {
        sources,
        order: Order::Arrival,
        parallel,
    })
}

/// The requests of an input, which are for the first host, for each of the hosts.
///
/// # Errors
/// Options that mean nothing for several requests.
pub(super) fn spread(
    input: &Input,
    hosts: Vec<NamedHost>,
    typed: &FetchOptions,
) -> Result<Input, Error> {
    refuse_for_several(&typed.request)?;
    let mut sources = Vec::new();
    for NamedHost { name, host } in hosts {
        let name: Rc<str> = name.into();
        match host {
            Ok(host) => sources.extend(exchanges(input, &name, &host, typed)),
            Err(error) => sources.push(failure(name, error)),
        }
    }
    let parallel = typed.parallel.unwrap_or(DEFAULT_PARALLEL);
    Ok(several(sources, parallel))
}

/// The requests of an input for one host; where there are several words, each is named behind the host.
fn exchanges(
    input: &Input,
    name: &Rc<str>,
    host: &dq_fetch::Host,
    typed: &FetchOptions,
) -> Vec<NamedExchange> {
    let on_host = |label: Rc<str>, exchange: &Exchange| NamedExchange {
        label,
        host: Some(name.clone()),
        exchange: Ok(Rc::new(with_host(exchange, name, host.clone(), typed))),
    };
    match input {
        Input::Http(exchange) => vec![on_host(name.clone(), exchange)],
        Input::Several(several) => {
            let sources = several.sources.iter();
            let sources = sources.filter_map(|source| {
                let label = format!("{name}/{}", source.label);
                Some(on_host(label.into(), source.exchange.as_ref().ok()?))
            });
            sources.collect()
        }
        _ => Vec::new(),
    }
}

/// The same request to a host, which must answer within a time: half of it for the request, half for a ping.
fn with_host(
    exchange: &Exchange,
    name: &str,
    host: dq_fetch::Host,
    typed: &FetchOptions,
) -> Exchange {
    let usual = match typed.request.watch {
        _ if host.is_ssh() => SSH_TIMEOUT,
        Some(_) => WATCH_TIMEOUT,
        None => RESPONSE_TIMEOUT,
    };
    let connect_timeout = exchange.settings.connect_timeout;
    let limit = connect_timeout.unwrap_or(usual);
    // ssh has a limit of its own, and `--curl` prints what was typed.
    let is_limited = !host.is_ssh() && exchange.curl.is_none();
    let mut fallbacks = exchange.fallbacks.clone();
    let told = fallbacks.iter_mut().filter(|it| !it.message.is_empty());
    for fallback in told {
        fallback.message = format!("{name}: {}", fallback.message);
    }
    Exchange {
        settings: dq_fetch::ClientSettings {
            connect_timeout: connect_timeout.or(is_limited.then_some(limit)),
            response_timeout: Some(limit / 2),
            ..exchange.settings.clone()
        },
        host,
        fallbacks,
        ..exchange.clone()
    }
}
