//! The linker: finds every definition that a filter uses, and leaves the rest of the library unread.
//!
//! jaq-core compiles a flat list of definitions. Modules, `~/.jq`, saved filters and builtins are brought into that
//! form here, each definition once and only when something calls it. Linking and lowering are one recursion: to lower
//! a call means to resolve its name, and to resolve a name means to lower its definition.

mod definitions;
mod file_scope;
mod imports;
mod linker;
mod resolve;
mod saved;
mod scope;

pub(crate) use file_scope::{FileScope, ModuleId, SavedAccess};
pub(crate) use linker::{Callee, FileId, Linker, LoadError, ModuleLoader, Target};
pub(crate) use scope::{Local, MAX_ERRORS, Scope};
