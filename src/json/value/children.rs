//! Updates of all elements of an array, or of all values of an object, in place.

use std::rc::Rc;

use super::error::ValueError;
use super::types::Value;

impl Value {
    /// The value with each child replaced by what `update` makes of it, or removed where that is `None`. Each child is
    /// taken out while `update` has it, so that it can be changed without a copy.
    ///
    /// # Errors
    /// Those of `update`, and that the value is neither an array nor an object.
    pub fn update_children<E: From<ValueError>>(
        self,
        update: &mut dyn FnMut(Self) -> Result<Option<Self>, E>,
    ) -> Result<Self, E> {
        let mut is_kept = Vec::new();
        let mut change = |at: usize, child: &mut Self| {
            match update(std::mem::replace(child, Self::Null))? {
                Some(new) => *child = new,
                None => {
                    is_kept.resize(at, true);
                    is_kept.push(false);
                }
            }
            Ok::<_, E>(())
        };
        match self {
            Self::Arr(mut array) => {
                let elements = Rc::make_mut(&mut array);
                for (at, element) in elements.iter_mut().enumerate() {
                    change(at, element)?;
                }
                if !is_kept.is_empty() {
                    let mut is_kept = is_kept.into_iter();
                    elements.vec_mut().retain(|_| is_kept.next() != Some(false));
                }
                Ok(Self::Arr(array))
            }
            Self::Obj(mut object) => {
                let members = Rc::make_mut(&mut object);
                for (at, member) in members.values_mut().enumerate() {
                    change(at, member)?;
                }
                if !is_kept.is_empty() {
                    let mut is_kept = is_kept.into_iter();
                    members.retain(|_, _| is_kept.next() != Some(false));
                }
                Ok(Self::Obj(object))
            }
            other => Err(other.iteration_error().into()),
        }
    }
}
