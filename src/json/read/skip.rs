//! A visitor that only wants to know the text valid.

use super::scanner::Visitor;
use crate::value::Literal;

pub struct Skip;

impl Visitor for Skip {
    fn open(&mut self, _: usize, _: u8) {}
    fn close(&mut self) {}
    fn wants_key(&self) -> bool {
        false
    }
    fn key(&mut self, _: Literal) {}
    fn scalar(&mut self, _: usize) {}
}
