//! The project's Markdown files: their code blocks, headings and links.

use std::fs;
use std::path::{Path, PathBuf};

/// One Markdown file.
pub struct Document {
    /// Relative to the repository.
    pub path: PathBuf,
    pub text: String,
}

/// A fenced code block.
pub struct CodeBlock {
    /// The line of the opening fence, counted from 1.
    pub line: usize,
    /// The info string behind the opening fence: `console,engine`.
    pub info: String,
    pub lines: Vec<String>,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Markdown files of these folders, sorted by path; folders below them are not entered.
pub fn documents(folders: &[&str]) -> Vec<Document> {
    let mut paths: Vec<PathBuf> = folders.iter().flat_map(|it| markdown_files(it)).collect();
    paths.sort();
    paths.into_iter().map(Document::read).collect()
}

fn markdown_files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let names = entries.map(|it| it.unwrap().file_name());
    names
        .map(|name| Path::new(folder).join(name))
        .filter(|path| path.extension().is_some_and(|it| it == "md"))
        .collect()
}

impl Document {
    pub fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        Self { path, text }
    }

    pub fn code_blocks(&self) -> Vec<CodeBlock> {
        let mut blocks = Vec::new();
        let mut open: Option<CodeBlock> = None;
        for (index, line) in self.text.lines().enumerate() {
            match (open.as_mut(), line.strip_prefix("```")) {
                (None, Some(info)) => {
                    open = Some(CodeBlock {
                        line: index + 1,
                        info: info.to_owned(),
                        lines: Vec::new(),
                    });
                }
                (None, None) => {}
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(block), None) => block.lines.push(line.to_owned()),
            }
        }
        assert!(open.is_none(), "{}: a block is open", self.path.display());
        blocks
    }

    /// The lines outside of code blocks, with their numbers.
    pub fn prose(&self) -> Vec<(usize, &str)> {
        let mut is_code = false;
        let lines = self.text.lines().enumerate();
        lines
            .filter(|(_, line)| {
                let is_fence = line.starts_with("```");
                is_code ^= is_fence;
                !is_code && !is_fence
            })
            .map(|(index, line)| (index + 1, line))
            .collect()
    }

    /// The targets of the links, with their lines: of `[text](target)` the target.
    pub fn links(&self) -> Vec<(usize, String)> {
        let lines = self.prose().into_iter();
        lines
            .flat_map(|(number, line)| targets(line).into_iter().map(move |it| (number, it)))
            .collect()
    }

    /// The anchors of the headings, as GitHub, GitLab and Forgejo make them.
    pub fn anchors(&self) -> Vec<String> {
        let lines = self.prose().into_iter();
        lines
            .filter_map(|(_, line)| Some(anchor(line.trim_start_matches('#').strip_prefix(' ')?)))
            .collect()
    }
}

fn targets(line: &str) -> Vec<String> {
    let without_code: String = line.split('`').step_by(2).collect();
    let parts = without_code.split("](").skip(1);
    parts
        .filter_map(|part| Some(part.split_once(')')?.0.to_owned()))
        .collect()
}

/// Lower case, spaces as hyphens, all other punctuation left out.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|it| it.is_alphanumeric() || " -_".contains(*it));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}
