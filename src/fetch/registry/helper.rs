//! Credential helpers: `docker-credential-NAME` programs that keep logins (docker/docker-credential-helpers).

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::error::Error;
use dq_text::one_line;
use dq_text::os_reason;

/// The user name that says the secret is a token.
const TOKEN: &str = "<token>";
/// What a helper says where it has nothing.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// The login that a helper has for a registry.
pub fn get(helper: &str, registry: &str) -> Result<Option<Value>, Error> {
    let Some(answer) = ask(helper, "get", registry)? else {
        return Ok(None);
    };
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    let (user, secret) = (text("Username"), text("Secret"));
    Ok(Some(match user {
        TOKEN => json!({"identitytoken": secret, "serveraddress": registry}),
        user => json!({"username": user, "password": secret, "serveraddress": registry}),
    }))
}

/// The registries that a helper knows.
pub fn list(helper: &str) -> Result<Vec<String>, Error> {
    let answer = ask(helper, "list", "")?.unwrap_or_default();
    let known = answer.as_object().into_iter().flatten();
    Ok(known.map(|(registry, _)| registry.clone()).collect())
}

/// Runs a helper; what it says is a secret and never part of an error.
fn ask(helper: &str, action: &str, input: &str) -> Result<Option<Value>, Error> {
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
        // A helper that does not read says with its exit code what it thinks.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child
        .wait_with_output()
        .map_err(|error| failed(&os_reason(&error)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        return match said.trim() {
            NOT_FOUND => Ok(None),
            _ => Err(failed(&output.status.to_string())),
        };
    }
    serde_json::from_slice(&output.stdout)
        .map(Some)
        .map_err(|_| failed("what it printed is not JSON"))
}
