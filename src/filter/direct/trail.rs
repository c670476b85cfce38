//! The path that has led to a value, while a path expression is evaluated.

use crate::natives::{access_error, invalid_path_result};
use dq_json::value::{Value, ValueError};

/// The components of a path, in nodes on the stack of the evaluator.
#[derive(Clone, Copy)]
pub(super) struct Trail<'t> {
    last: Option<&'t Step<'t>>,
}

/// Components, and those in front of them.
pub(super) struct Step<'t> {
    components: Components<'t>,
    before: Trail<'t>,
}

enum Components<'t> {
    One(Component),
    Many(&'t [Component]),
}

/// A component of a path.
#[derive(Clone)]
pub(super) enum Component {
    Key(Value),
    /// What stands in front leads nowhere: this value was computed. It may be an output, but has no path.
    Computed(Value),
}

impl<'t> Trail<'t> {
    /// The path of the input.
    pub(super) const ROOT: Self = Self { last: None };

    /// This path and a component behind it. The step has to stay where it is while [`Step::trail`] is in use.
    pub(super) fn step(self, component: Component) -> Step<'t> {
        Step {
            components: Components::One(component),
            before: self,
        }
    }

    /// This path and components behind it.
    pub(super) fn steps(self, components: &'t [Component]) -> Step<'t> {
        Step {
            components: Components::Many(components),
            before: self,
        }
    }

    /// The value without a path that the last component is, if it is one.
    pub(super) fn computed(self) -> Option<&'t Value> {
        let step = self.last?;
        let last = match &step.components {
            Components::One(component) => component,
            Components::Many(components) => match components.last() {
                Some(component) => component,
                None => return step.before.computed(),
            },
        };
        match last {
            Component::Key(_) => None,
            Component::Computed(value) => Some(value),
        }
    }

    /// All components, from the first to the last.
    pub(super) fn to_vec(self) -> Vec<Component> {
        let mut reversed = Vec::new();
        let mut trail = self;
        while let Some(step) = trail.last {
            match &step.components {
                Components::One(component) => reversed.push(component.clone()),
                Components::Many(components) => reversed.extend(components.iter().rev().cloned()),
            }
            trail = step.before;
        }
        reversed.reverse();
        reversed
    }

    /// The path as jq has it.
    ///
    /// # Errors
    /// The path expression led to a value without a path.
    pub(super) fn components(self) -> Result<Vec<Value>, ValueError> {
        let components = self.to_vec();
        let mut keys = Vec::with_capacity(components.len());
        let mut components = components.into_iter().rev();
        let mut next: Option<Value> = None;
        for component in components.by_ref() {
            match component {
                Component::Key(key) => {
                    next = Some(key.clone());
                    keys.push(key);
                }
                Component::Computed(value) => {
                    return Err(match next {
                        Some(key) => access_error(&key, &value),
                        None => invalid_path_result(&value),
                    });
                }
            }
        }
        keys.reverse();
        Ok(keys)
    }
}

impl<'t> Step<'t> {
    pub(super) fn trail<'n>(&'n self) -> Trail<'n>
    where
        't: 'n,
    {
        Trail { last: Some(self) }
    }
}
