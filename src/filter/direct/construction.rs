//! Arrays, objects and strings with interpolations.

use super::environment::Environment;
use super::evaluator::Evaluator;
use super::sink::{Sink, caught};
use super::term::{Piece, Term};
use super::thrown::{Flow, Thrown, fail};
use dq_json::value::{Map, Value};

impl Evaluator<'_> {
    /// `[f]`
    pub(super) fn array(
        &self,
        inner: &Term,
        environment: Environment,
        input: Value,
    ) -> Result<Value, Thrown> {
        let mut elements = Vec::new();
        self.each(inner, environment, input, &mut |output| {
            elements.push(output);
            Ok(())
        })?;
        Ok(Value::from(elements))
    }

    /// An object whose keys and values have one output each.
    pub(super) fn object(
        &self,
        entries: &[(Term, Term)],
        environment: Environment,
        input: &Value,
    ) -> Result<Value, Thrown> {
        let mut members = Map::with_capacity(entries.len());
        for (key, value) in entries {
            let key = self.operand(key, environment, input)?.into_value();
            let value = self.operand(value, environment, input)?.into_value();
            insert(&mut members, key, value)?;
        }
        Ok(Value::from(members))
    }

    /// The objects for all outputs of keys and values; those of the last entry vary fastest.
    pub(super) fn each_object(
        &self,
        entries: &[(Term, Term)],
        environment: Environment,
        input: &Value,
        members: &Map,
        sink: Sink,
    ) -> Flow {
        let Some(((key, value), rest)) = entries.split_first() else {
            return sink(Value::from(members.clone()));
        };
        let mut with_key = |key: Value| {
            let mut with_value = |value| {
                let mut members = members.clone();
                insert(&mut members, key.clone(), value)?;
                self.each_object(rest, environment, input, &members, sink)
            };
            let error = caught(&mut with_value, |sink| {
                self.each(value, environment, input.clone(), sink)
            })?;
            self.throw_where_output(error, |sink| {
                self.each_object(rest, environment, input, members, sink)
            })
        };
        let error = caught(&mut with_key, |sink| {
            self.each(key, environment, input.clone(), sink)
        })?;
        self.throw_where_output(error, |sink| {
            self.each(value, environment, input.clone(), &mut |_| {
                self.each_object(rest, environment, input, members, sink)
            })
        })
    }

    /// A string whose interpolations have one output each.
    pub(super) fn text(
        &self,
        pieces: &[Piece],
        environment: Environment,
        input: &Value,
    ) -> Result<Value, Thrown> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Filter(term) => {
                    push_text(&mut text, &*self.operand(term, environment, input)?);
                }
                Piece::Formatted(term, function) => {
                    let value = self.one(term, environment, input.clone())?;
                    push_text(&mut text, &self.apply(*function, value)?);
                }
            }
        }
        Ok(Value::from(text))
    }

    /// The strings for all outputs of the interpolations; those of the last one vary fastest.
    pub(super) fn each_text(
        &self,
        pieces: &[Piece],
        environment: Environment,
        input: &Value,
        text: &mut String,
        sink: Sink,
    ) -> Flow {
        let Some((piece, rest)) = pieces.split_first() else {
            return sink(Value::from(text.clone()));
        };
        let length = text.len();
        match piece {
            Piece::Text(literal) => {
                text.push_str(literal);
                self.each_text(rest, environment, input, text, sink)?;
            }
            Piece::Filter(term) | Piece::Formatted(term, _) => {
                let mut with_output = |output| {
                    match piece {
                        Piece::Formatted(_, function) => {
                            push_text(text, &self.apply(*function, output)?);
                        }
                        _ => push_text(text, &output),
                    }
                    self.each_text(rest, environment, input, text, sink)?;
                    text.truncate(length);
                    Ok(())
                };
                let error = caught(&mut with_output, |sink| {
                    self.each(term, environment, input.clone(), sink)
                })?;
                self.throw_where_output(error, |sink| {
                    self.each_text(rest, environment, input, &mut String::new(), sink)
                })?;
            }
        }
        text.truncate(length);
        Ok(())
    }
}

/// Adds a member to an object.
fn insert(members: &mut Map, key: Value, value: Value) -> Flow {
    match key {
        Value::Str(key) => {
            members.insert(key, value);
            Ok(())
        }
        other => fail(format_args!(
            "Cannot use {} as object key",
            other.describe()
        )),
    }
}

/// Adds a value to a text as `tostring` has it.
fn push_text(text: &mut String, value: &Value) {
    match value {
        Value::Str(string) => text.push_str(string),
        other => text.push_str(&other.to_json()),
    }
}
