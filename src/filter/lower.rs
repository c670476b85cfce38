//! jq's meaning → jaq-core's terms.
//!
//! The two evaluate most terms alike; where they differ (order of several operands, errors under `//`, loops whose
//! body has none or several outputs, updates through anything but a plain path) the term is rewritten here into one
//! that jaq-core runs as jq would. Names are resolved on the way.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp as B, Pattern as P, Term as T};
use jaq_core::path::{Opt, Part, Path};

use super::link::{Callee, Environment, Exports, Linker};
use super::report::CompileError;
use super::syntax::{Def, Pattern, Term};

/// How many outputs a filter can have for one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    One,
    AtMostOne,
    Any,
}

use Count::{Any, AtMostOne, One};

type Lowered<'s> = (Term<'s>, Count);

/// Something a name can mean inside a definition or filter.
enum Local<'s> {
    /// A definition; `calls_itself` is found out on the way.
    Def {
        name: &'s str,
        arity: usize,
        compiled: &'s str,
        count: Count,
        open: bool,
        calls_itself: bool,
    },
    /// A parameter `f`.
    Closure(&'s str),
    /// A parameter `$x`, which jq also lets be called as `x`.
    Parameter(&'s str),
    Var(&'s str),
    Label(&'s str),
}

/// Where a term stands: the names around it and the file it is in.
pub struct Scope<'s> {
    source: &'s str,
    path: String,
    pub environment: Environment<'s>,
    locals: Vec<Local<'s>>,
}

/// Names no jq program can spell.
const OPERAND: &str = "$ operand";
const INDICES: [&str; 8] = ["$ 0", "$ 1", "$ 2", "$ 3", "$ 4", "$ 5", "$ 6", "$ 7"];

fn pipe<'s>(left: Term<'s>, right: Term<'s>) -> Term<'s> {
    T::BinOp(Box::new(left), B::Pipe(None), Box::new(right))
}

fn bind<'s>(value: Term<'s>, name: &'s str, rest: Term<'s>) -> Term<'s> {
    T::BinOp(Box::new(value), B::Pipe(Some(P::Var(name))), Box::new(rest))
}

impl<'s> Scope<'s> {
    pub fn new(source: &'s str, path: &str, environment: Environment<'s>) -> Self {
        Self {
            source,
            path: path.to_owned(),
            environment,
            locals: Vec::new(),
        }
    }

