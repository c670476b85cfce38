//! How wide the columns of a table are where it must fit a terminal.

/// Blanks between two columns, as in docker's tables.
pub const GAP: usize = 3;

/// A column is not made narrower than this.
const FLOOR: usize = 8;
/// Nor is one of IDs or names, which gives way last: docker's short IDs are that long.
const PRECIOUS_FLOOR: usize = 12;

/// What a column would like to have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// For everything in it.
    pub full: usize,
    /// With hashes cut to their first twelve digits.
    pub short: usize,
    pub rank: Rank,
}

/// Which columns give way first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rank {
    #[default]
    Plain,
    /// IDs and names.
    Precious,
    /// Numbers: part of one is another number.
    Rigid,
}

/// The widths that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    pub widths: Vec<usize>,
    /// Hashes are cut to their first twelve digits.
    pub short: bool,
}

impl Need {
    fn floor(&self) -> usize {
        self.short.min(match self.rank {
            Rank::Plain => FLOOR,
            Rank::Precious => PRECIOUS_FLOOR,
            Rank::Rigid => usize::MAX,
        })
    }

    fn bounds(&self, is_narrow: bool) -> (usize, usize) {
        (
            self.floor(),
            if is_narrow { self.floor() } else { self.short },
        )
    }
}

/// Fits columns into a width: hashes become short, then the widest columns narrower, IDs and names last.
/// `None` if that is not enough.
pub fn fit(needs: &[Need], width: usize) -> Option<Fit> {
    let room = width.checked_sub(GAP * needs.len().saturating_sub(1))?;
    let total = |of: fn(&Need) -> usize| needs.iter().map(of).sum::<usize>();
    let widths = |of: fn(&Need) -> usize| needs.iter().map(of).collect::<Vec<_>>();
    if total(|need| need.full) <= room {
        return Some(Fit {
            widths: widths(|need| need.full),
            short: false,
        });
    }
    let precious_whole = needs
        .iter()
        .map(|need| (need.floor(), need.short, need.rank));
    let precious_whole: Vec<_> = precious_whole
        .map(|(floor, short, rank)| {
            if rank == Rank::Plain {
                (floor, short)
            } else {
                (short, short)
            }
        })
        .collect();
    let plain_narrow: Vec<_> = needs
        .iter()
        .map(|need| need.bounds(need.rank == Rank::Plain))
        .collect();
    let widths = level(&precious_whole, room).or_else(|| level(&plain_narrow, room))?;
    Some(Fit {
        widths,
        short: true,
    })
}

/// Widths between these bounds that fill the room: the widest come down to one level. `None` where even the lower
/// bounds do not fit.
fn level(bounds: &[(usize, usize)], room: usize) -> Option<Vec<usize>> {
    let at = |level: usize| {
        bounds
            .iter()
            .map(move |(low, high)| level.clamp(*low, *high))
    };
    let fits = |level: usize| at(level).sum::<usize>() <= room;
    if !fits(0) {
        return None;
    }
    let (mut low, mut high) = (0, room + 1);
    while high - low > 1 {
        let middle = low.midpoint(high);
        match fits(middle) {
            true => low = middle,
            false => high = middle,
        }
    }
    let mut widths: Vec<usize> = at(low).collect();
    let mut spare = room - widths.iter().sum::<usize>();
    // Less than one column for each that could be wider: the first of them get it.
    for (width, next) in widths.iter_mut().zip(at(low + 1)) {
        let more = (next - *width).min(spare);
        *width += more;
        spare -= more;
    }
    Some(widths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(rank: Rank, width: usize) -> Need {
        Need {
            full: width,
            short: width,
            rank,
        }
    }

    #[test]
    fn the_widest_give_way_first() {
        use Rank::{Plain, Precious, Rigid};
        type Case = (&'static [(Rank, usize)], usize, Option<&'static [usize]>);
        let cases: &[Case] = &[
            (&[], 10, Some(&[])),
            (&[(Plain, 10), (Plain, 20)], 33, Some(&[10, 20])),
            (&[(Plain, 10), (Plain, 20)], 32, Some(&[10, 19])),
            (&[(Plain, 10), (Plain, 20)], 24, Some(&[10, 11])),
            (&[(Plain, 10), (Plain, 20)], 22, Some(&[10, 9])),
            (&[(Plain, 10), (Plain, 20)], 19, Some(&[8, 8])),
            (&[(Plain, 10), (Plain, 20)], 18, None),
            (&[(Plain, 2), (Plain, 20)], 13, Some(&[2, 8])),
            (&[(Precious, 30), (Plain, 20)], 43, Some(&[30, 10])),
            (&[(Precious, 30), (Plain, 20)], 41, Some(&[30, 8])),
            (&[(Precious, 30), (Plain, 20)], 40, Some(&[29, 8])),
            (&[(Precious, 30), (Plain, 20)], 23, Some(&[12, 8])),
            (&[(Precious, 30), (Plain, 20)], 22, None),
            (&[(Rigid, 15), (Plain, 20)], 26, Some(&[15, 8])),
            (&[(Rigid, 15), (Plain, 20)], 25, None),
            (
                &[(Plain, 50), (Plain, 50), (Plain, 5)],
                61,
                Some(&[25, 25, 5]),
            ),
            (&[(Plain, 9); 4], 2, None),
        ];
        for (columns, width, expected) in cases {
            let needs: Vec<_> = columns
                .iter()
                .map(|(rank, width)| need(*rank, *width))
                .collect();
            let widths = fit(&needs, *width).map(|fit| fit.widths);
            assert_eq!(widths.as_deref(), *expected, "{columns:?} in {width}");
        }
    }

    #[test]
    fn hashes_are_cut_before_anything_gives_way() {
        let hash = Need {
            full: 64,
            short: 12,
            rank: Rank::Precious,
        };
        let needs = [hash, need(Rank::Plain, 20)];
        let widths = |width| fit(&needs, width).map(|fit| (fit.widths, fit.short));
        assert_eq!(widths(87), Some((vec![64, 20], false)));
        assert_eq!(widths(86), Some((vec![12, 20], true)));
        assert_eq!(widths(34), Some((vec![12, 19], true)));
    }
}
