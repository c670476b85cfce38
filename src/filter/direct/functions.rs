//! Calls of functions of values, and of native filters that have more than one output or reach the run.

use jaq_core::{Ctx, Exn, Vars};

use super::environment::Environment;
use super::evaluator::Evaluator;
use super::function::Function;
use super::sink::Sink;
use super::term::Term;
use super::thrown::{Flow, Thrown};
use crate::jaq_run::JaqData;
use crate::natives::NativeFn;
use dq_json::value::Value;

impl Evaluator<'_> {
    /// The result of a function of the input alone.
    pub(super) fn apply(&self, function: Function, input: Value) -> Result<Value, Thrown> {
        self.call_one(function, input, Vec::new())
    }

    /// The output of a function whose arguments have one output each.
    pub(super) fn one_of_function(
        &self,
        arguments: &[Term],
        function: Function,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        let argument = |at: usize, input: &Value| {
            let value = self.operand(&arguments[at], environment, input)?;
            Ok::<_, Thrown>(value.into_value())
        };
        match (function.native, arguments.len()) {
            (NativeFn::Of0(f, _), _) => Ok(f(input)?),
            (NativeFn::Of1(f, _), 1) => {
                let first = argument(0, &input)?;
                Ok(f(input, first)?)
            }
            _ => {
                let mut values = Vec::with_capacity(arguments.len());
                for at in 0..arguments.len() {
                    values.push(argument(at, &input)?);
                }
                self.call_one(function, input, values)
            }
        }
    }

    pub(super) fn each_of_function(
        &self,
        arguments: &[Term],
        function: Function,
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        self.each_arguments(
            arguments,
            environment,
            input,
            &mut Vec::new(),
            &mut |input, values| {
                if function.has_one_output {
                    return sink(self.call_one(function, input, values)?);
                }
                self.call_native(function, input, values, sink)
            },
        )
    }

    /// Calls `then` with every combination of the outputs of the arguments; those of the last one vary fastest.
    pub(super) fn each_arguments(
        &self,
        arguments: &[Term],
        environment: Environment,
        input: Value,
        values: &mut Vec<Value>,
        then: &mut dyn FnMut(Value, Vec<Value>) -> Flow,
    ) -> Flow {
        let Some((argument, rest)) = arguments.split_first() else {
            return then(input, values.clone());
        };
        self.each(argument, environment, input.clone(), &mut |value| {
            values.push(value);
            self.each_arguments(rest, environment, input.clone(), values, then)?;
            values.pop();
            Ok(())
        })
    }

    fn call_one(
        &self,
        function: Function,
        input: Value,
        arguments: Vec<Value>,
    ) -> Result<Value, Thrown> {
        let mut arguments = arguments.into_iter();
        let mut next = || arguments.next().unwrap_or(Value::Null);
        Ok(match function.native {
            NativeFn::Of0(f, _) => f(input),
            NativeFn::Of1(f, _) => f(input, next()),
            NativeFn::Of2(f, _) => f(input, next(), next()),
            NativeFn::Of3(f, _) => f(input, next(), next(), next()),
            NativeFn::Filter(_) => {
                let mut output = Value::Null;
                self.call_native(function, input, arguments.collect(), &mut |value| {
                    output = value;
                    Ok(())
                })?;
                return Ok(output);
            }
        }?)
    }

    /// Runs a native filter as jaq-core does.
    fn call_native(
        &self,
        function: Function,
        input: Value,
        arguments: Vec<Value>,
        sink: Sink,
    ) -> Flow {
        let context = Ctx::<JaqData>::new(self.run, Vars::new(arguments));
        for output in function.native.filter()((context, input)) {
            sink(output.map_err(thrown)?)?;
        }
        Ok(())
    }
}

/// What an exception of a native filter throws.
fn thrown(exception: Exn<Value>) -> Thrown {
    match exception.get_err() {
        Ok(error) => error.into(),
        Err(exception) => Thrown::Halt(exception.get_halt().unwrap_or(5)),
    }
}
