//! The rules of the source tree, read from the tree itself: who may name whom, and what no code may do.

use std::fs;
use std::path::{Path, PathBuf};

/// One source file without its comments and its tests.
struct Source {
    /// Below `src/`.
    path: String,
    text: String,
    code: String,
}

/// What the files below a path must not name. `crate::filter` is also `super::filter` where that is the same.
const MUST_NOT_NAME: &[(&str, &[&str])] = &[
    (
        "fetch/",
        &[
            "filter", "format", "cli", "plan", "pipeline", "error", "jaq_core", "jaq_std", "clap",
        ],
    ),
    (
        "filter/",
        &[
            "fetch", "format", "cli", "plan", "pipeline", "error", "ureq", "clap",
        ],
    ),
    (
        "format/",
        &[
            "fetch", "cli", "plan", "pipeline", "error", "jaq_core", "jaq_std", "jaq_json", "ureq",
            "clap",
        ],
    ),
    (
        "cli.rs",
        &["plan", "pipeline", "error", "jaq_core", "jaq_std", "ureq"],
    ),
    (
        "catalogue",
        &["fetch", "format", "cli", "plan", "pipeline", "error"],
    ),
    ("plan.rs", &["pipeline", "jaq_core", "jaq_std", "ureq"]),
    (
        "pipeline.rs",
        &["cli", "jaq_core", "jaq_std", "ureq", "clap"],
    ),
    (
        "terminal.rs",
        &[
            "fetch", "filter", "format", "cli", "plan", "pipeline", "error",
        ],
    ),
];

/// The stages' folders: a word of MUST_NOT_NAME that is one of these is a module, any other a package.
const MODULES: &[&str] = &[
    "fetch", "filter", "format", "cli", "plan", "pipeline", "error",
];

const FORBIDDEN: &[&str] = &[
    ".unwrap()",
    ".expect(\"",
    "panic!(",
    "todo!(",
    "unimplemented!(",
    "dbg!(",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    gather(&root(), &mut files);
    let read = |path: PathBuf| (fs::read_to_string(&path).unwrap(), path);
    let files: Vec<(String, PathBuf)> = files.into_iter().map(read).collect();
    let tests: Vec<String> = files
        .iter()
        .flat_map(|(text, _)| test_modules(text))
        .collect();
    files
        .into_iter()
        .map(|(text, path)| source(text, &path, &tests))
        .collect()
}

fn gather(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => gather(&path, files),
            false if path.extension().is_some_and(|it| it == "rs") => files.push(path),
            false => {}
        }
    }
}

fn source(text: String, path: &Path, tests: &[String]) -> Source {
    let relative = path.strip_prefix(root()).unwrap();
    let is_test = relative.iter().any(|it| {
        tests
            .iter()
            .any(|name| Path::new(it).file_stem() == Some(name.as_ref()))
    });
    let code = if is_test {
        String::new()
    } else {
        without_tests(&text)
    };
    Source {
        path: relative.to_str().unwrap().to_owned(),
        text,
        code,
    }
}

/// The modules that this text declares for tests only, each by the name of its file.
fn test_modules(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let starts = (0..lines.len()).filter(|at| lines[*at] == "#[cfg(test)]");
    starts.filter_map(|at| module(&lines[at..])).collect()
}

/// The file of the module declared behind these attributes.
fn module(lines: &[&str]) -> Option<String> {
    let attributes = lines.iter().take_while(|it| it.starts_with("#[")).count();
    let path = lines[..attributes]
        .iter()
        .find_map(|it| it.strip_prefix("#[path = \"")?.strip_suffix(".rs\"]"));
    let name = lines
        .get(attributes)?
        .split("mod ")
        .nth(1)?
        .strip_suffix(';')?;
    Some(path.unwrap_or(name).to_owned())
}

/// The lines before `#[cfg(test)] mod tests {`, comments gone.
fn without_tests(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let end = (0..lines.len()).find(|at| opens_tests(&lines[*at..]));
    let code = lines[..end.unwrap_or(lines.len())].iter().map(|line| {
        if line.trim_start().starts_with("//") {
            ""
        } else {
            line.split(" // ").next().unwrap_or(line)
        }
    });
    code.map(|line| format!("{line}\n")).collect()
}

/// Whether a block that only tests see opens here, behind its attributes.
fn opens_tests(lines: &[&str]) -> bool {
    let mut item = lines
        .iter()
        .map(|it| it.trim())
        .skip_while(|it| it.starts_with("#["));
    lines[0].trim() == "#[cfg(test)]" && item.next().is_some_and(|it| it.ends_with('{'))
}

