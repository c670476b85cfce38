//! The documents agree with the repository: links, paths and the size of README.md.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::markdown::{Document, documents, root};

/// The folders of the repository whose files a document may name.
const FOLDERS: [&str; 7] = [
    "src/",
    "tests/",
    "docs/",
    "benches/",
    "completions/",
    "filters/",
    ".ci/",
];

/// What is wrong with a relative link of a document, if anything is.
fn broken(document: &Document, link: &str) -> Option<String> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = match file {
        "" => document.path.clone(),
        file => document.path.parent().unwrap_or(Path::new("")).join(file),
    };
    if !root().join(&target).exists() {
        return Some(format!("{link}: no such file"));
    }
    let is_known = || {
        Document::read(target)
            .anchors()
            .iter()
            .any(|it| it == anchor)
    };
    (!anchor.is_empty() && !is_known()).then(|| format!("{link}: no such heading"))
}

#[test]
fn relative_links_lead_somewhere() {
    let mut wrong = Vec::new();
    for document in documents(&["", "docs", "benches"]) {
        for (line, link) in document.links() {
            let fault = if link.contains("://") {
                None
            } else {
                broken(&document, &link)
            };
            wrong.extend(fault.map(|it| format!("{}:{line}: {it}", document.path.display())));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_chapter_is_linked_from_readme() {
    let readme = Document::read(PathBuf::from("README.md"));
    let links = readme.links();
    for chapter in documents(&["docs"]) {
        let path = chapter.path.to_str().unwrap();
        let is_linked = links.iter().any(|(_, it)| it == path);
        assert!(is_linked, "README.md has no link to {path}");
    }
}

/// Long enough for a first visit; the rest belongs in a chapter.
#[test]
fn readme_is_short() {
    let size = fs::metadata(root().join("README.md")).unwrap().len();
    assert!(size <= 16_000, "README.md has {size} bytes, may have 16000");
}

/// The words of a text that look like paths of the repository.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|it: char| it.is_whitespace() || "`()[],;:\"'|#".contains(it));
    let words = words.map(|it| it.trim_end_matches(['.', '/']));
    words.filter(|it| FOLDERS.iter().any(|folder| it.starts_with(folder)))
}

#[test]
fn the_paths_that_contributors_read_of_exist() {
    for name in ["CONTRIBUTING.md", "docs/ARCHITECTURE.md"] {
        let document = Document::read(PathBuf::from(name));
        let wrong: Vec<_> = paths(&document.text)
            .filter(|it| !root().join(it).exists())
            .collect();
        assert!(
            wrong.is_empty(),
            "{name} names what is not there: {wrong:#?}"
        );
    }
}
