//! Paths: fields, indices and `[]`.

use jaq_core::path::{Opt, Part};

use super::compiler::Compiler;
use super::stages::PathPart;
use crate::fused::expression::{Expr, Generator};
use crate::syntax::Term;
use dq_json::value::{Num, SharedStr, Value};

impl Compiler<'_> {
    /// A path that starts from an expression.
    pub(super) fn path(
        &mut self,
        from: Expr,
        parts: &[PathPart],
        is_root: bool,
    ) -> Option<Generator> {
        let mut place = from;
        let mut keys: Vec<SharedStr> = Vec::new();
        let mut rest = parts;
        while let Some(((Part::Index(index), Opt::Essential), later)) = rest.split_first() {
            match self.index(index)? {
                Value::Str(key) if is_root && keys.len() + rest.len() == parts.len() => {
                    keys.push(key);
                    place = Expr::Slot(self.projection.slot(&keys));
                }
                Value::Str(key) => place = Expr::Field(Box::new(place), key),
                index => place = Expr::Element(Box::new(place), whole_number(&index)?),
            }
            rest = later;
        }
        let Some(((part, opt), later)) = rest.split_first() else {
            return Some(Generator::One(place));
        };
        // A `?` suppresses errors of its own part, and of none before it.
        let (before, place) = match opt {
            Opt::Optional => (Generator::One(place), Expr::Input),
            Opt::Essential => (Generator::INPUT, place),
        };
        let step = match part {
            Part::Range(None, None) => {
                self.keep_keys(is_root && matches!(place, Expr::Input));
                Generator::Iterate(place)
            }
            Part::Index(index) => Generator::One(match self.index(index)? {
                Value::Str(key) => Expr::Field(Box::new(place), key),
                index => Expr::Element(Box::new(place), whole_number(&index)?),
            }),
            Part::Range(..) => return None,
        };
        let step = match opt {
            Opt::Optional => Generator::pipe(before, Generator::Try(Box::new(step))),
            Opt::Essential => step,
        };
        Some(match later {
            [] => step,
            later => Generator::pipe(step, self.path(Expr::Input, later, false)?),
        })
    }

    /// A key or index that does not depend on the input.
    fn index(&mut self, term: &Term) -> Option<Value> {
        match self.expr(term, false)? {
            Expr::Constant(value @ (Value::Str(_) | Value::Num(_))) => Some(value),
            _ => None,
        }
    }
}

fn whole_number(index: &Value) -> Option<isize> {
    let Value::Num(index @ Num::Int(_)) = index else {
        return None;
    };
    index.as_integer().and_then(|index| index.try_into().ok())
}
