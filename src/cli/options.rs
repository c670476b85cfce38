//! The options, once: clap's definitions, the rule that tells words apart and the help all come from this table.

use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

use super::{Request, foreign};

/// One option.
pub struct Opt {
    pub long: &'static str,
    pub short: Option<char>,
    /// Names of its values.
    pub values: &'static [&'static str],
    /// Other names of it, docker's.
    pub aliases: &'static [&'static str],
    /// The value may be left out; it stands behind `=` only.
    pub optional: bool,
    repeats: bool,
    pub stage: Stage,
    pub help: &'static str,
}

/// Which part of dq an option is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Fetch,
    Filter,
    Format,
    Saved,
    Itself,
}

const fn flag(long: &'static str, short: char, stage: Stage, help: &'static str) -> Opt {
    Opt {
        long,
        short: if short == ' ' { None } else { Some(short) },
        values: &[],
        aliases: &[],
        optional: false,
        repeats: false,
        stage,
        help,
    }
}

const fn valued(
    long: &'static str,
    short: char,
    values: &'static [&'static str],
    stage: Stage,
    help: &'static str,
) -> Opt {
    Opt {
        values,
        ..flag(long, short, stage, help)
    }
}

const fn repeated(
    long: &'static str,
    short: char,
    values: &'static [&'static str],
    stage: Stage,
    help: &'static str,
) -> Opt {
    Opt {
        repeats: true,
        ..valued(long, short, values, stage, help)
    }
}

