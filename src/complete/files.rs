//! Files within a word, such as `@FILE`, where no shell lists them.

use std::path::Path;

use super::{Answer, Candidate};

/// The files whose path may stand behind this beginning of the word; none where the word does not begin so.
pub fn behind(current: &str, before: &str) -> Answer {
    let Some(path) = current.strip_prefix(before) else {
        let begins = before.starts_with(current);
        let candidate = Candidate::open(before, "the content of a file; @- is standard input");
        return Answer::Words(begins.then_some(candidate).into_iter().collect());
    };
    let whole = beginning(path).into_iter().map(|it| Candidate {
        value: format!("{before}{}", it.value),
        ..it
    });
    Answer::Words(whole.collect())
}

/// The files whose path begins so, a folder with its slash.
pub fn beginning(path: &str) -> Vec<Candidate> {
    let (folder, start) = match path.rfind('/') {
        Some(at) => path.split_at(at + 1),
        None => ("", path),
    };
    let shown = Path::new(if folder.is_empty() { "." } else { folder });
    let entries = shown.read_dir().into_iter().flatten().flatten();
    let named = entries.filter_map(|it| {
        let name = it.file_name().into_string().ok()?;
        Some((name, it.path().is_dir()))
    });
    let mut named: Vec<_> = named
        .filter(|(name, _)| name.starts_with(start))
        .filter(|(name, _)| start.starts_with('.') || !name.starts_with('.'))
        .collect();
    named.sort();
    let candidate = |(name, is_dir)| {
        if is_dir {
            Candidate::open(format!("{folder}{name}/"), "")
        } else {
            Candidate::new(format!("{folder}{name}"), "")
        }
    };
    named.into_iter().map(candidate).collect()
}
