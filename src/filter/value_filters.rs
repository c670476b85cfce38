//! Several filters, each run on single values: the filters of a table's columns.

use std::cell::RefCell;
use std::convert::Infallible;
use std::ops::Range;

use jaq_core::load::Arena;
use jaq_core::load::parse::{BinaryOp, Term as T};
use jaq_core::ops::Cmp;

use crate::compile_error::CompileError;
use crate::compiled_filter::CompiledFilter;
use crate::filter_run::stack_end;
use crate::fused::{self, CoreCompiler, ValueExpression};
use crate::input::{InputSettings, Inputs};
use crate::jaq_compiler::JaqCompiler;
use crate::jaq_run::RunContext;
use crate::link::Target;
use crate::modules::ModuleFiles;
use crate::program::Program;
use crate::run_error::RunError;
use crate::saved::SavedFilter;
use crate::syntax::{self, Module, Term};
use dq_json::value::Value;

/// The variable whose value says which filter runs.
const INDEX: &str = "$__column";

/// Filters that run on single values.
pub struct ValueFilters {
    filters: Vec<ValueFilter>,
    /// The filters that jaq-core runs, as one program.
    program: Option<CompiledFilter>,
    /// The address below which the stack must not grow.
    stack_end: usize,
}

enum ValueFilter {
    Expression(ValueExpression),
    /// A branch of the program.
    Branch,
}

/// Compiles the filters that stand in `ranges` of the program's text. Simple ones are expressions. The others share one
/// program, so that a helper that several of them call is compiled once. With `saved` they see the names that this saved
/// filter sees. They must run on the current thread, which has `stack_bytes` of stack left.
///
/// # Errors
/// What is wrong with any of them, with a caret under its place in the whole text.
pub fn compile_value_filters(
    program: &Program,
    ranges: &[Range<usize>],
    saved: Option<&SavedFilter>,
    stack_bytes: usize,
) -> Result<ValueFilters, Vec<CompileError>> {
    let (files, arena) = (ModuleFiles::new(program), Arena::default());
    let compiler = JaqCompiler {
        program,
        files: &files,
        target: Target::Direct,
        arena: &arena,
    };
    let mut names = BuiltinNames { program, saved };
    let mut filters = Vec::with_capacity(ranges.len());
    let mut branches = Vec::new();
    for (index, range) in ranges.iter().enumerate() {
        let term = parse(program, range).map_err(|error| vec![error])?;
        if let Some(expression) = names.expression(&term, range) {
            filters.push(ValueFilter::Expression(expression));
            continue;
        }
        let number = &**arena.alloc(index.to_string());
        let is_chosen = T::BinOp(
            Box::new(T::Var(INDEX)),
            BinaryOp::Cmp(Cmp::Eq),
            Box::new(T::Num(number)),
        );
        branches.push((is_chosen, term));
        filters.push(ValueFilter::Branch);
    }
    let program = if branches.is_empty() {
        None
    } else {
        Some(compiler.module(module(branches), INDEX, saved)?)
    };
    Ok(ValueFilters {
        filters,
        program,
        stack_end: stack_end(stack_bytes),
    })
}

fn module<'s>(branches: Vec<(Term<'s>, Term<'s>)>) -> Module<'s> {
    Module {
        meta: None,
        imports: Vec::new(),
        head: 0,
        defs: Vec::new(),
        main: Some(T::IfThenElse(branches, None)),
    }
}

/// Compiles filters whose names are those of builtins, and leaves the others.
struct BuiltinNames<'p> {
    program: &'p Program<'p>,
    /// The saved filter whose columns they are.
    saved: Option<&'p SavedFilter>,
}

impl BuiltinNames<'_> {
    fn expression(&mut self, term: &Term, range: &Range<usize>) -> Option<ValueExpression> {
        let program = self.program;
        let text = program.text.get(range.clone())?;
        let home = program.home.as_deref().filter(|_| self.saved.is_none());
        let has_other_names = home.is_some_and(|home| home.join(".jq").is_file())
            || program.saved_filters.may_be_called_in(text);
        if has_other_names {
            return None;
        }
        fused::compile_expression(term, self)
    }
}

impl CoreCompiler for BuiltinNames<'_> {
    fn compile(&mut self, _term: &Term, _variable: Option<&str>) -> Option<CompiledFilter> {
        None
    }

    fn argument(&self, name: &str) -> Option<Value> {
        self.program.variable(name).cloned()
    }
}

/// The filter in a range of the program's text.
fn parse<'p>(program: &'p Program, range: &Range<usize>) -> Result<Term<'p>, CompileError> {
    let (path, text) = (program.path.unwrap_or_default(), program.text);
    let part = text.get(range.clone()).unwrap_or_default();
    let module = syntax::parse_module(part).map_err(|mut error| {
        error.offset += range.start;
        CompileError::syntax(path, text, error)
    })?;
    let refused = |message: &str| CompileError::at(path, text, part, message.into(), None);
    if module.meta.is_some() || !module.imports.is_empty() {
        Err(refused("a column's filter cannot have directives"))
    } else if module.main.is_none() {
        Err(refused("there is no filter, only definitions or nothing"))
    } else {
        Ok(module.into_term())
    }
}

