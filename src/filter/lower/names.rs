//! Definitions, calls and variables: what a name refers to where it stands.

use jaq_core::load::parse::Term as T;

use super::path_expressions::TAKES_PATHS;
use super::terms::{Lower, Lowered, bind, pipe};
use crate::builtins::Builtin;
use crate::builtins::OutputCount::{self, Any, One};
use crate::link::{Callee, Linker, Local, MAX_ERRORS, Scope};
use crate::suggestion;
use crate::syntax::{Def, Term};

impl<'s> Scope<'s> {
    /// Lowers a definition and tells how many outputs it has. It is compiled under the name `compiled`, or else its
    /// own.
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
        for arg in &args {
            self.locals.push(match arg.strip_prefix('$') {
                Some(_) => Local::Parameter {
                    name: arg,
                    is_called: false,
                },
                None => Local::Closure(arg),
            });
        }
        let lower = self.in_definitions(linker);
        let (body, outputs) = lower(self, linker, body);
        let (args, body) = called_parameters(&self.locals[depth + 1..], args, body);
        self.locals.truncate(depth + 1);
        let is_recursive = matches!(
            self.locals.pop(),
            Some(Local::Def {
                calls_itself: true,
                ..
            })
        );
        let (body, outputs) = if is_recursive {
            (self.guarded(linker, body), Any)
        } else {
            (body, outputs)
        };
        (Def { name, args, body }, outputs)
    }

    /// The body of a definition that calls itself: it checks the stack first, so that endless recursion is an error and
    /// not a crash.
    fn guarded(&mut self, linker: &mut Linker<'s>, body: Term<'s>) -> Term<'s> {
        let _native = linker.resolve(&self.file, ("_stack_guard", 0));
        pipe(T::Call("_stack_guard", Vec::new()), body)
    }

    /// `def …; body`
    pub(super) fn local_definitions(
        &mut self,
        linker: &mut Linker<'s>,
        defs: Vec<Def<'s>>,
        body: Term<'s>,
        lower: Lower<'s>,
    ) -> Lowered<'s> {
        let depth = self.locals.len();
        let mut lowered = Vec::with_capacity(defs.len());
        for def in defs {
            let (def, outputs) = self.definition(linker, def, None);
            let (name, arity) = (def.name, def.args.len());
            self.locals.push(Local::Def {
                name,
                arity,
                compiled: name,
                outputs,
                is_open: false,
                calls_itself: false,
            });
            lowered.push(def);
        }
        let (body, outputs) = lower(self, linker, body);
        self.locals.truncate(depth);
        (T::Def(lowered, Box::new(body)), outputs)
    }

    /// The variable that `$name` refers to, by the name that it is compiled under.
    pub(super) fn variable(&mut self, linker: &mut Linker<'s>, name: &'s str) -> &'s str {
        let is_bound = |local: &Local| matches!(local, Local::Var(known) | Local::Parameter { name: known, .. } if *known == name);
        if name.starts_with("$ ") || self.locals.iter().any(is_bound) {
            return name;
        }
        if let Some(global) = linker.global(&self.file, name) {
            return global;
        }
        let known = self.locals.iter().filter_map(|local| match local {
            Local::Var(name) | Local::Parameter { name, .. } => Some(*name),
            _ => None,
        });
        let hint = suggestion::nearest(name, known.chain(["$ENV", "$ARGS"]));
        let hint = hint.map(|name| format!("did you mean {name}?"));
        self.error(linker, name, format!("{name} is not defined"), hint);
        name
    }

    /// How bodies of definitions and arguments of their calls are lowered.
    fn in_definitions(&self, linker: &Linker<'s>) -> Lower<'s> {
        if linker.has_definitions_in_paths && !self.is_builtin() {
            Self::path_term
        } else {
            Self::term
        }
    }

    /// `name(args)`. `lower` lowers the arguments, except for those that are path expressions anyway.
    pub(super) fn call(
        &mut self,
        linker: &mut Linker<'s>,
        name: &'s str,
        args: Vec<Term<'s>>,
        lower: Lower<'s>,
    ) -> Lowered<'s> {
        let arity = args.len();
        let callee = match self.local(name, arity) {
            Some((compiled, outputs)) => Callee::Definition(compiled, outputs),
            None => linker.resolve(&self.file, (name, arity)),
        };
        let lower = match callee {
            Callee::Builtin(_) if TAKES_PATHS.contains(&(name, arity)) => Self::path_term,
            Callee::Definition(..) if linker.has_definitions_in_paths => Self::path_term,
            _ => lower,
        };
        let mut of_args = One;
        let args = args.into_iter().map(|arg| {
            let (arg, outputs) = lower(self, linker, arg);
            of_args = of_args.max(outputs);
            arg
        });
        let args: Vec<_> = args.collect();
        let (compiled, outputs) = match callee {
            Callee::Definition(compiled, outputs) => (compiled, outputs),
            Callee::Builtin(builtin) => return builtin_call(builtin, args, of_args),
            Callee::Undefined => {
                self.undefined(linker, name, arity);
                (name, Any)
            }
            Callee::Refused(why) => {
                self.error(linker, name, why, None);
                (name, Any)
            }
        };
        (T::Call(compiled, args), multiplied(outputs, of_args))
    }

    /// The definition or parameter of that name in scope: the name that it is compiled under, and its outputs.
    fn local(&mut self, name: &str, arity: usize) -> Option<(&'s str, OutputCount)> {
        match self.callee((name, arity))? {
            Local::Closure(known) => Some((known, Any)),
            Local::Parameter { name, is_called } => {
                *is_called = true;
                Some((&name[1..], Any))
            }
            Local::Def {
                compiled,
                outputs,
                is_open,
                calls_itself,
                ..
            } => {
                *calls_itself |= *is_open;
                Some((compiled, *outputs))
            }
            Local::Var(_) | Local::Label(_) => None,
        }
    }

    /// Whether a definition or parameter of that name is in scope.
    pub(super) fn is_local(&mut self, name: &str, arity: usize) -> bool {
        self.callee((name, arity)).is_some()
    }

    fn undefined(&mut self, linker: &mut Linker<'s>, name: &'s str, arity: usize) {
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
        let known = local.chain(saved.iter().map(String::as_str));
        // One hint is shown, and to find it takes time.
        let is_hinted = linker.errors.iter().any(|error| error.hint.is_some());
        let is_wanted = !is_hinted && linker.errors.len() < MAX_ERRORS;
        let hint = is_wanted
            .then(|| suggestion::suggestion(name, arity, known))
            .flatten();
        let message = match name.strip_prefix('@') {
            Some(format) => format!("{format} is not a valid format"),
            None => format!("{name}/{arity} is not defined"),
        };
        self.error(linker, name, message, hint);
    }
}

