//! The help: one page for `-h`, everything for `--help`. The manual page takes its examples and tables from here.

use super::{Opt, STAGES};

/// One page of 24 lines and 80 columns.
const SHORT: &str = "\
dq queries an HTTP API behind a socket, filters with jq, formats the result.

  dq /containers/json '.[].Names'      an endpoint of the host, a jq filter
  dq ps                                a saved filter: dq --list
  dq .a file.json                      as jq: files, or standard input

host     --host HOST   --context NAME   --unix-socket PATH   --demo
TLS      --cacert FILE   --cert FILE   --key FILE   -k do not verify
request  -X METHOD   -d BODY   -F KEY=VALUE   -q KEY=VALUE   -H 'NAME: VALUE'
         -i show its head   -v verbose   --curl as a curl command   -m SECONDS
         --exec CONTAINER [FILTER] -- COMMAND...
filter   -n null input   -s slurp   -R raw input   -e exit status   -f FILE
         --arg NAME TEXT   --argjson NAME JSON   --args   -L DIR
format   -t table   -o FORMAT   --columns COLUMN,...   --paths [WORD]   --wide
         -r raw   -j joined   -c compact   -S sorted keys   -C colour   -M none
saved    --save NAME   --list   --show NAME   --edit NAME   --remove NAME
other    -w watch   --endpoints [WORD]   --generate SHELL   -V version

dq NAME --help explains a saved filter, dq --help every option; man dq has all.
";

const USAGE: &str = "\
dq queries an HTTP API behind a socket, filters with jq, formats the result.

usage: dq [OPTIONS] SOURCE [FILTER]           /endpoint, URL, or - for stdin
       dq [OPTIONS] NAME [WORD...] [FILTER]   a saved filter: dq --list
       dq [OPTIONS] FILTER [FILE...]          as jq: files, or stdin
";

/// Example commands with short comments.
pub const EXAMPLES: &[(&str, &str)] = &[
    (
        "dq /containers/json '.[].Names'",
        "names of the running containers",
    ),
    ("dq '/containers/json?all=1' -c '.[] | {Id, State}'", ""),
    (
        "dq /events 'select(.Type == \"container\") | .Action'",
        "live",
    ),
    (
        "dq /containers/json -t '.[] | {id: short_id, name: name, ports: ports}'",
        "",
    ),
    ("dq /images/json --columns id,repotags,size", ""),
    ("dq ps -w", "a live table"),
    (
        "dq /volumes -o csv '.Volumes[] | {Name, Driver}' > volumes.csv",
        "",
    ),
    (
        "dq /containers/json -q filters.status=exited -r '.[].Names[0]'",
        "",
    ),
    (
        "dq /containers/create -q name=web -F Image=nginx -F 'Labels[a]=b' .Id",
        "",
    ),
    (
        "dq -X POST /containers/web/start",
        "no body unless you give one",
    ),
    (
        "dq /images/load -d @image.tar .stream",
        "streamed; -d @- is stdin",
    ),
    ("dq --curl /containers/json '.[].Id'", "as curl and jq"),
    (
        "dq --exec web -- sh -c 'date; exit 3'",
        "a command, its exit code",
    ),
    (
        "dq --unix-socket /run/podman/podman.sock /version .Version",
        "",
    ),
    (
        "dq --host tcp://build-7:2376 --cacert ca.pem --cert cert.pem --key key.pem /info",
        "",
    ),
    ("dq --host ssh://me@build-7 /info .Containers", ""),
    (
        "dq ps --context 'prod-*'; dq /info --all-contexts '{$host, NCPU}'",
        "",
    ),
    ("docker inspect web | dq '.[0].State'", ""),
    ("dq --demo /containers/json '.[].Names'", "without Docker"),
    (
        "dq ps; dq logs web; dq images 'map(select(.size > 1e9))'",
        "",
    ),
    (
        "dq --save big /images/json 'map(select(.Size > 1e9))'; dq big",
        "",
    ),
    (
        "dq --paths /containers/json; dq --paths /containers/json 172.17",
        "",
    ),
    (
        "dq --endpoints prune; dq --endpoints /containers/json",
        "list and explain them",
    ),
];

