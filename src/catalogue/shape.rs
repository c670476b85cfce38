//! The documented fields of an answer as the shape that a filter's input has.

use std::rc::Rc;

use super::fields::{Field, answer_to, type_name};
use dq_filter::at_cursor::{Shape, Shapes};

/// The shape of the answer to a method and a path; `None` if its fields are not known.
pub fn answer_shape(method: &str, path: &str) -> Option<Shape> {
    answer_to(method, path).map(|root| shape(root.kind, &root.fields))
}

fn shape(kind: &str, fields: &[Field]) -> Shape {
    let inner = |kind| vec![Rc::new(shape(kind, fields))];
    let shape = match kind.split_at_checked(1) {
        Some(("[", element)) => Shape::array(inner(element)),
        Some(("<", value)) => Shape::map(inner(value)),
        Some(("{", _)) => Shape::object(fields.iter().map(key).collect()),
        Some(("s", _)) => Shape::of_types(Shape::STRING),
        Some(("i" | "n", _)) => Shape::of_types(Shape::NUMBER),
        Some(("b", _)) => Shape::of_types(Shape::BOOLEAN),
        _ => Shape::default(),
    };
    shape.described(type_name(kind, false))
}

fn key(field: &Field) -> (Rc<str>, Shapes) {
    (
        field.name.into(),
        vec![Rc::new(shape(field.kind, &field.fields))],
    )
}
