//! `--save`: writes the command line as a saved filter.

use std::path::{Path, PathBuf};

use super::file;
use super::store::FilterStore;
use crate::cli::{Cli, FetchOptions, FormatOptions, Save};
use crate::error::Error;
use crate::plan::saved::{Call, Invocation, check_endpoint, invocation};
use dq_filter::saved::{
    FilterOrigin, Metadata, SavedFilter, has_metadata, name_problem, split_repeated,
};
use dq_format::Format;
use dq_text::os_reason;

/// The options that a saved filter stores, and those that say how to save it.
const ALLOWED_OPTIONS: [&str; 15] = [
    "save",
    "about",
    "force",
    "host",
    "unix-socket",
    "from-file",
    "query",
    "request",
    "arg",
    "argjson",
    "raw-output",
    "compact-output",
    "output",
    "table",
    "columns",
];

/// Writes the command line as a saved filter, and returns the path of the file.
///
/// # Errors
/// A name that is not an identifier or is taken; an option that cannot be saved; a filter that does not compile; a file
/// that exists already, without `--force`.
pub fn save(options: &Save, cli: Cli, store: &FilterStore) -> Result<PathBuf, Error> {
    if let Some(why) = name_problem(&options.name) {
        return Err(Error::usage(why));
    }
    refuse_other_options(&options.options)?;
    let path = store.user_path(&options.name)?;
    let invocation = invocation(cli, &store.saved_filters)?;
    let text = match (&invocation.source, &invocation.filter) {
        (None, None) => {
            return Err(Error::Usage {
                message: "there is nothing to save".into(),
                hint: Some(format!("dq --save {} SOURCE [FILTER]", options.name)),
            });
        }
        (_, Some(text)) if has_metadata(text) => {
            with_own_header(text, &invocation, options, store)?
        }
        _ => with_new_header(invocation, options, store)?,
    };
    match file::write(&path, &text, options.force) {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(Error::Usage {
            message: format!("{} already exists", path.display()),
            hint: path
                .is_file()
                .then(|| format!("--force replaces it; dq --show {} prints it", options.name)),
        }),
        Err(error) => {
            let reason = os_reason(&error);
            Err(Error::usage(format!(
                "cannot write {}: {reason}",
                path.display()
            )))
        }
    }
}

/// Refuses the options that a saved filter cannot store.
fn refuse_other_options(options: &[&str]) -> Result<(), Error> {
    match options
        .iter()
        .find(|option| !ALLOWED_OPTIONS.contains(option))
    {
        Some(option) => Err(Error::Usage {
            message: format!("--{option} is not kept by a saved filter"),
            hint: Some("write what it does into the filter, or give it with each run".into()),
        }),
        None => Ok(()),
    }
}

/// The text of a filter with a header of its own, which is saved unchanged.
fn with_own_header(
    text: &str,
    invocation: &Invocation,
    options: &Save,
    store: &FilterStore,
) -> Result<String, Error> {
    let about_saving = ["save", "force", "from-file"];
    let path = invocation.from_file.as_deref().map(Path::display);
    let path = path.map_or(String::new(), |path| path.to_string());
    let option = options
        .options
        .iter()
        .find(|option| !about_saving.contains(option));
    let extra = option.map(|option| format!("--{option}"));
    if let Some(extra) = extra.or_else(|| invocation.source.clone()) {
        return Err(Error::usage(format!(
            "the filter has its own header: write {extra} there instead"
        )));
    }
    let saved = SavedFilter {
        name: options.name.clone(),
        text: text.to_owned().into(),
        origin: FilterOrigin::User,
        path,
    };
    store.check(&saved, &[], None)?;
    let metadata = saved.metadata().unwrap_or_default();
    store.check_columns(&saved, &metadata, None)?;
    Ok(file::with_final_newline(text.to_owned()))
}