    pub fn into_exports(self) -> Exports<'s> {
        self.environment.own
    }

    fn error(&self, linker: &mut Linker<'s>, name: &str, message: String, hint: Option<String>) {
        linker.errors.push(CompileError::at(
            &self.path,
            self.source,
            name,
            message,
            hint,
        ));
    }

    /// A definition and the number of outputs it has; `compiled` is the name it is called by, if not its own.
    pub fn definition(
        &mut self,
        linker: &mut Linker<'s>,
        def: Def<'s>,
        compiled: Option<&'s str>,
    ) -> (Def<'s>, Count) {
        let Def { name, args, body } = def;
        let place = self.locals.len();
        let compiled = compiled.unwrap_or(name);
        self.locals.push(Local::Def {
            name,
            arity: args.len(),
            compiled,
            count: Any,
            open: true,
            calls_itself: false,
        });
        self.locals
            .extend(args.iter().map(|arg| match arg.strip_prefix('$') {
                Some(_) => Local::Parameter(arg),
                None => Local::Closure(arg),
            }));
        let (body, count) = self.term(linker, body);
        self.locals.truncate(place + 1);
        let recursive = matches!(
            self.locals.pop(),
            Some(Local::Def {
                calls_itself: true,
                ..
            })
        );
        let (body, count) = if recursive {
            (self.guarded(linker, body), Any)
        } else {
            (body, count)
        };
        (Def { name, args, body }, count)
    }

    /// A definition that calls itself checks the stack first, so that endless recursion is an error and no crash.
    fn guarded(&mut self, linker: &mut Linker<'s>, body: Term<'s>) -> Term<'s> {
        let _native = linker.resolve(&self.environment, ("_stack_guard", 0));
        pipe(T::Call("_stack_guard", Vec::new()), body)
    }

    fn boxed(&mut self, linker: &mut Linker<'s>, term: Box<Term<'s>>) -> (Box<Term<'s>>, Count) {
        let (term, count) = self.term(linker, *term);
        (Box::new(term), count)
    }

    /// The term as jaq-core is to run it, and how many outputs it has.
    pub fn term(&mut self, linker: &mut Linker<'s>, term: Term<'s>) -> Lowered<'s> {
        match term {
            T::Id | T::Num(_) | T::Arr(None) => (term, One),
            T::Recurse => (term, Any),
            T::Str(format, parts) => self.string(linker, format, parts),
            T::Arr(Some(inner)) => (T::Arr(Some(self.boxed(linker, inner).0)), One),
            T::Obj(entries) => self.object(linker, entries),
            T::Neg(inner) => {
                let (inner, count) = self.boxed(linker, inner);
                (T::Neg(inner), count)
            }
            T::BinOp(left, op, right) => self.binary(linker, *left, op, *right),
            T::Label(name, inner) => {
                self.locals.push(Local::Label(name));
                let (inner, _) = self.boxed(linker, inner);
                self.locals.pop();
                (T::Label(name, inner), Any)
            }
            T::Break(name) => {
                if !self
                    .locals
                    .iter()
                    .any(|local| matches!(local, Local::Label(known) if *known == name))
                {
                    self.error(
                        linker,
                        name,
                        format!("there is no label {name} around this break"),
                        None,
                    );
                }
                (T::Break(name), AtMostOne)
            }
            T::Fold(name, source, pattern, args) => self.fold(linker, name, *source, pattern, args),
            T::TryCatch(body, handler) => {
                let (body, count) = self.boxed(linker, body);
                let handler = handler.map(|handler| self.boxed(linker, handler));
                let handled = handler.as_ref().map_or(AtMostOne, |(_, count)| *count);
                (
                    T::TryCatch(body, handler.map(|(handler, _)| handler)),
                    if count == Any {
                        Any
                    } else {
                        count.max(handled)
                    },
                )
            }
            T::IfThenElse(branches, otherwise) => self.condition(linker, branches, otherwise),
            T::Def(defs, body) => self.local_definitions(linker, defs, *body),
            T::Call(name, args) => self.call(linker, name, args),
            T::Var(name) => (T::Var(self.variable(linker, name)), One),
            T::Path(inner, Path(parts)) => self.path(linker, *inner, parts),
        }
    }

    fn variable(&mut self, linker: &mut Linker<'s>, name: &'s str) -> &'s str {
        let bound = |local: &Local| matches!(local, Local::Var(known) | Local::Parameter(known) if *known == name);
        if name.starts_with("$ ") || self.locals.iter().any(bound) {
            return name;
        }
        match linker.global(&self.environment, name) {
            Some(global) => global,
            None => {
                let known = self.locals.iter().filter_map(|local| match local {
                    Local::Var(name) | Local::Parameter(name) => Some(*name),
                    _ => None,
                });
                let hint = super::report::nearest(name, known.chain(["$ENV", "$ARGS"]));
                self.error(
                    linker,
                    name,
                    format!("{name} is not defined"),
                    hint.map(|name| format!("did you mean {name}?")),
                );
                name
            }
        }
    }

    fn string(
        &mut self,
        linker: &mut Linker<'s>,
        format: Option<&'s str>,
        parts: Vec<StrPart<&'s str, Term<'s>>>,
    ) -> Lowered<'s> {
        if let Some(format) = format
            && matches!(
                linker.resolve(&self.environment, (format, 0)),
                Callee::Undefined
            )
        {
            self.error(
                linker,
                format,
                format!("{} is not a valid format", &format[1..]),
                None,
            );
        }
        let mut count = One;
        let mut hoisted = Vec::new();
        let mut lowered = Vec::with_capacity(parts.len());
        for part in parts {
            let StrPart::Term(term) = part else {
                lowered.push(part);
                continue;
            };
            let (term, outputs) = self.term(linker, term);
            // The first part with several outputs varies fastest: the later ones are bound around it.
            let name = (outputs == Any && count == Any)
                .then(|| INDICES.get(hoisted.len()))
                .flatten();
            match name {
                Some(name) => {
                    lowered.push(StrPart::Term(T::Var(*name)));
                    hoisted.push((*name, term));
                }
                None => lowered.push(StrPart::Term(term)),
            }
            count = count.max(outputs);
        }
        let string = T::Str(format, lowered);
        (
            hoisted
                .into_iter()
                .fold(string, |inner, (name, term)| bind(term, name, inner)),
            count,
        )
    }

    fn object(
        &mut self,
        linker: &mut Linker<'s>,
        entries: Vec<(Term<'s>, Option<Term<'s>>)>,
    ) -> Lowered<'s> {
        let mut total = One;
        let entries = entries.into_iter().map(|(key, value)| {
            let (key, count) = self.term(linker, key);
            let value = value.map(|value| self.term(linker, value));
            total = total
                .max(count)
                .max(value.as_ref().map_or(One, |(_, count)| *count));
            (key, value.map(|(value, _)| value))
        });
        let entries = entries.collect();
        (T::Obj(entries), total)
    }

    fn binary(
        &mut self,
        linker: &mut Linker<'s>,
        left: Term<'s>,
        op: B<&'s str>,
        right: Term<'s>,
    ) -> Lowered<'s> {
        match op {
            B::Pipe(Some(pattern)) => {
                let (left, count) = self.term(linker, left);
                let place = self.locals.len();
                let (pattern, plain) = self.pattern(linker, pattern);
                let (right, outputs) = self.term(linker, right);
                self.locals.truncate(place);
                let total = if plain { count.max(outputs) } else { Any };
                (
                    T::BinOp(Box::new(left), B::Pipe(Some(pattern)), Box::new(right)),
                    total,
                )
            }
            B::Assign | B::Update | B::UpdateMath(_) | B::UpdateAlt => {
                self.assignment(linker, left, op, right)
            }
            B::Comma => {
                let (left, right) = (self.term(linker, left).0, self.term(linker, right).0);
                (T::BinOp(Box::new(left), op, Box::new(right)), Any)
            }
            B::Alt => {
                let (left, first) = self.term(linker, left);
                let (right, second) = self.term(linker, right);
                (
                    T::BinOp(Box::new(without_errors(left)), op, Box::new(right)),
                    first.max(second),
                )
            }
            B::Math(_) | B::Cmp(_) => {
                let (left, first) = self.term(linker, left);
                let (right, second) = self.term(linker, right);
                if first == Any && second == Any {
                    // jq varies the left operand fastest.
                    let operation = T::BinOp(Box::new(left), op, Box::new(T::Var(OPERAND)));
                    return (bind(right, OPERAND, operation), Any);
                }
                (
                    T::BinOp(Box::new(left), op, Box::new(right)),
                    first.max(second),
                )
            }
            B::Pipe(None) | B::Or | B::And => {
                let (left, first) = self.term(linker, left);
                let (right, second) = self.term(linker, right);
                (
                    T::BinOp(Box::new(left), op, Box::new(right)),
                    first.max(second),
                )
            }
        }
    }

    /// Plain paths are updated in place; for anything else jq's own definition over `path(…)` is used.
    fn assignment(
        &mut self,
        linker: &mut Linker<'s>,
        left: Term<'s>,
        op: B<&'s str>,
        right: Term<'s>,
    ) -> Lowered<'s> {
        let (left, _) = self.term(linker, left);
        let (right, outputs) = self.term(linker, right);
        if is_plain_path(&left) {
            let count = if matches!(op, B::Update) {
                One
            } else {
                outputs
            };
            return (T::BinOp(Box::new(left), op, Box::new(right)), count);
        }
        let operand = || Box::new(T::Var(OPERAND));
        let (helper, args, bound) = match op {
            B::Update => ("_modify", vec![left, right], None),
            B::Assign => ("_assign", vec![left, T::Var(OPERAND)], Some(right)),
            B::UpdateMath(math) => (
                "_modify",
                vec![left, T::BinOp(Box::new(T::Id), B::Math(math), operand())],
                Some(right),
            ),
            _ => (
                "_modify",
                vec![left, T::BinOp(Box::new(T::Id), B::Alt, operand())],
                Some(right),
            ),
        };
        let _definition = linker.resolve(&self.environment, (helper, 2));
        let call = T::Call(helper, args);
        (
            bound.map_or(call.clone(), |value| bind(value, OPERAND, call)),
            Any,
        )
    }

    /// The pattern, and whether it binds exactly once. Its variables stay in scope.
    fn pattern(&mut self, linker: &mut Linker<'s>, pattern: Pattern<'s>) -> (Pattern<'s>, bool) {
        match pattern {
            P::Var(name) => {
                self.locals.push(Local::Var(name));
                (P::Var(name), true)
            }
            P::Arr(items) => {
                let items: Vec<_> = items
                    .into_iter()
                    .map(|item| self.pattern(linker, item))
                    .collect();
                let plain = items.iter().all(|(_, plain)| *plain);
                (
                    P::Arr(items.into_iter().map(|(item, _)| item).collect()),
                    plain,
                )
            }
            P::Obj(entries) => {
                let mut all_plain = true;
                let entries = entries.into_iter().map(|(key, item)| {
                    let (key, count) = self.term(linker, key);
                    let (item, plain) = self.pattern(linker, item);
                    all_plain &= plain && count == One;
                    (key, item)
                });
                let entries = entries.collect();
                (P::Obj(entries), all_plain)
            }
        }
    }

    fn fold(
        &mut self,
        linker: &mut Linker<'s>,
        name: &'s str,
        source: Term<'s>,
        pattern: Pattern<'s>,
        args: Vec<Term<'s>>,
    ) -> Lowered<'s> {
        let (source, _) = self.term(linker, source);
        let mut args = args.into_iter();
        let (init, count) = args
            .next()
            .map_or((T::Id, One), |init| self.term(linker, init));
        let place = self.locals.len();
        let (pattern, _) = self.pattern(linker, pattern);
        let (update, outputs) = args
            .next()
            .map_or((T::Id, One), |update| self.term(linker, update));
        let extract = args.next().map(|extract| self.term(linker, extract).0);
        self.locals.truncate(place);
        if name == "reduce" {
            let update = if outputs == One {
                update
            } else {
                self.last_or_null(linker, update)
            };
            return (
                T::Fold(name, Box::new(source), pattern, vec![init, update]),
                count,
            );
        }
        let args = match (outputs, extract) {
            (One, None) => vec![init, update],
            (One, Some(extract)) => vec![init, update, extract],
            (_, extract) => loop_over_outputs(init, update, extract),
        };
        (T::Fold(name, Box::new(source), pattern, args), Any)
    }

    /// A loop body with several outputs leaves its last as the state, one without any leaves null (jq 1.7).
    fn last_or_null(&mut self, linker: &mut Linker<'s>, update: Term<'s>) -> Term<'s> {
        let _native = linker.resolve(&self.environment, ("_last_or_null", 1));
        T::Call("_last_or_null", vec![update])
    }

    fn condition(
        &mut self,
        linker: &mut Linker<'s>,
        branches: Vec<(Term<'s>, Term<'s>)>,
        otherwise: Option<Box<Term<'s>>>,
    ) -> Lowered<'s> {
        let mut total = One;
        let mut lowered = Vec::with_capacity(branches.len());
        for (condition, then) in branches {
            let (condition, first) = self.term(linker, condition);
            let (then, second) = self.term(linker, then);
            total = total.max(first).max(second);
            lowered.push((condition, then));
        }
        let otherwise = otherwise.map(|otherwise| {
            let (otherwise, count) = self.boxed(linker, otherwise);
            total = total.max(count);
            otherwise
        });
        (T::IfThenElse(lowered, otherwise), total)
    }

    fn local_definitions(
        &mut self,
        linker: &mut Linker<'s>,
        defs: Vec<Def<'s>>,
        body: Term<'s>,
    ) -> Lowered<'s> {
        let place = self.locals.len();
        let mut lowered = Vec::with_capacity(defs.len());
        for def in defs {
            let (def, count) = self.definition(linker, def, None);
            let (name, arity) = (def.name, def.args.len());
            self.locals.push(Local::Def {
                name,
                arity,
                compiled: name,
                count,
                open: false,
                calls_itself: false,
            });
            lowered.push(def);
        }
        let (body, count) = self.term(linker, body);
        self.locals.truncate(place);
        (T::Def(lowered, Box::new(body)), count)
    }

    fn call(&mut self, linker: &mut Linker<'s>, name: &'s str, args: Vec<Term<'s>>) -> Lowered<'s> {
        let arity = args.len();
        let mut outputs = One;
        let args = args.into_iter().map(|arg| {
            let (arg, count) = self.term(linker, arg);
            outputs = outputs.max(count);
            arg
        });
        let args: Vec<_> = args.collect();
        let (compiled, count) = match self.local(name, arity) {
            Some(Ok(found)) => found,
            Some(Err(parameter)) => return (T::Var(parameter), One),
            None => match linker.resolve(&self.environment, (name, arity)) {
                Callee::Filter(compiled, count) => (compiled, count),
                Callee::Undefined => {
                    self.undefined(linker, name, arity);
                    (name, Any)
                }
            },
        };
        (
            T::Call(compiled, args),
            if count == One && outputs != One && !takes_all_outputs(name) {
                Any
            } else {
                count
            },
        )
    }

    /// A definition or parameter in scope; `Err` is a `$parameter` called without its `$`.
    fn local(&mut self, name: &str, arity: usize) -> Option<Result<(&'s str, Count), &'s str>> {
        for local in self.locals.iter_mut().rev() {
            match local {
                Local::Closure(known) if *known == name && arity == 0 => {
                    return Some(Ok((known, Any)));
                }
                Local::Parameter(known) if known[1..] == *name && arity == 0 => {
                    return Some(Err(known));
                }
                Local::Def {
                    name: known,
                    arity: n,
                    compiled,
                    count,
                    open,
                    calls_itself,
                } if *known == name && *n == arity => {
                    *calls_itself |= *open;
                    return Some(Ok((compiled, *count)));
                }
                _ => {}
            }
        }
        None
    }

    fn undefined(&mut self, linker: &mut Linker<'s>, name: &'s str, arity: usize) {
        if let Some((module, _)) = name.rsplit_once("::")
            && !self
                .environment
                .imported
                .iter()
                .any(|(known, _)| *known == module)
        {
            return self.error(linker, name, format!("there is no module {module}"), None);
        }
        let local = self.locals.iter().filter_map(|local| match local {
            Local::Def { name, .. } | Local::Closure(name) => Some(*name),
            _ => None,
        });
        let hint = super::report::suggestion(name, arity, local);
        self.error(linker, name, format!("{name}/{arity} is not defined"), hint);
    }

    fn path(
        &mut self,
        linker: &mut Linker<'s>,
        inner: Term<'s>,
        parts: Vec<(Part<Term<'s>>, Opt)>,
    ) -> Lowered<'s> {
        let (inner, mut count) = self.term(linker, inner);
        let mut hoisted = Vec::new();
        let mut lowered = Vec::with_capacity(parts.len());
        for (part, opt) in parts {
            let (part, outputs) = match part {
                Part::Index(index) => {
                    let (index, outputs) = self.term(linker, index);
                    // A later index varies slower than all that stands before it: it is bound around them.
                    let name = (outputs == Any && count == Any)
                        .then(|| INDICES.get(hoisted.len()))
                        .flatten();
                    let index = match name {
                        Some(name) => {
                            hoisted.push((*name, index));
                            T::Var(*name)
                        }
                        None => index,
                    };
                    (Part::Index(index), outputs)
                }
                Part::Range(None, None) => (Part::Range(None, None), Any),
                Part::Range(from, upto) => {
                    let from = from.map(|from| self.term(linker, from));
                    let upto = upto.map(|upto| self.term(linker, upto));
                    let outputs = [&from, &upto]
                        .into_iter()
                        .flatten()
                        .map(|(_, count)| *count)
                        .max()
                        .unwrap_or(One);
                    (
                        Part::Range(from.map(|(term, _)| term), upto.map(|(term, _)| term)),
                        outputs,
                    )
                }
            };
            count = count.max(outputs).max(if matches!(opt, Opt::Optional) {
                AtMostOne
            } else {
                One
            });
            lowered.push((part, opt));
        }
        let path = T::Path(Box::new(inner), Path(lowered));
        (
            hoisted
                .into_iter()
                .fold(path, |inner, (name, index)| bind(index, name, inner)),
            count,
        )
    }
}

/// `foreach` whose body has none or several outputs: the state is the list of the last outputs.
fn loop_over_outputs<'s>(
    init: Term<'s>,
    update: Term<'s>,
    extract: Option<Term<'s>>,
) -> Vec<Term<'s>> {
    let last = T::Path(
        Box::new(T::Id),
        Path(vec![(
            Part::Index(T::Neg(Box::new(T::Num("1")))),
            Opt::Essential,
        )]),
    );
    let each = T::Path(
        Box::new(T::Id),
        Path(vec![(Part::Range(None, None), Opt::Essential)]),
    );
    let list = |term| T::Arr(Some(Box::new(term)));
    vec![
        pipe(init, list(T::Id)),
        list(pipe(last, update)),
        extract.map_or(each.clone(), |extract| pipe(each, extract)),
    ]
}

