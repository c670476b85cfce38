//! What the functions of a filter need from the evaluation that meets them.

use std::rc::Rc;

use super::found::Place;
use super::lookup::Lookup;
use super::scope::Scope;
use super::shape::{Shape, Shapes};
use crate::syntax::Term;

/// Follows shapes through terms.
pub(super) trait Evaluate {
    /// The shapes of the outputs of a term for inputs of these shapes. Inside of the term, the marker is found.
    fn outputs(&mut self, term: &Term, inputs: &[Rc<Shape>], scope: &Scope) -> Shapes;

    /// Notes what the marker stands for.
    fn note(&mut self, place: Place, typed: &str, inputs: &[Rc<Shape>], scope: &Scope);

    /// What is known outside of the filter.
    fn lookup(&self) -> &dyn Lookup;

    /// The inputs of the whole filter, for `input` and `inputs`.
    fn all_inputs(&self) -> Shapes;
}