/// The parameters of a definition as they are compiled, and its body. If the body calls a parameter `$x` as `x`, the
/// parameter is a filter whose outputs are bound to `$x`; so are the `$` parameters behind it, to keep their order.
fn called_parameters<'s>(
    locals: &[Local],
    mut args: Vec<&'s str>,
    body: Term<'s>,
) -> (Vec<&'s str>, Term<'s>) {
    let is_called = |local: &Local| {
        matches!(
            local,
            Local::Parameter {
                is_called: true,
                ..
            }
        )
    };
    let Some(first) = locals.iter().position(is_called) else {
        return (args, body);
    };
    let mut bound = Vec::new();
    for arg in args.iter_mut().skip(first) {
        if let Some(filter) = arg.strip_prefix('$') {
            bound.push((*arg, filter));
            *arg = filter;
        }
    }
    let bind_one = |body, (name, filter)| bind(T::Call(filter, Vec::new()), name, body);
    let body = bound.into_iter().rev().fold(body, bind_one);
    (args, body)
}

/// A call of a builtin whose arguments have `of_args` outputs.
fn builtin_call<'s>(
    builtin: &'static Builtin,
    args: Vec<Term<'s>>,
    of_args: OutputCount,
) -> Lowered<'s> {
    let outputs = if builtin.collects_arguments {
        builtin.outputs
    } else {
        multiplied(builtin.outputs, of_args)
    };
    (T::Call(builtin.name, args), outputs)
}

/// The outputs of a call of a function with this many outputs, once for each output of its arguments.
fn multiplied(outputs: OutputCount, of_args: OutputCount) -> OutputCount {
    if outputs == One && of_args != One {
        Any
    } else {
        outputs
    }
}
