//! Filters written in Rust, beside those of jaq-core and jaq-std.

mod arrays;
mod elements;
mod format;
mod json;
mod math;
mod regex;
mod sorting;
mod strings;
mod system;
mod time;

use jaq_core::box_iter::box_once;
use jaq_core::native::Fun;
use jaq_core::{Bind, Cv, Native, RunPtr, ValXs};

pub use arrays::length;
pub use sorting::{Arrange, arrangement};

use super::lower::Count;
use super::run::Kind;
use dq_json::value::{ValR, Value, ValueError};

/// Name, arguments (`v` a value, `f` a filter), number of outputs, and what runs.
type Entry = (&'static str, &'static str, Count, RunPtr<Kind>);
/// Input and arguments of a native filter.
type Call<'a> = Cv<'a, Kind>;
type Outputs<'a> = ValXs<'a, Value>;

fn tables() -> [&'static [Entry]; 10] {
    [
        arrays::TABLE,
        elements::TABLE,
        format::TABLE,
        json::TABLE,
        math::TABLE,
        regex::TABLE,
        sorting::TABLE,
        strings::TABLE,
        system::TABLE,
        time::TABLE,
    ]
}

/// jaq's own native filters in use here: the name in dq, jaq's name, the number of arguments, how many outputs.
/// Those with another name are called by a definition in `builtins.jq` that checks their arguments as jq does.
const JAQ: &[(&str, &str, usize, Count)] = {
    use Count::{Any, AtMostOne, One};
    &[
        ("_path", "path", 1, Any),
        ("_range", "range", 3, Any),
        ("_first", "first", 1, AtMostOne),
        ("_last", "last", 1, AtMostOne),
        ("_limit", "limit", 2, Any),
        ("_skip", "skip", 2, Any),
        ("_reverse", "reverse", 0, One),
        ("_ltrimstr", "ltrimstr", 1, One),
        ("_rtrimstr", "rtrimstr", 1, One),
    ]
};

/// The native filter of that name: its signature and how many outputs it has.
pub fn find(name: &str, arity: usize) -> Option<((&'static str, usize), Count)> {
    let mut own = tables().into_iter().flatten();
    let own = own.find(|(known, args, ..)| *known == name && args.len() == arity);
    let own = own.map(|(known, args, count, _)| ((*known, args.len()), *count));
    own.or_else(|| jaq(name, arity).map(|(known, _, arity, count)| ((*known, *arity), *count)))
}

/// Is there a native filter of that name that has exactly one output for each of its arguments' and touches no input?
pub fn has_one_output(name: &str, arity: usize) -> bool {
    let mut pure = [
        arrays::TABLE,
        format::TABLE,
        json::TABLE,
        math::TABLE,
        regex::TABLE,
        strings::TABLE,
    ]
    .into_iter()
    .flatten();
    !name.starts_with('_')
        && pure.any(|(known, args, count, _)| {
            *known == name && args.len() == arity && *count == Count::One && !args.contains('f')
        })
}

fn jaq(name: &str, arity: usize) -> Option<&'static (&'static str, &'static str, usize, Count)> {
    JAQ.iter()
        .find(|(known, _, n, _)| *known == name && *n == arity)
}

/// Name and number of arguments of every native filter.
pub fn signatures() -> impl Iterator<Item = (&'static str, usize)> {
    let own = tables()
        .into_iter()
        .flatten()
        .map(|(name, args, ..)| (*name, args.len()));
    own.chain(JAQ.iter().map(|(name, _, arity, _)| (*name, *arity)))
}

/// The native filters of those signatures, for jaq's compiler.
pub fn of(signatures: &[(&'static str, usize)]) -> Vec<Fun<Kind>> {
    let mut funs: Vec<_> = tables()
        .into_iter()
        .flatten()
        .filter_map(|entry| own_fun(entry, signatures))
        .collect();
    let wanted = |(name, arity): &(&'static str, usize)| jaq(name, *arity).is_some();
    if signatures.iter().any(wanted) {
        let core = jaq_core::funs::<Kind>();
        funs.extend(
            core.chain(jaq_std::base_funs::<Kind>())
                .filter_map(|fun| renamed(fun, signatures)),
        );
    }
    funs
}

fn own_fun(
    (name, args, _, run): &Entry,
    signatures: &[(&'static str, usize)],
) -> Option<Fun<Kind>> {
    let bind = |c| {
        if c == 'v' {
            Bind::Var(())
        } else {
            Bind::Fun(())
        }
    };
    let native = Native::<Kind>::new(*run);
    let native = match system::paths(name) {
        Some(paths) => native.with_paths(paths),
        None => native,
    };
    signatures
        .contains(&(*name, args.len()))
        .then(|| (*name, args.chars().map(bind).collect(), native))
}

fn renamed(
    (name, args, native): Fun<Kind>,
    signatures: &[(&'static str, usize)],
) -> Option<Fun<Kind>> {
    let (ours, ..) = JAQ
        .iter()
        .find(|(_, theirs, arity, _)| *theirs == name && *arity == args.len())?;
    signatures
        .contains(&(*ours, args.len()))
        .then_some((*ours, args, native))
}

/// The outputs of a native filter that has exactly one.
fn one<'a>(result: ValR) -> Outputs<'a> {
    box_once(result.map_err(Into::into))
}

fn fail<T>(message: impl std::fmt::Display) -> Result<T, ValueError> {
    Err(ValueError::str(message))
}
