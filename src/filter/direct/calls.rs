//! Calls of definitions.

use super::environment::{Binding, Closure, Environment};
use super::evaluator::Evaluator;
use super::sink::Sink;
use super::term::{Call, Kind, Repeats, Term};
use super::thrown::{Flow, Thrown};
use dq_json::value::Value;

/// What runs the body of a definition on an input.
type RunBody<'k, T> = &'k mut dyn FnMut(&Term, Environment, Value) -> Result<T, Thrown>;

impl Evaluator<'_> {
    /// The only output of a call that has one.
    pub(super) fn one_call(
        &self,
        call: &Call,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        self.check_stack()?;
        if call.repeats != Repeats::Never {
            return Err(self.throw_loop(call, environment, input)?);
        }
        let definition = &self.program.definitions[call.definition];
        let outer = environment.outside(call.skip);
        let argument = |at: usize| self.one_argument(call, at, environment, &input, true);
        match call.arguments.len() {
            1 if !definition.loops => {
                let first = outer.bind(argument(0)?);
                self.one(&definition.body, first.environment(), input)
            }
            2 if !definition.loops => {
                let first = outer.bind(argument(0)?);
                let second = argument(1)?;
                let second = first.environment().bind(second);
                self.one(&definition.body, second.environment(), input)
            }
            _ => {
                let call = Calling {
                    call,
                    caller: environment,
                    outer,
                    is_one: true,
                };
                let mut output = Value::Null;
                self.each_argument(call, 0, outer, input, &mut |callee, input| {
                    output =
                        self.run_body(call, callee, input, &mut |body, environment, input| {
                            self.one(body, environment, input)
                        })?;
                    Ok(())
                })?;
                Ok(output)
            }
        }
    }

    pub(super) fn each_call(
        &self,
        call: &Call,
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        self.check_stack()?;
        if call.repeats == Repeats::Always {
            return Err(self.throw_loop(call, environment, input)?);
        }
        let outer = environment.outside(call.skip);
        let call = Calling {
            call,
            caller: environment,
            outer,
            is_one: false,
        };
        self.each_argument(call, 0, outer, input, &mut |callee, input| {
            self.run_body(call, callee, input, &mut |body, environment, input| {
                self.each(body, environment, input, sink)
            })
        })
    }

    /// The binding of an argument with one output. `is_one` tells that the call has one output if each of the caller's
    /// own parameters has.
    fn one_argument<'e>(
        &self,
        call: &'e Call,
        at: usize,
        environment: Environment<'e>,
        input: &Value,
        is_one: bool,
    ) -> Result<Binding<'e>, Thrown> {
        let argument = &call.arguments[at];
        let definition = &self.program.definitions[call.definition];
        if definition.takes_value[at] {
            let value = self.one(argument, environment, input.clone())?;
            return Ok(Binding::Variable(value));
        }
        Ok(Binding::Closure(self.closure(
            argument,
            environment,
            // Of a definition with one output whatever its parameters are, nothing is known about the caller's.
            is_one && definition.outputs.depends_on_parameters(),
        )))
    }

    /// A filter that is passed on. A parameter that is passed on as it is stays the filter that it stands for.
    fn closure<'e>(
        &self,
        argument: &'e Term,
        environment: Environment<'e>,
        is_one: bool,
    ) -> Closure<'e> {
        if let Kind::Closure(at) = argument.kind
            && let Some(closure) = environment.closure(at)
        {
            return closure;
        }
        Closure {
            term: argument,
            environment,
            has_one_output: (is_one && argument.outputs.is_one_with_parameters())
                || self.has_one_output(argument, environment),
        }
    }

    /// Binds the arguments from the one at `at` on, for every combination of outputs; those of the last vary fastest.
    pub(super) fn each_argument(
        &self,
        calling: Calling,
        at: usize,
        callee: Environment,
        input: Value,
        then: &mut dyn FnMut(Environment, Value) -> Flow,
    ) -> Flow {
        let Calling {
            call,
            caller,
            is_one,
            ..
        } = calling;
        let Some(argument) = call.arguments.get(at) else {
            return then(callee, input);
        };
        let takes_value = self.program.definitions[call.definition].takes_value[at];
        if !takes_value || is_one || argument.outputs.is_one() {
            let bound = callee.bind(self.one_argument(call, at, caller, &input, is_one)?);
            return self.each_argument(calling, at + 1, bound.environment(), input, then);
        }
        self.each(argument, caller, input.clone(), &mut |value| {
            let bound = callee.bind(Binding::Variable(value));
            self.each_argument(calling, at + 1, bound.environment(), input.clone(), then)
        })
    }

    /// Leaves the arguments of a call where [`Evaluator::run_body`] finds them, and gives what takes evaluation there.
    fn throw_loop(
        &self,
        call: &Call,
        environment: Environment,
        input: Value,
    ) -> Result<Thrown, Thrown> {
        let definition = &self.program.definitions[call.definition];
        let mut values = Vec::with_capacity(call.arguments.len());
        for (argument, takes_value) in call.arguments.iter().zip(&definition.takes_value) {
            values.push(if *takes_value {
                self.one(argument, environment, input.clone())?
            } else {
                Value::Null
            });
        }
        *self.loop_call.borrow_mut() = (values, input);
        Ok(Thrown::Loop)
    }

    /// Runs the body of a definition. If it ends with a call of itself, that call comes back here instead of nesting.
    fn run_body<T>(
        &self,
        calling: Calling,
        callee: Environment,
        input: Value,
        run: RunBody<T>,
    ) -> Result<T, Thrown> {
        let definition = &self.program.definitions[calling.call.definition];
        let mut result = run(&definition.body, callee, input);
        if !definition.loops {
            return result;
        }
        let count = definition.takes_value.len();
        while let Err(Thrown::Loop) = result {
            let (values, input) =
                std::mem::replace(&mut *self.loop_call.borrow_mut(), (Vec::new(), Value::Null));
            let arguments = values.into_iter().enumerate();
            let bindings: Vec<Binding> = arguments
                .map(|(at, value)| match callee.closure(count - 1 - at) {
                    Some(closure) => Binding::Closure(closure),
                    None => Binding::Variable(value),
                })
                .collect();
            result = bind_all(
                &mut bindings.into_iter(),
                calling.outer,
                input,
                &mut |environment, input| run(&definition.body, environment, input),
            );
        }
        result
    }
}

/// A call, and the environments of the caller and around the definition.
#[derive(Clone, Copy)]
pub(super) struct Calling<'e> {
    pub call: &'e Call,
    pub caller: Environment<'e>,
    pub outer: Environment<'e>,
    /// Whether the call has one output if each of the caller's own parameters has, and they have.
    pub is_one: bool,
}

/// Runs `then` in the environment with all these bindings.
fn bind_all<'e, 'a: 'e, T>(
    bindings: &mut std::vec::IntoIter<Binding<'a>>,
    environment: Environment<'e>,
    input: Value,
    then: &mut dyn FnMut(Environment, Value) -> Result<T, Thrown>,
) -> Result<T, Thrown> {
    match bindings.next() {
        None => then(environment, input),
        Some(binding) => {
            let bound = environment.bind(binding);
            bind_all(bindings, bound.environment(), input, then)
        }
    }
}
