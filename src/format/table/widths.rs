//! How wide the columns of a table are where it must fit a terminal.

use std::cmp::Reverse;

/// Blanks between two columns, as in docker's tables.
pub const GAP: usize = 3;
/// The same where columns must be cut: blanks tell nothing.
const NARROW_GAP: usize = 2;

/// How narrow columns are made: those of IDs, names and states down to a width that is enough for most; only when the
/// others can give no more, down to that of docker's short IDs or to a word. Of a command the first word tells most.
const FLOORS: [(WidthPriority, usize, usize); 5] = [
    (WidthPriority::Wordy, 5, 5),
    (WidthPriority::Plain, 8, 8),
    (WidthPriority::Telling, 12, 8),
    (WidthPriority::Precious, 32, 12),
    (WidthPriority::Rigid, usize::MAX, usize::MAX),
];
/// Cells wider than this count as being so wide.
const WIDEST: usize = 400;

/// What a column would like to have.
#[derive(Clone, Debug, Default)]
pub struct WidthDemand {
    /// For everything in it.
    pub full: usize,
    /// With hashes cut to their first twelve digits.
    pub short: usize,
    pub rank: WidthPriority,
    /// How many cells there are of each width, hashes cut.
    cells: Vec<u32>,
}

/// Which columns give way first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WidthPriority {
    #[default]
    Plain,
    /// Commands.
    Wordy,
    /// States: what a list is looked at for.
    Telling,
    /// IDs and names.
    Precious,
    /// Numbers: part of one is another number.
    Rigid,
}

/// The widths that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnWidths {
    pub widths: Vec<usize>,
    /// Hashes are cut to their first twelve digits.
    pub short: bool,
    /// Blanks between two columns.
    pub gap: usize,
}

impl WidthDemand {
    pub fn new(rank: WidthPriority) -> Self {
        Self {
            rank,
            ..Self::default()
        }
    }

    /// Takes a cell in: its width, and that with hashes cut. Whether there is not yet room for it.
    pub fn add(&mut self, full: usize, short: usize) -> bool {
        let counted = short.min(WIDEST);
        if self.cells.len() <= counted {
            self.cells.resize(counted + 1, 0);
        }
        self.cells[counted] = self.cells[counted].saturating_add(1);
        let grows = full > self.full || short > self.short;
        self.full = self.full.max(full);
        self.short = self.short.max(short);
        grows
    }

    fn floor(&self, is_last: bool) -> usize {
        let known = FLOORS.iter().find(|(rank, ..)| *rank == self.rank);
        let floor = known.map_or(0, |(_, first, last)| if is_last { *last } else { *first });
        self.short.min(floor)
    }

    fn weight(&self) -> u64 {
        match self.rank {
            WidthPriority::Wordy => 1,
            WidthPriority::Telling => 8,
            WidthPriority::Plain | WidthPriority::Precious | WidthPriority::Rigid => 2,
        }
    }

    /// For each width, what it costs to be narrower: how many cells are at least so wide. Those of commands count less,
    /// those of states more.
    fn reaching(&self) -> Vec<u64> {
        let weight = self.weight();
        let cost = |count: &u32| u64::from(*count) * weight;
        let mut sums: Vec<u64> = self.cells.iter().map(cost).collect();
        for at in (1..sums.len()).rev() {
            sums[at - 1] += sums[at];
        }
        sums
    }
}

/// Fits columns into a width: hashes become short; then the blanks between columns become fewer and columns narrower, wide ones and those where it cuts few
/// cells first, IDs and names last. `None` if that is not enough.
pub fn fit(needs: &[&WidthDemand], width: usize) -> Option<ColumnWidths> {
    let gaps = needs.len().saturating_sub(1);
    for short in [false, true] {
        let width_of = |need: &&WidthDemand| if short { need.short } else { need.full };
        let widths: Vec<usize> = needs.iter().map(width_of).collect();
        if widths.iter().sum::<usize>() + GAP * gaps <= width {
            let gap = GAP;
            return Some(ColumnWidths { widths, short, gap });
        }
    }
    let room = width.checked_sub(NARROW_GAP * gaps)?;
    let reaching: Vec<_> = needs.iter().map(|need| need.reaching()).collect();
    let mut widths: Vec<usize> = needs.iter().map(|need| need.short).collect();
    for is_last in [false, true] {
        let floors: Vec<usize> = needs.iter().map(|need| need.floor(is_last)).collect();
        if narrow(&mut widths, &floors, &reaching, room) {
            mend(&mut widths, &floors, needs);
            return Some(ColumnWidths {
                widths,
                short: true,
                gap: NARROW_GAP,
            });
        }
    }
    None
}

