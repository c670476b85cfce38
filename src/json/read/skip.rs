//! A visitor that only wants to know the text valid.

use super::scanner::Visitor;
use crate::value::StringLiteral;

pub struct ValidateOnly;

impl Visitor for ValidateOnly {
    fn begin_container(&mut self, _: usize, _: u8) {}
    fn end_container(&mut self) {}
    fn wants_key(&self) -> bool {
        false
    }
    fn visit_key(&mut self, _: StringLiteral) {}
    fn visit_scalar(&mut self, _: usize) {}
}
