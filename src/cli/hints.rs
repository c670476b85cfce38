//! Hints for users of curl, gh and docker: what dq has instead of an option they know.

use super::action::Refusal;
use super::words::Word;

/// Options of curl, gh and docker that have another name in dq.
const FOREIGN: [(&str, &str); 31] = [
    ("-I", "use -X HEAD -i"),
    ("--head", "use -X HEAD -i"),
    ("-T", "use -X PUT -d @FILE"),
    ("--upload-file", "use -X PUT -d @FILE"),
    ("-G", "use -q KEY=VALUE"),
    ("--get", "use -q KEY=VALUE"),
    ("--data-urlencode", "use -q KEY=VALUE"),
    ("--url-query", "use -q KEY=VALUE"),
    ("--data-binary", "use -d, which sends bytes as they are"),
    ("--data-raw", "use -d, which sends bytes as they are"),
    ("--json", "use -d or -F, which are JSON by themselves"),
    ("-u", "use -H 'Authorization: …'"),
    ("--user", "use -H 'Authorization: …'"),
    ("-b", "use -H 'Cookie: …'"),
    ("--cookie", "use -H 'Cookie: …'"),
    (
        "--location",
        "leave it out: dq follows redirects on the same host",
    ),
    ("--fail", "leave it out: dq fails at 400 and above"),
    ("-N", "leave it out: dq shows what comes when it comes"),
    ("--input", "use -d @FILE"),
    ("--filter", "use -q filters.KEY=VALUE"),
    ("--all", "use -q all=1; dq psa has all containers"),
    (
        "--quiet",
        "use a filter: '.[].id' -r; dq ids has containers",
    ),
    ("--format", "use a filter, -o or --columns"),
    ("--no-trunc", "use --wide; cells are cut on a terminal only"),
    ("--no-stream", "leave it out: dq stats shows one moment"),
    ("--size", "use .SizeRw of /containers/json?size=1"),
    ("--follow", "use -q follow=1"),
    ("--tail", "use -q tail=N"),
    ("--timestamps", "use -q timestamps=1"),
    ("--since", "use -q since=SECONDS, since the epoch"),
    ("--until", "use -q until=SECONDS, since the epoch"),
];

/// What dq has instead of another program's option.
pub fn foreign_option(name: &str) -> Option<String> {
    let known = FOREIGN.iter().find(|(foreign, _)| *foreign == name);
    known.map(|(_, ours)| (*ours).to_owned())
}

/// Adds a hint to the refusal of docker's letters behind a saved filter: `dq ps -q`, `dq logs web -f`.
pub fn for_saved_filter(mut refusal: Refusal, words: &[Word]) -> Refusal {
    if refusal.hint.is_none() {
        let name = words.first().and_then(|word| word.text.to_str());
        let option = refusal.message.split(' ').next().unwrap_or_default();
        refusal.hint = match (name, option) {
            (Some(name), "--query") => ids_only(name),
            (Some("logs"), "--from-file") => Some("to follow: -q follow=1".into()),
            _ => None,
        };
    }
    refusal
}

/// What prints the IDs alone, as docker's `-q` does for that list.
pub fn ids_only(list: &str) -> Option<String> {
    match list {
        "ps" => Some("dq ids has the IDs alone".into()),
        "volumes" => Some("dq volumes '.[].name' -r has the names alone".into()),
        "psa" | "images" | "dangling" | "networks" | "nodes" | "services" | "tasks" => {
            Some(format!("dq {list} '.[].id' -r has the IDs alone"))
        }
        _ => None,
    }
}
