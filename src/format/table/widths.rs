//! The widths of the columns of a table that must fit a terminal.

use std::cmp::Reverse;

/// Spaces between two columns, as in docker's tables.
pub const GAP: usize = 3;
/// Spaces between two columns where cells must be cut, to leave more available for text.
const NARROW_GAP: usize = 2;

/// The minimum widths of a column in the first and in the last pass. IDs, names and states first keep a width that is
/// enough for most of them; when the other columns are at their minimum, they shrink to that of docker's short IDs, or
/// of a word. A command is recognisable by its first word.
const MIN_WIDTHS: [(WidthPriority, usize, usize); 5] = [
    (WidthPriority::Command, 5, 5),
    (WidthPriority::Normal, 8, 8),
    (WidthPriority::State, 12, 8),
    (WidthPriority::Identity, 32, 12),
    (WidthPriority::Number, usize::MAX, usize::MAX),
];
/// Wider cells count as this wide.
const MAX_COUNTED: usize = 400;

/// The widths that a column needs.
#[derive(Clone, Debug, Default)]
pub struct WidthDemand {
    /// For all cells in full.
    pub full: usize,
    /// With hashes cut to their first twelve digits.
    pub short: usize,
    pub priority: WidthPriority,
    /// The number of cells of each width, with hashes cut.
    cells: Vec<u32>,
}

/// Which columns are cut first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WidthPriority {
    #[default]
    Normal,
    /// Commands: cut first.
    Command,
    /// States, which lists are mostly read for.
    State,
    /// IDs and names: cut last.
    Identity,
    /// Numbers: never cut, because a cut number is another number.
    Number,
}

/// The widths of all columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnWidths {
    pub widths: Vec<usize>,
    /// Hashes are cut to their first twelve digits.
    pub has_short_hashes: bool,
    /// Spaces between two columns.
    pub gap: usize,
}

impl WidthDemand {
    pub fn new(priority: WidthPriority) -> Self {
        Self {
            priority,
            ..Self::default()
        }
    }

    /// Adds a cell: its width, and its width with hashes cut. Returns whether the column must grow for it.
    pub fn add(&mut self, full: usize, short: usize) -> bool {
        let counted = short.min(MAX_COUNTED);
        if self.cells.len() <= counted {
            self.cells.resize(counted + 1, 0);
        }
        self.cells[counted] = self.cells[counted].saturating_add(1);
        let grows = full > self.full || short > self.short;
        self.full = self.full.max(full);
        self.short = self.short.max(short);
        grows
    }

    fn min_width(&self, is_last_pass: bool) -> usize {
        let known = MIN_WIDTHS
            .iter()
            .find(|(priority, ..)| *priority == self.priority);
        let width = known.map_or(
            0,
            |(_, first, last)| if is_last_pass { *last } else { *first },
        );
        self.short.min(width)
    }

    fn weight(&self) -> u64 {
        match self.priority {
            WidthPriority::Command => 1,
            WidthPriority::State => 8,
            WidthPriority::Normal | WidthPriority::Identity | WidthPriority::Number => 2,
        }
    }

    /// For each width, the cost of being narrower: the number of cells that are at least this wide. Cells of commands
    /// count less, those of states more.
    fn cut_costs(&self) -> Vec<u64> {
        let weight = self.weight();
        let cost = |count: &u32| u64::from(*count) * weight;
        let mut sums: Vec<u64> = self.cells.iter().map(cost).collect();
        for at in (1..sums.len()).rev() {
            sums[at - 1] += sums[at];
        }
        sums
    }
}

/// Fits columns into a width. Hashes are cut first; then the gaps shrink and columns become narrower: wide columns and
/// those where few cells are cut first, IDs and names last. `None` if that is not enough.
pub fn fit_columns(demands: &[&WidthDemand], width: usize) -> Option<ColumnWidths> {
    let gaps = demands.len().saturating_sub(1);
    for has_short_hashes in [false, true] {
        let width_of = |demand: &&WidthDemand| {
            if has_short_hashes {
                demand.short
            } else {
                demand.full
            }
        };
        let widths: Vec<usize> = demands.iter().map(width_of).collect();
        if widths.iter().sum::<usize>() + GAP * gaps <= width {
            let gap = GAP;
            return Some(ColumnWidths {
                widths,
                has_short_hashes,
                gap,
            });
        }
    }
    let available = width.checked_sub(NARROW_GAP * gaps)?;
    let costs: Vec<_> = demands.iter().map(|demand| demand.cut_costs()).collect();
    let mut widths: Vec<usize> = demands.iter().map(|demand| demand.short).collect();
    for is_last in [false, true] {
        let min_widths: Vec<usize> = demands
            .iter()
            .map(|demand| demand.min_width(is_last))
            .collect();
        if shrink(&mut widths, &min_widths, &costs, available) {
            complete_nearly_whole(&mut widths, &min_widths, demands);
            return Some(ColumnWidths {
                widths,
                has_short_hashes: true,
                gap: NARROW_GAP,
            });
        }
    }
    None
}

