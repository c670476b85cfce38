//! The value that flows through dq: one JSON value, as jq sees it.

mod num;

use std::rc::Rc;

use indexmap::IndexMap;

pub use num::Num;

/// Keys and values in the order they came, as jq keeps them.
pub type Map = IndexMap<Rc<str>, Value, foldhash::fast::RandomState>;

/// One JSON value; cheap to clone.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Num(Num),
    Str(Rc<str>),
    Arr(Rc<Vec<Value>>),
    Obj(Rc<Map>),
}
