//! Options of the fetch stage: the host, the request, the time limits.

use super::option::{Opt, flag, repeated, valued};

pub const FETCH: &[Opt] = &[
    repeated(
        "host",
        ' ',
        &["HOST"],
        "the host: a socket path, unix://, tcp://, http(s)://, ssh://; several are asked at once",
    ),
    repeated(
        "context",
        ' ',
        &["NAME"],
        "use the host of this docker context; several, or a pattern: 'prod-*'",
    ),
    flag(
        "all-contexts",
        ' ',
        "ask the hosts of all docker contexts at once",
    ),
    repeated(
        "unix-socket",
        ' ',
        &["PATH"],
        "connect to this socket, as in curl",
    ),
    flag(
        "demo",
        ' ',
        "use a built-in sample engine: no Docker needed",
    ),
    tls_file(
        "cacert",
        &["tlscacert"],
        "trust only the CAs in FILE (docker: --tlscacert)",
    ),
    tls_file(
        "cert",
        &["tlscert"],
        "present this client certificate (docker: --tlscert)",
    ),
    tls_file(
        "key",
        &["tlskey"],
        "its key, if in another file (docker: --tlskey)",
    ),
    flag("insecure", 'k', "do not verify the server's certificate"),
    flag(
        "tls",
        ' ',
        "use TLS on tcp:// hosts, as docker: not verified",
    ),
    Opt {
        optional: true,
        ..valued(
            "tlsverify",
            ' ',
            &["BOOL"],
            "use TLS on tcp:// hosts, verified unless =false",
        )
    },
    valued(
        "request",
        'X',
        &["METHOD"],
        "the method (default: GET; POST with -d or -F)",
    ),
    repeated(
        "data",
        'd',
        &["BODY"],
        "the request body: text, @FILE, or @- for stdin",
    ),
    repeated(
        "field",
        'F',
        &["KEY=VALUE"],
        "a field of a JSON body: a=1, a=@FILE, a[b]=c, a[]=c, a:=JSON",
    ),
    repeated(
        "raw-field",
        ' ',
        &["KEY=VALUE"],
        "as -F, but the value is always a string",
    ),
    repeated(
        "query",
        'q',
        &["KEY=VALUE"],
        "add a query parameter, encoded; also filters.KEY=VALUE",
    ),
    repeated(
        "header",
        'H',
        &["'NAME: VALUE'"],
        "add a header, or replace one of dq's own; @FILE: one a line",
    ),
    valued(
        "connect-timeout",
        ' ',
        &["SECONDS"],
        "the time limit for connecting",
    ),
    valued(
        "parallel",
        ' ',
        &["N"],
        "let fetch in a filter have N requests under way (default: 8)",
    ),
    valued(
        "max-time",
        'm',
        &["SECONDS"],
        "the time limit for all requests of the run",
    ),
    valued(
        "idle-timeout",
        ' ',
        &["SECONDS"],
        "the time limit between two pieces of the response",
    ),
    valued(
        "retry",
        ' ',
        &["N"],
        "retry N times: cannot connect, 429, 502, 503, 504",
    ),
    flag(
        "paginate",
        ' ',
        "also fetch the following pages (Link: rel=next)",
    ),
    flag(
        "registry-auth",
        ' ',
        "send docker's credentials for the registry",
    ),
    flag("include", 'i', "also print the head of the response"),
    flag(
        "verbose",
        'v',
        "show the host, why it was chosen, and all heads on stderr",
    ),
    flag(
        "fail-with-body",
        ' ',
        "also filter and print the body of a failure",
    ),
    flag(
        "read-only",
        ' ',
        "refuse everything but GET and HEAD, as DQ_READ_ONLY=1",
    ),
    flag(
        "until",
        ' ',
        "repeat the request until the last output is neither false nor null",
    ),
    Opt {
        optional: true,
        ..valued(
            "watch",
            'w',
            &["SECONDS"],
            "show the answer anew when it changes; every SECONDS where no event says so",
        )
    },
    valued(
        "exec",
        ' ',
        &["CONTAINER"],
        "run the command behind -- in a container, and exit with its exit code",
    ),
    flag(
        "reconnect",
        ' ',
        "events, followed logs, stats: wait for a lost host and go on",
    ),
    flag(
        "curl",
        ' ',
        "print an equivalent curl | jq command; send nothing",
    ),
];

/// An option with a file, under curl's name and docker's.
const fn tls_file(long: &'static str, aliases: &'static [&'static str], help: &'static str) -> Opt {
    Opt {
        aliases,
        ..valued(long, ' ', &["FILE"], help)
    }
}
