//! Which builtins the evaluator runs itself, and which are functions of values.

use super::function::Function;
use super::term::{Builtin, Kind, Term};
use crate::builtins::{self, Builtin as TableRow, Implementation, OutputCount};
use crate::natives::{self, NativeFn};
use dq_json::value::Value;

/// Whether the evaluator itself runs a builtin, so that its definition in jq is not needed.
pub(crate) fn runs_itself(name: &str, arity: usize) -> bool {
    builtin(name, arity).is_some() || term(name, arity).is_some()
}

/// Whether the evaluator can run a builtin, or the definition of it.
pub(crate) fn can_run(builtin: &TableRow) -> bool {
    let (name, arity) = (builtin.name, builtin.arity);
    match builtin.implementation {
        Implementation::Jq | Implementation::Helper | Implementation::NativeHelper => true,
        Implementation::Native | Implementation::Jaq(_) => {
            runs_itself(name, arity) || natives::find(name, arity).is_some()
        }
    }
}

/// The native function of that name; `None` for one that takes filters.
pub(super) fn function(name: &str, arity: usize) -> Option<Function> {
    let native = natives::find(name, arity)?;
    let outputs = builtins::find(name, arity)?.outputs;
    Some(Function {
        native,
        has_one_output: outputs == OutputCount::One || !matches!(native, NativeFn::Filter(_)),
    })
}

/// The term that a builtin stands for, if it is one of another kind.
pub(super) fn term(name: &str, arity: usize) -> Option<Kind> {
    Some(match (name, arity) {
        ("null", 0) => Kind::Constant(Value::Null),
        ("true", 0) => Kind::Constant(Value::Bool(true)),
        ("false", 0) => Kind::Constant(Value::Bool(false)),
        ("not", 0) => {
            let [when, otherwise] =
                [false, true].map(|it| Term::from(Kind::Constant(Value::Bool(it))));
            Kind::If(Box::new([Kind::Identity.into(), when, otherwise]))
        }
        ("recurse" | "recurse_down", 0) => Kind::Recurse,
        _ => return None,
    })
}

/// The builtin that the evaluator itself runs.
pub(super) fn builtin(name: &str, arity: usize) -> Option<Builtin> {
    Some(match (name, arity) {
        ("add", 0 | 1) => Builtin::Add,
        ("all", 0..=2) => Builtin::All,
        ("_alternative", 2) => Builtin::Alternative,
        ("any", 0..=2) => Builtin::Any,
        ("_access", 0 | 1) => Builtin::Access,
        ("_assign", 2) => Builtin::Assign,
        ("debug", 0) => Builtin::Debug,
        ("empty" | "_empty", 0) => Builtin::Empty,
        ("error", 0) => Builtin::RaiseInput,
        ("error", 1) => Builtin::Error,
        ("first" | "_first", 1) => Builtin::First,
        ("_foreach", 3) => Builtin::ForeachOutputs,
        ("fromstream", 1) => Builtin::FromStream,
        ("getpath" | "_getpath", 1) => Builtin::GetPath,
        ("group_by", 1) => Builtin::GroupBy,
        ("input", 0) => Builtin::Input,
        ("isempty", 1) => Builtin::IsEmpty,
        ("last" | "_last", 1) => Builtin::Last,
        ("_last_or_null", 1) => Builtin::LastOrNull,
        ("limit", 2) => Builtin::Limit,
        ("map", 1) => Builtin::Map,
        ("max_by", 1) => Builtin::MaxBy,
        ("min_by", 1) => Builtin::MinBy,
        ("_modify", 2) => Builtin::Modify,
        ("path" | "_path", 1) => Builtin::Path,
        ("range", 1 | 2) => Builtin::Range,
        ("range" | "_range", 3) => Builtin::RangeBy,
        ("recurse", 1) => Builtin::RecurseBy,
        ("select", 1) => Builtin::Select,
        ("skip", 2) => Builtin::Skip,
        ("sort_by", 1) => Builtin::SortBy,
        ("stderr", 0) => Builtin::Stderr,
        ("tostream", 0) => Builtin::ToStream,
        ("_try", 2) => Builtin::Try,
        ("unique_by", 1) => Builtin::UniqueBy,
        ("_update", 2) => Builtin::UpdatePaths,
        ("_value", 1) => Builtin::Value,
        ("walk", 1) => Builtin::Walk,
        _ => return None,
    })
}
