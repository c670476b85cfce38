//! The columns of a table: their headers, and what a column's name says about its cells.

use super::states::is_state_column;
use super::widths::{WidthDemand, WidthPriority};
use crate::cell::{push_visible, short_hash};
use crate::width::width;

/// A column.
pub struct TableColumn {
    pub header: String,
    pub demand: WidthDemand,
    /// All cells are numbers and therefore right-aligned.
    pub is_numeric: bool,
    pub has_states: bool,
    /// Hashes in this column are IDs, which can be cut to twelve digits without changing what they name.
    has_ids: bool,
}

impl TableColumn {
    /// The column of a path, wide enough for its header: the given one, or else the path in capitals. `name` says what
    /// its cells are.
    pub fn new(given: Option<&str>, path: &str, name: &str) -> Self {
        let mut header = String::new();
        match given {
            Some(given) => push_visible(given, &mut header),
            None => push_visible(&path.to_uppercase(), &mut header),
        }
        let header_width = width(&header);
        let mut demand = WidthDemand::new(priority(name));
        demand.add(header_width, header_width);
        Self {
            demand,
            header,
            is_numeric: false,
            has_states: is_state_column(name),
            has_ids: matches_name(name, IDS),
        }
    }

    /// Adds a cell. Returns whether the column must grow for it.
    pub fn measure(&mut self, text: &str) -> bool {
        let full = width(text);
        self.demand
            .add(full, self.short(text).map_or(full, str::len))
    }

    /// The short form of a cell that is an ID.
    #[inline]
    pub fn short<'t>(&self, text: &'t str) -> Option<&'t str> {
        short_hash(text).filter(|_| self.has_ids)
    }
}

/// Whole names, which match in any case, and endings, which match exactly.
type NamePattern = (&'static [&'static str], &'static [&'static str]);

const IDS: NamePattern = (&["id"], &["Id", "ID", "_id"]);
const NAMES: NamePattern = (&["name", "names"], &["Name", "Names", "_name"]);
const COMMANDS: NamePattern = (&["command", "cmd"], &["Command", "Cmd"]);

/// Whether the last key of a path matches.
fn matches_name(name: &str, (whole, ends): NamePattern) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    whole.iter().any(|it| last.eq_ignore_ascii_case(it)) || ends.iter().any(|it| last.ends_with(it))
}

fn priority(name: &str) -> WidthPriority {
    match name {
        _ if matches_name(name, IDS) || matches_name(name, NAMES) => WidthPriority::Identity,
        _ if is_state_column(name) => WidthPriority::State,
        _ if matches_name(name, COMMANDS) => WidthPriority::Command,
        _ => WidthPriority::Normal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities_of_names() {
        for name in [
            "id",
            "ID",
            "Id",
            "ImageID",
            "ParentId",
            "short_id",
            "Names",
            "name",
            "user_name",
            "State.Name",
        ] {
            assert_eq!(priority(name), WidthPriority::Identity, "{name}");
        }
        for name in ["Paid", "grid", "Image", "named", "Name.x", ""] {
            assert_eq!(priority(name), WidthPriority::Normal, "{name}");
        }
    }

    #[test]
    fn only_ids_have_a_short_form() {
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(
            TableColumn::new(None, "ImageID", "ImageID").short(&hash),
            Some("0123456789ab")
        );
        assert_eq!(TableColumn::new(None, "Name", "Name").short(&hash), None);
    }
}
