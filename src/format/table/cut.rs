//! Cells that are wider than their column: which part of them is shown depends on the column's role.

use super::role::Role;
use crate::width::{truncate, width};

/// What a cell that is cut shows: at most two parts of its text, with an ellipsis wherever text is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut<'t> {
    /// An ellipsis stands in front.
    pub lacks_start: bool,
    pub head: &'t str,
    /// An ellipsis stands between head and tail.
    pub lacks_middle: bool,
    pub tail: &'t str,
    /// The width in character cells, with the ellipses.
    pub width: usize,
}

impl<'t> Cut<'t> {
    /// The start of the text, then an ellipsis.
    fn end(text: &'t str, columns: usize) -> Self {
        let (head, taken) = truncate(text, columns.saturating_sub(1));
        Self {
            head,
            lacks_middle: true,
            width: taken + 1,
            ..Self::default()
        }
    }

    /// The whole text.
    fn whole(head: &'t str, width: usize) -> Self {
        Self {
            head,
            width,
            ..Self::default()
        }
    }

    /// These parts of the text.
    fn parts(lacks_start: bool, head: &'t str, lacks_middle: bool, tail: &'t str) -> Self {
        let ellipses = usize::from(lacks_start) + usize::from(lacks_middle);
        Self {
            lacks_start,
            head,
            lacks_middle,
            tail,
            width: width(head) + width(tail) + ellipses,
        }
    }

    fn within(self, columns: usize) -> Option<Self> {
        (self.width <= columns).then_some(self)
    }
}

/// Cuts a text if it is wider than `columns`.
pub fn cut(role: Role, text: &str, columns: usize) -> Cut<'_> {
    let full = width(text);
    if full <= columns {
        return Cut::whole(text, full);
    }
    let found = match role {
        Role::Image => image(text, columns),
        Role::State => state(text, columns),
        Role::Time => time(text, columns),
        Role::Ports | Role::Address => list(text, columns),
        Role::Path => last_keys(text, columns),
        _ => None,
    };
    found.unwrap_or_else(|| Cut::end(text, columns))
}

/// Cuts a column header. Of a path, the last keys are kept.
pub fn cut_header(header: &str, columns: usize) -> Cut<'_> {
    let full = width(header);
    if full <= columns {
        return Cut::whole(header, full);
    }
    last_keys(header, columns).unwrap_or_else(|| Cut::end(header, columns))
}

/// As many of the last keys of a path as fit.
fn last_keys(path: &str, columns: usize) -> Option<Cut<'_>> {
    let keys = |(dot, _)| Cut::parts(true, &path[dot + 1..], false, "").within(columns);
    path.match_indices('.').find_map(keys)
}

/// The width below which a cell loses what it is read for.
pub fn least_width(role: Role, text: &str) -> usize {
    let full = width(text);
    let least = match role {
        Role::Image => 1 + width(&text[repository_start(text)..reference_end(text)]),
        Role::State => state_tail(text).map_or(STATE, |at| STATE_HEAD + width(&text[at..])),
        Role::Time => without_ago(text).map_or(DATE, |age| width(age).min(DATE)),
        _ => full,
    };
    full.min(least)
}

/// `Exited (137) 3 …`
const STATE: usize = 16;
/// `Up 3…`
const STATE_HEAD: usize = 5;
/// `2026-11-23`, `10 minutes`
const DATE: usize = 10;

/// Whole elements of a list from its start.
fn elements(text: &str, columns: usize) -> Option<Cut<'_>> {
    let commas = text.rmatch_indices(", ");
    let mut lists = commas.map(|(at, comma)| &text[..at + comma.len()]);
    lists.find_map(|head| Cut::parts(false, head, true, "").within(columns))
}

/// A list: whole elements, because a part of an address is another address.
fn list(text: &str, columns: usize) -> Option<Cut<'_>> {
    elements(text, columns)
}

/// Where the digest begins, or the second of several references.
fn reference_end(text: &str) -> usize {
    let digest = text.find('@').map(|at| at + 1);
    let list = || text.find(", ").map(|at| at + 2);
    digest.or_else(list).unwrap_or(text.len())
}

/// Where the last part of the path begins, with its slash.
fn repository_start(text: &str) -> usize {
    text[..reference_end(text)].rfind('/').unwrap_or(0)
}

