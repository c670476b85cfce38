//! Compilation: from linked and lowered definitions to the terms of the direct evaluator.

use std::collections::HashMap;

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern as ParsedPattern, Term as T};
use jaq_core::path::{Opt, Part, Path};

use super::analysis;
use super::builtin_table::{self, builtin, function};
use super::constants;
use super::scope::{Name, Scope};
use super::term::{
    Access, Binding, Call, Definition, Fold, Kind, PathPart, PathTerm, Pattern, Piece, Program,
    Repeats, Term, UpdateOperator,
};
use crate::syntax::{self, Def};
use dq_json::value::{Num, Value};

/// Compiles definitions of which the last is the main filter; `globals` are the names of the global variables. `None`
/// if the evaluator does not run something that they use.
pub(crate) fn compile(defs: &[Def], globals: &[&str]) -> Option<Program> {
    let (main, library) = defs.split_last()?;
    let mut compiler = Compiler {
        scope: Scope::default(),
        definitions: Vec::new(),
        library: HashMap::new(),
        globals,
    };
    for def in library {
        let id = compiler.definition(def)?;
        let signature = (def.name, def.args.len());
        compiler.scope.forget_definition();
        compiler.library.insert(signature, id);
    }
    let main = compiler.term(&main.body)?;
    let mut program = Program {
        main,
        definitions: compiler.definitions,
    };
    analysis::analyse(&mut program);
    Some(program)
}

struct Compiler<'c, 's> {
    scope: Scope<'s>,
    definitions: Vec<Definition>,
    /// The numbers of the definitions at the top level.
    library: HashMap<(&'s str, usize), usize>,
    globals: &'c [&'s str],
}

