//! The JSON reader: against serde_json, and against itself in pieces and on another thread.

use dq_json::read::{ByteSource, InputBuffer, ReadAhead, ValueReader, from_slice};

use crate::Target;
use crate::pieces::Pieces;

const SEEDS: &[&str] = &[
    "{\"a\":[1,2.5e-3,-0,1E400,null,true,false],\"b\":{\"c\":\"\\u00e9\\ud83d\\ude00\\n\\\\\"},\"a\":[]}",
    "[[[[1]]]] \"x\" 12 {} [] \u{1e}{\"a\":1}\n{\"a\":2}\n",
    "\u{feff}[9223372036854775808,-9223372036854775808,1.7976931348623157e308,0.1e-400,123456789012345678901234567890]",
    "{\"key\":\"\\ud800\",\"\\u0000\":\"\u{2028}\u{7f}\",\"\":{\"\":{}}}",
    "[1,2,]{\"a\" 1}nul tru falsee -01 1. .5 +1 NaN \"\t\"",
];

pub const READER: Target = Target {
    name: "json",
    run: reader,
    seeds: SEEDS,
    runs_programs: false,
};
pub const CHUNKS: Target = Target {
    name: "json-chunks",
    run: chunks,
    seeds: SEEDS,
    runs_programs: false,
};

/// The errors of serde_json about texts that dq takes on purpose, as jq does.
const TAKEN: [&str; 5] = [
    "out of range",
    "surrogate",
    "hex escape",
    "unicode code point",
    "control character",
];

/// What dq takes for numbers, as jq does.
const NO_NUMBERS: [&str; 2] = ["nan", "inf"];

/// The same texts are valid, and mean the same.
fn reader(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        let _ = from_slice(data);
        return;
    };
    if text.contains(['\u{1e}', '\u{feff}', '\u{7f}']) {
        let _ = from_slice(data);
        return;
    }
    let theirs: Result<serde_json::Value, _> = serde_json::from_str(text);
    match (from_slice(data), theirs) {
        (Ok(ours), Ok(theirs)) => {
            let printed = ours.to_json();
            let again: serde_json::Value =
                serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
            assert!(is_same(&again, &theirs), "{printed} of {theirs}");
        }
        (Err(_), Err(_)) => {}
        (Err(ours), Ok(_)) => {
            assert!(
                ours.to_string().contains("depth"),
                "only dq refuses it: {ours}"
            );
        }
        (Ok(_), Err(theirs)) => {
            let theirs = theirs.to_string();
            let lower = text.to_ascii_lowercase();
            assert!(
                TAKEN.iter().any(|why| theirs.contains(why))
                    || NO_NUMBERS.iter().any(|name| lower.contains(name)),
                "only dq takes it: {theirs}"
            );
        }
    }
}

/// Whether two values are equal, numbers by their value: dq writes some as jq does.
fn is_same(ours: &serde_json::Value, theirs: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (ours, theirs) {
        (Array(ours), Array(theirs)) => {
            let pairs = || ours.iter().zip(theirs);
            ours.len() == theirs.len() && pairs().all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Object(ours), Object(theirs)) => {
            let mut pairs = ours.iter().zip(theirs);
            let is_same = |((our_key, ours), (their_key, theirs)): (_, _)| {
                our_key == their_key && is_same(ours, theirs)
            };
            ours.len() == theirs.len() && pairs.all(is_same)
        }
        (Number(ours), Number(theirs)) => {
            let number = |text: String| {
                text.parse()
                    .map_or(f64::NAN, |it: f64| it.clamp(f64::MIN, f64::MAX))
            };
            ours == theirs || number(ours.to_string()) == number(theirs.to_string())
        }
        _ => ours == theirs,
    }
}

/// Values and the error, as text.
fn outcome(source: impl ByteSource) -> Vec<String> {
    let mut reader = ValueReader::new(source);
    let mut outcome = Vec::new();
    while let Some(value) = reader.next_value() {
        match value {
            Ok(value) => outcome.push(value.to_json()),
            Err(error) => {
                outcome.push(format!("error: {error}"));
                break;
            }
        }
    }
    outcome
}

/// What the other thread delivers.
struct Ahead(ReadAhead);

impl std::io::Read for Ahead {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

impl ByteSource for Ahead {
    fn fill_buffer(&mut self, buffer: &mut InputBuffer) -> std::io::Result<()> {
        self.0.recv(buffer)
    }

    fn simd_threshold(&self) -> usize {
        0
    }
}

/// The outcome does not depend on how the bytes arrive, nor on who indexes them.
fn chunks(data: &[u8]) {
    let whole = outcome(data);
    for (most, indexes) in [(1, false), (1, true), (7, true), (200, true), (200, false)] {
        let pieces = outcome(Pieces::new(data, most, indexes));
        assert_eq!(whole, pieces, "pieces of {most}, indexed: {indexes}");
    }
    // A thread takes longer than all of the above.
    if data.first().is_some_and(|byte| byte.is_multiple_of(16)) {
        let ahead = ReadAhead::spawn(Box::new(Pieces::new(data, 50, true)), 0, &[]);
        let ahead = ahead.unwrap_or_else(|_| panic!("no thread"));
        assert_eq!(whole, outcome(Ahead(ahead)), "on another thread");
    }
}
