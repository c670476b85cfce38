//! `--registry-auth`: docker's logins for registries, sent along with pull, push and build.
//!
//! They are where `docker login` put them (docker/cli cli/config/configfile): `auths` of config.json, or a
//! credential helper that `credHelpers` or `credsStore` names. Nothing of them is ever shown.

mod helper;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use serde_json::{Map, Value, json};

use super::context::{ConfigDir, read_json};
use super::env_vars::EnvVars;
use super::error::Error;
use super::percent;
use super::request::{Request, Source};

/// What docker calls the registry of Docker Hub in its configuration.
const HUB: &str = "https://index.docker.io/v1/";
const ONE: &str = "X-Registry-Auth";
const ALL: &str = "X-Registry-Config";

/// Where docker's logins are. Nothing is read before a request needs it.
#[derive(Debug, Clone)]
pub struct Logins(pub(super) ConfigDir);

/// Which logins an endpoint wants.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// That for one registry.
    One(String),
    /// All of them: a build may need any.
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

    /// The request with the login it needs. A registry without a login gets an empty one, as from docker.
    ///
    /// # Errors
    /// `Usage` for an endpoint that names no registry; `File` for a configuration that cannot be read;
    /// whatever a credential helper fails with.
    pub fn added_to(&self, request: &Request) -> Result<Request, Error> {
        let wanted = wanted(request)?;
        let config = read_json(&self.0.file())?.unwrap_or_default();
        let login = match &wanted {
            Wanted::One(registry) => one(&config, registry)?,
            Wanted::All => all(&config)?,
        };
        Ok(with(request, &wanted, encoded(&login)))
    }

    /// The request with something in place of the login, to be shown.
    ///
    /// # Errors
    /// `Usage` for an endpoint that names no registry.
    pub fn hinted_in(&self, request: &Request) -> Result<Request, Error> {
        Ok(with(request, &wanted(request)?, "-".to_owned()))
    }
}

fn with(request: &Request, wanted: &Wanted, value: String) -> Request {
    let name = match wanted {
        Wanted::One(_) => ONE,
        Wanted::All => ALL,
    };
    let mut request = request.clone();
    let is_typed = |(typed, _): &(String, String)| typed.eq_ignore_ascii_case(name);
    if !request.headers.iter().any(is_typed) {
        request.headers.push((name.to_owned(), value));
    }
    request
}

/// What the server decodes: base64 in its alphabet for URLs (moby api/types/registry).
fn encoded(login: &Value) -> String {
    BASE64_URL_SAFE.encode(login.to_string())
}

/// Told by the endpoint: an image to pull or push, or a build.
fn wanted(request: &Request) -> Result<Wanted, Error> {
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
    let mut parts: Vec<&str> = path.split('/').skip(1).collect();
    let is_version =
        |part: &&str| part.starts_with('v') && part[1..].starts_with(|c: char| c.is_ascii_digit());
    if parts.first().is_some_and(is_version) {
        parts.remove(0);
    }
    let image = match parts[..] {
        ["build"] => return Ok(Wanted::All),
        ["images", "create"] => parameter(query, "fromImage"),
        ["plugins", "pull"] | ["plugins", .., "upgrade"] => parameter(query, "remote"),
        ["images" | "plugins", ref name @ .., "push"] => Some(name.join("/")),
        ["distribution", ref name @ .., "json"] => Some(name.join("/")),
        _ => None,
    };
    let image = image
        .filter(|image| !image.is_empty())
        .ok_or_else(unknown)?;
    Ok(Wanted::One(registry(&decoded(&image))))
}

fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(key, _)| *key == name);
    found.next().map(|(_, value)| value.to_owned())
}

fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&percent::decode(text)).into_owned()
}

/// The registry of an image (distribution/reference normalize.go): what is in front of the first slash, if
/// it looks like a host.
fn registry(image: &str) -> String {
    match image.split_once('/') {
        Some((host, _))
            if host.contains(['.', ':']) || host == "localhost" || host != host.to_lowercase() =>
        {
            match host {
                "docker.io" | "index.docker.io" => HUB.to_owned(),
                host => host.to_owned(),
            }
        }
        _ => HUB.to_owned(),
    }
}

/// The login for one registry, empty where there is none.
fn one(config: &Value, registry: &str) -> Result<Value, Error> {
    let helper = config["credHelpers"][registry]
        .as_str()
        .or(config["credsStore"].as_str())
        .filter(|helper| !helper.is_empty());
    match helper {
        Some(helper) => Ok(helper::get(helper, registry)?.unwrap_or_else(|| json!({}))),
        None => Ok(in_file(config, registry)),
    }
}

/// All logins, by registry.
fn all(config: &Value) -> Result<Value, Error> {
    let mut logins = Map::new();
    let file = config["auths"].as_object().into_iter().flatten();
    for (registry, entry) in file {
        logins.insert(registry.clone(), login(entry, registry));
    }
    if let Some(store) = config["credsStore"]
        .as_str()
        .filter(|store| !store.is_empty())
    {
        for registry in helper::list(store)? {
            let found = helper::get(store, &registry)?;
            logins.extend(found.map(|login| (registry, login)));
        }
    }
    let helpers = config["credHelpers"].as_object().into_iter().flatten();
    for (registry, helper) in helpers {
        let found = helper::get(helper.as_str().unwrap_or_default(), registry)?;
        logins.extend(found.map(|login| (registry.clone(), login)));
    }
    Ok(Value::Object(logins))
}

/// From `auths`: the very name, else the first of the same host, as old versions of docker wrote URLs.
fn in_file(config: &Value, registry: &str) -> Value {
    let Some(auths) = config["auths"].as_object() else {
        return json!({});
    };
    let exact = auths.get_key_value(registry);
    let similar = || auths.iter().find(|(name, _)| host(name) == host(registry));
    match exact.or_else(similar) {
        Some((_, entry)) => login(entry, registry),
        None => json!({}),
    }
}

fn host(name: &str) -> &str {
    let name = name
        .trim_start_matches("https://")
        .trim_start_matches("http://");
    name.split('/').next().unwrap_or_default()
}

/// An entry of `auths` as the server wants it: `auth` is user and password.
fn login(entry: &Value, registry: &str) -> Value {
    let mut login = Map::new();
    let decoded = entry["auth"]
        .as_str()
        .and_then(|auth| BASE64_STANDARD.decode(auth.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            login.insert(name.to_owned(), value.into());
        }
    };
    let of_entry = |name: &str| entry[name].as_str();
    put("username", pair.map(|it| it.0).or(of_entry("username")));
    // docker login used to end passwords with NUL bytes.
    let password = pair.map(|it| it.1.trim_end_matches('\0'));
    put("password", password.or(of_entry("password")));
    put("identitytoken", of_entry("identitytoken"));
    put("registrytoken", of_entry("registrytoken"));
    put("serveraddress", Some(registry));
    Value::Object(login)
}

#[cfg(test)]
mod tests;
