//! Path expressions: the outputs of a term together with the paths that lead to them.

use jaq_core::ValT;

use super::access::{Key, each_child};
use super::builtins::Wanted;
use super::calls::Calling;
use super::environment::{Binding, Environment};
use super::evaluator::{Evaluator, is_true};
use super::term::{Builtin, Fold, Kind, PathPart, Term};
use super::thrown::{Flow, Thrown};
use super::trail::{Component, Trail};
use crate::natives::{access_error, is_same, iterate_error};
use dq_json::value::{Value, ValueError};

/// What takes the outputs of a path expression and their paths.
pub(super) type PathSink<'k> = &'k mut dyn FnMut(Value, Trail) -> Flow;

impl Evaluator<'_> {
    /// Passes every output of a path expression to `sink`, with its path. The input has the path `trail`.
    pub(super) fn each_path(
        &self,
        term: &Term,
        environment: Environment,
        input: Value,
        trail: Trail,
        sink: PathSink,
    ) -> Flow {
        match &term.kind {
            Kind::Identity => sink(input, trail),
            Kind::Recurse => self.recurse_paths(input, trail, sink),
            Kind::Pipe(terms) => {
                self.each_path(&terms[0], environment, input, trail, &mut |value, trail| {
                    self.each_path(&terms[1], environment, value, trail, sink)
                })
            }
            Kind::Bind(binding) => {
                self.each(&binding.source, environment, input.clone(), &mut |value| {
                    self.each_match(&binding.pattern, environment, value, &mut |environment| {
                        self.each_path(&binding.body, environment, input.clone(), trail, sink)
                    })
                })
            }
            Kind::Comma(terms) => {
                self.each_path(&terms[0], environment, input.clone(), trail, sink)?;
                self.each_path(&terms[1], environment, input, trail, sink)
            }
            Kind::Alternative(terms) => {
                let mut has_true = false;
                self.each(&terms[0], environment, input.clone(), &mut |output| {
                    has_true |= is_true(&output);
                    Ok(())
                })?;
                let chosen = &terms[usize::from(!has_true)];
                self.each_path(chosen, environment, input, trail, sink)
            }
            Kind::If(terms) => self.each(&terms[0], environment, input.clone(), &mut |condition| {
                let branch = &terms[if is_true(&condition) { 1 } else { 2 }];
                self.each_path(branch, environment, input.clone(), trail, sink)
            }),
            Kind::Try(terms) => {
                let (body, handler) = &**terms;
                let error = caught_path(sink, |sink| {
                    self.each_path(body, environment, input, trail, sink)
                })?;
                match (error, handler) {
                    (Some(error), Some(handler)) => {
                        self.each(handler, environment, error, &mut |output| {
                            not_a_path(output)
                        })
                    }
                    _ => Ok(()),
                }
            }
            Kind::Path(path) => {
                let base = input.clone();
                self.each_path(
                    &path.inner,
                    environment,
                    input,
                    trail,
                    &mut |value, trail| {
                        self.each_keys(&path.parts, environment, &base, &mut |keys| {
                            walk_parts(&path.parts, keys, value.clone(), trail, sink)
                        })
                    },
                )
            }
            Kind::Closure(at) => match environment.closure(*at) {
                Some(closure) => {
                    self.check_stack()?;
                    self.each_path(closure.term, closure.environment, input, trail, sink)
                }
                None => Ok(()),
            },
            Kind::Reduce(fold) => self.reduce_path(fold, environment, input, trail, sink),
            Kind::Foreach(fold) => self.foreach_path(fold, environment, input, trail, sink),
            Kind::Call(call) => {
                self.check_stack()?;
                let outer = environment.outside(call.skip);
                let calling = Calling {
                    call,
                    caller: environment,
                    outer,
                    is_one: false,
                };
                let body = &self.program.definitions[call.definition].body;
                self.each_argument(calling, 0, outer, input, &mut |callee, input| {
                    self.each_path(body, callee, input, trail, sink)
                })
            }
            Kind::Label(inner) => {
                let label = self.new_label();
                let bound = environment.bind(Binding::Label(label));
                match self.each_path(inner, bound.environment(), input, trail, sink) {
                    Err(Thrown::Break(target)) if target == label => Ok(()),
                    flow => flow,
                }
            }
            Kind::Break(at) => Err(Thrown::Break(environment.label(*at))),
            Kind::Builtin(arguments, builtin) => {
                self.path_of_builtin(arguments, *builtin, environment, input, trail, sink)
            }
            _ => not_a_path(input),
        }
    }

    fn recurse_paths(&self, value: Value, trail: Trail, sink: PathSink) -> Flow {
        self.check_stack()?;
        sink(value.clone(), trail)?;
        if !matches!(value, Value::Arr(_) | Value::Obj(_)) {
            return Ok(());
        }
        for child in value.key_values() {
            let (key, child) = child?;
            let step = trail.step(Component::Key(key));
            self.recurse_paths(child, step.trail(), sink)?;
        }
        Ok(())
    }

    fn reduce_path(
        &self,
        fold: &Fold,
        environment: Environment,
        input: Value,
        trail: Trail,
        sink: PathSink,
    ) -> Flow {
        let init = &fold.init;
        self.each_path(
            init,
            environment,
            input.clone(),
            trail,
            &mut |value, trail| {
                let mut state = (value, trail.to_vec());
                self.each(&fold.source, environment, input.clone(), &mut |item| {
                    self.each_match(&fold.pattern, environment, item, &mut |environment| {
                        let (value, components) = take(&mut state);
                        let step = Trail::ROOT.steps(&components);
                        let update = &fold.update;
                        self.each_path(
                            update,
                            environment,
                            value,
                            step.trail(),
                            &mut |value, trail| {
                                state = (value, trail.to_vec());
                                Ok(())
                            },
                        )
                    })
                })?;
                let (value, components) = take(&mut state);
                sink(value, Trail::ROOT.steps(&components).trail())
            },
        )
    }

    fn foreach_path(
        &self,
        fold: &Fold,
        environment: Environment,
        input: Value,
        trail: Trail,
        sink: PathSink,
    ) -> Flow {
        let init = &fold.init;
        self.each_path(
            init,
            environment,
            input.clone(),
            trail,
            &mut |value, trail| {
                let mut state = (value, trail.to_vec());
                self.each(&fold.source, environment, input.clone(), &mut |item| {
                    self.each_match(&fold.pattern, environment, item, &mut |environment| {
                        let (value, components) = take(&mut state);
                        let step = Trail::ROOT.steps(&components);
                        let update = &fold.update;
                        self.each_path(
                            update,
                            environment,
                            value,
                            step.trail(),
                            &mut |value, trail| {
                                state = (value.clone(), trail.to_vec());
                                match &fold.extract {
                                    Some(extract) => {
                                        self.each_path(extract, environment, value, trail, sink)
                                    }
                                    None => sink(value, trail),
                                }
                            },
                        )
                    })
                })
            },
        )
    }

    fn path_of_builtin(
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
            (Builtin::StackGuard, _) => sink(input, trail),
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

/// A value and the path that led to it.
type State = (Value, Vec<Component>);

/// Takes a state out of its place.
fn take(state: &mut State) -> State {
    std::mem::replace(state, (Value::Null, Vec::new()))
}

fn not_a_path(value: Value) -> Flow {
    Err(ValueError::path_expr(value).into())
}

fn pass_on(found: Option<State>, sink: PathSink) -> Flow {
    match found {
        Some((value, components)) => sink(value, Trail::ROOT.steps(&components).trail()),
        None => Ok(()),
    }
}

/// Passes on a value that was computed from the input. It has a path only if it is the input itself.
fn pass_computed(output: Value, input: &Value, trail: Trail, sink: PathSink) -> Flow {
    if is_same(&output, input) {
        return sink(output, trail);
    }
    let step = trail.step(Component::Computed(output.clone()));
    sink(output, step.trail())
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

/// Passes what is behind these parts of a path to `sink`, with the path.
fn walk_parts(
    parts: &[PathPart],
    keys: &[Key],
    value: Value,
    trail: Trail,
    sink: PathSink,
) -> Flow {
    let (Some((part, parts)), Some((key, keys))) = (parts.split_first(), keys.split_first()) else {
        return sink(value, trail);
    };
    if let Key::All = key {
        return match value {
            Value::Arr(_) | Value::Obj(_) => {
                for child in value.key_values() {
                    let (key, child) = child?;
                    let step = trail.step(Component::Key(key));
                    walk_parts(parts, keys, child, step.trail(), sink)?;
                }
                Ok(())
            }
            other => each_child(other, part.optional, &mut |_| Ok(())),
        };
    }
    match key.get(value) {
        Ok(value) => {
            let step = trail.step(Component::Key(key.component()));
            walk_parts(parts, keys, value, step.trail(), sink)
        }
        Err(_) if part.optional => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// As [`super::evaluator::caught`], for path expressions.
fn caught_path(
    sink: PathSink,
    evaluate: impl FnOnce(PathSink) -> Flow,
) -> Result<Option<Value>, Thrown> {
    let mut is_from_sink = false;
    let flow = evaluate(&mut |value, trail| {
        let flow = sink(value, trail);
        is_from_sink = flow.is_err();
        flow
    });
    match flow {
        Ok(()) => Ok(None),
        Err(Thrown::Error(error)) if !is_from_sink => Ok(Some(error.into_val())),
        Err(thrown) => Err(thrown),
    }
}
