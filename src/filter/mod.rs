//! Bytes → values → jq filter → values.
//!
//! The only place that names jaq: text is parsed by [`syntax`], brought into jaq-core's terms by [`link`] and
//! [`lower`], compiled and run by jaq-core over dq's own [`value`].

mod builtins;
mod elements;
mod files;
mod fused;
mod input;
mod link;
mod lower;
mod natives;
mod read;
mod report;
mod run;
mod syntax;
pub mod value;

use std::path::PathBuf;

use jaq_core::load::{Arena, File, Loader};

pub use files::{read_text, read_values};
pub use input::{Inputs, Settings as InputSettings, Shape, Source};
pub use read::{ReadError, Trouble, single as parse_json};
pub use report::CompileError;
pub use run::{Session, Stop, Tally};
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
    /// The filter may take the elements of its input one by one, if it does nothing else with it.
    pub by_elements: bool,
    /// Whoever takes the outputs also takes long arrays in parts.
    pub in_parts: bool,
    /// The environment, for `$ENV`; asked for only where a filter uses it.
    pub environment: &'p dyn Fn() -> Vec<(String, String)>,
}

/// A filter ready to be run on its inputs.
pub struct Filter {
    engine: Engine,
    library: Vec<PathBuf>,
    /// The filter takes the elements of its input one by one; see [`elements`].
    pub takes_elements: bool,
}

enum Engine {
    Core(Compiled),
    Fused(Box<fused::Program>),
}

/// A filter, or part of one, as jaq-core runs it.
pub struct Compiled {
    filter: jaq_core::Filter<run::Kind>,
    globals: Vec<Value>,
}

impl Filter {
    /// Whether it takes the elements of its inputs one by one, in whichever way.
    pub fn splits_inputs(&self) -> bool {
        match &self.engine {
            Engine::Core(_) => self.takes_elements,
            Engine::Fused(program) => program.takes_elements(),
        }
    }
}

/// Compiles a program.
///
/// # Errors
/// Everything that is wrong with it, each error with its place.
pub fn compile(program: &Program) -> Result<Filter, Vec<CompileError>> {
    let arena = Arena::default();
    let path = program.path.unwrap_or_default();
    let text = program.text;
    let module = syntax::parse_module(text)
        .map_err(|error| vec![CompileError::syntax(path, text, error)])?;
    check_module_meta(&module, path, text)?;
    if module.main.is_none() {
        let mut error = CompileError::new("there is no filter, only definitions or nothing".into());
        error.hint = Some("the filter that changes nothing is .".into());
        return Err(vec![error]);
    }
    let engine = match fuse(program, &arena, &module) {
        Some(fused) => Engine::Fused(Box::new(fused)),
        None => return compile_whole(program, &arena, module),
    };
    Ok(Filter {
        engine,
        library: library(program),
        takes_elements: false,
    })
}

/// The filter without jaq-core, or with jaq-core for parts of it only.
fn fuse<'s>(
    program: &Program,
    arena: &'s Arena,
    module: &syntax::Module<'s>,
) -> Option<fused::Program> {
    let main = module.main.as_ref()?;
    let home = program.home.as_deref();
    let is_plain = program.by_elements
        && elements::is_plain(module, main)
        && !home.is_some_and(|home| home.join(".jq").is_file());
    let mut parts = Parts { program, arena };
    is_plain
        .then(|| fused::compile(main, program.in_parts, &mut parts))
        .flatten()
}

/// Compiles the parts of a fused filter that are left to jaq-core.
struct Parts<'p, 's> {
    program: &'p Program<'p>,
    arena: &'s Arena,
}

impl fused::Parts for Parts<'_, '_> {
    fn part(&mut self, term: &syntax::Term) -> Option<Compiled> {
        let module = syntax::Module {
            meta: None,
            imports: Vec::new(),
            defs: Vec::new(),
            main: Some(term.clone()),
        };
        let mut linker = new_linker(self.program, self.arena);
        linker.add_main("", "", module, link::Environment::default());
        let files = files::Files::new(&[]);
        let is_right = linker.errors.is_empty();
        is_right.then(|| generate(linker, self.program, &files).ok())?
    }

    fn variable(&self, name: &str) -> Option<Value> {
        let mut named = self.program.named.iter();
        let found = named.find(|(known, _)| name.strip_prefix('$') == Some(known));
        found.map(|(_, value)| value.clone())
    }
}

fn new_linker<'s>(program: &Program, arena: &'s Arena) -> link::Linker<'s> {
    let names = program
        .named
        .iter()
        .map(|(name, _)| &*arena.alloc(format!("${name}")));
    link::Linker::new(arena, names.map(String::as_str).chain(["$__search_list"]))
}

fn compile_whole<'s>(
    program: &'s Program,
    arena: &'s Arena,
    mut module: syntax::Module<'s>,
) -> Result<Filter, Vec<CompileError>> {
    let path = program.path.unwrap_or_default();
    let text = program.text;
    let mut linker = new_linker(program, arena);
    let mut files = files::Files::new(&library(program));
    let home = program
        .home
        .as_deref()
        .and_then(|home| files.load_home(&mut linker, home));
    let takes_elements = program.by_elements && home.is_none() && elements::rewrite(&mut module);
    let environment = linker.environment(&module.imports, &mut files, files::COMMAND_LINE);
    match environment {
        Ok(mut environment) => {
            environment.included.splice(0..0, home);
            linker.add_main(text, path, module, environment);
        }
        Err((part, message)) if !message.is_empty() => {
            linker
                .errors
                .push(CompileError::at(path, text, part, message, None));
        }
        Err(_) => {}
    }
    if !linker.errors.is_empty() {
        return Err(linker.errors);
    }
    Ok(Filter {
        engine: Engine::Core(generate(linker, program, &files).map_err(|error| vec![error])?),
        library: library(program),
        takes_elements,
    })
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

fn generate(
    linker: link::Linker,
    program: &Program,
    files: &files::Files,
) -> Result<Compiled, CompileError> {
    // Nothing below should fail: the linker has resolved every name.
    let failed = |_| CompileError::new("the filter cannot be compiled".into());
    let globals = linker.globals.iter();
    let globals = globals.map(|name| global(name, program, files)).collect();
    let loaded = Loader::new(linker.defs).load(
        linker.arena,
        File {
            code: MAIN,
            path: (),
        },
    );
    let modules = loaded.map_err(|_| CompileError::new("the filter cannot be loaded".into()))?;
    let compiler = jaq_core::Compiler::default()
        .with_funs(natives::of(&linker.natives))
        .with_global_vars(linker.globals);
    let filter = compiler
        .compile(modules)
        .map_err(|errors: jaq_core::compile::Errors<&str, ()>| failed(errors.len()))?;
    Ok(Compiled { filter, globals })
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
            let data = files
                .data
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
