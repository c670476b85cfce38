//! Evaluation of terms. Outputs are passed to a function as they are produced; a term that has exactly one output
//! returns it instead.

use std::cell::{Cell, RefCell};
use std::ops::Deref;

use jaq_core::ValT;

use super::environment::{Binding, Closure, Environment};
use super::sink::{Sink, caught};
use super::term::{Kind, Program, Repeats, Term};
use super::thrown::{Flow, Thrown, fail};
use crate::jaq_run::JaqRun;
use crate::memory_left::StackLimit;
use crate::operators::{calculate, compare, is_true};
use dq_json::value::{Map, Value};

/// The run of a program on one input.
pub(crate) struct Evaluator<'e> {
    pub(super) program: &'e Program,
    /// The values of the global variables.
    pub(super) globals: &'e [Value],
    /// What native filters reach.
    pub(super) run: &'e JaqRun<'e>,
    stack: StackLimit,
    labels: Cell<usize>,
    /// The arguments of a call that has thrown [`Thrown::Loop`]: the values of its `$` parameters, and its input.
    pub(super) loop_call: RefCell<(Vec<Value>, Value)>,
}

/// A value, or a reference to one.
pub(super) enum Operand<'v> {
    Borrowed(&'v Value),
    Owned(Value),
}

impl Deref for Operand<'_> {
    type Target = Value;

    #[inline(always)]
    fn deref(&self) -> &Value {
        match self {
            Self::Borrowed(value) => value,
            Self::Owned(value) => value,
        }
    }
}

impl<'e> Evaluator<'e> {
    pub(crate) fn new(program: &'e Program, globals: &'e [Value], run: &'e JaqRun<'e>) -> Self {
        Self {
            program,
            globals,
            run,
            stack: StackLimit::new(run.stack_end()),
            labels: Cell::new(0),
            loop_call: RefCell::new((Vec::new(), Value::Null)),
        }
    }

    /// Passes every output of the main filter to `sink`.
    pub(crate) fn run(&self, input: Value, sink: &mut dyn FnMut(Value) -> Flow) -> Flow {
        self.each(&self.program.main, Environment::EMPTY, input, sink)
    }

    /// The number of a new label.
    pub(super) fn new_label(&self) -> usize {
        self.labels.set(self.labels.get() + 1);
        self.labels.get()
    }

    /// Refuses to recurse where the stack is nearly used up.
    #[inline(always)]
    pub(super) fn check_stack(&self) -> Flow {
        if self.stack.allows_more() {
            Ok(())
        } else {
            fail("the filter recurses too deeply")
        }
    }

