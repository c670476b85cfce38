//! `--save`: a command line becomes a file.

use std::path::{Path, PathBuf};

use super::{FilterStore, file};
use crate::cli::{Cli, FetchOptions, FormatOptions, Save};
use crate::error::Error;
use crate::plan::saved::{Call, Invocation, check_endpoint, invocation};
use dq_filter::saved::{FilterOrigin, Metadata, SavedFilter, has_metadata, name_problem};
use dq_format::Format;
use dq_text::os_reason;

/// The options a saved filter keeps, and those that say how to save it.
const KEPT: [&str; 15] = [
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

/// Writes what the command line says as a saved filter; the path of the file.
///
/// # Errors
/// A name that is taken or no name; what cannot be kept; a filter that does not compile; a file that is there already,
/// without `--force`.
pub fn save(order: &Save, cli: Cli, store: &FilterStore) -> Result<PathBuf, Error> {
    if let Some(why) = name_problem(&order.name) {
        return Err(Error::usage(why));
    }
    refuse_options(&order.options)?;
    let path = store.path(&order.name)?;
    let invocation = invocation(cli, &store.saved_filters)?;
    let text = match (&invocation.source, &invocation.filter) {
        (None, None) => {
            return Err(Error::Usage {
                message: "there is nothing to save".into(),
                hint: Some(format!("dq --save {} SOURCE [FILTER]", order.name)),
            });
        }
        (_, Some(text)) if has_metadata(text) => whole(text, &invocation, order, store)?,
        _ => written(invocation, order, store)?,
    };
    match file::write(&path, &text, order.force) {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(Error::Usage {
            message: format!("{} is there already", path.display()),
            hint: path
                .is_file()
                .then(|| format!("--force replaces it; dq --show {} prints it", order.name)),
        }),
        Err(error) => {
            let why = os_reason(&error);
            Err(Error::usage(format!(
                "cannot write {}: {why}",
                path.display()
            )))
        }
    }
}

fn refuse_options(options: &[&str]) -> Result<(), Error> {
    match options.iter().find(|option| !KEPT.contains(option)) {
        Some(option) => Err(Error::Usage {
            message: format!("--{option} is not kept by a saved filter"),
            hint: Some("write what it does into the filter, or give it with each run".into()),
        }),
        None => Ok(()),
    }
}

/// A file that is a saved filter already is taken as it is.
fn whole(
    text: &str,
    invocation: &Invocation,
    order: &Save,
    store: &FilterStore,
) -> Result<String, Error> {
    let own = ["save", "force", "from-file"];
    let path = invocation.from_file.as_deref().map(Path::display);
    let path = path.map_or(String::new(), |path| path.to_string());
    let option = order.options.iter().find(|option| !own.contains(option));
    let more = option.map(|option| format!("--{option}"));
    if let Some(more) = more.or_else(|| invocation.source.clone()) {
        return Err(Error::usage(format!(
            "the filter has a header of its own: write there what {more} says"
        )));
    }
    let saved = SavedFilter {
        name: order.name.clone(),
        text: text.to_owned().into(),
        origin: FilterOrigin::User,
        path,
    };
    store.check(&saved, &[], None)?;
    Ok(if text.ends_with('\n') {
        text.to_owned()
    } else {
        format!("{text}\n")
    })
}

/// The file for a filter that was typed: a header, then the program.
fn written(invocation: Invocation, order: &Save, store: &FilterStore) -> Result<String, Error> {
    let Invocation {
        call,
        source,
        filter,
        variables,
        fetch,
        format,
        ..
    } = invocation;
    // To jq a filter of nothing is no filter.
    let filter = filter.filter(|text| !text.trim().is_empty());
    let mut metadata = source
        .as_deref()
        .map_or(Ok(Metadata::default()), of_source)?;
    metadata.about = order.about.clone();
    metadata.output = output(&format)?;
    metadata.columns.clone_from(&format.columns);
    metadata.method = method(&fetch)?;
    if let Some(host) = host(&fetch)? {
        metadata.host = Some(host);
    }
    metadata.args = variables;
    if let Some(call) = &call {
        refuse_itself(call, &order.name)?;
        inherit(&mut metadata, call, filter.is_some())?;
    }
    // A filter would make values of logs, so what changes nothing is left out.
    let program = match (call.filter(|call| !call.is_identity()), filter) {
        (None, filter) => filter.unwrap_or_else(|| ".".into()),
        (Some(call), None) => call.saved.name.clone(),
        (Some(call), Some(filter)) => format!("{} | {filter}", call.saved.name),
    };
    let saved = SavedFilter {
        name: order.name.clone(),
        text: program.clone().into(),
        origin: FilterOrigin::User,
        path: String::new(),
    };
    store.check(&saved, &metadata.args, None)?;
    Ok(format!("{}{}\n", metadata.header(), program.trim_end()))
}

/// In a filter of the user's its own name means one that comes with dq, never what it replaces.
fn refuse_itself(call: &Call, name: &str) -> Result<(), Error> {
    if call.saved.origin == FilterOrigin::User && call.saved.name == name {
        Err(Error::Usage {
            message: format!("{name} cannot be made of the {name} that it replaces"),
            hint: Some(format!("dq --edit {name} changes it")),
        })
    } else {
        Ok(())
    }
}

/// What a filter keeps of the saved filter it starts from, where the command line says nothing else.
fn inherit(metadata: &mut Metadata, call: &Call, is_filtered: bool) -> Result<(), Error> {
    if call.saved.origin == FilterOrigin::Library {
        return Err(Error::Usage {
            message: format!(
                "{} is there only with -L, which is not kept",
                call.saved.path
            ),
            hint: Some(format!(
                "dq --save {} -f {}",
                call.saved.name, call.saved.path
            )),
        });
    }
    let theirs = &call.metadata;
    let or = |own: &mut Option<String>, theirs: &Option<String>| {
        if own.is_none() {
            own.clone_from(theirs);
        }
    };
    or(&mut metadata.method, &theirs.method);
    or(&mut metadata.output, &theirs.output);
    or(
        &mut metadata.columns,
        &call.columns(is_filtered).map(str::to_owned),
    );
    or(&mut metadata.host, &theirs.host);
    for (name, value) in &theirs.args {
        if metadata.args.iter().all(|(known, _)| known != name) {
            metadata.args.push((name.clone(), value.clone()));
        }
    }
    Ok(())
}

/// The endpoint, and of a URL the host.
fn of_source(source: &str) -> Result<Metadata, Error> {
    if source == "-" {
        return Err(Error::usage(
            "standard input is no source to save: leave the - out",
        ));
    }
    let (host, endpoint) = if source.starts_with('/') {
        (None, source.to_owned())
    } else {
        let (host, endpoint) = dq_fetch::split_url(source)?;
        let slash = if endpoint.starts_with('/') { "" } else { "/" };
        (Some(without_secret(host)?), format!("{slash}{endpoint}"))
    };
    check_endpoint(&endpoint, "--save")?;
    Ok(Metadata {
        host,
        endpoint: Some(endpoint),
        ..Metadata::default()
    })
}

/// The host as `--host` takes it, wherever dq is started later. That of `--unix-socket` is a URL, for no more than
/// that is asked of it: a server of any kind.
fn host(fetch: &FetchOptions) -> Result<Option<String>, Error> {
    let socket = fetch.unix_socket.as_deref().map(|path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        dq_fetch::socket_url(&path)
    });
    match socket.or_else(|| fetch.host.clone()) {
        Some(host) if host.starts_with("ssh:") => Err(Error::Usage {
            message: "a saved filter never starts ssh by itself".into(),
            hint: Some(format!(
                "leave it out and give it with each run: --host {host}"
            )),
        }),
        host => host.map(without_secret).transpose(),
    }
}

/// Files of saved filters are shown around.
fn without_secret(host: String) -> Result<String, Error> {
    if dq_fetch::has_userinfo(&host) {
        Err(Error::Usage {
            message: "a saved filter keeps no user and no password".into(),
            hint: Some("leave them out and give them with each run: -H 'Authorization: …'".into()),
        })
    } else {
        Ok(host)
    }
}

/// The method, where it is not GET.
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

/// The format as `--output` names it, if the command line asks for one that has a name.
fn output(typed: &FormatOptions) -> Result<Option<String>, Error> {
    let flags = [
        (typed.table, "table"),
        (typed.raw, "raw"),
        (typed.compact, "jsonl"),
    ];
    let flags = flags.iter().filter(|(given, _)| *given);
    let mut names: Vec<&str> = flags.map(|(_, name)| *name).collect();
    names.extend(typed.output.iter().map(String::as_str));
    // -r and -c are kinds of JSON.
    if names.len() > 1 {
        names.retain(|name| *name != "json");
    }
    names.sort_unstable();
    names.dedup();
    match names[..] {
        [] if typed.columns.is_some() => Ok(Some("table".into())),
        [] => Ok(None),
        [name] if Format::named(name).is_some() => Ok(Some(name.to_owned())),
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
