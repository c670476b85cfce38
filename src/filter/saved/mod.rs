//! Saved filters: a jq program in a file of its own, whose `module {…};` directive says what it is for and what to
//! request.
//!
//! Its name is a source on the command line, and a function that every filter can call.

mod lookup;
mod metadata;
mod names;
mod placeholders;
mod saved_filter;
#[cfg(test)]
mod tests;

pub use lookup::{BuiltInFilters, SavedFilters};
pub use metadata::{MAX_PARALLEL, Metadata, has_metadata};
pub(crate) use names::is_identifier;
pub use names::{is_name, name_problem, shadowing_warning};
pub use placeholders::{placeholders, split_repeated};
pub use saved_filter::{FilterOrigin, SavedFilter};
