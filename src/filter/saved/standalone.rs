//! A saved filter as one program that plain jq runs: what it uses of dq's helpers and of other saved filters stands
//! before it.

use std::path::PathBuf;

use jaq_core::load::Arena;

use super::{Metadata, Places, SavedFilter, alone};
use crate::filter::files::Files;
use crate::filter::report::CompileError;
use crate::filter::syntax::{self, Import};
use crate::filter::{library, link, main};

/// Functions of dq's that no jq can have.
const NOT_IN_JQ: [&str; 1] = ["fetch"];

/// The text of the program, header included.
///
/// # Errors
/// Whatever keeps it from compiling, and what cannot be written in plain jq.
pub fn standalone(
    saved: &SavedFilter,
    places: &Places,
    home: Option<PathBuf>,
) -> Result<String, Vec<CompileError>> {
    let program = alone(saved, &[], places, home);
    let files = Files::new(&library(&program), places.clone());
    let arena = Arena::default();
    let (linker, _) = link(&program, &files, &arena, main(&program)?)?;
    let refuse = |message: String| Err(vec![CompileError::new(message)]);
    let native = linker.natives.iter().map(|(name, _)| name);
    if let Some(name) = native.into_iter().find(|name| NOT_IN_JQ.contains(name)) {
        return refuse(format!(
            "{} uses {name}, which plain jq has not",
            saved.name
        ));
    }
    let (head, body) = split(&saved.text);
    let mut text = head.trim_end().to_owned();
    for helper in &linker.helpers {
        text.push_str(&format!("\n{}", helper.trim_end()));
    }
    for (name, used) in &linker.saved.texts {
        if !imports(used).is_empty() {
            return refuse(format!("{name}, which {} uses, has imports", saved.name));
        }
        let (_, body) = split(used);
        text.push_str(&format!("\ndef {name}: {}{body}\n;", bindings(used)));
    }
    Ok(format!("{text}\n{}{body}", bindings(&saved.text))
        .trim_start()
        .to_owned())
}

/// The directives of a text, and the program behind them.
fn split(text: &str) -> (&str, &str) {
    let head = syntax::parse_module(text).map_or(0, |module| module.head);
    (&text[..head], text[head..].trim_matches(['\n', ' ']))
}

fn imports(text: &str) -> Vec<Import<'_>> {
    syntax::parse_module(text).map_or(Vec::new(), |module| module.imports)
}

/// What stands for the `args` of a header.
fn bindings(text: &str) -> String {
    let args = Metadata::read(text, "").map_or(Vec::new(), |metadata| metadata.args);
    args.iter()
        .map(|(name, value)| format!("{} as ${name} | ", value.to_json()))
        .collect()
}
