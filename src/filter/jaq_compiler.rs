//! Filters for jaq-core: linked, then compiled with the values of their global variables.

use jaq_core::load::{Arena, File, Loader};

use crate::compile_error::CompileError;
use crate::compiled_filter::{Code, CompiledFilter};
use crate::direct;
use crate::jaq_run::JaqData;
use crate::link::{FileId, FileScope, Linker, SavedAccess, Scope, Target};
use crate::lower::has_definitions_in_paths;
use crate::main_filter::MainFilter;
use crate::modules::{ModuleFiles, search_path};
use crate::natives;
use crate::program::Program;
use crate::saved::SavedFilter;
use crate::syntax::{Module, Term};
use dq_json::value::Value;

/// The name that the main filter is compiled under.
const MAIN: &str = "dq_main";

/// The variable with the name of the host that the input is from.
const HOST: &str = "$host";

/// Compiles what a program consists of.
#[derive(Clone, Copy)]
pub(crate) struct JaqCompiler<'s> {
    pub program: &'s Program<'s>,
    pub files: &'s ModuleFiles,
    /// What the filters are compiled for. A filter that the direct evaluator does not run is compiled for jaq-core.
    pub target: Target,
    pub arena: &'s Arena,
}

impl<'s> JaqCompiler<'s> {
    fn linker(&self) -> Linker<'s> {
        let named = self.program.named.iter();
        let named = named.map(|(name, _)| &**self.arena.alloc(format!("${name}")));
        let predefined = ["$__search_list", HOST];
        let predefined = predefined
            .into_iter()
            .take(1 + usize::from(self.program.has_host));
        Linker::new(self.arena, self.target, self.files, named.chain(predefined))
    }

    /// Finds everything that the main filter needs. With `expands_helpers`, the definition of every helper is among it.
    pub(crate) fn link(
        &self,
        main: MainFilter<'s>,
        expands_helpers: bool,
    ) -> Result<Linker<'s>, Vec<CompileError>> {
        let mut linker = self.linker();
        linker.expands_helpers = expands_helpers;
        linker.has_definitions_in_paths = has_definitions_in_paths(&main.module);
        let home = self.program.home.as_deref();
        linker.home = home.and_then(|home| self.files.load_home(&mut linker, home));
        if let Some(file) = main_file_scope(&mut linker, &main) {
            let source_filter = main
                .source_filter
                .map(|saved| linker.saved_function(saved).0);
            let mut scope = Scope::new(main.text, main.path, file);
            linker.add_main(MAIN, main.module, &mut scope, source_filter);
        }
        if linker.errors.is_empty() {
            Ok(linker)
        } else {
            Err(linker.errors)
        }
    }

    /// Compiles a term of the main filter, which is the text of `saved` if that is given. The term may use `variable`,
    /// which has another value in each run. `None` after an error or a warning.
    pub(crate) fn term(
        &self,
        term: &Term,
        variable: Option<&str>,
        saved: Option<&SavedFilter>,
    ) -> Option<CompiledFilter> {
        let mut linker = self.linker();
        let name = variable.map(|name| linker.keep(name.to_owned()));
        linker.named.extend(name);
        if let Some(saved) = saved {
            linker.open_saved(saved);
        }
        let module = Module {
            meta: None,
            imports: Vec::new(),
            head: 0,
            defs: Vec::new(),
            main: Some(term.clone()),
        };
        let file = FileScope {
            saved: SavedAccess::of(saved),
            ..FileScope::default()
        };
        linker.add_main(MAIN, module, &mut Scope::new("", "", file), None);
        if self.is_not_for(&linker) {
            return self.for_jaq_core().term(term, variable, saved);
        }
        let is_right = linker.errors.is_empty() && linker.warnings.is_empty();
        is_right.then(|| self.generate(linker, variable).ok())?
    }

    /// Compiles a module made of several terms of the program's text. It may use `variable`, which has another value in
    /// each run, and sees the names that the saved filter `saved` sees.
    pub(crate) fn module(
        &self,
        module: Module<'s>,
        variable: &'static str,
        saved: Option<&SavedFilter>,
    ) -> Result<CompiledFilter, Vec<CompileError>> {
        let mut linker = self.linker();
        linker.named.push(variable);
        let home = self.program.home.as_deref();
        if saved.is_none() {
            linker.home = home.and_then(|home| self.files.load_home(&mut linker, home));
        }
        let file = FileScope {
            saved: SavedAccess::of(saved),
            home: linker.home,
            ..FileScope::default()
        };
        let (text, path) = (self.program.text, self.program.path.unwrap_or_default());
        linker.add_main(MAIN, module, &mut Scope::new(text, path, file), None);
        if linker
            .builtins
            .iter()
            .any(|builtin| builtin.name == "fetch")
        {
            let message = "fetch cannot be used in a column's filter".to_owned();
            let at = text
                .find("fetch")
                .map_or("", |at| &text[at..at + "fetch".len()]);
            let hint = Some("fetch in the main filter, and show what it yields".to_owned());
            linker
                .errors
                .push(CompileError::at(path, text, at, message, hint));
        }
        if !linker.errors.is_empty() {
            return Err(linker.errors);
        }
        self.generate(linker, Some(variable))
            .map_err(|error| vec![error])
    }

    /// Whether what was linked uses something that the target does not run.
    pub(crate) fn is_not_for(&self, linker: &Linker) -> bool {
        let mut used = linker.builtins.iter();
        self.target == Target::Direct && !used.all(|builtin| direct::can_run(builtin))
    }

    /// The same for jaq-core.
    pub(crate) fn for_jaq_core(self) -> Self {
        Self {
            target: Target::JaqCore,
            ..self
        }
    }

    /// Compiles what was linked; `variable` has another value in each run. It should not fail: the linker has resolved
    /// every name.
    pub(crate) fn generate(
        &self,
        linker: Linker,
        variable: Option<&str>,
    ) -> Result<CompiledFilter, CompileError> {
        let mut names = linker.globals.iter();
        let variable = names.position(|name| Some(*name) == variable);
        let host = linker.globals.iter().position(|name| self.is_host(name));
        let globals = linker.globals.iter();
        let globals = globals.map(|name| self.global(name)).collect();
        if self.target == Target::Direct {
            let program = direct::compile(&linker.defs, &linker.globals)
                .ok_or_else(|| CompileError::new("the filter cannot be compiled".into()))?;
            return Ok(CompiledFilter {
                code: Code::Direct(program, jaq_core::Filter::default()),
                globals,
                variable,
                host,
            });
        }
        let main = File {
            code: MAIN,
            path: (),
        };
        let modules = Loader::new(linker.defs)
            .load(linker.arena, main)
            .map_err(|_| CompileError::new("the filter cannot be loaded".into()))?;
        let filter = jaq_core::Compiler::<&str, JaqData>::default()
            .with_funs(natives::functions(&linker.builtins))
            .with_global_vars(linker.globals)
            .compile(modules)
            .map_err(|_| CompileError::new("the filter cannot be compiled".into()))?;
        Ok(CompiledFilter {
            code: Code::Jaq(filter),
            globals,
            variable,
            host,
        })
    }

    /// Whether a global variable is the name of the host, and not an argument that is called like that.
    fn is_host(&self, name: &str) -> bool {
        self.program.has_host && name == HOST && self.program.variable(name).is_none()
    }

    /// The value of a global variable.
    fn global(&self, name: &str) -> Value {
        match name {
            "$ENV" => Value::object(
                (self.program.environment)()
                    .into_iter()
                    .map(|(name, value)| (name, Value::from(value))),
            ),
            "$ARGS" => self.arguments(),
            "$__prog_args" => Value::from(self.program.positional.clone()),
            "$__search_list" => search_path(&self.program.library, self.program.home.as_deref())
                .into_iter()
                .map(|path| std::path::absolute(&path).unwrap_or(path))
                .map(|path| Value::from(path.display().to_string()))
                .collect(),
            name => {
                let globals = self.files.globals();
                let mut of_files = globals.iter();
                let of_files = of_files.find(|(known, _)| known == name);
                let value = of_files.map(|(_, value)| value);
                let value = value.or_else(|| self.program.variable(name));
                value.cloned().unwrap_or(Value::Null)
            }
        }
    }

    /// `$ARGS`
    fn arguments(&self) -> Value {
        let named = self.program.named.iter();
        let named = named.map(|(name, value)| (name.as_str(), value.clone()));
        Value::object([
            ("positional", Value::from(self.program.positional.clone())),
            ("named", Value::object(named)),
        ])
    }
}

/// What the top level of the main filter can refer to. `None` after an error, which is among the errors then.
fn main_file_scope<'s>(linker: &mut Linker<'s>, main: &MainFilter<'s>) -> Option<FileScope<'s>> {
    if let Some(saved) = main.saved {
        linker.open_saved(saved);
        return linker.saved_file_scope(saved, main.text, &main.module);
    }
    let imports = &main.module.imports;
    let mut file = linker.file_scope(imports, FileId::CommandLine, main.text, main.path)?;
    file.home = linker.home;
    Some(file)
}