/// The lines of the code that hold this, as `path:line: text`.
fn places(source: &Source, holds: impl Fn(&str) -> bool) -> Vec<String> {
    let lines = source
        .code
        .lines()
        .enumerate()
        .filter(|(_, line)| holds(line));
    lines
        .map(|(number, line)| format!("src/{}:{}: {}", source.path, number + 1, line.trim()))
        .collect()
}

/// Whether a line of a file names this module of the crate, or this package.
fn names(line: &str, word: &str, file: &str) -> bool {
    if !MODULES.contains(&word) {
        return has_path(line, &format!("{word}::"));
    }
    let above = format!("{}{word}", "super::".repeat(depth(file)));
    has_path(line, &format!("crate::{word}")) || has_path(line, &above) || in_group(line, word)
}

/// How far below the crate a file's module is.
fn depth(file: &str) -> usize {
    Path::new(file).components().count() - usize::from(file.ends_with("/mod.rs"))
}

/// Whether the line holds this path, and not as a part of a longer one or of a name.
fn has_path(line: &str, path: &str) -> bool {
    let part = |it: char| it.is_alphanumeric() || it == '_';
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + path.len()..].chars().next();
        let goes_on = !path.ends_with(':') && after.is_some_and(part);
        !before.is_some_and(|it| part(it) || it == ':') && !goes_on
    })
}

/// `use crate::{fetch, …}` on one line.
fn in_group(line: &str, word: &str) -> bool {
    let Some(group) = line.trim().strip_prefix("use crate::{") else {
        return false;
    };
    group
        .split([',', '{', '}', ' ', ':', ';'])
        .any(|it| it == word)
}

#[test]
fn imports_go_one_way() {
    let mut wrong = Vec::new();
    for source in sources() {
        let rules = MUST_NOT_NAME
            .iter()
            .filter(|(below, _)| source.path.starts_with(below));
        for word in rules.flat_map(|(_, words)| words.iter()) {
            wrong.extend(places(&source, |line| names(line, word, &source.path)));
        }
    }
    assert!(
        wrong.is_empty(),
        "named where they must not be:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn format_knows_only_the_value_of_filter() {
    let is_wrong = |line: &str| {
        line.replace("crate::filter::value", "")
            .contains("crate::filter")
    };
    let format = sources()
        .into_iter()
        .filter(|it| it.path.starts_with("format/"));
    let wrong: Vec<_> = format.flat_map(|it| places(&it, is_wrong)).collect();
    assert!(
        wrong.is_empty(),
        "format names more of filter than its value:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn only_filter_names_jaq() {
    let is_wrong = |line: &str| line.replace("jaq_fmts", "").contains("jaq_");
    let rest = sources()
        .into_iter()
        .filter(|it| !it.path.starts_with("filter/"));
    let wrong: Vec<_> = rest.flat_map(|it| places(&it, is_wrong)).collect();
    assert!(
        wrong.is_empty(),
        "jaq outside of filter:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_module_opens_with_its_sentence() {
    let wrong: Vec<_> = sources()
        .into_iter()
        .filter(|it| !it.text.starts_with("//! "))
        .map(|it| it.path)
        .collect();
    assert!(wrong.is_empty(), "no //! sentence: {wrong:?}");
}

#[test]
fn nothing_panics_on_purpose() {
    // A parser may have a method of this name.
    let is_wrong = |line: &str| {
        let line = line.replace("self.expect(", "");
        FORBIDDEN.iter().any(|it| line.contains(it))
    };
    let wrong: Vec<_> = sources()
        .iter()
        .flat_map(|it| places(it, is_wrong))
        .collect();
    assert!(
        wrong.is_empty(),
        "code that can panic:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn nothing_is_called_utils() {
    let wrong: Vec<_> = sources()
        .into_iter()
        .map(|it| it.path)
        .filter(|it| it.contains("util"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_name_is_found_in_every_form() {
    let named = |line, file| names(line, "filter", file);
    assert!(named("use crate::filter::Value;", "fetch/a.rs"));
    assert!(named("use crate::{cli, filter};", "fetch/a.rs"));
    assert!(named("use super::super::filter;", "fetch/a.rs"));
    assert!(named("use super::filter;", "fetch/mod.rs"));
    assert!(!named("use super::filter;", "fetch/a.rs"));
    assert!(!named("use super::super::filter;", "fetch/a/b.rs"));
    assert!(!named("let it = crate::filters();", "fetch/a.rs"));
    assert!(names("ureq::get(url)", "ureq", "fetch/a.rs"));
    assert!(!names("my_ureq::get(url)", "ureq", "fetch/a.rs"));
}
