//! What the fused evaluator needs from the compiler of jaq-core's filters.

use crate::compiled_filter::CompiledFilter;
use crate::syntax::Term;
use dq_json::value::Value;

/// Compiles terms that the fused evaluator leaves to jaq-core.
pub(crate) trait CoreCompiler {
    /// Compiles a term that may use `variable` (with its `$`), which has another value in each run. `None` if the term
    /// has errors or warnings, which are reported when the whole filter is compiled.
    fn compile(&mut self, term: &Term, variable: Option<&str>) -> Option<CompiledFilter>;

    /// The value of a variable given with `--arg` or another option like it; `name` begins with `$`.
    fn argument(&self, name: &str) -> Option<Value>;
}