/// Makes columns narrower until their sum is at most `available`. Returns whether that succeeded.
///
/// In each step one column loses one character cell: the one where the number of cut cells, relative to its width, is
/// lowest. Where all cells have the same width, that is the widest column; a single long cell among short ones is cut
/// early.
fn shrink(
    widths: &mut [usize],
    min_widths: &[usize],
    costs: &[Vec<u64>],
    available: usize,
) -> bool {
    let mut excess = widths.iter().sum::<usize>().saturating_sub(available);
    while excess > 0 {
        let cut = |at: usize| {
            costs[at]
                .get(widths[at].min(MAX_COUNTED))
                .copied()
                .unwrap_or(0)
        };
        let can = (0..widths.len()).filter(|at| widths[*at] > min_widths[*at]);
        let least = can.min_by(|l, r| {
            let (left, right) = (cut(*l) * widths[*r] as u64, cut(*r) * widths[*l] as u64);
            left.cmp(&right).then(widths[*r].cmp(&widths[*l]))
        });
        let Some(at) = least else {
            return false;
        };
        // Width beyond the terminal is removed at once instead of step by step.
        let step = widths[at]
            .saturating_sub(available.max(min_widths[at]))
            .clamp(1, excess);
        widths[at] -= step;
        excess -= step;
    }
    true
}

/// A column that lacks at most this much is worth completing.
const SMALL_LACK: usize = 6;