/// Makes columns narrower until they fit; whether they do.
///
/// One by one, the column with the lowest share of cells that would newly or still be cut, for its width, loses a
/// place: where all cells are alike that is the widest; a single long cell among short ones is cut early.
fn narrow(widths: &mut [usize], floors: &[usize], reaching: &[Vec<u64>], room: usize) -> bool {
    let mut excess = widths.iter().sum::<usize>().saturating_sub(room);
    while excess > 0 {
        let cut = |at: usize| {
            reaching[at]
                .get(widths[at].min(WIDEST))
                .copied()
                .unwrap_or(0)
        };
        let can = (0..widths.len()).filter(|at| widths[*at] > floors[*at]);
        let least = can.min_by(|l, r| {
            let (left, right) = (cut(*l) * widths[*r] as u64, cut(*r) * widths[*l] as u64);
            left.cmp(&right).then(widths[*r].cmp(&widths[*l]))
        });
        let Some(at) = least else {
            return false;
        };
        // Nobody looks at places beyond the screen one by one.
        let step = widths[at]
            .saturating_sub(room.max(floors[at]))
            .clamp(1, excess);
        widths[at] -= step;
        excess -= step;
    }
    true
}

/// Places that are hardly worth an ellipsis.
const SLIGHT: usize = 6;

