//! The shape of many values: a tree of the paths that they have.
//!
//! All values are counted, and what is kept of them is bounded: the number of paths, of keys of one object, and the
//! length of an example.

use super::node::{NONE, Node, NodeId};
use super::path_text::{push_elements, push_key};
use super::word::Word;
use crate::error::Error;
use dq_json::value::{StringLiteral, Value};

/// An object with more different keys than this is a map, as labels are: one path stands for all of its values. No type
/// of Docker's API has as many fields; `HostConfig` has about 70.
const MAX_KEYS: usize = 100;
/// The same if the values are objects of one kind, as those of networks are.
const MAX_ALIKE: usize = 10;
/// The same for the keys that are searched for, which are kept longer.
const MAX_SEARCHED_KEYS: usize = 3 * MAX_KEYS;
/// The longest key that is kept, in bytes.
const MAX_KEY: usize = 1024;
/// The number of paths that are kept.
pub const MAX_PATHS: usize = 10_000;
/// The number of steps of the longest path that is kept.
pub const MAX_LEVELS: usize = 100;

/// The paths of the values that were added.
pub struct Shape {
    /// The first one is the root.
    pub(super) nodes: Vec<Node>,
    /// The nodes that are in no use.
    free: Vec<NodeId>,
    pub(super) word: Option<Word>,
    /// Some paths are not kept.
    pub(super) is_incomplete: bool,
    /// The number of objects so far.
    pub(super) objects: u64,
}

/// The values at one path.
pub struct Row<'s> {
    pub path: &'s str,
    pub types: String,
    pub example: Option<Value>,
    pub count: u64,
    /// How many there would be if none lacked them: the number of the elements, or of the outputs, that they are in.
    /// `None` for those elements themselves.
    pub of: Option<u64>,
}

pub(super) const ROOT: NodeId = 0;

impl Shape {
    /// The shape of nothing. With a word, only the paths where it is found have rows.
    pub fn new(word: Option<&str>) -> Self {
        Self {
            nodes: vec![Node::default()],
            free: Vec::new(),
            word: word.map(Word::new),
            is_incomplete: false,
            objects: 0,
        }
    }

    /// Whether there are more paths than those that are kept.
    pub fn is_incomplete(&self) -> bool {
        self.is_incomplete
    }

    /// The node for the elements of an array, added if need be.
    pub(super) fn elements(&mut self, of: NodeId) -> NodeId {
        if let Some(elements) = self.nodes[of as usize].elements {
            return elements;
        }
        let elements = self.add_node("");
        self.nodes[of as usize].elements = Some(elements).filter(|it| *it != NONE);
        elements
    }

    /// The node for the value of a key that its object has not had before.
    #[inline(never)]
    pub(super) fn add_member(&mut self, object: NodeId, key: StringLiteral) -> NodeId {
        let key = key.decode();
        let node = &self.nodes[object as usize];
        let is_wanted = node.children.len() < MAX_SEARCHED_KEYS && self.is_searched(&key);
        let is_full = node.children.len() >= MAX_KEYS
            || (node.children.len() == MAX_ALIKE && self.are_alike(&node.children));
        if is_wanted || (!node.is_map && !is_full && key.len() <= MAX_KEY) {
            let added = self.add_node(&key);
            if added != NONE {
                self.nodes[object as usize].children.push(added);
            }
            return added;
        }
        if key.len() <= MAX_KEY {
            self.collapse(object);
        }
        self.elements(object)
    }

    /// Whether the values are objects with the same keys.
    fn are_alike(&self, values: &[NodeId]) -> bool {
        let keys = |value: &NodeId| {
            let node = &self.nodes[*value as usize];
            let keys = node.children.iter();
            let keys = keys.map(|it| &*self.nodes[*it as usize].key);
            (node.types() == "object").then(|| keys.collect::<Vec<_>>())
        };
        let first = values.first().and_then(keys);
        first.as_ref().is_some_and(|keys| !keys.is_empty())
            && values.iter().all(|value| keys(value) == first)
    }

