//! What becomes of the outputs for one input.

use std::collections::HashMap;
use std::rc::Rc;

use super::eval::{Evaluator, Frame, Halt, Out};
use super::{Expr, Gather, Key, Program};
use dq_json::value::{FilterOutput, ValR, Value, ValueKind};

/// What was gathered so far for one input.
#[derive(Default)]
pub struct Gathered {
    items: Vec<Value>,
    keys: Vec<Value>,
    count: usize,
    sum: Option<ValR>,
    /// Keys that came before by their text, and the element where the key is all that is kept of it.
    known: HashMap<Box<[u8]>, (Value, Option<Value>), foldhash::fast::RandomState>,
}

/// Most keys that are remembered for when they come again.
const MOST_KNOWN: usize = 4096;

impl Gathered {
    /// Runs the body on one input, or one element, and takes its outputs.
    pub fn take<'t>(
        &mut self,
        evaluator: &Evaluator,
        frame: &Frame<'_, 't>,
        out: Out<'_, 't>,
    ) -> Result<(), Halt> {
        let Program { body, gather, .. } = evaluator.program;
        if let Gather::Keyed { key, kept, .. } = gather {
            return self.keyed(evaluator, key, kept.as_deref(), frame);
        }
        evaluator.each(body, frame, &mut |item| {
            self.output(evaluator, gather, item, out)
        })
    }

    fn output<'t>(
        &mut self,
        evaluator: &Evaluator,
        gather: &Gather,
        item: FilterOutput<'t>,
        out: Out<'_, 't>,
    ) -> Result<(), Halt> {
        match gather {
            Gather::Each => return out(item),
            Gather::First(most) => {
                evaluator.each(&evaluator.program.after, &Frame::of(item), out)?;
                self.count += 1;
                if self.count >= *most {
                    return Err(Halt::Enough);
                }
            }
            Gather::List => self.items.push(item.into_value()),
            Gather::Count | Gather::Length => self.count += 1,
            Gather::Sum | Gather::SumOfList => {
                let sum = self.sum.take().unwrap_or(Ok(Value::Null));
                let sum = sum.and_then(|sum| sum + item.into_value());
                // A list is all there before its sum can fail.
                self.sum = match gather {
                    Gather::Sum => Some(Ok(sum?)),
                    _ => Some(sum),
                };
            }
            Gather::Keyed { .. } => {}
        }
        Ok(())
    }

    fn keyed(
        &mut self,
        evaluator: &Evaluator,
        key: &Key,
        kept: Option<&[(Rc<str>, usize)]>,
        frame: &Frame,
    ) -> Result<(), Halt> {
        let text = plain_key(key, frame);
        if let Some((key, item)) = text.and_then(|text| self.known.get(text)) {
            self.keys.push(key.clone());
            let item = item.clone();
            self.items.push(item.unwrap_or_else(|| keep(frame, kept)));
            return Ok(());
        }
        let is_all = kept.is_some_and(|kept| is_key_alone(key, kept));
        let (Key::One(expr) | Key::Many(expr)) = key;
        let key = evaluator.one(expr, frame)?.into_value();
        let item = keep(frame, kept);
        if let Some(text) = text.filter(|_| self.known.len() < MOST_KNOWN) {
            let shared = is_all.then(|| item.clone());
            self.known.insert(text.into(), (key.clone(), shared));
        }
        self.keys.push(key);
        self.items.push(item);
        Ok(())
    }

    /// Counts an element that nobody looks into.
    pub fn count(&mut self) {
        self.count += 1;
    }

    /// The length of an input that is no array.
    pub fn length(&mut self, whole: &Value) -> Result<(), Halt> {
        self.sum = Some(Ok(crate::natives::length(whole.clone())?));
        Ok(())
    }

    /// The first outputs are all there.
    pub fn is_full(&self, gather: &Gather) -> bool {
        matches!(gather, Gather::First(most) if self.count >= *most)
    }

    /// What was gathered, once all is there; `None` where every output has gone its way. `whole` is an input that was
    /// no array.
    pub fn finish(self, gather: &Gather, whole: Option<Value>) -> Option<ValR> {
        Some(match gather {
            Gather::Each | Gather::First(_) => return None,
            Gather::List => Ok(Value::from(self.items)),
            Gather::Count => Ok(Value::from(self.count)),
            Gather::Length => self.sum.unwrap_or_else(|| Ok(Value::from(self.count))),
            Gather::Sum | Gather::SumOfList => self.sum.unwrap_or(Ok(Value::Null)),
            Gather::Keyed { arrange, key, .. } => match (whole, key) {
                (None, _) => arrange(&Value::from(self.items), &Value::from(self.keys)),
                (Some(whole), Key::Many(_)) => arrange(&whole, &Value::from(self.keys)),
                (Some(whole), Key::One(_)) => arrange(&whole, &listed(self.keys)),
            },
        })
    }
}

/// The text of a key that is a string in a field of the element.
fn plain_key<'t>(key: &Key, frame: &Frame<'_, 't>) -> Option<&'t [u8]> {
    let (Key::One(Expr::Slot(slot)), Some(slots), FilterOutput::Raw(element)) =
        (key, frame.slots, &frame.input)
    else {
        return None;
    };
    let literal = slots.get(*slot, *element)?.string_literal()?;
    Some(literal.content)
}

/// Nothing but the key is kept of an element: elements with the same key are the same.
fn is_key_alone(key: &Key, kept: &[(Rc<str>, usize)]) -> bool {
    matches!(key, Key::One(Expr::Slot(slot)) if kept.iter().all(|(_, kept)| kept == slot))
}

/// An element, or the fields that are kept of it.
fn keep(frame: &Frame, kept: Option<&[(Rc<str>, usize)]>) -> Value {
    let (Some(kept), Some(slots), FilterOutput::Raw(text)) = (kept, frame.slots, &frame.input)
    else {
        return frame.input.clone().into_value();
    };
    if text.kind() != ValueKind::Object {
        return text.to_value();
    }
    let fields = kept.iter().filter_map(|(key, slot)| {
        let value = slots.get(*slot, *text)?;
        Some((key.clone(), value.to_value()))
    });
    Value::object(fields)
}

/// Keys as messages show them: the list of what the filter gave for each element.
fn listed(keys: Vec<Value>) -> Value {
    keys.into_iter().map(|key| Value::from(vec![key])).collect()
}