/// Completes columns that lack only a few character cells. The widest columns that are cut anyway and weigh no more
/// give them up.
fn complete_nearly_whole(widths: &mut [usize], min_widths: &[usize], demands: &[&WidthDemand]) {
    let lacks = |widths: &[usize], at: usize| demands[at].short - widths[at].min(demands[at].short);
    let mut nearly_whole: Vec<usize> = (0..widths.len())
        .filter(|at| (1..=SMALL_LACK).contains(&lacks(widths, *at)))
        .collect();
    nearly_whole.sort_by_key(|at| (Reverse(demands[*at].weight()), lacks(widths, *at)));
    for at in nearly_whole {
        let mut candidate = widths.to_vec();
        while lacks(&candidate, at) > 0 {
            let can_give = |it: &usize| {
                it != &at
                    && candidate[*it] > min_widths[*it]
                    && demands[*it].weight() <= demands[at].weight()
                    && lacks(&candidate, *it) > SMALL_LACK
            };
            let Some(widest) = (0..candidate.len())
                .filter(can_give)
                .max_by_key(|it| candidate[*it])
            else {
                break;
            };
            candidate[widest] -= 1;
            candidate[at] += 1;
        }
        if lacks(&candidate, at) == 0 {
            widths.copy_from_slice(&candidate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A column with cells of these widths.
    fn demand(priority: WidthPriority, cells: &[usize]) -> WidthDemand {
        let mut demand = WidthDemand::new(priority);
        for width in cells {
            demand.add(*width, *width);
        }
        demand
    }

    #[test]
    fn the_widest_column_is_cut_first() {
        use WidthPriority::{Identity, Normal, Number};
        type Case = (
            &'static [(WidthPriority, usize)],
            usize,
            Option<&'static [usize]>,
        );
        let cases: &[Case] = &[
            (&[], 10, Some(&[])),
            (&[(Normal, 10), (Normal, 20)], 33, Some(&[10, 20])),
            (&[(Normal, 10), (Normal, 20)], 32, Some(&[10, 20])),
            (&[(Normal, 10), (Normal, 20)], 31, Some(&[10, 19])),
            (&[(Normal, 10), (Normal, 20)], 23, Some(&[10, 11])),
            (&[(Normal, 10), (Normal, 20)], 21, Some(&[10, 9])),
            (&[(Normal, 10), (Normal, 20)], 19, Some(&[8, 9])),
            (&[(Normal, 10), (Normal, 20)], 18, Some(&[8, 8])),
            (&[(Normal, 10), (Normal, 20)], 17, None),
            (&[(Normal, 2), (Normal, 20)], 12, Some(&[2, 8])),
            (&[(Identity, 30), (Normal, 20)], 42, Some(&[30, 10])),
            (&[(Identity, 30), (Normal, 20)], 40, Some(&[30, 8])),
            (&[(Identity, 30), (Normal, 20)], 39, Some(&[29, 8])),
            (&[(Identity, 30), (Normal, 20)], 22, Some(&[12, 8])),
            (&[(Identity, 30), (Normal, 20)], 21, None),
            (&[(Identity, 50), (Normal, 50)], 59, Some(&[32, 25])),
            (&[(Identity, 50), (Normal, 50)], 79, Some(&[38, 39])),
            (&[(Number, 15), (Normal, 20)], 25, Some(&[15, 8])),
            (&[(Number, 15), (Normal, 20)], 24, None),
            (
                &[(Normal, 50), (Normal, 50), (Normal, 5)],
                59,
                Some(&[25, 25, 5]),
            ),
            (&[(Normal, 90_000), (Normal, 10)], 79, Some(&[67, 10])),
            (&[(Normal, 9); 4], 2, None),
        ];
        for (columns, width, expected) in cases {
            let demands: Vec<_> = columns
                .iter()
                .map(|(priority, width)| demand(*priority, &[*width]))
                .collect();
            let demands: Vec<_> = demands.iter().collect();
            let widths = fit_columns(&demands, *width).map(|fit| fit.widths);
            assert_eq!(widths.as_deref(), *expected, "{columns:?} in {width}");
        }
    }

    #[test]
    fn few_long_cells_are_cut_before_many() {
        let images = demand(WidthPriority::Normal, &[12, 12, 12, 12, 90]);
        let states = demand(WidthPriority::Normal, &[20, 21, 22, 22, 22]);
        let widths = |width| fit_columns(&[&images, &states], width).map(|fit| fit.widths);
        assert_eq!(widths(59), Some(vec![35, 22]));
        assert_eq!(widths(44), Some(vec![20, 22]));
        assert_eq!(widths(37), Some(vec![13, 22]));
    }

    #[test]
    fn a_column_that_lacks_little_is_completed() {
        let states = demand(WidthPriority::Normal, &[20, 20, 20, 23]);
        let commands = demand(WidthPriority::Normal, &[30, 30, 60]);
        let widths = |width| fit_columns(&[&states, &commands], width).map(|fit| fit.widths);
        assert_eq!(widths(59), Some(vec![23, 34]));
        assert_eq!(widths(43), Some(vec![23, 18]));
        assert_eq!(widths(29), Some(vec![15, 12]));
    }

    #[test]
    fn a_column_gives_width_only_to_columns_of_at_least_its_weight() {
        let state = demand(WidthPriority::State, &[30, 30, 30]);
        let age = demand(WidthPriority::Normal, &[14, 14, 14]);
        let widths = |width| fit_columns(&[&state, &age], width).map(|fit| fit.widths);
        assert_eq!(widths(42), Some(vec![30, 10]));
        assert_eq!(widths(36), Some(vec![26, 8]));
    }

    #[test]
    fn gaps_shrink_before_cells_are_cut() {
        let (one, two) = (
            demand(WidthPriority::Normal, &[10]),
            demand(WidthPriority::Normal, &[20]),
        );
        let gap = |width| fit_columns(&[&one, &two], width).map(|fit| fit.gap);
        assert_eq!([33, 32, 20].map(gap), [Some(3), Some(2), Some(2)]);
    }

    #[test]
    fn hashes_are_cut_before_other_columns() {
        let mut hash = WidthDemand::new(WidthPriority::Identity);
        hash.add(64, 12);
        let other = demand(WidthPriority::Normal, &[20]);
        let widths = |width| {
            fit_columns(&[&hash, &other], width).map(|fit| (fit.widths, fit.has_short_hashes))
        };
        assert_eq!(widths(87), Some((vec![64, 20], false)));
        assert_eq!(widths(86), Some((vec![12, 20], true)));
        assert_eq!(widths(33), Some((vec![12, 19], true)));
    }
}
