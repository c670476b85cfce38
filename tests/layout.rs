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
