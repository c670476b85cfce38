//! What dq will do: the command line, the environment and the terminal become each stage's own settings.

mod check;
mod columns;
pub mod curl;
mod defaults;
mod endpoints;
mod exec;
mod foreign;
mod format;
mod header;
mod hosts;
mod input;
mod jq_options;
mod model;
mod options;
mod paths;
mod repeated;
mod request;
pub mod saved;
mod settings;
mod source;
mod text;
mod times;
mod variables;

use crate::cli::{Cli, Word};
use crate::environment::{Variables, home};
use crate::error::Error;
use crate::terminal::{ColorWhen, Terminal};
use dq_filter::saved::{SavedFilters, shadowing_warning};
use dq_format::{Format, PathSettings};

pub use columns::{column_list, columns_path};
pub use endpoints::explanation;
pub use jq_options::JqOptions;
pub use model::{
    Exchange, Fallback, FilterPlan, FilterRequests, Flush, Input, NamedExchange, Order, Plan,
    Several,
};
pub use request::source_of_get;

use format::SavedFormat;
use options::Options;
use saved::Call;
use source::Words;

/// What the plan depends on besides the command line.
pub struct System<'s> {
    pub env: Variables<'s>,
    pub stdin_is_terminal: bool,
    /// Detects the output streams' properties.
    pub terminal: &'s dyn Fn(ColorWhen) -> Terminal,
}

/// Makes the plan.
///
/// # Errors
/// Usage errors (exit code 2): options that contradict each other, files that cannot be read, a wrong host.
pub fn plan(mut cli: Cli, system: &System) -> Result<Plan, Error> {
    let env = system.env;
    repeated::check_command_line(&cli)?;
    let defaults = defaults::read(&cli, env)?;
    let saved_filters = saved::saved_filters(&cli.filter.library, env);
    let mut words = std::mem::take(&mut cli.words);
    let Origin {
        list,
        call,
        exec,
        paths,
    } = origin(&mut cli, &mut words, &saved_filters, system)?;
    let is_filtered = !words.is_empty() || cli.filter.from_file.is_some();
    let saved_format = saved_format(&cli, call.as_ref(), is_filtered, &saved_filters);
    let has_format = settings::is_chosen(&cli.format) || saved_format.output.is_some();
    let wants_json = settings::is_json_chosen(&cli.format);
    let curl_letters = foreign::curl_letters(&cli, &words);
    let mut options = Options::resolve(cli, call.as_ref(), saved_format, &defaults)?;
    let terminal = (system.terminal)(options.appearance.color);
    let shadowing = call
        .as_ref()
        .and_then(|it| shadowing_warning(&it.saved.name));
    let mut warnings: Vec<_> = shadowing.into_iter().chain(curl_letters).collect();
    let mut output = settings::output(&options, &terminal, env, &mut warnings);
    output.paths = paths;
    let curl = jq_options(&options, &words);
    refuse_binary(options.choice.format, &terminal, curl.is_some())?;
    let saved_parallel = call.as_ref().and_then(|call| call.metadata.parallel);
    let saved_source = options.endpoint.clone().zip(call.as_ref()).map(Into::into);
    let (exec_source, command) = exec.map(|it| (it.source, it.command)).unzip();
    let mut words = Words::sort(
        saved_source.or(exec_source),
        words,
        options.filter.from_file.as_deref(),
    )?;
    if let Some(source) = &mut words.source {
        times::resolve(source, call.is_some(), &mut options.fetch.request)?;
    }
    let input = input(
        list,
        &words,
        &options,
        curl,
        system,
        &saved_filters,
        &mut warnings,
    )?;
    let input = exec::with_command(input, command)?;
    warnings.extend(host_warning(&input));
    let inputs = settings::inputs(&options.filter);
    // What is read as one input is of no single host.
    output.columns.has_host = input.has_several_hosts() && !inputs.mode.is_one_input();
    Ok(Plan {
        requests: input::filter_requests(&options, saved_parallel, env)?,
        cells: std::mem::take(&mut options.choice.cells),
        inputs,
        null_input: options.filter.null_input,
        exit_status: options.filter.exit_status,
        until: options.fetch.request.until && !options.fetch.request.curl,
        watch: options.fetch.request.watch,
        flush: Flush::new(&terminal, options.format.unbuffered),
        program: program(words, options, call, saved_filters, &input, env)?,
        input,
        output,
        has_format,
        wants_json,
        terminal,
        warnings,
    })
}

/// What the words and the options name as the source. At most one of `list`, `call` and `exec` is there; without one it is
/// still among the words, or there are files.
struct Origin {
    /// The list that `--list` or `--endpoints` asks for.
    list: Option<String>,
    call: Option<Call>,
    exec: Option<exec::ExecSource>,
    paths: Option<PathSettings>,
}

