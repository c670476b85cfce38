//! The environment of a term: what its variables, filter parameters and labels stand for.
//!
//! The bindings are a list whose nodes are on the stack of the evaluator: outputs are passed to a function while the
//! term that they come from is still being evaluated, so that its bindings outlive everything that refers to them.

use super::term::Term;
use dq_json::value::Value;

/// The bindings that a term sees.
#[derive(Clone, Copy)]
pub(super) struct Environment<'e> {
    innermost: Option<&'e Bound<'e>>,
}

/// A binding, and those around it.
pub(super) struct Bound<'e> {
    binding: Binding<'e>,
    outer: Environment<'e>,
}

/// What a position in the environment stands for.
pub(super) enum Binding<'e> {
    Variable(Value),
    Closure(Closure<'e>),
    /// The number of a label, which is unique in the run.
    Label(usize),
}

/// A filter that was passed to a definition, and the environment that it runs in.
#[derive(Clone, Copy)]
pub(super) struct Closure<'e> {
    pub term: &'e Term,
    pub environment: Environment<'e>,
    /// Whether it is known to have exactly one output.
    pub has_one_output: bool,
}

impl<'e> Environment<'e> {
    pub(super) const EMPTY: Self = Self { innermost: None };

    /// The node for a binding inside of these; it has to stay where it is while [`Bound::environment`] is in use.
    #[inline(always)]
    pub(super) fn bind(self, binding: Binding<'e>) -> Bound<'e> {
        Bound {
            binding,
            outer: self,
        }
    }

    /// The bindings outside of the innermost `count`.
    #[inline(always)]
    pub(super) fn outside(self, count: usize) -> Self {
        let mut environment = self;
        for _ in 0..count {
            match environment.innermost {
                Some(bound) => environment = bound.outer,
                None => return environment,
            }
        }
        environment
    }

    fn at(self, position: usize) -> Option<&'e Binding<'e>> {
        self.outside(position).innermost.map(|bound| &bound.binding)
    }

    /// The value of the variable at this position.
    #[inline(always)]
    pub(super) fn variable(self, position: usize) -> &'e Value {
        match self.at(position) {
            Some(Binding::Variable(value)) => value,
            _ => &Value::Null,
        }
    }

    /// The filter at this position. The compiler only refers to positions that have one.
    #[inline(always)]
    pub(super) fn closure(self, position: usize) -> Option<Closure<'e>> {
        match self.at(position) {
            Some(Binding::Closure(closure)) => Some(*closure),
            _ => None,
        }
    }

    /// The number of the label at this position.
    pub(super) fn label(self, position: usize) -> usize {
        match self.at(position) {
            Some(Binding::Label(number)) => *number,
            _ => 0,
        }
    }
}

impl<'e> Bound<'e> {
    /// The environment in which this binding is the innermost.
    #[inline(always)]
    pub(super) fn environment<'n>(&'n self) -> Environment<'n>
    where
        'e: 'n,
    {
        Environment {
            innermost: Some(self),
        }
    }
}
