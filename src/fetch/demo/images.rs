//! The images of the sample engine: the list with its filters, and the names by which an image is found.

use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use super::filters::Filters;
use super::pattern::Pattern;
use super::query::Query;
use super::recorded::{self, IMAGE_DETAILS, Image};
use super::response::Refusal;
use super::times;

const KEYS: [&str; 6] = ["before", "dangling", "label", "reference", "since", "until"];

/// The images that the query selects, newest first.
///
/// # Errors
/// A filter that dockerd refuses, and an image of `before` or `since` that there is not.
pub(crate) fn list(query: &Query) -> Result<Value, Refusal> {
    let filters = Filters::new(query, &KEYS)?;
    let is_dangling = filters.flag("dangling")?;
    let created = created_between(&filters)?;
    let mut rows = recorded::parse_list(recorded::IMAGES);
    rows.retain(|row| {
        let is_untagged = strings(&row["RepoTags"]).is_empty();
        let time = row["Created"].as_i64().unwrap_or_default();
        is_dangling.is_none_or(|wanted| wanted == is_untagged)
            && created.0 < time
            && time < created.1
            && filters.has_labels("label", &row["Labels"])
    });
    if filters.has("reference") {
        let patterns = filters.values("reference").iter().map(|it| glob(it));
        let patterns = patterns.collect::<Result<Vec<_>, _>>()?;
        rows.retain_mut(|row| keep_references(&patterns, row));
    }
    if query.flag("shared-size", false) {
        add_shared_sizes(&mut rows);
    }
    Ok(Value::Array(rows))
}

/// The image with a name: a tag, an ID or its beginning, a digest, each also with Docker Hub's prefixes.
///
/// # Errors
/// A name with upper-case letters, 400; one that there is not, 404.
pub(crate) fn find(name: &str) -> Result<&'static Image, Refusal> {
    let by_id = || {
        IMAGE_DETAILS
            .iter()
            .find(|it| recorded::has_id(it.inspect, name))
    };
    let familiar = familiar(name);
    check_reference(&familiar)?;
    IMAGE_DETAILS
        .iter()
        .find(|it| it.tags.contains(&familiar.as_str()) || has_digest(it, &familiar))
        .or_else(by_id)
        .ok_or_else(|| Refusal::not_found(format!("No such image: {familiar}")))
}

/// `GET /distribution/NAME/json`: what the registry has under the name. Of nginx it has a newer image.
///
/// # Errors
/// A name that is not among the images that were pulled.
pub(crate) fn distribution(name: &str) -> Result<Value, Refusal> {
    let image = find(name).map_err(|_| Refusal::no_registry())?;
    let inspect = recorded::parse(image.inspect);
    let pulled = strings(&inspect["RepoDigests"])
        .first()
        .and_then(|it| it.split_once('@'));
    let (repository, digest) = pulled.ok_or_else(Refusal::no_registry)?;
    let digest = if repository == "nginx" {
        NEW_NGINX
    } else {
        digest
    };
    Ok(json!({
        "Descriptor": {
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "digest": digest,
            "size": 2295
        },
        "Platforms": [{"architecture": "amd64", "os": "linux"}]
    }))
}

/// The digest of an nginx:1.27 that is newer than the recorded one.
const NEW_NGINX: &str = "sha256:6784fb0834aa7dbbe12e3d7471e69c290df3e6ba810dc38b34ae33d3c1c05f7d";

/// Refuses the two mistakes in a name that are met most: upper-case letters, and a colon too many.
fn check_reference(name: &str) -> Result<(), Refusal> {
    let repository = without_tag(name.split('@').next().unwrap_or_default());
    let path = repository
        .split_once('/')
        .map_or(repository, |(_, path)| path);
    if path.contains(':') {
        return Err(Refusal::bad_request("invalid reference format"));
    }
    if path.contains(|c: char| c.is_ascii_uppercase()) {
        let library = if repository.contains('/') {
            ""
        } else {
            "library/"
        };
        return Err(Refusal::bad_request(format!(
            "invalid reference format: repository name ({library}{repository}) must be lowercase"
        )));
    }
    Ok(())
}

/// The ID of the image with a name, with its `sha256:`.
pub(crate) fn id(name: &str) -> Option<String> {
    let image = find(name).ok()?;
    Some(recorded::id(image.inspect).to_owned())
}

