//! The options of the request: which host, what is sent, how long it may take.

use super::option::{Opt, flag, repeated, valued};

pub const FETCH: &[Opt] = &[
    valued(
        "host",
        ' ',
        &["HOST"],
        "ask this host: a socket's path, tcp://, http(s)://, ssh://",
    ),
    valued(
        "context",
        ' ',
        &["NAME"],
        "ask the host of this docker context",
    ),
    valued(
        "unix-socket",
        ' ',
        &["PATH"],
        "ask the server behind this socket, as in curl",
    ),
    flag(
        "demo",
        ' ',
        "ask a built-in sample engine: no Docker needed",
    ),
    tls_file(
        "cacert",
        &["tlscacert"],
        "trust only the authorities in FILE (docker: --tlscacert)",
    ),
    tls_file(
        "cert",
        &["tlscert"],
        "show this client certificate (docker: --tlscert)",
    ),
    tls_file(
        "key",
        &["tlskey"],
        "its key, if not in the same file (docker: --tlskey)",
    ),
    flag("insecure", 'k', "do not verify the server's certificate"),
    flag("tls", ' ', "TLS on tcp:// hosts, as docker's: not verified"),
    Opt {
        optional: true,
        ..valued(
            "tlsverify",
            ' ',
            &["BOOL"],
            "TLS on tcp:// hosts, verified unless =false",
        )
    },
    valued(
        "request",
        'X',
        &["METHOD"],
        "send this instead of GET (POST with -d or -F)",
    ),
    repeated(
        "data",
        'd',
        &["BODY"],
        "send this body: text, @FILE, or @- for stdin",
    ),
    repeated(
        "field",
        'F',
        &["KEY=VALUE"],
        "a field of a JSON body: a=1, a=@FILE, a[b]=c, a[]=c",
    ),
    repeated(
        "raw-field",
        ' ',
        &["KEY=VALUE"],
        "as -F, but the value is a string whatever it looks like",
    ),
    repeated(
        "query",
        'q',
        &["KEY=VALUE"],
        "add this to the query, encoded; filters.KEY=VALUE too",
    ),
    repeated(
        "header",
        'H',
        &["'NAME: VALUE'"],
        "send this header; replaces one of dq's own",
    ),
    valued(
        "connect-timeout",
        ' ',
        &["SECONDS"],
        "give up connecting after this long",
    ),
    valued(
        "max-time",
        'm',
        &["SECONDS"],
        "give up altogether after this long",
    ),
    valued(
        "idle-timeout",
        ' ',
        &["SECONDS"],
        "give up when nothing has come for this long",
    ),
    valued(
        "retry",
        ' ',
        &["N"],
        "try again so often: not connected, 502, 503, 504",
    ),
    flag(
        "paginate",
        ' ',
        "fetch the pages that follow (Link: rel=next) too",
    ),
    flag(
        "registry-auth",
        ' ',
        "send docker's login for the registry along",
    ),
    flag("include", 'i', "print the head of the response as well"),
    flag(
        "verbose",
        'v',
        "say which host and why; show heads on stderr",
    ),
    flag(
        "fail-with-body",
        ' ',
        "filter and print the body of a failure as well",
    ),
    flag(
        "curl",
        ' ',
        "print the same as a curl | jq command; send nothing",
    ),
];

/// A file, under curl's name and docker's.
const fn tls_file(long: &'static str, aliases: &'static [&'static str], help: &'static str) -> Opt {
    Opt {
        aliases,
        ..valued(long, ' ', &["FILE"], help)
    }
}
