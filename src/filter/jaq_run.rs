//! What filters can reach while they run, as jaq-core passes it to native filters.

use std::cell::RefCell;
use std::path::PathBuf;

use jaq_core::data::HasLut;
use jaq_core::{DataT, Lut};

use crate::fetcher::Fetcher;
use crate::input::Inputs;
use crate::memory_left::StackLimit;
use crate::modules::module_metadata;
use dq_json::value::{ValR, Value, ValueError};

/// The types that jaq-core is used with: values of dq-json, and a [`JaqRun`] that native filters can reach.
pub struct JaqData;

impl DataT for JaqData {
    type V<'a> = Value;
    type Data<'a> = &'a JaqRun<'a>;
}

impl<'a> HasLut<'a, JaqData> for &'a JaqRun<'a> {
    fn lut(&self) -> &'a Lut<JaqData> {
        self.lut
    }
}

/// What all parts of a running filter can reach.
#[derive(Clone, Copy)]
pub(crate) struct RunContext<'a> {
    pub inputs: &'a RefCell<Inputs>,
    /// Writes what `debug`, `stderr` and `halt_error` print.
    pub write_message: &'a dyn Fn(&[u8]),
    /// Where `modulemeta` finds modules.
    pub search_path: &'a [PathBuf],
    /// The address below which the stack must not grow.
    pub stack_end: usize,
    /// What `fetch` requests with; `None` where there is no host.
    pub fetcher: Option<&'a dyn Fetcher>,
}

/// The run of a filter on one input.
pub struct JaqRun<'a> {
    /// The terms of the filter, if jaq-core runs it.
    lut: &'a Lut<JaqData>,
    context: RunContext<'a>,
    /// How far the stack may grow.
    pub(crate) stack: StackLimit,
}

impl<'a> JaqRun<'a> {
    pub(crate) fn new(lut: &'a Lut<JaqData>, context: RunContext<'a>) -> Self {
        let stack = StackLimit::new(context.stack_end);
        Self {
            lut,
            context,
            stack,
        }
    }

    /// The next input, for `input` and `inputs`.
    pub fn input(&self) -> Option<ValR> {
        let next = self.context.inputs.borrow_mut().next_in_filter()?;
        Some(next.map_err(ValueError::str))
    }

    /// `input_filename`
    pub fn input_name(&self) -> Value {
        self.context.inputs.borrow().name()
    }

    /// `input_line_number`
    pub fn input_line(&self) -> usize {
        self.context.inputs.borrow_mut().current_line()
    }

    /// Writes a message to where `debug` and `stderr` write.
    pub fn message(&self, bytes: &[u8]) {
        (self.context.write_message)(bytes);
    }

    /// The address below which the stack must not grow.
    pub fn stack_end(&self) -> usize {
        self.context.stack_end
    }

    /// What `fetch` requests with.
    ///
    /// # Errors
    /// The filter runs where nothing can be requested.
    pub fn fetcher(&self) -> Result<&'a dyn Fetcher, ValueError> {
        let fetcher = self.context.fetcher;
        fetcher.ok_or_else(|| ValueError::str("fetch has no host to ask here"))
    }

    /// `modulemeta`
    pub fn module_metadata(&self, name: &Value) -> ValR {
        match name {
            Value::Str(name) => {
                module_metadata(name, self.context.search_path).map_err(ValueError::str)
            }
            _ => Err(ValueError::str(
                "modulemeta input module name must be a string",
            )),
        }
    }
}