/// The name as docker shows it: without Docker Hub's prefixes, with `:latest` if it has neither a tag nor a digest.
fn familiar(name: &str) -> String {
    let hub = ["docker.io/", "index.docker.io/"];
    let name = hub
        .iter()
        .find_map(|it| name.strip_prefix(it))
        .unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    // With a digest the tag does not matter.
    if let Some((tagged, digest)) = name.split_once('@') {
        return format!("{}@{digest}", without_tag(tagged));
    }
    if without_tag(name) == name {
        format!("{name}:latest")
    } else {
        name.to_owned()
    }
}

/// The repository of a name with or without a tag. A colon before a slash belongs to a registry's port.
fn without_tag(name: &str) -> &str {
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}

fn has_digest(image: &Image, name: &str) -> bool {
    name.contains('@') && strings(&recorded::parse(image.inspect)["RepoDigests"]).contains(&name)
}

/// The times between which an image has to be created for `since`, `before` and `until`, both exclusive, in seconds.
fn created_between(filters: &Filters) -> Result<(i64, i64), Refusal> {
    let (mut after, mut before) = (i64::MIN, i64::MAX);
    let created = |name: &String| -> Result<i64, Refusal> {
        let inspect = recorded::parse(find(name)?.inspect);
        let time = inspect["Created"].as_str().and_then(times::from_rfc3339);
        Ok(i64::try_from(time.unwrap_or_default() / 1_000_000_000).unwrap_or_default())
    };
    for name in filters.values("since") {
        after = after.max(created(name)?);
    }
    for name in filters.values("before") {
        before = before.min(created(name)?);
    }
    for text in filters.values("until") {
        before = before.min(until(text)?);
    }
    Ok((after, before))
}

/// `until` of an image list in seconds since 1970, from those, a date or a duration back from now.
fn until(text: &str) -> Result<i64, Refusal> {
    let seconds = |time: times::Nanoseconds| i64::try_from(time / 1_000_000_000).ok();
    let ago = || {
        let now = UNIX_EPOCH.elapsed().ok()?.as_nanos();
        Some(times::Nanoseconds::try_from(now).ok()? - times::from_duration(text)?)
    };
    let time = text.parse().ok();
    time.or_else(|| times::from_rfc3339(text).or_else(ago).and_then(seconds))
        .ok_or_else(|| {
            let message = format!("failed to parse value as time or duration: \"{text}\"");
            Refusal::server_error(message)
        })
}

/// Reduces the tags and digests of a row to those that a pattern matches, as the whole name or as its repository
/// (distribution/reference, FamiliarMatch), and tells whether there is one.
fn keep_references(patterns: &[Pattern], row: &mut Value) -> bool {
    let is_wanted = |name: &str| {
        let repository = without_tag(name.split('@').next().unwrap_or_default());
        let mut patterns = patterns.iter();
        patterns.any(|it| it.is_match(name) || it.is_match(repository))
    };
    let mut is_found = false;
    for field in ["RepoTags", "RepoDigests"] {
        if let Some(names) = row[field].as_array_mut() {
            names.retain(|name| is_wanted(name.as_str().unwrap_or_default()));
            is_found |= !names.is_empty();
        }
    }
    is_found
}

/// A pattern of Go's path.Match as a regular expression: `*` and `?` stand for anything but a slash, `[a-c]` for one of
/// some characters.
///
/// # Errors
/// dockerd answers 500 to a bracket that is not closed.
fn glob(pattern: &str) -> Result<Pattern, Refusal> {
    let mut regex = String::from("^(?:");
    let mut is_class = false;
    for c in pattern.chars() {
        match c {
            ']' if is_class => is_class = false,
            '[' if !is_class => is_class = true,
            '*' if !is_class => regex.push_str("[^/]"),
            '?' if !is_class => {
                regex.push_str("[^/]");
                continue;
            }
            '.' | '+' | '(' | ')' | '|' | '{' | '}' | '^' | '$' if !is_class => regex.push('\\'),
            _ => {}
        }
        regex.push(c);
    }
    regex.push_str(")$");
    Pattern::new(&regex).ok_or_else(|| Refusal::server_error("syntax error in pattern"))
}

/// Sets `SharedSize`, which is -1 unless `shared-size=1` asks for it.
fn add_shared_sizes(rows: &mut [Value]) {
    let usage = recorded::parse(recorded::DISK_USAGE);
    for row in rows {
        let mut known = usage["Images"].as_array().into_iter().flatten();
        if let Some(found) = known.find(|it| it["Id"] == row["Id"]) {
            row["SharedSize"] = found["SharedSize"].clone();
        }
    }
}

fn strings(list: &Value) -> Vec<&str> {
    let elements = list.as_array().into_iter().flatten();
    elements.filter_map(Value::as_str).collect()
}
