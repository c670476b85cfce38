//! One request, and what is shown of it besides the body: the host, the heads, the progress.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::arrival::Arrival;
use super::output::{Insertions, Output};
use super::progress::{Direction, Progress};
use super::reconnect::Reconnect;
use crate::error::Error;
use crate::plan::curl;
use crate::plan::{Exchange, Fallback, JqOptions, Plan};
use crate::terminal::Terminal;
use dq_fetch::{BodyKind, Event, Response, message_head};
use dq_text::{escape_line, sanitize};

/// A request that is ready to be sent, by any thread.
pub struct ReadyRequest {
    host: dq_fetch::Host,
    settings: dq_fetch::ClientSettings,
    wait_hook: dq_fetch::WaitHook,
    events: Option<dq_fetch::EventHandler>,
    request: dq_fetch::Request,
    /// The stream goes on after a lost connection.
    reconnect: Option<Reconnect>,
    fallbacks: Vec<Fallback>,
    logins: Option<dq_fetch::Logins>,
    has_pages: bool,
    /// The body is read as values, if it is JSON, and by its content.
    reads_values: bool,
    is_filtered: bool,
    terminal: Terminal,
}

/// The client that a thread has sent its last request with, for the next request to the same host.
pub type LastClient = Option<(dq_fetch::Host, dq_fetch::Client)>;

impl ReadyRequest {
    /// Sends the request and waits for the head of the response. `waited` is how much of the time limit has passed.
    ///
    /// # Errors
    /// As `Client::send`.
    pub fn send(
        mut self,
        last: &mut LastClient,
        waited: Duration,
    ) -> Result<Response, dq_fetch::Error> {
        // The time limit is for credential helpers, too.
        let left = self
            .settings
            .max_time
            .map(|limit| limit.saturating_sub(waited));
        let deadline = left.and_then(|left| Instant::now().checked_add(left));
        if let Some(logins) = &self.logins {
            self.request = logins.add_to(&self.request, deadline)?;
        }
        let is_shared =
            self.events.is_none() && self.settings.max_time.is_none() && !self.has_pages;
        let known = last
            .take()
            .filter(|(host, _)| is_shared && *host == self.host);
        let client = match known {
            Some((_, client)) => client,
            None => self.client(deadline)?,
        };
        if self.has_pages {
            return dq_fetch::paginate(client, &self.request, |first| self.are_values(first));
        }
        let response = dq_fetch::send_patiently(&client, &self.request)?;
        let response = self.found(response, &client)?;
        if is_shared {
            *last = Some((self.host, client));
        }
        match self.reconnect {
            Some(reconnect) => reconnect.survive(response),
            None => Ok(response),
        }
    }

    /// Whether the body of a page is read as values, as [`super::body::arrival`] decides.
    fn are_values(&self, page: &mut Response) -> Result<bool, dq_fetch::Error> {
        if self.reads_values && self.is_filtered {
            page.find_filterable_kind()?;
        }
        Ok(self.reads_values && matches!(page.kind, BodyKind::Json | BodyKind::Empty))
    }

    fn client(&self, deadline: Option<Instant>) -> Result<dq_fetch::Client, dq_fetch::Error> {
        if let Some(limit) = self.settings.max_time
            && deadline.is_some_and(|deadline| deadline <= Instant::now())
        {
            let doing = format!("after {} s, before the request", limit.as_secs_f64());
            return Err(dq_fetch::Error::Timeout { doing });
        }
        let client = dq_fetch::Client::new(self.host.clone(), self.settings.clone());
        let client = client.with_deadline(deadline);
        let client = client.with_wait_hook(self.wait_hook.clone());
        Ok(match &self.events {
            Some(events) => client.with_event_handler(events.clone()),
            None => client,
        })
    }

