//! jq's grammar by precedence climbing.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Term as T};
use jaq_core::ops::{Cmp, Math};
use jaq_core::path::{Opt, Part, Path};

use super::lexer::{Kind, Lexer, StringPart, Token};
use super::{Def, Import, MAX_NESTING, Module, SyntaxError, Term};

pub(super) type Parsed<T> = Result<T, SyntaxError>;

/// Words that cannot name a filter.
const KEYWORDS: [&str; 19] = [
    "def", "import", "include", "module", "if", "then", "elif", "else", "end", "as", "reduce",
    "foreach", "try", "catch", "label", "and", "or", "break", "__loc__",
];

/// Binding strength of the operators, loosest first, as `%left` and its like order them in jq's `parser.y`.
mod strength {
    pub const PIPE: u8 = 0;
    pub const COMMA: u8 = 1;
    pub const BINDING: u8 = 2;
    pub const ALTERNATIVE: u8 = 3;
    pub const ASSIGN: u8 = 4;
    pub const OR: u8 = 5;
    pub const AND: u8 = 6;
    pub const COMPARE: u8 = 7;
    pub const ADD: u8 = 8;
    pub const MULTIPLY: u8 = 9;
}

#[derive(PartialEq)]
enum Associativity {
    Left,
    Right,
    None,
}

/// Reads a whole source file or filter.
pub fn parse_module(source: &str) -> Parsed<Module<'_>> {
    let mut parser = Parser::new(source)?;
    let meta = parser.module_directive()?;
    let mut imports = Vec::new();
    while let Some(import) = parser.import()? {
        imports.push(import);
    }
    let defs = parser.definitions()?;
    let main = if parser.next.kind == Kind::End {
        None
    } else {
        Some(parser.pipe()?)
    };
    parser.expect_end()?;
    Ok(Module {
        meta,
        imports,
        defs,
        main,
    })
}

/// Reads definitions that dq brings itself.
pub fn parse_definitions(source: &str) -> Parsed<Vec<Def<'_>>> {
    let mut parser = Parser::new(source)?;
    let defs = parser.definitions()?;
    parser.expect_end()?;
    Ok(defs)
}

pub(super) struct Parser<'s> {
    lexer: Lexer<'s>,
    source: &'s str,
    pub(super) next: Token<'s>,
    nesting: usize,
}

impl<'s> Parser<'s> {
    fn new(source: &'s str) -> Parsed<Self> {
        let mut lexer = Lexer::new(source);
        let next = lexer.next()?;
        Ok(Self {
            lexer,
            source,
            next,
            nesting: 0,
        })
    }

