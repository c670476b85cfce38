//! Expected and actual text side by side, for people who read a failing test.

use std::fmt::Write;

/// The lines that differ, `-` expected and `+` actual, with what they have in common left out.
pub fn diff(expected: &str, actual: &str) -> String {
    let (old, new) = (lines(expected), lines(actual));
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tails = old[head..].iter().rev().zip(new[head..].iter().rev());
    let tail = tails.take_while(|(a, b)| a == b).count();
    let mut out = String::new();
    if head > 0 {
        let _ = writeln!(out, "      ({head} equal lines)");
    }
    for (mark, side) in [('-', &old), ('+', &new)] {
        for line in &side[head..side.len() - tail] {
            let _ = writeln!(out, "    {mark} {}", shown(line));
        }
    }
    if tail > 0 {
        let _ = writeln!(out, "      ({tail} equal lines)");
    }
    out
}

/// The lines with their ends, so that a missing last newline shows.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The line with what cannot be seen written out.
fn shown(line: &str) -> String {
    let shown = |c: char| {
        if c.is_control() {
            c.escape_debug().to_string()
        } else {
            c.to_string()
        }
    };
    line.chars().map(shown).collect()
}