/// An image reference: first its digest is left out, then the path from the left, then the middle of the repository.
/// `registry.example.com/shop/api:2.3@sha256:…`, `…/shop/api:2.3`, `…/api:2.3`, `a…:2.3`
fn image(text: &str, columns: usize) -> Option<Cut<'_>> {
    let end = reference_end(text);
    let (reference, lacks_end) = (&text[..end], end < text.len());
    let slashes = reference.match_indices('/').map(|(slash, _)| slash);
    let from = |start: usize| {
        let head = &reference[start..];
        Cut::parts(start > 0, head, lacks_end, "").within(columns)
    };
    elements(text, columns)
        .or_else(|| from(0))
        .or_else(|| slashes.into_iter().find_map(from))
        .or_else(|| {
            tag(
                reference.trim_end_matches(['@', ',', ' ']),
                lacks_end,
                columns,
            )
        })
}

/// Cuts the middle of the last part of the path, so that the tag stays whole if that leaves two letters of the name.
fn tag(reference: &str, lacks_end: bool, columns: usize) -> Option<Cut<'_>> {
    let start = reference.rfind('/').map_or(0, |slash| slash + 1);
    let repository = &reference[start..];
    let colon = repository.rfind(':').unwrap_or(repository.len());
    let (name, tag) = repository.split_at(colon);
    let whole = Cut::parts(start > 0, repository, lacks_end, "").within(columns);
    if whole.is_some() {
        return whole;
    }
    match columns.saturating_sub(1 + width(tag)) {
        0 | 1 => Some(Cut::end(repository, columns)),
        available => Cut::parts(false, truncate(name, available).0, true, tag).within(columns),
    }
}

/// Where the parenthesis at the end of a state begins, with the space before it: ` (healthy)`.
fn state_tail(text: &str) -> Option<usize> {
    text.ends_with(')').then(|| text.rfind(" ("))?
}

/// A state: its middle is cut, so that the word in parentheses stays, and ` ago` is left out at the end.
/// `Up 3 h… (healthy)`, `Exited (0) 3 hours`
fn state(text: &str, columns: usize) -> Option<Cut<'_>> {
    let Some(tail) = state_tail(text) else {
        return Cut::parts(false, without_ago(text)?, false, "").within(columns);
    };
    let (head, tail) = text.split_at(tail);
    let available = columns.saturating_sub(1 + width(tail));
    let (head, _) = truncate(head, available);
    let both = Cut::parts(false, head.trim_end(), true, tail).within(columns);
    let word = || Cut::parts(true, tail.trim_start(), false, "").within(columns);
    both.filter(|_| available > 0).or_else(word)
}

fn without_ago(text: &str) -> Option<&str> {
    text.strip_suffix(" ago")
}

/// The parts of an RFC 3339 time that are worth showing alone: with seconds, with minutes, the date.
const TIME_LENGTHS: [usize; 3] = [19, 16, 10];

