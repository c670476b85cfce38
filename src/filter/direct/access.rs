//! Paths such as `.a[0][]`, as terms: what stands there in the value of the term in front of them.

use jaq_core::ValT;

use super::environment::Environment;
use super::evaluator::Evaluator;
use super::sink::Sink;
use super::term::{Access, Kind, PathPart, PathTerm, Term};
use super::thrown::{Flow, Thrown};
use dq_json::value::{ValR, Value};

/// A part of a path whose keys are known.
pub(super) enum Key {
    At(Value),
    All,
    Slice(Option<Value>, Option<Value>),
}

impl Key {
    /// The value there; `[]` has none of its own.
    pub(super) fn get(&self, value: Value) -> ValR {
        match self {
            Self::At(key) => value.get(key),
            Self::All => Ok(Value::Null),
            Self::Slice(from, upto) => value.slice(from.as_ref(), upto.as_ref()),
        }
    }

    /// The key as a component of a path.
    pub(super) fn component(&self) -> Value {
        match self {
            Self::At(key) => key.clone(),
            Self::All => Value::Null,
            Self::Slice(from, upto) => Value::from(from.clone()..upto.clone()),
        }
    }
}

/// Whether the term has the same value for every input, and cannot fail.
fn is_fixed(term: &Term) -> bool {
    matches!(
        term.kind,
        Kind::Constant(_) | Kind::Variable(_) | Kind::Global(_)
    )
}

/// Whether the keys of a path are the same for every input.
fn has_fixed_keys(parts: &[PathPart]) -> bool {
    parts.iter().all(|part| match &part.access {
        Access::Key(key) => is_fixed(key),
        Access::All => true,
        Access::Slice(from, upto) => [from, upto].into_iter().flatten().all(is_fixed),
    })
}

impl Evaluator<'_> {
    /// The only output of a path without `[]` and `?`.
    pub(super) fn one_of_path(
        &self,
        path: &PathTerm,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        if let [
            PathPart {
                access: Access::Key(key),
                ..
            },
        ] = &*path.parts
        {
            if matches!(path.inner.kind, Kind::Identity) {
                let key = self.operand(key, environment, &input)?;
                return Ok(input.get(&key)?);
            }
            let value = self.one(&path.inner, environment, input.clone())?;
            let key = self.operand(key, environment, &input)?;
            return Ok(value.get(&key)?);
        }
        if has_fixed_keys(&path.parts) {
            let mut value = self.one(&path.inner, environment, input)?;
            for part in &path.parts {
                value = self.key(part, environment, &Value::Null)?.get(value)?;
            }
            return Ok(value);
        }
        let mut value = self.one(&path.inner, environment, input.clone())?;
        let keys = path.parts.iter();
        let keys = keys.map(|part| self.key(part, environment, &input));
        for key in keys.collect::<Result<Vec<_>, _>>()? {
            value = key.get(value)?;
        }
        Ok(value)
    }

    /// The key of a part whose terms have one output each.
    pub(super) fn key(
        &self,
        part: &PathPart,
        environment: Environment,
        input: &Value,
    ) -> Result<Key, Thrown> {
        let value = |term: &Term| {
            let value = self.operand(term, environment, input)?;
            Ok::<_, Thrown>(value.into_value())
        };
        Ok(match &part.access {
            Access::Key(key) => Key::At(value(key)?),
            Access::All => Key::All,
            Access::Slice(from, upto) => Key::Slice(
                from.as_ref().map(value).transpose()?,
                upto.as_ref().map(value).transpose()?,
            ),
        })
    }

    pub(super) fn each_of_path(
        &self,
        path: &PathTerm,
        environment: Environment,
        input: Value,
        sink: Sink,
    ) -> Flow {
        if let ([part], Kind::Identity) = (&*path.parts, &path.inner.kind)
            && matches!(part.access, Access::All)
        {
            return each_child(input, part.optional, sink);
        }
        let base = if has_fixed_keys(&path.parts) {
            Value::Null
        } else {
            input.clone()
        };
        self.each(&path.inner, environment, input, &mut |value| {
            self.each_keys(&path.parts, environment, &base, &mut |keys| {
                get_each(&path.parts, keys, value.clone(), sink)
            })
        })
    }

    /// Passes the keys of all parts to `then`, for every combination of outputs; those of the last part vary fastest.
    pub(super) fn each_keys(
        &self,
        parts: &[PathPart],
        environment: Environment,
        input: &Value,
        then: &mut dyn FnMut(&[Key]) -> Flow,
    ) -> Flow {
        self.add_keys(parts, environment, input, &mut Vec::new(), then)
    }

    fn add_keys(
        &self,
        parts: &[PathPart],
        environment: Environment,
        input: &Value,
        keys: &mut Vec<Key>,
        then: &mut dyn FnMut(&[Key]) -> Flow,
    ) -> Flow {
        let Some((part, rest)) = parts.split_first() else {
            return then(keys);
        };
        let mut add = |key: Key| {
            keys.push(key);
            self.add_keys(rest, environment, input, keys, then)?;
            keys.pop();
            Ok(())
        };
        match &part.access {
            Access::All => add(Key::All),
            Access::Key(term) => self.each(term, environment, input.clone(), &mut |key| {
                add(Key::At(key))
            }),
            Access::Slice(from, upto) => {
                self.each_bound(from.as_ref(), environment, input, &mut |from| {
                    self.each_bound(upto.as_ref(), environment, input, &mut |upto| {
                        add(Key::Slice(from.clone(), upto))
                    })
                })
            }
        }
    }

    /// Passes every output of the bound of a slice to `then`; `None` is an open end.
    fn each_bound(
        &self,
        bound: Option<&Term>,
        environment: Environment,
        input: &Value,
        then: &mut dyn FnMut(Option<Value>) -> Flow,
    ) -> Flow {
        match bound {
            None => then(None),
            Some(term) => self.each(term, environment, input.clone(), &mut |bound| {
                then(Some(bound))
            }),
        }
    }
}

/// Passes the values behind a path to `sink`.
fn get_each(parts: &[PathPart], keys: &[Key], mut value: Value, sink: Sink) -> Flow {
    for (at, (part, key)) in parts.iter().zip(keys).enumerate() {
        if let Key::All = key {
            let (parts, keys) = (&parts[at + 1..], &keys[at + 1..]);
            return each_child(value, part.optional, &mut |child| {
                get_each(parts, keys, child, sink)
            });
        }
        value = match key.get(value) {
            Ok(value) => value,
            Err(_) if part.optional => return Ok(()),
            Err(error) => return Err(error.into()),
        };
    }
    sink(value)
}

/// `.[]`, and `.[]?` if it is optional.
pub(super) fn each_child(value: Value, optional: bool, sink: Sink) -> Flow {
    match value {
        Value::Arr(_) | Value::Obj(_) => {
            for child in value.values() {
                sink(child?)?;
            }
            Ok(())
        }
        _ if optional => Ok(()),
        other => Err(other.iteration_error().into()),
    }
}
