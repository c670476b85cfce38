//! What `--generate` prints: the shells' completion scripts, and the manual page.

mod manual;

/// What can be generated.
pub const KINDS: &[&str] = &["bash", "zsh", "fish", "elvish", "powershell", "man"];

/// A script for a shell or the manual page; `None` for what is none of [`KINDS`].
pub fn generate(kind: &str) -> Option<String> {
    let text = match kind {
        "bash" => include_str!("../completions/dq.bash"),
        "zsh" => include_str!("../completions/_dq"),
        "fish" => include_str!("../completions/dq.fish"),
        "elvish" => include_str!("../completions/dq.elv"),
        "powershell" => include_str!("../completions/_dq.ps1"),
        "man" => return Some(manual::page()),
        _ => return None,
    };
    Some(text.to_owned())
}
