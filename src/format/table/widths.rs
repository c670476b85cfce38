//! The widths of the columns of a table that must fit a terminal, and which columns are left out.

use std::cmp::Reverse;

use super::demand::{Limits, Step, WidthDemand};
use super::role::Role;
use super::shrink::shrink_in_steps;

/// Spaces between two columns, as in docker's tables.
pub const GAP: usize = 3;
/// Spaces between two columns where cells must be cut, to leave more available for text.
const NARROW_GAP: usize = 2;

/// The widths of all columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnWidths {
    /// `None` for columns that are left out.
    pub widths: Vec<Option<usize>>,
    /// Hashes are cut to their first twelve digits.
    pub has_short_hashes: bool,
    /// Spaces between two columns.
    pub gap: usize,
}

impl ColumnWidths {
    /// The widths with no cell cut.
    pub fn full(demands: &[&WidthDemand]) -> Self {
        Self {
            widths: demands.iter().map(|demand| Some(demand.full)).collect(),
            has_short_hashes: false,
            gap: GAP,
        }
    }

    /// The number of columns that are not left out.
    pub fn shown(&self) -> usize {
        self.widths.iter().flatten().count()
    }
}

/// Fits columns into a width: cuts hashes, then makes gaps and columns narrower, then leaves columns out. One column
/// always stays.
pub fn fit_columns(demands: &[&WidthDemand], width: usize, is_selected: bool) -> ColumnWidths {
    let limits = limits(demands, width, is_selected);
    let all = vec![true; demands.len()];
    whole(demands, &all, width).unwrap_or_else(|| {
        let shown = choose_columns(demands, width, limits, is_selected);
        fit_shown(demands, &shown, width, limits)
    })
}

/// Fits the same columns again after some have grown. `None` if they do not fit any more.
pub fn fit_again(
    demands: &[&WidthDemand],
    before: &[Option<usize>],
    width: usize,
    is_selected: bool,
) -> Option<ColumnWidths> {
    let limits = limits(demands, width, is_selected);
    let shown: Vec<bool> = before.iter().map(Option::is_some).collect();
    let needed: usize = (demands.iter().zip(&shown).filter(|(_, shown)| **shown))
        .map(|(demand, _)| demand.minimum(Step::Names, limits) + NARROW_GAP)
        .sum();
    (needed <= width + NARROW_GAP).then(|| fit_shown(demands, &shown, width, limits))
}

/// The limits in a terminal of this width. Names are whole if they fit beside IDs and states; otherwise, leaving out the
/// other columns would not save them.
fn limits(demands: &[&WidthDemand], width: usize, is_selected: bool) -> Limits {
    let limits = Limits::new(width, is_selected);
    let identity = demands
        .iter()
        .filter(|demand| matches!(demand.role, Role::State | Role::Identity));
    let needed = |limits: Limits| -> usize {
        let minimum = |demand: &&WidthDemand| demand.minimum(Step::States, limits) + NARROW_GAP;
        identity.clone().map(minimum).sum()
    };
    let shorter = (12..64)
        .rev()
        .filter(|names| names * 3 <= width * 2)
        .map(|names| limits.with_names(names));
    let mut possible = std::iter::once(limits).chain(shorter);
    possible
        .find(|limits| needed(*limits) <= width + NARROW_GAP)
        .unwrap_or(limits)
}

/// The widths with at most hashes cut, if that fits.
fn whole(demands: &[&WidthDemand], shown: &[bool], width: usize) -> Option<ColumnWidths> {
    [false, true].into_iter().find_map(|has_short_hashes| {
        let width_of = |(demand, shown): (&&WidthDemand, &bool)| {
            let width = if has_short_hashes {
                demand.short
            } else {
                demand.full
            };
            shown.then_some(width)
        };
        let widths: Vec<_> = demands.iter().zip(shown).map(width_of).collect();
        let needed: usize = widths.iter().flatten().map(|width| width + GAP).sum();
        (needed <= width + GAP).then_some(ColumnWidths {
            widths,
            has_short_hashes,
            gap: GAP,
        })
    })
}

