//! The table of endpoints, and which of them a path may be.

use super::endpoint::Endpoint;

/// One line per endpoint and method, as of API 1.56; older engines have most of them.
pub const TABLE: &str = include_str!("../../completions/endpoints.tsv");

/// All endpoints, in the order of the API's description.
pub fn endpoints() -> impl Iterator<Item = Endpoint> {
    TABLE.lines().skip(1).map(Endpoint::parse)
}

/// The endpoints that a path without a query matches, one per method. The path may begin with a version, such as
/// `/v1.41`.
pub fn fitting(path: &str) -> Vec<Endpoint> {
    let (_, path) = split_version(path);
    let found: Vec<_> = endpoints().filter(|it| it.matches_path(path)).collect();
    // `/images/json` is not the image named json, and `/images/a/b/json` is not the image named a/b/json.
    let rank = |it: &Endpoint| (it.path == path, it.path.matches('/').count());
    let best = found.iter().map(rank).max();
    found
        .into_iter()
        .filter(|it| Some(rank(it)) == best)
        .collect()
}

/// Splits a path after its version, such as `/v1.41`; the first part is empty if there is none.
pub fn split_version(path: &str) -> (&str, &str) {
    let rest = path.strip_prefix("/v").unwrap_or_default();
    let (version, _) = rest.split_once('/').unwrap_or_default();
    let is_version = version.starts_with(|it: char| it.is_ascii_digit())
        && version.chars().all(|it| it.is_ascii_digit() || it == '.');
    if is_version {
        path.split_at("/v".len() + version.len())
    } else {
        ("", path)
    }
}
