//! Filters that only walk through the elements of their input: found, so that the elements are filtered one by one
//! while the rest is still on its way.
//!
//! `.[]` on the input itself becomes `_elements`, which reads the next element when it is asked for. That is the same
//! as long as the input is used for nothing else; a filter this cannot be seen of is left as it is.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern as P, Term as T};
use jaq_core::path::{Opt, Part, Path};

use super::builtins::{self, Intrinsic};
use super::syntax::{Module, Pattern, Term};

/// The filter that gives the elements of the input as they are read.
pub const ELEMENTS: &str = "_elements";

/// Rewrites the filter to take its input's elements one by one; `false` leaves it as it was.
pub fn rewrite(module: &mut Module) -> bool {
    let Some(main) = module.main.take() else {
        return false;
    };
    let rewritten = if is_plain(module, &main) {
        over_elements(&main)
    } else {
        None
    };
    let found = rewritten.is_some();
    module.main = Some(rewritten.unwrap_or(main));
    found
}

/// A filter without definitions of its own that does not read on in the inputs by itself.
pub fn is_plain(module: &Module, main: &Term) -> bool {
    module.defs.is_empty() && module.imports.is_empty() && !may_read_inputs(main)
}

fn elements<'s>() -> Term<'s> {
    T::Call(ELEMENTS, Vec::new())
}

fn boxed<'s>(term: &Term<'s>) -> Option<Box<Term<'s>>> {
    over_elements(term).map(Box::new)
}

/// The term over the elements, if it uses its input once, by `.[]`.
fn over_elements<'s>(term: &Term<'s>) -> Option<Term<'s>> {
    Some(match term {
        T::Path(inner, Path(parts)) if matches!(**inner, T::Id) => {
            let [(Part::Range(None, None), opt), rest @ ..] = &parts[..] else {
                return None;
            };
            // What stands in brackets further on is asked of the input, not of the element.
            if rest.iter().any(|(part, _)| !is_constant(part)) {
                return None;
            }
            let elements = match opt {
                Opt::Essential => elements(),
                Opt::Optional => T::TryCatch(Box::new(elements()), None),
            };
            match rest {
                [] => elements,
                rest => T::Path(Box::new(elements), Path(rest.to_vec())),
            }
        }
        T::Path(inner, Path(parts)) if parts.iter().all(|(part, _)| is_constant(part)) => {
            T::Path(boxed(inner)?, Path(parts.clone()))
        }
        T::BinOp(left, BinaryOp::Pipe(None), right) => {
            T::BinOp(boxed(left)?, BinaryOp::Pipe(None), right.clone())
        }
        T::Arr(Some(inner)) => T::Arr(Some(boxed(inner)?)),
        T::TryCatch(body, handler) => T::TryCatch(boxed(body)?, handler.clone()),
        T::Fold(name, source, pattern, args)
            if is_constant_pattern(pattern) && !args.first().is_none_or(uses_input) =>
        {
            T::Fold(name, boxed(source)?, pattern.clone(), args.clone())
        }
        T::Call(name, args) => call_over_elements(name, args)?,
        _ => return None,
    })
}

fn call_over_elements<'s>(name: &'s str, args: &[Term<'s>]) -> Option<Term<'s>> {
    let pipe = |filter: &Term<'s>| {
        T::BinOp(
            Box::new(elements()),
            BinaryOp::Pipe(None),
            Box::new(filter.clone()),
        )
    };
    use Intrinsic as I;
    Some(match (builtins::intrinsic(name, args.len())?, args) {
        (I::Map, [filter]) => T::Arr(Some(Box::new(pipe(filter)))),
        (I::Add, []) => T::Call("add", vec![elements()]),
        (I::Add | I::First | I::Last | I::IsEmpty, [filter]) => {
            T::Call(name, vec![over_elements(filter)?])
        }
        (I::Length, []) => T::Call("_element_count", Vec::new()),
        (I::Any | I::All, []) => T::Call(name, vec![elements(), T::Id]),
        (I::Any | I::All, [condition]) => T::Call(name, vec![elements(), condition.clone()]),
        (I::Any | I::All, [filter, condition]) => {
            T::Call(name, vec![over_elements(filter)?, condition.clone()])
        }
        (I::Limit | I::Skip | I::Nth, [count, filter]) if !uses_input(count) => {
            T::Call(name, vec![count.clone(), over_elements(filter)?])
        }
        _ => return None,
    })
}

fn is_constant(part: &Part<Term>) -> bool {
    match part {
        Part::Index(index) => !uses_input(index),
        Part::Range(from, upto) => [from, upto]
            .into_iter()
            .flatten()
            .all(|bound| !uses_input(bound)),
    }
}

/// Keys of a pattern are asked of the input too.
fn is_constant_pattern(pattern: &Pattern) -> bool {
    match pattern {
        P::Var(_) => true,
        P::Arr(items) => items.iter().all(is_constant_pattern),
        P::Obj(entries) => entries
            .iter()
            .all(|(key, item)| !uses_input(key) && is_constant_pattern(item)),
    }
}