/// The columns in the order in which they are left out: by role, the widest nested value and the longest text first, the
/// shortest state first, and of others the last column.
fn leaving_order(demands: &[&WidthDemand], is_selected: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..demands.len()).collect();
    order.sort_by_key(|at| {
        let demand = demands[*at];
        let width = match demand.role {
            Role::Nested | Role::LongText => usize::MAX - demand.short,
            Role::State => demand.short,
            _ => 0,
        };
        let role = match demand.role {
            Role::Number => Role::Text,
            // In an answer, times are as good as other text.
            Role::Time if !is_selected => Role::Text,
            role => role,
        };
        (role, width, Reverse(*at))
    });
    order
}

/// Chooses the columns that are shown. For each column, the step of shrinking is known that must not be enough before
/// it is left out.
fn choose_columns(
    demands: &[&WidthDemand],
    width: usize,
    limits: Limits,
    is_selected: bool,
) -> Vec<bool> {
    let needs = |step: Step| {
        let minimum = |demand: &&WidthDemand| demand.minimum(step, limits) + NARROW_GAP;
        demands.iter().map(minimum).collect::<Vec<_>>()
    };
    let mut shown = vec![true; demands.len()];
    let mut left_out = Vec::new();
    let order = leaving_order(demands, is_selected);
    let mut order = order[..order.len().saturating_sub(1)].iter().peekable();
    for step in [Step::Ports, Step::States, Step::Names] {
        let need = needs(step);
        let mut needed: usize = (0..need.len())
            .filter(|at| shown[*at])
            .map(|at| need[at])
            .sum();
        let is_next = |at: &&usize| last_step(demands[**at].role, is_selected) <= step;
        while needed > width + NARROW_GAP {
            let Some(at) = order.next_if(is_next) else {
                break;
            };
            needed -= need[*at];
            shown[*at] = false;
            left_out.push(*at);
        }
        if needed <= width + NARROW_GAP {
            break;
        }
    }
    put_back(demands, &mut shown, &left_out, width);
    shown
}

/// The last step of shrinking before columns of this role are left out.
fn last_step(role: Role, is_selected: bool) -> Step {
    // What somebody selected is worth more than whole states.
    let least = if is_selected {
        Role::Time
    } else {
        Role::Address
    };
    match role {
        role if role <= least => Step::Ports,
        Role::State | Role::Identity => Step::Names,
        _ => Step::States,
    }
}

/// Puts columns back for which there is still enough width with no other column cut.
fn put_back(demands: &[&WidthDemand], shown: &mut [bool], left_out: &[usize], width: usize) {
    let need = |at: usize| demands[at].usual() + NARROW_GAP;
    let mut needed: usize = (0..shown.len()).filter(|at| shown[*at]).map(need).sum();
    let left_out = left_out.iter().rev();
    for at in left_out.filter(|at| demands[**at].role != Role::Empty) {
        if needed + need(*at) <= width + NARROW_GAP {
            needed += need(*at);
            shown[*at] = true;
        }
    }
}