/// A column that lacks but a few places gets them from the widest of those that are cut anyway, and count no more.
fn mend(widths: &mut [usize], floors: &[usize], needs: &[&WidthDemand]) {
    let lacks = |widths: &[usize], at: usize| needs[at].short - widths[at].min(needs[at].short);
    let mut slight: Vec<usize> = (0..widths.len())
        .filter(|at| (1..=SLIGHT).contains(&lacks(widths, *at)))
        .collect();
    slight.sort_by_key(|at| (Reverse(needs[*at].weight()), lacks(widths, *at)));
    for at in slight {
        let mut mended = widths.to_vec();
        while lacks(&mended, at) > 0 {
            let gives = |it: &usize| {
                it != &at
                    && mended[*it] > floors[*it]
                    && needs[*it].weight() <= needs[at].weight()
                    && lacks(&mended, *it) > SLIGHT
            };
            let Some(widest) = (0..mended.len()).filter(gives).max_by_key(|it| mended[*it]) else {
                break;
            };
            mended[widest] -= 1;
            mended[at] += 1;
        }
        if lacks(&mended, at) == 0 {
            widths.copy_from_slice(&mended);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A column with cells of these widths.
    fn need(rank: WidthPriority, cells: &[usize]) -> WidthDemand {
        let mut need = WidthDemand::new(rank);
        for width in cells {
            need.add(*width, *width);
        }
        need
    }

    #[test]
    fn the_widest_give_way_first() {
        use WidthPriority::{Plain, Precious, Rigid};
        type Case = (
            &'static [(WidthPriority, usize)],
            usize,
            Option<&'static [usize]>,
        );
        let cases: &[Case] = &[
            (&[], 10, Some(&[])),
            (&[(Plain, 10), (Plain, 20)], 33, Some(&[10, 20])),
            (&[(Plain, 10), (Plain, 20)], 32, Some(&[10, 20])),
            (&[(Plain, 10), (Plain, 20)], 31, Some(&[10, 19])),
            (&[(Plain, 10), (Plain, 20)], 23, Some(&[10, 11])),
            (&[(Plain, 10), (Plain, 20)], 21, Some(&[10, 9])),
            (&[(Plain, 10), (Plain, 20)], 19, Some(&[8, 9])),
            (&[(Plain, 10), (Plain, 20)], 18, Some(&[8, 8])),
            (&[(Plain, 10), (Plain, 20)], 17, None),
            (&[(Plain, 2), (Plain, 20)], 12, Some(&[2, 8])),
            (&[(Precious, 30), (Plain, 20)], 42, Some(&[30, 10])),
            (&[(Precious, 30), (Plain, 20)], 40, Some(&[30, 8])),
            (&[(Precious, 30), (Plain, 20)], 39, Some(&[29, 8])),
            (&[(Precious, 30), (Plain, 20)], 22, Some(&[12, 8])),
            (&[(Precious, 30), (Plain, 20)], 21, None),
            (&[(Precious, 50), (Plain, 50)], 59, Some(&[32, 25])),
            (&[(Precious, 50), (Plain, 50)], 79, Some(&[38, 39])),
            (&[(Rigid, 15), (Plain, 20)], 25, Some(&[15, 8])),
            (&[(Rigid, 15), (Plain, 20)], 24, None),
            (
                &[(Plain, 50), (Plain, 50), (Plain, 5)],
                59,
                Some(&[25, 25, 5]),
            ),
            (&[(Plain, 90_000), (Plain, 10)], 79, Some(&[67, 10])),
            (&[(Plain, 9); 4], 2, None),
        ];
        for (columns, width, expected) in cases {
            let needs: Vec<_> = columns
                .iter()
                .map(|(rank, width)| need(*rank, &[*width]))
                .collect();
            let needs: Vec<_> = needs.iter().collect();
            let widths = fit(&needs, *width).map(|fit| fit.widths);
            assert_eq!(widths.as_deref(), *expected, "{columns:?} in {width}");
        }
    }

    #[test]
    fn few_long_cells_are_cut_before_many() {
        let images = need(WidthPriority::Plain, &[12, 12, 12, 12, 90]);
        let states = need(WidthPriority::Plain, &[20, 21, 22, 22, 22]);
        let widths = |width| fit(&[&images, &states], width).map(|fit| fit.widths);
        assert_eq!(widths(59), Some(vec![35, 22]));
        assert_eq!(widths(44), Some(vec![20, 22]));
        assert_eq!(widths(37), Some(vec![13, 22]));
    }

    #[test]
    fn a_column_that_lacks_little_is_mended() {
        let states = need(WidthPriority::Plain, &[20, 20, 20, 23]);
        let commands = need(WidthPriority::Plain, &[30, 30, 60]);
        let widths = |width| fit(&[&states, &commands], width).map(|fit| fit.widths);
        assert_eq!(widths(59), Some(vec![23, 34]));
        assert_eq!(widths(43), Some(vec![23, 18]));
        assert_eq!(widths(29), Some(vec![15, 12]));
    }

    #[test]
    fn what_gives_places_counts_no_more_than_what_gets_them() {
        let state = need(WidthPriority::Telling, &[30, 30, 30]);
        let age = need(WidthPriority::Plain, &[14, 14, 14]);
        let widths = |width| fit(&[&state, &age], width).map(|fit| fit.widths);
        assert_eq!(widths(42), Some(vec![30, 10]));
        assert_eq!(widths(36), Some(vec![26, 8]));
    }

    #[test]
    fn blanks_become_fewer_before_anything_is_cut() {
        let (one, two) = (
            need(WidthPriority::Plain, &[10]),
            need(WidthPriority::Plain, &[20]),
        );
        let gap = |width| fit(&[&one, &two], width).map(|fit| fit.gap);
        assert_eq!([33, 32, 20].map(gap), [Some(3), Some(2), Some(2)]);
    }

    #[test]
    fn hashes_are_cut_before_anything_gives_way() {
        let mut hash = WidthDemand::new(WidthPriority::Precious);
        hash.add(64, 12);
        let other = need(WidthPriority::Plain, &[20]);
        let widths = |width| fit(&[&hash, &other], width).map(|fit| (fit.widths, fit.short));
        assert_eq!(widths(87), Some((vec![64, 20], false)));
        assert_eq!(widths(86), Some((vec![12, 20], true)));
        assert_eq!(widths(33), Some((vec![12, 19], true)));
    }
}
