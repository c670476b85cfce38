//! Objects, strings and paths, whose parts may have several outputs each.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term as T;
use jaq_core::path::{Opt, Part, Path};

use super::order::{is_outer, may_fail};
use super::terms::{INDICES, Lowered, bind};
use crate::builtins::OutputCount::{Any, AtMostOne, One};
use crate::link::{Callee, Linker, Scope};
use crate::syntax::Term;

/// The value of a key without one: `{a}` is `{a: .a}`.
fn of_same_name<'s>(key: &Term<'s>) -> Option<Term<'s>> {
    match key {
        T::Str(None, parts) if !parts.iter().any(|part| matches!(part, StrPart::Term(_))) => {
            let index = (Part::Index(key.clone()), Opt::Essential);
            Some(T::Path(Box::new(T::Id), Path(vec![index])))
        }
        _ => None,
    }
}

/// Replaces keys and values of an object by variables, where their order demands it. Gives the variables with what they
/// are bound to, outermost first.
fn bind_parts<'s>(parts: &mut [Option<Lowered<'s>>]) -> Vec<(&'static str, Term<'s>)> {
    let may_end = |part: &Option<_>| matches!(part, Some((_, count)) if *count != One);
    let last = parts.iter().rposition(may_end).unwrap_or(0);
    let last_key = (0..parts.len()).rfind(|at| is_key_for_value(parts, *at));
    let mut names = INDICES.into_iter();
    let mut bound = Vec::new();
    for at in 0..parts.len() {
        let is_key_for_value = is_key_for_value(parts, at);
        let Some((term, count)) = &mut parts[at] else {
            continue;
        };
        // A part without output hides the errors of those behind it, and only of those.
        let is_bound = is_key_for_value
            || (at < last && (may_fail(term) || *count != One))
            || (last_key.is_some_and(|key| at < key) && *count != One);
        if is_bound && let Some(name) = names.next() {
            bound.push((name, std::mem::replace(term, T::Var(name))));
            if is_key_for_value {
                let index = (Part::Index(T::Var(name)), Opt::Essential);
                parts[at + 1] = Some((T::Path(Box::new(T::Id), Path(vec![index])), One));
            }
        }
    }
    bound
}

/// Whether this part is a key that stands alone and also names the value.
fn is_key_for_value(parts: &[Option<Lowered>], at: usize) -> bool {
    at.is_multiple_of(2) && parts[at + 1].is_none()
}

