//! The state of the linker.

use std::collections::HashMap;

use jaq_core::load::Arena;

use super::file_scope::{Export, ModuleId};
use crate::builtins::{Builtin, OutputCount};
use crate::compile_error::CompileError;
use crate::saved::{FilterOrigin, SavedFilters};
use crate::syntax::{Def, Import};
use dq_json::value::Value;

/// Reads files for the linker.
pub(crate) trait ModuleLoader<'s> {
    /// Links the module that an `import` or `include` in the file `importer` names.
    fn load_module(
        &self,
        linker: &mut Linker<'s>,
        import: &Import<'s>,
        importer: FileId,
    ) -> Result<ModuleId, LoadError>;

    /// Reads the value behind `import "f" as $d;`; gives the name of its global variable.
    fn load_data(
        &self,
        linker: &mut Linker<'s>,
        import: &Import<'s>,
        importer: FileId,
    ) -> Result<&'s str, LoadError>;

    /// Makes a global variable of a value; gives its name.
    fn add_global(&self, linker: &mut Linker<'s>, value: Value) -> &'s str;

    /// The saved filters that can be called.
    fn saved_filters(&self) -> &SavedFilters;

    /// Registers a file whose imports are to be loaded.
    fn register(&self, file: &str) -> FileId;
}

/// Where a directive stands: paths in it are relative to that file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileId {
    /// The main filter of the command line or of `-f`.
    CommandLine,
    /// A file that the loader has registered.
    File(usize),
}

/// Why a module or a data file was not loaded.
#[derive(Debug)]
pub(crate) enum LoadError {
    /// What is wrong with the directive or the file that it names; to be shown at the directive.
    AtImport(String),
    /// The file was read, and what is wrong with its text is among [`Linker::errors`] already.
    Reported,
}

impl From<String> for LoadError {
    fn from(message: String) -> Self {
        Self::AtImport(message)
    }
}

impl From<&str> for LoadError {
    fn from(message: &str) -> Self {
        Self::AtImport(message.to_owned())
    }
}

/// What evaluates values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The direct evaluator. Definitions of builtins that it runs itself are not needed.
    Direct,
    /// jaq-core, or plain jq: all definitions are needed.
    JaqCore,
}

/// Collects the definitions that a filter uses.
pub(crate) struct Linker<'s> {
    pub arena: &'s Arena,
    /// The evaluator that the definitions are for.
    pub target: Target,
    pub loader: &'s dyn ModuleLoader<'s>,
    /// Everything that must be compiled, dependencies first.
    pub defs: Vec<Def<'s>>,
    /// The builtins in use, native filters among them.
    pub builtins: Vec<&'static Builtin>,
    /// The global variables in use.
    pub globals: Vec<&'s str>,
    /// The variables of `--arg` and similar options, with their `$`.
    pub named: Vec<&'s str>,
    /// The exports of each module that was linked.
    pub modules: Vec<Vec<Export<'s>>>,
    /// The module of `~/.jq`, once it has been linked.
    pub home: Option<ModuleId>,
    /// The saved filters in use.
    pub saved: SavedCalls<'s>,
    /// The text of each of dq's helpers in use, dependencies first.
    pub helpers: Vec<&'s str>,
    /// Whether helpers are needed as definitions, though there are functions that do the same.
    pub expands_helpers: bool,
    /// Whether a path expression calls a definition: all definitions are lowered as path expressions then.
    pub has_definitions_in_paths: bool,
    pub errors: Vec<CompileError>,
    /// What the user should know, though the filter compiles.
    pub warnings: Vec<String>,
}

/// The saved filters that are called, each once.
#[derive(Default)]
pub(crate) struct SavedCalls<'s> {
    /// The name that each is compiled under, and its outputs; `None` while it is being linked.
    pub known: HashMap<SavedKey, Option<(&'s str, OutputCount)>>,
    /// Those being linked, each called by the one before it.
    pub open: Vec<SavedKey>,
    /// Name and text in the order in which they are compiled, dependencies first.
    pub texts: Vec<(String, &'s str)>,
}

/// The origin and the name: a built-in filter calls built-in filters, whatever the user has saved under their names.
pub(super) type SavedKey = (FilterOrigin, String);

/// What a call refers to.
pub(crate) enum Callee<'s> {
    /// A definition: the name that it is compiled under, and its outputs.
    Definition(&'s str, OutputCount),
    Builtin(&'static Builtin),
    Undefined,
    /// The name is known and cannot be called; the reason.
    Refused(String),
}

impl<'s> Linker<'s> {
    /// A linker that has linked nothing; `named` are the variables that the main filter may use, with their `$`.
    pub(crate) fn new(
        arena: &'s Arena,
        target: Target,
        loader: &'s dyn ModuleLoader<'s>,
        named: impl IntoIterator<Item = &'s str>,
    ) -> Self {
        Self {
            arena,
            target,
            loader,
            defs: Vec::new(),
            builtins: Vec::new(),
            globals: Vec::new(),
            named: named.into_iter().collect(),
            modules: Vec::new(),
            home: None,
            saved: SavedCalls::default(),
            helpers: Vec::new(),
            expands_helpers: false,
            has_definitions_in_paths: false,
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Keeps a text that was made up while linking for as long as the source.
    pub(crate) fn keep(&self, text: String) -> &'s str {
        self.arena.alloc(text)
    }
}
