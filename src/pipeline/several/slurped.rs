//! The answers of several sources as one input (`-s`).

use std::io::{Cursor, Read};
use std::rc::Rc;

use super::board::{Head, Next};
use super::sources::Sources;
use crate::error::Error;
use crate::pipeline::arrival::{Arrival, DeferredFailure, SourceProblems};
use crate::pipeline::filtering::{Ended, Run};
use dq_filter::{InputMode, InputSettings, InputSource};
use dq_json::read::{ValidateOnly, ValueReader};

/// Runs the filter once on the values of all sources that answered.
pub fn write(sources: &Sources, run: &Run) -> Result<Ended, Error> {
    let (arrival, failures) = gather(sources, run);
    for (source, error) in failures {
        sources.fail(source, error)?;
    }
    arrival.map_or(Ok(Ended::Inputs(0)), |arrival| run.write(arrival))
}

/// The inputs from all sources that answered, if any did, and why the others did not.
pub fn gather(sources: &Sources, run: &Run) -> (Option<Arrival>, Vec<(usize, Error)>) {
    let mut settings = run.plan.inputs;
    let (mut bodies, mut failures) = (Vec::new(), Vec::new());
    for source in sources.all() {
        match whole_body(sources, source, run) {
            Ok(Some((body, body_settings))) => {
                settings = body_settings;
                bodies.push(body);
            }
            Ok(None) => {}
            Err(error) => failures.push((source, error)),
        }
    }
    if bodies.is_empty() {
        return (None, failures);
    }
    run.fetcher.select(None);
    let mut bodies = bodies.into_iter();
    let arrival = Arrival::Inputs {
        sources: Box::new(move || bodies.next()),
        host: sources.only_host(),
        settings,
        problems: Rc::new(SourceProblems::default()),
    };
    (Some(arrival), failures)
}

/// Reads what one source gives to its end, so that a source that fails on the way is left out.
fn whole_body(
    sources: &Sources,
    source: usize,
    run: &Run,
) -> Result<Option<(InputSource, InputSettings)>, Error> {
    let response = match sources.next_of(source) {
        Some(Next::Head(Ok(Head::Response(response)))) => *response,
        Some(Next::Head(Err(error))) => return Err(error.into()),
        _ => return Ok(None),
    };
    sources.select(source, &run.fetcher.selection());
    sources.show_head(source);
    let deferred = Rc::new(DeferredFailure::default());
    let arrival = sources.arrival(run.plan, source, response, &deferred)?;
    let Arrival::Inputs {
        sources: mut opened,
        settings,
        ..
    } = arrival
    else {
        return Ok(None);
    };
    let Some(mut input) = opened() else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    let read = input.bytes.read_to_end(&mut bytes);
    read.map_err(|error| Error::Fetch(dq_fetch::read_error(&error)))?;
    if let Some(error) = deferred.error() {
        sources.fail(source, error)?;
    }
    if settings.mode != InputMode::Text {
        check_values(&bytes)?;
    }
    input.bytes = Box::new(Cursor::new(bytes));
    Ok(Some((input, settings)))
}

/// Whether a text is JSON values.
fn check_values(bytes: &[u8]) -> Result<(), Error> {
    let mut reader: ValueReader = ValueReader::new(Box::new(Cursor::new(bytes.to_vec())));
    while let Some(length) = reader.scan_value(&mut ValidateOnly) {
        match length {
            Ok(length) => reader.consume(length),
            Err(error) => {
                return Err(Error::Input {
                    name: None,
                    problem: format!("invalid JSON: {error}"),
                    code: 5,
                });
            }
        }
    }
    Ok(())
}
