//! Filters with simple definitions of their own: calls of those are replaced by their bodies.

use std::cell::Cell;

use jaq_core::load::parse::{BinaryOp, Term as T};

use crate::syntax::{Def, Module, Term, any_term, replace_calls};

/// The most terms that a filter may have, with the bodies in place: each use of a parameter repeats its argument.
const MAX_TERMS: usize = 1000;

/// The main filter of a module without calls of the module's definitions. `None` if one of them is not simple, or is not
/// used: then it is compiled as it is, with its errors.
///
/// A simple definition calls builtins, its parameters and those before it; it binds and uses no variable. So its body
/// means the same wherever it stands, and an argument means the same in it.
pub(super) fn inline<'s>(module: &Module<'s>) -> Option<Term<'s>> {
    let main = module.main.as_ref()?;
    let mut inlining = Inlining {
        defs: Vec::new(),
        terms: 0,
    };
    for def in &module.defs {
        inlining.add(def)?;
    }
    let main = inlining.replaced(main)?;
    let are_used = inlining.defs.iter().all(|def| def.is_used);
    let is_local = |term: &Term| matches!(term, T::Def(..));
    (are_used && !any_term(&main, &is_local) && !inlining.is_called_in(&main)).then_some(main)
}

struct Inlining<'d, 's> {
    defs: Vec<Inlined<'d, 's>>,
    /// How many terms were made so far.
    terms: usize,
}

struct Inlined<'d, 's> {
    def: &'d Def<'s>,
    body: Term<'s>,
    /// How many terms the body consists of.
    terms: usize,
    is_used: bool,
}

impl<'d, 's> Inlining<'d, 's> {
    /// Adds a definition, if it is simple and its name is new.
    fn add(&mut self, def: &'d Def<'s>) -> Option<()> {
        let body = self.replaced(&def.body)?;
        self.defs.push(Inlined {
            def,
            terms: count_terms(&body),
            body,
            is_used: false,
        });
        let body = &self.defs.last()?.body;
        let is_filter = |name: &&str| !name.starts_with('$') && !self.has(name, 0);
        let is_new = self.count(def.name, def.args.len()) == 1;
        let is_simple = def.args.iter().all(is_filter)
            && !any_term(body, &binds_or_uses_variables)
            && !self.is_called_in(body);
        (is_new && is_simple).then_some(())
    }

    fn count(&self, name: &str, arity: usize) -> usize {
        let same = |it: &&Inlined| it.def.name == name && it.def.args.len() == arity;
        self.defs.iter().filter(same).count()
    }

    fn has(&self, name: &str, arity: usize) -> bool {
        self.count(name, arity) > 0
    }

    /// Whether a call of a definition is left: one that calls itself, or is in a pattern.
    fn is_called_in(&self, term: &Term) -> bool {
        any_term(
            term,
            &|term| matches!(term, T::Call(name, args) if self.has(name, args.len())),
        )
    }

    /// The term with the bodies of the known definitions in place of their calls. `None` if it becomes too large.
    fn replaced(&mut self, term: &Term<'s>) -> Option<Term<'s>> {
        self.terms += count_terms(term);
        if self.terms > MAX_TERMS {
            return None;
        }
        let mut term = term.clone();
        replace_calls(&mut term, &mut |call| self.replace(call));
        (self.terms <= MAX_TERMS).then_some(term)
    }

    /// Puts the body of a known definition in place of its call, as long as there are not too many terms.
    fn replace(&mut self, term: &mut Term<'s>) {
        let T::Call(name, args) = term else { return };
        let known = |it: &&mut Inlined| it.def.name == *name && it.def.args.len() == args.len();
        let Some(inlined) = self.defs.iter_mut().find(known) else {
            return;
        };
        inlined.is_used = true;
        let terms = &mut self.terms;
        *terms += inlined.terms;
        if *terms > MAX_TERMS {
            return;
        }
        let parameters = &inlined.def.args;
        let args: Vec<_> = args.iter().map(|arg| (arg, count_terms(arg))).collect();
        let mut body = inlined.body.clone();
        replace_calls(&mut body, &mut |inner| {
            if let T::Call(name, none) = inner
                && none.is_empty()
                && let Some(place) = parameters.iter().position(|it| it == name)
            {
                let (arg, size) = args[place];
                *terms += size;
                if *terms <= MAX_TERMS {
                    *inner = arg.clone();
                }
            }
        });
        *term = body;
    }
}

fn count_terms(term: &Term) -> usize {
    let count = Cell::new(0);
    any_term(term, &|_| {
        count.set(count.get() + 1);
        false
    });
    count.get()
}

fn binds_or_uses_variables(term: &Term) -> bool {
    match term {
        T::Var(_) | T::Fold(..) | T::Label(..) | T::Break(_) | T::Def(..) => true,
        T::BinOp(_, op, _) => matches!(op, BinaryOp::Pipe(Some(_))),
        _ => false,
    }
}
