//! The host by the docker CLI's order (docker/cli cli/command/cli.go): `--context`, `--host`, DOCKER_HOST,
//! DOCKER_CONTEXT, `currentContext`, the default socket. Podman's CONTAINER_HOST is asked before that last one.

use super::flags::HostFlags;
use super::security;
use crate::address::Address;
use crate::context::{self, Config, ConfigDir};
use crate::env_vars::EnvVars;
use crate::error::Error;
use crate::host::{ChosenBy, HiddenContext, Host, ReasonDetails};
use crate::sockets::SocketDirs;
use crate::tls::TlsOptions;
use dq_text::one_line;

/// Chooses the host from the options, the environment and docker's files. Sockets are not touched.
///
/// # Errors
/// `Usage` for options that exclude each other, an invalid host, a context that does not exist; `File` for the
/// context's file if it cannot be read or understood.
pub fn resolve_host(flags: &HostFlags, env: &EnvVars<'_>) -> Result<Host, Error> {
    refuse_conflicts(flags)?;
    let socket_dirs = SocketDirs {
        home: env.path("HOME"),
        runtime: env.path("XDG_RUNTIME_DIR"),
    };
    let host = if flags.demo {
        Host::new(Address::Demo, ChosenBy::Demo)
    } else if let Some(path) = &flags.unix_socket {
        Host::new(Address::Unix(path.clone()), ChosenBy::UnixSocketFlag)
    } else {
        docker_host(flags, env)?.with_proxy(env)?
    };
    Ok(Host {
        socket_dirs,
        ..host
    })
}

fn refuse_conflicts(flags: &HostFlags) -> Result<(), Error> {
    flags.refuse_bad_socket()?;
    let options = [
        (flags.host.is_some(), "--host"),
        (flags.context.is_some(), "--context"),
        (flags.unix_socket.is_some(), "--unix-socket"),
        (flags.demo, "--demo"),
    ];
    let mut given = options
        .iter()
        .filter_map(|(is_given, name)| is_given.then_some(*name));
    match (given.next(), given.next()) {
        (Some(first), Some(second)) => Err(Error::usage(format!(
            "conflicting options: cannot specify both {first} and {second}"
        ))),
        _ => Ok(()),
    }
}

/// The host that docker's order leads to, with what docker's configuration adds to requests.
fn docker_host(flags: &HostFlags, env: &EnvVars<'_>) -> Result<Host, Error> {
    let dir = ConfigDir::from_env(env);
    let config = dir.as_ref().map_or_else(Config::default, ConfigDir::config);
    let (context, chosen_by) = context_name(flags, env, &config);
    let host = match (&context, &dir) {
        (Some(name), Some(dir)) => from_context(flags, dir, name, chosen_by)?,
        (Some(_), None) => return Err(Error::usage("there is no home directory with contexts")),
        (None, _) => default_context(flags, env, dir.as_ref(), chosen_by)?,
    };
    Ok(Host {
        reason_details: reason_details(chosen_by, &context, env, &config, dir.as_ref()),
        context,
        warning: config_warning(&config, dir.as_ref()),
        api_version: api_version(env)?,
        headers: docker_headers(env, config)?,
        ..host
    })
}

/// The warning about a config.json that is not used as it is. The docker CLI warns too, and goes on.
fn config_warning(config: &Config, dir: Option<&ConfigDir>) -> Option<String> {
    let (problem, dir) = (config.problem.as_ref()?, dir?);
    let path = dir.file().display().to_string();
    Some(format!(
        "warning: docker's configuration is left out: {}: {problem}",
        one_line(&path)
    ))
}

/// The name of the context to use; `None` for docker's `default`.
fn context_name(
    flags: &HostFlags,
    env: &EnvVars<'_>,
    config: &Config,
) -> (Option<String>, ChosenBy) {
    let (name, chosen_by) = if let Some(name) = flags.context.as_ref().filter(|it| !it.is_empty()) {
        (name.clone(), ChosenBy::ContextFlag)
    } else if flags.host.is_some() {
        return (None, ChosenBy::HostFlag);
    } else if env.is_set("DOCKER_HOST") {
        return (None, ChosenBy::DockerHost);
    } else if let Some(name) = env.text("DOCKER_CONTEXT") {
        (name, ChosenBy::DockerContext)
    } else if let Some(name) = &config.current_context {
        (name.clone(), ChosenBy::CurrentContext)
    } else if container_host(flags, env).is_some() {
        return (None, ChosenBy::ContainerHost);
    } else {
        return (None, ChosenBy::Default);
    };
    (Some(name).filter(|name| name != "default"), chosen_by)
}

