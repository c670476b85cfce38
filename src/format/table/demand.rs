//! How much width a column needs, and how far it may be cut in each step of fitting a table.

use super::role::Role;

/// Wider cells count as this wide.
pub const MAX_COUNTED: usize = 400;

/// The width of a list of ports that stays whole until commands and times are left out: two mappings for IPv4 and IPv6,
/// as docker prints them.
const PORTS: usize = 64;
/// docker shows this much of a command.
const COMMAND: usize = 20;
/// Text and nested values shrink to this width before images and times do.
const TEXT: usize = 20;
const NESTED: usize = 40;
/// `Up Less than a second (health: starting)`: docker's states are not longer.
const STATE: usize = 40;
/// A repository with its tag is rarely longer.
const IMAGE: usize = 32;
/// The names of anonymous volumes are this long.
const NAMES: usize = 64;

/// The steps of fitting a table, in their order: in each, the columns of more roles may become narrower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Commands shrink to what docker shows of them, before anything else is cut.
    Commands,
    /// Text, nested values, and what is too long for its role.
    Text,
    /// Images shrink to repository and tag.
    Images,
    /// Times shrink to the date, ages to a few words.
    Times,
    /// Lists of ports shrink, commands and text once more.
    Ports,
    /// States shrink, and everything else once more but names. Columns that say least are left out before this.
    States,
    /// Names and IDs shrink. Everything but states is left out before this.
    Names,
}

/// All steps in their order.
pub const STEPS: [Step; 7] = [
    Step::Commands,
    Step::Text,
    Step::Images,
    Step::Times,
    Step::Ports,
    Step::States,
    Step::Names,
];

/// How far columns are cut before others are left out.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    text: usize,
    nested: usize,
    names: usize,
}

impl Limits {
    /// The limits in a terminal of this width. Columns that somebody selected are rather cut than left out.
    pub fn new(width: usize, is_selected: bool) -> Self {
        let names = NAMES;
        if is_selected {
            return Self {
                text: 10,
                nested: 10,
                names,
            };
        }
        Self {
            text: (width / 5).clamp(8, 20),
            nested: (width * 2 / 5).min(40),
            names,
        }
    }

    /// The limits with another one for names.
    pub fn with_names(self, names: usize) -> Self {
        Self { names, ..self }
    }
}

/// The widths that a column needs.
#[derive(Clone, Debug, Default)]
pub struct WidthDemand {
    pub role: Role,
    /// For all cells and the header in full.
    pub full: usize,
    /// With hashes cut to their first twelve digits.
    pub short: usize,
    /// Below this, a cell loses what it is read for.
    least: usize,
    header: usize,
    /// The widest cell, with hashes cut.
    widest: usize,
    /// The number of cells of each width, with hashes cut; of images, without the path in front of the repository.
    cells: Vec<u32>,
}

impl WidthDemand {
    pub fn new(role: Role, header: usize) -> Self {
        let mut demand = Self {
            role,
            ..Self::default()
        };
        demand.add(header, header, header);
        demand.least = 0;
        demand.header = std::mem::take(&mut demand.widest);
        demand
    }

    /// Adds a cell: its width, its width with hashes cut, and the width below which it loses what it is read for.
    /// Returns whether the column must grow for it.
    pub fn add(&mut self, full: usize, short: usize, least: usize) -> bool {
        let matters = if self.role == Role::Image {
            least
        } else {
            short
        };
        let counted = matters.min(MAX_COUNTED);
        if self.cells.len() <= counted {
            self.cells.resize(counted + 1, 0);
        }
        self.cells[counted] = self.cells[counted].saturating_add(1);
        let grows = full > self.full || short > self.short;
        self.full = self.full.max(full);
        self.short = self.short.max(short);
        self.widest = self.widest.max(short);
        self.least = self.least.max(least);
        grows
    }

    /// The widths of all cells together, as [`WidthDemand::add`] takes them.
    pub fn widths(&self) -> (usize, usize, usize) {
        (self.full, self.short, self.least)
    }

    /// The width of the widest cell, with hashes cut.
    pub fn widest_cell(&self) -> usize {
        self.widest
    }

    /// The width with what docker shows of commands.
    pub fn usual(&self) -> usize {
        match self.role {
            Role::Command => self.short.min(COMMAND),
            _ => self.short,
        }
    }

    /// The width below which the column is not cut in this step. A header may be cut to a word.
    pub fn minimum(&self, step: Step, limits: Limits) -> usize {
        const HEADER: usize = 12;
        if step == Step::Commands {
            return self.usual();
        }
        let is = |from: Step, width: usize| if step >= from { width } else { usize::MAX };
        let late = |width: usize| is(Step::States, width);
        let last = |width: usize| is(Step::Names, width);
        let least = match self.role {
            Role::Command => is(Step::Ports, 12).min(COMMAND),
            Role::Text | Role::LongText => is(Step::Ports, limits.text).min(late(10)).min(TEXT),
            Role::Nested => is(Step::Ports, limits.nested).min(late(10)).min(NESTED),
            Role::Image => is(Step::Images, self.least.min(IMAGE)).min(late(self.width_of_most())),
            Role::Time => is(Step::Times, self.least),
            Role::Ports => is(Step::Ports, PORTS).min(late(16)),
            Role::State => late(self.least).min(STATE),
            Role::Identity | Role::Reference => {
                last(12).min(is(Step::Ports, limits.names)).min(NAMES)
            }
            Role::Path => is(Step::Ports, 24).min(40),
            Role::Name => late(12).min(is(Step::Ports, 20)).min(32),
            // The longest address is that of an IPv6 network.
            Role::Address => 43,
            Role::Number | Role::Empty => usize::MAX,
        };
        self.widest.max(self.header.min(HEADER)).min(least)
    }

    /// The width that is enough for two thirds of the cells.
    fn width_of_most(&self) -> usize {
        let total: u64 = self.cells.iter().copied().map(u64::from).sum();
        let mut wider = total;
        let is_enough = |count: &u32| {
            wider -= u64::from(*count);
            wider * 3 <= total
        };
        self.cells.iter().position(is_enough).unwrap_or(0)
    }

    /// Whether the column has text that means no more whole than cut.
    pub fn is_text(&self) -> bool {
        use Role::{Command, LongText, Name, Nested, Text};
        matches!(self.role, Nested | LongText | Command | Text | Name)
    }

    /// For each width, the cost of being narrower: the number of cells that are at least this wide. A cut repository
    /// or state costs more than a cut list of ports.
    pub fn cut_costs(&self) -> Vec<u64> {
        let weight = match self.role {
            Role::Image => 3,
            Role::State => 2,
            _ => 1,
        };
        let cost = |count: &u32| u64::from(*count) * weight;
        let mut sums: Vec<u64> = self.cells.iter().map(cost).collect();
        for at in (1..sums.len()).rev() {
            sums[at - 1] += sums[at];
        }
        sums
    }
}
