//! Bytes → values → jq filter → values.
//!
//! The only place that names jaq: text is parsed by [`syntax`], brought into jaq-core's terms by [`link`] and
//! [`lower`], compiled and run by jaq-core over dq's own [`value`].

mod builtins;
mod elements;
mod files;
mod input;
mod link;
mod lower;
mod natives;
mod read;
mod report;
mod run;
pub mod saved;
mod syntax;
pub mod value;

use std::path::PathBuf;

use jaq_core::load::{Arena, File, Loader};

pub use files::{read_text, read_values};
pub use input::{Inputs, Settings as InputSettings, Shape, Source};
pub use read::{ReadError, Trouble, single as parse_json};
pub use report::CompileError;
pub use run::{Run, Stop, Tally};
use saved::{Places, SavedFilter};
use value::Value;

/// The name the main filter is compiled under.
const MAIN: &str = "dq_main";

/// What is to be compiled.
pub struct Program<'p> {
    /// The jq program.
    pub text: &'p str,
    /// The file it was read from (`-f`), if any.
    pub path: Option<&'p str>,
    /// Variables of `--arg` and its like, without their `$`; the first of a name counts.
    pub named: Vec<(String, Value)>,
    /// `$ARGS.positional`.
    pub positional: Vec<Value>,
    /// Directories of `-L`.
    pub library: Vec<PathBuf>,
    /// Where `~/.jq` is looked for.
    pub home: Option<PathBuf>,
    /// The saved filter that is the source: it runs first.
    pub saved: Option<&'p SavedFilter>,
    /// A filter was given besides; without one, a saved filter is all of the program.
    pub is_given: bool,
    /// Where saved filters are, for those the program calls.
    pub places: Places,
    /// The filter may take the elements of its input one by one, if it does nothing else with it.
    pub by_elements: bool,
    /// The environment, for `$ENV`; asked for only where a filter uses it.
    pub environment: &'p dyn Fn() -> Vec<(String, String)>,
}

/// A compiled filter.
pub struct Filter {
    compiled: jaq_core::Filter<run::Kind>,
    globals: Vec<Value>,
    library: Vec<PathBuf>,
    /// The filter takes the elements of its input one by one; see [`elements`].
    pub takes_elements: bool,
    /// What the user should know of, though it is no error.
    pub warnings: Vec<String>,
}

/// Compiles a program.
///
/// # Errors
/// Everything that is wrong with it, each error with its place.
pub fn compile(program: &Program) -> Result<Filter, Vec<CompileError>> {
    let files = files::Files::new(&library(program), program.places.clone());
    let arena = Arena::default();
    let (mut linker, takes_elements) = link(program, &files, &arena)?;
    let globals = linker
        .globals
        .iter()
        .map(|name| global(name, program, &files))
        .collect();
    let warnings = std::mem::take(&mut linker.warnings);
    let compiled = generate(linker, &arena).map_err(|error| vec![error])?;
    Ok(Filter {
        compiled,
        globals,
        library: library(program),
        takes_elements,
        warnings,
    })
}

/// Finds everything the program needs; whether it takes its input by elements.
fn link<'s>(
    program: &'s Program,
    files: &'s files::Files,
    arena: &'s Arena,
) -> Result<(link::Linker<'s>, bool), Vec<CompileError>> {
    let names = program
        .named
        .iter()
        .map(|(name, _)| &*arena.alloc(format!("${name}")));
    let names = names.map(String::as_str).chain(["$__search_list"]);
    let mut linker = link::Linker::new(arena, files, names);
    linker.home = program
        .home
        .as_deref()
        .and_then(|home| files.load_home(&mut linker, home));
    let main = match program.saved {
        Some(saved) if !program.is_given => main_of_saved(&mut linker, saved),
        saved => main_of_text(&mut linker, program, saved),
    };
    let takes_elements = match main {
        Ok(main) => add_main(&mut linker, main, program),
        Err(errors) => {
            linker.errors.extend(errors);
            false
        }
    };
    match linker.errors.is_empty() {
        true => Ok((linker, takes_elements)),
        false => Err(linker.errors),
    }
}

/// The main filter, parsed, and what its names can mean.
struct Main<'s> {
    text: &'s str,
    path: String,
    module: syntax::Module<'s>,
    environment: link::Environment<'s>,
    /// The definition of the saved filter that runs before it.
    before: Option<&'s str>,
}

