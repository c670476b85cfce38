//! Evaluation of terms. Outputs are passed to a function as they are produced; a term that has exactly one output
//! returns it instead.

use std::cell::{Cell, RefCell};
use std::ops::Deref;

use jaq_core::ValT;
use jaq_core::ops::{Cmp, Math};

use super::environment::{Binding, Closure, Environment};
use super::term::{Kind, Piece, Program, Repeats, Term};
use super::thrown::{Flow, Thrown, fail};
use crate::jaq_run::JaqRun;
use dq_json::value::{Map, Num, Value, ValueError};

/// What takes the outputs of a term.
pub(super) type Sink<'k> = &'k mut dyn FnMut(Value) -> Flow;

/// The run of a program on one input.
pub(crate) struct Evaluator<'e> {
    pub(super) program: &'e Program,
    /// The values of the global variables.
    pub(super) globals: &'e [Value],
    /// What native filters reach.
    pub(super) run: &'e JaqRun<'e>,
    stack_limit: usize,
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
            stack_limit: run.stack_limit(),
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
        let marker = 0u8;
        if std::ptr::from_ref(&marker).addr() >= self.stack_limit {
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
                    return calculate(left, *op, right);
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
            Kind::Alternative(terms) => self.each_alternative(terms, environment, input, sink),
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

    /// Passes every pair of outputs of two operands; those of the right one vary fastest.
    fn each_pair(
        &self,
        terms: &[Term; 2],
        environment: Environment,
        input: &Value,
        sink: &mut dyn FnMut(&Value, Value) -> Flow,
    ) -> Flow {
        let [left, right] = terms;
        let mut pair = |left| {
            self.each(right, environment, input.clone(), &mut |right| {
                sink(&left, right)
            })
        };
        let error = caught(&mut pair, |pair| {
            self.each(left, environment, input.clone(), pair)
        })?;
        self.throw_where_output(error, |sink| {
            self.each(right, environment, input.clone(), sink)
        })
    }

    /// Throws the error of an operand if the operands behind it have an output, or an error of their own; if they have
    /// none, the error stays hidden, as in jaq-core.
    fn throw_where_output(&self, error: Option<Value>, others: impl FnOnce(Sink) -> Flow) -> Flow {
        let Some(error) = error else {
            return Ok(());
        };
        let label = self.new_label();
        match others(&mut |_| Err(Thrown::Break(label))) {
            Ok(()) => Ok(()),
            Err(Thrown::Break(target)) if target != label => Err(Thrown::Break(target)),
            Err(Thrown::Error(_) | Thrown::Break(_)) => Err(ValueError::new(error).into()),
            Err(thrown) => Err(thrown),
        }
    }

    fn each_alternative(
        &self,
        terms: &[Term; 2],
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        let mut found = false;
        self.each(&terms[0], environment, input.clone(), &mut |output| {
            if !is_true(&output) {
                return Ok(());
            }
            found = true;
            sink(output)
        })?;
        if found {
            return Ok(());
        }
        self.each(&terms[1], environment, input, sink)
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

    /// `[f]`
    pub(super) fn array(
        &self,
        inner: &Term,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        let mut elements = Vec::new();
        self.each(inner, environment, input, &mut |output| {
            elements.push(output);
            Ok(())
        })?;
        Ok(Value::from(elements))
    }

    /// An object whose keys and values have one output each.
    fn object(
        &self,
        entries: &[(Term, Term)],
        environment: Environment,
        input: &Value,
    ) -> Result<Value, Thrown> {
        let mut members = Map::with_capacity(entries.len());
        for (key, value) in entries {
            let key = self.operand(key, environment, input)?.into_value();
            let value = self.operand(value, environment, input)?.into_value();
            insert(&mut members, key, value)?;
        }
        Ok(Value::from(members))
    }

    /// The objects for all outputs of keys and values; those of the last entry vary fastest.
    fn each_object(
        &self,
        entries: &[(Term, Term)],
        environment: Environment,
        input: &Value,
        members: &Map,
        sink: Sink,
    ) -> Flow {
        let Some(((key, value), rest)) = entries.split_first() else {
            return sink(Value::from(members.clone()));
        };
        let mut with_key = |key: Value| {
            let mut with_value = |value| {
                let mut members = members.clone();
                insert(&mut members, key.clone(), value)?;
                self.each_object(rest, environment, input, &members, sink)
            };
            let error = caught(&mut with_value, |sink| {
                self.each(value, environment, input.clone(), sink)
            })?;
            self.throw_where_output(error, |sink| {
                self.each_object(rest, environment, input, members, sink)
            })
        };
        let error = caught(&mut with_key, |sink| {
            self.each(key, environment, input.clone(), sink)
        })?;
        self.throw_where_output(error, |sink| {
            self.each(value, environment, input.clone(), &mut |_| {
                self.each_object(rest, environment, input, members, sink)
            })
        })
    }

    /// A string whose interpolations have one output each.
    fn text(
        &self,
        pieces: &[Piece],
        environment: Environment,
        input: &Value,
    ) -> Result<Value, Thrown> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Filter(term) => {
                    push_text(&mut text, &*self.operand(term, environment, input)?);
                }
                Piece::Formatted(term, function) => {
                    let value = self.one(term, environment, input.clone())?;
                    push_text(&mut text, &self.apply(*function, value)?);
                }
            }
        }
        Ok(Value::from(text))
    }

    /// The strings for all outputs of the interpolations; those of the last one vary fastest.
    fn each_text(
        &self,
        pieces: &[Piece],
        environment: Environment,
        input: &Value,
        text: &mut String,
        sink: Sink,
    ) -> Flow {
        let Some((piece, rest)) = pieces.split_first() else {
            return sink(Value::from(text.clone()));
        };
        let length = text.len();
        match piece {
            Piece::Text(literal) => {
                text.push_str(literal);
                self.each_text(rest, environment, input, text, sink)?;
            }
            Piece::Filter(term) | Piece::Formatted(term, _) => {
                let mut with_output = |output| {
                    match piece {
                        Piece::Formatted(_, function) => {
                            push_text(text, &self.apply(*function, output)?);
                        }
                        _ => push_text(text, &output),
                    }
                    self.each_text(rest, environment, input, text, sink)?;
                    text.truncate(length);
                    Ok(())
                };
                let error = caught(&mut with_output, |sink| {
                    self.each(term, environment, input.clone(), sink)
                })?;
                self.throw_where_output(error, |sink| {
                    self.each_text(rest, environment, input, &mut String::new(), sink)
                })?;
            }
        }
        text.truncate(length);
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

/// Runs `evaluate` with a sink that passes outputs on; gives the value of the error that the evaluation has raised. What
/// the sink itself throws is not caught.
pub(super) fn caught(
    sink: Sink,
    evaluate: impl FnOnce(Sink) -> Flow,
) -> Result<Option<Value>, Thrown> {
    let mut is_from_sink = false;
    let flow = evaluate(&mut |output| {
        let flow = sink(output);
        is_from_sink = flow.is_err();
        flow
    });
    match flow {
        Ok(()) => Ok(None),
        Err(Thrown::Error(error)) if !is_from_sink => Ok(Some(error.into_val())),
        Err(thrown) => Err(thrown),
    }
}

/// Everything but null and false is true.
#[inline(always)]
pub(super) fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

/// The result of an arithmetic operator.
#[inline]
pub(super) fn calculate(left: Value, op: Math, right: Value) -> Result<Value, Thrown> {
    if let (Value::Num(Num::Int(l)), Value::Num(Num::Int(r))) = (&left, &right) {
        // Both are below 2^53.
        let exact = match op {
            Math::Add => Some(l + r),
            Math::Sub => Some(l - r),
            _ => None,
        };
        if let Some(exact) = exact.filter(|exact| exact.unsigned_abs() < 1 << 53) {
            return Ok(Value::Num(Num::Int(exact)));
        }
    }
    Ok(match op {
        Math::Add => left + right,
        Math::Sub => left - right,
        Math::Mul => left * right,
        Math::Div => left / right,
        Math::Rem => left % right,
    }?)
}

/// The result of a comparison.
#[inline]
pub(super) fn compare(left: &Value, op: Cmp, right: &Value) -> bool {
    if let (Value::Num(Num::Int(l)), Value::Num(Num::Int(r))) = (left, right) {
        return match op {
            Cmp::Lt => l < r,
            Cmp::Le => l <= r,
            Cmp::Gt => l > r,
            Cmp::Ge => l >= r,
            Cmp::Eq => l == r,
            Cmp::Ne => l != r,
        };
    }
    match op {
        Cmp::Lt => left < right,
        Cmp::Le => left <= right,
        Cmp::Gt => left > right,
        Cmp::Ge => left >= right,
        Cmp::Eq => left == right,
        Cmp::Ne => left != right,
    }
}

/// Adds a member to an object.
fn insert(members: &mut Map, key: Value, value: Value) -> Flow {
    match key {
        Value::Str(key) => {
            members.insert(key, value);
            Ok(())
        }
        other => fail(format_args!(
            "Cannot use {} as object key",
            other.describe()
        )),
    }
}

/// Adds a value to a text as `tostring` has it.
fn push_text(text: &mut String, value: &Value) {
    match value {
        Value::Str(string) => text.push_str(string),
        other => text.push_str(&other.to_json()),
    }
}
