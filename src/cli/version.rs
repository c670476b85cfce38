//! What `-V` and `--version` print.

/// One line: `dq 0.1.0`.
pub fn short() -> String {
    concat!("dq ", env!("CARGO_PKG_VERSION"), "\n").into()
}

/// The same line, then the commit and the target triple, both set by build.rs. The line of the commit is left out of
/// builds outside a git repository, such as those of a published package.
pub fn long() -> String {
    let commit = match env!("DQ_COMMIT") {
        "" => String::new(),
        commit => format!("commit: {commit}\n"),
    };
    format!("{}{commit}target: {}\n", short(), env!("DQ_TARGET"))
}
