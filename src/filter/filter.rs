//! A compiled program.

use std::path::PathBuf;

use crate::compiled_filter::CompiledFilter;
use crate::fused::FusedFilter;

/// A compiled program, ready to run.
pub struct Filter {
    pub(crate) engine: Engine,
    /// Where `modulemeta` finds modules.
    pub(crate) search_path: Vec<PathBuf>,
    pub(crate) warnings: Vec<String>,
}

/// What runs a filter.
pub(crate) enum Engine {
    /// jaq-core, on values.
    Jaq(CompiledFilter),
    /// The fused evaluator, on the text of the inputs.
    Fused(Box<FusedFilter>),
}

impl Filter {
    /// Whether it is run on the elements of its inputs one by one. The outputs for an input may then appear while the
    /// input is still being read.
    pub fn streams_elements(&self) -> bool {
        match &self.engine {
            Engine::Jaq(_) => false,
            Engine::Fused(filter) => filter.streams_elements(),
        }
    }

    /// What the user should know about the program, though it compiles.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