impl<'s> Compiler<'_, 's> {
    /// Compiles a definition and brings it into scope; gives its number.
    fn definition(&mut self, def: &Def<'s>) -> Option<usize> {
        let id = self.definitions.len();
        let takes_value: Box<[bool]> = def.args.iter().map(|arg| arg.starts_with('$')).collect();
        self.definitions.push(Definition {
            takes_value,
            body: Kind::Identity.into(),
            depth: self.scope.depth(),
            outputs: super::output_count::OutputCount::ONE,
            sees_parameters: self.scope.has_closures(),
            loops: false,
        });
        self.scope.define(def.name, def.args.len(), id);
        let mark = self.scope.mark();
        for arg in &def.args {
            self.scope.bind(if arg.starts_with('$') {
                Name::Variable(arg)
            } else {
                Name::Closure(arg)
            });
        }
        let body = self.term(&def.body)?;
        self.scope.restore(mark);
        self.definitions[id].body = body;
        Some(id)
    }

    fn boxed(&mut self, term: &syntax::Term<'s>) -> Option<Box<Term>> {
        self.term(term).map(Box::new)
    }

    fn pair(
        &mut self,
        left: &syntax::Term<'s>,
        right: &syntax::Term<'s>,
    ) -> Option<Box<[Term; 2]>> {
        Some(Box::new([self.term(left)?, self.term(right)?]))
    }

    fn terms(&mut self, terms: &[syntax::Term<'s>]) -> Option<Box<[Term]>> {
        terms.iter().map(|term| self.term(term)).collect()
    }

    fn term(&mut self, term: &syntax::Term<'s>) -> Option<Term> {
        Some(Term::from(match term {
            T::Id => Kind::Identity,
            T::Recurse => Kind::Recurse,
            T::Num(text) => Kind::Constant(Value::Num(Num::parse(text))),
            T::Str(format, parts) => self.text(*format, parts)?,
            T::Arr(None) => Kind::Constant(Value::from(Vec::new())),
            T::Arr(Some(inner)) => constants::array(self.term(inner)?),
            T::Obj(entries) => self.object(entries)?,
            T::Neg(inner) => match &**inner {
                T::Num(text) => Kind::Constant(Value::Num(Num::parse(text).negate())),
                inner => Kind::Negate(self.boxed(inner)?),
            },
            T::BinOp(left, op, right) => self.binary(left, op, right)?,
            T::Label(name, inner) => {
                let mark = self.scope.mark();
                self.scope.bind(Name::Label(name));
                let inner = self.boxed(inner)?;
                self.scope.restore(mark);
                Kind::Label(inner)
            }
            T::Break(name) => Kind::Break(self.scope.position(Name::Label(name))?),
            T::Fold(name, source, pattern, args) => self.fold(name, source, pattern, args)?,
            T::TryCatch(body, handler) => {
                let body = self.term(body)?;
                let handler = match handler {
                    Some(handler) => Some(self.term(handler)?),
                    None => None,
                };
                Kind::Try(Box::new((body, handler)))
            }
            T::IfThenElse(branches, otherwise) => self.condition(branches, otherwise.as_deref())?,
            T::Def(defs, body) => {
                let mark = self.scope.mark();
                for def in defs {
                    self.definition(def)?;
                }
                let body = self.term(body)?;
                self.scope.restore(mark);
                return Some(body);
            }
            T::Call(name, args) => self.call(name, args)?,
            T::Var(name) => match self.scope.position(Name::Variable(name)) {
                Some(at) => Kind::Variable(at),
                None => Kind::Global(self.globals.iter().position(|global| global == name)?),
            },
            T::Path(inner, Path(parts)) => self.path(inner, parts)?,
        }))
    }

    fn object(&mut self, entries: &[(syntax::Term<'s>, Option<syntax::Term<'s>>)]) -> Option<Kind> {
        let mut compiled = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let value = match (key, value) {
                (key, Some(value)) => (self.term(key)?, self.term(value)?),
                (T::Var(name), None) => {
                    let key = Kind::Constant(Value::str(&name[1..]));
                    (key.into(), self.term(&T::Var(name))?)
                }
                (key, None) => {
                    let part = (Part::Index(key.clone()), Opt::Essential);
                    let value = T::Path(Box::new(T::Id), Path(vec![part]));
                    (self.term(key)?, self.term(&value)?)
                }
            };
            compiled.push(value);
        }
        Some(constants::object(compiled))
    }

    fn text(
        &mut self,
        format: Option<&str>,
        parts: &[StrPart<&'s str, syntax::Term<'s>>],
    ) -> Option<Kind> {
        let function = match format {
            None | Some("@text") => None,
            Some("@json") => Some(function("tojson", 0)?),
            Some(format) => Some(function(format, 0)?),
        };
        let mut pieces = Vec::new();
        let mut literal = String::new();
        for part in parts {
            match part {
                StrPart::Str(text) => literal.push_str(text),
                StrPart::Char(c) => literal.push(*c),
                StrPart::Term(term) => {
                    if !literal.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut literal).into()));
                    }
                    let term = self.term(term)?;
                    pieces.push(match function {
                        Some(function) => Piece::Formatted(term, function),
                        None => Piece::Filter(term),
                    });
                }
            }
        }
        if pieces.is_empty() {
            return Some(Kind::Constant(Value::from(literal)));
        }
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal.into()));
        }
        Some(Kind::Text(pieces.into()))
    }

    fn binary(
        &mut self,
        left: &syntax::Term<'s>,
        op: &BinaryOp<&'s str>,
        right: &syntax::Term<'s>,
    ) -> Option<Kind> {
        Some(match op {
            // The evaluator checks the stack itself.
            BinaryOp::Pipe(None) if matches!(left, T::Call("_stack_guard", _)) => {
                self.term(right)?.kind
            }
            BinaryOp::Pipe(None) => Kind::Pipe(self.pair(left, right)?),
            BinaryOp::Pipe(Some(pattern)) => {
                let source = self.term(left)?;
                let compiled = self.pattern(pattern)?;
                let mark = self.scope.mark();
                self.bind_variables(pattern);
                let body = self.term(right)?;
                self.scope.restore(mark);
                Kind::Bind(Box::new(Binding {
                    source,
                    pattern: compiled,
                    body,
                }))
            }
            BinaryOp::Comma => Kind::Comma(self.pair(left, right)?),
            BinaryOp::Alt => Kind::Alternative(self.pair(left, right)?),
            BinaryOp::Or => Kind::Logic(self.pair(left, right)?, true),
            BinaryOp::And => Kind::Logic(self.pair(left, right)?, false),
            BinaryOp::Math(op) => constants::math(self.pair(left, right)?, *op),
            BinaryOp::Cmp(op) => Kind::Compare(self.pair(left, right)?, *op),
            BinaryOp::Update => Kind::Update(self.update(left, right)?),
            BinaryOp::Assign => self.update_with(left, UpdateOperator::Assign, right)?,
            BinaryOp::UpdateAlt => self.update_with(left, UpdateOperator::Alternative, right)?,
            BinaryOp::UpdateMath(op) => self.update_with(left, UpdateOperator::Math(*op), right)?,
        })
    }

    fn update_with(
        &mut self,
        paths: &syntax::Term<'s>,
        operator: UpdateOperator,
        operand: &syntax::Term<'s>,
    ) -> Option<Kind> {
        Some(Kind::UpdateWith(self.update(paths, operand)?, operator))
    }

    /// The operands of an update whose paths are plain. All others are lowered to calls of builtins.
    fn update(
        &mut self,
        paths: &syntax::Term<'s>,
        operand: &syntax::Term<'s>,
    ) -> Option<Box<[Term; 2]>> {
        let terms = self.pair(paths, operand)?;
        is_plain_path(&terms[0]).then_some(terms)
    }

    fn pattern(&mut self, pattern: &ParsedPattern<&'s str>) -> Option<Pattern> {
        let mut keys = Vec::new();
        match pattern {
            ParsedPattern::Var(_) => return Some(Pattern::Variable),
            ParsedPattern::Arr(items) => {
                for (at, item) in items.iter().enumerate() {
                    let key = Kind::Constant(Value::from(at));
                    keys.push((key.into(), self.pattern(item)?));
                }
            }
            ParsedPattern::Obj(entries) => {
                for (key, item) in entries {
                    keys.push((self.term(key)?, self.pattern(item)?));
                }
            }
        }
        Some(Pattern::Keys(keys.into()))
    }

    fn bind_variables(&mut self, pattern: &ParsedPattern<&'s str>) {
        match pattern {
            ParsedPattern::Var(name) => self.scope.bind(Name::Variable(name)),
            ParsedPattern::Arr(items) => items.iter().for_each(|item| self.bind_variables(item)),
            ParsedPattern::Obj(entries) => entries
                .iter()
                .for_each(|(_, item)| self.bind_variables(item)),
        }
    }

    fn fold(
        &mut self,
        name: &str,
        source: &syntax::Term<'s>,
        pattern: &ParsedPattern<&'s str>,
        args: &[syntax::Term<'s>],
    ) -> Option<Kind> {
        let [init, update, rest @ ..] = args else {
            return None;
        };
        let source = self.term(source)?;
        let compiled = self.pattern(pattern)?;
        let init = self.term(init)?;
        let mark = self.scope.mark();
        self.bind_variables(pattern);
        let update = self.term(update)?;
        let extract = match rest.first() {
            Some(extract) => Some(self.term(extract)?),
            None => None,
        };
        self.scope.restore(mark);
        let fold = Box::new(Fold {
            source,
            pattern: compiled,
            init,
            update,
            extract,
        });
        Some(if name == "reduce" {
            Kind::Reduce(fold)
        } else {
            Kind::Foreach(fold)
        })
    }

    fn condition(
        &mut self,
        branches: &[(syntax::Term<'s>, syntax::Term<'s>)],
        otherwise: Option<&syntax::Term<'s>>,
    ) -> Option<Kind> {
        let mut compiled = Vec::with_capacity(branches.len());
        for (condition, then) in branches {
            compiled.push((self.term(condition)?, self.term(then)?));
        }
        let mut otherwise = match otherwise {
            Some(otherwise) => self.term(otherwise)?,
            None => Kind::Identity.into(),
        };
        for (condition, then) in compiled.into_iter().rev() {
            otherwise = Kind::If(Box::new([condition, then, otherwise])).into();
        }
        Some(otherwise.kind)
    }

    fn path(
        &mut self,
        inner: &syntax::Term<'s>,
        parts: &[(Part<syntax::Term<'s>>, Opt)],
    ) -> Option<Kind> {
        let inner = self.term(inner)?;
        let mut compiled = Vec::with_capacity(parts.len());
        for (part, opt) in parts {
            let access = match part {
                Part::Index(index) => Access::Key(self.term(index)?),
                Part::Range(None, None) => Access::All,
                Part::Range(from, upto) => {
                    let mut bound = |bound: &Option<syntax::Term<'s>>| match bound {
                        Some(bound) => self.term(bound).map(Some),
                        None => Some(None),
                    };
                    Access::Slice(bound(from)?, bound(upto)?)
                }
            };
            compiled.push(PathPart {
                access,
                optional: matches!(opt, Opt::Optional),
            });
        }
        Some(Kind::Path(Box::new(PathTerm {
            inner,
            parts: compiled.into(),
        })))
    }

    fn call(&mut self, name: &'s str, args: &[syntax::Term<'s>]) -> Option<Kind> {
        let arity = args.len();
        if let Some(found) = self.scope.callee((name, arity)) {
            return match found {
                Ok(at) => Some(Kind::Closure(at)),
                Err(id) => self.call_definition(id, args),
            };
        }
        if let Some(term) = builtin_table::term(name, arity) {
            return Some(term);
        }
        if let Some(builtin) = builtin(name, arity) {
            return Some(Kind::Builtin(self.terms(args)?, builtin));
        }
        if let Some(id) = self.library.get(&(name, arity)) {
            return self.call_definition(*id, args);
        }
        let arguments = self.terms(args)?;
        Some(Kind::Function(arguments, function(name, arity)?))
    }

    fn call_definition(&mut self, id: usize, args: &[syntax::Term<'s>]) -> Option<Kind> {
        let skip = self.scope.depth() - self.definitions[id].depth;
        Some(Kind::Call(Box::new(Call {
            definition: id,
            arguments: self.terms(args)?,
            skip,
            repeats: Repeats::Never,
        })))
    }
}

/// Whether [`super::updates`] can update at this path from the root to the leaves.
fn is_plain_path(term: &Term) -> bool {
    let is_fixed = |term: &Term| {
        matches!(
            term.kind,
            Kind::Constant(_) | Kind::Variable(_) | Kind::Global(_)
        )
    };
    match &term.kind {
        Kind::Identity => true,
        Kind::Pipe(terms) => terms.iter().all(is_plain_path),
        Kind::Path(path) => {
            is_plain_path(&path.inner)
                && path.parts.iter().all(|part| match &part.access {
                    Access::Key(key) => is_fixed(key),
                    Access::All => true,
                    Access::Slice(from, upto) => [from, upto].into_iter().flatten().all(is_fixed),
                })
        }
        _ => false,
    }
}
