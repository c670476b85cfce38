//! The names around a term while it is lowered.

use super::file_scope::FileScope;
use super::linker::Linker;
use crate::builtins::OutputCount;
use crate::compile_error::CompileError;
use crate::names_in_scope::{Named, Names, Signature};

/// What errors call the file of the builtins.
pub(crate) const BUILTIN: &str = "builtin";

/// The most errors of one program that are reported.
pub(crate) const MAX_ERRORS: usize = 20;

/// Where a term stands: the names around it, and the file that it is in.
pub(crate) struct Scope<'s> {
    source: &'s str,
    path: String,
    /// What the top level of the file can refer to.
    pub file: FileScope<'s>,
    /// The names inside the definition or filter that is being lowered, innermost last.
    pub locals: Names<'s, Local<'s>>,
}

/// Something that a name can refer to inside a definition or filter.
pub(crate) enum Local<'s> {
    /// A definition. `is_open` while its body is being lowered, where a call of it is a recursion and is noted in
    /// `calls_itself`.
    Def {
        name: &'s str,
        arity: usize,
        compiled: &'s str,
        outputs: OutputCount,
        is_open: bool,
        calls_itself: bool,
    },
    /// A parameter `f`.
    Closure(&'s str),
    /// A parameter `$x`, which can also be called as `x`; noted in `is_called`.
    Parameter {
        name: &'s str,
        is_called: bool,
    },
    Var(&'s str),
    Label(&'s str),
}

impl<'s> Named<'s> for Local<'s> {
    fn signature(&self) -> Option<Signature<'s>> {
        match self {
            Self::Def { name, arity, .. } => Some((name, *arity)),
            Self::Closure(name) => Some((name, 0)),
            Self::Parameter { name, .. } => Some((&name[1..], 0)),
            Self::Var(_) | Self::Label(_) => None,
        }
    }
}

impl<'s> Scope<'s> {
    /// The top level of a file. `path` is the file's name in errors.
    pub(crate) fn new(source: &'s str, path: &str, file: FileScope<'s>) -> Self {
        Self {
            source,
            path: path.to_owned(),
            file,
            locals: Names::default(),
        }
    }

    /// The innermost definition or parameter that a call of this name refers to.
    pub(crate) fn callee(&mut self, wanted: Signature) -> Option<&mut Local<'s>> {
        let found = self.locals.callee(wanted)?;
        self.locals.get_mut(found)
    }

    /// Whether the definitions of builtins are being lowered.
    pub(crate) fn is_builtin(&self) -> bool {
        self.path == BUILTIN
    }

    /// Reports an error about `part` of the source.
    pub(crate) fn error(
        &self,
        linker: &mut Linker<'s>,
        part: &str,
        message: String,
        hint: Option<String>,
    ) {
        let error = match linker.errors.len() {
            0..MAX_ERRORS => CompileError::at(&self.path, self.source, part, message, hint),
            MAX_ERRORS => CompileError::new(format!("there are more than {MAX_ERRORS} errors")),
            _ => return,
        };
        linker.errors.push(error);
    }
}
