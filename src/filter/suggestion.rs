//! Hints for misspelt names.

use crate::builtins;

/// A hint for a call of `name` with `arity` arguments, if that is not defined. `local` are the names defined around it.
pub(crate) fn suggestion<'a>(
    name: &str,
    arity: usize,
    local: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let arities: Vec<_> = builtins::arities(name).collect();
    if !arities.is_empty() {
        let forms: Vec<_> = arities.iter().map(|n| form(name, *n)).collect();
        return Some(format!(
            "there is {}, not one with {arity} arguments",
            forms.join(" and ")
        ));
    }
    if matches!(name, "print" | "echo" | "puts") {
        return Some("did you mean debug?".into());
    }
    let public = builtins::all().filter(|builtin| !builtin.is_private());
    nearest(name, local.chain(public.map(|builtin| builtin.name)))
        .map(|name| format!("did you mean {name}?"))
}

/// A call with this many arguments, for a message.
fn form(name: &str, arity: usize) -> String {
    match arity {
        0 => name.to_owned(),
        n => format!("{name}({})", ["f", "g", "h", "i"][..n.min(4)].join("; ")),
    }
}

/// The known name that is most similar to a misspelt one, if any differs from it by few edits: a third of its length,
/// at most three.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let limit = (length / 3).clamp(1, 3);
    let scored = known
        .filter(|known| *known != name && known.chars().count().abs_diff(length) <= limit)
        .map(|known| (distance(name, known), known));
    scored
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// The number of edits between two words: insertions, deletions, replacements and swaps of neighbours
/// (the optimal string alignment distance).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
