//! Bytes → values → jq filter → values.
//!
//! The only place that names jaq: text is parsed by [`syntax`], brought into jaq-core's terms by [`link`] and
//! [`lower`], compiled and run by jaq-core over dq's own [`value`].

mod builtins;
mod files;
mod fused;
mod input;
mod link;
mod lower;
mod natives;
mod report;
mod run;
pub mod saved;
mod syntax;

use std::path::PathBuf;

use jaq_core::load::{Arena, File, Loader};

use dq_json::value::Value;
pub use files::{read_text, read_values};
pub use input::{InputMode, InputSettings, InputSource, Inputs};
pub use report::{CompileError, nearest};
pub use run::{FilterRun, LastOutput, RunError};
use saved::{SavedFilter, SavedFilters};

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
    pub saved_filters: SavedFilters,
    /// The filter may take the elements of its input one by one, if it does nothing else with it.
    pub may_stream_elements: bool,
    /// Whoever takes the outputs also takes long arrays in parts.
    pub may_split_arrays: bool,
    /// The environment, for `$ENV`; asked for only where a filter uses it.
    pub environment: &'p dyn Fn() -> Vec<(String, String)>,
}

/// A filter ready to be run on its inputs.
pub struct Filter {
    engine: Engine,
    library: Vec<PathBuf>,
    /// What the user should know of, though it is no error.
    pub warnings: Vec<String>,
}

enum Engine {
    Core(Compiled),
    Fused(Box<fused::FusedFilter>),
}

/// A filter, or part of one, as jaq-core runs it.
pub struct Compiled {
    filter: jaq_core::Filter<run::JaqData>,
    globals: Vec<Value>,
    /// The index of the global that has another value in each run.
    variable: Option<usize>,
}

impl Filter {
    /// Whether it is run on the elements of its inputs one by one, while an input is still being read.
    pub fn streams_elements(&self) -> bool {
        match &self.engine {
            Engine::Core(_) => false,
            Engine::Fused(filter) => filter.streams_elements(),
        }
    }
}

/// Compiles a program.
///
/// # Errors
/// Everything that is wrong with it, each error with its place.
pub fn compile(program: &Program) -> Result<Filter, Vec<CompileError>> {
    let files = files::Files::new(program);
    let arena = Arena::default();
    let main = main(program)?;
    let (engine, warnings) = match fuse(program, &files, &arena, &main) {
        Some(fused) => (Engine::Fused(Box::new(fused)), Vec::new()),
        None => {
            let mut linker = link(program, &files, &arena, main)?;
            let warnings = std::mem::take(&mut linker.warnings);
            let compiled = generate(linker, program, &files, None).map_err(|error| vec![error])?;
            (Engine::Core(compiled), warnings)
        }
    };
    Ok(Filter {
        engine,
        library: library(program),
        warnings,
    })
}

/// The main filter, parsed.
pub struct Main<'p> {
    text: &'p str,
    path: &'p str,
    module: syntax::Module<'p>,
    /// The saved filter whose text it is.
    saved: Option<&'p SavedFilter>,
    /// The saved filter that runs before it.
    before: Option<&'p SavedFilter>,
}

/// The text of the command line or of `-f`; where there is none, that of the saved filter that is the source, which
/// so runs as fast as if it had been typed.
fn main<'p>(program: &'p Program) -> Result<Main<'p>, Vec<CompileError>> {
    if let Some(saved) = program.saved
        && !program.is_given
    {
        return Ok(Main {
            text: &saved.text,
            path: &saved.path,
            module: saved::program(saved, &saved.text).map_err(|error| vec![error])?,
            saved: Some(saved),
            before: None,
        });
    }
    let (text, path) = (program.text, program.path.unwrap_or_default());
    let module = syntax::parse_module(text)
        .map_err(|error| vec![CompileError::syntax(path, text, error)])?;
    check_module_meta(&module, path, text)?;
    if module.main.is_none() {
        let mut error = CompileError::new("there is no filter, only definitions or nothing".into());
        error.hint = Some("the filter that changes nothing is .".into());
        return Err(vec![error]);
    }
    Ok(Main {
        text,
        path,
        module,
        saved: None,
        before: program.saved,
    })
}

/// The filter for the fused evaluator, if that knows it.
fn fuse<'s>(
    program: &'s Program,
    files: &'s files::Files,
    arena: &'s Arena,
    main: &Main<'s>,
) -> Option<fused::FusedFilter> {
    let home = program.home.as_deref();
    let is_plain = program.may_stream_elements
        && main.before.is_none()
        && !home.is_some_and(|home| home.join(".jq").is_file())
        && !saved::is_called(&program.saved_filters, main.text);
    let mut core = TermCompiler {
        program,
        files,
        arena,
        saved: main.saved,
    };
    is_plain
        .then(|| fused::compile(&main.module, program.may_split_arrays, &mut core))
        .flatten()
}

