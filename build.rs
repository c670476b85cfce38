//! Leaves the unwinder's index out of a release build, and sets what `dq --version` prints besides the version: `DQ_TARGET`, the target triple, and `DQ_COMMIT`, empty where
//! there is no git repository.
//!
//! The time of the build is not recorded, so that building a commit twice gives the same binary.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = env::var("TARGET").unwrap_or_default();
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if is_release && target == "x86_64-unknown-linux-gnu" {
        // The table of contents of the unwinder, 76 KB: a release build aborts instead of unwinding.
        println!("cargo::rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
    }
    println!("cargo::rustc-env=DQ_TARGET={target}");
    println!(
        "cargo::rustc-env=DQ_COMMIT={}",
        commit().unwrap_or_default()
    );
}

/// The commit's abbreviated hash and its date: `abc123456 2026-11-28`.
fn commit() -> Option<String> {
    // The sources may lie in a folder of another repository, as `cargo package` unpacks them.
    let top = git(&["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != env::current_dir().ok()?.canonicalize().ok()? {
        return None;
    }
    watch();
    git(&["log", "-1", "--abbrev=9", "--format=%h %cs"])
}

/// Makes cargo run this script again after a commit or a checkout. Cargo would run it on every build if one of the
/// files did not exist: a branch has no file of its own once git has packed its refs.
fn watch() {
    let branch = git(&["symbolic-ref", "-q", "HEAD"]);
    for name in [Some("HEAD".into()), Some("logs/HEAD".into()), branch] {
        let path = name.and_then(|name| git(&["rev-parse", "--git-path", &name]));
        if let Some(path) = path.filter(|path| Path::new(path).exists()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
}

/// The output of a git command; `None` if it fails or if there is no git.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}
