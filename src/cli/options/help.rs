//! The help, from the table of the options and the texts around it.

use super::{Opt, STAGES};

const USAGE: &str = "\
dq asks an HTTP API behind a socket, filters the answer with jq, prints it well.

usage: dq [OPTIONS] SOURCE [FILTER]      SOURCE: /endpoint, http(s)://URL, - for stdin
       dq [OPTIONS] NAME [WORD...] [FILTER]   a saved filter: dq --list
       dq [OPTIONS] FILTER [FILE...]     as jq: files, or stdin
";

const EXAMPLES: &str = "\
examples:
  dq /containers/json '.[].Names'               names of the running containers
  dq '/containers/json?all=1' -c '.[] | {Id, State}'
  dq /events 'select(.Type == \"container\") | .Action'     live
  dq /containers/json -t '.[] | {id: short_id, name: name, ports: ports}'
  dq /images/json --columns id,repotags,size
  dq /volumes -o csv '.Volumes[] | {Name, Driver}' > volumes.csv
  dq /containers/json -q filters.status=exited -r '.[].Names[0]'
  dq /containers/create -q name=web -F Image=nginx -F Labels[a]=b .Id
  dq -X POST /containers/web/start              no body unless one is given
  dq /images/load -d @image.tar .stream         streamed; -d @- is stdin
  dq --curl /containers/json '.[].Id'           the same in curl and jq
  dq --unix-socket /run/podman/podman.sock /version .Version
  dq --host tcp://build-7:2376 --cacert ca.pem --cert cert.pem --key key.pem /info
  dq --host ssh://me@build-7 /info .Containers
  docker inspect web | dq '.[0].State'
  dq --demo /containers/json '.[].Names'        without Docker
  dq ps; dq logs web; dq images 'map(select(.size == \"1.2GB\"))'
  dq --save big /images/json 'map(select(.Size > 1e9))'; dq big
";

const MORE: &str = "\
The host is found as docker finds it: --host or --context, then DOCKER_HOST,
DOCKER_CONTEXT, the current context, then unix:///var/run/docker.sock.
DOCKER_API_VERSION=1.41 asks /v1.41/… on such a host.

TLS on a tcp:// host is turned on by DOCKER_TLS_VERIFY or by any TLS option; ca.pem,
cert.pem and key.pem are then looked for in DOCKER_CERT_PATH or ~/.docker. ssh://
runs \"docker system dial-stdio\" on the host, as docker does. On a socket Host is
empty; -H 'Host: x' sets it.

A SOURCE starts with / or scheme://, is - alone, or is the name of a saved
filter. Any other first word is a filter, and dq then reads files or standard
input like jq.

A saved filter is a file NAME.jq in $XDG_CONFIG_HOME/dq/filters (~/.config), in a
directory of -L, or comes with dq. Its header, module {endpoint: \"/…\", …};, says
what to ask; the words behind NAME fill the {placeholders} of the endpoint, and a
FILTER behind them runs on what it gives. In any filter its name is a function.

-F has the rules of gh api: true, false, null and integers are themselves, @FILE
is the text of a file, the rest strings; a[b]=c is an object, a[]=c an array.

The filter is compiled before anything is sent. An answer of 400 or above leaves
stdout empty, puts the server's message on stderr and exits with 22; so does an
error inside of a stream of pull, push, build or load. Container
logs are told apart: stdout to stdout, stderr to stderr; with a filter each line
is {stream, line}. Other text is lines: strings for the filter.

A row of a table is an object, an array of scalars, or each element of any other
array; its columns are the keys. For cells there are ago, duration, bytes,
bytes(\"iec\"), short_id, name, labels and ports: {created: (.Created | ago)}.
SHA-256 sums, then wide cells are cut to fit the terminal; off it all are whole.

environment:
  DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, DOCKER_API_VERSION,
  DOCKER_TLS_VERIFY, DOCKER_TLS, DOCKER_CERT_PATH, DOCKER_CUSTOM_HEADERS
  HTTP_PROXY, HTTPS_PROXY, NO_PROXY
                     as in docker
  JQ_COLORS          null:false:true:numbers:strings:arrays:objects:keys
  NO_COLOR, CLICOLOR, CLICOLOR_FORCE, FORCE_COLOR
                     colour off or on
  COLUMNS            width of the terminal
  XDG_CONFIG_HOME    where dq/filters/ is, instead of ~/.config
  VISUAL, EDITOR     what --edit opens

exit codes:
  0   done                          7   cannot connect
  1   -e: last output false, null   22  the server answered 400 or above
  2   usage, files, output          28  timed out
  3   the filter does not compile   35  TLS handshake failed
  4   -e: no output                 52  empty reply
  5   the filter failed, bad JSON   56  connection lost
  6   host not resolved             60  certificate not trusted
";

/// The help: short for `-h`, with everything for `--help`.
pub fn help(long: bool) -> String {
    let mut text = String::from(USAGE);
    if long {
        text.push('\n');
        text.push_str(EXAMPLES);
    }
    for (title, options) in STAGES {
        text.push_str(&format!("\n{title}:\n"));
        options
            .iter()
            .for_each(|option| text.push_str(&line(option)));
    }
    text.push('\n');
    text.push_str(if long {
        MORE
    } else {
        "dq --help has examples, the environment and the exit codes.\n"
    });
    text
}

fn line(option: &Opt) -> String {
    let short = option
        .short
        .map_or("    ".to_owned(), |short| format!("-{short}, "));
    let long = if option.long == "help" {
        "--help".to_owned()
    } else {
        format!("--{}", option.long)
    };
    let value = |value: &&str| match option.optional {
        true => format!("[={value}]"),
        false => format!(" {value}"),
    };
    let values: String = option.values.iter().map(value).collect();
    let spelled = format!("  {short}{long}{values}");
    format!("{spelled:<32}{}\n", option.help)
}
