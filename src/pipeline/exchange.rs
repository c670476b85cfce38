//! One request and what is shown of it beside the body: the host, the heads, the way of its bytes.

use std::io::{self, Write};
use std::sync::Arc;

use super::Arrival;
use super::output::Output;
use super::progress::{Progress, Way};
use crate::error::Error;
use crate::plan::curl;
use crate::plan::{Exchange, JqOptions, Plan};
use crate::terminal::Terminal;
use dq_fetch::{self, Event, Response, heads};
use dq_text::sanitize;

/// Sends the request and waits for the head of the response.
pub fn send(exchange: &Exchange, plan: &Plan, output: &Output) -> Result<Response, Error> {
    let watch = Watch {
        terminal: plan.terminal.clone(),
        verbose: exchange.shown.verbose,
        include: exchange.shown.include.then_some(plan.is_plain()),
        progress: output.progress(),
    };
    if exchange.shown.verbose {
        watch.tell(Event::Note(&format!(
            "host {}, chosen by {}",
            exchange.host,
            exchange.host.reason()
        )));
    }
    let client = dq_fetch::Client::new(exchange.host.clone(), exchange.settings.clone())?;
    let mut client = client.waiting(output.waiter());
    if watch.has_something_to_show(exchange) {
        client = client.watched(dq_fetch::Watcher::new(move |event| watch.tell(event)));
    }
    let request = match &exchange.logins {
        Some(logins) => &logins.added_to(&exchange.request)?,
        None => &exchange.request,
    };
    Ok(if exchange.shown.pages {
        dq_fetch::all_pages(client, request)?
    } else {
        client.send(request)?
    })
}

/// Prints the command that does the same.
pub fn show(
    jq: &JqOptions,
    exchange: &Exchange,
    plan: &Plan,
    output: &Output,
) -> Result<Arrival, Error> {
    let (line, notes) = curl::line(jq, exchange, &plan.program, plan.is_plain())?;
    output.text(format!("{line}\n").as_bytes())?;
    for note in notes {
        output.report(&format!("dq: --curl: {note}"));
    }
    Ok(Arrival::Copied)
}

struct Watch {
    terminal: Terminal,
    verbose: bool,
    /// `-i`, and whether the head goes to stdout.
    include: Option<bool>,
    progress: Option<Arc<Progress>>,
}

impl Watch {
    /// Who shows nothing need not be told.
    fn has_something_to_show(&self, exchange: &Exchange) -> bool {
        let uploads = !matches!(exchange.request.payload, dq_fetch::Payload::None);
        self.verbose
            || self.include.is_some()
            || exchange.settings.retries > 0
            || (uploads && self.progress.is_some())
    }

    fn tell(&self, event: Event) {
        match event {
            Event::Uploaded { sent, total } => {
                if let Some(progress) = &self.progress {
                    progress.moved(Way::Sent, sent, total);
                }
            }
            Event::Retry(why) => self.say(&[format!("dq: fetch: {why}")], ""),
            Event::Note(text) if self.verbose => self.say(&[text.to_owned()], "* "),
            Event::Sent(head) if self.verbose => {
                self.say(&closed(heads::of_request(head)), "> ");
            }
            Event::Received(response) if self.verbose => {
                self.say(&closed(heads::of_response(response, true)), "< ");
            }
            Event::Answered(response) => {
                if let Some(progress) = &self.progress {
                    progress.clear();
                }
                self.include(response);
            }
            Event::Note(_) | Event::Sent(_) | Event::Received(_) => {}
        }
    }

    /// Lines on stderr.
    fn say(&self, lines: &[String], mark: &str) {
        if let Some(progress) = &self.progress {
            progress.clear();
        }
        let text = joined(lines, mark, self.terminal.stderr.is_terminal);
        // There is nobody left to tell if stderr cannot be written.
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// The head in front of the body.
    fn include(&self, response: &Response) {
        let lines = closed(heads::of_response(response, false));
        match self.include {
            Some(true) => {
                let text = joined(&lines, "", self.terminal.stdout.is_terminal);
                // What cannot be written now cannot be written with the body either, and is told then.
                let _ = io::stdout()
                    .write_all(text.as_bytes())
                    .and_then(|()| io::stdout().flush());
            }
            Some(false) => self.say(&lines, ""),
            None => {}
        }
    }
}

/// With the empty line that ends a head.
fn closed(mut lines: Vec<String>) -> Vec<String> {
    lines.push(String::new());
    lines
}

fn joined(lines: &[String], mark: &str, is_terminal: bool) -> String {
    let text: String = lines
        .iter()
        .map(|line| format!("{}\n", format!("{mark}{line}").trim_end()))
        .collect();
    if is_terminal {
        sanitize(&text).into_owned()
    } else {
        text
    }
}
