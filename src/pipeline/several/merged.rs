//! The answers of several sources that do not end, merged as they come.

use std::cell::{Cell, RefCell};
use std::io::Cursor;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::board::{Head, Next, PieceKind};
use super::sources::Sources;
use crate::error::Error;
use crate::pipeline::arrival::{Arrival, SourceProblems};
use crate::pipeline::byte_source::{BeforeBlocking, IDLE, LONGEST_HOLD};
use crate::pipeline::filtering::{Ended, Run};
use dq_filter::InputSource;

/// Runs the filter on the values of all sources as they come, and copies lines that are not filtered.
pub fn write(sources: &Rc<Sources>, run: &Run) -> Result<Ended, Error> {
    let failure = Rc::new(RefCell::new(None));
    let mut merge = Merge {
        sources: sources.clone(),
        open: sources.all(),
        selected: run.fetcher.selection(),
        held_since: Cell::new(None),
    };
    let outcome = run.write(Arrival::Inputs {
        sources: {
            let failure = failure.clone();
            Box::new(move || {
                merge.next().unwrap_or_else(|error| {
                    failure.replace(Some(error));
                    None
                })
            })
        },
        host: sources.only_host(),
        settings: run.plan.inputs,
        problems: Rc::new(SourceProblems::default()),
    });
    match failure.take() {
        Some(error) => Err(error),
        None => outcome,
    }
}

/// The streams that are read.
struct Merge {
    sources: Rc<Sources>,
    /// Those that have not ended, the one that was read last behind the others.
    open: Vec<usize>,
    selected: Rc<Cell<Option<usize>>>,
    /// Since when values may have been held by the formatter.
    held_since: Cell<Option<Instant>>,
}

impl Merge {
    /// The next values of any source, after the lines before them have been written; `None` once all have ended.
    fn next(&mut self) -> Result<Option<InputSource>, Error> {
        while let Some((source, next)) = self.wait() {
            let error = match next {
                Next::Piece(piece) if piece.kind == PieceKind::Values => {
                    self.sources.select(source, &self.selected);
                    return Ok(Some(InputSource {
                        name: self.sources.label(source),
                        host: self.sources.host_name(source),
                        bytes: Box::new(Cursor::new(piece.bytes)),
                    }));
                }
                Next::Piece(piece) => {
                    self.sources.write_lines(&piece)?;
                    continue;
                }
                Next::Head(Ok(Head::Pieces)) => {
                    self.sources.show_head(source);
                    continue;
                }
                Next::Head(Ok(Head::Response(response))) => {
                    Some(self.sources.failure(source, *response))
                }
                Next::Head(Err(error)) => Some(error.into()),
                Next::End(error) => error,
            };
            self.open.retain(|open| *open != source);
            if let Some(error) = error {
                self.sources.fail(source, error)?;
            }
        }
        Ok(None)
    }

    /// Waits for what comes next of any source.
    fn wait(&mut self) -> Option<(usize, Next)> {
        if self.open.is_empty() {
            return None;
        }
        let board = &self.sources.board;
        let holds_values = self.sources.output.holds_values();
        let found = if holds_values {
            let since = self.held_since.get().unwrap_or_else(Instant::now);
            self.held_since.set(Some(since));
            let patience = LONGEST_HOLD.saturating_sub(since.elapsed()).min(IDLE);
            board.next(&self.open, Some(patience))
        } else {
            board.next(&self.open, Some(Duration::ZERO))
        };
        let found = found.or_else(|| {
            self.held_since.set(None);
            if holds_values {
                self.sources.output.flush_held();
            }
            self.sources.wait(&|limit| board.next(&self.open, limit))
        });
        if let Some((source, _)) = &found {
            self.open.retain(|open| open != source);
            self.open.push(*source);
        }
        found
    }
}
