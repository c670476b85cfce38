//! The events of jq's `--stream` (jq manual, "Streaming") from the tokens of a text.

use std::mem::take;

use super::jq_lexer::{Builder, Step};
use crate::limits::MAX_DEPTH;
use crate::value::Value;

/// What came last inside an array or object.
#[derive(Clone, Copy, Default, PartialEq)]
enum Last {
    #[default]
    Nothing,
    OpenArray,
    OpenObject,
    Colon,
    Comma,
    Value,
}

/// Makes events: `[path, leaf]` for each scalar and each empty array or object, and `[path]` when an array or object
/// that is not empty ends.
#[derive(Default)]
pub struct EventBuilder {
    /// An index for each open array, a key or null for each open object.
    path: Vec<Value>,
    last: Last,
    /// A scalar that its separator has not followed yet.
    next: Option<Value>,
    output: Option<Value>,
    /// The event after `output`: the end of the container that the leaf is the last one of.
    closing: Option<Value>,
}

impl EventBuilder {
    fn event(&self, leaf: Value) -> Value {
        Value::from(vec![self.path(), leaf])
    }

    /// Whether the innermost container is an object that waits for a key.
    fn is_key_wanted(&self) -> bool {
        self.last == Last::Comma && !matches!(self.path.last(), Some(Value::Num(_)))
    }

    fn open(&mut self, is_array: bool) -> Step<()> {
        // As in jq: only before `{` is a container that has just ended a value.
        let follows_value = if is_array {
            self.next.is_some()
        } else {
            self.last == Last::Value
        };
        if follows_value {
            return Err("Expected a separator between values");
        }
        if self.last == Last::OpenObject {
            return Err(if is_array {
                "Expected string key after '{', not '['"
            } else {
                "Expected string key after '{', not '{'"
            });
        }
        if self.is_key_wanted() {
            return Err(if is_array {
                "Expected string key after ',' in object, not '['"
            } else {
                "Expected string key after ',' in object, not '{'"
            });
        }
        if self.path.len() >= MAX_DEPTH {
            return Err("Exceeds depth limit for parsing");
        }
        let (position, last) = if is_array {
            (Value::from(0usize), Last::OpenArray)
        } else {
            (Value::Null, Last::OpenObject)
        };
        self.path.push(position);
        self.last = last;
        Ok(())
    }

    fn colon(&mut self) -> Step<()> {
        if matches!(self.path.last(), None | Some(Value::Num(_))) {
            return Err("':' not as part of an object");
        }
        match take(&mut self.next) {
            None => return Err("Expected string key before ':'"),
            Some(key @ Value::Str(_)) if self.last == Last::Value => {
                self.path.pop();
                self.path.push(key);
            }
            Some(Value::Str(_)) => return Err("':' should follow a key"),
            Some(_) => return Err("Object keys must be strings"),
        }
        self.last = Last::Colon;
        Ok(())
    }

    fn comma(&mut self) -> Step<()> {
        if self.last != Last::Value {
            return Err("Expected value before ','");
        }
        let following = match self.path.last() {
            None => return Err("',' not as part of an object or array"),
            Some(Value::Num(index)) => Value::from(index.as_integer().unwrap_or(0) as usize + 1),
            Some(Value::Str(_)) => Value::Null,
            Some(_) => return Err("Objects must consist of key:value pairs"),
        };
        self.output = take(&mut self.next).map(|leaf| self.event(leaf));
        self.path.pop();
        self.path.push(following);
        self.last = Last::Comma;
        Ok(())
    }

    fn end_array(&mut self) -> Step<()> {
        match self.path.last() {
            None => return Err("Unmatched ']' at the top-level"),
            _ if self.last == Last::Comma => return Err("Expected another array element"),
            Some(Value::Num(_)) => {}
            Some(_) => return Err("Unmatched ']' in the middle of an object"),
        }
        self.close(Value::from(Vec::new()), Last::OpenArray);
        Ok(())
    }

    fn end_object(&mut self) -> Step<()> {
        match self.path.last() {
            None => return Err("Unmatched '}' at the top-level"),
            _ if self.last == Last::Comma => return Err("Expected another key:value pair"),
            Some(Value::Num(_)) => return Err("Unmatched '}' in the middle of an array"),
            Some(Value::Str(_)) => {}
            Some(_) if self.next.is_some() => {
                return Err("Objects must consist of key:value pairs");
            }
            Some(_) => {}
        }
        if self.next.is_none() && self.last == Last::Colon {
            return Err("Missing value in key:value pair");
        }
        self.close(Value::object::<&str>([]), Last::OpenObject);
        Ok(())
    }

    /// Ends the innermost container, which is the leaf `empty` if `opening` came last.
    fn close(&mut self, empty: Value, opening: Last) {
        let closing = Value::from(vec![self.path()]);
        match take(&mut self.next) {
            Some(leaf) => {
                self.output = Some(self.event(leaf));
                self.closing = Some(closing);
            }
            None => self.output = Some(closing),
        }
        self.path.pop();
        if self.last == opening {
            self.output = Some(self.event(empty));
        }
        self.last = self.after_value();
    }

    fn after_value(&self) -> Last {
        if self.path.is_empty() {
            Last::Nothing
        } else {
            Last::Value
        }
    }
}

impl Builder for EventBuilder {
    fn value(&mut self, value: Value) -> Step<()> {
        if self.next.is_some() || self.last == Last::Value {
            return Err("Expected separator between values");
        }
        self.last = self.after_value();
        self.next = Some(value);
        Ok(())
    }

    fn delimiter(&mut self, byte: u8) -> Step<()> {
        match byte {
            b'[' => self.open(true),
            b'{' => self.open(false),
            b':' => self.colon(),
            b',' => self.comma(),
            b']' => self.end_array(),
            _ => self.end_object(),
        }
    }

    fn output(&mut self) -> Option<Value> {
        if self.path.is_empty()
            && let Some(leaf) = take(&mut self.next)
        {
            return Some(self.event(leaf));
        }
        let output = self.output.take();
        if output.is_some() {
            self.output = self.closing.take();
        }
        output
    }

    fn is_cut(&self, _has_token: bool, _is_after_space: bool) -> bool {
        self.is_open() || self.next.as_ref().is_some_and(|it| it.as_str().is_none())
    }

    fn has_top_number(&self) -> bool {
        self.path.is_empty() && matches!(self.next, Some(Value::Num(_)))
    }

    fn is_open(&self) -> bool {
        !self.path.is_empty()
    }

    fn path(&self) -> Value {
        Value::from(self.path.clone())
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}
