//! Path expressions: the outputs of a term together with the paths that lead to them.

use jaq_core::ValT;

use super::access::{Key, each_child};
use super::calls::Calling;
use super::environment::{Binding, Environment};
use super::evaluator::Evaluator;
use super::path_sink::{PathSink, caught_path, not_a_path, pass_on, take};
use super::term::{Fold, Kind, PathPart, Term};
use super::thrown::{Flow, Thrown};
use super::trail::{Component, Trail};
use crate::operators::is_true;
use dq_json::value::Value;

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
            Kind::Reduce(fold) => self.fold_path(fold, true, environment, (input, trail), sink),
            Kind::Foreach(fold) => self.fold_path(fold, false, environment, (input, trail), sink),
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

    /// `reduce`, whose last state is the output, or `foreach`, of which each is.
    fn fold_path(
        &self,
        fold: &Fold,
        is_reduce: bool,
        environment: Environment,
        (input, trail): (Value, Trail),
        sink: PathSink,
    ) -> Flow {
        let source_input = input.clone();
        self.each_path(
            &fold.init,
            environment,
            input,
            trail,
            &mut |value, trail| {
                let mut state = (value, trail.to_vec());
                self.each(
                    &fold.source,
                    environment,
                    source_input.clone(),
                    &mut |item| {
                        self.each_match(&fold.pattern, environment, item, &mut |environment| {
                            let (value, components) = take(&mut state);
                            let step = Trail::ROOT.steps(&components);
                            let mut set = |value: Value, trail: Trail| {
                                state = (value.clone(), trail.to_vec());
                                match &fold.extract {
                                    _ if is_reduce => Ok(()),
                                    Some(extract) => {
                                        self.each_path(extract, environment, value, trail, sink)
                                    }
                                    None => sink(value, trail),
                                }
                            };
                            self.each_path(&fold.update, environment, value, step.trail(), &mut set)
                        })
                    },
                )?;
                let last = is_reduce.then(|| take(&mut state));
                pass_on(last, sink)
            },
        )
    }
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
