//! Whole values from the tokens of a text.

use std::mem::take;

use super::jq_lexer::{Builder, Step};
use crate::limits::MAX_DEPTH;
use crate::value::{Map, SharedStr, Value};

/// An incomplete container, as on jq's parser stack.
enum Open {
    Array(Vec<Value>),
    Object(Map),
    Key(SharedStr),
}

/// Builds values.
#[derive(Default)]
pub struct TreeBuilder {
    stack: Vec<Open>,
    /// The last value, not yet stored in a container.
    next: Option<Value>,
}

impl TreeBuilder {
    fn open(&mut self, container: Open) -> Step<()> {
        if self.stack.len() >= MAX_DEPTH {
            return Err("Exceeds depth limit for parsing");
        }
        if self.next.is_some() {
            return Err("Expected separator between values");
        }
        self.stack.push(container);
        Ok(())
    }

    fn colon(&mut self) -> Step<()> {
        match (take(&mut self.next), self.stack.last()) {
            (None, _) => Err("Expected string key before ':'"),
            (Some(Value::Str(key)), Some(Open::Object(_))) => {
                self.stack.push(Open::Key(key));
                Ok(())
            }
            (Some(_), Some(Open::Object(_))) => Err("Object keys must be strings"),
            _ => Err("':' not as part of an object"),
        }
    }

    fn comma(&mut self) -> Step<()> {
        let Some(value) = take(&mut self.next) else {
            return Err("Expected value before ','");
        };
        match self.stack.last() {
            None => Err("',' not as part of an object or array"),
            Some(Open::Object(_)) => Err("Objects must consist of key:value pairs"),
            Some(_) => {
                self.store(value);
                Ok(())
            }
        }
    }

    /// Stores an element, or the value of the last key.
    fn store(&mut self, value: Value) {
        match self.stack.pop() {
            Some(Open::Array(mut items)) => {
                items.push(value);
                self.stack.push(Open::Array(items));
            }
            Some(Open::Key(key)) => {
                if let Some(Open::Object(members)) = self.stack.last_mut() {
                    members.insert(key, value);
                }
            }
            Some(Open::Object(_)) | None => {}
        }
    }

    fn end_array(&mut self) -> Step<()> {
        match (self.stack.last(), &self.next) {
            (Some(Open::Array(items)), None) if !items.is_empty() => {
                return Err("Expected another array element");
            }
            (Some(Open::Array(_)), _) => {}
            _ => return Err("Unmatched ']'"),
        }
        if let Some(value) = take(&mut self.next) {
            self.store(value);
        }
        self.close();
        Ok(())
    }

    fn end_object(&mut self) -> Step<()> {
        match (self.stack.last(), take(&mut self.next)) {
            (None, _) => return Err("Unmatched '}'"),
            (Some(Open::Key(_)), Some(value)) => self.store(value),
            (Some(_), Some(_)) => return Err("Objects must consist of key:value pairs"),
            (Some(Open::Object(members)), None) if members.is_empty() => {}
            (Some(Open::Object(_)), None) => return Err("Expected another key-value pair"),
            (Some(_), None) => return Err("Unmatched '}'"),
        }
        self.close();
        Ok(())
    }

    fn close(&mut self) {
        self.next = match self.stack.pop() {
            Some(Open::Array(items)) => Some(Value::from(items)),
            Some(Open::Object(members)) => Some(Value::object(members)),
            Some(Open::Key(_)) | None => None,
        };
    }
}

impl Builder for TreeBuilder {
    fn value(&mut self, value: Value) -> Step<()> {
        if self.next.is_some() {
            return Err("Expected separator between values");
        }
        self.next = Some(value);
        Ok(())
    }

    fn delimiter(&mut self, byte: u8) -> Step<()> {
        match byte {
            b'[' => self.open(Open::Array(Vec::new())),
            b'{' => self.open(Open::Object(Map::default())),
            b':' => self.colon(),
            b',' => self.comma(),
            b']' => self.end_array(),
            _ => self.end_object(),
        }
    }

    fn output(&mut self) -> Option<Value> {
        if self.stack.is_empty() {
            self.next.take()
        } else {
            None
        }
    }

    fn is_cut(&self, has_token: bool, is_after_space: bool) -> bool {
        !is_after_space && (self.is_open() || has_token || self.has_top_number())
    }

    fn has_top_number(&self) -> bool {
        self.stack.is_empty() && matches!(self.next, Some(Value::Num(_)))
    }

    fn is_open(&self) -> bool {
        !self.stack.is_empty()
    }

    fn path(&self) -> Value {
        Value::Null
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}
