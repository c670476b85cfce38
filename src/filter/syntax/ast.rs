//! The output of the parser: terms in jaq-core's types, whose names are slices of the source.

use std::borrow::Cow;

use jaq_core::load::parse;

/// A filter. Names are slices of the source, so that an error can point at them.
pub(crate) type Term<'s> = parse::Term<&'s str>;

/// `def name(args): body;`
pub(crate) type Def<'s> = parse::Def<&'s str>;

/// The variables that `as` binds.
pub(crate) type Pattern<'s> = parse::Pattern<&'s str>;

/// A source file: `module {…};`, imports, definitions and optionally a main filter.
pub(crate) struct Module<'s> {
    /// The metadata of the `module` directive.
    pub meta: Option<Term<'s>>,
    /// The `import` and `include` directives, in order.
    pub imports: Vec<Import<'s>>,
    /// The byte offset at which the directives end and the program begins.
    pub head: usize,
    /// The definitions at the top level, in order.
    pub defs: Vec<Def<'s>>,
    /// The filter after the definitions; `None` if the text ends with them.
    pub main: Option<Term<'s>>,
}

impl<'s> Module<'s> {
    /// The main filter, with the definitions local to it. Without a main filter it is the identity.
    pub(crate) fn into_term(self) -> Term<'s> {
        let main = self.main.unwrap_or(parse::Term::Id);
        if self.defs.is_empty() {
            main
        } else {
            parse::Term::Def(self.defs, Box::new(main))
        }
    }
}

/// `import "path" as name {meta};`, `import "path" as $name;` or `include "path";`
pub(crate) struct Import<'s> {
    /// The relative path, without an extension.
    pub path: Cow<'s, str>,
    /// The path as the source spells it, for messages.
    pub literal: &'s str,
    /// The bound name, with its `$` for data; `None` for `include`.
    pub name: Option<&'s str>,
    /// The metadata after the name.
    pub meta: Option<Term<'s>>,
}

/// A text that is not a jq program.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    /// The byte offset of the offending text in the source.
    pub offset: usize,
    /// The length of the offending text in bytes; 0 at the end of the source.
    pub length: usize,
    /// What is wrong, without the position.
    pub message: String,
}