impl<'s> Scope<'s> {
    /// An object. A key or value that may fail is evaluated before a later one that may have no output, which would
    /// otherwise hide the error. A key that names its value too is evaluated once for both.
    pub(super) fn object(
        &mut self,
        linker: &mut Linker<'s>,
        entries: Vec<(Term<'s>, Option<Term<'s>>)>,
    ) -> Lowered<'s> {
        let mut parts = Vec::with_capacity(2 * entries.len());
        for (key, value) in entries {
            self.refuse_constant_key(linker, &key);
            let value = value.or_else(|| of_same_name(&key));
            parts.push(Some(self.term(linker, key)));
            parts.push(value.map(|value| self.term(linker, value)));
        }
        let counts = parts.iter().flatten().map(|(_, count)| *count);
        let total = counts.max().unwrap_or(One);
        let bound = bind_parts(&mut parts);
        let mut terms = parts.into_iter().map(|part| part.map(|(term, _)| term));
        let entry = || Some((terms.next()??, terms.next()?));
        let object = T::Obj(std::iter::from_fn(entry).collect());
        let around = |inner, (name, term)| bind(term, name, inner);
        (bound.into_iter().rev().fold(object, around), total)
    }

    pub(super) fn string(
        &mut self,
        linker: &mut Linker<'s>,
        format: Option<&'s str>,
        parts: Vec<StrPart<&'s str, Term<'s>>>,
    ) -> Lowered<'s> {
        if let Some(format) = format
            && matches!(linker.resolve(&self.file, (format, 0)), Callee::Undefined)
        {
            self.error(
                linker,
                format,
                format!("{} is not a valid format", &format[1..]),
                None,
            );
        }
        let mut count = One;
        let mut fails_before = false;
        let mut hoisted = Vec::new();
        let mut lowered = Vec::with_capacity(parts.len());
        for part in parts {
            let StrPart::Term(term) = part else {
                lowered.push(part);
                continue;
            };
            let (term, outputs) = self.term(linker, term);
            // jq evaluates the last part first, and the first part with several outputs varies fastest.
            let is_outer = is_outer(count, outputs, &term) || (fails_before && may_fail(&term));
            fails_before |= may_fail(&term);
            let name = is_outer.then(|| INDICES.get(hoisted.len())).flatten();
            match name {
                Some(name) => {
                    lowered.push(StrPart::Term(T::Var(*name)));
                    hoisted.push((*name, term));
                }
                None => lowered.push(StrPart::Term(term)),
            }
            count = count.max(outputs);
        }
        let string = T::Str(format, lowered);
        (
            hoisted
                .into_iter()
                .fold(string, |inner, (name, term)| bind(term, name, inner)),
            count,
        )
    }

    /// The parts of a path, behind a term that is lowered already.
    pub(super) fn path(
        &mut self,
        linker: &mut Linker<'s>,
        (inner, mut count): Lowered<'s>,
        parts: Vec<(Part<Term<'s>>, Opt)>,
    ) -> Lowered<'s> {
        let mut hoisted = Vec::new();
        let mut lowered = Vec::with_capacity(parts.len());
        // jq evaluates the last key first: if it fails or has no output, the error of an earlier one is not raised.
        let mut fails = may_fail(&inner);
        let mut is_before = |count, outputs, key: &Term| {
            let is_before =
                is_outer(count, outputs, key) || (fails && (outputs != One || may_fail(key)));
            fails |= may_fail(key) && !is_before;
            is_before
        };
        for (part, opt) in parts {
            let (part, outputs) = match part {
                Part::Index(index) => {
                    let (index, outputs) = self.term(linker, index);
                    // A later index varies slower than the terms in front of it, so it is bound around them.
                    let name = is_before(count, outputs, &index)
                        .then(|| INDICES.get(hoisted.len()))
                        .flatten();
                    let index = match name {
                        Some(name) => {
                            hoisted.push((*name, index));
                            T::Var(*name)
                        }
                        None => index,
                    };
                    (Part::Index(index), outputs)
                }
                Part::Range(None, None) => (Part::Range(None, None), Any),
                Part::Range(from, upto) => {
                    let from = from.map(|from| self.term(linker, from));
                    let upto = upto.map(|upto| self.term(linker, upto));
                    let counts = [&from, &upto].into_iter().flatten();
                    let outputs = counts.map(|(_, count)| *count).max().unwrap_or(One);
                    // Both bounds vary slower than the terms in front, and the start slower than the end.
                    let mut before = count;
                    let mut hoist = |(bound, outputs): Lowered<'s>| {
                        let name = is_before(before, outputs, &bound)
                            .then(|| INDICES.get(hoisted.len()))
                            .flatten();
                        before = before.max(outputs);
                        match name {
                            Some(name) => {
                                hoisted.push((*name, bound));
                                T::Var(*name)
                            }
                            None => bound,
                        }
                    };
                    let upto = upto.map(&mut hoist);
                    (Part::Range(from.map(&mut hoist), upto), outputs)
                }
            };
            count = count.max(outputs).max(if matches!(opt, Opt::Optional) {
                AtMostOne
            } else {
                One
            });
            lowered.push((part, opt));
        }
        let path = T::Path(Box::new(inner), Path(lowered));
        (
            hoisted
                .into_iter()
                .fold(path, |inner, (name, index)| bind(index, name, inner)),
            count,
        )
    }
}
