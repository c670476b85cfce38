//! `--watch` off a terminal: the outputs again whenever they have really changed, for the next program in a pipe.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::answer::{Answer, Latest, Shown, is_silence};
use super::frame;
use super::rounds::Watch;
use super::rows::essence;
use crate::error::Error;
use crate::pipeline::changes::{Changes, Wake};
use dq_format::{Format, Settings};
use dq_json::value::Value;

/// Writes the outputs of every round that differ from those before, first those of `answer`; returns the exit code.
pub fn run(
    watch: &Watch,
    mut changes: Changes,
    settings: Settings,
    mut answer: Answer,
) -> Result<u8, Error> {
    let mut script = Script {
        watch,
        settings,
        latest: Latest::default(),
        known: None,
        told: String::new(),
        raised: String::new(),
    };
    loop {
        script.tell(&answer);
        let is_first = script.known.is_none();
        let ended = answer.ended.filter(|_| is_first || !answer.has_raised());
        let is_shown = if ended.is_some() {
            // An error without an output has no empty table.
            answer.has_outputs() || !answer.has_raised()
        } else {
            !(answer.is_missing() || answer.has_raised())
        };
        if is_shown {
            script.write_if_changed(answer)?;
        }
        if let Some(code) = ended {
            return Ok(code);
        }
        if changes.wait(watch.left()) == Wake::Closed {
            return Ok(0);
        }
        watch.check_limit()?;
        watch.output.keep_messages(true);
        answer = watch.ask(false);
        watch.output.keep_messages(false);
        let is_cancelled =
            |error: &Error| matches!(error, Error::Fetch(dq_fetch::Error::Cancelled));
        if answer.failures().any(|(_, error)| is_cancelled(error)) {
            return Ok(0);
        }
    }
}

/// What has been written.
struct Script<'w> {
    watch: &'w Watch<'w>,
    settings: Settings,
    latest: Latest,
    /// What the last outputs say; `None` before the first.
    known: Option<Vec<Value>>,
    /// What the failures that were reported last are about.
    told: String,
    /// What the filter said when it raised an error last.
    raised: String,
}

impl Script<'_> {
    /// Writes the outputs, unless they say the same as those before.
    fn write_if_changed(&mut self, answer: Answer) -> Result<(), Error> {
        self.latest.update(answer.parts);
        let outputs: Vec<&Shown> = self.latest.outputs().collect();
        let now = outputs.iter().map(|shown| essence(&shown.value, false));
        let now: Vec<Value> = now.collect();
        if self.known.as_ref() == Some(&now) {
            return Ok(());
        }
        let mut settings = self.settings.clone();
        let mut text = Vec::new();
        if self.known.is_some() {
            // What is wrong with the columns has been said.
            settings.columns.reports_missing = false;
            let has_empty_line = matches!(
                settings.format,
                Format::Table | Format::Record | Format::Markdown
            );
            if has_empty_line {
                text.push(b'\n');
            }
        }
        let report = |message: &str| self.watch.output.report(message);
        frame::write(&outputs, settings, &mut text, &report)?;
        self.known = Some(now);
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(&text).and_then(|()| stdout.flush());
        written.map_err(|error| dq_format::Error::Io(error).into())
    }

    /// Reports what has failed, once while it is the same. A host that is away has several ways to say so.
    fn tell(&mut self, answer: &Answer) {
        if !answer.has_raised() || self.raised != answer.messages {
            self.watch.output.message(answer.messages.as_bytes());
        }
        self.raised.clear();
        if answer.has_raised() {
            self.raised.push_str(&answer.messages);
        }
        let kinds = answer.failures().map(|(label, error)| {
            let label = label.unwrap_or_default();
            match error {
                error if is_silence(error) => format!("{label}: away\n"),
                error => format!("{label}: {error}\n"),
            }
        });
        let kinds: String = kinds.collect();
        if self.told == kinds {
            return;
        }
        self.told = kinds;
        let output = self.watch.output;
        if answer.report_failures(output).is_none() {
            answer
                .failures()
                .for_each(|(_, error)| output.report(&error.to_string()));
        }
    }
}

/// Ends the watch when the reader of a pipe goes away, however long nothing changes.
pub fn watch_stdout(wake: impl Fn(Wake) + Send + 'static) {
    let wait = move || {
        let stdout = io::stdout();
        let stdout = stdout.as_fd();
        let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
        loop {
            match poll(&mut fds, None) {
                Err(Errno::INTR) => {}
                // A file never polls as an error; a poll that fails says nothing.
                Ok(0) | Err(_) => return,
                Ok(_) => break,
            }
        }
        loop {
            wake(Wake::Closed);
            thread::sleep(Duration::from_millis(100));
        }
    };
    // Without the thread, the next write fails.
    let _ = thread::Builder::new().spawn(wait);
}
