//! `--registry-auth`: sends docker's logins for registries with pull, push and build.
//!
//! The logins are where `docker login` stores them (docker/cli cli/config/configfile): in `auths` of config.json, or in
//! a credential helper that `credHelpers` or `credsStore` names. They are secrets, and never shown.

mod helper;

use std::time::Instant;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use serde_json::{Map, Value, json};

use super::context::ConfigDir;
use super::env_vars::EnvVars;
use super::error::Error;
use super::request::{Request, Source};
use super::secrets::decoded;

/// The name of Docker Hub in docker's configuration.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";
/// The header with the login for one registry.
const ONE_LOGIN_HEADER: &str = "X-Registry-Auth";
/// The header with the logins for all registries.
const ALL_LOGINS_HEADER: &str = "X-Registry-Config";

/// Docker's logins for registries. They are read when a request needs them.
#[derive(Debug, Clone)]
pub struct Logins(pub(super) ConfigDir);

/// The logins that an endpoint takes.
#[derive(Debug, PartialEq, Eq)]
enum RequiredLogin {
    /// The one for this registry.
    One(String),
    /// All of them, because a build may pull from any registry.
    All,
}

impl Logins {
    /// The logins of this user. Nothing is read yet.
    ///
    /// # Errors
    /// `Usage` where there is neither DOCKER_CONFIG nor a home directory.
    pub fn from_env(env: &EnvVars<'_>) -> Result<Self, Error> {
        ConfigDir::from_env(env)
            .map(Self)
            .ok_or_else(|| Error::usage("there is no home directory with docker's logins"))
    }

    /// The request with the header for the login it needs, unless it has that header. A registry without a login gets
    /// an empty one, as from the docker CLI. Credential helpers end at the deadline.
    ///
    /// # Errors
    /// `Usage` for an endpoint that names no registry and for a credential helper that fails; `File` for a
    /// configuration that cannot be read.
    pub fn add_to(&self, request: &Request, deadline: Option<Instant>) -> Result<Request, Error> {
        let required = required_login(request)?;
        let config = Value::Object(self.config()?);
        let login = match &required {
            RequiredLogin::One(registry) => login_for(&config, registry, deadline)?,
            RequiredLogin::All => all_logins(&config, deadline)?,
        };
        Ok(with_header(request, &required, encode(&login)))
    }

    /// Whether the endpoint of a request takes a login.
    pub fn are_for(request: &Request) -> bool {
        required_login(request).is_ok()
    }

    fn config(&self) -> Result<Map<String, Value>, Error> {
        self.0.settings().map_err(|problem| Error::File {
            path: self.0.file(),
            problem,
            hint: Some("--registry-auth reads docker's logins there".to_owned()),
        })
    }

    /// The request with a placeholder for the login, safe to show.
    ///
    /// # Errors
    /// `Usage` for an endpoint that names no registry.
    pub fn add_placeholder_to(&self, request: &Request) -> Result<Request, Error> {
        Ok(with_header(
            request,
            &required_login(request)?,
            "-".to_owned(),
        ))
    }
}

/// The request with the header, unless the user typed it.
fn with_header(request: &Request, required: &RequiredLogin, value: String) -> Request {
    let name = match required {
        RequiredLogin::One(_) => ONE_LOGIN_HEADER,
        RequiredLogin::All => ALL_LOGINS_HEADER,
    };
    let mut request = request.clone();
    let is_typed = |(typed, _): &(String, String)| typed.eq_ignore_ascii_case(name);
    if !request.headers.iter().any(is_typed) {
        request.headers.push((name.to_owned(), value));
    }
    request
}

/// The value of the header: JSON in the base64 of RFC 4648 §5 (moby api/types/registry).
fn encode(login: &Value) -> String {
    BASE64_URL_SAFE.encode(login.to_string())
}

/// The login for the image that an endpoint pulls or pushes; all logins for a build.
///
/// # Errors
/// `Usage` for any other endpoint, and for a full URL.
fn required_login(request: &Request) -> Result<RequiredLogin, Error> {
    let unknown = || {
        Error::usage(
            "--registry-auth: this endpoint names no registry; it is for /images/create?fromImage=…, \
             /images/NAME/push, /distribution/NAME/json, /plugins/… and /build",
        )
    };
    let Source::Endpoint(endpoint) = &request.source else {
        return Err(Error::usage(
            "--registry-auth is for hosts, not for full URLs",
        ));
    };
    let (path, query) = endpoint.split_once('?').unwrap_or((endpoint, ""));
    // Engines decode a path before they read its segments.
    let path = decoded(path);
    let mut parts: Vec<&str> = path.split('/').skip(1).collect();
    let is_version =
        |part: &&str| part.starts_with('v') && part[1..].starts_with(|c: char| c.is_ascii_digit());
    if parts.first().is_some_and(is_version) {
        parts.remove(0);
    }
    let image = match parts[..] {
        ["build"] => return Ok(RequiredLogin::All),
        ["images", "create"] => parameter(query, "fromImage"),
        ["plugins", "pull"] | ["plugins", .., "upgrade"] => parameter(query, "remote"),
        ["images" | "plugins", ref name @ .., "push"] => Some(name.join("/")),
        ["distribution", ref name @ .., "json"] => Some(name.join("/")),
        _ => None,
    };
    let image = image
        .filter(|image| !image.is_empty())
        .ok_or_else(unknown)?;
    Ok(RequiredLogin::One(registry(&image)))
}