/// The text of a filter that was typed: a header with the options, then the program.
fn with_new_header(
    invocation: Invocation,
    options: &Save,
    store: &FilterStore,
) -> Result<String, Error> {
    let Invocation {
        call,
        source,
        filter,
        variables,
        fetch,
        format,
        ..
    } = invocation;
    // An empty program is the identity in jq.
    let filter = filter.filter(|text| !text.trim().is_empty());
    let mut metadata = source
        .as_deref()
        .map_or(Ok(Metadata::default()), source_metadata)?;
    metadata.about = options.about.clone();
    metadata.output = output(&format)?;
    metadata.columns.clone_from(&format.columns);
    metadata.method = method(&fetch)?;
    if let Some(host) = host(&fetch)? {
        metadata.host = Some(host);
    }
    metadata.args = variables;
    if let Some(call) = &call {
        refuse_self_reference(call, &options.name)?;
        inherit(&mut metadata, call, filter.is_some())?;
    }
    // An identity is left out, because any filter turns a raw log into values.
    let program = match (call.filter(|call| !call.is_identity()), filter) {
        (None, filter) => filter.unwrap_or_else(|| ".".into()),
        (Some(call), None) => call.saved.name.clone(),
        (Some(call), Some(filter)) => format!("{} | {filter}", call.saved.name),
    };
    let saved = SavedFilter {
        name: options.name.clone(),
        text: program.clone().into(),
        origin: FilterOrigin::User,
        path: String::new(),
    };
    store.check(&saved, &metadata.args, None)?;
    store.check_columns(&saved, &metadata, None)?;
    Ok(format!("{}{}\n", metadata.header(), program.trim_end()))
}

/// Refuses a filter that calls the one it replaces: inside the user's filter, its own name means the built-in filter.
fn refuse_self_reference(call: &Call, name: &str) -> Result<(), Error> {
    if call.saved.origin == FilterOrigin::User && call.saved.name == name {
        Err(Error::Usage {
            message: format!("{name} cannot be built on the {name} that it replaces"),
            hint: Some(format!("dq --edit {name} changes it")),
        })
    } else {
        Ok(())
    }
}

/// Adds the metadata of the saved filter that the new one is built on, except what the command line sets.
///
/// # Errors
/// A saved filter that is found only with `-L`.
fn inherit(metadata: &mut Metadata, call: &Call, is_filtered: bool) -> Result<(), Error> {
    if call.saved.origin == FilterOrigin::Library {
        return Err(Error::Usage {
            message: format!(
                "{} is found only with -L, which is not saved",
                call.saved.path
            ),
            hint: Some(format!(
                "dq --save {} -f {}",
                call.saved.name, call.saved.path
            )),
        });
    }
    let base = &call.metadata;
    let fill = |own: &mut Option<String>, base: &Option<String>| {
        if own.is_none() {
            own.clone_from(base);
        }
    };
    fill(&mut metadata.method, &base.method);
    fill(&mut metadata.output, &base.output);
    // The columns of a filter that another one follows are found again by its name, which the program begins with.
    if !is_filtered {
        fill(&mut metadata.columns, &base.columns);
    }
    fill(&mut metadata.host, &base.host);
    for (name, value) in &base.args {
        if metadata.args.iter().all(|(known, _)| known != name) {
            metadata.args.push((name.clone(), value.clone()));
        }
    }
    Ok(())
}

/// The endpoint of a source, and the host of a URL.
///
/// # Errors
/// Standard input, a URL that is invalid or holds a password, an invalid endpoint, a parameter with a secret.
fn source_metadata(source: &str) -> Result<Metadata, Error> {
    if source == "-" {
        return Err(Error::usage(
            "standard input cannot be saved as a source: leave out the -",
        ));
    }
    let (host, endpoint) = if source.starts_with('/') {
        (None, source.to_owned())
    } else {
        let (host, endpoint) = dq_fetch::split_url(source)?;
        let slash = if endpoint.starts_with('/') { "" } else { "/" };
        (Some(refuse_userinfo(host)?), format!("{slash}{endpoint}"))
    };
    check_endpoint(&endpoint, "--save")?;
    refuse_secrets(&endpoint)?;
    let (endpoint, repeated) = split_repeated(&endpoint);
    Ok(Metadata {
        host,
        endpoint: Some(endpoint),
        repeated,
        ..Metadata::default()
    })
}

