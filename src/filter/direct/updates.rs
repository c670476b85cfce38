//! Updates: `|=`, `=` and the like. Where the paths are plain, the value is changed from its root to the leaves, in
//! place; else one path after the other is set, as jq does.

use super::access::Key;
use super::environment::Environment;
use super::evaluator::Evaluator;
use super::sink::Sink;
use super::term::{Kind, PathPart, Term, UpdateOperator};
use super::thrown::{Flow, Thrown};
use super::trail::Trail;
use crate::operators::{calculate, is_true};
use dq_json::value::Value;

/// What makes a new value of an old one; `None` deletes it.
type Change<'k> = &'k mut dyn FnMut(Value) -> Result<Option<Value>, Thrown>;

/// What changes a value at a path.
type ChangeAt<'k> = &'k mut dyn FnMut(Value, &[Value]) -> Result<Value, Thrown>;

impl Evaluator<'_> {
    pub(super) fn one_update(
        &self,
        term: &Term,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        match &term.kind {
            Kind::Update(terms) => {
                let [paths, update] = &**terms;
                let updated = self.update(paths, environment, input, &mut |old| {
                    if self.has_one_output(update, environment) {
                        return self.one(update, environment, old).map(Some);
                    }
                    self.first(update, environment, old)
                })?;
                Ok(updated.unwrap_or(Value::Null))
            }
            Kind::UpdateWith(terms, operator) => {
                let [paths, operand] = &**terms;
                let operand = self.one(operand, environment, input.clone())?;
                self.update_with(paths, environment, input, *operator, &operand)
            }
            _ => self.only(term, environment, input),
        }
    }

    pub(super) fn each_update(
        &self,
        term: &Term,
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        match &term.kind {
            Kind::UpdateWith(terms, operator) => {
                let [paths, operand] = &**terms;
                self.each(operand, environment, input.clone(), &mut |operand| {
                    let input = input.clone();
                    sink(self.update_with(paths, environment, input, *operator, &operand)?)
                })
            }
            _ => sink(self.one_update(term, environment, input)?),
        }
    }

    fn update_with(
        &self,
        paths: &Term,
        environment: Environment,
        input: Value,
        operator: UpdateOperator,
        operand: &Value,
    ) -> Result<Value, Thrown> {
        let updated = self.update(paths, environment, input, &mut |old| {
            Ok(Some(match operator {
                UpdateOperator::Assign => operand.clone(),
                UpdateOperator::Alternative if is_true(&old) => old,
                UpdateOperator::Alternative => operand.clone(),
                UpdateOperator::Math(op) => calculate(old, op, operand.clone())?,
            }))
        })?;
        Ok(updated.unwrap_or(Value::Null))
    }

    /// Changes a value at all places of a plain path: keys that are the same for every input, slices, and `[]`. `None`
    /// deletes it.
    fn update(
        &self,
        paths: &Term,
        environment: Environment,
        value: Value,
        change: Change,
    ) -> Result<Option<Value>, Thrown> {
        match &paths.kind {
            Kind::Path(path) => {
                let keys = path.parts.iter();
                let keys = keys.map(|part| self.key(part, environment, &Value::Null));
                let keys = keys.collect::<Result<Vec<_>, _>>()?;
                self.update(&path.inner, environment, value, &mut |value| {
                    update_at(&path.parts, &keys, value, change).map(Some)
                })
            }
            Kind::Pipe(terms) => self.update(&terms[0], environment, value, &mut |value| {
                self.update(&terms[1], environment, value, change)
            }),
            _ => change(value),
        }
    }

    /// The first output of a term.
    pub(super) fn first(
        &self,
        term: &Term,
        environment: Environment,
        input: Value,
    ) -> Result<Option<Value>, Thrown> {
        let mut first = None;
        let label = self.new_label();
        let flow = self.each(term, environment, input, &mut |output| {
            first = Some(output);
            Err(Thrown::Break(label))
        });
        match flow {
            Err(Thrown::Break(target)) if target == label => Ok(first),
            flow => flow.map(|()| first),
        }
    }

    /// Makes a change at each path of the input, as jq's `reduce path(paths) as $p`.
    pub(super) fn for_each_path(
        &self,
        paths: &Term,
        environment: Environment,
        mut value: Value,
        change: ChangeAt,
    ) -> Result<Value, Thrown> {
        if paths.outputs.is_optional() {
            // The only path: the value can be changed without a copy once its path is known.
            let mut only = None;
            self.each_path(
                paths,
                environment,
                value.clone(),
                Trail::ROOT,
                &mut |_, trail| {
                    only = Some(trail.components()?);
                    Ok(())
                },
            )?;
            return match only {
                Some(path) => change(value, &path),
                None => Ok(value),
            };
        }
        self.each_path(
            paths,
            environment,
            value.clone(),
            Trail::ROOT,
            &mut |_, trail| {
                let old = std::mem::replace(&mut value, Value::Null);
                value = change(old, &trail.components()?)?;
                Ok(())
            },
        )?;
        Ok(value)
    }

    /// `paths = value`, path by path.
    pub(super) fn assign(
        &self,
        paths: &Term,
        environment: Environment,
        input: Value,
        new: &Value,
    ) -> Result<Value, Thrown> {
        self.for_each_path(paths, environment, input, &mut |value, path| {
            Ok(value.set_path(path, new.clone())?)
        })
    }

    /// `paths |= update`, path by path; `update` has an output.
    pub(super) fn update_paths(
        &self,
        paths: &Term,
        update: &Term,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        self.for_each_path(paths, environment, input, &mut |value, path| {
            value.update_path(path, |old| {
                let new = self.first(update, environment, old)?;
                Ok::<_, Thrown>(new.unwrap_or(Value::Null))
            })
        })
    }

    /// `paths |= update` where `update` may have no output: the value then stays until all updates are made, and is
    /// deleted with the others (`_modify` in jq).
    pub(super) fn modify(
        &self,
        paths: &Term,
        update: &Term,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        let mut gone = Vec::new();
        let value = self.for_each_path(paths, environment, input, &mut |value, path| {
            let old = value.get_path(path)?;
            match self.first(update, environment, old)? {
                Some(new) => Ok(value.set_path(path, new)?),
                None => {
                    gone.push(Value::from(path.to_vec()));
                    Ok(value)
                }
            }
        })?;
        Ok(value.delete_paths(&Value::from(gone))?)
    }
}

