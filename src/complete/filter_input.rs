//! The input of the filter at the cursor: what is known of its shape without a run.

use std::fs::File;
use std::io::Read;
use std::rc::Rc;

use super::host::LiveHost;
use super::shape_of_json::shape_of_json;
use crate::catalogue::{self, answer_shape};
use dq_fetch::Source;
use dq_filter::at_cursor::{Lookup, Shape, Shapes, outputs};
use dq_filter::saved::SavedFilters;

/// How much of files is read.
const FILE_LIMIT: u64 = 1 << 20;

/// Endpoints whose answers cost the engine minutes, or for which it asks a registry. They are not asked at a TAB.
const COSTLY: [&str; 4] = [
    "/system/df",
    "/images/search",
    "/distribution/{name}/json",
    "/plugins/privileges",
];

/// Where the filter's input comes from.
pub enum FilterInput {
    /// Standard input, or nothing.
    Unknown,
    /// The answer of a GET.
    Answer(Box<LiveHost>, Source),
    /// The documented answer to this method and path.
    Documented(String, String),
    /// Files.
    Files(Vec<String>),
    /// The rows that a saved filter with this program makes of another input.
    Rows(String, Box<FilterInput>),
}

impl FilterInput {
    /// The shapes of the input as it is now: the host is asked, files are read.
    pub fn present(&self, lookup: &dyn Lookup) -> Shapes {
        match self {
            Self::Unknown | Self::Documented(..) => Vec::new(),
            Self::Answer(host, source) if is_asked(source) => {
                one(shape_of_json(&host.answer(source.clone())))
            }
            Self::Answer(..) => Vec::new(),
            Self::Files(files) => one(shape_of_json(&beginning(files))),
            Self::Rows(program, input) => outputs(program, &input.present(lookup), lookup),
        }
    }

    /// The shapes that are documented.
    pub fn documented(&self, lookup: &dyn Lookup) -> Shapes {
        match self {
            Self::Answer(_, Source::Endpoint(path)) => known("GET", path),
            Self::Documented(method, path) => known(method, path),
            Self::Rows(program, input) => outputs(program, &input.documented(lookup), lookup),
            _ => Vec::new(),
        }
    }
}

fn known(method: &str, path: &str) -> Shapes {
    documented(method, path).into_iter().map(Rc::new).collect()
}

fn one(shape: Shape) -> Shapes {
    vec![Rc::new(shape)]
}

/// Whether a GET ends, has JSON, and costs little.
fn is_asked(source: &Source) -> bool {
    let (Source::Endpoint(path) | Source::Url(path)) = source;
    if catalogue::stream(path).is_some() {
        return false;
    }
    if matches!(source, Source::Url(_)) {
        return true;
    }
    let path = path.split('?').next().unwrap_or_default();
    let known = catalogue::fitting(path);
    let get = known.iter().find(|it| it.method == "GET");
    match get {
        Some(get) => get.answer == "json" && !COSTLY.contains(&get.path),
        None => known.is_empty(),
    }
}

/// The documented shape of an answer. A log is lines with the name of their stream.
fn documented(method: &str, path: &str) -> Option<Shape> {
    let bare = path.split('?').next().unwrap_or_default();
    let known = catalogue::fitting(bare);
    let is_log = known
        .iter()
        .any(|it| it.method == method && it.answer == "logs");
    if is_log {
        let string = || one(Shape::of_types(Shape::STRING));
        return Some(Shape::object(vec![
            ("stream".into(), string()),
            ("line".into(), string()),
        ]));
    }
    answer_shape(method, path)
}

/// The first bytes of files. What is no regular file is not opened: reading it could block or have an effect.
fn beginning(files: &[String]) -> Vec<u8> {
    let mut text = Vec::new();
    for path in files {
        let is_regular = std::fs::metadata(path).is_ok_and(|it| it.is_file());
        if let (true, Ok(file)) = (is_regular, File::open(path)) {
            let left = FILE_LIMIT.saturating_sub(text.len() as u64);
            // What was read before an error counts.
            let _ = file.take(left).read_to_end(&mut text);
        }
    }
    text
}

/// What a filter can refer to, for its evaluation.
pub struct Outside<'s>(pub &'s SavedFilters);

impl Lookup for Outside<'_> {
    fn saved_filter(&self, name: &str) -> Option<String> {
        Some(self.0.find(name).ok()??.text.into_owned())
    }

    fn answer(&self, path: &str) -> Option<Shape> {
        documented("GET", path)
    }
}
