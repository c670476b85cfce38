//! Builtins written in Rust. The table in [`crate::builtins`] says what each of them is.

mod arrays;
mod docker;
mod entries;
mod fetch;
mod format;
mod json;
mod math;
mod native;
mod paths;
pub(crate) mod regex;
mod sorting;
mod strings;
mod system;
mod time;

use jaq_core::native::Fun;
use jaq_core::{Bind, Native};

pub(crate) use arrays::length;
pub(crate) use paths::{access_error, invalid_path_result, is_same, iterate_error};
pub(crate) use sorting::{ByKeyFn, by_key, max_by, min_by};
pub(crate) use system::{debug_message, stderr_message};

use crate::builtins::{Builtin, Implementation};
use crate::jaq_run::JaqData;
use native::NativeEntry;
pub(crate) use native::NativeFn;

const TABLES: [&[NativeEntry]; 13] = [
    arrays::TABLE,
    docker::TABLE,
    entries::TABLE,
    fetch::TABLE,
    format::TABLE,
    json::TABLE,
    math::TABLE,
    paths::TABLE,
    regex::TABLE,
    sorting::TABLE,
    strings::TABLE,
    system::TABLE,
    time::TABLE,
];

/// The native filters among these builtins, for jaq-core's compiler.
pub(crate) fn functions(builtins: &[&'static Builtin]) -> Vec<Fun<JaqData>> {
    let mut functions: Vec<_> = builtins.iter().filter_map(|it| own_function(it)).collect();
    let of_jaq = |builtin: &&&Builtin| matches!(builtin.implementation, Implementation::Jaq(_));
    if builtins.iter().any(|builtin| of_jaq(&builtin)) {
        let all = jaq_core::funs::<JaqData>();
        functions.extend(all.filter_map(|function| renamed(function, builtins)));
    }
    functions
}

/// The native filter of that name, with the number of its arguments; `None` if one of them is a filter.
pub(crate) fn find(name: &str, arity: usize) -> Option<NativeFn> {
    let mut entries = TABLES.into_iter().flatten();
    let is_wanted =
        |entry: &&NativeEntry| (entry.0, entry.1.len()) == (name, arity) && !entry.1.contains('f');
    entries.find(is_wanted).map(|(_, _, native)| *native)
}

fn own_function(builtin: &Builtin) -> Option<Fun<JaqData>> {
    if !builtin.is_function() {
        return None;
    }
    let mut entries = TABLES.into_iter().flatten();
    let (name, parameters, run) = entries
        .find(|(name, parameters, _)| (*name, parameters.len()) == (builtin.name, builtin.arity))?;
    let native = Native::<JaqData>::new(run.filter());
    let native = match paths::inside_path(name, parameters.len()) {
        Some(paths) => native.with_paths(paths),
        None => native,
    };
    Some((name, parameters.chars().map(bind).collect(), native))
}

/// How an argument is passed: `v` as a value, `f` as a filter.
fn bind(parameter: char) -> Bind {
    if parameter == 'v' {
        Bind::Var(())
    } else {
        Bind::Fun(())
    }
}

/// A native filter of jaq's under the name that it has here, if it is wanted.
fn renamed(
    (jaq_name, parameters, native): Fun<JaqData>,
    builtins: &[&'static Builtin],
) -> Option<Fun<JaqData>> {
    let is_wanted = |builtin: &&&Builtin| {
        builtin.implementation == Implementation::Jaq(jaq_name) && builtin.arity == parameters.len()
    };
    let builtin = builtins.iter().find(is_wanted)?;
    Some((builtin.name, parameters, native))
}

/// Name and number of parameters of every native filter of this crate.
#[cfg(test)]
pub(crate) fn signatures() -> impl Iterator<Item = (&'static str, usize)> {
    let entries = TABLES.into_iter().flatten();
    entries.map(|(name, parameters, _)| (*name, parameters.len()))
}