    /// The only output of a term that has one.
    pub(super) fn one<'t>(
        &'t self,
        mut term: &'t Term,
        mut environment: Environment<'t>,
        mut input: Value,
    ) -> Result<Value, Thrown> {
        loop {
            match &term.kind {
                Kind::Identity => return Ok(input),
                Kind::Constant(value) => return Ok(value.clone()),
                Kind::Variable(at) => return Ok(environment.variable(*at).clone()),
                Kind::Closure(at) => match environment.closure(*at) {
                    Some(closure) => (term, environment) = (closure.term, closure.environment),
                    None => return Ok(Value::Null),
                },
                Kind::Pipe(terms) => {
                    input = self.one(&terms[0], environment, input)?;
                    term = &terms[1];
                }
                Kind::If(terms) => {
                    let is_true = self.test(&terms[0], environment, &input)?;
                    term = if is_true { &terms[1] } else { &terms[2] };
                }
                Kind::Math(terms, op) => {
                    let right = self.operand(&terms[1], environment, &input)?.into_value();
                    let left = self.one(&terms[0], environment, input)?;
                    return Ok(calculate(left, *op, right)?);
                }
                Kind::Call(call) if call.arguments.is_empty() && call.repeats == Repeats::Never => {
                    let definition = &self.program.definitions[call.definition];
                    environment = environment.outside(call.skip);
                    if definition.loops {
                        return self.one_call(call, environment, input);
                    }
                    self.check_stack()?;
                    term = &definition.body;
                }
                Kind::Call(call) => return self.one_call(call, environment, input),
                _ => return self.one_of_other(term, environment, input),
            }
        }
    }

    /// [`Evaluator::one`] for the terms that do not continue with another one.
    #[inline(never)]
    fn one_of_other(
        &self,
        term: &Term,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        match &term.kind {
            Kind::Path(path) => self.one_of_path(path, environment, input),
            Kind::Compare(..) | Kind::Logic(..) => {
                self.test(term, environment, &input).map(Value::Bool)
            }
            Kind::Object(entries) => self.object(entries, environment, &input),
            Kind::Array(inner) => self.array(inner, environment, input),
            Kind::Global(at) => Ok(self.globals.get(*at).cloned().unwrap_or(Value::Null)),
            Kind::Function(arguments, function) => {
                self.one_of_function(arguments, *function, environment, input)
            }
            Kind::Bind(binding) => self.one_of_binding(binding, environment, input),
            Kind::Builtin(arguments, builtin) => {
                self.one_of_builtin(arguments, *builtin, environment, input)
            }
            Kind::Reduce(fold) => self.reduce(fold, environment, input),
            Kind::Negate(inner) => Ok((-self.one(inner, environment, input)?)?),
            Kind::Text(pieces) => self.text(pieces, environment, &input),
            Kind::Alternative(terms) => {
                let left = self.one(&terms[0], environment, input.clone())?;
                if is_true(&left) {
                    return Ok(left);
                }
                self.one(&terms[1], environment, input)
            }
            Kind::Try(terms) => match (self.one(&terms.0, environment, input), &terms.1) {
                (Err(Thrown::Error(error)), Some(handler)) => {
                    self.one(handler, environment, error.into_val())
                }
                (result, _) => result,
            },
            Kind::Update(..) | Kind::UpdateWith(..) => self.one_update(term, environment, input),
            _ => self.only(term, environment, input),
        }
    }

    /// The output of a term that has one, found by collecting its outputs; null if there is none after all.
    pub(super) fn only(
        &self,
        term: &Term,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        let mut only = Value::Null;
        self.each_of_other(term, environment, input, &mut |output| {
            only = output;
            Ok(())
        })?;
        Ok(only)
    }

    /// The output of a term that has one or none.
    pub(super) fn optional(
        &self,
        term: &Term,
        environment: Environment,
        input: Value,
    ) -> Result<Option<Value>, Thrown> {
        if term.outputs.is_one() {
            return self.one(term, environment, input).map(Some);
        }
        let mut found = None;
        self.each(term, environment, input, &mut |output| {
            found = Some(output);
            Ok(())
        })?;
        Ok(found)
    }

    /// Whether the only output of a term is neither false nor null.
    pub(super) fn test(
        &self,
        term: &Term,
        environment: Environment,
        input: &Value,
    ) -> Result<bool, Thrown> {
        match &term.kind {
            Kind::Compare(terms, op) => {
                let right = self.operand(&terms[1], environment, input)?;
                let left = self.operand(&terms[0], environment, input)?;
                Ok(compare(&left, *op, &right))
            }
            Kind::Logic(terms, stop) => {
                if self.test(&terms[0], environment, input)? == *stop {
                    return Ok(*stop);
                }
                self.test(&terms[1], environment, input)
            }
            _ => Ok(is_true(&*self.operand(term, environment, input)?)),
        }
    }

    /// The only output of a term, borrowed where it is there already.
    #[inline]
    pub(super) fn operand<'v>(
        &self,
        term: &'v Term,
        environment: Environment<'v>,
        input: &'v Value,
    ) -> Result<Operand<'v>, Thrown> {
        Ok(match &term.kind {
            Kind::Identity => Operand::Borrowed(input),
            Kind::Constant(value) => Operand::Borrowed(value),
            Kind::Variable(at) => Operand::Borrowed(environment.variable(*at)),
            _ => Operand::Owned(self.one(term, environment, input.clone())?),
        })
    }

    /// Passes every output of a term to `sink`.
    pub(super) fn each<'t>(
        &'t self,
        mut term: &'t Term,
        mut environment: Environment<'t>,
        mut input: Value,
        sink: Sink,
    ) -> Flow {
        loop {
            if term.outputs.is_one() {
                return sink(self.one(term, environment, input)?);
            }
            match &term.kind {
                Kind::Closure(at) => {
                    let Some(closure) = environment.closure(*at) else {
                        return Ok(());
                    };
                    (term, environment) = (closure.term, closure.environment);
                    if closure.has_one_output {
                        return sink(self.one(term, environment, input)?);
                    }
                }
                Kind::Pipe(terms) => {
                    let [left, right] = &**terms;
                    if self.has_one_output(left, environment) {
                        input = self.one(left, environment, input)?;
                    } else if left.outputs.is_optional() {
                        match self.optional(left, environment, input)? {
                            Some(output) => input = output,
                            None => return Ok(()),
                        }
                    } else {
                        return self.each(left, environment, input, &mut |output| {
                            self.each(right, environment, output, sink)
                        });
                    }
                    term = right;
                }
                Kind::Comma(terms) => {
                    self.each(&terms[0], environment, input.clone(), sink)?;
                    term = &terms[1];
                }
                Kind::If(terms) => {
                    let [condition, then, otherwise] = &**terms;
                    if !self.has_one_output(condition, environment) {
                        return self.each_of_condition(terms, environment, &input, sink);
                    }
                    let is_true = self.test(condition, environment, &input)?;
                    term = if is_true { then } else { otherwise };
                }
                Kind::Call(call) if call.arguments.is_empty() && call.repeats == Repeats::Never => {
                    let definition = &self.program.definitions[call.definition];
                    environment = environment.outside(call.skip);
                    if definition.loops {
                        return self.each_call(call, environment, input, sink);
                    }
                    self.check_stack()?;
                    term = &definition.body;
                }
                Kind::Call(call) => return self.each_call(call, environment, input, sink),
                _ => return self.each_of_other(term, environment, input, sink),
            }
        }
    }

    /// Whether a term is known to have exactly one output, now that its parameters are known.
    #[inline]
    pub(super) fn has_one_output(&self, term: &Term, environment: Environment) -> bool {
        term.outputs.is_one()
            || (term.outputs.depends_on_parameters() && has_one(term, environment))
    }

    fn each_of_condition(
        &self,
        terms: &[Term; 3],
        environment: Environment,
        input: &Value,
        sink: Sink,
    ) -> Flow {
        let [condition, then, otherwise] = terms;
        self.each(condition, environment, input.clone(), &mut |output| {
            let branch = if is_true(&output) { then } else { otherwise };
            self.each(branch, environment, input.clone(), sink)
        })
    }

    /// [`Evaluator::each`] for the terms that do not continue with another one.
    #[inline(never)]
    fn each_of_other(
        &self,
        term: &Term,
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        match &term.kind {
            Kind::Recurse => self.recurse(input, sink),
            Kind::Path(path) => self.each_of_path(path, environment, input, sink),
            Kind::Text(pieces) => {
                self.each_text(pieces, environment, &input, &mut String::new(), sink)
            }
            Kind::Object(entries) => {
                self.each_object(entries, environment, &input, &Map::default(), sink)
            }
            Kind::Negate(inner) => {
                self.each(inner, environment, input, &mut |output| sink((-output)?))
            }
            Kind::Bind(binding) => self.each_of_binding(binding, environment, &input, sink),
            Kind::Alternative(terms) => {
                let [left, right] = &**terms;
                self.each_alternative(left, right, environment, input, sink)
            }
            Kind::Logic(terms, stop) => {
                self.each(&terms[0], environment, input.clone(), &mut |left| {
                    if is_true(&left) == *stop {
                        return sink(Value::Bool(*stop));
                    }
                    self.each(&terms[1], environment, input.clone(), &mut |right| {
                        sink(Value::Bool(is_true(&right)))
                    })
                })
            }
            Kind::Math(terms, op) => self.each_pair(terms, environment, &input, &mut |l, r| {
                sink(calculate(l.clone(), *op, r)?)
            }),
            Kind::Compare(terms, op) => self.each_pair(terms, environment, &input, &mut |l, r| {
                sink(Value::Bool(compare(l, *op, &r)))
            }),
            Kind::Update(..) | Kind::UpdateWith(..) => {
                self.each_update(term, environment, input, sink)
            }
            Kind::Reduce(fold) => self.each_reduce(fold, environment, &input, sink),
            Kind::Foreach(fold) => self.each_foreach(fold, environment, &input, sink),
            Kind::Try(terms) => {
                let (body, handler) = &**terms;
                let result = caught(sink, |sink| self.each(body, environment, input, sink))?;
                match (result, handler) {
                    (Some(error), Some(handler)) => self.each(handler, environment, error, sink),
                    _ => Ok(()),
                }
            }
            Kind::Label(inner) => {
                let label = self.new_label();
                let bound = environment.bind(Binding::Label(label));
                match self.each(inner, bound.environment(), input, sink) {
                    Err(Thrown::Break(target)) if target == label => Ok(()),
                    flow => flow,
                }
            }
            Kind::Break(at) => Err(Thrown::Break(environment.label(*at))),
            Kind::Builtin(arguments, builtin) => {
                self.each_of_builtin(arguments, *builtin, environment, input, sink)
            }
            Kind::Function(arguments, function) => {
                self.each_of_function(arguments, *function, environment, input, sink)
            }
            Kind::Array(inner) => sink(self.array(inner, environment, input)?),
            _ => sink(self.one(term, environment, input)?),
        }
    }

    /// `..`: the value, then everything inside.
    fn recurse(&self, value: Value, sink: Sink) -> Flow {
        self.check_stack()?;
        if !matches!(value, Value::Arr(_) | Value::Obj(_)) {
            return sink(value);
        }
        sink(value.clone())?;
        for child in value.values() {
            self.recurse(child?, sink)?;
        }
        Ok(())
    }
}

impl Operand<'_> {
    #[inline(always)]
    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Borrowed(value) => value.clone(),
            Self::Owned(value) => value,
        }
    }
}

/// Whether a term has exactly one output where the parameters are those of the environment.
fn has_one(term: &Term, environment: Environment) -> bool {
    match &term.kind {
        Kind::Closure(at) => {
            let closure = environment.closure(*at);
            closure.is_some_and(|closure: Closure| closure.has_one_output)
        }
        Kind::Pipe(terms) | Kind::Math(terms, _) | Kind::Compare(terms, _) => terms
            .iter()
            .all(|term| term.outputs.is_one() || has_one(term, environment)),
        _ => false,
    }
}
