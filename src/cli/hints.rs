//! Hints for users of curl, gh and docker: what dq has instead of an option they know.

use super::action::Refusal;
use super::docker;
use super::words::Word;

/// Options of curl, gh and docker that have another name in dq.
const FOREIGN: &[(&str, &str)] = &[
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
    ("--since", "use -q since=10m, or a date"),
    ("--until", "use -q until=10m, or a date"),
    ("--silent", "leave it out: dq prints nothing but the answer"),
    ("--show-error", "leave it out: dq shows errors"),
    ("--compressed", "leave it out"),
    ("-O", "write to a file with > FILE"),
    ("--remote-name", "write to a file with > FILE"),
    ("-A", "use -H 'User-Agent: …'"),
    ("--user-agent", "use -H 'User-Agent: …'"),
    ("--oauth2-bearer", "use -H 'Authorization: Bearer …'"),
    ("-x", "set http_proxy or https_proxy"),
    ("--proxy", "set http_proxy or https_proxy"),
    ("-D", "use -i, which shows the head of the response"),
    (
        "--dump-header",
        "use -i, which shows the head of the response",
    ),
    ("--method", "use -X METHOD"),
    ("--jq", "the filter is the word behind the endpoint"),
    ("-l", "the last container: dq psa -q limit=1"),
    ("--latest", "the last container: dq psa -q limit=1"),
    ("--last", "the last ones: dq psa -q limit=N"),
];

/// What dq has instead of another program's option.
pub fn foreign_option(name: &str) -> Option<String> {
    let known = FOREIGN.iter().find(|(foreign, _)| *foreign == name);
    known.map(|(_, ours)| (*ours).to_owned())
}

/// Adds a hint to the refusal of an option of the command that `--exec` is to run.
pub fn for_command(refusal: Refusal) -> Refusal {
    Refusal {
        hint: Some("the command of --exec stands behind --: dq --exec web -- ls -l".into()),
        ..refusal
    }
}

/// Adds a hint to the refusal of docker's letters behind a saved filter: `dq ps -q`, `dq logs web -f`.
pub fn for_saved_filter(mut refusal: Refusal, words: &[Word]) -> Refusal {
    let texts: Vec<_> = words.iter().filter_map(|word| word.text.to_str()).collect();
    if let Some(hint) = docker_command(&refusal, &texts) {
        refusal.hint = Some(hint);
    }
    if refusal.hint.is_none() {
        let name = texts.first().copied();
        let option = refusal.message.split(' ').next().unwrap_or_default();
        refusal.hint = match (name, option) {
            (Some(name), "--query") => ids_only(name),
            (Some("logs"), "--from-file") => Some("to follow: -q follow=1".into()),
            _ => None,
        };
    }
    refusal
}

/// What docker's option behind a command means in dq, where its value is among the words: clap does not know which
/// options of docker's have one.
fn docker_command(refusal: &Refusal, words: &[&str]) -> Option<String> {
    let option = refusal.message.strip_prefix("there is no option ")?;
    let pair = || words.iter().find(|word| word.contains('='));
    match option {
        "--filter" => pair().map(|pair| format!("use -q filters.{pair}")),
        "--format" => words.iter().find_map(|word| template(words[0], word)),
        _ => docker::instead(words, true),
    }
}

/// What a Go template of docker's is in dq: `{{.State.Status}}` of `inspect` is the filter `.State.Status`, and fields
/// of a list are columns of the saved filter.
pub fn template(command: &str, template: &str) -> Option<String> {
    let mut fields = Vec::new();
    for part in template.split("{{").skip(1) {
        let (inside, _) = part.split_once("}}")?;
        let field = inside.trim();
        let field = field.strip_prefix("json ").unwrap_or(field).trim();
        let is_path = field.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
        fields.push(field.strip_prefix('.').filter(|_| is_path)?);
    }
    let instead = match (command, &fields[..]) {
        (_, []) => return None,
        ("inspect", fields) => {
            let paths: Vec<_> = fields.iter().map(|field| format!(".{field}")).collect();
            format!("dq inspect NAME '{}' -r", paths.join(", "))
        }
        ("ps" | "psa", fields) => {
            let columns = fields.iter().map(|field| match *field {
                "ID" | "Image" | "Command" | "Status" | "Ports" => Some(field.to_ascii_lowercase()),
                "Names" => Some("name".into()),
                _ => None,
            });
            let columns: Vec<_> = columns.collect::<Option<_>>()?;
            format!("dq {command} --columns {} --no-header", columns.join(","))
        }
        _ => return None,
    };
    Some(format!(
        "templates are jq filters or columns here: {instead}"
    ))
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
