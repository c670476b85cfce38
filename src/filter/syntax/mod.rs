//! jq source text → the terms jaq-core compiles.
//!
//! jaq-core brings a parser of its own, for a language that differs from jq's in places (`?//`, `$__loc__`,
//! `.5`, surrogate pairs, `.a.[0]`, metadata); this one reads jq 1.8's grammar (`src/parser.y`) into the same terms.

mod control;
mod expression;
mod lexer;
mod object;
mod parser;
mod pattern;
mod term;

use jaq_core::load::parse;

pub use parser::{KEYWORDS, parse_definitions, parse_metadata, parse_module};

/// A filter as parsed; names are slices of the source, so that an error can point at them.
pub type Term<'s> = parse::Term<&'s str>;
/// `def name(args): body;`
pub type Def<'s> = parse::Def<&'s str>;
/// What `as` binds to.
pub type Pattern<'s> = parse::Pattern<&'s str>;

/// A source file: `module {…};`, imports, definitions and perhaps a main filter.
pub struct Module<'s> {
    pub meta: Option<Term<'s>>,
    pub imports: Vec<Import<'s>>,
    /// Where the directives end and the program begins, in bytes.
    pub head: usize,
    pub defs: Vec<Def<'s>>,
    /// `None` where the text ends after the definitions.
    pub main: Option<Term<'s>>,
}

impl<'s> Module<'s> {
    /// The program, with its definitions local to it; without one, what changes nothing.
    pub fn into_term(self) -> Term<'s> {
        let main = self.main.unwrap_or(parse::Term::Id);
        if self.defs.is_empty() {
            main
        } else {
            parse::Term::Def(self.defs, Box::new(main))
        }
    }
}

/// `import "path" as name {meta};`, `import "path" as $name;` or `include "path";`
pub struct Import<'s> {
    pub path: &'s str,
    /// The bound name, with its `$` for data; `None` for `include`.
    pub name: Option<&'s str>,
    pub meta: Option<Term<'s>>,
}

/// What is wrong with a text, and where.
#[derive(Debug)]
pub struct SyntaxError {
    /// Byte offset into the source.
    pub offset: usize,
    /// Length in bytes of the offending text; 0 at the end of the source.
    pub length: usize,
    pub message: String,
}

/// Programs nested deeper than this are refused (jq's parser gives up at 10,000 too).
pub const MAX_NESTING: usize = 4_000;