/// May the term look at its input? Yes, unless it is plain to see that it does not.
fn uses_input(term: &Term) -> bool {
    match term {
        T::Num(_) | T::Var(_) | T::Arr(None) => false,
        T::Str(None, parts) => parts
            .iter()
            .any(|part| matches!(part, StrPart::Term(term) if uses_input(term))),
        T::Neg(inner) | T::Arr(Some(inner)) => uses_input(inner),
        T::Obj(entries) => entries
            .iter()
            .any(|(key, value)| uses_input(key) || value.as_ref().is_none_or(uses_input)),
        T::BinOp(left, BinaryOp::Math(_) | BinaryOp::Cmp(_), right) => {
            uses_input(left) || uses_input(right)
        }
        T::Call(name, args) => {
            use Intrinsic::{Empty, False, Null, True};
            let intrinsic = builtins::intrinsic(name, args.len());
            !matches!(intrinsic, Some(Null | True | False | Empty))
        }
        _ => true,
    }
}

/// Whether a call in the term may take inputs, or ask where their reader stands.
fn may_read_inputs(term: &Term) -> bool {
    let any = |terms: &[Term]| terms.iter().any(|term| may_read_inputs(term));
    match term {
        T::Id | T::Recurse | T::Num(_) | T::Var(_) | T::Break(_) | T::Arr(None) => false,
        T::Str(_, parts) => parts
            .iter()
            .any(|part| matches!(part, StrPart::Term(term) if may_read_inputs(term))),
        T::Arr(Some(inner)) | T::Neg(inner) | T::Label(_, inner) => may_read_inputs(inner),
        T::Obj(entries) => entries.iter().any(|(key, value)| {
            may_read_inputs(key) || value.as_ref().is_some_and(|value| may_read_inputs(value))
        }),
        T::BinOp(left, _, right) => may_read_inputs(left) || may_read_inputs(right),
        T::Fold(_, source, _, args) => may_read_inputs(source) || any(args),
        T::TryCatch(body, handler) => {
            may_read_inputs(body)
                || handler
                    .as_ref()
                    .is_some_and(|handler| may_read_inputs(handler))
        }
        T::IfThenElse(branches, otherwise) => {
            branches
                .iter()
                .any(|(condition, then)| may_read_inputs(condition) || may_read_inputs(then))
                || otherwise
                    .as_ref()
                    .is_some_and(|otherwise| may_read_inputs(otherwise))
        }
        T::Def(defs, body) => {
            defs.iter().any(|def| may_read_inputs(&def.body)) || may_read_inputs(body)
        }
        T::Call(name, args) => builtins::may_read_inputs(name) || any(args),
        T::Path(inner, Path(parts)) => {
            may_read_inputs(inner)
                || parts.iter().any(|(part, _)| match part {
                    Part::Index(index) => may_read_inputs(index),
                    Part::Range(from, upto) => [from, upto]
                        .into_iter()
                        .flatten()
                        .any(|bound| may_read_inputs(bound)),
                })
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::syntax::parse_module;
    use super::rewrite;

    fn takes_elements(text: &str) -> bool {
        rewrite(&mut parse_module(text).unwrap())
    }

    #[test]
    fn an_input_used_once_by_its_elements_is_not_built() {
        let filters = [
            ".[]",
            ".[]?",
            ".[].Names",
            ".[].Names[0]",
            ".[] | .Id",
            ".[] | select(.State == \"running\") | {Id, Names}",
            "[.[] | .Id] | sort",
            "map(select(.a)) | length",
            "length",
            "add",
            "first(.[])",
            "limit(3; .[] | .Id)",
            "any",
            "all(.a)",
            "reduce .[] as $x (0; . + $x)",
            "foreach .[] as [$a, $b] (null; $a; $b)",
            "try .[] catch .",
        ];
        for filter in filters {
            assert!(takes_elements(filter), "{filter}");
        }
    }

    #[test]
    fn an_input_used_otherwise_is_left_alone() {
        let filters = [
            ".",
            ".a",
            ".[0]",
            ".a[]",
            ".[], .[]",
            ".[] as $x | .",
            ".[.[0]]",
            ".[][length]",
            "reduce .[] as $x (.; . + [$x])",
            "reduce .[] as {(.k): $x} (0; . + $x)",
            "limit(length; .[])",
            "[.[] | input]",
            "inputs",
            "group_by(.a)",
            "sort",
            "def map(f): 1; map(.)",
            "{a: .[]}",
            "\"\\(.[])\"",
            "if .[] then 1 else 2 end",
            ".[] // 1",
            "path(.[])",
            ".[] |= 1",
            "label $out | .[] | break $out",
        ];
        for filter in filters {
            assert!(!takes_elements(filter), "{filter}");
        }
    }
}
