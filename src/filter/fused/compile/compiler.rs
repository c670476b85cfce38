//! What the compilation of one filter collects.

use crate::compiled_filter::CompiledFilter;
use crate::fused::core_compiler::CoreCompiler;
use crate::fused::projection::Projection;
use crate::syntax::Term;

/// Compiles terms to expressions, generators and element streams. Its methods give `None` for a term that the fused
/// evaluator does not know.
///
/// `is_root` says that a term's input is the input (or element) of the whole filter, so that its fields have slots.
pub(super) struct Compiler<'p> {
    /// The fields used of the input.
    pub projection: Projection,
    /// For the terms that are left to jaq-core.
    pub core: &'p mut dyn CoreCompiler,
    /// How many terms were given to jaq-core.
    core_terms: usize,
}

/// A filter with more terms for jaq-core than this is left to it as a whole: each costs a compilation at the start and
/// a built value per run.
const MAX_CORE_TERMS: usize = 4;

impl<'p> Compiler<'p> {
    /// A compiler that has seen no term.
    pub(super) fn new(core: &'p mut dyn CoreCompiler) -> Self {
        Self {
            projection: Projection::default(),
            core,
            core_terms: 0,
        }
    }

    /// Compiles a term for jaq-core, as long as there are few of them.
    pub(super) fn core(&mut self, term: &Term) -> Option<CompiledFilter> {
        self.core_terms += 1;
        if self.core_terms > MAX_CORE_TERMS {
            return None;
        }
        self.core.compile(term, None)
    }

    /// Keeps the keys of the input for a term that goes through its members, if that is the input of the whole filter.
    pub(super) fn keep_keys(&mut self, is_root: bool) {
        if is_root {
            self.projection.keep_keys();
        }
    }

    /// Forgets the terms that were given to jaq-core, because something else is compiled in their place.
    pub(super) fn reset_core_terms(&mut self) {
        self.core_terms = 0;
    }
}
