//! A filter as one program for plain jq: the helpers and saved filters that it uses stand before it as definitions.

use jaq_core::load::Arena;

use crate::compile_error::CompileError;
use crate::jaq_compiler::JaqCompiler;
use crate::link::Target;
use crate::main_filter::MainFilter;
use crate::modules::ModuleFiles;
use crate::program::Program;
use crate::saved::{Metadata, is_identifier};
use crate::syntax::{self, Import};
use dq_json::value::Value;

/// The text of a program that plain jq can run. A filter that uses no helper and no saved filter is left as it is.
///
/// # Errors
/// What keeps the program from compiling, or from being written in plain jq.
pub fn standalone(program: &Program) -> Result<String, Vec<CompileError>> {
    let (files, arena) = (ModuleFiles::new(program), Arena::default());
    let compiler = JaqCompiler {
        program,
        files: &files,
        target: Target::JaqCore,
        arena: &arena,
    };
    let main = MainFilter::parse(program).map_err(|error| vec![error])?;
    let (text, source_filter) = (main.text, main.source_filter);
    let linker = compiler.link(main, true)?;
    if linker
        .builtins
        .iter()
        .any(|builtin| builtin.name == "fetch")
    {
        let message = "fetch asks the host, which plain jq cannot";
        return Err(vec![CompileError::new(message.into())]);
    }
    let helpers = linker.helpers.iter();
    let mut definitions: Vec<String> = helpers.map(|it| it.trim_end().to_owned()).collect();
    let saved = saved_definitions(&linker.saved.texts);
    definitions.extend(saved.map_err(|message| vec![CompileError::new(message)])?);
    let (directives, body) = split(text);
    let prefix = match source_filter {
        Some(saved) => format!("{}{} | ", arg_bindings(&saved.text), saved.name),
        None => arg_bindings(text),
    };
    if definitions.is_empty() && prefix.is_empty() {
        return Ok(text.trim_end().to_owned());
    }
    definitions.insert(0, directives.trim_end().to_owned());
    definitions.push(format!("{prefix}{body}"));
    Ok(definitions.join("\n").trim_start().to_owned())
}

/// Saved filters as jq definitions, given by name and text.
fn saved_definitions(filters: &[(String, &str)]) -> Result<Vec<String>, String> {
    let mut definitions = Vec::with_capacity(filters.len());
    for (at, (name, text)) in filters.iter().enumerate() {
        if filters[..at].iter().any(|(known, _)| known == name) {
            return Err(format!(
                "it uses two saved filters of the name {name}, yours and dq's"
            ));
        }
        if !imports(text).is_empty() {
            return Err(format!(
                "the saved filter {name} has imports, which only a file of its own can"
            ));
        }
        let (_, body) = split(text);
        definitions.push(format!("def {name}: {}{body}\n;", arg_bindings(text)));
    }
    Ok(definitions)
}

/// A program without its `module` directive, as a command line takes it. A program with imports is left as it is.
pub fn without_header(text: &str) -> &str {
    if imports(text).is_empty() {
        split(text).1
    } else {
        text
    }
}

/// The directives of a text, and the program after them.
fn split(text: &str) -> (&str, &str) {
    let head = syntax::parse_module(text).map_or(0, |module| module.head);
    (&text[..head], text[head..].trim_matches(['\n', ' ']))
}

fn imports(text: &str) -> Vec<Import<'_>> {
    syntax::parse_module(text).map_or(Vec::new(), |module| module.imports)
}

/// Bindings of the variables in the `args` of a saved filter: to what `--arg` gives jq, or else to their defaults.
fn arg_bindings(text: &str) -> String {
    let args = Metadata::read(text, "").map_or(Vec::new(), |metadata| metadata.args);
    let binding = |name: &str, value: &Value| {
        let (key, value) = (Value::str(name).to_json(), value.to_json());
        format!("($ARGS.named | if has({key}) then .[{key}] else {value} end) as ${name} | ")
    };
    // An argument whose name cannot be a variable's is in $ARGS.named only.
    let variables = args.iter().filter(|(name, _)| is_identifier(name));
    variables
        .map(|(name, value)| binding(name, value))
        .collect()
}
