//! The parser's access to tokens, and whole source files.

use std::borrow::Cow;

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::Term as T;

use super::ast::{Def, Import, Module, SyntaxError, Term};
use super::constant::text_of;
use super::lexer::{Lexer, Token, TokenKind};

pub(super) type ParseResult<T> = Result<T, SyntaxError>;

/// Programs nested deeper than this are refused. jq's own parser gives up at 10,000.
const MAX_NESTING: usize = 4_000;

/// The most operators, path components, `elif`s, parameters and variables of a pattern in a row. Like nesting, they make the tree of terms deep, on which
/// everything behind the parser recurses. Commas, `and` and `or` do not count, as their order is free.
const MAX_CHAIN: usize = 10_000;

/// The most escapes and interpolations of one string, which the evaluators recurse on too, with small frames.
pub(super) const MAX_STRING_PARTS: usize = 100_000;

/// The most tokens that may be copied for the alternatives of `?//`, each of which has the rest of the filter.
const MAX_COPIED: usize = 1_000_000;

/// Words that cannot name a filter.
pub(crate) const KEYWORDS: [&str; 19] = [
    "def", "import", "include", "module", "if", "then", "elif", "else", "end", "as", "reduce",
    "foreach", "try", "catch", "label", "and", "or", "break", "__loc__",
];

/// Parses a source file or filter.
pub(crate) fn parse_module(source: &str) -> ParseResult<Module<'_>> {
    Parser::new(source)?.module()
}

/// Parses the beginning of a source file or filter: the text may end anywhere, and what is missing is left out. Returns
/// where the last string opens, if the text ends within one.
///
/// Nesting is limited to a depth that a small stack bears.
pub(crate) fn parse_beginning(source: &str) -> ParseResult<(Module<'_>, Option<usize>)> {
    const MAX_NESTING: usize = 150;
    let mut parser = Parser::new(source)?;
    parser.is_beginning = true;
    parser.max_nesting = MAX_NESTING;
    let module = parser.module()?;
    Ok((module, parser.open_quote))
}

/// Parses the metadata of `module {…};` and nothing after it.
pub(crate) fn parse_metadata(source: &str) -> ParseResult<Option<Term<'_>>> {
    Parser::new(source)?.module_directive()
}

/// Whether the program behind the directives is `.`. Of any other program, only the beginning is looked at.
pub(crate) fn is_identity(source: &str) -> bool {
    let beginning = || -> ParseResult<bool> {
        let mut parser = Parser::new(source)?;
        parser.module_directive()?;
        while parser.import()?.is_some() {}
        let may_be = parser.is("(") || parser.accept(".")? && parser.next.kind == TokenKind::End;
        Ok(may_be)
    };
    let is_dot = |module: Module| matches!(module.main, Some(T::Id)) && module.defs.is_empty();
    beginning().unwrap_or(true) && parse_module(source).is_ok_and(is_dot)
}

/// Parses a text of definitions, such as those of builtins.
pub(crate) fn parse_definitions(source: &str) -> ParseResult<Vec<Def<'_>>> {
    let mut parser = Parser::new(source)?;
    let defs = parser.definitions()?;
    parser.expect_end()?;
    Ok(defs)
}

pub(super) struct Parser<'s> {
    pub(super) lexer: Lexer<'s>,
    pub(super) source: &'s str,
    pub(super) next: Token<'s>,
    nesting: usize,
    max_nesting: usize,
    /// The source may end before the filter does.
    is_beginning: bool,
    /// Where the string opens in which the beginning of a filter ends.
    pub(super) open_quote: Option<usize>,
    /// The length of the longest chain in the terms read so far of the innermost construct, with those inside of it.
    chain: usize,
    /// The number of tokens read, and of those that copies of terms consist of.
    tokens: usize,
    copied: usize,
    /// An offset of the source, and the number of line feeds before it.
    line: (usize, usize),
    /// The byte offset at which the last `module` or `import` directive ended.
    head: usize,
}