/// The host as `--host` takes it, with an absolute path. The socket of `--unix-socket` becomes a URL, because any server
/// may be behind it and nothing of docker's configuration is to be sent there.
///
/// # Errors
/// An ssh host, a host with a user or a password.
fn host(fetch: &FetchOptions) -> Result<Option<String>, Error> {
    let socket = fetch.unix_socket.as_deref().map(|path| {
        // An abstract socket has no directory.
        let is_abstract = path.to_string_lossy().starts_with('@');
        let absolute = std::path::absolute(path).ok().filter(|_| !is_abstract);
        dq_fetch::socket_url(absolute.as_deref().unwrap_or(path))
    });
    if fetch.hosts.len() > 1 {
        return Err(Error::Usage {
            message: "a saved filter keeps one host".into(),
            hint: Some("leave them out and give them with each run: --host A --host B".into()),
        });
    }
    match socket.or_else(|| fetch.hosts.first().cloned()) {
        Some(host) if host.starts_with("ssh:") => Err(Error::Usage {
            message: "a saved filter never starts ssh by itself".into(),
            hint: Some(format!(
                "leave it out and give it with each run: --host {host}"
            )),
        }),
        host => host.map(refuse_userinfo).transpose(),
    }
}

/// Refuses a host with a user or a password, because people share files of saved filters.
fn refuse_userinfo(host: String) -> Result<String, Error> {
    if dq_fetch::has_userinfo(&host) {
        Err(Error::Usage {
            message: "a saved filter stores no user or password".into(),
            hint: Some("leave them out and give them with each run: -H 'Authorization: …'".into()),
        })
    } else {
        Ok(host)
    }
}

/// Refuses an endpoint with a parameter whose value is secret, as `-v` would redact it. A placeholder is none.
fn refuse_secrets(endpoint: &str) -> Result<(), Error> {
    let is_placeholder = |value: &str| value.starts_with('{') && value.ends_with('}');
    let parameters = dq_fetch::secret_parameters(endpoint);
    match parameters.iter().find(|(_, value)| !is_placeholder(value)) {
        Some((name, _)) => Err(Error::Usage {
            message: format!("a saved filter stores no secret: the value of {name}"),
            hint: Some(format!(
                "leave it out and give it with each run: -q {name}=…, or as a word: ?{name}={{{name}}}"
            )),
        }),
        None => Ok(()),
    }
}

/// The method, unless it is GET.
fn method(fetch: &FetchOptions) -> Result<Option<String>, Error> {
    let Some(method) = &fetch.request.method else {
        return Ok(None);
    };
    match &*method.to_ascii_uppercase() {
        "GET" => Ok(None),
        "HEAD" => Ok(Some("HEAD".into())),
        other => Err(Error::usage(format!(
            "{other} is not saved: a saved filter only reads, with GET or HEAD"
        ))),
    }
}

/// The format under its name in `--output`; `None` for the default.
///
/// # Errors
/// An unknown format, or several.
fn output(typed: &FormatOptions) -> Result<Option<String>, Error> {
    let flags = [
        (typed.table, "table"),
        (typed.raw, "raw"),
        (typed.compact, "jsonl"),
    ];
    let flags = flags.iter().filter(|(is_given, _)| *is_given);
    let mut names: Vec<&str> = flags.map(|(_, name)| *name).collect();
    names.extend(typed.output.iter().map(String::as_str));
    // `-o json` goes with -r and -c, which are variants of JSON.
    if names.len() > 1 {
        names.retain(|name| *name != "json");
    }
    names.sort_unstable();
    names.dedup();
    match names[..] {
        [] if typed.columns.is_some() => Ok(Some("table".into())),
        [] => Ok(None),
        [name] if Format::from_name(name).is_some() => Ok(Some(name.to_owned())),
        [name] => Err(Error::Usage {
            message: format!("there is no format {name}"),
            hint: Some(format!("the formats are {}", Format::names())),
        }),
        _ => Err(Error::usage(format!(
            "a saved filter keeps one format, not {}",
            names.join(" and ")
        ))),
    }
}
