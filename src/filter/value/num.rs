//! Numbers as jq has them: doubles, with the digits of a literal kept.

use std::fmt;
use std::rc::Rc;

/// A JSON number.
#[derive(Clone, Debug)]
pub enum Num {
    /// An integer that a double holds exactly.
    Int(i64),
    Float(f64),
    /// A number read from input whose digits a double would not give back; the text is valid JSON.
    Literal(Rc<str>),
}

impl fmt::Display for Num {
    /// Writes the number as jq 1.8 prints it: always valid JSON (NaN is `null`, infinities the largest doubles).
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Int(i) => i.fmt(f),
            Self::Float(x) => x.fmt(f),
            Self::Literal(text) => f.write_str(text),
        }
    }
}
