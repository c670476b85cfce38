//! Definitions, calls and variables: what a name refers to where it stands.

use jaq_core::load::parse::Term as T;

use super::terms::{Lowered, pipe};
use crate::builtins::Builtin;
use crate::builtins::OutputCount::{self, Any, One};
use crate::link::{Callee, Linker, Local, Scope};
use crate::suggestion;
use crate::syntax::{Def, Term};

impl<'s> Scope<'s> {
    /// Lowers a definition and tells how many outputs it has. It is compiled under the name `compiled`, or else its own.
    pub(crate) fn definition(
        &mut self,
        linker: &mut Linker<'s>,
        def: Def<'s>,
        compiled: Option<&'s str>,
    ) -> (Def<'s>, OutputCount) {
        let Def { name, args, body } = def;
        let depth = self.locals.len();
        let compiled = compiled.unwrap_or(name);
        self.locals.push(Local::Def {
            name,
            arity: args.len(),
            compiled,
            outputs: Any,
            is_open: true,
            calls_itself: false,
        });
        self.locals
            .extend(args.iter().map(|arg| match arg.strip_prefix('$') {
                Some(_) => Local::Parameter(arg),
                None => Local::Closure(arg),
            }));
        let (body, count) = self.term(linker, body);
        self.locals.truncate(depth + 1);
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

    /// The body of a definition that calls itself: it checks the stack first, so that endless recursion is an error and
    /// not a crash.
    pub(super) fn guarded(&mut self, linker: &mut Linker<'s>, body: Term<'s>) -> Term<'s> {
        let _native = linker.resolve(&self.file, ("_stack_guard", 0));
        pipe(T::Call("_stack_guard", Vec::new()), body)
    }

    pub(super) fn local_definitions(
        &mut self,
        linker: &mut Linker<'s>,
        defs: Vec<Def<'s>>,
        body: Term<'s>,
    ) -> Lowered<'s> {
        let depth = self.locals.len();
        let mut lowered = Vec::with_capacity(defs.len());
        for def in defs {
            let (def, count) = self.definition(linker, def, None);
            let (name, arity) = (def.name, def.args.len());
            self.locals.push(Local::Def {
                name,
                arity,
                compiled: name,
                outputs: count,
                is_open: false,
                calls_itself: false,
            });
            lowered.push(def);
        }
        let (body, count) = self.term(linker, body);
        self.locals.truncate(depth);
        (T::Def(lowered, Box::new(body)), count)
    }

    pub(super) fn variable(&mut self, linker: &mut Linker<'s>, name: &'s str) -> &'s str {
        let bound = |local: &Local| matches!(local, Local::Var(known) | Local::Parameter(known) if *known == name);
        if name.starts_with("$ ") || self.locals.iter().any(bound) {
            return name;
        }
        match linker.global(&self.file, name) {
            Some(global) => global,
            None => {
                let known = self.locals.iter().filter_map(|local| match local {
                    Local::Var(name) | Local::Parameter(name) => Some(*name),
                    _ => None,
                });
                let hint = suggestion::nearest(name, known.chain(["$ENV", "$ARGS"]));
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

    pub(super) fn call(
        &mut self,
        linker: &mut Linker<'s>,
        name: &'s str,
        args: Vec<Term<'s>>,
    ) -> Lowered<'s> {
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
            None => match linker.resolve(&self.file, (name, arity)) {
                Callee::Definition(compiled, count) => (compiled, count),
                Callee::Builtin(builtin) => return builtin_call(builtin, args, outputs),
                Callee::Undefined => {
                    self.undefined(linker, name, arity);
                    (name, Any)
                }
                Callee::Refused(why) => {
                    self.error(linker, name, why, None);
                    (name, Any)
                }
            },
        };
        (
            T::Call(compiled, args),
            if count == One && outputs != One {
                Any
            } else {
                count
            },
        )
    }

    /// The definition or parameter of that name in scope. `Err` is a parameter `$x` that is called as `x`.
    pub(super) fn local(
        &mut self,
        name: &str,
        arity: usize,
    ) -> Option<Result<(&'s str, OutputCount), &'s str>> {
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
                    outputs,
                    is_open,
                    calls_itself,
                } if *known == name && *n == arity => {
                    *calls_itself |= *is_open;
                    return Some(Ok((compiled, *outputs)));
                }
                _ => {}
            }
        }
        None
    }

    pub(super) fn undefined(&mut self, linker: &mut Linker<'s>, name: &'s str, arity: usize) {
        if let Some((module, _)) = name.rsplit_once("::")
            && !self.file.imported.iter().any(|(known, _)| *known == module)
        {
            return self.error(linker, name, format!("there is no module {module}"), None);
        }
        let local = self.locals.iter().filter_map(|local| match local {
            Local::Def { name, .. } | Local::Closure(name) => Some(*name),
            _ => None,
        });
        let saved = linker.loader.saved_filters().names();
        let hint =
            suggestion::suggestion(name, arity, local.chain(saved.iter().map(String::as_str)));
        let message = match name.strip_prefix('@') {
            Some(format) => format!("{format} is not a valid format"),
            None => format!("{name}/{arity} is not defined"),
        };
        self.error(linker, name, message, hint);
    }
}

/// A call of a builtin whose arguments have at most `outputs` outputs.
fn builtin_call<'s>(
    builtin: &'static Builtin,
    args: Vec<Term<'s>>,
    outputs: OutputCount,
) -> Lowered<'s> {
    let is_multiplied = builtin.outputs == One && outputs != One && !builtin.collects_arguments;
    let outputs = if is_multiplied { Any } else { builtin.outputs };
    (T::Call(builtin.name, args), outputs)
}
