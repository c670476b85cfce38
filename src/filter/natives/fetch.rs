//! `fetch`: requests to the host that the inputs are from.

use std::collections::VecDeque;

use jaq_core::ValXs;
use jaq_core::box_iter::box_once;

use super::native::{NativeCall, NativeEntry, NativeFn, Outputs, fail};
use crate::fetcher::{FetchedValues, Fetcher};
use dq_json::value::{Value, ValueError};

pub(super) const TABLE: &[NativeEntry] = &[
    ("fetch", "f", NativeFn::Filter(fetch)),
    ("fetch", "ff", NativeFn::Filter(fetch_or)),
];

/// `fetch(paths)`: the bodies of the responses to a GET of each path, in order. The first failure is raised.
fn fetch(mut cv: NativeCall) -> Outputs {
    let fetcher = cv.0.data().fetcher();
    let (paths, context) = cv.0.pop_fun();
    match fetcher {
        Ok(fetcher) => Box::new(Fetched::new(fetcher, paths.run((context, cv.1)))),
        Err(error) => box_once(Err(error.into())),
    }
}

/// `fetch(paths; failed)`: as `fetch(paths)`, and the outputs of `failed` for the value of a failure take the place of
/// the body, so that the others are still fetched.
fn fetch_or(mut cv: NativeCall) -> Outputs {
    let fetcher = cv.0.data().fetcher();
    let (failed, failed_context) = cv.0.pop_fun();
    let (paths, context) = cv.0.pop_fun();
    let fetcher = match fetcher {
        Ok(fetcher) => fetcher,
        Err(error) => return box_once(Err(error.into())),
    };
    let mut fetched = Fetched::new(fetcher, paths.run((context, cv.1)));
    let mut recovered: Option<Outputs> = None;
    Box::new(std::iter::from_fn(move || {
        loop {
            if let Some(outputs) = &mut recovered {
                match outputs.next() {
                    Some(output) => return Some(output),
                    None => recovered = None,
                }
            }
            match fetched.step()? {
                Step::Output(value) => return Some(Ok(value)),
                Step::Raised(error) => return Some(Err(error)),
                Step::Failed(error) => {
                    recovered = Some(failed.run((failed_context.clone(), error)));
                }
            }
        }
    }))
}

/// The outputs of `fetch`. At most as many requests are begun ahead as may be under way at once.
struct Fetched<'a> {
    fetcher: &'a dyn Fetcher,
    paths: ValXs<'a, Value>,
    has_more_paths: bool,
    /// The responses that are under way, in order; an error of the paths comes last.
    pending: VecDeque<Result<FetchedValues, jaq_core::Exn<'a, Value>>>,
    current: Option<FetchedValues>,
}

/// What comes next.
enum Step<'a> {
    Output(Value),
    /// A request has failed with this error value.
    Failed(Value),
    /// The filter of the paths has raised this.
    Raised(jaq_core::Exn<'a, Value>),
}

impl<'a> Fetched<'a> {
    fn new(fetcher: &'a dyn Fetcher, paths: ValXs<'a, Value>) -> Self {
        Self {
            fetcher,
            paths,
            has_more_paths: true,
            pending: VecDeque::new(),
            current: None,
        }
    }

    fn step(&mut self) -> Option<Step<'a>> {
        loop {
            if let Some(current) = &mut self.current {
                match current.next() {
                    Some(Ok(value)) => return Some(Step::Output(value)),
                    Some(Err(error)) => {
                        self.current = None;
                        return Some(if self.fetcher.ends_run(&error) {
                            Step::Raised(jaq_core::Exn::halt(0))
                        } else {
                            Step::Failed(error)
                        });
                    }
                    None => self.current = None,
                }
            }
            self.begin_ahead();
            match self.pending.pop_front()? {
                Ok(values) => self.current = Some(values),
                Err(error) => return Some(Step::Raised(error)),
            }
        }
    }

    fn begin_ahead(&mut self) {
        while self.has_more_paths && self.pending.len() < self.fetcher.parallel().max(1) {
            let begun = match self.paths.next() {
                None => {
                    self.has_more_paths = false;
                    return;
                }
                Some(Ok(Value::Str(path))) => Ok(self.fetcher.begin(&path)),
                Some(Ok(other)) => {
                    fail(format_args!("fetch takes paths, not {}", other.describe()))
                        .map_err(Into::into)
                }
                Some(Err(error)) => Err(error),
            };
            self.has_more_paths = begun.is_ok();
            self.pending.push_back(begun);
        }
    }
}

impl<'a> Iterator for Fetched<'a> {
    type Item = jaq_core::ValX<'a, Value>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.step()? {
            Step::Output(value) => Ok(value),
            Step::Failed(error) => Err(ValueError::new(error).into()),
            Step::Raised(error) => Err(error),
        })
    }
}
