//! Options that fingers know from elsewhere, and what dq has in their place.

/// Options of curl, gh and docker that are called otherwise here.
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

/// What dq has in place of another program's option.
pub fn hint(name: &str) -> Option<String> {
    let known = FOREIGN.iter().find(|(foreign, _)| *foreign == name);
    known.map(|(_, ours)| (*ours).to_owned())
}
