//! Filters as the direct evaluator runs them: every name is resolved, to a position in the environment or a function.

use jaq_core::ops::{Cmp, Math};

use super::function::Function;
use super::output_count::OutputCount;
use dq_json::value::Value;

/// A compiled filter.
pub(crate) struct Program {
    /// The body of the main filter.
    pub(super) main: Term,
    /// The definitions, by the numbers that calls have.
    pub(super) definitions: Vec<Definition>,
}

/// A definition of the filter or of the library.
pub(super) struct Definition {
    /// Whether each parameter takes a value (`$x`) and not a filter.
    pub takes_value: Box<[bool]>,
    pub body: Term,
    /// The number of bindings in the environment where the definition stands.
    pub depth: usize,
    /// How many outputs a call has whose filters have one output each.
    pub outputs: OutputCount,
    /// Whether it stands inside of a definition that has filter parameters.
    pub sees_parameters: bool,
    /// Its body ends with calls of itself that run in the place of the caller.
    pub loops: bool,
}

/// A filter.
pub(super) struct Term {
    pub kind: Kind,
    /// How many outputs it has for one input.
    pub outputs: OutputCount,
}

impl From<Kind> for Term {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            outputs: OutputCount::MANY,
        }
    }
}

/// What a filter does. Positions in the environment count from the innermost binding.
pub(super) enum Kind {
    /// `.`
    Identity,
    /// `..`
    Recurse,
    Constant(Value),
    /// `$x`
    Variable(usize),
    /// A variable of the whole program, such as `$ENV`.
    Global(usize),
    /// A call of a parameter that is a filter.
    Closure(usize),
    /// `break $x`
    Break(usize),
    /// A string with interpolations.
    Text(Box<[Piece]>),
    /// `[f]`
    Array(Box<Term>),
    /// `{(key): value, …}`
    Object(Box<[(Term, Term)]>),
    /// `-f`
    Negate(Box<Term>),
    /// `f | g`
    Pipe(Box<[Term; 2]>),
    /// `f, g`
    Comma(Box<[Term; 2]>),
    /// `f as pattern | g`
    Bind(Box<Binding>),
    /// `f // g`
    Alternative(Box<[Term; 2]>),
    /// `f and g`, which stops at false, and `f or g`, which stops at true.
    Logic(Box<[Term; 2]>, bool),
    /// `if f then g else h end`
    If(Box<[Term; 3]>),
    /// `f.a[0][1:]?`
    Path(Box<PathTerm>),
    Math(Box<[Term; 2]>, Math),
    Compare(Box<[Term; 2]>, Cmp),
    /// `f |= g`
    Update(Box<[Term; 2]>),
    /// `f += g` and the like; the update of jq's `f = g` and `f //= g` is a term of its own.
    UpdateWith(Box<[Term; 2]>, UpdateOperator),
    Reduce(Box<Fold>),
    Foreach(Box<Fold>),
    /// `try f catch g`; without a handler, errors end the outputs.
    Try(Box<(Term, Option<Term>)>),
    /// `label $x | f`
    Label(Box<Term>),
    Call(Box<Call>),
    /// A builtin that the evaluator itself runs.
    Builtin(Box<[Term]>, Builtin),
    /// A function of values, for each combination of the outputs of its arguments.
    Function(Box<[Term]>, Function),
}

/// A piece of a string.
pub(super) enum Piece {
    Text(Box<str>),
    /// An interpolation.
    Filter(Term),
    /// An interpolation behind a format, such as `@base64`.
    Formatted(Term, Function),
}

/// `source as pattern | body`
pub(super) struct Binding {
    pub source: Term,
    pub pattern: Pattern,
    pub body: Term,
}

/// What is bound.
pub(super) enum Pattern {
    /// `$x`
    Variable,
    /// The values of these keys, of an array or an object.
    Keys(Box<[(Term, Pattern)]>),
}

/// A term, and the parts of the path behind it.
pub(super) struct PathTerm {
    pub inner: Term,
    pub parts: Box<[PathPart]>,
}

/// A part of a path.
pub(super) struct PathPart {
    pub access: Access,
    /// Whether a `?` stands behind it.
    pub optional: bool,
}

/// How a part of a path accesses a value.
pub(super) enum Access {
    /// `[key]`
    Key(Term),
    /// `[]`
    All,
    /// `[from:upto]`
    Slice(Option<Term>, Option<Term>),
}

/// An operator of an update.
#[derive(Clone, Copy)]
pub(super) enum UpdateOperator {
    /// `=`
    Assign,
    /// `//=`
    Alternative,
    /// `+=` and the like.
    Math(Math),
}

/// `reduce source as pattern (init; update)` or `foreach source as pattern (init; update; extract)`
pub(super) struct Fold {
    pub source: Term,
    pub pattern: Pattern,
    pub init: Term,
    pub update: Term,
    pub extract: Option<Term>,
}

/// A call of a definition.
pub(super) struct Call {
    /// The number of the definition.
    pub definition: usize,
    /// An argument for each parameter.
    pub arguments: Box<[Term]>,
    /// The number of innermost bindings that the definition does not see.
    pub skip: usize,
    pub repeats: Repeats,
}

/// Whether a call repeats its caller: the caller is the same definition and has nothing left to do, so that the call
/// can run in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeats {
    Never,
    /// Where each parameter of the definition has one output.
    WithOneOutput,
    Always,
}

/// Builtins whose arguments are filters, and those that need more than their input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Builtin {
    Add,
    All,
    Alternative,
    Any,
    Access,
    Assign,
    Debug,
    Empty,
    Error,
    First,
    ForeachOutputs,
    FromStream,
    GetPath,
    GroupBy,
    Input,
    IsEmpty,
    Last,
    LastOrNull,
    Limit,
    Map,
    MaxBy,
    MinBy,
    Modify,
    Path,
    RaiseInput,
    Range,
    RangeBy,
    RecurseBy,
    Select,
    Skip,
    SortBy,
    Stderr,
    ToStream,
    Try,
    UniqueBy,
    UpdatePaths,
    Value,
    Walk,
}
