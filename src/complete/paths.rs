//! Endpoints, a segment at a time as a shell does it with files, the host's own names in their placeholders.

use super::live::{Live, named};
use super::{Candidate, parameters};
use crate::catalogue::{self, Endpoint, endpoints, split_version};

/// The endpoints that a path, which may have a query, or a template of one may be.
pub fn fitting(path: &str) -> Vec<Endpoint> {
    catalogue::fitting(path.split('?').next().unwrap_or_default())
}

/// Candidates for a word that begins with a slash.
///
/// Without a method those of all methods are offered, for `-X` may follow.
pub fn candidates(current: &str, method: Option<&str>, live: &Live) -> Vec<Candidate> {
    if let Some((path, query)) = current.split_once('?') {
        return in_query(path, query, method);
    }
    let (version, path) = split_version(current);
    let wanted = Wanted {
        path,
        version,
        method,
        live,
    };
    let mut found = wanted.all();
    for it in &mut found {
        it.value.insert_str(0, version);
    }
    found
}

/// The paths of the catalogue as they stand there, for `--endpoints`.
pub fn templates(current: &str) -> Vec<Candidate> {
    let fit = endpoints().filter(|it| it.path.starts_with(current));
    fit.map(|it| Candidate::new(it.path, it.summary)).collect()
}

/// The names of parameters behind `?` and `&`.
fn in_query(path: &str, query: &str, method: Option<&str>) -> Vec<Candidate> {
    let (before, last) = match query.rfind('&') {
        Some(at) => query.split_at(at + 1),
        None => ("", query),
    };
    let found = parameters::in_path(path, method, last).into_iter();
    found
        .map(|it| Candidate {
            value: format!("{path}?{before}{}", it.value),
            ..it
        })
        .collect()
}

struct Wanted<'a> {
    /// Without its version.
    path: &'a str,
    version: &'a str,
    method: Option<&'a str>,
    live: &'a Live,
}