/// Fits the columns that are shown. Where not even their minimum fits, the one column that is left is cut to the width.
fn fit_shown(
    demands: &[&WidthDemand],
    shown: &[bool],
    width: usize,
    limits: Limits,
) -> ColumnWidths {
    if let Some(widths) = whole(demands, shown, width) {
        return widths;
    }
    let indexes: Vec<usize> = (0..shown.len()).filter(|at| shown[*at]).collect();
    let demands_shown: Vec<&WidthDemand> = indexes.iter().map(|at| demands[*at]).collect();
    let available = width.saturating_sub(NARROW_GAP * indexes.len().saturating_sub(1));
    let mut widths = vec![None; demands.len()];
    for (at, fitted) in indexes
        .into_iter()
        .zip(shrink_in_steps(&demands_shown, available, limits))
    {
        widths[at] = Some(fitted.min(width));
    }
    ColumnWidths {
        widths,
        has_short_hashes: true,
        gap: NARROW_GAP,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A column with a header of two letters and cells of these widths, below half of which they lose something.
    fn column(role: Role, cells: &[usize]) -> WidthDemand {
        let mut demand = WidthDemand::new(role, 2);
        for width in cells {
            demand.add(*width, *width, *width / 2);
        }
        demand
    }

    fn fit(columns: &[WidthDemand], width: usize, is_selected: bool) -> ColumnWidths {
        fit_columns(&columns.iter().collect::<Vec<_>>(), width, is_selected)
    }

    /// The widths of columns that somebody selected; 0 for those left out.
    fn widths(columns: &[WidthDemand], width: usize) -> Vec<usize> {
        let fitted = fit(columns, width, true);
        fitted.widths.iter().map(|it| it.unwrap_or(0)).collect()
    }

    #[test]
    fn the_widest_column_of_a_role_is_cut_first() {
        use Role::{Identity, Number, Text};
        type Case = (&'static [(Role, usize)], usize, &'static [usize]);
        let cases: &[Case] = &[
            (&[], 20, &[]),
            (&[(Text, 10), (Text, 20)], 33, &[10, 20]),
            (&[(Text, 10), (Text, 20)], 31, &[10, 19]),
            (&[(Text, 10), (Text, 20)], 23, &[10, 11]),
            (&[(Text, 10), (Text, 20)], 22, &[10, 10]),
            (&[(Text, 10), (Text, 20)], 21, &[10, 0]),
            (&[(Identity, 30), (Text, 20)], 42, &[30, 10]),
            (&[(Identity, 30), (Text, 20)], 40, &[30, 0]),
            (&[(Identity, 30), (Text, 20)], 28, &[28, 0]),
            (&[(Identity, 30), (Identity, 30)], 20, &[20, 0]),
            (&[(Number, 15), (Text, 20)], 27, &[15, 10]),
            (&[(Number, 15), (Text, 20)], 26, &[15, 0]),
            (&[(Number, 15)], 12, &[12]),
            (&[(Text, 50), (Text, 50), (Text, 5)], 59, &[25, 25, 5]),
            (&[(Text, 90_000), (Text, 10)], 79, &[67, 10]),
        ];
        for (columns, width, expected) in cases {
            let demands = columns.iter().map(|(role, width)| column(*role, &[*width]));
            let demands: Vec<_> = demands.collect();
            assert_eq!(
                widths(&demands, *width),
                *expected,
                "{columns:?} in {width}"
            );
        }
    }

    /// The columns of docker ps, with the widths of their usual cells.
    fn ps() -> Vec<WidthDemand> {
        use Role::{Command, Identity, Image, Ports, State, Time};
        let columns: [(Role, &[usize]); 7] = [
            (Identity, &[12, 12, 12]),
            (Image, &[30, 12, 12]),
            (Command, &[40, 30, 30]),
            (Time, &[18, 12, 11]),
            (State, &[22, 20, 10]),
            (Ports, &[46, 8, 0]),
            (Identity, &[10, 5, 3]),
        ];
        columns.map(|(role, cells)| column(role, cells)).to_vec()
    }

    #[test]
    fn columns_give_way_in_the_order_of_their_roles() {
        let cases = [
            (199, [12, 30, 40, 18, 22, 46, 10]),
            (189, [12, 30, 39, 18, 22, 46, 10]),
            (170, [12, 30, 20, 18, 22, 46, 10]),
            (169, [12, 29, 20, 18, 22, 46, 10]),
            (155, [12, 15, 20, 18, 22, 46, 10]),
            (154, [12, 15, 20, 17, 22, 46, 10]),
            (146, [12, 15, 20, 9, 22, 46, 10]),
            (145, [12, 15, 19, 9, 22, 46, 10]),
            (130, [12, 15, 0, 15, 22, 46, 10]),
            (126, [12, 15, 0, 11, 22, 46, 10]),
            (125, [12, 15, 0, 10, 22, 46, 10]),
            (111, [12, 15, 0, 0, 22, 44, 10]),
            (103, [12, 15, 0, 0, 22, 36, 10]),
            (80, [12, 15, 0, 0, 19, 16, 10]),
            (60, [12, 0, 0, 0, 16, 16, 10]),
            (40, [12, 0, 0, 0, 14, 0, 10]),
            (30, [12, 0, 0, 0, 0, 0, 10]),
            (12, [12, 0, 0, 0, 0, 0, 0]),
        ];
        for (width, expected) in cases {
            assert_eq!(widths(&ps(), width), expected, "in {width}");
        }
    }

    #[test]
    fn columns_are_left_out_by_role_and_put_back_where_they_fit() {
        use Role::{Empty, Identity, LongText, Nested, Number, State, Text};
        let columns = [
            column(Identity, &[20]),
            column(Nested, &[300]),
            column(Nested, &[100]),
            column(Text, &[10]),
            column(LongText, &[50]),
            column(Number, &[10]),
            column(State, &[8]),
            column(Empty, &[0]),
        ];
        let shown = |width| {
            let fitted = fit(&columns, width, false);
            let shown = fitted.widths.iter().map(Option::is_some);
            shown
                .map(|it| if it { '+' } else { '-' })
                .collect::<String>()
        };
        assert_eq!(shown(600), "++++++++");
        assert_eq!(shown(200), "++++++++");
        assert_eq!(shown(120), "+-+++++-");
        assert_eq!(shown(80), "+--++++-");
        assert_eq!(shown(62), "+--+-++-");
        assert_eq!(shown(50), "+--+--+-");
        assert_eq!(shown(30), "+-----+-");
        assert_eq!(shown(17), "+-------");
    }

    #[test]
    fn a_column_that_lacks_little_is_completed() {
        let columns = [
            column(Role::Text, &[20, 20, 20, 23]),
            column(Role::Text, &[30, 30, 60]),
        ];
        assert_eq!(widths(&columns, 59), [23, 34]);
        assert_eq!(widths(&columns, 45), [23, 20]);
    }

    #[test]
    fn gaps_shrink_before_cells_are_cut() {
        let columns = [column(Role::Text, &[10]), column(Role::Text, &[20])];
        let gap = |width| fit(&columns, width, true).gap;
        assert_eq!([33, 32, 24].map(gap), [3, 2, 2]);
    }

    #[test]
    fn hashes_are_cut_before_other_columns() {
        let mut hash = WidthDemand::new(Role::Identity, 2);
        hash.add(64, 12, 12);
        let columns = [hash, column(Role::Text, &[20])];
        let is_short = |width| fit(&columns, width, true).has_short_hashes;
        assert_eq!([87, 86, 33].map(is_short), [false, true, true]);
        assert_eq!(widths(&columns, 86), [12, 20]);
        assert_eq!(widths(&columns, 33), [12, 19]);
    }

    #[test]
    fn columns_that_were_shown_stay_when_a_cell_grows() {
        let mut columns = [column(Role::Text, &[10]), column(Role::Number, &[10])];
        let before = fit(&columns, 30, false);
        columns[0].add(40, 40, 40);
        let again = |columns: &[WidthDemand], before: &ColumnWidths, width| {
            let demands: Vec<_> = columns.iter().collect();
            fit_again(&demands, &before.widths, width, false)
        };
        let widths = again(&columns, &before, 30).map(|fitted| fitted.widths);
        assert_eq!(widths, Some(vec![Some(18), Some(10)]));
        columns[1].add(29, 29, 29);
        assert_eq!(again(&columns, &before, 30), None);
    }
}
