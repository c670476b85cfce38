//! `as`, `reduce` and `foreach`: terms that bind variables.

use super::environment::{Binding, Environment};
use super::evaluator::Evaluator;
use super::sink::Sink;
use super::term::{self, Fold, Pattern, Term};
use super::thrown::{Flow, Thrown};
use dq_json::value::Value;

/// What runs in an environment with more bindings.
pub(super) type InScope<'k> = &'k mut dyn FnMut(Environment) -> Flow;

impl Evaluator<'_> {
    /// Runs `then` for everything that a pattern can bind in a value.
    pub(super) fn each_match(
        &self,
        pattern: &Pattern,
        environment: Environment,
        value: Value,
        then: InScope,
    ) -> Flow {
        match pattern {
            Pattern::Variable => {
                let bound = environment.bind(Binding::Variable(value));
                then(bound.environment())
            }
            Pattern::Keys(keys) => self.match_keys(keys, environment, &value, environment, then),
        }
    }

    /// As [`Evaluator::each_match`]; keys are evaluated in `outer`, the environment of the pattern.
    fn match_keys(
        &self,
        keys: &[(Term, Pattern)],
        outer: Environment,
        value: &Value,
        environment: Environment,
        then: InScope,
    ) -> Flow {
        let Some(((key, pattern), rest)) = keys.split_first() else {
            return then(environment);
        };
        self.each(key, outer, value.clone(), &mut |key| {
            let found = value.get(&key)?;
            match pattern {
                Pattern::Variable => {
                    let bound = environment.bind(Binding::Variable(found));
                    self.match_keys(rest, outer, value, bound.environment(), then)
                }
                Pattern::Keys(keys) => {
                    self.match_keys(keys, outer, &found, environment, &mut |environment| {
                        self.match_keys(rest, outer, value, environment, then)
                    })
                }
            }
        })
    }

    pub(super) fn one_of_binding(
        &self,
        binding: &term::Binding,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        let value = self.operand(&binding.source, environment, &input)?;
        let value = value.into_value();
        if let Pattern::Variable = binding.pattern {
            let bound = environment.bind(Binding::Variable(value));
            return self.one(&binding.body, bound.environment(), input);
        }
        let mut output = Value::Null;
        let mut input = Some(input);
        self.each_match(&binding.pattern, environment, value, &mut |environment| {
            let input = input.take().unwrap_or(Value::Null);
            output = self.one(&binding.body, environment, input)?;
            Ok(())
        })?;
        Ok(output)
    }

    pub(super) fn each_of_binding(
        &self,
        binding: &term::Binding,
        environment: Environment,
        input: &Value,
        sink: Sink,
    ) -> Flow {
        let term::Binding {
            source,
            pattern,
            body,
        } = binding;
        self.each(source, environment, input.clone(), &mut |value| {
            self.each_match(pattern, environment, value, &mut |environment| {
                self.each(body, environment, input.clone(), sink)
            })
        })
    }

    pub(super) fn reduce(
        &self,
        fold: &Fold,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        let state = self.one(&fold.init, environment, input.clone())?;
        self.reduce_from(fold, environment, input, state)
    }

    pub(super) fn each_reduce(
        &self,
        fold: &Fold,
        environment: Environment,
        input: &Value,
        sink: Sink,
    ) -> Flow {
        self.each(&fold.init, environment, input.clone(), &mut |state| {
            sink(self.reduce_from(fold, environment, input.clone(), state)?)
        })
    }

    fn reduce_from(
        &self,
        fold: &Fold,
        environment: Environment,
        input: Value,
        mut state: Value,
    ) -> Result<Value, Thrown> {
        self.each(&fold.source, environment, input, &mut |item| {
            self.each_match(&fold.pattern, environment, item, &mut |environment| {
                let old = std::mem::replace(&mut state, Value::Null);
                state = self.last_or_null(&fold.update, environment, old)?;
                Ok(())
            })
        })?;
        Ok(state)
    }

    /// The last output of a term; null if it has none.
    pub(super) fn last_or_null(
        &self,
        term: &Term,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        if self.has_one_output(term, environment) {
            return self.one(term, environment, input);
        }
        let mut last = Value::Null;
        self.each(term, environment, input, &mut |output| {
            last = output;
            Ok(())
        })?;
        Ok(last)
    }

    pub(super) fn each_foreach(
        &self,
        fold: &Fold,
        environment: Environment,
        input: &Value,
        sink: Sink,
    ) -> Flow {
        self.each(&fold.init, environment, input.clone(), &mut |mut state| {
            self.each(&fold.source, environment, input.clone(), &mut |item| {
                self.each_match(&fold.pattern, environment, item, &mut |environment| {
                    let old = std::mem::replace(&mut state, Value::Null);
                    self.each(&fold.update, environment, old, &mut |output| {
                        state = output.clone();
                        match &fold.extract {
                            Some(extract) => self.each(extract, environment, output, sink),
                            None => sink(output),
                        }
                    })
                })
            })
        })
    }
}
