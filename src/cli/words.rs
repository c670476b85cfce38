//! Tells options from words by jq's rule: an option starts with `--`, or with `-` and a letter.
//!
//! So `-1` and `'-.5 + 1'` are filters. clap sees the options only.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use super::options::{self, Opt};

/// How the words after the filter are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// As file names, until `--args` or `--jsonargs`.
    Files,
    Text,
    Json,
}

/// A word that is not an option.
#[derive(Clone, Debug)]
pub struct Word {
    pub text: OsString,
    mode: Mode,
}

impl Word {
    /// A word that was not typed: a filter.
    pub fn filter(text: &str) -> Self {
        Self {
            text: text.into(),
            mode: Mode::Files,
        }
    }

    /// Whether the word names a file when it follows the filter.
    pub fn is_file(&self) -> bool {
        self.mode == Mode::Files
    }

    /// Whether the word is JSON, because it follows `--jsonargs`.
    pub fn is_json(&self) -> bool {
        self.mode == Mode::Json
    }
}

/// A command line, split into options and words.
pub struct Split {
    /// The options with their values, a program name for clap in front.
    pub options: Vec<OsString>,
    /// The options that occur; `None` where one is unknown.
    pub typed: Option<Vec<&'static Opt>>,
    pub words: Vec<Word>,
    /// The command of `--exec`, behind `--`.
    pub command: Vec<OsString>,
}

/// Separates the options, with their values, from the words.
pub fn split(args: impl Iterator<Item = OsString>) -> Split {
    let mut split = Split {
        options: vec![OsString::from("dq")],
        typed: Some(Vec::new()),
        words: Vec::new(),
        command: Vec::new(),
    };
    let mut mode = Mode::Files;
    let mut args = args.peekable();
    let mut lacks_program = false;
    while let Some(arg) = args.next() {
        let (arg, is_deferred) = from_file_last(arg, args.peek().map(OsString::as_os_str));
        lacks_program |= is_deferred;
        match arg.as_bytes() {
            b"-" if is_deferred => {}
            b"--" if split.runs_command() => split.command.extend(args.by_ref()),
            b"--" => {
                let rest = args.by_ref().map(|text| Word { text, mode });
                split.words.extend(rest);
            }
            b"--args" => mode = Mode::Text,
            b"--jsonargs" => mode = Mode::Json,
            [b'-', b'-', ..] | [b'-', b'a'..=b'z' | b'A'..=b'Z', ..] => {
                let values = split.option(&arg);
                split.options.push(arg);
                split.options.extend(args.by_ref().take(values));
            }
            _ => split.words.push(Word { text: arg, mode }),
        }
    }
    if lacks_program {
        split.add_program();
    }
    split
}

/// In jq, `-f` is a flag, and the file is the first word. Here it takes the word behind it, so a cluster of options
/// (`-fr FILE`) is rewritten with the `f` at its end, if a file is behind it and there is no file `r`. If an option or
/// nothing is behind the `-f`, it is removed from the cluster: the answer is `true`, and `-` where nothing remains.
fn from_file_last(arg: OsString, next: Option<&OsStr>) -> (OsString, bool) {
    let [b'-', letters @ ..] = arg.as_bytes() else {
        return (arg, false);
    };
    let Some(at) = letters.iter().position(|letter| *letter == b'f') else {
        return (arg, false);
    };
    let (before, behind) = (&letters[..at], &letters[at + 1..]);
    let others = [b"-", before, behind].concat();
    if !others[1..].iter().all(is_flag) || Path::new(OsStr::from_bytes(behind)).is_file() {
        return (arg, false);
    }
    let is_option = |word: &OsStr| matches!(word.as_bytes(), [b'-', c, ..] if *c == b'-' || c.is_ascii_alphabetic());
    match next {
        Some(next) if Path::new(next).exists() => {
            (OsString::from_vec([&others[..], b"f"].concat()), false)
        }
        Some(next) if !is_option(next) => (arg, false),
        None if !behind.is_empty() => (arg, false),
        _ => (OsString::from_vec(others), true),
    }
}

/// Whether the letter is an option that takes no value.
fn is_flag(letter: &u8) -> bool {
    let letter = Some(char::from(*letter));
    options::all().any(|option| option.short == letter && option.values.is_empty())
}

impl Split {
    /// Whether a command stands behind `--`.
    fn runs_command(&self) -> bool {
        let is_exec = |option: &OsString| option == "--exec" || starts_with(option, "--exec=");
        self.options.iter().any(is_exec)
    }

