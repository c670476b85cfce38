//! The columns of a saved filter: its own, or those of the saved filter that it begins with.

use crate::plan::columns::SavedColumns;
use dq_filter::saved::{FilterOrigin, Metadata, SavedFilter, SavedFilters};

/// How many saved filters may begin with one another, so that a cycle ends.
const MAX_DEPTH: usize = 8;

/// The columns of a saved filter. One without columns whose program begins with another saved filter, as in
/// `ps | map(select(.state == "running"))`, has the columns of that one.
pub(super) fn of(
    saved: &SavedFilter,
    metadata: &Metadata,
    is_filtered: bool,
    saved_filters: &SavedFilters,
) -> Option<SavedColumns> {
    if let Some(text) = &metadata.columns {
        return Some(SavedColumns {
            text: text.clone(),
            saved: Some(saved.clone()),
            is_filtered,
        });
    }
    let mut first = saved.clone();
    for _ in 0..MAX_DEPTH {
        first = called_first(&first, saved_filters)?;
        if let Some(text) = first.metadata().ok()?.columns {
            return Some(SavedColumns {
                text,
                saved: Some(first),
                is_filtered: true,
            });
        }
    }
    None
}

/// The saved filter that a saved filter begins with. In the user's `ps`, `ps` is the built-in one, and a built-in filter
/// calls built-in filters.
fn called_first(saved: &SavedFilter, saved_filters: &SavedFilters) -> Option<SavedFilter> {
    let name = saved.first_call()?;
    if saved.origin == FilterOrigin::BuiltIn || name == saved.name {
        saved_filters.find_built_in(&name)
    } else {
        saved_filters.find(&name).ok()?
    }
}
