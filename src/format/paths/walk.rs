//! One pass over the text of a value, which adds its paths to a shape.

use super::node::{NONE, NodeId};
use super::shape::{MAX_LEVELS, ROOT, Shape};
use dq_json::value::{RawValue, StringLiteral, ValueKind};

/// An open array or object.
struct Open {
    node: NodeId,
    is_object: bool,
    /// The index of the child that the next key probably is: objects of one kind have their keys in one order.
    next: usize,
    /// The number of this object among all.
    number: u64,
}

impl Shape {
    /// Adds an output.
    pub fn add(&mut self, value: RawValue) {
        self.nodes[ROOT as usize].count += 1;
        self.walk(value.bytes(), ROOT);
    }

    /// Adds an output that is an array, whose elements follow.
    pub fn add_array(&mut self) {
        let root = &mut self.nodes[ROOT as usize];
        root.count += 1;
        root.add_type(ValueKind::Array);
    }

    /// Adds an element of an output that is an array.
    pub fn add_element(&mut self, value: RawValue) {
        let elements = self.element(ROOT);
        self.walk(value.bytes(), elements);
    }

    fn walk(&mut self, text: &[u8], node: NodeId) {
        let mut open = Vec::new();
        let mut at = self.value(text, 0, node, &mut open);
        while let Some(around) = open.last_mut() {
            at = skip_separators(text, at);
            let node = match text.get(at) {
                None => return,
                Some(b']' | b'}') => {
                    open.pop();
                    at += 1;
                    continue;
                }
                Some(_) if around.is_object => {
                    let key = StringLiteral::new(&text[at..]);
                    at = skip_separators(text, at + key.length());
                    self.member(around, key)
                }
                Some(_) => self.element(around.node),
            };
            at = self.value(text, at, node, &mut open);
        }
    }

    /// Adds the value at this offset, or opens it; returns the offset behind what was read.
    #[inline(always)]
    fn value(&mut self, text: &[u8], at: usize, node: NodeId, open: &mut Vec<Open>) -> usize {
        let text = text.get(at..).unwrap_or_default();
        let value = RawValue::from_valid(text);
        let kind = value.kind();
        let is_object = kind == ValueKind::Object;
        if is_object || kind == ValueKind::Array {
            self.open(node, is_object, open);
            return at + 1;
        }
        let literal = value.string_literal();
        let length = match literal {
            Some(literal) => literal.length(),
            None => word_length(text),
        };
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.add_type(kind);
            let text = text.get(..length).unwrap_or(text);
            node.add_scalar(text, literal, self.word.as_ref());
        }
        at + length
    }

    #[inline(always)]
    fn open(&mut self, node: NodeId, is_object: bool, open: &mut Vec<Open>) {
        let kind = if is_object {
            ValueKind::Object
        } else {
            ValueKind::Array
        };
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.add_type(kind);
        }
        let is_too_deep = open.len() >= MAX_LEVELS;
        self.is_incomplete |= is_too_deep;
        self.objects += 1;
        open.push(Open {
            node: if is_too_deep { NONE } else { node },
            is_object,
            next: 0,
            number: self.objects,
        });
    }

    /// Counts an element of an array; returns its node.
    #[inline(always)]
    fn element(&mut self, array: NodeId) -> NodeId {
        if array == NONE {
            return NONE;
        }
        let node = self.elements(array);
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.count += 1;
        }
        node
    }

    /// Counts the value of a key; returns its node.
    #[inline(always)]
    fn member(&mut self, around: &mut Open, key: StringLiteral) -> NodeId {
        let Some(object) = self.nodes.get(around.node as usize) else {
            return NONE;
        };
        let has_key = |child: &NodeId| key.equals(&self.nodes[*child as usize].key);
        let children = &object.children;
        let expected = children.get(around.next).filter(|child| has_key(child));
        let found = match expected {
            Some(_) => Some(around.next),
            None => children.iter().position(has_key),
        };
        let node = match found {
            Some(at) => {
                around.next = at + 1;
                children[at]
            }
            None => self.add_member(around.node, key),
        };
        if found.is_none() && self.nodes[around.node as usize].elements == Some(node) {
            self.nodes[node as usize].count += 1;
            return node;
        }
        if let Some(node) = self.nodes.get_mut(node as usize)
            && node.object != around.number
        {
            node.object = around.number;
            node.count += 1;
        }
        node
    }
}

/// The length of a number, `true`, `false` or `null`; at least 1, so that a walk always ends.
fn word_length(text: &[u8]) -> usize {
    let ends = |c: &u8| matches!(c, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | 0x1e);
    text.iter().take_while(|c| !ends(c)).count().max(1)
}

#[inline(always)]
fn skip_separators(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') = text.get(at) {
        at += 1;
    }
    at
}
