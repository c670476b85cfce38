//! The abstract evaluation: follows shapes through the terms of a filter.

use std::rc::Rc;

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern as P, Term as T};
use jaq_core::ops::Math;
use jaq_core::path::{Part, Path};

use super::builtin;
use super::evaluate::Evaluate;
use super::found::{Found, Place};
use super::functions;
use super::lookup::Lookup;
use super::scope::{Binding, Scope};
use super::sets::{descendants, distinct, elements, items_of, scalar, shapes, values};
use super::shape::{Shape, Shapes};
use super::words::{constant, has_marker, typed};
use crate::syntax::{Def, Pattern, Term};

/// Terms inside of more than this many others and calls are not looked at.
const MAX_DEPTH: usize = 200;

/// At most this many terms are looked at. A recursive function could be followed for ever.
const MAX_STEPS: usize = 4000;

/// One evaluation of a filter.
pub(super) struct Evaluation<'l> {
    lookup: &'l dyn Lookup,
    /// The inputs of the whole filter.
    inputs: Shapes,
    /// What was found at the marker, if it was met.
    pub found: Option<Found>,
    steps: usize,
    depth: usize,
}

impl Evaluate for Evaluation<'_> {
    fn outputs(&mut self, term: &Term, inputs: &[Rc<Shape>], scope: &Scope) -> Shapes {
        if self.depth >= MAX_DEPTH || self.steps >= MAX_STEPS {
            return Vec::new();
        }
        self.steps += 1;
        self.depth += 1;
        let outputs = self.of_term(term, inputs, scope);
        self.depth -= 1;
        distinct(outputs)
    }

    fn note(&mut self, place: Place, typed: &str, inputs: &[Rc<Shape>], scope: &Scope) {
        let found = self.found.get_or_insert_with(|| Found {
            place,
            typed: typed.to_owned(),
            inputs: Vec::new(),
            variables: scope.variables(),
            functions: scope.functions(),
        });
        // A function is evaluated once for each of its calls.
        found.inputs.extend_from_slice(inputs);
        found.inputs = distinct(std::mem::take(&mut found.inputs));
    }

    fn lookup(&self) -> &dyn Lookup {
        self.lookup
    }

    fn all_inputs(&self) -> Shapes {
        self.inputs.clone()
    }
}

impl<'l> Evaluation<'l> {
    pub(super) fn new(lookup: &'l dyn Lookup, inputs: &[Rc<Shape>]) -> Self {
        Self {
            lookup,
            inputs: inputs.to_vec(),
            found: None,
            steps: 0,
            depth: 0,
        }
    }

    fn of_term(&mut self, term: &Term, inputs: &[Rc<Shape>], scope: &Scope) -> Shapes {
        match term {
            T::Id => inputs.to_vec(),
            T::Recurse => descendants(inputs),
            T::Num(_) => scalar(Shape::NUMBER),
            T::Break(_) => Vec::new(),
            T::Arr(None) => shapes(Shape::array(Vec::new())),
            T::Str(format, parts) => self.string(format.as_deref(), parts, inputs, scope),
            T::Arr(Some(inner)) => shapes(Shape::array(self.outputs(inner, inputs, scope))),
            T::Obj(entries) => self.object(entries, inputs, scope),
            T::Neg(inner) => {
                self.outputs(inner, inputs, scope);
                scalar(Shape::NUMBER)
            }
            T::Label(_, inner) => self.outputs(inner, inputs, scope),
            T::BinOp(left, op, right) => self.operator(left, op, right, inputs, scope),
            T::Fold(_, source, pattern, args) => self.fold(source, pattern, args, inputs, scope),
            T::TryCatch(body, handler) => {
                let mut outputs = self.outputs(body, inputs, scope);
                if let Some(handler) = handler {
                    outputs.extend(self.outputs(handler, &scalar(Shape::STRING), scope));
                }
                outputs
            }
            T::IfThenElse(branches, otherwise) => {
                let mut outputs = Vec::new();
                for (condition, then) in branches {
                    self.outputs(condition, inputs, scope);
                    outputs.extend(self.outputs(then, inputs, scope));
                }
                match otherwise {
                    Some(otherwise) => outputs.extend(self.outputs(otherwise, inputs, scope)),
                    None => outputs.extend_from_slice(inputs),
                }
                outputs
            }
            T::Def(defs, body) => {
                let inner = Scope {
                    up: Some(scope),
                    binding: Binding::Definitions(defs),
                };
                self.unfinished_definition(defs, inputs, &inner);
                self.outputs(body, inputs, &inner)
            }
            T::Call(name, args) => self.call(name, args, inputs, scope),
            T::Var(name) => self.variable(name, inputs, scope),
            T::Path(inner, Path(parts)) => self.path(inner, parts, inputs, scope),
        }
    }