impl<'s> Parser<'s> {
    fn new(source: &'s str) -> ParseResult<Self> {
        let mut lexer = Lexer::new(source);
        let next = lexer.next()?;
        Ok(Self {
            lexer,
            source,
            next,
            nesting: 0,
            max_nesting: MAX_NESTING,
            is_beginning: false,
            open_quote: None,
            chain: 0,
            tokens: 0,
            copied: 0,
            line: (0, 0),
            head: 0,
        })
    }

    fn module(&mut self) -> ParseResult<Module<'s>> {
        let meta = self.module_directive()?;
        let mut imports = Vec::new();
        while let Some(import) = self.import()? {
            imports.push(import);
        }
        let head = self.head;
        let defs = self.definitions()?;
        let main = if self.next.kind == TokenKind::End {
            None
        } else {
            Some(self.pipe()?)
        };
        self.expect_end()?;
        Ok(Module {
            meta,
            imports,
            head,
            defs,
            main,
        })
    }

    /// Whether the text ends here, and the filter may go on.
    pub(super) fn is_cut_off(&self) -> bool {
        self.is_beginning && self.next.kind == TokenKind::End
    }

    /// Notes that the text ends within the string that opens at this offset; false if it is a whole filter.
    pub(super) fn cuts_off_string(&mut self, opening: usize) -> bool {
        let is_cut_off = self.is_beginning && self.lexer.position == self.source.len();
        if is_cut_off {
            self.open_quote = Some(opening);
        }
        is_cut_off
    }

    pub(super) fn take(&mut self) -> ParseResult<Token<'s>> {
        let next = self.lexer.next()?;
        self.tokens += 1;
        Ok(std::mem::replace(&mut self.next, next))
    }

    /// Whether the next token is this symbol or keyword.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.next.kind, TokenKind::Symbol | TokenKind::Word) && self.next.text == text
    }

    pub(super) fn accept(&mut self, text: &str) -> ParseResult<bool> {
        let found = self.is(text);
        if found {
            self.take()?;
        }
        Ok(found)
    }

    pub(super) fn expect(&mut self, text: &str) -> ParseResult<()> {
        if self.accept(text)? || self.is_cut_off() {
            Ok(())
        } else {
            Err(self.unexpected(&format!("expected {text}")))
        }
    }

    fn expect_end(&self) -> ParseResult<()> {
        if self.next.kind == TokenKind::End {
            Ok(())
        } else {
            Err(self.unexpected("expected an operator or the end"))
        }
    }

    pub(super) fn unexpected(&self, wanted: &str) -> SyntaxError {
        let found = match self.next.kind {
            TokenKind::End => "end of the filter".to_owned(),
            _ => self.next.text.to_owned(),
        };
        SyntaxError {
            offset: self.next.offset,
            length: self.next.text.len(),
            message: format!("unexpected {found}, {wanted}"),
        }
    }

    pub(super) fn nested<R>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> ParseResult<R>,
    ) -> ParseResult<R> {
        if self.nesting >= self.max_nesting {
            return Err(self.refused("the filter is nested too deeply"));
        }
        self.nesting += 1;
        let result = parse(self);
        self.nesting -= 1;
        result
    }

    pub(super) fn refused(&self, message: &str) -> SyntaxError {
        SyntaxError {
            offset: self.next.offset,
            length: self.next.text.len(),
            message: message.to_owned(),
        }
    }

    /// Begins a chain; gives what [`Parser::end_chain`] takes.
    pub(super) fn begin_chain(&mut self) -> usize {
        std::mem::take(&mut self.chain)
    }

    /// Fails if a chain that has this many links so far is too long, together with the longest one in its links.
    pub(super) fn check_chain(&self, links: usize) -> ParseResult<()> {
        if links + self.chain > MAX_CHAIN {
            return Err(self.refused("the filter has too many parts in a row"));
        }
        Ok(())
    }

    pub(super) fn end_chain(&mut self, outside: usize, links: usize) {
        self.chain = outside.max(self.chain + links);
    }

    /// Parses a term that will be copied `copies` times.
    pub(super) fn copied<R>(
        &mut self,
        copies: usize,
        parse: impl FnOnce(&mut Self) -> ParseResult<R>,
    ) -> ParseResult<R> {
        let before = self.tokens + self.copied;
        let result = parse(self)?;
        let size = self.tokens + self.copied - before;
        self.copied = self.copied.saturating_add(size.saturating_mul(copies));
        if self.copied > MAX_COPIED {
            return Err(self.refused("the filter has too many alternatives (?//)"));
        }
        Ok(result)
    }

    /// The number of the line that begins before this byte offset, from 1. Offsets never decrease.
    pub(super) fn line_of(&mut self, offset: usize) -> usize {
        let (counted, before) = self.line;
        let lines = before + self.source[counted..offset].matches('\n').count();
        self.line = (offset, lines);
        lines + 1
    }

    fn module_directive(&mut self) -> ParseResult<Option<Term<'s>>> {
        if !self.accept("module")? {
            return Ok(None);
        }
        let meta = self.postfix()?;
        self.end_directive()?;
        Ok(Some(meta))
    }

    fn import(&mut self) -> ParseResult<Option<Import<'s>>> {
        let is_include = self.is("include");
        if !is_include && !self.is("import") {
            return Ok(None);
        }
        self.take()?;
        let (path, literal) = self.import_path()?;
        let name = if is_include {
            None
        } else {
            Some(self.import_name()?)
        };
        let meta = if self.is(";") {
            None
        } else {
            Some(self.postfix()?)
        };
        self.end_directive()?;
        Ok(Some(Import {
            path,
            literal,
            name,
            meta,
        }))
    }

    fn end_directive(&mut self) -> ParseResult<()> {
        self.head = self.next.offset + 1;
        self.expect(";")
    }

    /// The path of an import, and its text in the source without the quotes.
    fn import_path(&mut self) -> ParseResult<(Cow<'s, str>, &'s str)> {
        let wanted = self.unexpected("expected a constant string");
        let start = self.next.offset;
        let T::Str(_, parts) = self.postfix()? else {
            return Err(wanted);
        };
        let path = match &parts[..] {
            [StrPart::Str(text)] => Cow::Borrowed(*text),
            _ => Cow::Owned(text_of(&parts).ok_or(wanted)?),
        };
        let literal = self.source[start..self.next.offset].trim_end();
        Ok((path, literal.trim_matches('"')))
    }

    fn import_name(&mut self) -> ParseResult<&'s str> {
        self.expect("as")?;
        match self.next.kind {
            TokenKind::Word | TokenKind::Var => Ok(self.take()?.text),
            _ => Err(self.unexpected("expected a name")),
        }
    }

    pub(super) fn definitions(&mut self) -> ParseResult<Vec<Def<'s>>> {
        let mut defs = Vec::new();
        while self.is("def") {
            defs.push(self.definition()?);
        }
        Ok(defs)
    }

    fn definition(&mut self) -> ParseResult<Def<'s>> {
        self.expect("def")?;
        let name = match self.next.kind {
            TokenKind::Word if !KEYWORDS.contains(&self.next.text) => self.take()?.text,
            TokenKind::Format => self.take()?.text,
            _ => return Err(self.unexpected("expected the name of a definition")),
        };
        let mut args = Vec::new();
        if self.accept("(")? {
            loop {
                match self.next.kind {
                    TokenKind::Word | TokenKind::Var => args.push(self.take()?.text),
                    _ => return Err(self.unexpected("expected a parameter")),
                }
                self.check_chain(args.len())?;
                if !self.accept(";")? {
                    break;
                }
            }
            self.expect(")")?;
        }
        self.expect(":")?;
        let body = self.nested(Self::pipe)?;
        self.expect(";")?;
        Ok(Def { name, args, body })
    }

    pub(super) fn variable(&mut self) -> ParseResult<&'s str> {
        if self.next.kind == TokenKind::Var {
            Ok(self.take()?.text)
        } else {
            Err(self.unexpected("expected a variable such as $x"))
        }
    }
}
