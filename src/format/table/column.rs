//! The columns of a table: what they are called, and what that says of their cells.

use super::states::is_state_column;
use super::widths::{WidthDemand, WidthPriority};
use crate::cell::{short_hash, visible};
use crate::width::width;

/// A column.
pub struct TableColumn {
    pub title: String,
    pub need: WidthDemand,
    /// All of its cells are numbers: they stand on the right.
    pub is_numeric: bool,
    pub has_states: bool,
    /// Its hashes can be cut to twelve digits: they name the same thing. Those of names cannot.
    has_ids: bool,
}

impl TableColumn {
    /// The column of that name, with room for its title.
    pub fn new(name: &str) -> Self {
        let mut title = String::new();
        visible(&name.to_uppercase(), &mut title);
        let title_width = width(&title);
        let mut need = WidthDemand::new(rank(name));
        need.add(title_width, title_width);
        Self {
            need,
            title,
            is_numeric: false,
            has_states: is_state_column(name),
            has_ids: is_called(name, IDS),
        }
    }

    /// Takes a cell in; whether there is not yet room for it.
    pub fn measure(&mut self, text: &str) -> bool {
        let full = width(text);
        self.need.add(full, self.short(text).map_or(full, str::len))
    }

    /// The short form of an ID.
    #[inline]
    pub fn short<'t>(&self, text: &'t str) -> Option<&'t str> {
        short_hash(text).filter(|_| self.has_ids)
    }
}

/// What a name is, in any case, or ends in, just so.
type NamePattern = (&'static [&'static str], &'static [&'static str]);

const IDS: NamePattern = (&["id"], &["Id", "ID", "_id"]);
const NAMES: NamePattern = (&["name", "names"], &["Name", "NamePattern", "_name"]);

const COMMANDS: NamePattern = (&["command", "cmd"], &["Command", "Cmd"]);

/// Of a path the last key counts.
fn is_called(name: &str, (whole, ends): NamePattern) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    whole.iter().any(|it| last.eq_ignore_ascii_case(it)) || ends.iter().any(|it| last.ends_with(it))
}

fn rank(name: &str) -> WidthPriority {
    match name {
        _ if is_called(name, IDS) || is_called(name, NAMES) => WidthPriority::Precious,
        _ if is_state_column(name) => WidthPriority::Telling,
        _ if is_called(name, COMMANDS) => WidthPriority::Wordy,
        _ => WidthPriority::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_give_way_last() {
        for name in [
            "id",
            "ID",
            "Id",
            "ImageID",
            "ParentId",
            "short_id",
            "NamePattern",
            "name",
            "user_name",
            "Severity.Name",
        ] {
            assert_eq!(rank(name), WidthPriority::Precious, "{name}");
        }
        for name in ["Paid", "grid", "Image", "named", "Name.x", ""] {
            assert_eq!(rank(name), WidthPriority::Plain, "{name}");
        }
    }

    #[test]
    fn only_ids_have_a_short_form() {
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(
            TableColumn::new("ImageID").short(&hash),
            Some("0123456789ab")
        );
        assert_eq!(TableColumn::new("Name").short(&hash), None);
    }
}
