//! Path expressions: the argument of `path` and `del`, and what stands in front of `|=`.
//!
//! jaq-core evaluates most terms in a path expression as jq does. The others are calls of native filters here:
//! `//`, which in jq has the paths of the values that it takes, `try … catch …`, and values without a path.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp as B, Term as T};
use jaq_core::path::{Opt, Part, Path};

use super::terms::{FIRST_KEY, Lower, Lowered, bind, is_literal, pipe};
use crate::builtins::OutputCount::{Any, AtMostOne, One};
use crate::builtins::{self, Implementation};
use crate::link::{Callee, Linker, Scope};
use crate::syntax::{Module, Term, any_term};

/// Builtins that are path expressions if their arguments are.
const OF_PATHS: [(&str, usize); 9] = [
    ("first", 1),
    ("last", 1),
    ("limit", 2),
    ("nth", 2),
    ("recurse", 1),
    ("repeat", 1),
    ("skip", 2),
    ("until", 2),
    ("while", 2),
];

/// Builtins that are path expressions, whatever their arguments are.
const PATHS: [(&str, usize); 29] = [
    ("arrays", 0),
    ("booleans", 0),
    ("debug", 0),
    ("debug", 1),
    ("empty", 0),
    ("error", 0),
    ("error", 1),
    ("finites", 0),
    ("first", 0),
    ("getpath", 1),
    ("halt", 0),
    ("iterables", 0),
    ("last", 0),
    ("ltrimstr", 1),
    ("normals", 0),
    ("nth", 1),
    ("nulls", 0),
    ("numbers", 0),
    ("objects", 0),
    ("recurse", 0),
    ("recurse", 2),
    ("recurse_down", 0),
    ("rtrimstr", 1),
    ("scalars", 0),
    ("select", 1),
    ("stderr", 0),
    ("strings", 0),
    ("trimstr", 1),
    ("values", 0),
];

/// Builtins whose argument is a path expression.
pub(super) const TAKES_PATHS: [(&str, usize); 3] = [("del", 1), ("path", 1), ("pick", 1)];

/// Whether a path expression of the module calls a definition, one of a helper included, or a parameter of one.
pub(crate) fn has_definitions_in_paths(module: &Module) -> bool {
    let bodies = module.defs.iter().map(|def| &def.body);
    let mut terms = bodies.chain(&module.main);
    terms.any(|term| any_term(term, &calls_definition_in_path))
}

fn calls_definition_in_path(term: &Term) -> bool {
    let is_definition = |term: &Term| match term {
        T::Call(name, args) => builtins::find(name, args.len())
            .is_none_or(|builtin| builtin.implementation == Implementation::NativeHelper),
        _ => false,
    };
    match term {
        T::BinOp(left, B::Assign | B::Update | B::UpdateMath(_) | B::UpdateAlt, _) => {
            any_term(left, &is_definition)
        }
        T::Call(name, args) => {
            TAKES_PATHS.contains(&(name, args.len()))
                && args.iter().any(|arg| any_term(arg, &is_definition))
        }
        _ => false,
    }
}

/// Whether outputs of a lowered path expression may have no path.
fn may_lack_path(term: &Term) -> bool {
    match term {
        T::Call(name, args) => !PATHS.contains(&(name, args.len())),
        T::BinOp(left, B::Comma | B::Pipe(None), right) => {
            may_lack_path(left) || may_lack_path(right)
        }
        T::BinOp(_, B::Pipe(Some(_)), right) => may_lack_path(right),
        T::Label(_, inner) | T::TryCatch(inner, _) | T::Path(inner, _) | T::Def(_, inner) => {
            may_lack_path(inner)
        }
        T::IfThenElse(branches, otherwise) => {
            branches.iter().any(|(_, then)| may_lack_path(then))
                || otherwise
                    .as_ref()
                    .is_some_and(|otherwise| may_lack_path(otherwise))
        }
        _ => false,
    }
}

/// The part of a path with which a term begins to use its input.
fn first_part<'t, 's>(term: &'t Term<'s>) -> Option<&'t Part<Term<'s>>> {
    match term {
        T::Path(inner, Path(parts)) => match &**inner {
            T::Id => parts.first().map(|(part, _)| part),
            inner => first_part(inner),
        },
        T::BinOp(left, B::Pipe(None), _) => first_part(left),
        _ => None,
    }
}

