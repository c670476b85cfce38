//! The columns of a table: their headers, and what their names and cells say about how to show them.

use super::cut::least_width;
use super::demand::WidthDemand;
use super::role::{Role, is_id_column, is_name_column};
use super::states::is_state_column;
use crate::cell::{push_visible, short_hash};
use crate::row_buffer::CellKind;
use crate::width::width;

/// A column.
pub struct TableColumn {
    pub header: String,
    pub demand: WidthDemand,
    /// The table must fit a terminal.
    is_fitted: bool,
    /// All cells are numbers and therefore right-aligned.
    pub is_numeric: bool,
    pub has_states: bool,
    /// Hashes in this column are IDs, which can be cut to twelve digits without changing what they name.
    has_ids: bool,
    role_of_name: Role,
    /// Cells are names or lists of them.
    has_names: bool,
    /// The kinds of the cells, one bit each.
    kinds: u8,
    /// All cells begin with a digit.
    begins_with_digits: bool,
}

/// Quantities with units are at most this wide: `121.3MiB / 7.756GiB`.
const MAX_QUANTITY: usize = 24;
/// Text is long if a cell is wider than this.
const MAX_TEXT: usize = 40;
/// Lists and objects are at most this wide if they can say what the row is called.
const MAX_LIST: usize = 64;

impl TableColumn {
    /// The column of a path, wide enough for its header: the given one, or else the path in capitals. `name` says what
    /// its cells are.
    pub fn new(given: Option<&str>, path: &str, name: &str, is_fitted: bool) -> Self {
        let mut header = String::new();
        match given {
            Some(given) => push_visible(given, &mut header),
            None => push_visible(&path.to_uppercase(), &mut header),
        }
        let role = Role::of(name);
        Self {
            demand: WidthDemand::new(role, width(&header)),
            role_of_name: role,
            header,
            is_fitted,
            is_numeric: false,
            has_states: is_state_column(name),
            has_ids: is_id_column(name) || role == Role::Image,
            has_names: is_name_column(name),
            kinds: 0,
            begins_with_digits: true,
        }
    }

    /// Adds a cell of the rows that decide the column's role.
    pub fn measure_first(&mut self, text: &str, kind: CellKind) {
        self.kinds |= 1 << kind as u8;
        self.begins_with_digits &= text.starts_with(|c: char| c.is_ascii_digit());
        self.measure(text);
    }

    /// Adds a cell. Returns whether the column must grow for it.
    pub fn measure(&mut self, text: &str) -> bool {
        let full = width(text);
        if full > 0 && self.demand.role == Role::Empty {
            self.demand.role = self.role_of_name;
        }
        let short = self.short(text).map_or(full, str::len);
        let least = if self.is_fitted {
            least_width(self.demand.role, text).min(short)
        } else {
            short
        };
        self.demand.add(full, short, least)
    }

    /// Decides the role, after the first rows have been measured.
    pub fn decide_role(&mut self) {
        self.is_numeric = self.kinds == 1 << CellKind::Number as u8;
        self.demand.role = self.role();
    }

    fn role(&self) -> Role {
        use Role::{Address, Command, Identity, Image, LongText, Nested, Number, Text};
        let widest = self.demand.widest_cell();
        let is_nested = self.kinds & (1 << CellKind::Nested as u8) != 0;
        match self.demand.role {
            _ if widest == 0 => Role::Empty,
            role @ (Identity | Address) if is_nested && widest <= MAX_LIST => role,
            // Lists of tags, and of arguments.
            role @ (Image | Command) if is_nested => role,
            Identity if self.has_names => Identity,
            _ if is_nested => Nested,
            role @ (Identity | Role::Reference | Role::State) => role,
            _ if self.is_numeric => Number,
            Text if self.begins_with_digits && widest <= MAX_QUANTITY => Number,
            Text if widest > MAX_TEXT => LongText,
            role => role,
        }
    }

    /// The text of a cell, with hashes cut if they have to be.
    #[inline]
    pub fn shown<'t>(&self, text: &'t str, has_short_hashes: bool) -> &'t str {
        let short = has_short_hashes.then(|| self.short(text)).flatten();
        short.unwrap_or(text)
    }

    /// The short form of a cell that is an ID.
    #[inline]
    pub fn short<'t>(&self, text: &'t str) -> Option<&'t str> {
        short_hash(text).filter(|_| self.has_ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str) -> TableColumn {
        TableColumn::new(None, name, name, true)
    }

    #[test]
    fn only_ids_have_a_short_form() {
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(column("ImageID").short(&hash), Some("0123456789ab"));
        assert_eq!(column("Name").short(&hash), None);
    }

    #[test]
    fn cells_decide_the_role_that_a_name_leaves_open() {
        let long = "x".repeat(70);
        type Case<'a> = (&'a str, &'a [(&'a str, CellKind)], Role);
        let cases: &[Case<'_>] = &[
            (
                "size",
                &[("117MB", CellKind::Text), ("4kB", CellKind::Text)],
                Role::Number,
            ),
            (
                "size",
                &[("117MB", CellKind::Text), ("none", CellKind::Text)],
                Role::Text,
            ),
            ("Size", &[("117", CellKind::Number)], Role::Number),
            ("Created", &[("1700000000", CellKind::Number)], Role::Number),
            ("created", &[("3 hours ago", CellKind::Text)], Role::Time),
            ("id", &[("12", CellKind::Number)], Role::Identity),
            (
                "Ports",
                &[("{PrivatePort=80}", CellKind::Nested)],
                Role::Nested,
            ),
            ("Names", &[("/web", CellKind::Nested)], Role::Identity),
            ("Names", &[(&long, CellKind::Nested)], Role::Identity),
            ("Network", &[(&long, CellKind::Nested)], Role::Nested),
            ("RepoTags", &[(&long, CellKind::Nested)], Role::Image),
            ("Cmd", &[(&long, CellKind::Nested)], Role::Command),
            (
                "State",
                &[("Status=running", CellKind::Nested)],
                Role::Nested,
            ),
            ("ipv6", &[], Role::Empty),
            ("note", &[(&long, CellKind::Text)], Role::LongText),
        ];
        for (name, cells, role) in cases {
            let mut column = column(name);
            for (text, kind) in *cells {
                column.measure_first(text, *kind);
            }
            column.decide_role();
            assert_eq!(column.demand.role, *role, "{name} {cells:?}");
        }
    }
}