const MORE: &str = "\
dq finds the host as docker does: --host or --context, then DOCKER_HOST,
DOCKER_CONTEXT, the current context, then CONTAINER_HOST (a socket), else
unix:///var/run/docker.sock.
--host and --context may be repeated, --context 'prod-*' is a pattern, and
--all-contexts asks every context: the filter runs once per host, $host is the
host's name, tables get a column HOST, a host that fails costs one line, and
nothing but GET and HEAD is sent.
On such a host DOCKER_API_VERSION=1.41 requests /v1.41/….

On a tcp:// host, DOCKER_TLS_VERIFY or any TLS option turns TLS on; ca.pem,
cert.pem and key.pem are then read from DOCKER_CERT_PATH or ~/.docker. ssh://
runs \"docker system dial-stdio\" on the host, as docker does. On a socket the
Host header is empty; -H 'Host: x' sets it.

SOURCE starts with / or scheme://, is -, or is the name of a saved filter. Any
other first word is a filter, and dq reads files or standard input, like jq.

A saved filter is a file NAME.jq in $XDG_CONFIG_HOME/dq/filters (~/.config) or
in a directory of -L, or comes with dq. Its header, module {endpoint: \"/…\"};,
names the endpoint. The words behind NAME fill the endpoint's {placeholders},
and a FILTER behind them runs on its output. Its name is also a function in
every filter.

Options in ~/.config/dq/options, one to a line, apply to every run: --color,
--indent, --tab, -S, --wide, --connect-timeout, --retry, --read-only. Typed
options win; --no-defaults ignores the file.

-F follows gh api: true, false, null and integers keep their type, @FILE is the
text of a file, anything else is a string; a[b]=c makes an object, a[]=c an
array.

fetch(paths) in a filter requests paths of the same host and outputs the bodies:
fetch(.[] | \"/containers/\\(.Id)/json\"). It only reads.

-w repeats the request and shows the outputs on a screen: when an engine reports
an event that concerns them, and every 10 s; elsewhere every 2 s. q ends it.
Off a terminal it writes the outputs again whenever they have changed.

--exec CONTAINER [FILTER] -- COMMAND runs a command in a container and exits
with its exit code; -F sets User, WorkingDir and Env[]. It has no input.

The filter is compiled before anything is sent. A status of 400 or above leaves
stdout empty, prints the server's message on stderr and exits 22; so does an
error in the progress stream of a pull, push, build or load. Container logs are
split: stdout to stdout, stderr to stderr; with a filter each line is {stream,
line}. Other text is passed on; with a filter each line is a string.

A row of a table is an object, an array of scalars, or each element of any other
array; its columns are the keys, or those of --columns, each [HEADER:] PATH
[| FILTER]. FILTER makes a cell readable in tables, records and Markdown; other
formats have the data. Helpers for cells: ago, duration, bytes, bytes(\"iec\"),
short_id, name, labels and ports: --columns 'name: Names[0], Created|ago'.
On a terminal, cells are cut and columns left out until a table fits, and a last
line says so.

--paths prints a row for each path in the answer: types, an example, how many
have it. A word behind the source that could be a name, as 172.17, is searched
for in paths and values: dq --paths /containers/json 172.17. Any other word is a
FILTER, '(keys)' too. --paths=WORD searches for any text.
";

/// Environment variables and their meanings.
pub const ENVIRONMENT: &[(&[&str], &str)] = &[
    (
        &[
            "DOCKER_HOST",
            "DOCKER_CONTEXT",
            "DOCKER_CONFIG",
            "DOCKER_API_VERSION",
            "DOCKER_TLS_VERIFY",
            "DOCKER_TLS",
            "DOCKER_CERT_PATH",
            "DOCKER_CUSTOM_HEADERS",
        ],
        "as in docker",
    ),
    (
        &["CONTAINER_HOST"],
        "podman's socket, if docker's say nothing",
    ),
    (&["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"], "as in docker"),
    (
        &["SSL_CERT_FILE", "SSL_CERT_DIR"],
        "instead of the system's CAs",
    ),
    (
        &["JQ_COLORS"],
        "null:false:true:numbers:strings:arrays:objects:keys",
    ),
    (
        &["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"],
        "turn colours off or on",
    ),
    (&["DQ_READ_ONLY"], "as --read-only"),
    (&["DQ_MEMORY"], "the memory that dq may use, as 500M or 2G"),
    (&["COLUMNS"], "the width of the terminal"),
    (
        &["XDG_CONFIG_HOME"],
        "where dq/filters/ and dq/options are, instead of ~/.config",
    ),
    (&["VISUAL", "EDITOR"], "what --edit opens"),
];

/// Exit codes and their meanings.
pub const EXIT_CODES: &[(&str, &str)] = &[
    ("0", "done"),
    ("1", "-e: last output false, null"),
    ("2", "usage, files, output"),
    ("3", "the filter does not compile"),
    ("4", "-e: no output"),
    ("5", "the filter failed, bad JSON"),
    ("6", "host not resolved"),
    ("7", "cannot connect"),
    ("22", "the server answered 400 or above"),
    ("28", "timed out"),
    ("35", "TLS handshake failed"),
    ("52", "empty reply"),
    ("56", "connection lost"),
    ("60", "certificate not trusted"),
    ("130", "interrupted"),
    ("143", "terminated"),
];

/// The help: short for `-h`, complete for `--help`.
pub fn help(long: bool) -> String {
    if !long {
        return SHORT.to_owned();
    }
    let mut text = format!("{USAGE}\nexamples:\n");
    EXAMPLES
        .iter()
        .for_each(|(command, about)| text.push_str(&columns(command, about, 46)));
    for (title, options) in STAGES {
        text.push_str(&format!("\n{title}:\n"));
        options
            .iter()
            .for_each(|option| text.push_str(&line(option)));
    }
    text.push('\n');
    text.push_str(MORE);
    text.push_str("\nenvironment:\n");
    for (names, about) in ENVIRONMENT {
        text.push_str(&format!("  {}\n      {about}\n", wrapped(names)));
    }
    text.push_str("\nexit codes:\n");
    text.push_str(&exit_codes());
    text.push_str("  --exec: that of the command, unless dq has failed\n");
    text
}

fn line(option: &Opt) -> String {
    columns(&option.spelling(), option.help, 31)
}

/// Two columns; the right one is wrapped, and follows a left one that is too wide.
fn columns(left: &str, right: &str, width: usize) -> String {
    const SCREEN: usize = 80;
    let width = width.max(left.len() + 2);
    let start = "  ".len() + width;
    let mut text = format!("  {left:<width$}");
    let mut at = start;
    for (nth, word) in right.split(' ').enumerate() {
        if nth > 0 && at + 1 + word.chars().count() > SCREEN {
            text.push_str(&format!("\n{:start$}", ""));
            at = start;
        } else if nth > 0 {
            text.push(' ');
            at += 1;
        }
        text.push_str(word);
        at += word.chars().count();
    }
    format!("{}\n", text.trim_end())
}

/// Names separated by commas, four to a line.
fn wrapped(names: &[&str]) -> String {
    let lines: Vec<_> = names.chunks(4).map(|it| it.join(", ")).collect();
    lines.join(",\n  ")
}

/// Two columns, sorted from top to bottom.
fn exit_codes() -> String {
    let (left, right) = EXIT_CODES.split_at(EXIT_CODES.len().div_ceil(2));
    let cell = |(code, about): &(&str, &str)| format!("{code:<4}{about}");
    let rows = left.iter().enumerate().map(|(at, it)| {
        let beside = right.get(at).map(cell).unwrap_or_default();
        columns(&cell(it), &beside, 34)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_help_fits_a_screen() {
        assert!(SHORT.lines().count() < 24);
        assert!(SHORT.lines().all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn no_line_of_the_help_is_wider_than_80_columns() {
        for line in help(true).lines() {
            // Commands are not wrapped.
            let is_command = line.starts_with("  dq ");
            assert!(is_command || line.chars().count() <= 80, "{line}");
        }
        let apart = |it: &&(&str, &str)| !it.1.is_empty();
        for (command, about) in EXAMPLES.iter().filter(apart) {
            let line = help(true)
                .lines()
                .find(|it| it.contains(command))
                .map(str::to_owned);
            let line = line.unwrap_or_default();
            assert!(line.ends_with(&format!("  {about}")), "{line}");
        }
    }

    #[test]
    fn the_short_help_names_existing_options() {
        let words = SHORT.split_whitespace();
        let words =
            words.filter(|word| word.starts_with('-') && !word.ends_with(',') && *word != "--");
        for word in words {
            let known = super::super::all().any(|it| match word.strip_prefix("--") {
                Some(long) => it.long == long,
                None => it.short == word.chars().nth(1),
            });
            assert!(known, "{word}");
        }
    }
}
