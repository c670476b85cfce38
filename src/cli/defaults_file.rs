//! The user's options file: options that apply unless the command line says otherwise, one to a line.

use std::ffi::OsString;
use std::time::Duration;

use super::explain::explain;
use super::parsed_options::ParsedOptions;
use super::read;
use super::words;
use crate::terminal::ColorWhen;

/// What the options file says; what it does not name is unset.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    pub color: Option<ColorWhen>,
    /// At most one of these two is set.
    pub indent: Option<u8>,
    pub tab: bool,
    pub sort_keys: bool,
    pub wide: bool,
    pub connect_timeout: Option<Duration>,
    pub retry: Option<u32>,
    pub read_only: bool,
}

/// A line that is no option which may be a default.
#[derive(Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Counted from 1.
    pub number: usize,
    pub message: String,
}

/// Appearance and patience. The host, the request and the format are for the command line alone: no default may make a
/// command line fail that works without it.
const ALLOWED: [&str; 10] = [
    "color",
    "color-output",
    "monochrome-output",
    "indent",
    "tab",
    "sort-keys",
    "wide",
    "connect-timeout",
    "retry",
    "read-only",
];

impl Defaults {
    /// Reads the text: one option to a line, its value behind `=` or a space. Of two that exclude each other the later
    /// one applies. Empty lines and those that begin with `#` are skipped.
    ///
    /// # Errors
    /// The first line that is not such an option.
    pub fn read(text: &str) -> Result<Self, BadLine> {
        let mut defaults = Self::default();
        let lines = text.lines().map(str::trim).enumerate();
        for (at, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            defaults.add(line).map_err(|message| BadLine {
                number: at + 1,
                message,
            })?;
        }
        Ok(defaults)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let options = parsed(line)?;
        if ["color", "color-output", "monochrome-output"]
            .iter()
            .any(|it| options.was_typed(it))
        {
            self.color = read::color(&options)?;
        }
        if options.was_typed("indent") || options.was_typed("tab") {
            self.indent = read::indent(&options)?;
            self.tab = read::tab(&options)?;
        }
        self.sort_keys |= options.get_flag("sort-keys");
        self.wide |= options.get_flag("wide");
        let fetch = read::fetch(&options)?;
        self.connect_timeout = fetch.connect_timeout.or(self.connect_timeout);
        self.retry = fetch.request.retry.or(self.retry);
        self.read_only |= fetch.request.read_only;
        Ok(())
    }
}

/// The option of one line, if it may be a default.
fn parsed(line: &str) -> Result<ParsedOptions, String> {
    let parts = line.split_once(char::is_whitespace);
    let parts = parts.map_or(vec![line], |(option, value)| vec![option, value.trim()]);
    let split = words::split(parts.into_iter().map(OsString::from));
    if let Some(typed) = &split.typed {
        let word = split.words.first().map(|it| it.text.to_string_lossy());
        if let Some(word) = word.or(typed.is_empty().then_some(line.into())) {
            return Err(format!("{word} is no option"));
        }
    }
    let known = split.typed.iter().flatten();
    if let Some(other) = known.map(|it| it.long).find(|it| !ALLOWED.contains(it)) {
        return Err(format!("--{other} cannot be a default"));
    }
    ParsedOptions::parse(&split.options, split.typed).map_err(|error| explain(&error).message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_option() {
        let text = "# looks\n\n  --color=never\n--indent 4\n-S\n  # patience\n--connect-timeout 2.5\n--retry  3 \n--read-only\n";
        let expected = Defaults {
            color: Some(ColorWhen::Never),
            indent: Some(4),
            sort_keys: true,
            connect_timeout: Some(Duration::from_millis(2500)),
            retry: Some(3),
            read_only: true,
            ..Defaults::default()
        };
        assert_eq!(Defaults::read(text), Ok(expected));
    }

    #[test]
    fn the_later_of_two_applies() {
        let read = |text| Defaults::read(text).unwrap();
        assert_eq!(read("--tab\n--indent 1"), read("--indent=1"));
        assert_eq!(read("--indent 1\n--tab"), read("--tab"));
        assert_eq!(read("-C\n-M"), read("--color never"));
        assert_eq!(read("-S\r\n--wide\r\n"), read("-S\n--wide"));
    }

    #[test]
    fn a_bad_line_is_named() {
        let cases = [
            (
                "-S\n--indent 9",
                2,
                "--indent takes a number from 0 to 7, not 9",
            ),
            ("--output yaml", 1, "--output cannot be a default"),
            ("-Sr", 1, "--raw-output cannot be a default"),
            ("--host x", 1, "--host cannot be a default"),
            ("\n\n--colour never", 3, "there is no option --colour"),
            ("indent 4", 1, "indent is no option"),
            ("-S .a", 1, ".a is no option"),
            ("--retry", 1, "--retry takes N"),
            ("--color", 1, "--color takes WHEN"),
            (
                "--color blue",
                1,
                "--color takes auto, always or never, not blue",
            ),
            (
                "--connect-timeout -1",
                1,
                "--connect-timeout takes a number of seconds, not -1",
            ),
            ("--help", 1, "--help cannot be a default"),
            ("--", 1, "-- is no option"),
            ("--args", 1, "--args is no option"),
        ];
        for (text, number, message) in cases {
            let message = message.to_owned();
            assert_eq!(
                Defaults::read(text),
                Err(BadLine { number, message }),
                "{text}"
            );
        }
    }
}