/// `a // b` takes an error in `a` for no output (jq's FORK_OPT).
fn without_errors(term: Term) -> Term {
    match term {
        T::Id | T::Var(_) | T::Num(_) | T::TryCatch(_, None) => term,
        T::Path(inner, Path(parts))
            if matches!(*inner, T::Id | T::Var(_)) && parts.iter().all(is_constant_index) =>
        {
            T::Path(
                inner,
                Path(
                    parts
                        .into_iter()
                        .map(|(part, _)| (part, Opt::Optional))
                        .collect(),
                ),
            )
        }
        other => T::TryCatch(Box::new(other), None),
    }
}

fn is_constant_index((part, _): &(Part<Term>, Opt)) -> bool {
    matches!(part, Part::Index(T::Num(_)))
        || matches!(part, Part::Index(T::Str(None, parts)) if parts.iter().all(|part| !matches!(part, StrPart::Term(_))))
}

/// `.a[0].b`, `.[]`, `.a[1:]`: what can be updated in place with the same result as through `path(…)`.
fn is_plain_path(term: &Term) -> bool {
    let constant = |term: &Term| match term {
        T::Num(_) | T::Var(_) => true,
        T::Neg(inner) => matches!(**inner, T::Num(_)),
        T::Str(None, parts) => parts.iter().all(|part| !matches!(part, StrPart::Term(_))),
        _ => false,
    };
    match term {
        T::Id => true,
        T::Path(inner, Path(parts)) => {
            matches!(**inner, T::Id)
                && parts.iter().all(|(part, _)| match part {
                    Part::Index(index) => constant(index),
                    Part::Range(from, upto) => [from, upto].into_iter().flatten().all(constant),
                })
        }
        T::BinOp(left, B::Pipe(None), right) => is_plain_path(left) && is_plain_path(right),
        _ => false,
    }
}

/// Library filters that have one output however many their argument has.
fn takes_all_outputs(name: &str) -> bool {
    matches!(
        name,
        "map"
            | "map_values"
            | "any"
            | "all"
            | "isempty"
            | "_last_or_null"
            | "sort_by"
            | "group_by"
            | "unique_by"
            | "min_by"
            | "max_by"
            | "with_entries"
            | "del"
            | "add"
            | "_sort_by"
            | "_group_by"
    )
}
