//! Strings and paths: what has several parts with several outputs each.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term as T;
use jaq_core::path::{Opt, Part, Path};

use super::Count::{Any, AtMostOne, One};
use super::{INDICES, Lowered, Scope, bind};
use crate::filter::link::{Callee, Linker};
use crate::filter::syntax::Term;

impl<'s> Scope<'s> {
    pub(super) fn string(
        &mut self,
        linker: &mut Linker<'s>,
        format: Option<&'s str>,
        parts: Vec<StrPart<&'s str, Term<'s>>>,
    ) -> Lowered<'s> {
        if let Some(format) = format
            && matches!(
                linker.resolve(&self.environment, (format, 0)),
                Callee::Undefined
            )
        {
            self.error(
                linker,
                format,
                format!("{} is not a valid format", &format[1..]),
                None,
            );
        }
        let mut count = One;
        let mut hoisted = Vec::new();
        let mut lowered = Vec::with_capacity(parts.len());
        for part in parts {
            let StrPart::Term(term) = part else {
                lowered.push(part);
                continue;
            };
            let (term, outputs) = self.term(linker, term);
            // The first part with several outputs varies fastest: the later ones are bound around it.
            let name = (outputs == Any && count == Any)
                .then(|| INDICES.get(hoisted.len()))
                .flatten();
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

    pub(super) fn path(
        &mut self,
        linker: &mut Linker<'s>,
        inner: Term<'s>,
        parts: Vec<(Part<Term<'s>>, Opt)>,
    ) -> Lowered<'s> {
        let (inner, mut count) = self.term(linker, inner);
        let mut hoisted = Vec::new();
        let mut lowered = Vec::with_capacity(parts.len());
        for (part, opt) in parts {
            let (part, outputs) = match part {
                Part::Index(index) => {
                    let (index, outputs) = self.term(linker, index);
                    // A later index varies slower than all that stands before it: it is bound around them.
                    let name = (outputs == Any && count == Any)
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
                    let outputs = [&from, &upto]
                        .into_iter()
                        .flatten()
                        .map(|(_, count)| *count)
                        .max()
                        .unwrap_or(One);
                    (
                        Part::Range(from.map(|(term, _)| term), upto.map(|(term, _)| term)),
                        outputs,
                    )
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
