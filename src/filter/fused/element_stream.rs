//! Filters that use their input only as a source of elements, by one `.[]`.
//!
//! Such a filter is run on the elements of an array one by one, while the rest of the array is still being read: memory
//! holds one element, and outputs are emitted as they are produced. This is the only place that describes it;
//! `compile/elements.rs` decides which filters are of this kind, and `evaluate_elements.rs` feeds them.
//!
//! What jaq-core has to run of such a filter, whether the filter of each element or the body of a `reduce`, is compiled
//! as a filter of its own and called for each element. jaq-core never reads elements itself, so its terms need no
//! placeholder for the input that is still arriving.
//!
//! A call of jaq-core for each element costs a little more than a loop inside of jaq-core: `reduce .[] as $x (0; . +
//! $x)` on a million numbers takes 0.39 s of processor time where a loop in jaq-core took 0.35. To avoid the call, the
//! update of a loop would have to be an expression of the fused evaluator.

use super::expression::{Expr, Generator};
use crate::compiled_filter::CompiledFilter;
use crate::natives::ByKeyFn;
use dq_json::value::SharedStr;

/// A filter over the elements of an input: a stream of values, made of the elements.
pub(super) enum ElementStream {
    /// `.[] | body`, or `.[]? | body` if it is optional.
    Each { body: Generator, is_optional: bool },
    /// `length` of the input.
    Length,
    /// `sort_by(…)`, `group_by(…)` or `unique_by(…)` of the input.
    ByKey(Box<ByKey>),
    /// `stream | generator`
    Pipe(Box<Self>, Generator),
    /// `limit(count; stream)`
    Limit(usize, Box<Self>),
    /// `skip(count; stream)`
    Skip(usize, Box<Self>),
    /// `last(stream)`
    Last(Box<Self>),
    /// `try stream`, or `try stream catch generator`.
    Try(Box<Self>, Option<Generator>),
    /// `[stream]`
    List(Box<Self>),
    /// `[stream] | length`
    Count(Box<Self>),
    /// `add(stream)`
    Sum(Box<Self>),
    /// `[stream] | add`: it differs from `add(stream)` in that an error of the stream precedes one of the addition.
    SumOfList(Box<Self>),
    /// `isempty(stream)`
    IsEmpty(Box<Self>),
    /// `any(stream; .)`
    Any(Box<Self>),
    /// `all(stream; .)`
    All(Box<Self>),
    /// `reduce stream …` or `foreach stream …`
    Fold(Box<Fold>),
}

/// `sort_by` and the like, with the filter that gives the key of an element.
pub(super) struct ByKey {
    /// Arranges the elements by their keys.
    pub arrange: ByKeyFn,
    /// The number of arrays around each element in the output.
    pub nesting: usize,
    /// The key of an element.
    pub key: SortKey,
    /// The fields that are kept of each element, and their slots; `None` keeps elements whole.
    pub kept_fields: Option<Vec<(SharedStr, usize)>>,
}

/// What elements are sorted by.
pub(super) enum SortKey {
    /// The one output of an expression.
    One(Expr),
    /// The list of the outputs of a filter, as an expression.
    List(Expr),
}

/// A loop over a stream.
pub(super) struct Fold {
    /// The values that the loop goes through.
    pub stream: ElementStream,
    /// The first state; it does not depend on the input.
    pub init: Expr,
    /// From state to state; the current value is its variable. Its last output is the next state, null if it has none.
    pub update: CompiledFilter,
    /// What the loop gives.
    pub output: FoldOutput,
}

/// What a loop gives.
pub(super) enum FoldOutput {
    /// `reduce`: the last state.
    LastState,
    /// `foreach` with two arguments: every output of the update.
    EachState,
    /// `foreach` with three arguments: the outputs of this filter on every output of the update.
    Extract(CompiledFilter),
}
