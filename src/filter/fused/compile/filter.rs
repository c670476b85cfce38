//! Whether a filter is fused, and how it is evaluated.

use jaq_core::load::parse::Term as T;

use super::compiler::Compiler;
use super::inline::inline;
use super::stages::stages;
use crate::fused::core_compiler::CoreCompiler;
use crate::fused::fused_filter::{Evaluation, FusedFilter};
use crate::fused::reads_inputs::reads_inputs;
use crate::fused::value_expression::ValueExpression;
use crate::syntax::{Module, Term};

/// Compiles the main filter of a module for the fused evaluator; `None` if it is to be run by jaq-core as a whole.
///
/// With `may_split_arrays`, the filter `.` gives a long array in parts.
pub(crate) fn compile(
    module: &Module,
    may_split_arrays: bool,
    core: &mut dyn CoreCompiler,
) -> Option<FusedFilter> {
    let inlined;
    let main = if module.defs.is_empty() {
        module.main.as_ref()?
    } else {
        inlined = inline(module)?;
        &inlined
    };
    if !module.imports.is_empty() || reads_inputs(main) {
        return None;
    }
    let stages = stages(main);
    let mut compiler = Compiler::new(core);
    if let Some(stream) = compiler.element_stream(&stages) {
        // The elements of an object are its members.
        compiler.keep_keys(compiler.projection.is_empty());
        return Some(FusedFilter {
            evaluation: Evaluation::Elements(stream),
            projection: compiler.projection,
        });
    }
    let mut compiler = Compiler::new(core);
    let generator = compiler.pipeline(&stages, true)?;
    // If jaq-core takes the input first, fusing the rest gains nothing.
    (!generator.begins_in_core()).then_some(FusedFilter {
        evaluation: match main {
            T::Id if may_split_arrays => Evaluation::Copy,
            _ => Evaluation::Whole(generator),
        },
        projection: compiler.projection,
    })
}

/// Compiles a term that runs on single values; `None` if it may have no output or several.
pub(crate) fn compile_expression(
    term: &Term,
    core: &mut dyn CoreCompiler,
) -> Option<ValueExpression> {
    Compiler::new(core).expr(term, false).map(ValueExpression)
}
