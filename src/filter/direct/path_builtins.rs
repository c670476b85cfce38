//! Builtins in path expressions.

use super::builtins::Wanted;
use super::environment::Environment;
use super::evaluator::Evaluator;
use super::path_sink::{PathSink, caught_path, not_a_path, pass_computed, pass_on};
use super::term::{Builtin, Term};
use super::thrown::{Flow, Thrown};
use super::trail::{Component, Trail};
use crate::natives::{access_error, iterate_error};
use crate::operators::is_true;
use dq_json::value::{Value, ValueError};

impl Evaluator<'_> {
    pub(super) fn path_of_builtin(
        &self,
        arguments: &[Term],
        builtin: Builtin,
        environment: Environment,
        input: Value,
        trail: Trail,
        sink: PathSink,
    ) -> Flow {
        match (builtin, arguments) {
            (Builtin::Empty, _) => Ok(()),
            (Builtin::RaiseInput, _) => Err(ValueError::new(input).into()),
            (Builtin::Error, [message]) => self.each(message, environment, input, &mut |message| {
                Err(ValueError::new(message).into())
            }),
            (Builtin::Debug | Builtin::Stderr, _) => {
                self.write_message(builtin, &input);
                sink(input, trail)
            }
            (Builtin::Select, [condition]) => {
                self.each(condition, environment, input.clone(), &mut |output| {
                    if is_true(&output) {
                        sink(input.clone(), trail)
                    } else {
                        Ok(())
                    }
                })
            }
            (Builtin::RecurseBy, [step]) => {
                self.recurse_paths_by(step, environment, input, trail, sink)
            }
            (Builtin::First, [term]) => {
                let mut first = None;
                self.stop_after(|label| {
                    self.each_path(term, environment, input, trail, &mut |value, trail| {
                        first = Some((value, trail.to_vec()));
                        Err(Thrown::Break(label))
                    })
                })?;
                pass_on(first, sink)
            }
            (Builtin::Last, [term]) => {
                let mut last = None;
                self.each_path(term, environment, input, trail, &mut |value, trail| {
                    last = Some((value, trail.to_vec()));
                    Ok(())
                })?;
                pass_on(last, sink)
            }
            (Builtin::Limit | Builtin::Skip, [count, term]) => {
                self.each(count, environment, input.clone(), &mut |count| {
                    let input = input.clone();
                    match self.wanted(builtin, &count, term, environment, &input)? {
                        Wanted::None => Ok(()),
                        Wanted::All => self.each_path(term, environment, input, trail, sink),
                        Wanted::First(count) => {
                            let mut left = count;
                            self.stop_after(|label| {
                                self.each_path(
                                    term,
                                    environment,
                                    input,
                                    trail,
                                    &mut |value, trail| {
                                        left -= 1.0;
                                        sink(value, trail)?;
                                        if left <= 0.0 {
                                            return Err(Thrown::Break(label));
                                        }
                                        Ok(())
                                    },
                                )
                            })
                        }
                        Wanted::After(count) => {
                            let mut left = count;
                            self.each_path(term, environment, input, trail, &mut |value, trail| {
                                if left > 0.0 {
                                    left -= 1.0;
                                    return Ok(());
                                }
                                sink(value, trail)
                            })
                        }
                    }
                })
            }
            (Builtin::GetPath, [path]) => {
                self.each(path, environment, input.clone(), &mut |path| {
                    path_at(&input, trail, &path, sink)
                })
            }
            (Builtin::Access, []) => match trail.computed() {
                Some(value) => Err(iterate_error(value).into()),
                None => sink(input, trail),
            },
            (Builtin::Access, [key]) => match trail.computed() {
                Some(value) => match self.first(key, environment, value.clone())? {
                    Some(key) => Err(access_error(&key, value).into()),
                    None => Err(iterate_error(value).into()),
                },
                None => sink(input, trail),
            },
            (Builtin::Alternative, [left, right]) => {
                let mut found = false;
                self.each_path(
                    left,
                    environment,
                    input.clone(),
                    trail,
                    &mut |value, trail| {
                        if !is_true(&value) {
                            return Ok(());
                        }
                        found = true;
                        sink(value, trail)
                    },
                )?;
                if found {
                    return Ok(());
                }
                self.each_path(right, environment, input, trail, sink)
            }
            (Builtin::Try, [body, handler]) => {
                let error = caught_path(sink, |sink| {
                    self.each_path(body, environment, input.clone(), trail, sink)
                })?;
                match error {
                    None => Ok(()),
                    Some(error) => self.each(handler, environment, error, &mut |output| {
                        pass_computed(output, &input, trail, sink)
                    }),
                }
            }
            (Builtin::Value, [term]) => {
                self.each(term, environment, input.clone(), &mut |output| {
                    pass_computed(output, &input, trail, sink)
                })
            }
            _ => not_a_path(input),
        }
    }

    fn recurse_paths_by(
        &self,
        step: &Term,
        environment: Environment,
        value: Value,
        trail: Trail,
        sink: PathSink,
    ) -> Flow {
        self.check_stack()?;
        sink(value.clone(), trail)?;
        self.each_path(step, environment, value, trail, &mut |value, trail| {
            self.recurse_paths_by(step, environment, value, trail, sink)
        })
    }
}

/// `getpath(path)`
fn path_at(value: &Value, trail: Trail, path: &Value, sink: PathSink) -> Flow {
    let Value::Arr(keys) = path else {
        return Err(ValueError::str("Path must be specified as an array").into());
    };
    let found = value.get_path(keys)?;
    if trail.computed().is_some() {
        let step = trail.step(Component::Computed(found.clone()));
        return sink(found, step.trail());
    }
    let components: Vec<_> = keys.iter().cloned().map(Component::Key).collect();
    sink(found, trail.steps(&components).trail())
}
