//! Names → what they mean: finds every definition a filter uses, and leaves the rest of the library unread.
//!
//! jaq-core compiles a flat list of definitions; modules, `~/.jq` and jq's library are brought into that form here,
//! each definition once and only when something calls it.

use jaq_core::load::Arena;
use jaq_core::load::parse::Term as T;

use super::builtins::{self, Builtin, Implementation, OutputCount};
use super::lower::{Scope, pipe};
use super::report::CompileError;
use super::saved::{Calls, SavedFilters};
use super::syntax::{Def, Import, Module, Term};
use dq_json::value::Value;

/// A name and its number of arguments.
pub type Signature<'s> = (&'s str, usize);

/// What a module offers to those that include or import it.
#[derive(Default)]
pub struct Exports<'s> {
    /// Definitions in order; the last of a name counts. The second name is the one it is compiled under.
    pub defs: Vec<(Signature<'s>, &'s str, OutputCount)>,
}

/// What the top level of a source file sees besides jq's library.
#[derive(Default)]
pub struct Environment<'s> {
    pub own: Exports<'s>,
    pub included: Vec<usize>,
    /// The module of `~/.jq`.
    pub home: Option<usize>,
    pub saved: Saved,
    pub imported: Vec<(&'s str, usize)>,
    /// `import "f" as $d;`: the names a filter may use, and the global variable behind them.
    pub data: Vec<(&'s str, &'s str)>,
}

/// Which saved filters a text can call.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Saved {
    /// jq's library and dq's helpers call none.
    #[default]
    None,
    /// What comes with dq means the same for everyone.
    BuiltIn,
    All,
}

/// Brings in files for the linker.
pub trait Modules<'s> {
    /// The module that an `import` or `include` in file `parent` names.
    fn module(
        &self,
        linker: &mut Linker<'s>,
        import: &Import<'s>,
        parent: usize,
    ) -> Result<usize, String>;
    /// The value behind `import "f" as $d;`, as the name of a global variable.
    fn data(
        &self,
        linker: &mut Linker<'s>,
        import: &Import<'s>,
        parent: usize,
    ) -> Result<&'s str, String>;
    /// A global variable of that value.
    fn keep(&self, linker: &mut Linker<'s>, value: Value) -> &'s str;
    /// Where saved filters are.
    fn saved(&self) -> &SavedFilters;
    /// The number to give as `parent` for imports of this file.
    fn parent(&self, file: &str) -> usize;
}

pub struct Linker<'s> {
    pub arena: &'s Arena,
    pub files: &'s dyn Modules<'s>,
    /// Everything that must be compiled, dependencies first.
    pub defs: Vec<Def<'s>>,
    /// Builtins in use.
    pub builtins: Vec<&'static Builtin>,
    /// Global variables in use.
    pub globals: Vec<&'s str>,
    /// Names of the variables given with --arg and its like.
    pub(super) named: Vec<&'s str>,
    pub modules: Vec<Exports<'s>>,
    /// The module of `~/.jq`, once it is read.
    pub home: Option<usize>,
    /// Saved filters that something calls.
    pub(super) saved: Calls<'s>,
    /// The text of each of dq's helpers in use, dependencies first.
    pub helpers: Vec<&'s str>,
    pub errors: Vec<CompileError>,
    /// What the user should know of, though it is no error.
    pub warnings: Vec<String>,
}