    pub(super) fn take(&mut self) -> Parsed<Token<'s>> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    /// Is the next token this symbol or keyword?
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.next.kind, Kind::Symbol | Kind::Word) && self.next.text == text
    }

    pub(super) fn accept(&mut self, text: &str) -> Parsed<bool> {
        let found = self.is(text);
        if found {
            self.take()?;
        }
        Ok(found)
    }

    pub(super) fn expect(&mut self, text: &str) -> Parsed<()> {
        if self.accept(text)? {
            Ok(())
        } else {
            Err(self.unexpected(&format!("expected {text}")))
        }
    }

    fn expect_end(&self) -> Parsed<()> {
        if self.next.kind == Kind::End {
            Ok(())
        } else {
            Err(self.unexpected("expected an operator or the end"))
        }
    }

    pub(super) fn unexpected(&self, wanted: &str) -> SyntaxError {
        let found = match self.next.kind {
            Kind::End => "end of the filter".to_owned(),
            _ => self.next.text.escape_debug().to_string(),
        };
        SyntaxError {
            offset: self.next.offset,
            length: self.next.text.len(),
            message: format!("unexpected {found}, {wanted}"),
        }
    }

    fn nested<R>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<R>) -> Parsed<R> {
        if self.nesting >= MAX_NESTING {
            let SyntaxError { offset, length, .. } = self.unexpected("");
            return Err(SyntaxError {
                offset,
                length,
                message: "the filter is nested too deeply".into(),
            });
        }
        self.nesting += 1;
        let result = parse(self);
        self.nesting -= 1;
        result
    }

    fn module_directive(&mut self) -> Parsed<Option<Term<'s>>> {
        if !self.accept("module")? {
            return Ok(None);
        }
        let meta = self.postfix()?;
        self.expect(";")?;
        Ok(Some(meta))
    }

    fn import(&mut self) -> Parsed<Option<Import<'s>>> {
        let is_include = self.is("include");
        if !is_include && !self.is("import") {
            return Ok(None);
        }
        self.take()?;
        let path = self.plain_string()?;
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
        self.expect(";")?;
        Ok(Some(Import { path, name, meta }))
    }

    fn plain_string(&mut self) -> Parsed<&'s str> {
        let start = self.next.offset + 1;
        let wanted = self.unexpected("expected a constant string");
        match self.postfix()? {
            T::Str(None, parts) => match &parts[..] {
                [] => Ok(&self.source[start..start]),
                [StrPart::Str(text)] => Ok(text),
                _ => Err(wanted),
            },
            _ => Err(wanted),
        }
    }

    fn import_name(&mut self) -> Parsed<&'s str> {
        self.expect("as")?;
        match self.next.kind {
            Kind::Word | Kind::Var => Ok(self.take()?.text),
            _ => Err(self.unexpected("expected a name")),
        }
    }

    fn definitions(&mut self) -> Parsed<Vec<Def<'s>>> {
        let mut defs = Vec::new();
        while self.is("def") {
            defs.push(self.definition()?);
        }
        Ok(defs)
    }

    fn definition(&mut self) -> Parsed<Def<'s>> {
        self.expect("def")?;
        let name = match self.next.kind {
            Kind::Word if !KEYWORDS.contains(&self.next.text) => self.take()?.text,
            Kind::Format => self.take()?.text,
            _ => return Err(self.unexpected("expected the name of a definition")),
        };
        let mut args = Vec::new();
        if self.accept("(")? {
            loop {
                match self.next.kind {
                    Kind::Word | Kind::Var => args.push(self.take()?.text),
                    _ => return Err(self.unexpected("expected a parameter")),
                }
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

    /// A whole expression, pipes, commas and all.
    pub(super) fn pipe(&mut self) -> Parsed<Term<'s>> {
        self.nested(|parser| parser.binary(strength::PIPE, true))
    }

    /// An expression without a comma at its top, as an object's value is.
    pub(super) fn pipe_without_comma(&mut self) -> Parsed<Term<'s>> {
        self.nested(|parser| parser.binary(strength::PIPE, false))
    }

    fn binary(&mut self, least: u8, with_comma: bool) -> Parsed<Term<'s>> {
        let mut left = self.unary(with_comma)?;
        let mut chained = None;
        loop {
            if self.is("as") && least <= strength::BINDING {
                left = self.binding(left, with_comma)?;
            }
            let Some((op, strength, associativity)) = self.operator(with_comma) else {
                break;
            };
            if strength < least {
                break;
            }
            if chained == Some(strength) && associativity == Associativity::None {
                return Err(self.unexpected("this operator cannot be chained: use parentheses"));
            }
            self.take()?;
            let next = if associativity == Associativity::Right {
                strength
            } else {
                strength + 1
            };
            let right = self.nested(|parser| parser.binary(next, with_comma))?;
            left = T::BinOp(Box::new(left), op, Box::new(right));
            chained = Some(strength);
        }
        Ok(left)
    }

    fn operator(&self, with_comma: bool) -> Option<(BinaryOp<&'s str>, u8, Associativity)> {
        use Associativity::{Left, None as Alone, Right};
        use BinaryOp as B;
        if !matches!(self.next.kind, Kind::Symbol | Kind::Word) {
            return None;
        }
        Some(match self.next.text {
            "|" => (B::Pipe(None), strength::PIPE, Right),
            "," if with_comma => (B::Comma, strength::COMMA, Left),
            "//" => (B::Alt, strength::ALTERNATIVE, Right),
            "=" => (B::Assign, strength::ASSIGN, Alone),
            "|=" => (B::Update, strength::ASSIGN, Alone),
            "+=" => (B::UpdateMath(Math::Add), strength::ASSIGN, Alone),
            "-=" => (B::UpdateMath(Math::Sub), strength::ASSIGN, Alone),
            "*=" => (B::UpdateMath(Math::Mul), strength::ASSIGN, Alone),
            "/=" => (B::UpdateMath(Math::Div), strength::ASSIGN, Alone),
            "%=" => (B::UpdateMath(Math::Rem), strength::ASSIGN, Alone),
            "//=" => (B::UpdateAlt, strength::ASSIGN, Alone),
            "or" => (B::Or, strength::OR, Left),
            "and" => (B::And, strength::AND, Left),
            "==" => (B::Cmp(Cmp::Eq), strength::COMPARE, Alone),
            "!=" => (B::Cmp(Cmp::Ne), strength::COMPARE, Alone),
            "<" => (B::Cmp(Cmp::Lt), strength::COMPARE, Alone),
            "<=" => (B::Cmp(Cmp::Le), strength::COMPARE, Alone),
            ">" => (B::Cmp(Cmp::Gt), strength::COMPARE, Alone),
            ">=" => (B::Cmp(Cmp::Ge), strength::COMPARE, Alone),
            "+" => (B::Math(Math::Add), strength::ADD, Left),
            "-" => (B::Math(Math::Sub), strength::ADD, Left),
            "*" => (B::Math(Math::Mul), strength::MULTIPLY, Left),
            "/" => (B::Math(Math::Div), strength::MULTIPLY, Left),
            "%" => (B::Math(Math::Rem), strength::MULTIPLY, Left),
            _ => return None,
        })
    }

    /// An operand: negations, definitions and labels reach as far right as they can.
    fn unary(&mut self, with_comma: bool) -> Parsed<Term<'s>> {
        if self.accept("-")? {
            let operand = self.nested(|parser| parser.binary(strength::MULTIPLY, with_comma))?;
            return Ok(T::Neg(Box::new(operand)));
        }
        if self.is("def") {
            let defs = self.definitions()?;
            return Ok(T::Def(defs, Box::new(self.rest(with_comma)?)));
        }
        if self.accept("label")? {
            let name = self.variable()?;
            self.expect("|")?;
            return Ok(T::Label(name, Box::new(self.rest(with_comma)?)));
        }
        self.postfix()
    }

    /// What a binding, definition or label applies to.
    pub(super) fn rest(&mut self, with_comma: bool) -> Parsed<Term<'s>> {
        if with_comma {
            self.pipe()
        } else {
            self.pipe_without_comma()
        }
    }

    pub(super) fn variable(&mut self) -> Parsed<&'s str> {
        if self.next.kind == Kind::Var {
            Ok(self.take()?.text)
        } else {
            Err(self.unexpected("expected a variable such as $x"))
        }
    }

    /// A term with its path components: `.a[0]?."b"`.
    pub(super) fn postfix(&mut self) -> Parsed<Term<'s>> {
        let mut term = self.nested(Self::atom)?;
        let mut parts = Vec::new();
        loop {
            let part = match self.next.kind {
                Kind::Field => Part::Index(T::from_field(self.take()?.text)),
                Kind::Symbol if self.next.text == "[" => self.bracket()?,
                Kind::Symbol if self.next.text == "." => match self.dotted()? {
                    Some(part) => part,
                    None => break,
                },
                Kind::Symbol if self.next.text == "?" => {
                    self.take()?;
                    match parts.last_mut() {
                        Some((_, opt)) => *opt = Opt::Optional,
                        None => term = T::TryCatch(Box::new(term), None),
                    }
                    continue;
                }
                _ => break,
            };
            parts.push((part, Opt::Essential));
        }
        Ok(if parts.is_empty() {
            term
        } else {
            T::Path(Box::new(term), Path(parts))
        })
    }

    /// `."b"` or `.[0]` behind a term.
    fn dotted(&mut self) -> Parsed<Option<Part<Term<'s>>>> {
        self.take()?;
        match self.next.kind {
            Kind::Quote | Kind::Format => Ok(Some(Part::Index(self.string()?))),
            _ if self.is("[") => Ok(Some(self.bracket()?)),
            _ => Err(self.unexpected("expected a key")),
        }
    }

    /// `[]`, `[i]`, `[i:]`, `[:j]` or `[i:j]`
    fn bracket(&mut self) -> Parsed<Part<Term<'s>>> {
        self.expect("[")?;
        if self.accept("]")? {
            return Ok(Part::Range(None, None));
        }
        let from = if self.is(":") {
            None
        } else {
            Some(self.pipe()?)
        };
        let part = match from {
            Some(index) if !self.is(":") => Part::Index(index),
            from => {
                self.expect(":")?;
                let upto = if from.is_some() && self.is("]") {
                    None
                } else {
                    Some(self.pipe()?)
                };
                Part::Range(from, upto)
            }
        };
        self.expect("]")?;
        Ok(part)
    }

    fn atom(&mut self) -> Parsed<Term<'s>> {
        match self.next.kind {
            Kind::Num => Ok(T::Num(self.take()?.text)),
            Kind::Quote | Kind::Format => self.string_or_format(),
            Kind::Field => {
                let key = T::from_field(self.take()?.text);
                Ok(T::Path(
                    Box::new(T::Id),
                    Path(vec![(Part::Index(key), Opt::Essential)]),
                ))
            }
            Kind::Var => Ok(self.var()?),
            Kind::Word => self.word(),
            Kind::Symbol => self.symbol(),
            Kind::End => Err(self.unexpected("expected a term")),
        }
    }

    fn var(&mut self) -> Parsed<Term<'s>> {
        let token = self.take()?;
        if token.text == "$__loc__" {
            Ok(self.location(token))
        } else {
            Ok(T::Var(token.text))
        }
    }

    /// `{"file": "<top-level>", "line": N}`
    pub(super) fn location(&self, token: Token<'s>) -> Term<'s> {
        let line = 1 + self.source[..token.offset].matches('\n').count();
        let text = |text| T::Str(None, vec![StrPart::Str(text)]);
        let lines = (0..line).map(|_| T::Num("1"));
        let line =
            lines.reduce(|l, r| T::BinOp(Box::new(l), BinaryOp::Math(Math::Add), Box::new(r)));
        T::Obj(vec![
            (text("file"), Some(text("<top-level>"))),
            (text("line"), line),
        ])
    }

    fn symbol(&mut self) -> Parsed<Term<'s>> {
        match self.next.text {
            ".." => {
                self.take()?;
                Ok(T::Recurse)
            }
            "." => {
                self.take()?;
                match self.next.kind {
                    Kind::Quote => {
                        let key = self.string()?;
                        Ok(T::Path(
                            Box::new(T::Id),
                            Path(vec![(Part::Index(key), Opt::Essential)]),
                        ))
                    }
                    _ => Ok(T::Id),
                }
            }
            "(" => {
                self.take()?;
                let inner = self.pipe()?;
                self.expect(")")?;
                // A binary operation of its own, so that a path behind it applies to the whole.
                Ok(inner)
            }
            "[" => {
                self.take()?;
                if self.accept("]")? {
                    return Ok(T::Arr(None));
                }
                let inner = self.pipe()?;
                self.expect("]")?;
                Ok(T::Arr(Some(Box::new(inner))))
            }
            "{" => self.object(),
            "-" => {
                self.take()?;
                Ok(T::Neg(Box::new(self.postfix()?)))
            }
            _ => Err(self.unexpected("expected a term")),
        }
    }

    fn word(&mut self) -> Parsed<Term<'s>> {
        match self.next.text {
            "if" => self.condition(),
            "try" => self.try_catch(),
            "reduce" | "foreach" => self.fold(),
            "break" => {
                self.take()?;
                Ok(T::Break(self.variable()?))
            }
            "def" | "label" => self.unary(true),
            word if KEYWORDS.contains(&word) => Err(self.unexpected("expected a term")),
            _ => self.call(),
        }
    }

    fn call(&mut self) -> Parsed<Term<'s>> {
        let name = self.take()?.text;
        let mut args = Vec::new();
        if self.accept("(")? {
            loop {
                args.push(self.pipe()?);
                if !self.accept(";")? {
                    break;
                }
            }
            self.expect(")")?;
        }
        Ok(T::Call(name, args))
    }

    fn condition(&mut self) -> Parsed<Term<'s>> {
        let mut branches = Vec::new();
        while matches!(self.next.text, "if" | "elif") {
            self.take()?;
            let condition = self.pipe()?;
            self.expect("then")?;
            branches.push((condition, self.pipe()?));
            if self.is("if") {
                break;
            }
        }
        let otherwise = if self.accept("else")? {
            Some(Box::new(self.pipe()?))
        } else {
            None
        };
        if !self.accept("end")? {
            return Err(self.unexpected("expected elif, else or end"));
        }
        Ok(T::IfThenElse(branches, otherwise))
    }

    fn try_catch(&mut self) -> Parsed<Term<'s>> {
        self.expect("try")?;
        let body = self.negated_postfix()?;
        let handler = if self.accept("catch")? {
            Some(Box::new(self.negated_postfix()?))
        } else {
            None
        };
        Ok(T::TryCatch(Box::new(body), handler))
    }

    fn negated_postfix(&mut self) -> Parsed<Term<'s>> {
        if self.accept("-")? {
            Ok(T::Neg(Box::new(self.postfix()?)))
        } else {
            self.postfix()
        }
    }

    fn fold(&mut self) -> Parsed<Term<'s>> {
        let name = self.take()?.text;
        let source = self.binary(strength::ALTERNATIVE, false)?;
        let patterns = self.patterns()?;
        self.expect("(")?;
        let mut args = vec![self.pipe()?];
        while self.accept(";")? {
            args.push(self.pipe()?);
        }
        let most = if name == "reduce" { 2 } else { 3 };
        if args.len() < 2 || args.len() > most {
            return Err(self.unexpected(&format!(
                "{name} takes 2{} filters in parentheses",
                if most == 3 { " or 3" } else { "" }
            )));
        }
        self.expect(")")?;
        Ok(super::pattern::fold(name, source, patterns, args))
    }

    fn string_or_format(&mut self) -> Parsed<Term<'s>> {
        if self.next.kind == Kind::Quote {
            return self.string();
        }
        let format = self.take()?.text;
        if self.next.kind == Kind::Quote {
            let T::Str(_, parts) = self.string()? else {
                return Ok(T::Id);
            };
            return Ok(T::Str(Some(format), parts));
        }
        Ok(T::Call(format, Vec::new()))
    }

    /// A string literal, with a format before it perhaps.
    pub(super) fn string(&mut self) -> Parsed<Term<'s>> {
        if self.next.kind == Kind::Format {
            return self.string_or_format();
        }
        let mut parts = Vec::new();
        // The opening quote is the token looked ahead at: the lexer stands right behind it.
        self.lexer.position = self.next.offset + 1;
        loop {
            match self.lexer.string_part()? {
                StringPart::Text(text) => parts.push(StrPart::Str(text)),
                StringPart::Char(c) => parts.push(StrPart::Char(c)),
                StringPart::Close => break,
                StringPart::Interpolation => {
                    self.next = self.lexer.next()?;
                    let inner = self.pipe()?;
                    if !self.is(")") {
                        return Err(self.unexpected("expected )"));
                    }
                    self.lexer.position = self.next.offset + 1;
                    parts.push(StrPart::Term(inner));
                }
            }
        }
        self.next = self.lexer.next()?;
        Ok(T::Str(None, parts))
    }
}

/// `.name` → the key `"name"`.
trait FromField<'s> {
    fn from_field(field: &'s str) -> Self;
}

impl<'s> FromField<'s> for Term<'s> {
    fn from_field(field: &'s str) -> Self {
        T::Str(None, vec![StrPart::Str(&field[1..])])
    }
}