impl<'s> Scope<'s> {
    /// Lowers a path expression.
    pub(super) fn path_term(&mut self, linker: &mut Linker<'s>, term: Term<'s>) -> Lowered<'s> {
        match term {
            T::Id | T::Recurse | T::Break(_) => self.term(linker, term),
            T::Fold(name, source, pattern, args) => {
                let fold = self.fold(linker, name, *source, pattern, args, Self::path_term);
                self.path_fold(linker, fold)
            }
            T::Path(inner, Path(parts)) => {
                let inner = self.path_term(linker, *inner);
                if may_lack_path(&inner.0) {
                    self.path_behind_computed(linker, inner, parts)
                } else {
                    self.path(linker, inner, parts)
                }
            }
            T::BinOp(left, B::Pipe(Some(pattern)), right) => {
                self.binding(linker, *left, pattern, *right, Self::path_term)
            }
            T::BinOp(left, B::Pipe(None), right) => {
                let (left, first) = self.path_term(linker, *left);
                let (right, second) = self.path_term(linker, *right);
                (self.path_pipe(linker, left, right), first.max(second))
            }
            T::BinOp(left, op @ B::Comma, right) => {
                let left = self.path_term(linker, *left).0;
                let right = self.path_term(linker, *right).0;
                (T::BinOp(Box::new(left), op, Box::new(right)), Any)
            }
            T::BinOp(left, B::Alt, right) => {
                self.path_native(linker, "_alternative", vec![*left, *right], Self::path_term)
            }
            T::Label(name, inner) => self.label(linker, name, *inner, Self::path_term),
            T::TryCatch(body, Some(handler)) => {
                self.path_native(linker, "_try", vec![*body, *handler], Self::path_term)
            }
            T::TryCatch(body, None) => {
                let (body, count) = self.path_term(linker, *body);
                (T::TryCatch(Box::new(body), None), count.max(AtMostOne))
            }
            T::IfThenElse(branches, otherwise) => {
                self.condition(linker, branches, otherwise, Self::path_term)
            }
            T::Def(defs, body) => self.local_definitions(linker, defs, *body, Self::path_term),
            T::Call(name, args) => self.path_call(linker, name, args),
            value => self.path_native(linker, "_value", vec![value], Self::term),
        }
    }

    /// The parts of a path behind a term whose outputs may have no path. The first key is evaluated before the term, on the
    /// input of both, since the message about such an output shows it.
    fn path_behind_computed(
        &mut self,
        linker: &mut Linker<'s>,
        (inner, count): Lowered<'s>,
        parts: Vec<(Part<Term<'s>>, Opt)>,
    ) -> Lowered<'s> {
        let mut parts = parts.into_iter();
        let Some((mut part, opt)) = parts.next() else {
            return (inner, count);
        };
        let terms = match &mut part {
            Part::Index(index) => [Some(index), None],
            Part::Range(from, upto) => [from.as_mut(), upto.as_mut()],
        };
        let mut keys = Vec::new();
        for (name, term) in FIRST_KEY.into_iter().zip(terms) {
            if let Some(term) = term
                && !is_literal(term)
            {
                let key = std::mem::replace(term, T::Var(name));
                keys.push((name, self.term(linker, key)));
            }
        }
        let inner = self.checked(linker, inner, &part);
        let (mut first, mut rest) = (vec![(part, opt)], parts.collect::<Vec<_>>());
        if keys.is_empty() {
            first.append(&mut rest);
        }
        let path = self.path(linker, (inner, count), first);
        let keys = keys.into_iter().rev();
        let path = keys.fold(path, |(path, count), (name, (key, outputs))| {
            (bind(key, name, path), count.max(outputs))
        });
        // Later keys vary slower.
        if rest.is_empty() {
            path
        } else {
            self.path(linker, path, rest)
        }
    }

    /// `left | right`
    fn path_pipe(&self, linker: &mut Linker<'s>, left: Term<'s>, right: Term<'s>) -> Term<'s> {
        match first_part(&right) {
            Some(part) if may_lack_path(&left) => pipe(self.checked(linker, left, part), right),
            _ => pipe(left, right),
        }
    }

    /// The term, where the access of this part to an output without a path is an error, as soon as it is made.
    fn checked(&self, linker: &mut Linker<'s>, term: Term<'s>, part: &Part<Term<'s>>) -> Term<'s> {
        let key = match part {
            Part::Index(index) => Some(index.clone()),
            Part::Range(None, None) => None,
            Part::Range(from, upto) => {
                let _null = linker.resolve(&self.file, ("null", 0));
                let null = || T::Call("null", Vec::new());
                let bounds = [("start", from), ("end", upto)];
                let bounds = bounds.map(|(name, bound)| {
                    let name = T::Str(None, vec![StrPart::Str(name)]);
                    (name, Some(bound.clone().unwrap_or_else(null)))
                });
                Some(T::Obj(bounds.into()))
            }
        };
        let args: Vec<_> = key.into_iter().collect();
        let _native = linker.resolve(&self.file, ("_access", args.len()));
        pipe(term, T::Call("_access", args))
    }

    /// A loop in a path expression: only one whose body has one output can have a path.
    fn path_fold(&self, linker: &mut Linker<'s>, (fold, count): Lowered<'s>) -> Lowered<'s> {
        let is_native = |term: &Term| matches!(term, T::Call("_last_or_null", _));
        if matches!(&fold, T::Fold(_, _, _, args) if !args.iter().any(is_native)) {
            return (fold, count);
        }
        let _native = linker.resolve(&self.file, ("_value", 1));
        (T::Call("_value", vec![fold]), count)
    }

    fn path_native(
        &mut self,
        linker: &mut Linker<'s>,
        name: &'static str,
        args: Vec<Term<'s>>,
        lower: Lower<'s>,
    ) -> Lowered<'s> {
        let _native = linker.resolve(&self.file, (name, args.len()));
        let mut count = One;
        let args = args.into_iter().map(|arg| {
            let (arg, outputs) = lower(self, linker, arg);
            count = count.max(outputs);
            arg
        });
        (T::Call(name, args.collect()), count)
    }

    fn path_call(
        &mut self,
        linker: &mut Linker<'s>,
        name: &'s str,
        args: Vec<Term<'s>>,
    ) -> Lowered<'s> {
        let signature = (name, args.len());
        let is_builtin = !self.is_local(name, args.len())
            && matches!(linker.resolve(&self.file, signature), Callee::Builtin(_));
        if !is_builtin || OF_PATHS.contains(&signature) {
            self.call(linker, name, args, Self::path_term)
        } else if PATHS.contains(&signature) {
            self.call(linker, name, args, Self::term)
        } else {
            self.path_native(linker, "_value", vec![T::Call(name, args)], Self::term)
        }
    }
}
