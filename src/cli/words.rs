//! Telling options and words apart as jq does: an option starts with `--`, or with `-` and a letter.
//!
//! So `-1` and `'-.5 + 1'` are filters. clap gets the options only.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::options::{self, Opt};

/// What words behind it are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Files, until `--args` or `--jsonargs` says otherwise.
    Files,
    Text,
    Json,
}

/// A word that is no option.
#[derive(Clone, Debug)]
pub struct Word {
    pub text: OsString,
    pub(super) mode: Mode,
}

/// The options with their values (and a name for clap in front), and the words.
pub fn split(args: impl Iterator<Item = OsString>) -> (Vec<OsString>, Vec<Word>) {
    let mut options = vec![OsString::from("dq")];
    let mut words = Vec::new();
    let mut mode = Mode::Files;
    let mut args = args;
    while let Some(arg) = args.next() {
        let bytes = arg.as_bytes();
        match bytes {
            b"--" => {
                words.extend(args.by_ref().map(|text| Word { text, mode }));
            }
            b"--args" => mode = Mode::Text,
            b"--jsonargs" => mode = Mode::Json,
            [b'-', b'-', ..] | [b'-', b'a'..=b'z' | b'A'..=b'Z', ..] => {
                let values = values_behind(&arg);
                options.push(arg);
                options.extend(args.by_ref().take(values));
            }
            _ => words.push(Word { text: arg, mode }),
        }
    }
    (options, words)
}

/// How many of the following arguments are values of this option or cluster of options.
fn values_behind(option: &OsStr) -> usize {
    let text = option.to_string_lossy();
    if let Some(long) = text.strip_prefix("--") {
        let known = options::all().find(|option| option.is_called(long));
        return known.map_or(0, Opt::values_behind);
    }
    let letters: Vec<char> = text.chars().skip(1).collect();
    for (i, letter) in letters.iter().enumerate() {
        let known = options::all().find(|option| option.short == Some(*letter));
        match known.map(Opt::values_behind) {
            Some(0) | None => {}
            // `-Ldir`: the value is the rest of the cluster.
            Some(count) => return count - usize::from(i + 1 < letters.len()),
        }
    }
    0
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn told_apart(line: &str) -> (String, String) {
        let (options, words) = split(line.split_whitespace().map(OsString::from));
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
    fn words_are_what_jq_takes_for_words() {
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
        ];
        for (line, options, words) in cases {
            assert_eq!(told_apart(line), (options.into(), words.into()), "{line}");
        }
    }
}
