//! Where characters of a long string have been found, so that a loop over its slices takes linear time.

use std::cell::Cell;
use std::ops::Range;

/// A position in a text, in both units.
#[derive(Clone, Copy)]
struct Position {
    bytes: usize,
    characters: usize,
}

/// What is known of a text besides its start.
#[derive(Clone, Copy)]
struct Known {
    /// The address of the text; 0 for none.
    address: usize,
    /// Where the last slice began.
    last: Position,
    /// The end of the text, or of what it was before more was appended.
    end: Position,
}

thread_local! {
    /// What is known of one text, the last one.
    static KNOWN: Cell<Known> = const { Cell::new(Known::of_new(0)) };
}

/// Forgets the text at this address, which is freed or moved.
pub(super) fn forget(address: usize) {
    if KNOWN.get().address == address {
        KNOWN.set(Known::of_new(0));
    }
}

/// The number of characters of the text at this address.
pub(super) fn char_count(address: usize, text: &str) -> usize {
    let known = Known::of(address, text);
    KNOWN.set(known);
    known.end.characters
}

/// The bytes of a range of characters of the text at this address; what is behind its end is left out.
pub(super) fn byte_range(address: usize, text: &str, characters: &Range<usize>) -> Range<usize> {
    let mut known = Known::of(address, text);
    known.last = known.find(text, characters.start);
    KNOWN.set(known);
    known.last.bytes..known.find(text, characters.end).bytes
}

impl Known {
    const fn of_new(address: usize) -> Self {
        Self {
            address,
            last: START,
            end: START,
        }
    }

    /// What is known of a text, with its end.
    fn of(address: usize, text: &str) -> Self {
        let mut known = KNOWN.get();
        if known.address != address {
            known = Self::of_new(address);
        }
        known.end.characters += text[known.end.bytes..].chars().count();
        known.end.bytes = text.len();
        known
    }

    /// The position of the character with this index, from the nearest one that is known.
    fn find(&self, text: &str, index: usize) -> Position {
        let index = index.min(self.end.characters);
        let distance = |from: &Position| from.characters.abs_diff(index);
        let known = [START, self.last, self.end];
        let from = known.into_iter().min_by_key(distance).unwrap_or(START);
        let bytes = match distance(&from).checked_sub(1) {
            None => from.bytes,
            Some(skipped) if from.characters < index => {
                let mut behind = text[from.bytes..].chars();
                behind.nth(skipped);
                text.len() - behind.as_str().len()
            }
            Some(skipped) => {
                let mut before = text[..from.bytes].chars();
                before.nth_back(skipped);
                before.as_str().len()
            }
        };
        Position {
            bytes,
            characters: index,
        }
    }
}

const START: Position = Position {
    bytes: 0,
    characters: 0,
};
