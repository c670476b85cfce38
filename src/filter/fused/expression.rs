//! Fused filters as trees: expressions have one output, generators any number.

use jaq_core::load::parse::BinaryOp;

use crate::compiled_filter::CompiledFilter;
use crate::natives::regex::RegexTest;
use dq_json::value::{
    FilterOutput, MembersAt, RawValue, SharedStr, StringLiteral, ValR, Value, ValueKind, shared_key,
};

/// A filter with one output.
pub(super) enum Expr {
    /// `.`
    Input,
    /// A field of the input that is found while the input is scanned; the number of its slot.
    Slot(usize),
    /// A value that does not depend on the input.
    Constant(Value),
    /// `expr.key`
    Field(Box<Expr>, SharedStr),
    /// `expr[index]`
    Element(Box<Expr>, isize),
    /// `{key: expr, …}`; no key is repeated.
    Object(Vec<(SharedStr, Expr)>),
    /// `[generator]`
    List(Box<Generator>),
    /// `[generator] | length`
    Count(Box<Generator>),
    /// `expr | length`
    Length(Box<Expr>),
    /// A string with interpolations; each part is converted as `tostring` does.
    Interpolation(Vec<Expr>),
    /// A comparison, calculation or logical operation.
    Binary(Box<Expr>, BinaryOp<&'static str>, Box<Expr>),
    /// `expr | not`
    Not(Box<Expr>),
    /// `if expr then expr else expr end`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `test("…")` or `test("…"; "…")`
    Test(RegexTest),
    /// `expr | expr`
    Pipe(Box<Expr>, Box<Expr>),
    /// A builtin that is a function.
    Function(Function),
    /// A term with one output that jaq-core runs.
    Core(CompiledFilter),
}

/// The order of keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// By code points.
    Sorted,
    /// That of the text.
    AsWritten,
}

/// A function of values.
pub(super) enum Function {
    /// Of the input.
    OfInput(fn(Value) -> ValR),
    /// Of the input and this argument.
    WithArgument(fn(Value, Value) -> ValR, Value),
    /// `keys` or `keys_unsorted`
    Keys(fn(Value) -> ValR, Order),
    /// `type`, and its output for each kind of value.
    Type(fn(Value) -> ValR, [Value; ValueKind::ALL.len()]),
    /// `tojson`
    ToJson(fn(Value) -> ValR),
    /// `has` with this argument.
    Has(fn(Value, Value) -> ValR, Value),
}

impl Function {
    /// The output for an input, and for its members where they have been found.
    ///
    /// # Errors
    /// Those of the function.
    pub(super) fn call(&self, input: FilterOutput, members: Option<MembersAt>) -> ValR {
        if let FilterOutput::Raw(text) = &input
            && let Some(output) = self.of_text(*text, members)
        {
            return Ok(output);
        }
        let input = input.into_value();
        match self {
            Self::OfInput(function)
            | Self::Keys(function, _)
            | Self::Type(function, _)
            | Self::ToJson(function) => function(input),
            Self::WithArgument(function, argument) | Self::Has(function, argument) => {
                function(input, argument.clone())
            }
        }
    }

    /// What needs no more than the text gives it without building the value. `None` for other functions and values.
    fn of_text(&self, text: RawValue, members: Option<MembersAt>) -> Option<Value> {
        let is_object = text.kind() == ValueKind::Object;
        match self {
            Self::Has(_, Value::Str(key)) if is_object => Some(Value::Bool(text.has_key(key))),
            Self::Keys(_, order) if is_object => Some(match members {
                Some(members) => keys(members.map(|(key, _)| key), *order),
                None => {
                    let members = text.unique_members()?.into_iter();
                    keys(members.map(|(key, _)| key), *order)
                }
            }),
            Self::Type(_, names) => Some(names[text.kind() as usize].clone()),
            Self::ToJson(_) => text.to_json().map(Value::from),
            _ => None,
        }
    }
}

fn keys<'t>(keys: impl Iterator<Item = StringLiteral<'t>>, order: Order) -> Value {
    let mut keys: Vec<SharedStr> = keys.map(shared_key).collect();
    if order == Order::Sorted {
        keys.sort_unstable();
    }
    keys.into_iter().map(Value::Str).collect()
}

/// A filter with any number of outputs.
pub(super) enum Generator {
    /// An expression.
    One(Expr),
    /// `empty`
    Empty,
    /// `expr[]`
    Iterate(Expr),
    /// `select(generator)`
    Select(Box<Generator>),
    /// The input, if it is of a kind that the function accepts: `strings`, `scalars` and the like.
    OfKind(fn(ValueKind) -> bool),
    /// `..`
    Recurse,
    /// `try generator`
    Try(Box<Generator>),
    /// `generator | generator`
    Pipe(Box<Generator>, Box<Generator>),
    /// `generator, generator`
    Comma(Box<Generator>, Box<Generator>),
    /// `limit(count; generator)`; the count is not 0.
    Limit(usize, Box<Generator>),
    /// `if expr then generator else generator end`
    If(Expr, Box<Generator>, Box<Generator>),
    /// A term that jaq-core runs.
    Core(CompiledFilter),
}

impl Generator {
    /// `.`
    pub(super) const INPUT: Self = Self::One(Expr::Input);

    /// `left | right`
    pub(super) fn pipe(left: Self, right: Self) -> Self {
        match (left, right) {
            (left, Self::One(Expr::Input)) => left,
            (Self::One(Expr::Input), right) => right,
            (left, right) => Self::Pipe(Box::new(left), Box::new(right)),
        }
    }

    /// Whether every output is the input itself.
    pub(super) fn passes_input(&self) -> bool {
        match self {
            Self::Select(_) | Self::OfKind(_) | Self::Empty | Self::One(Expr::Input) => true,
            Self::Pipe(left, right) => left.passes_input() && right.passes_input(),
            _ => false,
        }
    }

    /// Whether jaq-core takes the input first, so that it has to be built as a value.
    pub(super) fn begins_in_core(&self) -> bool {
        match self {
            Self::Core(_) | Self::One(Expr::Core(_)) => true,
            Self::Pipe(left, _) => left.begins_in_core(),
            _ => false,
        }
    }
}
