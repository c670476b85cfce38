//! The documents agree with the repository and with the shells: links, paths, set-up lines, the size of README.md.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::daemon::find;
use crate::support::dq::{BINARY, clean, run};
use crate::support::leave_out;
use crate::support::markdown::{Document, documents, root};
use crate::support::temp::TempDir;

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

/// The shells of docs/completion.md: the row of each in the table, the program, and the file that the line writes.
const SHELLS: [(&str, &str, &str); 5] = [
    (
        "bash",
        "bash",
        ".local/share/bash-completion/completions/dq",
    ),
    ("zsh", "zsh", ".zfunc/_dq"),
    ("fish", "fish", ".config/fish/completions/dq.fish"),
    ("elvish", "elvish", ".config/elvish/rc.elv"),
    ("Nushell", "nu", ".config/nushell/autoload/dq.nu"),
];

/// The line that sets up completion for good, from the second table.
fn set_up_line(row: &str) -> String {
    let chapter = Document::read(PathBuf::from("docs/completion.md"));
    let (_, table) = chapter.text.split_once("For all later shells").unwrap();
    let row = table
        .lines()
        .find(|it| it.starts_with(&format!("| {row} |")))
        .unwrap();
    row.split('`').nth(1).unwrap().replace("\\|", "|")
}

#[test]
fn completion_is_set_up_on_a_fresh_account() {
    for (row, program, file) in SHELLS {
        if find(program).is_none() {
            leave_out(&format!("no {program} here"));
            continue;
        }
        let home = TempDir::new();
        let bin = TempDir::new();
        symlink(BINARY, bin.join("dq")).unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = Command::new(program);
        clean(&mut shell, home.path());
        shell
            .env("PATH", format!("{}:{path}", bin.path().display()))
            .current_dir(home.path())
            .args(["-c", &set_up_line(row)]);
        let output = run(shell, Vec::new());
        assert_eq!((output.stderr.as_str(), output.code), ("", 0), "{row}");
        assert!(home.join(file).is_file(), "{row} writes no {file}");
    }
}