impl Wanted<'_> {
    fn all(&self) -> Vec<Candidate> {
        let is_wanted = |it: &Endpoint| self.method.is_none_or(|method| method == it.method);
        // The endpoints that only read come first.
        let (read, rest): (Vec<_>, Vec<_>) = endpoints()
            .filter(is_wanted)
            .partition(|it| it.method == "GET");
        let all: Vec<_> = read.into_iter().chain(rest).collect();
        let mut found: Vec<_> = all.iter().filter_map(|it| self.fixed(it)).collect();
        found.extend(self.filled(&all));
        found
    }

    /// The next segment of an endpoint as far as it has no placeholder.
    fn fixed(&self, endpoint: &Endpoint) -> Option<Candidate> {
        let (before, _) = endpoint.path.split_once('{').unwrap_or((endpoint.path, ""));
        let is_ahead = before.starts_with(self.path) && before != self.path;
        // Typed to its end it is offered beside what goes on behind it.
        let is_there = endpoint.path == self.path;
        (is_ahead || is_there).then(|| self.next_segment(before, self.path.len(), endpoint))
    }

    /// What stands in a placeholder and behind it.
    fn filled(&self, all: &[Endpoint]) -> Vec<Candidate> {
        let mut befores: Vec<&str> = Vec::new();
        for (before, _) in all.iter().filter_map(|it| it.path.split_once('{')) {
            if self.path.starts_with(before) && !befores.contains(&before) {
                befores.push(before);
            }
        }
        let of = |before| {
            all.iter()
                .filter(move |it| it.path.starts_with(&format!("{before}{{")))
        };
        befores
            .into_iter()
            .flat_map(|before| self.behind(before, &of(before).collect::<Vec<_>>()))
            .collect()
    }

    fn behind(&self, before: &str, endpoints: &[&Endpoint]) -> Vec<Candidate> {
        let collection = before.trim_matches('/');
        let mut items = self.live.items(self.version, collection);
        for it in &mut items {
            it.name = encoded(&it.name);
        }
        let typed = &self.path[before.len()..];
        let mut found = Vec::new();
        for name in named(&items, typed) {
            let value = format!("{before}{}", name.value);
            let goes_on = endpoints.iter().any(|it| !tail(it).is_empty());
            let is_one = |it: &&&Endpoint| tail(it).is_empty() && it.method == self.usual();
            let is_whole = endpoints.iter().any(|it| is_one(&it));
            if is_whole {
                found.push(Candidate::new(&value, &name.about));
            }
            // What goes on behind a whole one is offered when its name is there.
            if goes_on && (!is_whole || typed == name.value) {
                found.push(Candidate::open(format!("{value}/"), &name.about));
            }
        }
        let Some(end) = self.end_of_name(typed, items.iter().map(|it| it.name.as_str()), endpoints)
        else {
            return found;
        };
        let (name, behind) = typed.split_at(end);
        for it in endpoints {
            if tail(it).starts_with(behind) {
                let path = format!("{before}{name}{}", tail(it));
                let at = before.len() + name.len() + behind.len();
                found.push(self.next_segment(&path, at, it));
            }
        }
        found
    }

    fn usual(&self) -> &str {
        self.method.unwrap_or("GET")
    }

    /// The path up to the end of the segment at this place, with the slash behind it where it goes on.
    fn next_segment(&self, path: &str, at: usize, endpoint: &Endpoint) -> Candidate {
        let path = match path[at..].find('/') {
            Some(end) => &path[..=at + end],
            None => path,
        };
        if path.ends_with('/') {
            Candidate::open(path, self.group(endpoint, path.matches('/').count()))
        } else {
            whole(path, endpoint)
        }
    }

    /// What so many segments of an endpoint lead to, as there is more behind them: the one endpoint, or how many.
    fn group(&self, endpoint: &Endpoint, segments: usize) -> String {
        let mut slashes = endpoint.path.match_indices('/');
        let end = slashes.nth(segments - 1).map_or(0, |(at, _)| at);
        let before = &endpoint.path[..=end];
        let all = endpoints()
            .filter(|it| it.path.starts_with(before))
            .filter(|it| self.method.is_none_or(|method| method == it.method));
        match all.count() {
            1 => endpoint.summary.to_owned(),
            count => format!("{count} endpoints"),
        }
    }

    /// Where the name at the beginning ends, if a slash behind it was typed. Names of images hold slashes: what the
    /// host knows is one name, else all but the last segment is.
    fn end_of_name<'n>(
        &self,
        typed: &str,
        mut names: impl Iterator<Item = &'n str> + Clone,
        endpoints: &[&Endpoint],
    ) -> Option<usize> {
        let begins_known = names.clone().any(|it| it != typed && it.starts_with(typed));
        let is_complete = |name: &&str| {
            typed
                .strip_prefix(name)
                .is_some_and(|it| it.starts_with('/'))
        };
        if let Some(name) = names.find(is_complete) {
            return Some(name.len());
        }
        if begins_known {
            return None;
        }
        let may_hold_slashes = endpoints.iter().any(|it| it.path.contains("{name}"));
        if may_hold_slashes {
            typed.rfind('/')
        } else {
            typed.find('/')
        }
    }
}

/// What stands behind the placeholder.
fn tail(endpoint: &Endpoint) -> &'static str {
    endpoint.path.split_once('}').map_or("", |(_, tail)| tail)
}

fn whole(path: &str, endpoint: &Endpoint) -> Candidate {
    let about = match endpoint.method {
        "GET" => endpoint.summary.to_owned(),
        method => format!("{method}: {}", endpoint.summary),
    };
    Candidate::new(path, about)
}

/// A name as a part of a path: what would end the path, or be decoded, is encoded.
fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for it in name.chars() {
        match it {
            '%' => text.push_str("%25"),
            '?' => text.push_str("%3F"),
            '#' => text.push_str("%23"),
            it => text.push(it),
        }
    }
    text
}