    /// Adds the `-f` that had no file behind it, with the first word if that is a file.
    fn add_program(&mut self) {
        self.record(|option| option.short == Some('f'));
        self.options.push("-f".into());
        let first = self.words.first().map(|word| Path::new(&word.text));
        if first.is_some_and(Path::is_file) {
            self.options.push(self.words.remove(0).text);
        }
    }

    /// Records an option or a cluster of options; returns how many of the following arguments are its values.
    fn option(&mut self, option: &OsStr) -> usize {
        let text = option.to_string_lossy();
        if let Some(long) = text.strip_prefix("--") {
            let name = long.split('=').next().unwrap_or(long);
            let known = self.record(|option| option.is_called(name));
            return known.filter(|_| name == long).map_or(0, Opt::values_behind);
        }
        let letters: Vec<char> = text.chars().skip(1).collect();
        for (i, letter) in letters.iter().enumerate() {
            let known = self.record(|option| option.short == Some(*letter));
            match known.map(|option| (option.values.len(), option.values_behind())) {
                Some((0, _)) | None => {}
                // `-Ldir`: the value is the rest of the cluster.
                Some((_, count)) => {
                    return count.saturating_sub(usize::from(i + 1 < letters.len()));
                }
            }
        }
        0
    }

    fn record(&mut self, is_meant: impl Fn(&Opt) -> bool) -> Option<&'static Opt> {
        let found = options::all().find(|option| is_meant(option));
        match (found, &mut self.typed) {
            (Some(option), Some(typed)) => {
                if !typed.iter().any(|known| known.long == option.long) {
                    typed.push(option);
                }
            }
            _ => self.typed = None,
        }
        found
    }
}

fn starts_with(text: &OsStr, start: &str) -> bool {
    text.as_bytes().starts_with(start.as_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_command_stands_behind_exec() {
        let words = ["--exec", "web", ".line", "--", "ls", "--", "-l"];
        let split = split(words.map(OsString::from).into_iter());
        assert_eq!(split.command, ["ls", "--", "-l"]);
        assert_eq!(split.words.len(), 1);
    }

    fn separated(line: &str) -> (String, String) {
        let Split { options, words, .. } = split(line.split_whitespace().map(OsString::from));
        let words = words.iter().map(|word| {
            word.text.to_string_lossy().into_owned()
                + if word.mode == Mode::Files { "" } else { "!" }
        });
        let options = options[1..]
            .iter()
            .map(|option| option.to_string_lossy().into_owned());
        (
            options.collect::<Vec<_>>().join(" "),
            words.collect::<Vec<_>>().join(" "),
        )
    }

    #[test]
    fn options_and_words_are_separated_as_in_jq() {
        let cases = [
            ("-c . a.json", "-c", ". a.json"),
            (". -1", "", ". -1"),
            ("-.5 x", "", "-.5 x"),
            ("-nr . f", "-nr", ". f"),
            ("--arg a -1 .", "--arg a -1", "."),
            ("-L dir .", "-L dir", "."),
            ("-Ldir .", "-Ldir", "."),
            ("-nL dir .", "-nL dir", "."),
            ("--indent=3 .", "--indent=3", "."),
            ("--indent 3 .", "--indent 3", "."),
            (". --args a -b b", "-b", ". a! b!"),
            ("-- -c .", "", "-c ."),
            ("/x - -c", "-c", "/x -"),
            ("--zzz /x", "--zzz", "/x"),
            ("--tlscacert ca.pem /x", "--tlscacert ca.pem", "/x"),
            ("--tlsverify /x", "--tlsverify", "/x"),
            ("-k /x", "-k", "/x"),
            ("-fr Cargo.toml /x", "-rf Cargo.toml", "/x"),
            ("-nfr Cargo.toml /x", "-nrf Cargo.toml", "/x"),
            ("-f -r Cargo.toml /x", "-r -f Cargo.toml", "/x"),
            ("-cf -r Cargo.toml /x", "-c -r -f Cargo.toml", "/x"),
            ("-f -- Cargo.toml -x", "-f Cargo.toml", "-x"),
            ("Cargo.toml x -rf", "-r -f Cargo.toml", "x"),
            ("-fr p /x", "-fr", "p /x"),
            ("-fsSL http://x", "-fsSL", "http://x"),
            ("logs web -f", "-f", "logs web"),
            ("rm -f web", "-f web", "rm"),
        ];
        for (line, options, words) in cases {
            assert_eq!(separated(line), (options.into(), words.into()), "{line}");
        }
    }
}
