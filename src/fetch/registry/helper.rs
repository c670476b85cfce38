//! Credential helpers: `docker-credential-NAME` programs that store logins (docker/docker-credential-helpers).

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use serde_json::{Value, json};

use crate::child_stderr::{self, ChildStderr};
use crate::error::Error;
use dq_text::{one_line, os_reason};

/// The user name of a login whose secret is an identity token.
const TOKEN_USER: &str = "<token>";
/// A helper's message if it has no login for the registry.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// How long a helper may take: it may ask a person for a password.
const TIME_LIMIT: Duration = Duration::from_secs(120);
/// How often a helper is looked at that has closed its output and goes on.
const PAUSE: Duration = Duration::from_millis(2);
/// The longest output of a helper, in bytes.
const OUTPUT_LIMIT: usize = 1 << 20;

/// A helper's login for a registry, in the form of the API's AuthConfig; `None` if it has none.
///
/// # Errors
/// `Usage` if the helper cannot be run, fails, does not answer until the deadline or does not print JSON.
pub(crate) fn get(
    helper: &str,
    registry: &str,
    deadline: Option<Instant>,
) -> Result<Option<Value>, Error> {
    let Some(answer) = run(helper, "get", registry, deadline)? else {
        return Ok(None);
    };
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    let (user, secret) = (text("Username"), text("Secret"));
    Ok(Some(match user {
        TOKEN_USER => json!({"identitytoken": secret, "serveraddress": registry}),
        user => json!({"username": user, "password": secret, "serveraddress": registry}),
    }))
}

/// The registries that a helper has logins for.
///
/// # Errors
/// As [`get`].
pub(crate) fn list(helper: &str, deadline: Option<Instant>) -> Result<Vec<String>, Error> {
    let answer = run(helper, "list", "", deadline)?.unwrap_or_default();
    let known = answer.as_object().into_iter().flatten();
    Ok(known.map(|(registry, _)| registry.clone()).collect())
}

/// Runs a helper with an action and its standard input; `None` if it has no login. Its output is secret, and never part
/// of an error.
fn run(
    helper: &str,
    action: &str,
    input: &str,
    deadline: Option<Instant>,
) -> Result<Option<Value>, Error> {
    let program = format!("docker-credential-{helper}");
    let failed = |problem: &str| {
        Error::usage(format!(
            "the credential helper {} failed: {problem}",
            one_line(&program)
        ))
    };
    if helper.contains('/') {
        return Err(failed("its name holds a slash"));
    }
    let mut command = Command::new(&program);
    command
        .arg(action)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = child_stderr::prepare(&mut command)
        .spawn()
        .map_err(|error| failed(&os_reason(&error)))?;
    let messages = ChildStderr::of(&mut child);
    if let Some(mut stdin) = child.stdin.take() {
        // An error is ignored: a helper that does not read its input reports why by its exit code.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = output(child, deadline);
    messages.finish();
    let (status, output) = output.map_err(|problem| match problem {
        Some(problem) => failed(&problem),
        None => Error::Timeout {
            doing: format!("waiting for the credential helper {}", one_line(&program)),
        },
    })?;
    if !status.success() {
        let text = String::from_utf8_lossy(&output);
        return match text.trim() {
            NOT_FOUND => Ok(None),
            _ => Err(failed(&status.to_string())),
        };
    }
    serde_json::from_slice(&output)
        .map(Some)
        .map_err(|_| failed("what it printed is not JSON"))
}

/// The exit status and the output of a helper, which is ended at the deadline.
///
/// # Errors
/// What went wrong, in words; `None` for a helper that is late.
fn output(
    mut child: Child,
    deadline: Option<Instant>,
) -> Result<(ExitStatus, Vec<u8>), Option<String>> {
    let longest = Instant::now() + TIME_LIMIT;
    let deadline = deadline.map_or(longest, |deadline| deadline.min(longest));
    let received = receive(&mut child, deadline);
    let ended = received.and_then(|output| Ok((wait(&mut child, deadline)?, output)));
    if ended.is_err() {
        // One that has ended cannot be killed, but it is reaped.
        let _ = child.kill();
        let _ = child.wait();
    }
    ended
}

/// Waits for the end of a helper that has closed its output.
fn wait(child: &mut Child, deadline: Instant) -> Result<ExitStatus, Option<String>> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(PAUSE),
            Ok(None) => return Err(None),
            Err(error) => return Err(Some(os_reason(&error))),
        }
    }
}

fn receive(child: &mut Child, deadline: Instant) -> Result<Vec<u8>, Option<String>> {
    let Some(mut stdout) = child.stdout.take() else {
        return Ok(Vec::new());
    };
    let mut output = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).ok();
        let mut fds = [PollFd::new(&stdout, PollFlags::IN)];
        match poll(&mut fds, left.as_ref()) {
            Ok(0) => return Err(None),
            Err(Errno::INTR) => continue,
            Ok(_) => {}
            Err(error) => return Err(Some(os_reason(&error.into()))),
        }
        match stdout.read(&mut chunk) {
            Ok(0) => return Ok(output),
            Ok(amount) => output.extend_from_slice(&chunk[..amount]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Some(os_reason(&error))),
        }
        if output.len() > OUTPUT_LIMIT {
            let limit = OUTPUT_LIMIT >> 20;
            return Err(Some(format!("it printed more than {limit} MiB")));
        }
    }
}
