//! Requests that `--until` and `--watch` repeat: what cannot be repeated is refused before anything is sent.

use crate::catalogue;
use crate::cli::{Cli, RequestOptions, Watch};
use crate::error::Error;

/// Refuses what `--until` and `--watch` cannot repeat.
///
/// # Errors
/// Usage errors, with what to do instead.
pub(super) fn check(request: &dq_fetch::Request, typed: &RequestOptions) -> Result<(), Error> {
    if typed.until {
        let instead = "a stream is awaited by dq -n SOURCE 'first(inputs | select(…))'";
        check_request("--until", request, instead)?;
    }
    if typed.watch.is_none() {
        return Ok(());
    }
    check_request("--watch", request, "it is live already: leave --watch out")?;
    match contradiction(typed) {
        Some(option) => Err(Error::usage(format!(
            "--watch and {option} exclude each other"
        ))),
        None => Ok(()),
    }
}

/// Refuses a request that may change something, or whose answer does not end; `instead` is what to do with that.
fn check_request(option: &str, request: &dq_fetch::Request, instead: &str) -> Result<(), Error> {
    if !matches!(&*request.method, "GET" | "HEAD") {
        return Err(Error::usage(format!(
            "{option} repeats the request, and {} may change something",
            request.method
        )));
    }
    let (dq_fetch::Source::Endpoint(source) | dq_fetch::Source::Url(source)) = &request.source;
    match catalogue::endless_reason(source) {
        Some(reason) => Err(Error::Usage {
            message: format!("{option} repeats the request: {reason}"),
            hint: Some(instead.into()),
        }),
        None => Ok(()),
    }
}

/// Refuses a bare number as the last word, which in `watch -n 2` and `-w 2` is the interval, and an exit code of the
/// last output: there is no last one.
///
/// # Errors
/// Usage errors that say how an interval is typed, and what waits for an output.
pub(super) fn check_command_line(cli: &Cli) -> Result<(), Error> {
    let Some(watch) = cli.fetch.request.watch else {
        return Ok(());
    };
    if cli.filter.exit_status {
        return Err(Error::Usage {
            message: "--watch and --exit-status exclude each other".into(),
            hint: Some("--until waits until the output is neither false nor null".into()),
        });
    }
    if cli.format.paths.is_some() {
        return Err(Error::usage("--watch and --paths exclude each other"));
    }
    let last = cli.words.last().filter(|_| watch == Watch::default());
    let number = last.and_then(|word| word.text.to_str());
    match number.filter(|it| it.parse::<f64>().is_ok()) {
        Some(number) => Err(Error::Usage {
            message: format!("{number} is a filter that ignores its input"),
            hint: Some(format!("every {number} s: -w={number}")),
        }),
        None => Ok(()),
    }
}

fn contradiction(typed: &RequestOptions) -> Option<&'static str> {
    let options = [
        ("--until", typed.until),
        ("--reconnect", typed.reconnect),
        ("--curl", typed.curl),
        ("--include", typed.include),
        ("--verbose", typed.verbose),
        ("--fail-with-body", typed.fail_with_body),
    ];
    let typed = options.iter().find(|(_, is_typed)| *is_typed);
    typed.map(|(option, _)| *option)
}