/// The socket in CONTAINER_HOST, by which podman knows its own engine. It counts where docker's order leads to nothing
/// but the default socket. podman's ssh:// hosts have no `docker system dial-stdio`, so they are left to podman.
fn container_host(flags: &HostFlags, env: &EnvVars<'_>) -> Option<String> {
    let text = env.text("CONTAINER_HOST")?.trim().to_owned();
    let is_socket = text.starts_with("unix:") || text.starts_with('/');
    (is_socket && !security::is_tls_on(&flags.tls, env)).then_some(text)
}

/// The files and variables that played a part in the choice.
fn reason_details(
    chosen_by: ChosenBy,
    context: &Option<String>,
    env: &EnvVars<'_>,
    config: &Config,
    dir: Option<&ConfigDir>,
) -> ReasonDetails {
    let hidden = |name: Option<String>, by| {
        let name = name.filter(|_| chosen_by == ChosenBy::DockerHost)?;
        Some(HiddenContext { name, by })
    };
    let is_host_given = matches!(chosen_by, ChosenBy::HostFlag | ChosenBy::DockerHost);
    ReasonDetails {
        config_file: dir.map(ConfigDir::file),
        hidden_context: hidden(env.text("DOCKER_CONTEXT"), ChosenBy::DockerContext)
            .or_else(|| hidden(config.current_context.clone(), ChosenBy::CurrentContext)),
        default_is_docker_host: !is_host_given && context.is_none() && env.is_set("DOCKER_HOST"),
    }
}

/// The host of docker's `default` context: `--host`, else DOCKER_HOST (which also counts where `--context default` was
/// given) or CONTAINER_HOST, else port 2376 where TLS is on, else the default socket.
fn default_context(
    flags: &HostFlags,
    env: &EnvVars<'_>,
    dir: Option<&ConfigDir>,
    chosen_by: ChosenBy,
) -> Result<Host, Error> {
    let given = match chosen_by {
        ChosenBy::ContainerHost => container_host(flags, env),
        _ => flags.host.clone().or_else(|| env.text("DOCKER_HOST")),
    };
    let text = match given.as_deref().map(str::trim) {
        Some(text) if !text.is_empty() => text,
        _ if security::is_tls_on(&flags.tls, env) => "tcp://localhost:2376",
        _ => "",
    };
    let host = Host::parse(text, chosen_by)?;
    let tls = match host.scheme() {
        Some(scheme @ ("tcp" | "https")) => {
            security::for_default_context(&flags.tls, env, dir, scheme)?
        }
        _ => None,
    };
    Ok(Host { tls, ..host })
}

/// The host of a stored context.
fn from_context(
    flags: &HostFlags,
    dir: &ConfigDir,
    name: &str,
    chosen_by: ChosenBy,
) -> Result<Host, Error> {
    let context = dir.context(name)?;
    let host = Host::parse(&context.host, chosen_by)?;
    let tls = match host.scheme() {
        Some(scheme @ ("tcp" | "https")) => {
            let stored = TlsOptions::from_context(&context.tls_dir, context.skip_tls_verify);
            security::for_stored_context(&flags.tls, stored, scheme)?
        }
        _ => None,
    };
    Ok(Host { tls, ..host })
}

/// DOCKER_API_VERSION without its `v`.
fn api_version(env: &EnvVars<'_>) -> Result<Option<String>, Error> {
    let Some(text) = env.text("DOCKER_API_VERSION") else {
        return Ok(None);
    };
    let version = text.trim().trim_start_matches('v');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if version.split('.').all(is_number) {
        return Ok(Some(version.to_owned()));
    }
    Err(Error::usage(format!(
        "DOCKER_API_VERSION: \"{}\" is not a version such as 1.41",
        one_line(&text)
    )))
}

/// DOCKER_CUSTOM_HEADERS, which replaces HttpHeaders of config.json.
fn docker_headers(env: &EnvVars<'_>, config: Config) -> Result<Vec<(String, String)>, Error> {
    match env.text("DOCKER_CUSTOM_HEADERS") {
        Some(line) => context::custom_headers(&line),
        None => Ok(config.headers),
    }
}