/// Changes a value behind these parts of a path.
fn update_at(
    parts: &[PathPart],
    keys: &[Key],
    value: Value,
    change: Change,
) -> Result<Value, Thrown> {
    let (Some((part, parts)), Some((key, keys))) = (parts.split_first(), keys.split_first()) else {
        return Ok(change(value)?.unwrap_or(Value::Null));
    };
    let change: Change = if parts.is_empty() {
        change
    } else {
        &mut |value| update_at(parts, keys, value, change).map(Some)
    };
    match key {
        Key::All => match value {
            Value::Arr(_) | Value::Obj(_) => value.update_children(change),
            _ if part.optional => Ok(value),
            other => Err(other.iteration_error().into()),
        },
        key => update_key(value, &key.component(), part.optional, change),
    }
}

/// `.[key] |= f`: the element is taken out while `f` runs, so that `f` can change it without a copy.
fn update_key(
    mut value: Value,
    key: &Value,
    optional: bool,
    change: Change,
) -> Result<Value, Thrown> {
    let old = match value.take(key) {
        Ok(old) => old,
        Err(_) if optional => return Ok(value),
        Err(error) => return Err(error.into()),
    };
    match change(old)? {
        Some(new) => Ok(value.set(key, new)?),
        None => {
            let path = Value::from(vec![key.clone()]);
            Ok(value.delete_paths(&Value::from(vec![path]))?)
        }
    }
}
