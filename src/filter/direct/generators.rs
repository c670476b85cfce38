//! Builtins that make many outputs: `range`, `recurse`, `walk`, `tostream` and `fromstream`.

use jaq_core::ValT;

use super::access::each_child;
use super::environment::Environment;
use super::evaluator::Evaluator;
use super::sink::Sink;
use super::term::Term;
use super::thrown::{Flow, Thrown, fail};
use crate::natives;
use dq_json::value::{Num, Value};

impl Evaluator<'_> {
    /// `range(upto)` and `range(from; upto)`
    pub(super) fn range(
        &self,
        arguments: &[Term],
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        let values = &mut Vec::new();
        self.each_arguments(
            arguments,
            environment,
            input,
            values,
            &mut |_, mut bounds| {
                let upto = bounds.pop();
                let from = bounds.pop().unwrap_or(Value::Num(Num::Int(0)));
                match (&from, &upto) {
                    (Value::Num(Num::Int(from)), Some(Value::Num(Num::Int(upto)))) => {
                        for number in *from..*upto {
                            sink(Value::Num(match number {
                                // A calculated zero, which is negated to -0.
                                0 if *from != 0 => Num::Float(0.0),
                                number => Num::Int(number),
                            }))?;
                        }
                        Ok(())
                    }
                    (Value::Num(_), Some(upto @ Value::Num(_))) => {
                        count_up(from.clone(), upto, &Value::from(1usize), sink)
                    }
                    _ => fail("Range bounds must be numeric"),
                }
            },
        )
    }

    /// `range(from; upto; by)`
    pub(super) fn range_by(
        &self,
        arguments: &[Term],
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        let values = &mut Vec::new();
        self.each_arguments(arguments, environment, input, values, &mut |_, bounds| {
            match <[Value; 3]>::try_from(bounds) {
                Ok([from, upto, by]) => count_up(from, &upto, &by, sink),
                Err(_) => Ok(()),
            }
        })
    }

    /// `recurse(f)`
    pub(super) fn recurse_by(
        &self,
        f: &Term,
        environment: Environment,
        mut value: Value,
        sink: Sink,
    ) -> Flow {
        self.check_stack()?;
        loop {
            sink(value.clone())?;
            if !f.outputs.is_optional() {
                return self.each(f, environment, value, &mut |value| {
                    self.recurse_by(f, environment, value, sink)
                });
            }
            match self.optional(f, environment, value)? {
                Some(next) => value = next,
                None => return Ok(()),
            }
        }
    }

    /// `walk(f)` for an `f` that has one output.
    pub(super) fn walk(
        &self,
        f: &Term,
        environment: Environment,
        value: Value,
    ) -> Result<Value, Thrown> {
        self.check_stack()?;
        let walked = match value {
            Value::Arr(_) | Value::Obj(_) => {
                value.update_children(&mut |child| self.walk(f, environment, child).map(Some))?
            }
            other => other,
        };
        self.one(f, environment, walked)
    }

    /// `walk(f)`: in an array all outputs for an element take its place, in an object the first one for a value.
    pub(super) fn each_walk(
        &self,
        f: &Term,
        environment: Environment,
        value: Value,
        sink: Sink,
    ) -> Flow {
        self.check_stack()?;
        let walked = match value {
            Value::Arr(_) => {
                let mut elements = Vec::new();
                each_child(value, false, &mut |child| {
                    self.each_walk(f, environment, child, &mut |output| {
                        elements.push(output);
                        Ok(())
                    })
                })?;
                Value::from(elements)
            }
            Value::Obj(_) => value.update_children::<Thrown>(&mut |child| {
                let mut first = None;
                self.stop_after(|label| {
                    self.each_walk(f, environment, child, &mut |output| {
                        first = Some(output);
                        Err(Thrown::Break(label))
                    })
                })?;
                Ok(first)
            })?,
            other => other,
        };
        self.each(f, environment, walked, sink)
    }

    /// `tostream`: the leaves with their paths, and the end of each array and object that is not empty.
    pub(super) fn each_event(
        &self,
        value: Value,
        is_last: bool,
        path: &mut Vec<Value>,
        sink: Sink,
    ) -> Flow {
        self.check_stack()?;
        let path_of = |path: &[Value]| Value::from(path.to_vec());
        let length = match &value {
            Value::Arr(items) => items.len(),
            Value::Obj(members) => members.len(),
            _ => 0,
        };
        if length == 0 {
            sink(Value::from(vec![path_of(path), value]))?;
        } else {
            for (at, child) in value.key_values().enumerate() {
                let (key, child) = child?;
                path.push(key);
                self.each_event(child, at + 1 == length, path, sink)?;
                path.pop();
            }
        }
        // The end of the container that this is the last element of.
        if is_last && !path.is_empty() {
            sink(Value::from(vec![path_of(path)]))?;
        }
        Ok(())
    }

    /// `fromstream(events)`
    pub(super) fn built_from_stream(
        &self,
        events: &Term,
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        let mut built = Value::Null;
        self.each(events, environment, input, &mut |event| {
            let path = event.get(&Value::from(0usize))?;
            let depth = natives::length(path.clone())?;
            let is_leaf = natives::length(event.clone())? == Value::from(2usize);
            let is_complete = if is_leaf {
                let Value::Arr(components) = &path else {
                    return fail("Path must be specified as an array");
                };
                let leaf = event.get(&Value::from(1usize))?;
                let old = std::mem::replace(&mut built, Value::Null);
                built = old.set_path(components, leaf)?;
                depth == Value::from(0usize)
            } else {
                depth == Value::from(1usize)
            };
            if is_complete {
                return sink(std::mem::replace(&mut built, Value::Null));
            }
            Ok(())
        })
    }
}

/// Counts in steps of `by`, up or down. The bounds may have any type, as jq's `while` has it.
fn count_up(mut from: Value, upto: &Value, by: &Value, sink: Sink) -> Flow {
    let zero = Value::from(0usize);
    if *by == zero {
        return Ok(());
    }
    let is_upwards = *by > zero;
    while if is_upwards {
        from < *upto
    } else {
        from > *upto
    } {
        sink(from.clone())?;
        from = (from + by.clone())?;
    }
    Ok(())
}
