//! Builtins whose arguments are filters, and those that reach the run.

use super::access::each_child;
use super::environment::Environment;
use super::evaluator::Evaluator;
use super::sink::{Sink, caught};
use super::term::{Builtin, Term};
use super::thrown::{Flow, Thrown, fail};
use super::trail::Trail;
use crate::builtins::Intrinsic;
use crate::natives;
use crate::operators::is_true;
use dq_json::value::{Value, ValueError};

/// Which outputs of a filter `limit` and `skip` pass on.
pub(super) enum Wanted {
    None,
    All,
    /// This many; at least one.
    First(f64),
    /// All but this many.
    After(f64),
}

impl Evaluator<'_> {
    pub(super) fn one_of_builtin(
        &self,
        arguments: &[Term],
        builtin: Builtin,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        match (builtin, arguments) {
            (Builtin::Map, [f]) => self.map(f, environment, input),
            (Builtin::Add, []) => {
                let mut sum = Value::Null;
                each_child(input, false, &mut |item| add(&mut sum, item))?;
                Ok(sum)
            }
            (Builtin::Add, [f]) => {
                let mut sum = Value::Null;
                self.each(f, environment, input, &mut |item| add(&mut sum, item))?;
                Ok(sum)
            }
            (Builtin::Any, _) => self.any(arguments, environment, input, true),
            (Builtin::All, _) => Ok(match self.any(arguments, environment, input, false)? {
                Value::Bool(found) => Value::Bool(!found),
                other => other,
            }),
            (Builtin::IsEmpty, [f]) => {
                let first = self.first(f, environment, input)?;
                Ok(Value::Bool(first.is_none()))
            }
            (Builtin::SortBy | Builtin::GroupBy | Builtin::UniqueBy, [key]) => {
                self.by_key(builtin, key, environment, input)
            }
            (Builtin::MinBy | Builtin::MaxBy, [key]) => {
                self.by_key(builtin, key, environment, input)
            }
            (Builtin::LastOrNull, [f]) => self.last_or_null(f, environment, input),
            (Builtin::Value, [f]) => self.one(f, environment, input),
            (Builtin::Access, _) => Ok(input),
            (Builtin::Debug | Builtin::Stderr, _) => {
                self.write_message(builtin, &input);
                Ok(input)
            }
            (Builtin::Input, _) => match self.run.input() {
                Some(input) => Ok(input?),
                None => fail("break"),
            },
            (Builtin::Walk, [f]) => self.walk(f, environment, input),
            (Builtin::Assign, [paths, value]) => {
                let value = self.one(value, environment, input.clone())?;
                self.assign(paths, environment, input, &value)
            }
            (Builtin::UpdatePaths, [paths, update]) => {
                self.update_paths(paths, update, environment, input)
            }
            (Builtin::Modify, [paths, update]) => self.modify(paths, update, environment, input),
            (Builtin::GetPath, [path]) => {
                let path = self.operand(path, environment, &input)?;
                match &*path {
                    Value::Arr(path) => Ok(input.get_path(path)?),
                    _ => fail("Path must be specified as an array"),
                }
            }
            _ => {
                let mut only = Value::Null;
                self.each_of_builtin(arguments, builtin, environment, input, &mut |output| {
                    only = output;
                    Ok(())
                })?;
                Ok(only)
            }
        }
    }

    pub(super) fn each_of_builtin(
        &self,
        arguments: &[Term],
        builtin: Builtin,
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        match (builtin, arguments) {
            (Builtin::Empty, _) => Ok(()),
            (Builtin::RaiseInput, _) => Err(ValueError::new(input).into()),
            (Builtin::Error, [message]) => self.each(message, environment, input, &mut |message| {
                Err(ValueError::new(message).into())
            }),
            (Builtin::Select, [condition]) => {
                if self.has_one_output(condition, environment) {
                    if self.test(condition, environment, &input)? {
                        sink(input)?;
                    }
                    return Ok(());
                }
                self.each(condition, environment, input.clone(), &mut |output| {
                    if is_true(&output) {
                        sink(input.clone())?;
                    }
                    Ok(())
                })
            }
            (Builtin::First, [f]) => match self.first(f, environment, input)? {
                Some(first) => sink(first),
                None => Ok(()),
            },
            (Builtin::Last, [f]) => {
                let mut last = None;
                self.each(f, environment, input, &mut |output| {
                    last = Some(output);
                    Ok(())
                })?;
                last.map_or(Ok(()), sink)
            }
            (Builtin::Limit | Builtin::Skip, [count, f]) => {
                self.each(count, environment, input.clone(), &mut |count| {
                    let wanted = self.wanted(builtin, &count, f, environment, &input)?;
                    self.each_wanted(wanted, f, environment, input.clone(), sink)
                })
            }
            (Builtin::Range, _) => self.range(arguments, environment, input, sink),
            (Builtin::RangeBy, _) => self.range_by(arguments, environment, input, sink),
            (Builtin::RecurseBy, [f]) => self.recurse_by(f, environment, input, sink),
            (Builtin::Path, [paths]) => {
                self.each_path(paths, environment, input, Trail::ROOT, &mut |_, trail| {
                    sink(Value::from(trail.components()?))
                })
            }
            (Builtin::Alternative, [left, right]) => {
                self.each_alternative(left, right, environment, input, sink)
            }
            (Builtin::Try, [body, handler]) => {
                match caught(sink, |sink| self.each(body, environment, input, sink))? {
                    Some(error) => self.each(handler, environment, error, sink),
                    None => Ok(()),
                }
            }
            (Builtin::Value, [f]) => self.each(f, environment, input, sink),
            (Builtin::Walk, [f]) => self.each_walk(f, environment, input, sink),
            (Builtin::Assign, [paths, value]) => {
                self.each(value, environment, input.clone(), &mut |value| {
                    sink(self.assign(paths, environment, input.clone(), &value)?)
                })
            }
            (Builtin::GetPath, [path]) => {
                self.each(path, environment, input.clone(), &mut |path| match &path {
                    Value::Arr(path) => sink(input.get_path(path)?),
                    _ => fail("Path must be specified as an array"),
                })
            }
            (Builtin::ToStream, _) => self.each_event(input, true, &mut Vec::new(), sink),
            (Builtin::FromStream, [events]) => {
                self.built_from_stream(events, environment, input, sink)
            }
            (Builtin::ForeachOutputs, [source, init, body]) => {
                self.foreach_outputs([source, init, body], environment, &input, sink)
            }
            _ => sink(self.one_of_builtin(arguments, builtin, environment, input)?),
        }
    }

    /// Writes what `debug` or `stderr` prints.
    pub(super) fn write_message(&self, builtin: Builtin, value: &Value) {
        let message = match builtin {
            Builtin::Debug => natives::debug_message(value),
            _ => natives::stderr_message(value),
        };
        self.run.message(message.as_bytes());
    }

    /// Runs what breaks to the label that it is given; gives `Ok` then.
    pub(super) fn stop_after(&self, run: impl FnOnce(usize) -> Flow) -> Flow {
        let label = self.new_label();
        match run(label) {
            Err(Thrown::Break(target)) if target == label => Ok(()),
            flow => flow,
        }
    }

    /// `map(f)`
    fn map(&self, f: &Term, environment: Environment, input: Value) -> Result<Value, Thrown> {
        let length = match &input {
            Value::Arr(items) => items.len(),
            _ => 0,
        };
        let mut mapped = Vec::with_capacity(length);
        if self.has_one_output(f, environment) {
            each_child(input, false, &mut |item| {
                mapped.push(self.one(f, environment, item)?);
                Ok(())
            })?;
        } else {
            each_child(input, false, &mut |item| {
                self.each(f, environment, item, &mut |output| {
                    mapped.push(output);
                    Ok(())
                })
            })?;
        }
        Ok(Value::from(mapped))
    }

    /// Whether a condition holds, or does not hold, for one of the outputs of a source. The arguments are the source
    /// and the condition, or the condition alone, or nothing.
    fn any(
        &self,
        arguments: &[Term],
        environment: Environment,
        input: Value,
        wanted: bool,
    ) -> Result<Value, Thrown> {
        let mut found = false;
        self.stop_after(|label| {
            let mut check = |output: Value| {
                if is_true(&output) == wanted {
                    found = true;
                    return Err(Thrown::Break(label));
                }
                Ok(())
            };
            match arguments {
                [source, condition] => self.each(source, environment, input, &mut |item| {
                    self.each(condition, environment, item, &mut check)
                }),
                [condition] => each_child(input, false, &mut |item| {
                    self.each(condition, environment, item, &mut check)
                }),
                _ => each_child(input, false, &mut check),
            }
        })?;
        Ok(Value::Bool(found))
    }

    fn by_key(
        &self,
        builtin: Builtin,
        key: &Term,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        // The keys are arrays of all outputs. Where each has one, that is compared in place of the array.
        let is_plain = self.has_one_output(key, environment) && matches!(input, Value::Arr(_));
        let mut keys = Vec::new();
        each_child(input.clone(), false, &mut |item| {
            keys.push(if is_plain {
                self.one(key, environment, item)?
            } else {
                self.array(key, environment, item)?
            });
            Ok(())
        })?;
        let keys = Value::from(keys);
        let arrange = match builtin {
            Builtin::SortBy => Intrinsic::SortBy,
            Builtin::GroupBy => Intrinsic::GroupBy,
            Builtin::UniqueBy => Intrinsic::UniqueBy,
            Builtin::MinBy => return Ok(natives::min_by(&input, &keys)?),
            _ => return Ok(natives::max_by(&input, &keys)?),
        };
        match natives::by_key(arrange) {
            Some((arrange, _)) => Ok(arrange(input, keys)?),
            None => Ok(input),
        }
    }

    /// Which outputs `limit` or `skip` pass on, by their first argument.
    pub(super) fn wanted(
        &self,
        builtin: Builtin,
        count: &Value,
        f: &Term,
        environment: Environment,
        input: &Value,
    ) -> Result<Wanted, Thrown> {
        let zero = Value::from(0usize);
        let is_limit = builtin == Builtin::Limit;
        if *count > zero {
            let Value::Num(number) = count else {
                // jq subtracts from it at the first output.
                self.each(f, environment, input.clone(), &mut |_| {
                    (count.clone() - Value::from(1usize))?;
                    Ok(())
                })?;
                return Ok(Wanted::None);
            };
            let number = number.as_f64();
            return Ok(if is_limit {
                Wanted::First(number.ceil())
            } else {
                Wanted::After(number.floor())
            });
        }
        if *count == zero {
            return Ok(if is_limit { Wanted::None } else { Wanted::All });
        }
        let name = if is_limit { "limit" } else { "skip" };
        fail(format_args!("{name} doesn't support negative count"))
    }

    fn each_wanted(
        &self,
        wanted: Wanted,
        f: &Term,
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        match wanted {
            Wanted::None => Ok(()),
            Wanted::All => self.each(f, environment, input, sink),
            Wanted::First(mut left) => self.stop_after(|label| {
                self.each(f, environment, input, &mut |output| {
                    left -= 1.0;
                    sink(output)?;
                    if left <= 0.0 {
                        return Err(Thrown::Break(label));
                    }
                    Ok(())
                })
            }),
            Wanted::After(mut left) => self.each(f, environment, input, &mut |output| {
                if left > 0.0 {
                    left -= 1.0;
                    return Ok(());
                }
                sink(output)
            }),
        }
    }

    /// `foreach` for a body that may have no output or several, as it is lowered for jaq-core.
    fn foreach_outputs(
        &self,
        [source, init, body]: [&Term; 3],
        environment: Environment,
        input: &Value,
        sink: Sink,
    ) -> Flow {
        let pair = |value, item: &Value| Value::from(vec![value, item.clone()]);
        self.each(init, environment, input.clone(), &mut |mut state| {
            self.each(source, environment, input.clone(), &mut |item| {
                let old = std::mem::replace(&mut state, Value::Null);
                self.each(body, environment, pair(old, &item), &mut |output| {
                    state = output.clone();
                    sink(pair(output, &item))
                })
            })
        })
    }
}

/// Adds an item to a sum, in place.
fn add(sum: &mut Value, item: Value) -> Flow {
    let old = std::mem::replace(sum, Value::Null);
    *sum = (old + item)?;
    Ok(())
}