    /// The marker may be in the last definition, which nothing calls yet: the inputs of the place are taken for its own.
    fn unfinished_definition(&mut self, defs: &[Def], inputs: &[Rc<Shape>], scope: &Scope) {
        let Some(last) = defs.last().filter(|def| has_marker(&def.body)) else {
            return;
        };
        let parameters = last.args.iter().filter(|name| name.starts_with('$'));
        let inner = Scope {
            up: Some(scope),
            binding: Binding::Variables(parameters.map(|name| (*name, Vec::new())).collect()),
        };
        self.outputs(&last.body, inputs, &inner);
    }

    fn string(
        &mut self,
        format: Option<&str>,
        parts: &[StrPart<&str, Term>],
        inputs: &[Rc<Shape>],
        scope: &Scope,
    ) -> Shapes {
        if let Some(typed) = format.and_then(typed) {
            self.note(Place::Format, typed, inputs, scope);
        }
        for part in parts {
            if let StrPart::Term(term) = part {
                self.outputs(term, inputs, scope);
            }
        }
        scalar(Shape::STRING)
    }

    fn variable(&mut self, name: &str, inputs: &[Rc<Shape>], scope: &Scope) -> Shapes {
        if let Some(typed) = typed(name) {
            self.note(Place::Variable, typed, inputs, scope);
        }
        scope.variable(name).cloned().unwrap_or_default()
    }

    fn object(
        &mut self,
        entries: &[(Term, Option<Term>)],
        inputs: &[Rc<Shape>],
        scope: &Scope,
    ) -> Shapes {
        let (mut keys, mut others) = (Vec::new(), Vec::new());
        for (key, value) in entries {
            let name = constant(key);
            let values = match (value, &name) {
                (Some(value), _) => self.outputs(value, inputs, scope),
                (None, Some(name)) => self.shorthand(name, inputs, scope),
                (None, None) => Vec::new(),
            };
            match name {
                Some(name) => keys.push((name.into(), values)),
                None => {
                    self.outputs(key, inputs, scope);
                    others.extend(values);
                }
            }
        }
        if keys.is_empty() {
            shapes(Shape::map(others))
        } else {
            shapes(Shape::object(keys))
        }
    }

    /// `{name}` is `{name: .name}`.
    fn shorthand(&mut self, name: &str, inputs: &[Rc<Shape>], scope: &Scope) -> Shapes {
        if let Some(typed) = typed(name) {
            self.note(Place::ObjectKey, typed, inputs, scope);
        }
        values(inputs, name)
    }

    fn operator(
        &mut self,
        left: &Term,
        op: &BinaryOp<&str>,
        right: &Term,
        inputs: &[Rc<Shape>],
        scope: &Scope,
    ) -> Shapes {
        let mut outputs = self.outputs(left, inputs, scope);
        match op {
            BinaryOp::Pipe(None) => self.outputs(right, &outputs, scope),
            BinaryOp::Pipe(Some(pattern)) => {
                let inner = self.bound(pattern, &outputs, scope);
                self.outputs(right, inputs, &inner)
            }
            BinaryOp::Comma | BinaryOp::Alt | BinaryOp::Math(Math::Add | Math::Mul) => {
                outputs.extend(self.outputs(right, inputs, scope));
                outputs
            }
            BinaryOp::Update => {
                self.outputs(right, &outputs, scope);
                inputs.to_vec()
            }
            BinaryOp::Assign | BinaryOp::UpdateMath(_) | BinaryOp::UpdateAlt => {
                self.outputs(right, inputs, scope);
                inputs.to_vec()
            }
            BinaryOp::Math(_) => {
                self.outputs(right, inputs, scope);
                outputs
            }
            BinaryOp::And | BinaryOp::Or | BinaryOp::Cmp(_) => {
                self.outputs(right, inputs, scope);
                scalar(Shape::BOOLEAN)
            }
        }
    }

