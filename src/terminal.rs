//! What the output streams are: terminals or not, coloured or not. Decided once, stdout and stderr apart.

use crate::environment::Variables;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd};

/// When to use colours (`--color`, `-C`, `-M`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorWhen {
    /// Where the environment and the stream say so.
    #[default]
    Auto,
    /// Whatever the environment says.
    Always,
    /// Not at all.
    Never,
}

/// The two output streams.
#[derive(Clone, Debug)]
pub struct Terminal {
    pub stdout: Stream,
    pub stderr: Stream,
}

/// One output stream.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Somebody reads along: flush early, let no control character through.
    pub is_terminal: bool,
    /// Write colours.
    pub color: bool,
    /// Columns of the terminal; `None` where it is none.
    pub width: Option<usize>,
}

/// The width of a terminal that does not tell its own.
const USUAL_WIDTH: usize = 80;

/// Looks at both streams, with the environment as `var` gives it.
pub fn detect(when: ColorWhen, env: Variables) -> Terminal {
    let stream = |fd: &dyn AsFd, is_terminal: bool| Stream {
        is_terminal,
        color: wants_color(when, env, is_terminal),
        width: is_terminal.then(|| width(env, fd.as_fd())),
    };
    Terminal {
        stdout: stream(&io::stdout(), io::stdout().is_terminal()),
        stderr: stream(&io::stderr(), io::stderr().is_terminal()),
    }
}

/// `COLUMNS` where it is set, as in POSIX; else what the terminal says.
fn width(env: Variables, terminal: BorrowedFd) -> usize {
    let columns = env("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
    let asked = || rustix::termios::tcgetwinsize(terminal).ok();
    columns
        .or_else(|| asked().map(|size| usize::from(size.ws_col)))
        .filter(|width| *width > 0)
        .unwrap_or(USUAL_WIDTH)
}

/// The first of these that speaks decides: the option, `NO_COLOR`, `FORCE_COLOR` and `CLICOLOR_FORCE`,
/// `CLICOLOR` and `TERM`, the stream. A variable that is empty is as good as unset.
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
    fn colour_is_decided_by_the_first_that_speaks() {
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
