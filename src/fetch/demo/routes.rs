//! The routes of dockerd, as far as the sample engine has them, over the recorded data.

use serde_json::{Value, json};

use super::filters::Filters;
use super::query::Query;
use super::recorded;
use super::response::{API_VERSION, DemoResponse, MIN_API_VERSION, Refusal, ok, ping};
use super::{containers, events, images, logs, networks, processes, read_only, swarm};
use crate::percent;

type Answer = Result<DemoResponse, Refusal>;

/// The response to a request.
pub(crate) fn respond(method: &str, target: &str) -> DemoResponse {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = String::from_utf8_lossy(&percent::decode(path)).into_owned();
    let answer = match unversioned(&path) {
        Ok(path) => route(method, path, &Query::new(query)),
        Err(message) => Err(Refusal::bad_request(message)),
    };
    answer.unwrap_or_else(DemoResponse::from)
}

fn route(method: &str, path: &str, query: &Query) -> Answer {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if method == "HEAD" && segments == ["_ping"] {
        return Ok(ping(""));
    }
    let is_read = ["GET", "HEAD"].contains(&method);
    if is_read && let Some(answer) = read(&segments, query) {
        return answer;
    }
    if read_only::is_write(method, &segments) {
        return Err(Refusal::read_only());
    }
    let is_known = read_only::is_known(&segments) || !is_read && read(&segments, query).is_some();
    Err(if is_known {
        Refusal::page_not_found()
    } else {
        Refusal::not_found(format!("the sample engine has no {path}"))
    })
}

/// The answer to a GET; `None` for a path that the sample engine does not have.
fn read(path: &[&str], query: &Query) -> Option<Answer> {
    Some(match path {
        ["_ping"] => Ok(ping("OK")),
        ["version"] => recorded(recorded::VERSION),
        ["info"] => recorded(recorded::INFO),
        ["events"] => events::respond(query),
        ["system", "df"] => disk_usage(query),
        ["containers", "json"] => containers::respond(query),
        ["containers", id, part] => return container(id, part, query),
        ["exec", id, "json"] => Err(Refusal::not_found(format!("No such exec instance: {id}"))),
        ["images", ..] => return image(&path[1..], query),
        ["distribution", name @ .., "json"] => value(images::distribution(&name.join("/"))),
        ["networks"] => value(networks::list(query)),
        ["networks", id] => value(recorded::network(id)),
        ["volumes"] => value(networks::volumes(query)),
        ["volumes", name] => value(networks::volume(name)),
        ["plugins"] => plugins(query),
        ["plugins", name @ .., "json"] => Err(Refusal::not_found(format!(
            "plugin \"{}\" not found",
            name.join("/")
        ))),
        _ => return swarm(path, query),
    })
}

fn container(id: &str, part: &str, query: &Query) -> Option<Answer> {
    let found = || recorded::container(id);
    Some(match part {
        "json" => found().and_then(|it| recorded(it.inspect)),
        "top" => found().and_then(|it| processes::top(it, query)),
        "stats" => found().map(|it| processes::stats(it, query)),
        "changes" => found().and_then(|it| recorded(it.changes)),
        // dockerd looks at the streams first.
        "logs" => logs::wanted_streams(query)
            .and_then(|_| found())
            .and_then(|it| logs::respond(it, query)),
        _ => return None,
    })
}

fn image(path: &[&str], query: &Query) -> Option<Answer> {
    Some(match path {
        ["json"] => value(images::list(query)),
        ["search"] => Err(Refusal::no_registry()),
        [name @ .., "json"] => images::find(&name.join("/")).and_then(|it| recorded(it.inspect)),
        [name @ .., "history"] => images::find(&name.join("/")).and_then(|it| recorded(it.history)),
        _ => return None,
    })
}

fn swarm(path: &[&str], query: &Query) -> Option<Answer> {
    Some(match path {
        ["swarm"] => recorded(recorded::SWARM),
        ["swarm", "unlockkey"] => Ok(ok(&json!({"UnlockKey": ""}))),
        ["nodes"] => value(swarm::nodes(query)),
        ["nodes", id] => value(swarm::node(id)),
        ["services"] => value(swarm::services(query)),
        ["services", id] => value(swarm::service(id)),
        ["tasks"] => value(swarm::tasks(query)),
        ["tasks", id] => value(swarm::task(id)),
        ["secrets"] => value(swarm::items(recorded::SECRETS, query)),
        ["secrets", id] => value(swarm::item("secret", recorded::SECRETS, id)),
        ["configs"] => value(swarm::items(recorded::CONFIGS, query)),
        ["configs", id] => value(swarm::item("config", recorded::CONFIGS, id)),
        _ => return None,
    })
}

/// `GET /plugins`: there are none, but dockerd checks the filters all the same.
fn plugins(query: &Query) -> Answer {
    Filters::new(query, &["capability", "enabled"])?.flag("enabled")?;
    Ok(ok(&json!([])))
}

/// `GET /system/df`, of all kinds of objects or of those that `type` names.
fn disk_usage(query: &Query) -> Answer {
    let kinds = [
        ("container", "Containers"),
        ("image", "Images"),
        ("volume", "Volumes"),
        ("build-cache", "BuildCache"),
    ];
    let mut usage = recorded::parse(recorded::DISK_USAGE);
    let wanted: Vec<&str> = query.all("type").collect();
    let is_kind = |name: &&str| kinds.iter().any(|(kind, _)| kind == name);
    if let Some(unknown) = wanted.iter().find(|it| !is_kind(it)) {
        return Err(Refusal::bad_request(format!(
            "unknown object type: {unknown}"
        )));
    }
    let is_left_out = |kind: &str| !wanted.is_empty() && !wanted.contains(&kind);
    for (kind, field) in kinds.iter().filter(|(kind, _)| is_left_out(kind)) {
        usage[*field] = Value::Null;
        if *kind == "image" {
            usage["LayersSize"] = json!(0);
        }
    }
    Ok(ok(&usage))
}

fn recorded(json: &str) -> Answer {
    Ok(ok(&recorded::parse(json)))
}

fn value(body: Result<Value, Refusal>) -> Answer {
    body.map(|it| ok(&it))
}

/// The path without its version prefix, such as `/v1.45`.
///
/// # Errors
/// dockerd's message, if the version is older or newer than those of the engine.
fn unversioned(path: &str) -> Result<&str, String> {
    let Some((version, rest)) = path.strip_prefix("/v").and_then(|it| it.split_once('/')) else {
        return Ok(path);
    };
    let number = |version: &str| -> Option<(u32, u32)> {
        let (major, minor) = version.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    match number(version) {
        None => Ok(path),
        asked if asked > number(API_VERSION) => Err(format!(
            "client version {version} is too new. Maximum supported API version is {API_VERSION}"
        )),
        asked if asked < number(MIN_API_VERSION) => Err(format!(
            "client version {version} is too old. Minimum supported API version is {MIN_API_VERSION}, please upgrade \
             your client to a newer version"
        )),
        Some(_) => Ok(&path[path.len() - rest.len() - 1..]),
    }
}
