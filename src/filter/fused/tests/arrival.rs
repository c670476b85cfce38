//! Texts that are scanned by a structural index, built on this thread or another, give the same outputs and errors as
//! texts of which so few bytes are read at a time that they are scanned byte by byte.

use super::random::{Random, repeated, text};
use super::{SlowSource, ThreadedSource, run, run_on};

/// Filters that use all, some and none of a text.
const FILTERS: [&str; 8] = [
    ".",
    ".[]",
    ".[] | .a",
    "length",
    ".a",
    "{a, c}",
    "select(.a == 1) | .b.aa",
    ".[] | {a: .b.aa, c}",
];

/// Fewer bytes than a block of the structural index.
const LESS_THAN_A_BLOCK: u64 = 60;

/// Insertions that break a text or change its meaning.
const CHANGES: [&str; 24] = [
    "\\", "\"", "\\\"", "{", "}", "[", "]", ":", ",", "0", "-", ".", "e", "t", "null", " ", "\n",
    "\u{1}", "\u{c}", "\u{1a}", "\u{1e}", "\u{7f}", "é", "\\u12",
];

/// Objects most of which have the same tokens and keys.
fn records(random: &mut Random) -> Vec<String> {
    let keys: Vec<_> = (0..5)
        .map(|_| random.pick(&["a", "b", "c", "aa", "a long key of its own"]))
        .collect();
    let record = |random: &mut Random| {
        let mut scalar = || {
            random.pick(&[
                "1", "1", "-2.5e3", "\"x\"", "\"\\n\"", "true", "null", "01", "tru",
            ])
        };
        let (one, two, three) = (scalar(), scalar(), scalar());
        let key = |at: usize| match keys[at] {
            "a" if one == "null" => "\\u0061",
            key => key,
        };
        format!(
            "{{\"{}\":{one},\"{}\":{{\"{}\":{two},\"{}\":[{one}, {{}}]}},\"{}\":{three}}}",
            key(0),
            key(1),
            key(2),
            key(3),
            key(4),
        )
    };
    (0..random.below(60)).map(|_| record(random)).collect()
}

/// A random text of many values, in an array or in sequence, sometimes with an error.
fn long_text(random: &mut Random) -> String {
    let values: Vec<_> = match random.below(2) {
        0 => records(random),
        _ => (0..random.below(60)).map(|_| text(random, 3)).collect(),
    };
    let padding = "\\".repeat(2 * random.below(40) as usize);
    let values = values.join(random.pick(&[",", ",", " , ", ",\"\",", ",\n    ", "\n", " "]));
    let mut whole = match random.below(4) {
        0 => format!("[\"{padding}\",{values}]"),
        1 => format!("[{values}]"),
        2 => values,
        _ => format!("{{\"a\":\"{padding}\",\"b\":[{values}]}} {values}"),
    };
    for _ in 0..random.below(3) {
        let place = whole.floor_char_boundary(random.below(whole.len() as u64 + 1) as usize);
        let end = match random.below(2) {
            0 => place,
            _ => whole.ceil_char_boundary((place + 1).min(whole.len())),
        };
        whole.replace_range(place..end, random.pick(&CHANGES));
    }
    whole
}

fn compare(random: &mut Random) -> Result<(), String> {
    let text = long_text(random);
    let filter = random.pick(&FILTERS);
    let slowly = run(
        filter,
        &text,
        1 + random.below(LESS_THAN_A_BLOCK) as usize,
        true,
    )?;
    let length = text.len() as u64 + 1;
    for size in [usize::MAX, 64 + random.below(length) as usize] {
        let fast = run(filter, &text, size, true)?;
        if fast != slowly {
            return Err(format!(
                "{filter}\non {text:?} by {size} bytes\nindexed: {fast:?}\nbyte by byte: {slowly:?}"
            ));
        }
    }
    let size = 1 + random.below(length) as usize;
    let first = random.below(length) as usize;
    let handed = ThreadedSource {
        drip: Some(SlowSource::new(&text, size)),
        first,
        pages: None,
    };
    let fast = run_on(filter, Box::new(handed), true)?;
    if fast != slowly {
        return Err(format!(
            "{filter}\non {text:?} by {size} bytes, by a thread after {first}\nindexed: {fast:?}\nbyte by byte: {slowly:?}"
        ));
    }
    Ok(())
}

#[test]
fn the_structural_index_agrees_with_the_scanner() {
    let seed = repeated(|seed| {
        if let Err(difference) = compare(&mut Random::new(seed)) {
            panic!("seed {seed}: {difference}");
        }
    });
    println!("texts compared up to seed {seed}");
}
