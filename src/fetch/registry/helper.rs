//! Credential helpers: `docker-credential-NAME` programs that store logins (docker/docker-credential-helpers).

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::error::Error;
use dq_text::{one_line, os_reason};

/// The user name of a login whose secret is an identity token.
const TOKEN_USER: &str = "<token>";
/// A helper's message if it has no login for the registry.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// A helper's login for a registry, in the form of the API's AuthConfig; `None` if it has none.
///
/// # Errors
/// `Usage` if the helper cannot be run, fails or does not print JSON.
pub(crate) fn get(helper: &str, registry: &str) -> Result<Option<Value>, Error> {
    let Some(answer) = run(helper, "get", registry)? else {
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
pub(crate) fn list(helper: &str) -> Result<Vec<String>, Error> {
    let answer = run(helper, "list", "")?.unwrap_or_default();
    let known = answer.as_object().into_iter().flatten();
    Ok(known.map(|(registry, _)| registry.clone()).collect())
}

/// Runs a helper with an action and its standard input; `None` if it has no login. Its output is secret, and never part
/// of an error.
fn run(helper: &str, action: &str, input: &str) -> Result<Option<Value>, Error> {
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
    let mut child = Command::new(&program)
        .arg(action)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&os_reason(&error)))?;
    if let Some(mut stdin) = child.stdin.take() {
        // An error is ignored: a helper that does not read its input reports why by its exit code.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child
        .wait_with_output()
        .map_err(|error| failed(&os_reason(&error)))?;
    if !output.status.success() {
        let output_text = String::from_utf8_lossy(&output.stdout);
        return match output_text.trim() {
            NOT_FOUND => Ok(None),
            _ => Err(failed(&output.status.to_string())),
        };
    }
    serde_json::from_slice(&output.stdout)
        .map(Some)
        .map_err(|_| failed("what it printed is not JSON"))
}
