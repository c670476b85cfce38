//! Whether stdout and stderr are terminals, how wide, and whether to colour them. Decided once, for each separately.

use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd};

use crate::environment::Variables;

/// When to use colours (`--color`, `-C`, `-M`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorWhen {
    /// As the environment and the stream decide.
    #[default]
    Auto,
    /// Regardless of the environment.
    Always,
    /// Never.
    Never,
}

/// The two output streams.
#[derive(Clone, Debug)]
pub struct Terminal {
    pub stdout: OutputStream,
    pub stderr: OutputStream,
}

/// One output stream.
#[derive(Clone, Debug)]
pub struct OutputStream {
    /// Whether it is a terminal: then output is flushed early and control characters are escaped.
    pub is_terminal: bool,
    /// Whether to write colours.
    pub color: bool,
    /// The width in columns; `None` if it is not a terminal.
    pub width: Option<usize>,
}

/// The width in columns of a terminal whose size is unknown.
const DEFAULT_WIDTH: usize = 80;

/// Examines both streams. `env` looks up environment variables.
pub fn detect(when: ColorWhen, env: Variables) -> Terminal {
    let stream = |fd: &dyn AsFd, is_terminal: bool| OutputStream {
        is_terminal,
        color: wants_color(when, env, is_terminal),
        width: is_terminal.then(|| width(env, fd.as_fd())),
    };
    Terminal {
        stdout: stream(&io::stdout(), io::stdout().is_terminal()),
        stderr: stream(&io::stderr(), io::stderr().is_terminal()),
    }
}

/// `COLUMNS` if it is set (POSIX, Environment Variables), else the window size of the terminal.
fn width(env: Variables, terminal: BorrowedFd) -> usize {
    let columns = env("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
    let window_size = || rustix::termios::tcgetwinsize(terminal).ok();
    columns
        .or_else(|| window_size().map(|size| usize::from(size.ws_col)))
        .filter(|width| *width > 0)
        .unwrap_or(DEFAULT_WIDTH)
}

/// The first of these that is set decides: the option, `NO_COLOR` (no-color.org), `FORCE_COLOR` and `CLICOLOR_FORCE`,
/// `CLICOLOR` and `TERM` (bixense.com/clicolors), the stream. An empty variable counts as unset.
fn wants_color(when: ColorWhen, env: Variables, is_terminal: bool) -> bool {
    let value = |name| env(name).filter(|value| !value.is_empty());
    let is = |name, expected: &str| value(name).is_some_and(|value| value == expected);
    let forces = |name| value(name).is_some_and(|value| value != "0");
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto if value("NO_COLOR").is_some() => false,
        ColorWhen::Auto if forces("FORCE_COLOR") || forces("CLICOLOR_FORCE") => true,
        ColorWhen::Auto if is("CLICOLOR", "0") || is("TERM", "dumb") => false,
        ColorWhen::Auto => is_terminal,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    /// Variables as `NAME=value` words.
    fn lookup(variables: &str) -> impl Fn(&str) -> Option<OsString> {
        let variables: Vec<(String, String)> = variables
            .split_whitespace()
            .map(|word| word.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        move |name| {
            variables
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into())
        }
    }

    #[test]
    fn the_first_setting_decides_about_colour() {
        use ColorWhen::{Always, Auto, Never};
        let cases = [
            // option, environment, off a terminal, on a terminal
            (Auto, "", false, true),
            (Auto, "TERM=xterm CLICOLOR=1", false, true),
            (Auto, "NO_COLOR=1", false, false),
            (Auto, "NO_COLOR=", false, true),
            (Auto, "NO_COLOR=0", false, false),
            (
                Auto,
                "NO_COLOR=1 FORCE_COLOR=1 CLICOLOR_FORCE=1",
                false,
                false,
            ),
            (Auto, "FORCE_COLOR=1", true, true),
            (Auto, "FORCE_COLOR=3 TERM=dumb", true, true),
            (Auto, "FORCE_COLOR=0", false, true),
            (Auto, "FORCE_COLOR=", false, true),
            (Auto, "CLICOLOR_FORCE=1 CLICOLOR=0", true, true),
            (Auto, "CLICOLOR_FORCE=0 CLICOLOR=0", false, false),
            (Auto, "CLICOLOR=0", false, false),
            (Auto, "TERM=dumb", false, false),
            (Always, "NO_COLOR=1 TERM=dumb", true, true),
            (Never, "FORCE_COLOR=1", false, false),
        ];
        for (when, variables, piped, on_terminal) in cases {
            let var = lookup(variables);
            assert_eq!(
                wants_color(when, &var, false),
                piped,
                "{when:?} {variables}, piped"
            );
            assert_eq!(
                wants_color(when, &var, true),
                on_terminal,
                "{when:?} {variables}, terminal"
            );
        }
    }
}