/// Finds the source, and removes the words that belong to it.
fn origin(
    cli: &mut Cli,
    words: &mut Vec<Word>,
    saved_filters: &SavedFilters,
    system: &System,
) -> Result<Origin, Error> {
    let list = list(cli, words, saved_filters)?;
    let exec = exec::source(cli, words)?;
    let from_file = cli.filter.from_file.as_deref();
    let call = match (&list, &exec) {
        (None, None) => saved::call(words, from_file, saved_filters)?,
        _ => None,
    };
    let has_source = list.is_some() || call.is_some() || exec.is_some();
    let stdin_is_terminal = system.stdin_is_terminal;
    let paths = paths::settings(cli, words, has_source, stdin_is_terminal, saved_filters);
    if !has_source {
        foreign::refuse(cli, words, saved_filters, system.env)?;
    }
    Ok(Origin {
        list,
        call,
        exec,
        paths,
    })
}

/// Where the bytes come from: a list that dq generates, the source, or files and standard input.
fn input(
    list: Option<String>,
    words: &Words,
    options: &Options,
    curl: Option<JqOptions>,
    system: &System,
    saved_filters: &SavedFilters,
    warnings: &mut Vec<String>,
) -> Result<Input, Error> {
    match list {
        Some(text) => input::list(words, options, text),
        None if words.source.is_some() => input::source(words, options, curl, system.env, warnings),
        None => {
            let stdin_is_unusable = system.stdin_is_terminal && !options.filter.null_input;
            input::local(words, options, stdin_is_unusable, saved_filters)
        }
    }
}

/// The warning about the configuration of the host that is asked.
fn host_warning(input: &Input) -> Option<String> {
    let warning = input
        .exchanges()
        .find_map(|exchange| exchange.host.warning());
    warning.map(|it| format!("fetch: {it}"))
}

/// The list that `--list` or `--endpoints` asks for, as JSON text.
fn list(
    cli: &Cli,
    words: &mut Vec<Word>,
    saved_filters: &SavedFilters,
) -> Result<Option<String>, Error> {
    if cli.endpoints {
        endpoints::list(words).map(Some)
    } else {
        Ok(cli.saved.list.then(|| saved::list(saved_filters)))
    }
}

/// The format where none is typed.
fn saved_format(
    cli: &Cli,
    call: Option<&Call>,
    is_filtered: bool,
    saved_filters: &SavedFilters,
) -> SavedFormat {
    match call {
        _ if cli.format.paths.is_some() => SavedFormat {
            output: Some("table".into()),
            columns: None,
        },
        Some(call) => call.format(is_filtered, saved_filters),
        None if cli.endpoints => endpoints::format(is_filtered),
        None => SavedFormat {
            output: cli.saved.list.then(|| "table".into()),
            columns: None,
        },
    }
}

/// The options for jq, where `--curl` asks for them.
fn jq_options(options: &Options, words: &[Word]) -> Option<JqOptions> {
    let is_wanted = options.fetch.request.curl;
    let format = match options.format.paths {
        Some(_) => Format::Json,
        None => options.choice.format,
    };
    is_wanted.then(|| JqOptions::new(&options.filter, &options.format, words, format))
}

fn refuse_binary(format: Format, terminal: &Terminal, is_shown: bool) -> Result<(), Error> {
    if format == Format::Cbor && terminal.stdout.is_terminal && !is_shown {
        Err(Error::Usage {
            message: "CBOR is binary, and stdout is a terminal".into(),
            hint: Some("send it to a file or a pipe: > FILE".into()),
        })
    } else {
        Ok(())
    }
}

fn program(
    words: Words,
    options: Options,
    call: Option<Call>,
    saved_filters: SavedFilters,
    input: &Input,
    env: Variables,
) -> Result<FilterPlan, Error> {
    let reads_stdin = words.source.is_none() && words.files.is_empty();
    let filter = options.filter;
    Ok(FilterPlan {
        hint: input::endpoint_hint(words.filter.as_deref(), input),
        is_given: words.filter.is_some(),
        is_identity: words.filter.is_none() && call.as_ref().is_none_or(Call::is_identity),
        text: words.filter.unwrap_or_else(|| ".".into()),
        path: filter.from_file.map(|path| path.display().to_string()),
        variables: saved::with_args(variables::values(filter.variables)?, call.as_ref()),
        saved: call.map(Call::into_parts),
        saved_filters,
        has_host: matches!(input, Input::Http(_) | Input::Exec(_) | Input::Several(_)),
        positional: words.positional,
        library: variables::library(filter.library, reads_stdin)?,
        home: home(env),
    })
}