/// Compiles the terms of a fused filter that are left to jaq-core.
struct TermCompiler<'s> {
    program: &'s Program<'s>,
    files: &'s files::Files,
    arena: &'s Arena,
    saved: Option<&'s SavedFilter>,
}

impl fused::CoreCompiler for TermCompiler<'_> {
    fn compile(&mut self, term: &syntax::Term, variable: Option<&str>) -> Option<Compiled> {
        let module = syntax::Module {
            meta: None,
            imports: Vec::new(),
            head: 0,
            defs: Vec::new(),
            main: Some(term.clone()),
        };
        let mut linker = new_linker(self.program, self.files, self.arena);
        let name = variable.map(|name| linker.keep(name.to_owned()));
        linker.named.extend(name);
        if let Some(saved) = self.saved {
            linker.open_saved(saved);
        }
        let environment = link::Environment {
            saved: saved::visible(self.saved),
            ..link::Environment::default()
        };
        linker.add_main("", "", module, environment, None);
        let is_right = linker.errors.is_empty() && linker.warnings.is_empty();
        is_right.then(|| generate(linker, self.program, self.files, variable).ok())?
    }

    fn argument(&self, name: &str) -> Option<Value> {
        let mut named = self.program.named.iter();
        let found = named.find(|(known, _)| name.strip_prefix('$') == Some(known));
        found.map(|(_, value)| value.clone())
    }
}

fn new_linker<'s>(
    program: &Program,
    files: &'s files::Files,
    arena: &'s Arena,
) -> link::Linker<'s> {
    let names = program
        .named
        .iter()
        .map(|(name, _)| &*arena.alloc(format!("${name}")));
    let names = names.map(String::as_str).chain(["$__search_list"]);
    link::Linker::new(arena, files, names)
}

/// Finds everything the filter needs.
fn link<'s>(
    program: &'s Program,
    files: &'s files::Files,
    arena: &'s Arena,
    main: Main<'s>,
) -> Result<link::Linker<'s>, Vec<CompileError>> {
    let mut linker = new_linker(program, files, arena);
    linker.home = program
        .home
        .as_deref()
        .and_then(|home| files.load_home(&mut linker, home));
    let environment = match main.saved {
        Some(saved) => {
            linker.open_saved(saved);
            linker
                .saved_environment(saved, main.text, &main.module)
                .map_err(Some)
        }
        None => environment(&mut linker, &main),
    };
    match environment {
        Ok(environment) => {
            let before = main.before.map(|saved| linker.saved_filter(saved));
            linker.add_main(main.text, main.path, main.module, environment, before);
        }
        Err(error) => linker.errors.extend(error),
    }
    if linker.errors.is_empty() {
        Ok(linker)
    } else {
        Err(linker.errors)
    }
}

/// What a typed filter sees; an error that a file's own errors have told already is `None`.
fn environment<'s>(
    linker: &mut link::Linker<'s>,
    main: &Main<'s>,
) -> Result<link::Environment<'s>, Option<CompileError>> {
    let found = linker.environment(&main.module.imports, files::COMMAND_LINE);
    let mut environment = found.map_err(|(part, message)| {
        (!message.is_empty()).then(|| CompileError::at(main.path, main.text, part, message, None))
    })?;
    environment.home = linker.home;
    Ok(environment)
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
        let home = program.home.as_deref();
        let directories = program.library.iter();
        return directories
            .map(|directory| files::at_home(directory, home))
            .collect();
    }
    program.home.iter().map(|home| home.join(".jq")).collect()
}

fn generate(
    linker: link::Linker,
    program: &Program,
    files: &files::Files,
    variable: Option<&str>,
) -> Result<Compiled, CompileError> {
    // Nothing below should fail: the linker has resolved every name.
    let failed = |_| CompileError::new("the filter cannot be compiled".into());
    let globals = linker.globals.iter();
    let globals = globals.map(|name| global(name, program, files)).collect();
    let is_variable = |name: &&str| Some(*name) == variable;
    let variable = linker.globals.iter().position(is_variable);
    let loaded = Loader::new(linker.defs).load(
        linker.arena,
        File {
            code: MAIN,
            path: (),
        },
    );
    let modules = loaded.map_err(|_| CompileError::new("the filter cannot be loaded".into()))?;
    let compiler = jaq_core::Compiler::default()
        .with_funs(natives::functions(&linker.builtins))
        .with_global_vars(linker.globals);
    let filter = compiler
        .compile(modules)
        .map_err(|errors: jaq_core::compile::Errors<&str, ()>| failed(errors.len()))?;
    Ok(Compiled {
        filter,
        globals,
        variable,
    })
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
            .map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()))
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