/// What a call means.
pub enum Callee<'s> {
    /// A definition; the name to call it by.
    Filter(&'s str, OutputCount),
    Builtin(&'static Builtin),
    Undefined,
    /// It is known and cannot be called; why.
    Refused(String),
}

/// Global variables every filter may use.
const PREDEFINED: [&str; 3] = ["$ENV", "$ARGS", "$__prog_args"];

impl<'s> Linker<'s> {
    pub fn new(
        arena: &'s Arena,
        files: &'s dyn Modules<'s>,
        named: impl IntoIterator<Item = &'s str>,
    ) -> Self {
        Self {
            arena,
            files,
            defs: Vec::new(),
            builtins: Vec::new(),
            globals: Vec::new(),
            named: named.into_iter().collect(),
            modules: Vec::new(),
            home: None,
            saved: Calls::default(),
            helpers: Vec::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Keeps a text made up here for as long as the source.
    pub fn keep(&self, text: String) -> &'s str {
        self.arena.alloc(text)
    }

    /// Compiles the definitions of a module file under names of their own.
    pub fn add_module(
        &mut self,
        source: &'s str,
        path: &str,
        defs: Vec<Def<'s>>,
        environment: Environment<'s>,
    ) -> usize {
        let mut scope = Scope::new(source, path, environment);
        let id = self.modules.len();
        for (i, def) in defs.into_iter().enumerate() {
            let signature = (def.name, def.args.len());
            let name = self.keep(format!("{} {id}.{i}", def.name));
            let (mut lowered, count) = scope.definition(self, def, Some(name));
            lowered.name = name;
            self.defs.push(lowered);
            scope.environment.own.defs.push((signature, name, count));
        }
        self.modules.push(scope.into_exports());
        id
    }

    /// Makes the main filter the last definition; its definitions are local to it. What `before` names runs first.
    pub fn add_main(
        &mut self,
        source: &'s str,
        path: &str,
        module: Module<'s>,
        environment: Environment<'s>,
        before: Option<&'s str>,
    ) {
        let mut scope = Scope::new(source, path, environment);
        let (body, _) = scope.term(self, module.into_term());
        let body = match before {
            Some(name) => pipe(T::Call(name, Vec::new()), body),
            None => body,
        };
        self.defs.push(Def {
            name: super::MAIN,
            args: Vec::new(),
            body,
        });
    }

    /// What `name` with `arity` arguments means at the top level of a file.
    pub fn resolve(
        &mut self,
        environment: &Environment<'s>,
        (name, arity): Signature<'s>,
    ) -> Callee<'s> {
        let find = |exports: &Exports<'s>, name: &str| {
            let mut defs = exports.defs.iter().rev();
            defs.find(|(signature, ..)| *signature == (name, arity))
                .map(|(_, name, count)| Callee::Filter(name, *count))
        };
        if let Some((module, inner)) = name.rsplit_once("::") {
            let imported = environment
                .imported
                .iter()
                .rev()
                .filter(|(as_name, _)| *as_name == module);
            let found = imported
                .filter_map(|(_, id)| find(&self.modules[*id], inner))
                .next();
            return found.unwrap_or(Callee::Undefined);
        }
        let included = environment
            .included
            .iter()
            .rev()
            .map(|id| &self.modules[*id]);
        let found = std::iter::once(&environment.own)
            .chain(included)
            .find_map(|exports| find(exports, name));
        if let Some(found) = found {
            return found;
        }
        let may_be_saved = arity == 0 && environment.saved != Saved::None;
        if may_be_saved && let Some(found) = self.saved_by_user(environment, name) {
            return found;
        }
        let home = environment.home.map(|id| &self.modules[id]);
        if let Some(found) = home.and_then(|exports| find(exports, name)) {
            return found;
        }
        match self.builtin(name, arity) {
            Callee::Undefined if may_be_saved => self.saved_elsewhere(environment, name),
            found => found,
        }
    }

    /// A builtin, compiled on its first use.
    fn builtin(&mut self, name: &str, arity: usize) -> Callee<'s> {
        let Some(builtin) = builtins::find(name, arity) else {
            return Callee::Undefined;
        };
        if self
            .builtins
            .iter()
            .all(|used| !std::ptr::eq(*used, builtin))
        {
            self.builtins.push(builtin);
            if let Some(text) = builtins::text(builtin) {
                self.builtin_definition(builtin, text);
            }
        }
        Callee::Builtin(builtin)
    }

    /// Compiles the definition of a builtin; gives the number of outputs that follows from it.
    pub fn builtin_definition(
        &mut self,
        builtin: &'static Builtin,
        text: &'static str,
    ) -> Option<OutputCount> {
        let def = super::syntax::parse_definitions(text).ok()?.pop()?;
        let mut scope = Scope::new(text, "builtin", Environment::default());
        let (lowered, outputs) = scope.definition(self, def, None);
        self.defs.push(lowered);
        if builtin.implementation == Implementation::Helper {
            self.helpers.push(text);
        }
        Some(outputs)
    }

    /// The global variable behind `$name`, if there is one.
    pub fn global(&mut self, environment: &Environment<'s>, name: &'s str) -> Option<&'s str> {
        let data = environment
            .data
            .iter()
            .rev()
            .find(|(as_name, _)| *as_name == name)
            .map(|(_, global)| *global);
        let known = PREDEFINED.contains(&name) || self.named.contains(&name);
        let global = data.or(known.then_some(name))?;
        if !self.globals.contains(&global) {
            self.globals.push(global);
        }
        Some(global)
    }

    /// What the imports of a file bring into its top level.
    pub fn environment(
        &mut self,
        imports: &[Import<'s>],
        parent: usize,
    ) -> Result<Environment<'s>, (&'s str, String)> {
        let files = self.files;
        let mut environment = Environment {
            saved: Saved::All,
            ..Environment::default()
        };
        for import in imports {
            let located = |message| (import.path, message);
            match import.name {
                Some(name) if name.starts_with('$') => {
                    let global = files.data(self, import, parent).map_err(located)?;
                    let qualified = self.keep(format!("{name}::{}", &name[1..]));
                    environment
                        .data
                        .extend([(name, global), (qualified, global)]);
                }
                Some(name) => environment
                    .imported
                    .push((name, files.module(self, import, parent).map_err(located)?)),
                None => environment
                    .included
                    .push(files.module(self, import, parent).map_err(located)?),
            }
        }
        Ok(environment)
    }
}

impl<'s> From<&Import<'s>> for String {
    fn from(import: &Import<'s>) -> Self {
        import.path.to_owned()
    }
}

/// Is the term free of anything that needs running? (`module` and `import` metadata must be.)
pub fn is_constant(term: &Term) -> bool {
    use jaq_core::load::lex::StrPart;
    match term {
        T::Num(_) | T::Arr(None) => true,
        T::Str(None, parts) => parts.iter().all(|part| !matches!(part, StrPart::Term(_))),
        T::Arr(Some(inner)) => is_constant_list(inner),
        T::Obj(entries) => entries
            .iter()
            .all(|(key, value)| is_constant(key) && value.as_ref().is_some_and(is_constant)),
        T::Neg(inner) => is_constant(inner),
        T::Call(name, args) => args.is_empty() && matches!(*name, "null" | "true" | "false"),
        _ => false,
    }
}

fn is_constant_list(term: &Term) -> bool {
    use jaq_core::load::parse::BinaryOp;
    match term {
        T::BinOp(left, BinaryOp::Comma, right) => is_constant_list(left) && is_constant_list(right),
        other => is_constant(other),
    }
}
