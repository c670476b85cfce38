//! `--watch` on a terminal: a screen that shows the latest outputs.

use std::time::Instant;

use super::answer::{Answer, Latest, Shown, is_silence};
use super::frame;
use super::frame::RowState;
use super::rounds::Watch;
use super::rows::KnownRows;
use crate::error::Error;
use crate::pipeline::changes::{Changes, Wake};
use crate::screen::{Frame, Notify, Screen, Wanted};
use dq_format::{Settings, WidthMemory};

/// What the screen shows, and how it is laid out.
struct Live<'w> {
    watch: &'w Watch<'w>,
    settings: Settings,
    known: KnownRows,
    latest: Latest,
    /// The states of the rows that are shown.
    rows: Vec<RowState>,
    /// When the last answer came.
    answered: Instant,
    /// What is wrong now, in one line.
    problem: String,
    /// The rows are those of an earlier answer.
    is_stale: bool,
    /// No host has answered, not even with an error: the screen says for how long.
    is_silent: bool,
}

/// Shows the outputs, first those of `answer`, until the user ends it; returns the exit code where the filter does.
pub fn run(
    watch: &Watch,
    mut changes: Changes,
    settings: Settings,
    answer: Answer,
) -> Result<u8, Error> {
    if let Some(code) = answer.ended {
        if answer.has_outputs() || !answer.has_raised() {
            print(answer, settings, watch)?;
        }
        return Ok(code);
    }
    let mut live = Live::new(watch, settings);
    live.take(answer);
    // From now on, what the filter prints belongs into the status line.
    watch.output.keep_messages(true);
    let screen = Screen::start(live.frame()?, notify(&changes));
    let screen = screen.map_err(dq_format::Error::Io)?;
    loop {
        match changes.wait(watch.left()) {
            Wake::Layout => {
                screen.show(live.frame()?);
                continue;
            }
            Wake::Closed => return Ok(0),
            Wake::Ask => watch.check_limit()?,
        }
        if !live.is_silent {
            screen.awaits(Some(Instant::now()));
        }
        let answer = watch.ask(false);
        if let Some(code) = answer.ended.filter(|_| !answer.has_raised()) {
            live.take(answer);
            screen.show(live.frame()?);
            return Ok(code);
        }
        live.take(answer);
        screen.awaits(live.is_silent.then_some(live.answered));
        screen.show(live.frame()?);
    }
}

/// Prints outputs that end the watch before it begins.
fn print(answer: Answer, settings: Settings, watch: &Watch) -> Result<(), Error> {
    let mut text = Vec::new();
    let mut latest = Latest::default();
    latest.update(answer.parts);
    let outputs: Vec<&Shown> = latest.outputs().collect();
    frame::write(&outputs, settings, &mut text, &|message| {
        watch.output.report(message);
    })?;
    watch.output.text(&text)?;
    watch.output.finish()
}

/// What the screen calls for keys and for another size.
fn notify(changes: &Changes) -> Notify {
    let wake = changes.waker();
    Box::new(move |wanted| {
        wake(match wanted {
            Wanted::Layout => Wake::Layout,
            Wanted::Refresh => Wake::Ask,
        });
    })
}

impl<'w> Live<'w> {
    fn new(watch: &'w Watch<'w>, mut settings: Settings) -> Self {
        settings.columns.memory = Some(WidthMemory::default());
        Self {
            known: KnownRows::new(watch.plan.program.may_fetch()),
            watch,
            settings,
            latest: Latest::default(),
            rows: Vec::new(),
            answered: Instant::now(),
            problem: String::new(),
            is_stale: false,
            is_silent: false,
        }
    }

    /// Takes an answer. One that is nothing but failures leaves the rows as they are, out of date.
    fn take(&mut self, answer: Answer) {
        self.problem = problem(&answer);
        self.is_stale = answer.has_raised() || answer.is_missing();
        self.is_silent = answer.is_missing() && answer.failures().all(|(_, it)| is_silence(it));
        if self.is_stale {
            return;
        }
        self.answered = Instant::now();
        let explodes = self.settings.columns.explode_arrays;
        self.latest.update(answer.parts);
        let outputs: Vec<&Shown> = self.latest.outputs().collect();
        self.rows = self.known.update(&outputs, explodes);
    }

    fn frame(&self) -> Result<Frame, Error> {
        let mut settings = self.settings.clone();
        settings.width = settings.width.map(|_| Screen::size().columns);
        let outputs: Vec<&Shown> = self.latest.outputs().collect();
        let frame = frame::frame(&outputs, settings, &self.rows)?;
        let status = match &*frame.status {
            "" => self.status(),
            note => format!("{}  {note}", self.status()),
        };
        Ok(Frame {
            status,
            is_stale: self.is_stale,
            ..frame
        })
    }

    fn status(&self) -> String {
        if !self.problem.is_empty() {
            return self.problem.clone();
        }
        let hosts = self.watch.plan.input.exchanges();
        let mut names: Vec<String> = Vec::new();
        for exchange in hosts {
            let name = exchange.host.to_string();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        format!("{}  q ends", names.join(", "))
    }
}

/// What is wrong, in one line.
fn problem(answer: &Answer) -> String {
    let failures = answer.failures().map(|(label, error)| {
        let (stage, text) = error.stage_and_text();
        let label = label.map_or(String::new(), |label| format!("{label}: "));
        format!("{stage}{label}{text}")
    });
    let messages = answer.messages.lines();
    let messages = messages.map(|line| line.trim_start_matches("dq: ").to_owned());
    let lines: Vec<String> = failures.chain(messages).collect();
    lines.join("; ").replace('\n', " ")
}
