//! The rounds of a watch: when they are, how long one may take, and what it gives.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::answer::{Answer, Part, shown};
use crate::error::Error;
use crate::pipeline::changes::Pace;
use crate::pipeline::output::Output;
use crate::pipeline::round::{self, Patience, RoundResult};
use crate::plan::Plan;

/// How often to ask while the events of an engine say what changes.
const WITH_EVENTS: Duration = Duration::from_secs(10);
/// How often to ask without events.
const WITHOUT_EVENTS: Duration = Duration::from_secs(2);

/// What every round needs.
pub struct Watch<'w> {
    pub plan: &'w Plan,
    pub filter: &'w dq_filter::Filter,
    pub output: &'w Rc<Output>,
    pub stack_bytes: usize,
    pub limit: Option<Duration>,
    pub deadline: Option<Instant>,
}

impl Watch<'_> {
    pub fn pace(&self) -> Pace {
        let interval = self.plan.watch.and_then(|watch| watch.interval);
        // No event says that what `fetch` requests has changed, as the statistics of `dq stats`.
        let may_miss = self.plan.program.may_fetch();
        let with_events = if may_miss {
            WITHOUT_EVENTS
        } else {
            WITH_EVENTS
        };
        Pace {
            with_events: interval.unwrap_or(with_events),
            without_events: interval.unwrap_or(WITHOUT_EVENTS),
        }
    }

    /// The time that is left of `-m`.
    pub fn left(&self) -> Option<Duration> {
        let deadline = self.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// Fails when the time of `-m` is over.
    pub fn check_limit(&self) -> Result<(), Error> {
        match self.left() {
            Some(left) if left.is_zero() => {
                let limit = self.limit.unwrap_or_default().as_secs_f64();
                let doing = format!("after {limit} s of watching");
                Err(Error::Fetch(dq_fetch::Error::Timeout { doing }))
            }
            _ => Ok(()),
        }
    }

    /// Asks every source once.
    pub fn ask(&self, retries: bool) -> Answer {
        let patience = Patience {
            limit: self.left(),
            retries,
        };
        self.output.keep_text(true);
        let results = round::run(
            self.plan,
            self.filter,
            self.output,
            self.stack_bytes,
            patience,
        );
        self.output.keep_text(false);
        let mut answer = Answer {
            messages: self.output.take_messages(),
            ..Answer::default()
        };
        for RoundResult {
            label,
            host,
            outcome,
        } in results
        {
            let outcome = outcome.map(|collected| {
                answer.ended = answer.ended.or(collected.ended);
                shown(host, collected)
            });
            answer.parts.push(Part { label, outcome });
        }
        answer
    }
}
