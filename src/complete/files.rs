//! File names inside a word, such as `@FILE`, where no shell completes them.

use std::path::Path;

use super::candidate::{Answer, Candidate};

/// Candidates for a word that consists of `prefix` and the path of a file.
pub fn after_prefix(current: &str, prefix: &str) -> Answer {
    let Some(path) = current.strip_prefix(prefix) else {
        let can_begin = prefix.starts_with(current);
        let candidate = Candidate::beginning(prefix, "the content of a file; @- is standard input");
        return Answer::Words(can_begin.then_some(candidate).into_iter().collect());
    };
    let found = starting_with(path).into_iter();
    Answer::Words(found.map(|it| it.behind(prefix)).collect())
}

/// The files and directories whose path starts with this one; a directory has a slash at its end.
pub fn starting_with(path: &str) -> Vec<Candidate> {
    let (directory, start) = match path.rfind('/') {
        Some(at) => path.split_at(at + 1),
        None => ("", path),
    };
    let read = Path::new(if directory.is_empty() { "." } else { directory });
    let entries = read.read_dir().into_iter().flatten().flatten();
    let entries = entries.filter_map(|it| {
        let name = it.file_name().into_string().ok()?;
        Some((name, it.path().is_dir()))
    });
    let mut entries: Vec<_> = entries
        .filter(|(name, _)| name.starts_with(start))
        .filter(|(name, _)| start.starts_with('.') || !name.starts_with('.'))
        .collect();
    entries.sort();
    let candidate = |(name, is_directory)| {
        if is_directory {
            Candidate::beginning(format!("{directory}{name}/"), "")
        } else {
            Candidate::new(format!("{directory}{name}"), "")
        }
    };
    entries.into_iter().map(candidate).collect()
}
