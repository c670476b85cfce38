//! Patterns of context names, as a shell matches them (glob(7)): `*`, `?`, `[a-z]`, `[!x]`.

/// Whether the text is a pattern rather than a name. No name of a context has one of these characters.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Whether a name matches the pattern as a whole.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let Some(first) = pattern.chars().next() else {
        return name.is_empty();
    };
    let rest = &pattern[first.len_utf8()..];
    if first == '*' {
        let mut ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
        return ends.any(|at| matches(rest, &name[at..]));
    }
    let Some(c) = name.chars().next() else {
        return false;
    };
    let behind = &name[c.len_utf8()..];
    match (first, set(rest)) {
        ('?', _) => matches(rest, behind),
        ('[', Some((set, rest))) => is_in_set(set, c) && matches(rest, behind),
        _ => first == c && matches(rest, behind),
    }
}

/// Splits what follows a `[` at the `]` that closes the set. One directly behind `[` or `[!` belongs to the set.
fn set(text: &str) -> Option<(&str, &str)> {
    let skipped = text.chars().next()?.len_utf8();
    let skipped = match text.strip_prefix(['!', '^']) {
        Some(inner) => skipped + inner.chars().next()?.len_utf8(),
        None => skipped,
    };
    let end = skipped + text.get(skipped..)?.find(']')?;
    Some((&text[..end], &text[end + 1..]))
}

fn is_in_set(set: &str, c: char) -> bool {
    let (negated, mut set) = match set.strip_prefix(['!', '^']) {
        Some(set) => (true, set.chars()),
        None => (false, set.chars()),
    };
    let mut found = false;
    while let Some(first) = set.next() {
        let mut ahead = set.clone();
        let last = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) => {
                set = ahead;
                last
            }
            _ => first,
        };
        found |= (first..=last).contains(&c);
    }
    found != negated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_a_shell() {
        let cases = [
            ("prod-*", "prod-1", true),
            ("prod-*", "prod-", true),
            ("prod-*", "my-prod-1", false),
            ("*", "", true),
            ("*-eu-*", "prod-eu-1", true),
            ("*-eu", "prod-eu-1", false),
            ("a*b*c", "aXbbYc", true),
            ("prod-?", "prod-1", true),
            ("prod-?", "prod-é", true),
            ("prod-?", "prod-12", false),
            ("prod-[12]", "prod-2", true),
            ("prod-[12]", "prod-3", false),
            ("prod-[0-9a]", "prod-a", true),
            ("prod-[!0-9]", "prod-a", true),
            ("prod-[^0-9]", "prod-1", false),
            ("[]x]", "]", true),
            ("[!]x]", "]", false),
            ("[a-]", "-", true),
            ("[ab", "[ab", true),
            ("[ab", "a", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
