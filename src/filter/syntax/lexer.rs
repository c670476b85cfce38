//! The lexer: jq source text to tokens.

use super::ast::SyntaxError;

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `map`, `m::f`, and the keywords.
    Word,
    /// `.name`
    Field,
    /// `$name`
    Var,
    /// `@base64`
    Format,
    Num,
    /// An opening `"`. The parser reads the rest with [`Lexer::string_part`].
    Quote,
    /// `|`, `//=`, `(`, …
    Symbol,
    End,
}

/// A token: its kind, its slice of the source, and its byte offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'s> {
    pub kind: TokenKind,
    pub text: &'s str,
    pub offset: usize,
}

/// A piece of a string literal.
pub(super) enum StringPart<'s> {
    Text(&'s str),
    Char(char),
    /// `\(`, which an interpolated filter follows.
    Interpolation,
    Close,
}

/// The symbols, longest first, so that `//=` is not read as `//`.
const SYMBOLS: [&str; 40] = [
    "?//=", "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "..",
    "::", "|", ",", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}", ":", ";",
    ".", "?", "$", "@", "!", "&",
];

pub(super) struct Lexer<'s> {
    source: &'s str,
    pub position: usize,
}

impl<'s> Lexer<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self {
            source,
            position: 0,
        }
    }

    fn rest(&self) -> &'s str {
        &self.source[self.position..]
    }

    /// The next token. Whitespace and comments before it are skipped.
    pub(super) fn next(&mut self) -> Result<Token<'s>, SyntaxError> {
        self.skip_space();
        let rest = self.rest();
        let (kind, length) = match rest.as_bytes() {
            [] => (TokenKind::End, 0),
            [b'"', ..] => (TokenKind::Quote, 1),
            [b'.', b'0'..=b'9', ..] | [b'0'..=b'9', ..] => (TokenKind::Num, number_length(rest)),
            [b'.', c, ..] if is_word_start(*c) => (TokenKind::Field, 1 + word_length(&rest[1..])),
            [b'$', c, ..] if is_word_start(*c) => (TokenKind::Var, 1 + path_length(&rest[1..])),
            [b'@', c, ..] if is_word(*c) => (TokenKind::Format, 1 + word_length(&rest[1..])),
            [c, ..] if is_word_start(*c) => (TokenKind::Word, path_length(rest)),
            _ => (TokenKind::Symbol, self.symbol_length()?),
        };
        let token = Token {
            kind,
            text: &rest[..length],
            offset: self.position,
        };
        self.position += length;
        Ok(token)
    }

    fn symbol_length(&self) -> Result<usize, SyntaxError> {
        let rest = self.rest();
        // `?//=` is `?` and `//=`: the alternatives of a pattern cannot be assigned to.
        if rest.starts_with("?//=") {
            return Ok(1);
        }
        let known = SYMBOLS
            .iter()
            .find(|symbol| rest.starts_with(**symbol))
            .filter(|s| !matches!(**s, "!" | "&" | "@"));
        known.map(|symbol| symbol.len()).ok_or_else(|| {
            let c = rest.chars().next().unwrap_or(' ');
            SyntaxError {
                offset: self.position,
                length: c.len_utf8(),
                message: format!("unexpected character {}", c.escape_debug()),
            }
        })
    }

    fn skip_space(&mut self) {
        loop {
            let trimmed = self.rest().trim_start_matches([' ', '\t', '\n', '\r']);
            self.position = self.source.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.skip_comment();
        }
    }

    /// A comment ends with its line, unless an odd number of backslashes ends the line (since jq 1.7.1).
    fn skip_comment(&mut self) {
        loop {
            let line_length = self.rest().find('\n').unwrap_or(self.rest().len());
            let line = &self.rest()[..line_length];
            let line = line.strip_suffix('\r').unwrap_or(line);
            let backslashes = line.bytes().rev().take_while(|b| *b == b'\\').count();
            self.position = (self.position + line_length + 1).min(self.source.len());
            if backslashes % 2 == 0 || self.rest().is_empty() {
                return;
            }
        }
    }

    /// The next piece of a string literal, after its opening quote or an interpolation.
    pub(super) fn string_part(&mut self) -> Result<StringPart<'s>, SyntaxError> {
        let rest = self.rest();
        let plain = rest.find(['"', '\\']).unwrap_or(rest.len());
        if plain > 0 {
            self.position += plain;
            return Ok(StringPart::Text(&rest[..plain]));
        }
        let mut chars = rest.chars();
        match (chars.next(), chars.next()) {
            (Some('"'), _) => self.advance(1, StringPart::Close),
            (Some('\\'), Some('(')) => self.advance(2, StringPart::Interpolation),
            (Some('\\'), Some('u')) => self.unicode_escape(),
            (Some('\\'), Some(c)) => match simple_escape(c) {
                Some(c) => self.advance(2, StringPart::Char(c)),
                None => Err(self.error(
                    1 + c.len_utf8(),
                    format!("invalid escape \\{}", c.escape_debug()),
                )),
            },
            _ => Err(self.error(0, "this string has no closing quote".into())),
        }
    }

    fn advance(
        &mut self,
        length: usize,
        part: StringPart<'s>,
    ) -> Result<StringPart<'s>, SyntaxError> {
        self.position += length;
        Ok(part)
    }

    fn error(&self, length: usize, message: String) -> SyntaxError {
        SyntaxError {
            offset: self.position,
            length,
            message,
        }
    }

    /// `\uXXXX`, or a surrogate pair of two. A lone surrogate becomes U+FFFD, as in JSON texts.
    fn unicode_escape(&mut self) -> Result<StringPart<'s>, SyntaxError> {
        let Some(high) = hex_escape(self.rest()) else {
            return Err(self.error(2, "\\u needs four hexadecimal digits".into()));
        };
        let pair = hex_escape(&self.rest()[6..])
            .filter(|low| (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(low));
        if let Some(low) = pair {
            let c = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            return self.advance(
                12,
                StringPart::Char(char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER)),
            );
        }
        self.advance(
            6,
            StringPart::Char(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER)),
        )
    }
}

fn hex_escape(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits
        .bytes()
        .all(|b| b.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}

fn simple_escape(c: char) -> Option<char> {
    Some(match c {
        '"' | '\\' | '/' => c,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => return None,
    })
}

fn is_word_start(c: u8) -> bool {
    c.is_ascii_alphabetic() || c == b'_'
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

fn word_length(text: &str) -> usize {
    text.bytes().take_while(|c| is_word(*c)).count()
}

/// The length of `name` or `module::name`.
fn path_length(text: &str) -> usize {
    let mut length = word_length(text);
    while let Some(rest) = text[length..]
        .strip_prefix("::")
        .filter(|rest| rest.bytes().next().is_some_and(is_word_start))
    {
        length += 2 + word_length(rest);
    }
    length
}

fn number_length(text: &str) -> usize {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if text[length..].starts_with('.') {
        length += 1 + digits(length + 1);
    }
    if text[length..].starts_with(['e', 'E']) {
        let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
        match digits(length + 1 + sign) {
            0 => {}
            exponent => length += 1 + sign + exponent,
        }
    }
    length
}
