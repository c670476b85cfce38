//! From a program to a filter: parsed, then fused if possible, or else linked, lowered and compiled for jaq-core.

use jaq_core::load::Arena;

use crate::compile_error::CompileError;
use crate::compiled_filter::CompiledFilter;
use crate::filter::{Engine, Filter};
use crate::fused::{self, CoreCompiler, FusedFilter};
use crate::jaq_compiler::JaqCompiler;
use crate::link::Target;
use crate::main_filter::MainFilter;
use crate::modules::{ModuleFiles, search_path};
use crate::program::Program;
use crate::saved::{FilterOrigin, SavedFilter};
use crate::syntax::Term;
use dq_json::value::Value;

/// Compiles a program.
///
/// # Errors
/// Everything that is wrong with it, as far as it can be found in one pass.
pub fn compile(program: &Program) -> Result<Filter, Vec<CompileError>> {
    compile_for(Target::Direct, program)
}

/// Compiles a program; what the fused evaluator does not run is for `target`.
///
/// # Errors
/// As [`compile`].
pub(crate) fn compile_for(target: Target, program: &Program) -> Result<Filter, Vec<CompileError>> {
    let (files, arena) = (ModuleFiles::new(program), Arena::default());
    let compiler = JaqCompiler {
        program,
        files: &files,
        target,
        arena: &arena,
    };
    let main = MainFilter::parse(program).map_err(|error| vec![error])?;
    let main = main.called(&program.saved_filters);
    let (engine, warnings) = match fuse(compiler, &main) {
        Some(filter) => (Engine::Fused(Box::new(filter)), Vec::new()),
        None => {
            let mut compiler = compiler;
            let mut linker = compiler.link(main, false)?;
            if compiler.is_not_for(&linker) {
                let main = MainFilter::parse(program).map_err(|error| vec![error])?;
                compiler = compiler.for_jaq_core();
                linker = compiler.link(main, false)?;
            }
            let warnings = std::mem::take(&mut linker.warnings);
            let filter = compiler.generate(linker, None);
            (Engine::Jaq(filter.map_err(|error| vec![error])?), warnings)
        }
    };
    Ok(Filter {
        engine,
        search_path: search_path(&program.library, program.home.as_deref()),
        warnings,
    })
}

/// The main filter for the fused evaluator, if that knows it. Nothing outside of the filter's text may change what the
/// text means.
fn fuse(compiler: JaqCompiler, main: &MainFilter) -> Option<FusedFilter> {
    let program = compiler.program;
    let is_built_in = |saved: &SavedFilter| saved.origin == FilterOrigin::BuiltIn;
    let home = program.home.as_deref();
    let main_is_built_in = main.saved.is_some_and(is_built_in);
    let home = home.filter(|_| !main_is_built_in);
    // With definitions, a built-in filter starts faster on the other evaluators, and its answers are short.
    let is_plain = program.may_stream_elements
        && (!main_is_built_in || main.module.defs.is_empty())
        && main.source_filter.is_none()
        && !home.is_some_and(|home| home.join(".jq").is_file())
        && !program.saved_filters.may_be_called_in(main.program());
    if !is_plain {
        return None;
    }
    let mut core = TermCompiler {
        compiler,
        saved: main.saved,
    };
    fused::compile(&main.module, program.may_split_arrays, &mut core)
}

/// Compiles the terms that the fused evaluator leaves to jaq-core.
struct TermCompiler<'s> {
    compiler: JaqCompiler<'s>,
    /// The saved filter whose text it is.
    saved: Option<&'s SavedFilter>,
}

impl CoreCompiler for TermCompiler<'_> {
    fn compile(&mut self, term: &Term, variable: Option<&str>) -> Option<CompiledFilter> {
        self.compiler.term(term, variable, self.saved)
    }

    fn argument(&self, name: &str) -> Option<Value> {
        self.compiler.program.variable(name).cloned()
    }
}