    /// Whether a key has the word that is searched for, so that it is kept.
    fn is_searched(&self, key: &str) -> bool {
        let word = self.word.as_ref();
        key.len() <= MAX_KEY && word.is_some_and(|word| word.find(key.as_bytes()).is_some())
    }

    fn add_node(&mut self, key: &str) -> NodeId {
        let node = Node::of_key(key);
        if let Some(unused) = self.free.pop() {
            self.nodes[unused as usize] = node;
            return unused;
        }
        if self.nodes.len() >= MAX_PATHS {
            self.is_incomplete = true;
            return NONE;
        }
        self.nodes.push(node);
        (self.nodes.len() - 1) as NodeId
    }

    /// Makes a map of an object: its values become elements, but for those whose keys are searched for.
    fn collapse(&mut self, object: NodeId) {
        self.nodes[object as usize].is_map = true;
        for child in std::mem::take(&mut self.nodes[object as usize].children) {
            let key = std::mem::take(&mut self.nodes[child as usize].key);
            if self.is_searched(&key) {
                self.nodes[child as usize].key = key;
                self.nodes[object as usize].children.push(child);
                continue;
            }
            let example = self.nodes[child as usize].shown_example();
            let node = &mut self.nodes[object as usize];
            if node.example.is_none() {
                let example = example.unwrap_or_else(|| Value::str("…"));
                node.example = Some(Value::object([(&*key, example)]));
            }
            match node.elements {
                Some(elements) => self.merge(child, elements),
                None => node.elements = Some(child),
            }
        }
    }

    /// Merges a node into another. The recursion is as deep as the paths are long.
    fn merge(&mut self, from: NodeId, into: NodeId) {
        let mut node = std::mem::take(&mut self.nodes[from as usize]);
        self.free.push(from);
        let target = &mut self.nodes[into as usize];
        target.absorb(&mut node);
        match (node.elements, target.elements) {
            (Some(other), Some(elements)) => self.merge(other, elements),
            (elements, None) => target.elements = elements,
            (None, Some(_)) => {}
        }
        for child in node.children {
            let children = &self.nodes[into as usize].children;
            let key = &self.nodes[child as usize].key;
            let same = children
                .iter()
                .find(|it| self.nodes[**it as usize].key == *key);
            match same {
                Some(same) => self.merge(child, *same),
                None => self.nodes[into as usize].children.push(child),
            }
        }
        let target = &self.nodes[into as usize];
        if target.is_map || target.children.len() > MAX_KEYS {
            self.collapse(into);
        }
    }

    /// Calls `each` with the rows, an object in front of its members.
    ///
    /// # Errors
    /// The first error of `each`.
    pub fn each_row(&self, each: &mut dyn FnMut(Row) -> Result<(), Error>) -> Result<(), Error> {
        if self.nodes[ROOT as usize].count == 0 {
            return Ok(());
        }
        self.rows(ROOT, None, &mut String::new(), each)
    }

    /// The rows of a node and of those below it. `of` is the number of values around it, unless it is an element.
    fn rows(
        &self,
        node: NodeId,
        of: Option<u64>,
        path: &mut String,
        each: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let node = &self.nodes[node as usize];
        let shown = if path.is_empty() { "." } else { path.as_str() };
        let word = self.word.as_ref();
        if node.is_match || word.is_none_or(|word| word.find(shown.as_bytes()).is_some()) {
            each(Row {
                path: shown,
                types: node.types(),
                example: node.shown_example(),
                count: node.count,
                of,
            })?;
        }
        let length = path.len();
        for child in &node.children {
            push_key(path, &self.nodes[*child as usize].key);
            self.rows(*child, of.or(Some(node.count)), path, each)?;
            path.truncate(length);
        }
        if let Some(elements) = node.elements {
            push_elements(path);
            self.rows(elements, None, path, each)?;
            path.truncate(length);
        }
        Ok(())
    }
}
