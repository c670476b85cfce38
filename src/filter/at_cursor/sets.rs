//! Lists of shapes: the values, elements and descendants of all of them.

use std::rc::Rc;

use super::shape::{Shape, Shapes};

/// At most this many shapes are followed of one place.
const MAX_SHAPES: usize = 300;

/// The shape of scalars of this type.
pub(super) fn scalar(bit: u8) -> Shapes {
    shapes(Shape::of_types(bit))
}

/// One shape.
pub(super) fn shapes(shape: Shape) -> Shapes {
    vec![Rc::new(shape)]
}

/// The values of a key.
pub(super) fn values(inputs: &[Rc<Shape>], key: &str) -> Shapes {
    let values = inputs.iter().flat_map(|shape| shape.value(key));
    distinct(values.cloned().collect())
}

/// The elements of arrays.
pub(super) fn items_of(inputs: &[Rc<Shape>]) -> Shapes {
    let items = inputs.iter().flat_map(|shape| shape.items());
    distinct(items.cloned().collect())
}

/// The elements of arrays and the values of objects.
pub(super) fn elements(inputs: &[Rc<Shape>]) -> Shapes {
    let children = inputs.iter().flat_map(|shape| shape.children());
    distinct(children.take(10 * MAX_SHAPES).cloned().collect())
}

/// The values and everything inside of them.
pub(super) fn descendants(inputs: &[Rc<Shape>]) -> Shapes {
    let mut found = inputs.to_vec();
    let mut at = 0;
    while at < found.len() && found.len() < MAX_SHAPES {
        let children: Vec<_> = found[at].children().cloned().collect();
        found.extend(children);
        at += 1;
    }
    found
}

/// Each shape once, and not too many.
pub(super) fn distinct(mut shapes: Shapes) -> Shapes {
    let mut seen = Vec::with_capacity(shapes.len().min(MAX_SHAPES));
    shapes.retain(|shape| {
        let address = Rc::as_ptr(shape);
        let is_new = seen.len() < MAX_SHAPES && !seen.contains(&address);
        if is_new {
            seen.push(address);
        }
        is_new
    });
    shapes
}