/// A time: an age loses ` ago`, an RFC 3339 time its last parts. Nothing is ambiguous then, so no ellipsis is needed.
fn time(text: &str, columns: usize) -> Option<Cut<'_>> {
    let whole = |head| Cut::parts(false, head, false, "").within(columns);
    if let Some(age) = without_ago(text) {
        return whole(age);
    }
    let is_time = text.is_ascii() && text.len() >= 20 && text[10..].starts_with(['T', ' ']);
    let is_time = is_time && text[4..].starts_with('-') && text[13..].starts_with(':');
    let lengths = TIME_LENGTHS.iter().filter(|_| is_time);
    lengths.copied().find_map(|length| whole(&text[..length]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cut: Cut<'_>) -> String {
        let ellipsis = |is_cut: bool| if is_cut { "…" } else { "" };
        let (start, middle) = (ellipsis(cut.lacks_start), ellipsis(cut.lacks_middle));
        let shown = [start, cut.head, middle, cut.tail].concat();
        assert_eq!(width(&shown), cut.width, "{shown}");
        shown
    }

    #[test]
    fn cells_keep_what_they_are_read_for() {
        let image = "registry.example.com:5000/team/shop/api:2.3.1";
        let digest = &format!("registry.example.com/shop/api@sha256:{}", "0a".repeat(32));
        let tags = "shop/api:2.3.1, shop/api:latest";
        let ports = "*:8080->80/tcp, [::1]:8443->443/tcp";
        let cases = [
            (Role::Text, "abcdef", 4, "abc…"),
            (Role::Image, image, 44, "…/team/shop/api:2.3.1"),
            (Role::Image, image, 20, "…/shop/api:2.3.1"),
            (Role::Image, image, 12, "…/api:2.3.1"),
            (Role::Image, image, 10, "…api:2.3.1"),
            (Role::Image, image, 9, "ap…:2.3.1"),
            (Role::Image, image, 8, "api:2.3…"),
            (Role::Image, "worker:2026-11-28-rc1", 12, "worker:2026…"),
            (Role::Image, "postgres", 6, "postg…"),
            (Role::Image, digest, 60, "registry.example.com/shop/api@…"),
            (Role::Image, digest, 20, "…/shop/api@…"),
            (Role::Image, digest, 8, "…/api@…"),
            (Role::Image, digest, 6, "…api…"),
            (Role::Image, tags, 20, "shop/api:2.3.1, …"),
            (Role::Image, tags, 15, "…/api:2.3.1, …"),
            (
                Role::State,
                "Up 3 hours (healthy)",
                19,
                "Up 3 hou… (healthy)",
            ),
            (Role::State, "Up 3 hours (healthy)", 16, "Up 3… (healthy)"),
            (Role::State, "Up 3 hours (healthy)", 11, "…(healthy)"),
            (Role::State, "Up 3 hours (healthy)", 8, "Up 3 ho…"),
            (
                Role::State,
                "Exited (137) 3 hours ago",
                20,
                "Exited (137) 3 hours",
            ),
            (
                Role::State,
                "Exited (137) 3 hours ago",
                16,
                "Exited (137) 3 …",
            ),
            (Role::Time, "About a minute ago", 14, "About a minute"),
            (Role::Time, "About a minute ago", 10, "About a m…"),
            (
                Role::Time,
                "2026-11-23T19:19:55.123456Z",
                22,
                "2026-11-23T19:19:55",
            ),
            (Role::Time, "2026-11-23T19:19:55Z", 18, "2026-11-23T19:19"),
            (Role::Time, "2026-11-23T19:19:55Z", 12, "2026-11-23"),
            (Role::Time, "2026-11-23T19:19:55Z", 9, "2026-11-…"),
            (Role::Ports, ports, 25, "*:8080->80/tcp, …"),
            (Role::Ports, ports, 34, "*:8080->80/tcp, …"),
            (Role::Ports, ports, 12, "*:8080->80/…"),
            (
                Role::Address,
                "172.20.0.0/16, fd00::/64",
                20,
                "172.20.0.0/16, …",
            ),
        ];
        for (role, text, columns, expected) in cases {
            assert_eq!(
                shown(cut(role, text, columns)),
                expected,
                "{text} {columns}"
            );
        }
    }

    #[test]
    fn headers_of_paths_keep_the_last_keys() {
        let cases = [
            ("LABELS.COM.DOCKER.COMPOSE.SERVICE", 20, "…COMPOSE.SERVICE"),
            ("LABELS.COM.DOCKER.COMPOSE.SERVICE", 8, "…SERVICE"),
            ("LABELS.COM.DOCKER.COMPOSE.SERVICE", 5, "LABE…"),
            ("RESTARTCOUNT", 8, "RESTART…"),
        ];
        for (header, columns, expected) in cases {
            assert_eq!(
                shown(cut_header(header, columns)),
                expected,
                "{header} {columns}"
            );
        }
    }

    #[test]
    fn a_cell_of_its_least_width_keeps_what_it_is_read_for() {
        let cases = [
            (Role::Image, "a.example/team/api:2.3.1", "…/api:2.3.1"),
            (Role::Image, "nginx:1.27", "nginx:1.27"),
            (
                Role::State,
                "Up About an hour (health: starting)",
                "Up A… (health: starting)",
            ),
            (Role::State, "Up 3 hours (Paused)", "Up 3… (Paused)"),
            (Role::State, "running", "running"),
            (Role::Time, "3 hours ago", "3 hours"),
            (Role::Time, "2026-11-23T19:19:55Z", "2026-11-23"),
            (Role::Ports, "80/tcp, 443/tcp", "80/tcp, 443/tcp"),
        ];
        for (role, text, expected) in cases {
            let least = least_width(role, text);
            let shown = if least < width(text) {
                shown(cut(role, text, least))
            } else {
                text.into()
            };
            assert_eq!(shown, expected, "{text}");
        }
    }

    #[test]
    fn no_width_is_too_small() {
        let texts = [
            "",
            "(",
            " ()",
            "日本語/日本語:日本語",
            "@",
            ":",
            "/:",
            ", ",
            "日 (日)",
            "日 ago",
            "2026-11-23T19:19:55é",
        ];
        for role in [
            Role::Image,
            Role::State,
            Role::Time,
            Role::Ports,
            Role::Text,
        ] {
            for (text, columns) in texts
                .iter()
                .flat_map(|text| (0..20).map(move |it| (text, it)))
            {
                if columns < width(text) {
                    assert!(
                        cut(role, text, columns).width <= columns.max(1),
                        "{role:?} {text} {columns}"
                    );
                }
            }
        }
    }
}
