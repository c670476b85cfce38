//! Module files: where `import`, `include` and `~/.jq` find them (jq manual, "Modules"), and their contents.

mod data;
mod loader;
mod metadata;
mod search;

pub use data::{read_text, read_values};
pub(crate) use loader::ModuleFiles;
pub(crate) use metadata::{check_metadata, module_metadata};
pub(crate) use search::search_path;
