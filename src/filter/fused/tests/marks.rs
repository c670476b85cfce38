//! Texts long enough to be gone through from mark to mark, whoever finds the marks, give what they give when their bytes
//! come a few at a time, which are gone through one by one.

use super::random::{Chance, repeated, text};
use super::{Drip, Handed, run, run_on};

/// Filters that look at all, at some and at none of it.
const FILTERS: [&str; 4] = [".", ".[]", ".[] | .a", "length"];

/// Fewer bytes at a time than a block has.
const FEW: u64 = 60;

/// What is put in anywhere, to break the text or to change what it means.
const CHANGES: [&str; 24] = [
    "\\", "\"", "\\\"", "{", "}", "[", "]", ":", ",", "0", "-", ".", "e", "t", "null", " ", "\n",
    "\u{1}", "\u{c}", "\u{1a}", "\u{1e}", "\u{7f}", "é", "\\u12",
];

/// Many values in an array, or one after the other, now and then with something wrong somewhere.
fn long_text(chance: &mut Chance) -> String {
    let values: Vec<_> = (0..chance.below(60)).map(|_| text(chance, 3)).collect();
    let padding = "\\".repeat(2 * chance.below(40) as usize);
    let values = values.join(chance.pick(&[",", ",", " , ", ",\"\",", ",\n    "]));
    let mut whole = match chance.below(3) {
        0 => format!("[\"{padding}\",{values}]"),
        1 => format!("[{values}]"),
        _ => format!("{{\"a\":\"{padding}\",\"b\":[{values}]}} {values}"),
    };
    for _ in 0..chance.below(3) {
        let place = whole.floor_char_boundary(chance.below(whole.len() as u64 + 1) as usize);
        let end = match chance.below(2) {
            0 => place,
            _ => whole.ceil_char_boundary((place + 1).min(whole.len())),
        };
        whole.replace_range(place..end, chance.pick(&CHANGES));
    }
    whole
}

fn compare(chance: &mut Chance) -> Result<(), String> {
    let text = long_text(chance);
    let filter = chance.pick(&FILTERS);
    let slowly = run(filter, &text, 1 + chance.below(FEW) as usize, true)?;
    let length = text.len() as u64 + 1;
    for size in [usize::MAX, 64 + chance.below(length) as usize] {
        let fast = run(filter, &text, size, true)?;
        if fast != slowly {
            return Err(format!(
                "{filter}\non {text:?} by {size} bytes\nfrom mark to mark: {fast:?}\nbyte by byte: {slowly:?}"
            ));
        }
    }
    let size = 1 + chance.below(length) as usize;
    let first = chance.below(length) as usize;
    let handed = Handed {
        drip: Some(Drip::new(&text, size)),
        first,
        pages: None,
    };
    let fast = run_on(filter, Box::new(handed), true)?;
    if fast != slowly {
        return Err(format!(
            "{filter}\non {text:?} by {size} bytes, by a thread behind {first}\nfrom mark to mark: {fast:?}\nbyte by byte: {slowly:?}"
        ));
    }
    Ok(())
}

#[test]
fn random_texts_are_the_same_from_mark_to_mark() {
    let seed = repeated(|seed| {
        if let Err(difference) = compare(&mut Chance::new(seed)) {
            panic!("seed {seed}: {difference}");
        }
    });
    println!("texts compared up to seed {seed}");
}
