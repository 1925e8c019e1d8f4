//! Reading the tokens of one statement, and saying what was found where something else was expected.

use super::ast::{Name, Number, Span, Spanned};
use super::diagnostic::{Diagnostic, quoted};
use super::nearest::nearest;
use super::token::{Line, Token, TokenKind};

/// A value, or the error that ends the statement.
pub(super) type Parsed<T> = Result<T, Diagnostic>;

/// Words that cannot be names, because they stand between names.
const RESERVED: &[&str] = &["and", "or", "not", "bytes"];

/// A place in a statement.
pub(super) struct Cursor<'a, 'l> {
    line: &'l Line<'a>,
    at: usize,
}

impl<'a, 'l> Cursor<'a, 'l> {
    pub(super) fn new(line: &'l Line<'a>) -> Self {
        Cursor { line, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<TokenKind<'a>> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<TokenKind<'a>> {
        self.line.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    /// The span of the next token, or of the place after the last one.
    pub(super) fn span(&self) -> Span {
        self.line.tokens.get(self.at).map_or(self.line.end, |token| token.span)
    }

    /// The span of the token before.
    pub(super) fn last_span(&self) -> Span {
        self.at
            .checked_sub(1)
            .and_then(|at| self.line.tokens.get(at))
            .map_or(self.line.end, |token| token.span)
    }

    /// The span of the whole statement.
    pub(super) fn line_span(&self) -> Span {
        self.line.tokens.first().map_or(self.line.end, |token| token.span.to(self.line.end))
    }

    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        let token = self.line.tokens.get(self.at).copied();
        self.at += usize::from(token.is_some());
        token
    }

    /// Goes over the symbol if it is next.
    pub(super) fn eat(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Some(TokenKind::Symbol(found)) if found == symbol);
        self.at += usize::from(found);
        found
    }

    /// Goes over the word if it is next.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(TokenKind::Word(found)) if found == word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn symbol(&mut self, symbol: &str) -> Parsed<()> {
        if self.eat(symbol) { Ok(()) } else { Err(self.expected(&format!("`{symbol}`"))) }
    }

    /// One of these words, which must come next; `what` says so.
    pub(super) fn word(&mut self, words: &[&'static str], what: &str) -> Parsed<&'static str> {
        for word in words {
            if self.eat_word(word) {
                return Ok(word);
            }
        }
        let error = self.expected(what);
        Err(match self.peek() {
            Some(TokenKind::Word(found)) => error.suggest(nearest(found, words.iter().copied())),
            _ => error,
        })
    }

    /// A name; `what` says of what, with its article.
    pub(super) fn name(&mut self, what: &str) -> Parsed<Name> {
        match self.peek() {
            Some(TokenKind::Word(word)) if !RESERVED.contains(&word) => {
                let span = self.span();
                self.at += 1;
                Ok(Spanned::new(word.to_owned(), span))
            }
            Some(TokenKind::Word(word)) => {
                Err(self.expected(what).help(format!("`{word}` is a word of the language and names nothing")))
            }
            _ => Err(self.expected(what)),
        }
    }

    /// The name of a field, after a dot, where no word of the language can stand and so every word is a name.
    /// Whether a name and a `(` come next.
    pub(super) fn is_call(&self) -> bool {
        let is_open = |kind| matches!(kind, TokenKind::Symbol("("));
        matches!(self.peek(), Some(TokenKind::Word(_))) && self.peek_at(1).is_some_and(is_open)
    }

    pub(super) fn field(&mut self) -> Parsed<Name> {
        match self.peek() {
            Some(TokenKind::Word(word)) => {
                let span = self.span();
                self.at += 1;
                Ok(Spanned::new(word.to_owned(), span))
            }
            _ => Err(self.expected("a field")),
        }
    }

    pub(super) fn text(&mut self, what: &str) -> Parsed<Spanned<String>> {
        match self.peek() {
            Some(TokenKind::Text(text)) => {
                let span = self.span();
                self.at += 1;
                Ok(Spanned::new(text.to_owned(), span))
            }
            Some(TokenKind::Word(_)) => Err(self.expected(what).help("strings stand between `\"`")),
            _ => Err(self.expected(what)),
        }
    }

    /// A number with the word `bytes` after it, if a number comes next.
    pub(super) fn number(&mut self) -> Option<Spanned<Number>> {
        let Some(TokenKind::Number(number)) = self.peek() else { return None };
        let first = self.span();
        self.at += 1;
        let bytes = self.eat_word("bytes");
        Some(Spanned::new(Number { bytes, ..number }, first.to(self.last_span())))
    }

    /// Nothing more may follow.
    pub(super) fn end(&self) -> Parsed<()> {
        if self.peek().is_none() { Ok(()) } else { Err(self.expected("the end of the line")) }
    }

    /// The error that the next token is not what was expected.
    pub(super) fn expected(&self, what: &str) -> Diagnostic {
        let found = match self.peek() {
            None => "the end of the line".to_owned(),
            Some(TokenKind::Word(word)) => quoted(word),
            Some(TokenKind::Number(number)) => {
                format!("the number `{}{}`", if number.negative { "-" } else { "" }, number.magnitude)
            }
            Some(TokenKind::Text(_)) => "a string".to_owned(),
            Some(TokenKind::Rest(text)) => quoted(text),
            Some(TokenKind::Symbol(symbol)) => format!("`{symbol}`"),
        };
        Diagnostic::new(format!("found {found}, expected {what}")).at(self.span(), format!("expected {what}"))
    }
}
