//! A filter as one program that plain jq runs: what it uses of dq's helpers and of saved filters stands before it.

use jaq_core::load::Arena;

use super::{Metadata, is_identifier};
use crate::files::Files;
use crate::report::CompileError;
use crate::syntax::{self, Import};
use crate::{Program, link, main};
use dq_json::value::Value;

/// The text of the program; a filter that uses nothing of dq's is as it was written.
///
/// # Errors
/// Whatever keeps it from compiling, and what cannot be written in plain jq.
pub fn standalone(program: &Program) -> Result<String, Vec<CompileError>> {
    let files = Files::new(program);
    let arena = Arena::default();
    let main = main(program)?;
    let (text, before) = (main.text, main.before);
    let linker = link(program, &files, &arena, main)?;
    let refuse = |message: String| Err(vec![CompileError::new(message)]);
    let mut definitions: Vec<String> = linker
        .helpers
        .iter()
        .map(|it| it.trim_end().to_owned())
        .collect();
    for (at, (name, used)) in linker.saved.texts.iter().enumerate() {
        if linker.saved.texts[..at]
            .iter()
            .any(|(known, _)| known == name)
        {
            return refuse(format!(
                "it uses two saved filters of the name {name}, yours and dq's"
            ));
        }
        if !imports(used).is_empty() {
            return refuse(format!(
                "the saved filter {name} has imports, which only a file of its own can"
            ));
        }
        let (_, body) = split(used);
        definitions.push(format!("def {name}: {}{body}\n;", bindings(used)));
    }
    let (head, body) = split(text);
    let source = before.map(|it| format!("{}{} | ", bindings(&it.text), it.name));
    let source = source.unwrap_or_else(|| bindings(text));
    if definitions.is_empty() && source.is_empty() {
        return Ok(text.trim_end().to_owned());
    }
    let parts = [head.trim_end().to_owned()].into_iter().chain(definitions);
    let parts: Vec<_> = parts.chain([format!("{source}{body}")]).collect();
    Ok(parts.join("\n").trim_start().to_owned())
}

/// A program without its header, as a command line wants it; with it, where that imports something.
pub fn without_header(text: &str) -> &str {
    if imports(text).is_empty() {
        split(text).1
    } else {
        text
    }
}

/// The directives of a text, and the program behind them.
fn split(text: &str) -> (&str, &str) {
    let head = syntax::parse_module(text).map_or(0, |module| module.head);
    (&text[..head], text[head..].trim_matches(['\n', ' ']))
}

fn imports(text: &str) -> Vec<Import<'_>> {
    syntax::parse_module(text).map_or(Vec::new(), |module| module.imports)
}

/// What stands for the `args` of a header: what jq is given by `--arg`, else their defaults.
fn bindings(text: &str) -> String {
    let args = Metadata::read(text, "").map_or(Vec::new(), |metadata| metadata.args);
    let binding = |name: &str, value: &Value| {
        let (key, value) = (Value::str(name).to_json(), value.to_json());
        format!("($ARGS.named | if has({key}) then .[{key}] else {value} end) as ${name} | ")
    };
    // Others are in $ARGS.named alone.
    let can_be_variables = args.iter().filter(|(name, _)| is_identifier(name));
    can_be_variables
        .map(|(name, value)| binding(name, value))
        .collect()
}