impl ValueFilters {
    /// Runs the filter with this index on a value: its only output, null if it has none, or an array of all.
    /// `write_message` writes what `debug` and `stderr` print.
    ///
    /// # Errors
    /// The error that the filter raises, in one line.
    pub fn run(
        &self,
        index: usize,
        value: &Value,
        write_message: &dyn Fn(&[u8]),
    ) -> Result<Value, String> {
        let inputs = RefCell::new(Inputs::new(InputSettings::default(), Box::new(|| None)));
        let context = RunContext {
            inputs: &inputs,
            write_message,
            search_path: &[],
            stack_end: self.stack_end,
            fetcher: None,
        };
        let filter = self.filters.get(index);
        if let Some(ValueFilter::Expression(expression)) = filter {
            return expression.evaluate(value.clone(), context).map_err(message);
        }
        let Some(program) = &self.program else {
            return Ok(value.clone());
        };
        let mut outputs = Vec::new();
        let mut keep = |output| -> Result<(), Infallible> {
            outputs.push(output);
            Ok(())
        };
        match program.run_with(context, value.clone(), &Value::from(index), &mut keep) {
            Ok(()) => Ok(match outputs.len() {
                0 | 1 => outputs.pop().unwrap_or(Value::Null),
                _ => Value::from(outputs),
            }),
            Err(RunError::Raised(error)) => Err(message(error)),
            Err(_) => Err("a column's filter cannot end the run".into()),
        }
    }
}

/// An error that a filter has raised, in one line.
fn message(error: Value) -> String {
    error
        .as_str()
        .map_or_else(|| error.to_json(), str::to_owned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn compiled(text: &str) -> Result<ValueFilters, String> {
        let mut start = 0;
        let ranges: Vec<_> = text
            .split(',')
            .map(|part| {
                let range = start..start + part.len();
                start = range.end + 1;
                range
            })
            .collect();
        compile_value_filters(&Program::new(text), &ranges, None, 4 << 20)
            .map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    fn run(filters: &ValueFilters, index: usize, value: &Value) -> Result<String, String> {
        let shown = filters.run(index, value, &|_| {});
        shown.map(|value| value.to_json())
    }

    #[test]
    fn each_filter_runs_by_its_index() {
        let filters = compiled(".+1, bytes, def f: . * 2; f,empty,.[],error({a: 1})").unwrap();
        let number = Value::from(1500usize);
        assert_eq!(run(&filters, 0, &number).unwrap(), "1501");
        assert_eq!(run(&filters, 1, &number).unwrap(), "\"1.5kB\"");
        assert_eq!(run(&filters, 2, &number).unwrap(), "3000");
        assert_eq!(run(&filters, 3, &number).unwrap(), "null");
        let list = Value::from(vec![number.clone(), Value::Null]);
        assert_eq!(run(&filters, 4, &list).unwrap(), "[1500,null]");
        assert_eq!(run(&filters, 5, &number).unwrap_err(), r#"{"a":1}"#);
        assert!(run(&filters, 1, &list).is_err());
    }

    #[test]
    fn expressions_and_branches_of_the_program_stand_side_by_side() {
        let text = "if startswith(\"sha256:\") then short_id else . end,.[:2],ago,try error(\"x\") catch 1";
        let filters = compiled(text).unwrap();
        let is_expression = |filter: &ValueFilter| matches!(filter, ValueFilter::Expression(_));
        let kinds: Vec<_> = filters.filters.iter().map(is_expression).collect();
        assert_eq!(kinds, [true, false, true, false]);
        let id = Value::str("sha256:0123456789abcdef");
        assert_eq!(run(&filters, 0, &id).unwrap(), "\"0123456789ab\"");
        assert_eq!(run(&filters, 0, &Value::str("web")).unwrap(), "\"web\"");
        assert_eq!(run(&filters, 1, &id).unwrap(), "\"sh\"");
        assert!(run(&filters, 2, &id).unwrap_err().contains("is no time"));
        assert_eq!(run(&filters, 3, &id).unwrap(), "1");
    }

    #[test]
    fn errors_point_into_the_whole_text() {
        let message = |text| compiled(text).err().unwrap();
        assert_eq!(
            message(". ,agoo"),
            "agoo/0 is not defined\n    . ,agoo\n       ^^^^"
        );
        assert!(message(".,. |").ends_with("\n    .,. |\n         ^"));
        assert!(message(".,def f: 1;").contains("there is no filter"));
        assert!(message(".,import \"a\" as a; .").contains("directives"));
    }
}
