//! What `--generate` prints: the shells' completion scripts, and the manual page.

mod manual;

use crate::error::Error;

/// What can be generated.
pub const KINDS: &[&str] = &[
    "bash",
    "zsh",
    "fish",
    "elvish",
    "nushell",
    "powershell",
    "man",
];

/// A completion script or the manual page.
///
/// # Errors
/// A usage error for a kind that is not among [`KINDS`].
pub fn generate(kind: &str) -> Result<String, Error> {
    let text = match kind {
        "bash" => include_str!("../completions/dq.bash"),
        "zsh" => include_str!("../completions/_dq"),
        "fish" => include_str!("../completions/dq.fish"),
        "elvish" => include_str!("../completions/dq.elv"),
        "powershell" => include_str!("../completions/_dq.ps1"),
        "nushell" => include_str!("../completions/dq.nu"),
        "man" => return Ok(manual::page()),
        _ => {
            return Err(Error::Usage {
                message: format!("cannot generate {kind}"),
                hint: Some(format!("dq can generate {}", KINDS.join(", "))),
            });
        }
    };
    Ok(text.to_owned())
}