    /// The response, or that to the first of the fallbacks that is found.
    fn found(
        &self,
        mut response: Response,
        client: &dq_fetch::Client,
    ) -> Result<Response, dq_fetch::Error> {
        if response.status != 404 || self.fallbacks.is_empty() {
            return Ok(response);
        }
        // Reads the body, so that the connection can be used again.
        response.failure();
        let mut request = self.request.clone();
        for fallback in &self.fallbacks {
            request.source = fallback.source.clone();
            let mut other = client.send(&request)?;
            if other.status < 400 {
                if !fallback.message.is_empty() {
                    let line = format!("dq: {}", fallback.message);
                    print(&[line], "", &self.terminal);
                }
                return Ok(other);
            }
            other.failure();
        }
        Ok(response)
    }
}

/// Prints lines to stderr, each prefixed with `mark`.
fn print(lines: &[String], mark: &str, terminal: &Terminal) {
    let lines: Vec<_> = lines
        .iter()
        .map(|line| escape_line(line).into_owned())
        .collect();
    let text = joined(&lines, mark, terminal.stderr.is_terminal);
    // A failure to write to stderr cannot be reported anywhere.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Sends the request and waits for the head of the response.
pub fn send(exchange: &Exchange, plan: &Plan, output: &Output) -> Result<Response, Error> {
    let insertions = || output.insertions();
    let request = ready(exchange, plan, output, "", &insertions, output.progress());
    let response = request.send(&mut None, Duration::ZERO)?;
    output.flush().map_err(dq_format::Error::Io)?;
    Ok(response)
}

/// The request, with what is shown of it: lines of `-v` begin with `mark`, and `insertions` takes the head for `-i`.
pub fn ready(
    exchange: &Exchange,
    plan: &Plan,
    output: &Output,
    mark: &str,
    insertions: &dyn Fn() -> Insertions,
    progress: Option<Arc<Progress>>,
) -> ReadyRequest {
    let observer = Observer {
        terminal: plan.terminal.clone(),
        mark: mark.into(),
        verbose: exchange.shown.verbose,
        include: match (exchange.shown.include, plan.is_plain()) {
            (false, _) => Include::No,
            (true, true) => Include::Stdout(insertions()),
            (true, false) => Include::Stderr,
        },
        progress,
    };
    if exchange.shown.verbose {
        let (host, reason) = (&exchange.host, exchange.host.reason());
        let mut lines = vec![format!("host {host}, chosen by {reason}")];
        lines.extend(host.verification_notice().map(str::to_owned));
        observer.print(&lines, "* ");
    }
    let events = observer
        .has_something_to_show(exchange)
        .then(|| dq_fetch::EventHandler::new(move |event| observer.show(event)));
    let reconnect = exchange.reconnect.map(|stream| {
        let events = verbose_events(exchange.shown.verbose, plan, mark);
        Reconnect::new(stream, exchange, events, output, mark.trim_end())
    });
    let request = reconnect
        .as_ref()
        .map_or(&exchange.request, Reconnect::request);
    ReadyRequest {
        host: exchange.host.clone(),
        settings: exchange.settings.clone(),
        wait_hook: output.wait_hook(),
        events,
        request: request.clone(),
        reconnect,
        fallbacks: exchange.fallbacks.clone(),
        logins: exchange.logins.clone(),
        has_pages: exchange.shown.pages,
        reads_values: plan.reads_values(),
        is_filtered: plan.filters_body(),
        terminal: plan.terminal.clone(),
    }
}

/// The client for the requests of `fetch` in a filter. Of those, `-v` shows the heads.
pub fn client_for_filter(host: dq_fetch::Host, plan: &Plan) -> dq_fetch::Client {
    let client = dq_fetch::Client::new(host, plan.requests.settings.clone());
    let client = client.with_deadline(plan.requests.deadline);
    client.with_event_handler(verbose_events(plan.requests.verbose, plan, ""))
}

/// What shows the heads of further requests, with `-v`; its lines begin with `mark`.
fn verbose_events(is_verbose: bool, plan: &Plan, mark: &str) -> dq_fetch::EventHandler {
    if !is_verbose {
        return dq_fetch::EventHandler::default();
    }
    let observer = Observer {
        terminal: plan.terminal.clone(),
        mark: mark.into(),
        verbose: true,
        include: Include::No,
        progress: None,
    };
    dq_fetch::EventHandler::new(move |event| observer.show(event))
}

/// Prints the command line of curl and jq that does the same (`--curl`).
pub fn print_command(
    jq: &JqOptions,
    exchange: &Exchange,
    plan: &Plan,
    output: &Output,
) -> Result<Arrival, Error> {
    let (line, notes) = curl::line(
        jq,
        exchange,
        &plan.program,
        plan.is_plain(),
        !plan.cells.is_empty(),
    )?;
    output.text(format!("{line}\n").as_bytes())?;
    let paths = plan.output.paths.as_ref();
    let paths = paths.map(|_| "jq prints the answer: it has no --paths".to_owned());
    for note in notes.into_iter().chain(paths) {
        output.report(&format!("dq: --curl: {note}"));
    }
    Ok(Arrival::Done)
}

/// Prints the command lines of several requests, one after the other (`--curl`).
pub fn print_commands(plan: &Plan, output: &Output) -> Result<Arrival, Error> {
    for exchange in plan.input.exchanges() {
        if let Some(jq) = &exchange.curl {
            print_command(jq, exchange, plan, output)?;
        }
    }
    Ok(Arrival::Done)
}

/// Where `-i` shows the head of a response.
enum Include {
    No,
    /// On stdout before an unfiltered body, among the outputs.
    Stdout(Insertions),
    /// On stderr, because a filter or a format transforms the body.
    Stderr,
}

/// Shows the events of an exchange.
struct Observer {
    terminal: Terminal,
    /// What every line begins with: which of several sources this is.
    mark: Box<str>,
    verbose: bool,
    include: Include,
    progress: Option<Arc<Progress>>,
}

impl Observer {
    /// Whether any event shows something.
    fn has_something_to_show(&self, exchange: &Exchange) -> bool {
        let uploads = !matches!(exchange.request.payload, dq_fetch::Payload::None);
        self.verbose
            || !matches!(self.include, Include::No)
            || exchange.settings.retries > 0
            || (uploads && self.progress.is_some())
    }

    fn show(&self, event: Event) {
        match event {
            Event::Uploaded { sent, total } => {
                if let Some(progress) = &self.progress {
                    progress.transferred(Direction::Sent, sent, total);
                }
            }
            Event::Retry(why) => self.print(&[format!("dq: fetch: {why}")], ""),
            Event::RequestSent(head) if self.verbose => {
                self.print(&with_empty_line(message_head::request_lines(head)), "> ");
            }
            Event::InterimReceived(head) if self.verbose => {
                self.print(&with_empty_line(message_head::request_lines(head)), "< ");
            }
            Event::ResponseReceived(response) if self.verbose => {
                self.print(
                    &with_empty_line(message_head::response_lines(response, true)),
                    "< ",
                );
            }
            Event::ResponseAccepted(response) => {
                if let Some(progress) = &self.progress {
                    progress.clear();
                }
                self.include(response);
            }
            Event::RequestSent(_) | Event::InterimReceived(_) | Event::ResponseReceived(_) => {}
        }
    }

    /// Prints lines to stderr, each prefixed with `mark`.
    fn print(&self, lines: &[String], mark: &str) {
        if let Some(progress) = &self.progress {
            progress.clear();
        }
        print(lines, &format!("{}{mark}", self.mark), &self.terminal);
    }

    /// The head in front of the body.
    fn include(&self, response: &Response) {
        let lines = with_empty_line(message_head::response_lines(response, false));
        match &self.include {
            Include::Stdout(insertions) => {
                insertions.push(joined(&lines, "", self.terminal.stdout.is_terminal).as_bytes());
            }
            Include::Stderr => self.print(&lines, ""),
            Include::No => {}
        }
    }
}

/// The lines and the empty one that ends a head.
fn with_empty_line(mut lines: Vec<String>) -> Vec<String> {
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
