//! What the compiler knows about a builtin.

/// A function that every filter can call.
#[derive(Debug)]
pub(crate) struct Builtin {
    /// The name; one that begins with `_` is for the definitions of other builtins only.
    pub name: &'static str,
    /// The number of arguments. Builtins of one name and different arities are different functions.
    pub arity: usize,
    /// Where its code is.
    pub implementation: Implementation,
    /// How many outputs it has for one input and one output of each argument.
    pub outputs: OutputCount,
    /// What it depends on and changes besides its input and arguments.
    pub effect: Effect,
    /// It consumes all outputs of its arguments itself (`map`, `sort_by`), so that they do not multiply its own.
    pub collects_arguments: bool,
    /// The meaning, where the fused evaluator or the streaming of elements treats calls of it specially.
    pub intrinsic: Option<Intrinsic>,
}

/// Where the code of a builtin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Implementation {
    /// A definition of jq's library, in `builtins.jq`.
    Jq,
    /// A definition that jq does not have, in `helpers.jq`.
    Helper,
    /// A definition in `helpers.jq`, and a function of `natives` with the same outputs, which runs in its place. The
    /// definition is for path expressions and for programs in plain jq.
    NativeHelper,
    /// A function of this crate's `natives`.
    Native,
    /// jaq's native filter of this name.
    Jaq(&'static str),
}

/// How many outputs a filter can have for one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OutputCount {
    /// Exactly one, or an error.
    One,
    /// One or none.
    AtMostOne,
    /// Any number.
    Any,
}

/// What a builtin depends on or changes besides its input and arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// Nothing: the same input and arguments give the same outputs.
    Pure,
    /// The clock, the time zone, the environment, files; or it writes a message or ends the run.
    Impure,
    /// It takes inputs, or tells where their reader stands.
    ReadsInputs,
}

/// Builtins that the compiler knows by their meaning. One intrinsic may have several arities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intrinsic {
    Add,
    All,
    Any,
    Arrays,
    Booleans,
    Empty,
    False,
    First,
    GroupBy,
    IsEmpty,
    Iterables,
    Last,
    Length,
    Limit,
    Map,
    Not,
    Nth,
    Null,
    Nulls,
    Numbers,
    Objects,
    Recurse,
    Scalars,
    Select,
    Skip,
    SortBy,
    Strings,
    Test,
    ToString,
    True,
    UniqueBy,
    Values,
}

impl Builtin {
    const fn new(
        name: &'static str,
        arity: usize,
        implementation: Implementation,
        outputs: OutputCount,
    ) -> Self {
        Self {
            name,
            arity,
            implementation,
            outputs,
            effect: Effect::Pure,
            collects_arguments: false,
            intrinsic: None,
        }
    }

    pub(super) const fn impure(mut self) -> Self {
        self.effect = Effect::Impure;
        self
    }

    pub(super) const fn reads_inputs(mut self) -> Self {
        self.effect = Effect::ReadsInputs;
        self
    }

    pub(super) const fn collects_arguments(mut self) -> Self {
        self.collects_arguments = true;
        self
    }

    pub(super) const fn intrinsic(mut self, intrinsic: Intrinsic) -> Self {
        self.intrinsic = Some(intrinsic);
        self
    }

    /// Whether only the definitions of other builtins may call it.
    pub(crate) fn is_private(&self) -> bool {
        self.name.starts_with('_')
    }

    /// Whether it can run as a function of `natives`.
    pub(crate) fn is_function(&self) -> bool {
        matches!(
            self.implementation,
            Implementation::Native | Implementation::NativeHelper
        )
    }

    /// Whether it is a function that has one output for each output of its arguments and no effect: one of jq's, or a
    /// helper, which may look at the clock.
    pub(crate) fn is_pure_function(&self) -> bool {
        let is_pure = match self.implementation {
            Implementation::Native => self.effect == Effect::Pure && !self.is_private(),
            Implementation::NativeHelper => self.effect <= Effect::Impure,
            _ => false,
        };
        is_pure && self.outputs == OutputCount::One
    }
}

/// A row of the table: a definition of jq's library.
pub(super) const fn jq(name: &'static str, arity: usize, outputs: OutputCount) -> Builtin {
    Builtin::new(name, arity, Implementation::Jq, outputs)
}

/// A row of the table: one of dq's helpers.
pub(super) const fn helper(name: &'static str, arity: usize, outputs: OutputCount) -> Builtin {
    Builtin::new(name, arity, Implementation::Helper, outputs)
}

/// A row of the table: one of dq's helpers that is a function of `natives` as well.
pub(super) const fn native_helper(
    name: &'static str,
    arity: usize,
    outputs: OutputCount,
) -> Builtin {
    Builtin::new(name, arity, Implementation::NativeHelper, outputs)
}

/// A row of the table: a function of `natives`.
pub(super) const fn native(name: &'static str, arity: usize, outputs: OutputCount) -> Builtin {
    Builtin::new(name, arity, Implementation::Native, outputs)
}

/// A row of the table: a native filter that jaq has under the name `jaq_name`.
pub(super) const fn jaq(
    name: &'static str,
    arity: usize,
    outputs: OutputCount,
    jaq_name: &'static str,
) -> Builtin {
    Builtin::new(name, arity, Implementation::Jaq(jaq_name), outputs)
}
