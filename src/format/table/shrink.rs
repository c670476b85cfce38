//! Columns that do not fit become narrower, those first that lose least.

use super::demand::{Limits, MAX_COUNTED, STEPS, WidthDemand};

/// Makes columns narrower, step by step, until they fit.
pub fn shrink_in_steps(demands: &[&WidthDemand], available: usize, limits: Limits) -> Vec<usize> {
    let costs: Vec<_> = demands.iter().map(|demand| demand.cut_costs()).collect();
    let mut widths: Vec<usize> = demands.iter().map(|demand| demand.short).collect();
    for step in STEPS {
        let minimum = |demand: &&WidthDemand| demand.minimum(step, limits);
        let minima: Vec<usize> = demands.iter().map(minimum).collect();
        if shrink(&mut widths, &minima, &costs, available) {
            complete_nearly_whole(&mut widths, &minima, demands);
            break;
        }
    }
    widths
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

/// Completes columns that lack only a few character cells. The widest columns of text that are cut anyway give them up.
fn complete_nearly_whole(widths: &mut [usize], min_widths: &[usize], demands: &[&WidthDemand]) {
    let lacks = |widths: &[usize], at: usize| demands[at].short - widths[at].min(demands[at].short);
    let mut nearly_whole: Vec<usize> = (0..widths.len())
        .filter(|at| (1..=SMALL_LACK).contains(&lacks(widths, *at)))
        .collect();
    nearly_whole.sort_by_key(|at| lacks(widths, *at));
    for at in nearly_whole {
        let mut candidate = widths.to_vec();
        while lacks(&candidate, at) > 0 {
            let can_give = |it: &usize| {
                it != &at
                    && candidate[*it] > min_widths[*it]
                    && demands[*it].is_text()
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
