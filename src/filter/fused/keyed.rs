//! `sort_by`, `group_by` and `unique_by`: elements and their keys, collected while the elements are read.

use std::collections::HashMap;

use super::element_stream::{ByKey, SortKey};
use super::evaluate::Evaluator;
use super::expression::Expr;
use super::frame::Frame;
use super::interrupt::Interrupt;
use dq_json::value::{FilterOutput, SharedStr, ValR, Value, ValueKind};

/// The elements of one input so far, and their keys.
#[derive(Default)]
pub(super) struct KeyedElements {
    elements: Vec<Value>,
    keys: Vec<Value>,
    /// Keys that were seen, by their text. Equal keys share one value, and so do equal elements where nothing but the
    /// key is kept of an element.
    seen: HashMap<Box<[u8]>, (Value, Option<Value>), foldhash::fast::RandomState>,
}

/// How many keys are remembered.
const MAX_SEEN_KEYS: usize = 4096;

impl KeyedElements {
    /// Adds an element.
    ///
    /// # Errors
    /// Those of its key.
    pub(super) fn push(
        &mut self,
        evaluator: &Evaluator,
        by_key: &ByKey,
        frame: &Frame,
    ) -> Result<(), Interrupt> {
        let ByKey {
            key, kept_fields, ..
        } = by_key;
        let kept = kept_fields.as_deref();
        let text = string_key(key, frame);
        if let Some((key, element)) = text.and_then(|text| self.seen.get(text)) {
            self.keys.push(key.clone());
            let element = element.clone();
            self.elements
                .push(element.unwrap_or_else(|| keep(frame, kept)));
            return Ok(());
        }
        let keeps_only_key = kept.is_some_and(|kept| is_only_key(key, kept));
        let (SortKey::One(expr) | SortKey::List(expr)) = key;
        let key = evaluator.one(expr, frame)?.into_value();
        let element = keep(frame, kept);
        if let Some(text) = text.filter(|_| self.seen.len() < MAX_SEEN_KEYS) {
            let shared = keeps_only_key.then(|| element.clone());
            self.seen.insert(text.into(), (key.clone(), shared));
        }
        self.keys.push(key);
        self.elements.push(element);
        Ok(())
    }

    /// The elements, arranged by their keys. `whole` is the input if it is not an array.
    ///
    /// # Errors
    /// If the input is not an array, with jq's message.
    pub(super) fn arrange(self, by_key: &ByKey, whole: Option<Value>) -> ValR {
        let ByKey { arrange, key, .. } = by_key;
        match (whole, key) {
            (None, _) => arrange(Value::from(self.elements), Value::from(self.keys)),
            (Some(whole), SortKey::List(_)) => arrange(whole, Value::from(self.keys)),
            (Some(whole), SortKey::One(_)) => arrange(whole, one_each(self.keys)),
        }
    }
}

/// The text of a key that is a string in a field of the element.
fn string_key<'t>(key: &SortKey, frame: &Frame<'_, 't>) -> Option<&'t [u8]> {
    let (SortKey::One(Expr::Slot(slot)), Some(slots), FilterOutput::Raw(element)) =
        (key, frame.slots, &frame.input)
    else {
        return None;
    };
    let literal = slots.get(*slot, *element)?.string_literal()?;
    Some(literal.content)
}

/// Whether no field but the key is kept of an element, so that elements with equal keys are equal.
fn is_only_key(key: &SortKey, kept: &[(SharedStr, usize)]) -> bool {
    matches!(key, SortKey::One(Expr::Slot(slot)) if kept.iter().all(|(_, kept)| kept == slot))
}

/// An element, or the fields that are kept of it.
fn keep(frame: &Frame, kept: Option<&[(SharedStr, usize)]>) -> Value {
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

/// Keys as jq's error messages show them: of each element the list of the key filter's outputs.
fn one_each(keys: Vec<Value>) -> Value {
    keys.into_iter().map(|key| Value::from(vec![key])).collect()
}
