//! `--reconnect`: a stream that goes on where the connection was lost, without a gap and without repetition.
//!
//! The body is read item by item. After a loss the stream is requested again from the time of the newest item on, by
//! the engine's own clock, and what has been seen before is left out.

mod body;
mod item;
mod log_entries;
mod memory;
mod notices;
mod requester;
mod since;
mod state;
mod values;

use std::time::Instant;

use super::output::Output;
use crate::catalogue::{self, Endless, is_true, query_value};
use crate::plan::{Exchange, Input};
use dq_fetch::{Error, EventHandler, Request, Response};

use body::{Division, SurvivingBody};
use notices::Notices;
use requester::{Requester, Sender};

/// Adds the hint to use `--reconnect` to the loss of a stream that it is for.
pub fn with_hint(mut error: crate::error::Error, input: &Input) -> crate::error::Error {
    let is_stream = |exchange: &Exchange| {
        let stream = catalogue::stream(since::path(&exchange.request));
        exchange.reconnect.is_none() && stream.is_some_and(|it| it != Endless::Attach)
    };
    if let crate::error::Error::Fetch(Error::Lost { hint, .. }) = &mut error
        && input.exchanges().any(is_stream)
    {
        let text = "--reconnect waits for the host and goes on with the stream";
        hint.get_or_insert_with(|| text.into());
    }
    error
}

/// A stream that survives the loss of its connection. It can be sent and read by any thread.
pub struct Reconnect {
    sender: Sender,
    division: Division,
    /// The request that is sent.
    request: Request,
    notices: Notices,
}

impl Reconnect {
    /// The stream of an exchange; `events` gets the events of the requests after the first one, and
    /// `label` names it among several.
    pub fn new(
        stream: Endless,
        exchange: &Exchange,
        events: EventHandler,
        output: &Output,
        label: &str,
    ) -> Self {
        let request = &exchange.request;
        let is_log = stream == Endless::Log;
        let shows_times = query_value(since::path(request), "timestamps").is_some_and(is_true);
        let request = if is_log && !shows_times {
            since::with_parameters(request, &[("timestamps", Some("1".into()))])
        } else {
            request.clone()
        };
        let max_time = exchange.settings.max_time;
        let sender = Sender {
            host: exchange.host.clone(),
            settings: exchange.settings.clone(),
            deadline: max_time.and_then(|time| Instant::now().checked_add(time)),
            events,
            wait_hook: output.wait_hook(),
            stdout_monitor: output.stdout_monitor(),
        };
        Self {
            sender,
            division: Division {
                stream,
                shows_times,
            },
            request,
            notices: Notices::new(label, exchange.host.to_string(), output.progress()),
        }
    }

    /// The request to send: that of the exchange, for a log with the times of its entries.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The response with a body that survives; one of a failure as it is.
    ///
    /// # Errors
    /// `Usage` for a body of a kind that cannot be continued.
    pub fn survive(self, mut response: Response) -> Result<Response, Error> {
        if response.status >= 400 {
            return Ok(response);
        }
        let items = self.division.items(&mut response)?;
        let stream = self.division.stream;
        let requester = Requester::new(self.sender, stream, self.request, self.notices, &response);
        let body = Box::new(SurvivingBody::new(requester, self.division, items));
        if stream == Endless::Log {
            response.set_framed_body(body);
        } else {
            response.body = body;
        }
        Ok(response)
    }
}
