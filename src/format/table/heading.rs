//! The columns of a table: what they are called, and what that says of their cells.

use super::fit::{Need, Rank};
use super::paint;
use crate::cell::{short_hash, visible};
use crate::width::width;

/// A column.
pub struct Heading {
    pub title: String,
    pub need: Need,
    /// All of its cells are numbers: they stand on the right.
    pub is_numeric: bool,
    pub has_states: bool,
    /// Its hashes can be cut to twelve digits: they name the same thing. Those of names cannot.
    has_ids: bool,
}

impl Heading {
    /// The column of that name, with room for its title.
    pub fn new(name: &str) -> Self {
        let mut title = String::new();
        visible(&name.to_uppercase(), &mut title);
        let title_width = width(&title);
        let mut need = Need::new(rank(name));
        need.add(title_width, title_width);
        Self {
            need,
            title,
            is_numeric: false,
            has_states: paint::has_states(name),
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
type Names = (&'static [&'static str], &'static [&'static str]);

const IDS: Names = (&["id"], &["Id", "ID", "_id"]);
const NAMES: Names = (&["name", "names"], &["Name", "Names", "_name"]);

const COMMANDS: Names = (&["command", "cmd"], &["Command", "Cmd"]);

/// Of a path the last key counts.
fn is_called(name: &str, (whole, ends): Names) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    whole.iter().any(|it| last.eq_ignore_ascii_case(it)) || ends.iter().any(|it| last.ends_with(it))
}

fn rank(name: &str) -> Rank {
    match name {
        _ if is_called(name, IDS) || is_called(name, NAMES) => Rank::Precious,
        _ if paint::has_states(name) => Rank::Telling,
        _ if is_called(name, COMMANDS) => Rank::Wordy,
        _ => Rank::Plain,
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
            "Names",
            "name",
            "user_name",
            "State.Name",
        ] {
            assert_eq!(rank(name), Rank::Precious, "{name}");
        }
        for name in ["Paid", "grid", "Image", "named", "Name.x", ""] {
            assert_eq!(rank(name), Rank::Plain, "{name}");
        }
    }

    #[test]
    fn only_ids_have_a_short_form() {
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(Heading::new("ImageID").short(&hash), Some("0123456789ab"));
        assert_eq!(Heading::new("Name").short(&hash), None);
    }
}
