//! The answers of several sources, one after the other.

use std::rc::Rc;

use super::board::{Head, Next};
use super::sources::Sources;
use crate::error::Error;
use crate::pipeline::arrival::DeferredFailure;
use crate::pipeline::filtering::{Ended, Run};

/// Runs the filter on the sources one after the other.
pub fn write(sources: &Sources, run: &Run) -> Result<Ended, Error> {
    let mut pending = sources.all();
    let mut ended = Ended::Inputs(0);
    if sources.is_one_table {
        sources.output.hold_to_end();
    }
    while let Some(source) = sources.next_source(&mut pending) {
        match write_one(sources, source, run) {
            Ok(Some(Ended::Halted(code))) => return Ok(Ended::Halted(code)),
            Ok(Some(now)) => ended = now,
            Ok(None) => {}
            Err(error) => sources.fail(source, error)?,
        }
    }
    Ok(ended)
}

/// Runs the filter on what one source gives, or copies its lines.
fn write_one(sources: &Sources, source: usize, run: &Run) -> Result<Option<Ended>, Error> {
    match sources.next_of(source) {
        Some(Next::Head(Ok(Head::Response(response)))) => {
            sources.select(source, &run.fetcher.selection());
            sources.show_head(source);
            let deferred = Rc::new(DeferredFailure::default());
            let arrival = sources.arrival(run.plan, source, *response, &deferred)?;
            let ended = run.write(arrival);
            if let Some(error) = deferred.error() {
                sources.fail(source, error)?;
            }
            ended.map(Some)
        }
        Some(Next::Head(Ok(Head::Pieces))) => {
            sources.select(source, &run.fetcher.selection());
            sources.show_head(source);
            loop {
                match sources.next_of(source) {
                    Some(Next::Piece(piece)) => sources.write_lines(&piece)?,
                    Some(Next::End(Some(error))) => return Err(error),
                    _ => return Ok(None),
                }
            }
        }
        Some(Next::Head(Err(error))) => Err(error.into()),
        _ => Ok(None),
    }
}