/// The value of a query parameter, as Go reads it: the first one of this name, names and values decoded, `+` a space.
fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query
        .split('&')
        .map(|it| it.split_once('=').unwrap_or((it, "")));
    let mut pairs = pairs.map(|(key, value)| (form_decoded(key), value));
    let found = pairs.find(|(key, _)| key == name);
    found.map(|(_, value)| form_decoded(value))
}

fn form_decoded(text: &str) -> String {
    decoded(&text.replace('+', " "))
}

/// The registry of an image: the part before the first slash, if it looks like a host (distribution/reference
/// normalize.go), else Docker Hub.
fn registry(image: &str) -> String {
    match image.split_once('/') {
        Some((host, _))
            if host.contains(['.', ':']) || host == "localhost" || host != host.to_lowercase() =>
        {
            match host {
                "docker.io" | "index.docker.io" => DOCKER_HUB.to_owned(),
                host => host.to_owned(),
            }
        }
        _ => DOCKER_HUB.to_owned(),
    }
}

/// The login for one registry, empty where there is none.
fn login_for(config: &Value, registry: &str, deadline: Option<Instant>) -> Result<Value, Error> {
    let helper = config["credHelpers"][registry]
        .as_str()
        .or(config["credsStore"].as_str())
        .filter(|helper| !helper.is_empty());
    match helper {
        Some(helper) => Ok(helper::get(helper, registry, deadline)?.unwrap_or_else(|| json!({}))),
        None => login_from_file(config, registry),
    }
}

/// All logins, by registry.
fn all_logins(config: &Value, deadline: Option<Instant>) -> Result<Value, Error> {
    let mut logins = Map::new();
    let file = config["auths"].as_object().into_iter().flatten();
    for (registry, entry) in file {
        logins.insert(registry.clone(), login(entry, registry)?);
    }
    if let Some(store) = config["credsStore"]
        .as_str()
        .filter(|store| !store.is_empty())
    {
        for registry in helper::list(store, deadline)? {
            let found = helper::get(store, &registry, deadline)?;
            logins.extend(found.map(|login| (registry, login)));
        }
    }
    let helpers = config["credHelpers"].as_object().into_iter().flatten();
    for (registry, helper) in helpers {
        let found = helper::get(helper.as_str().unwrap_or_default(), registry, deadline)?;
        logins.extend(found.map(|login| (registry.clone(), login)));
    }
    Ok(Value::Object(logins))
}

/// The login in `auths`: the entry of that name, else the first one with the same host, because old versions of docker
/// wrote URLs.
fn login_from_file(config: &Value, registry: &str) -> Result<Value, Error> {
    let Some(auths) = config["auths"].as_object() else {
        return Ok(json!({}));
    };
    let exact = auths.get_key_value(registry);
    let same_host = || auths.iter().find(|(name, _)| host(name) == host(registry));
    match exact.or_else(same_host) {
        Some((_, entry)) => login(entry, registry),
        None => Ok(json!({})),
    }
}

/// The host of a registry's name or URL.
fn host(name: &str) -> &str {
    let name = name
        .trim_start_matches("https://")
        .trim_start_matches("http://");
    name.split('/').next().unwrap_or_default()
}

/// An entry of `auths` in the form of the API's AuthConfig. Its `auth` is `user:password` in base64.
///
/// # Errors
/// `Usage` for another `auth`, which the docker CLI refuses, too: a request without the login would be anonymous.
fn login(entry: &Value, registry: &str) -> Result<Value, Error> {
    let mut login = Map::new();
    let auth = entry["auth"].as_str().map(str::trim);
    let auth = auth.filter(|auth| !auth.is_empty());
    let decoded = auth
        .and_then(|auth| BASE64_STANDARD.decode(auth).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
    if auth.is_some() && pair.is_none() {
        return Err(Error::usage(format!(
            "the login for {registry} in docker's configuration is not USER:PASSWORD in base64"
        )));
    }
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            login.insert(name.to_owned(), value.into());
        }
    };
    let field = |name: &str| entry[name].as_str();
    put("username", pair.map(|it| it.0).or(field("username")));
    // Older versions of docker login ended passwords with NUL bytes.
    let password = pair.map(|it| it.1.trim_end_matches('\0'));
    put("password", password.or(field("password")));
    put("identitytoken", field("identitytoken"));
    put("registrytoken", field("registrytoken"));
    put("serveraddress", Some(registry));
    Ok(Value::Object(login))
}

#[cfg(test)]
mod tests;
