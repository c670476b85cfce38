//! What the top level of a source file can refer to.

use crate::builtins::OutputCount;
use crate::names_in_scope::Signature;
use crate::saved::{FilterOrigin, SavedFilter};

/// A module that has been linked: its index in [`super::Linker::modules`].
pub(crate) type ModuleId = usize;

/// A definition that a module exports.
pub(crate) struct Export<'s> {
    /// What it is called by in the source.
    pub signature: Signature<'s>,
    /// The unique name that it is compiled under.
    pub compiled: &'s str,
    /// How many outputs it has.
    pub outputs: OutputCount,
}

/// What the top level of a source file can refer to besides builtins.
#[derive(Default)]
pub(crate) struct FileScope<'s> {
    /// The file's own definitions, in order; the last of a name counts.
    pub own: Vec<Export<'s>>,
    /// The modules of its `include` directives.
    pub included: Vec<ModuleId>,
    /// The module of `~/.jq`, if the file sees it.
    pub home: Option<ModuleId>,
    /// The saved filters that it may call.
    pub saved: SavedAccess,
    /// The modules of its `import` directives, with the names that they are bound to.
    pub imported: Vec<(&'s str, ModuleId)>,
    /// `import "f" as $d;`: the names that a filter may use, and the global variable behind each.
    pub data: Vec<(&'s str, &'s str)>,
}

/// Which saved filters a source file may call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SavedAccess {
    /// None: builtins and modules of `~/.jq`.
    #[default]
    None,
    /// Those that come with the program, so that a built-in filter means the same for every user.
    BuiltIn,
    /// All of them.
    All,
}

impl SavedAccess {
    /// What the text of a saved filter may call; `None` stands for a text that is not saved.
    pub(crate) fn of(saved: Option<&SavedFilter>) -> Self {
        match saved {
            Some(saved) if saved.origin == FilterOrigin::BuiltIn => Self::BuiltIn,
            _ => Self::All,
        }
    }
}