/// The text of the command line or of `-f`, behind the saved filter that is the source if there is one.
fn main_of_text<'s>(
    linker: &mut link::Linker<'s>,
    program: &Program,
    saved: Option<&SavedFilter>,
) -> Result<Main<'s>, Vec<CompileError>> {
    let (text, path) = (linker.keep(program.text.to_owned()), program.path);
    let path = path.unwrap_or_default();
    let module = syntax::parse_module(text)
        .map_err(|error| vec![CompileError::syntax(path, text, error)])?;
    check_module_meta(&module, path, text)?;
    if module.main.is_none() {
        let mut error = CompileError::new("there is no filter, only definitions or nothing".into());
        error.hint = Some("the filter that changes nothing is .".into());
        return Err(vec![error]);
    }
    let environment = linker.environment(&module.imports, files::COMMAND_LINE);
    let mut environment = environment.map_err(|(part, message)| match message.is_empty() {
        true => Vec::new(),
        false => vec![CompileError::at(path, text, part, message, None)],
    })?;
    environment.home = linker.home;
    let before = saved.map(|saved| linker.saved_filter(saved));
    Ok(Main {
        text,
        path: path.to_owned(),
        module,
        environment,
        before,
    })
}

/// The saved filter alone, so that it runs as fast as if it had been typed.
fn main_of_saved<'s>(
    linker: &mut link::Linker<'s>,
    saved: &SavedFilter,
) -> Result<Main<'s>, Vec<CompileError>> {
    let text = linker.keep(saved.text.clone().into_owned());
    linker.open_saved(&saved.name);
    let parsed = saved::program(saved, text).and_then(|module| {
        let environment = linker.saved_environment(saved, text, &module)?;
        Ok((module, environment))
    });
    let (module, environment) = parsed.map_err(|error| vec![error])?;
    Ok(Main {
        text,
        path: saved.path.clone(),
        module,
        environment,
        before: None,
    })
}

/// Makes it the filter that runs; whether it takes its input by elements.
fn add_main<'s>(linker: &mut link::Linker<'s>, mut main: Main<'s>, program: &Program) -> bool {
    let hidden = |name: &&str| main.text.contains(*name) && program.places.user_has(name);
    let takes_elements = program.by_elements
        && linker.home.is_none()
        && main.before.is_none()
        && !elements::WITHOUT_ARGUMENTS.iter().any(hidden)
        && elements::rewrite(&mut main.module);
    linker.add_main(
        main.text,
        &main.path,
        main.module,
        main.environment,
        main.before,
    );
    takes_elements
}

/// `module` takes a constant object (jq manual, "module").
fn check_module_meta(
    module: &syntax::Module,
    path: &str,
    text: &str,
) -> Result<(), Vec<CompileError>> {
    let message = match &module.meta {
        Some(meta) if !link::is_constant(meta) => "Module metadata must be constant",
        Some(meta) if !matches!(meta, jaq_core::load::parse::Term::Obj(_)) => {
            "Module metadata must be an object"
        }
        _ => return Ok(()),
    };
    let part = text
        .find("module")
        .map_or("", |at| &text[at..at + "module".len()]);
    Err(vec![CompileError::at(
        path,
        text,
        part,
        message.into(),
        None,
    )])
}

/// The module search path: `-L`, else jq's own places.
fn library(program: &Program) -> Vec<PathBuf> {
    if !program.library.is_empty() {
        return program.library.clone();
    }
    program.home.iter().map(|home| home.join(".jq")).collect()
}

fn generate<'s>(
    linker: link::Linker<'s>,
    arena: &'s Arena,
) -> Result<jaq_core::Filter<run::Kind>, CompileError> {
    // Nothing below should fail: the linker has resolved every name.
    let failed = |_| CompileError::new("the filter cannot be compiled".into());
    let loaded = Loader::new(linker.defs).load(
        arena,
        File {
            code: MAIN,
            path: (),
        },
    );
    let modules = loaded.map_err(|_| CompileError::new("the filter cannot be loaded".into()))?;
    let compiler = jaq_core::Compiler::default()
        .with_funs(natives::of(&linker.natives))
        .with_global_vars(linker.globals);
    compiler
        .compile(modules)
        .map_err(|errors: jaq_core::compile::Errors<&str, ()>| failed(errors.len()))
}

fn global(name: &str, program: &Program, files: &files::Files) -> Value {
    match name {
        "$ENV" => Value::object(
            (program.environment)()
                .into_iter()
                .map(|(name, value)| (name, Value::from(value))),
        ),
        "$ARGS" => Value::object([
            ("positional", Value::from(program.positional.clone())),
            (
                "named",
                Value::object(
                    program
                        .named
                        .iter()
                        .map(|(name, value)| (name.as_str(), value.clone())),
                ),
            ),
        ]),
        "$__prog_args" => Value::from(program.positional.clone()),
        "$__search_list" => library(program)
            .iter()
            .map(|path| Value::from(path.display().to_string()))
            .collect(),
        name => {
            let data = files.data();
            let data = data
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone());
            let given = || {
                let mut named = program.named.iter();
                let found = named.find(|(known, _)| name.strip_prefix('$') == Some(known));
                found.map(|(_, value)| value.clone())
            };
            data.or_else(given).unwrap_or(Value::Null)
        }
    }
}