    /// The scope in which a pattern binds variables to parts of these values.
    fn bound<'s>(
        &mut self,
        pattern: &'s Pattern<'s>,
        bound: &[Rc<Shape>],
        scope: &'s Scope<'s>,
    ) -> Scope<'s> {
        let mut variables = Vec::new();
        self.bind(pattern, bound, scope, &mut variables);
        Scope {
            up: Some(scope),
            binding: Binding::Variables(variables),
        }
    }

    fn bind<'s>(
        &mut self,
        pattern: &'s Pattern<'s>,
        bound: &[Rc<Shape>],
        scope: &Scope,
        variables: &mut Vec<(&'s str, Shapes)>,
    ) {
        match pattern {
            P::Var(name) => variables.push((name, bound.to_vec())),
            P::Arr(items) => {
                let elements = items_of(bound);
                for item in items {
                    self.bind(item, &elements, scope, variables);
                }
            }
            P::Obj(entries) => {
                for (key, item) in entries {
                    let inside = match constant(key) {
                        Some(key) => values(bound, &key),
                        None => {
                            self.outputs(key, bound, scope);
                            elements(bound)
                        }
                    };
                    self.bind(item, &inside, scope, variables);
                }
            }
        }
    }

    /// `reduce` and `foreach`: the body runs on the initial value first, then on its own outputs.
    fn fold(
        &mut self,
        source: &Term,
        pattern: &Pattern,
        args: &[Term],
        inputs: &[Rc<Shape>],
        scope: &Scope,
    ) -> Shapes {
        let source = self.outputs(source, inputs, scope);
        let inner = self.bound(pattern, &source, scope);
        let [init, update, rest @ ..] = args else {
            return Vec::new();
        };
        let mut state = self.outputs(init, inputs, scope);
        for _ in 0..2 {
            let updated = self.outputs(update, &state, &inner);
            state.extend(updated);
            state = distinct(state);
        }
        match rest {
            [extract, ..] => self.outputs(extract, &state, &inner),
            [] => state,
        }
    }

    fn call(&mut self, name: &str, args: &[Term], inputs: &[Rc<Shape>], scope: &Scope) -> Shapes {
        if let Some(typed) = typed(name) {
            let place = if typed.starts_with('@') {
                Place::Format
            } else {
                Place::Name
            };
            self.note(place, typed, inputs, scope);
            return Vec::new();
        }
        if let Some(callee) = scope.callee(name, args.len()) {
            return functions::defined(self, callee, args, inputs, scope);
        }
        if let Some(outputs) = builtin::outputs(self, name, args, inputs, scope) {
            return outputs;
        }
        functions::outside(self, name, args, inputs, scope)
    }

    /// `inner` with keys, indices and slices behind it.
    fn path(
        &mut self,
        inner: &Term,
        parts: &[(Part<Term>, jaq_core::path::Opt)],
        inputs: &[Rc<Shape>],
        scope: &Scope,
    ) -> Shapes {
        let mut outputs = self.outputs(inner, inputs, scope);
        for (part, _) in parts {
            outputs = match part {
                Part::Index(index) => self.index(index, &outputs, inputs, scope),
                Part::Range(None, None) => elements(&outputs),
                Part::Range(from, upto) => {
                    for bound in [from, upto].into_iter().flatten() {
                        self.outputs(bound, inputs, scope);
                    }
                    outputs
                }
            };
        }
        outputs
    }

    /// The values at an index or key of `of`.
    fn index(
        &mut self,
        index: &Term,
        of: &[Rc<Shape>],
        inputs: &[Rc<Shape>],
        scope: &Scope,
    ) -> Shapes {
        if let Some(key) = constant(index) {
            if let Some(typed) = typed(&key) {
                self.note(Place::Field, typed, of, scope);
            }
            return values(of, &key);
        }
        if matches!(index, T::Call(name, _) if typed(name) == Some("")) {
            self.note(Place::Index, "", of, scope);
            return Vec::new();
        }
        self.outputs(index, inputs, scope);
        match index {
            T::Num(_) => items_of(of),
            _ => elements(of),
        }
    }
}
