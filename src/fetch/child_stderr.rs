//! What a child process writes to its standard error, made safe for the terminal that dq's own is. A prompt without a
//! line end is shown at once; a password is read from the terminal itself.

use std::io::{self, IsTerminal, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dq_text::StreamSanitizer;

/// How long the last words of a child are waited for. A process of its own that still runs may keep its stderr open.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// The pause between two looks whether they are there.
const POLL_INTERVAL: Duration = Duration::from_millis(5);
/// Bytes read at once.
const CHUNK: usize = 4096;

/// Prepares a command whose messages are shown. Off a terminal they are written as they are.
pub(crate) fn prepare(command: &mut Command) -> &mut Command {
    if io::stderr().is_terminal() {
        command.stderr(Stdio::piped());
    }
    command
}

/// The messages of a child, which are copied while it runs.
pub(crate) struct ChildStderr(Option<JoinHandle<()>>);

impl ChildStderr {
    /// Begins to copy the messages of a child whose command was prepared.
    pub(crate) fn of(child: &mut Child) -> Self {
        let copied = child.stderr.take().and_then(|stderr| {
            let copying = thread::Builder::new().spawn(move || copy(stderr));
            copying.ok()
        });
        Self(copied)
    }

    /// Waits briefly until the messages of a child that has ended are there.
    pub(crate) fn finish(&self) {
        let mut waited = Duration::ZERO;
        while self.0.as_ref().is_some_and(|it| !it.is_finished()) && waited < LAST_WORDS {
            thread::sleep(POLL_INTERVAL);
            waited += POLL_INTERVAL;
        }
    }
}

fn copy(mut from: impl Read) {
    let mut sanitizer = StreamSanitizer::default();
    let mut chunk = [0; CHUNK];
    // A failure to write to stderr cannot be reported anywhere.
    let show = |text: String| drop(io::stderr().write_all(text.as_bytes()));
    loop {
        match from.read(&mut chunk) {
            Ok(amount @ 1..) => show(sanitizer.push(&chunk[..amount])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => return show(sanitizer.finish()),
        }
    }
}
