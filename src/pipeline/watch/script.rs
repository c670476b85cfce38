//! `--watch` off a terminal: the outputs again whenever they have really changed, for the next program in a pipe.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::rows::essence;
use super::{Answer, Watch, frame};
use crate::error::Error;
use crate::pipeline::changes::{Changes, Wake};
use dq_format::{Format, Settings};
use dq_json::value::Value;

/// Writes the outputs of every round that differ from those before; returns the exit code.
pub fn run(watch: &Watch, mut changes: Changes, settings: Settings) -> Result<u8, Error> {
    watch_stdout(changes.waker());
    watch.output.expect_silence();
    let mut known = None;
    let mut told = String::new();
    let mut answer = watch.ask().first()?;
    loop {
        tell(&answer, &mut told, watch);
        if let Some(code) = answer
            .ended
            .filter(|_| known.is_none() || !answer.has_raised())
        {
            write_if_changed(&answer, &mut known, &settings, watch)?;
            return Ok(code);
        }
        if !answer.is_missing() && !answer.has_raised() {
            write_if_changed(&answer, &mut known, &settings, watch)?;
        }
        if changes.wait(watch.left()) == Wake::Closed {
            return Ok(0);
        }
        watch.check_limit()?;
        answer = watch.ask();
        let is_cancelled =
            |error: &Error| matches!(error, Error::Fetch(dq_fetch::Error::Cancelled));
        if answer.failures.iter().any(|(_, error)| is_cancelled(error)) {
            return Ok(0);
        }
    }
}

/// Writes the outputs, unless they say the same as those before.
fn write_if_changed(
    answer: &Answer,
    known: &mut Option<Vec<Value>>,
    settings: &Settings,
    watch: &Watch,
) -> Result<(), Error> {
    let now = answer.outputs.iter();
    let now: Vec<Value> = now.map(|(_, value)| essence(value, false)).collect();
    if known.as_ref() == Some(&now) {
        return Ok(());
    }
    let mut settings = settings.clone();
    let mut text = Vec::new();
    if known.is_some() {
        // What is wrong with the columns has been said.
        settings.columns.reports_missing = false;
        if matches!(
            settings.format,
            Format::Table | Format::Record | Format::Markdown
        ) {
            text.push(b'\n');
        }
    }
    let report = |message: &str| watch.output.report(message);
    frame::write(&answer.outputs, settings, &mut text, &report)?;
    *known = Some(now);
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(&text).and_then(|()| stdout.flush());
    written.map_err(|error| dq_format::Error::Io(error).into())
}

/// Reports what has failed, once while it is the same.
fn tell(answer: &Answer, told: &mut String, watch: &Watch) {
    let failures = answer.failures.iter();
    let failures = failures.map(|(label, error)| match (label, error) {
        (Some(label), Error::Fetch(error)) => format!("dq: fetch: {label}: {error}\n"),
        (_, error) => format!("{error}\n"),
    });
    let text: String = failures.collect();
    if *told != text {
        watch.output.message(text.as_bytes());
        *told = text;
    }
}

/// Ends the watch when the reader of a pipe goes away, however long nothing changes.
fn watch_stdout(wake: impl Fn(Wake) + Send + 'static) {
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