/// A file, under curl's name and docker's.
const fn tls_file(long: &'static str, aliases: &'static [&'static str], help: &'static str) -> Opt {
    Opt {
        aliases,
        ..valued(long, ' ', &["FILE"], Fetch, help)
    }
}

impl Opt {
    /// As it is typed: `-q, --query KEY=VALUE`.
    pub fn spelled(&self) -> String {
        let short = self
            .short
            .map_or("    ".to_owned(), |short| format!("-{short}, "));
        let value = |value: &&str| match self.optional {
            true => format!("[={value}]"),
            false => format!(" {value}"),
        };
        let values: String = self.values.iter().map(value).collect();
        format!("{short}--{}{values}", self.long)
    }

    /// Whether this is its long name, or one of them.
    pub fn is_called(&self, long: &str) -> bool {
        self.long == long || self.aliases.contains(&long)
    }

    /// How many of the arguments behind it are its values.
    pub fn values_behind(&self) -> usize {
        if self.optional { 0 } else { self.values.len() }
    }
}

use Stage::{Fetch, Filter, Format, Itself, Saved};

pub const OPTIONS: &[Opt] = &[
    valued(
        "host",
        ' ',
        &["HOST"],
        Fetch,
        "ask this host: a socket's path, tcp://, http(s)://, ssh://",
    ),
    valued(
        "context",
        ' ',
        &["NAME"],
        Fetch,
        "ask the host of this docker context",
    ),
    valued(
        "unix-socket",
        ' ',
        &["PATH"],
        Fetch,
        "ask the server behind this socket, as in curl",
    ),
    flag(
        "demo",
        ' ',
        Fetch,
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
    flag(
        "insecure",
        'k',
        Fetch,
        "do not verify the server's certificate",
    ),
    flag(
        "tls",
        ' ',
        Fetch,
        "TLS on tcp:// hosts, as docker's: not verified",
    ),
    Opt {
        optional: true,
        ..valued(
            "tlsverify",
            ' ',
            &["BOOL"],
            Fetch,
            "TLS on tcp:// hosts, verified unless =false",
        )
    },
    valued(
        "request",
        'X',
        &["METHOD"],
        Fetch,
        "send this instead of GET (POST with -d or -F)",
    ),
    repeated(
        "data",
        'd',
        &["BODY"],
        Fetch,
        "send this body: text, @FILE, or @- for stdin",
    ),
    repeated(
        "field",
        'F',
        &["KEY=VALUE"],
        Fetch,
        "a field of a JSON body: a=1, a=@FILE, a[b]=c, a[]=c",
    ),
    repeated(
        "raw-field",
        ' ',
        &["KEY=VALUE"],
        Fetch,
        "as -F, but the value is a string whatever it looks like",
    ),
    repeated(
        "query",
        'q',
        &["KEY=VALUE"],
        Fetch,
        "add this to the query, encoded; filters.KEY=VALUE too",
    ),
    repeated(
        "header",
        'H',
        &["'NAME: VALUE'"],
        Fetch,
        "send this header; replaces one of dq's own",
    ),
    valued(
        "connect-timeout",
        ' ',
        &["SECONDS"],
        Fetch,
        "give up connecting after this long",
    ),
    valued(
        "max-time",
        'm',
        &["SECONDS"],
        Fetch,
        "give up altogether after this long",
    ),
    valued(
        "idle-timeout",
        ' ',
        &["SECONDS"],
        Fetch,
        "give up when nothing has come for this long",
    ),
    valued(
        "retry",
        ' ',
        &["N"],
        Fetch,
        "try again so often: not connected, 502, 503, 504",
    ),
    flag(
        "paginate",
        ' ',
        Fetch,
        "fetch the pages that follow (Link: rel=next) too",
    ),
    flag(
        "registry-auth",
        ' ',
        Fetch,
        "send docker's login for the registry along",
    ),
    flag(
        "include",
        'i',
        Fetch,
        "print the head of the response as well",
    ),
    flag(
        "verbose",
        'v',
        Fetch,
        "say which host and why; show heads on stderr",
    ),
    flag(
        "fail-with-body",
        ' ',
        Fetch,
        "filter and print the body of a failure as well",
    ),
    flag(
        "curl",
        ' ',
        Fetch,
        "print the same as a curl | jq command; send nothing",
    ),
    flag(
        "null-input",
        'n',
        Filter,
        "run once with null; input and inputs read",
    ),
    flag(
        "raw-input",
        'R',
        Filter,
        "each line is a string; with -s the whole text is one",
    ),
    flag("slurp", 's', Filter, "run once with all inputs in an array"),
    flag(
        "exit-status",
        'e',
        Filter,
        "exit with 1 if the last output is false or null, 4 if none",
    ),
    valued(
        "from-file",
        'f',
        &["FILE"],
        Filter,
        "read the filter from FILE",
    ),
    repeated(
        "library-path",
        'L',
        &["DIR"],
        Filter,
        "look for modules in DIR (default: ~/.jq)",
    ),
    repeated("arg", ' ', &["NAME", "TEXT"], Filter, "$NAME is TEXT"),
    repeated(
        "argjson",
        ' ',
        &["NAME", "JSON"],
        Filter,
        "$NAME is the value JSON",
    ),
    repeated(
        "slurpfile",
        ' ',
        &["NAME", "FILE"],
        Filter,
        "$NAME is an array of the JSON values in FILE",
    ),
    repeated(
        "rawfile",
        ' ',
        &["NAME", "FILE"],
        Filter,
        "$NAME is the text of FILE",
    ),
    flag(
        "args",
        ' ',
        Filter,
        "the words behind are strings, in $ARGS.positional",
    ),
    flag(
        "jsonargs",
        ' ',
        Filter,
        "the words behind are JSON, in $ARGS.positional",
    ),
    flag(
        "stream",
        ' ',
        Filter,
        "inputs are [path, leaf] events, while they are read",
    ),
    flag(
        "stream-errors",
        ' ',
        Filter,
        "as --stream; broken JSON is a last event, not an error",
    ),
    flag(
        "seq",
        ' ',
        Filter,
        "JSON text sequences (RFC 7464), in and out",
    ),
    flag("table", 't', Format, "a table, fitted to the terminal"),
    repeated(
        "output",
        'o',
        &["FORMAT"],
        Format,
        "json, jsonl, raw, lines, table, csv, tsv, markdown, yaml, toml, xml, cbor",
    ),
    valued(
        "columns",
        ' ',
        &["PATH,..."],
        Format,
        "only these columns: id,State.Health; implies -t",
    ),
    flag(
        "no-header",
        ' ',
        Format,
        "a table, CSV or TSV without its header",
    ),
    flag(
        "wide",
        ' ',
        Format,
        "leave the cells of a table whole on a terminal",
    ),
    flag(
        "raw-output",
        'r',
        Format,
        "print strings as they are, without quotes",
    ),
    flag("join-output", 'j', Format, "as -r, without newlines"),
    flag(
        "raw-output0",
        ' ',
        Format,
        "as -r, with a NUL behind each output",
    ),
    flag("compact-output", 'c', Format, "one line per value"),
    flag(
        "ascii-output",
        'a',
        Format,
        "only ASCII; the rest as \\uXXXX",
    ),
    flag("sort-keys", 'S', Format, "sort the keys of objects"),
    flag("tab", ' ', Format, "indent with tabs"),
    valued(
        "indent",
        ' ',
        &["N"],
        Format,
        "indent with N spaces, 0 to 7 (default: 2)",
    ),
    valued("color", ' ', &["WHEN"], Format, "auto, always or never"),
    flag("color-output", 'C', Format, "as --color always"),
    flag("monochrome-output", 'M', Format, "as --color never"),
    flag("unbuffered", ' ', Format, "flush after each output"),
    valued(
        "save",
        ' ',
        &["NAME"],
        Saved,
        "save this command line as NAME; sends nothing",
    ),
    valued(
        "about",
        ' ',
        &["TEXT"],
        Saved,
        "with --save: what it is for",
    ),
    flag("force", ' ', Saved, "with --save: replace one of that name"),
    flag("list", ' ', Saved, "what is saved, and what comes with dq"),
    valued("show", ' ', &["NAME"], Saved, "print the text of NAME"),
    flag(
        "standalone",
        ' ',
        Saved,
        "with --show: as one program for plain jq",
    ),
    valued(
        "edit",
        ' ',
        &["NAME"],
        Saved,
        "open NAME in $VISUAL or $EDITOR",
    ),
    valued("remove", ' ', &["NAME"], Saved, "delete NAME"),
    flag(
        "endpoints",
        ' ',
        Itself,
        "Docker's endpoints [with WORD]; explains /a/path",
    ),
    valued(
        "generate",
        ' ',
        &["SHELL"],
        Itself,
        "completion for bash, zsh, fish, elvish, powershell; or man",
    ),
    flag("help", 'h', Itself, "one page; --help tells more"),
    flag("version", 'V', Itself, "print the version"),
];

/// clap's view of the table. It reads options only: words never reach it.
pub fn command() -> Command {
    let command = Command::new("dq")
        .disable_help_flag(true)
        .disable_version_flag(true);
    let command = command.args(
        OPTIONS
            .iter()
            .filter(|option| option.long != "help")
            .map(arg),
    );
    // -h and --help differ, as they do in ripgrep and curl.
    let short = Arg::new("help").short('h').action(ArgAction::SetTrue);
    command.arg(short).arg(
        Arg::new("long-help")
            .long("help")
            .action(ArgAction::SetTrue),
    )
}

fn arg(option: &Opt) -> Arg {
    let mut arg = Arg::new(option.long).long(option.long);
    if let Some(short) = option.short {
        arg = arg.short(short);
    }
    if option.values.is_empty() {
        return arg.action(ArgAction::SetTrue).overrides_with(option.long);
    }
    let arg = arg
        .num_args(option.values.len())
        .value_names(option.values)
        .aliases(option.aliases)
        .value_parser(ValueParser::os_string());
    if option.optional {
        let arg = arg.num_args(0..=1).require_equals(true);
        return arg
            .default_missing_value("true")
            .overrides_with(option.long);
    }
    let arg = arg.allow_hyphen_values(true);
    if option.repeats {
        arg.action(ArgAction::Append)
    } else {
        arg.action(ArgAction::Set).overrides_with(option.long)
    }
}

/// A refusal of clap's in dq's words.
pub fn explain(error: clap::Error) -> Request {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => texts.first().cloned(),
        _ => None,
    };
    let option = context(ContextKind::InvalidArg).unwrap_or_default();
    let name = option
        .split([' ', '='])
        .next()
        .unwrap_or_default()
        .to_owned();
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let near = foreign::hint(&name).or_else(|| {
                context(ContextKind::SuggestedArg).map(|near| format!("did you mean {near}?"))
            });
            Request::Wrong(
                format!("there is no option {name}"),
                near.or_else(|| Some("dq --help lists them all".into())),
            )
        }
        ErrorKind::WrongNumberOfValues | ErrorKind::InvalidValue | ErrorKind::TooFewValues => {
            let known = OPTIONS
                .iter()
                .find(|known| known.is_called(name.trim_start_matches('-')));
            let takes = known.map_or_else(|| "a value".into(), |known| known.values.join(" and "));
            Request::Wrong(format!("{name} takes {takes}"), None)
        }
        ErrorKind::TooManyValues => Request::Wrong(format!("{name} takes no value"), None),
        _ => Request::Wrong(
            error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned(),
            None,
        ),
    }
}
