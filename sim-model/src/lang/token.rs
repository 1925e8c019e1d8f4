//! The lexer: a text to statements, each the tokens of one line (or of several, inside parentheses).

use super::ast::{Number, Span};
use super::diagnostic::{Diagnostic, Diagnostics, quoted};
use super::source::{Source, byte_order_mark};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TokenKind<'a> {
    /// An identifier or a word of the language.
    Word(&'a str),
    /// A number, its minus included, without the word `bytes`.
    Number(Number),
    /// What stands between quotes.
    Text(&'a str),
    /// The rest of a line of a schedule.
    Rest(&'a str),
    /// An operator or a punctuation mark.
    Symbol(&'static str),
}

/// A token and where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind<'a>,
    pub(super) span: Span,
}

/// The tokens of one statement.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// How many spaces stand in front of it.
    pub(super) indent: usize,
    pub(super) tokens: Vec<Token<'a>>,
    /// The empty span after the last token.
    pub(super) end: Span,
    /// Whether an error cut it short: that it ends at `end` is then no second error.
    pub(super) broken: bool,
}

/// Symbols of two characters stand before those of one, so that the longest is found first.
const SYMBOLS: &[&str] =
    &["->", "==", "!=", "<=", ">=", "=", "(", ")", ",", ":", "|", ".", "<", ">", "[", "]", "+"];

/// Splits a text into statements. What is no token is reported, and the rest of its line skipped.
pub(super) fn lex<'a>(source: &'a Source, diagnostics: &mut Diagnostics) -> Vec<Line<'a>> {
    let text = &*source.text;
    let at = byte_order_mark(text);
    let mut lexer = Lexer { text, at, lines: Vec::new(), open: Vec::new(), schedule: None, diagnostics };
    while lexer.at < text.len() {
        lexer.text_line();
    }
    lexer.close_statement();
    lexer.lines
}

struct Lexer<'a, 'd> {
    text: &'a str,
    at: usize,
    lines: Vec<Line<'a>>,
    /// Where the parentheses that are open now begin.
    open: Vec<Span>,
    /// The indentation of `schedule`, while lines that belong to it may follow.
    schedule: Option<usize>,
    diagnostics: &'d mut Diagnostics,
}

impl<'a> Lexer<'a, '_> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Lexes up to the next line end and over it.
    fn text_line(&mut self) {
        let start = self.at;
        self.skip(|c| c == ' ');
        let indent = self.at - start;
        self.skip(|c| c == ' ' || c == '\t');
        let blank = matches!(self.rest().bytes().next(), None | Some(b'\n' | b'#'))
            || self.rest().starts_with("\r\n");
        let tab = self.at > start + indent;
        if !blank && tab && self.open.is_empty() {
            let span = Span::new(start + indent, start + indent + 1);
            let message = "a tab in the indentation; indentation is made of spaces";
            self.diagnostics.push(Diagnostic::new(message).at(span, "this is a tab"));
            self.skip(|c| c != '\n');
        } else if !blank {
            self.begin(indent);
        }
        while let Err(diagnostic) = self.tokens() {
            self.fail(diagnostic);
        }
        if self.open.is_empty() {
            self.close_statement();
        }
    }

    /// Begins a statement, or goes on with one whose parenthesis is open. A line that is not indented
    /// deeper than its statement does not go on with it: a forgotten `)` costs one statement only.
    fn begin(&mut self, indent: usize) {
        if let Some(line) = self.lines.last().filter(|_| !self.open.is_empty()) {
            if indent > line.indent || self.rest().starts_with(')') {
                return;
            }
            self.close_statement();
        }
        self.schedule = self.schedule.filter(|&schedule| indent > schedule);
        self.lines.push(Line { indent, tokens: Vec::new(), end: Span::default(), broken: false });
    }

    /// Ends the last statement. A parenthesis that is still open is an error.
    fn close_statement(&mut self) {
        let Some(line) = self.lines.last_mut() else { return };
        if let Some(token) = line.tokens.last() {
            line.end = Span { start: token.span.end, end: token.span.end };
        }
        if let [Token { kind: TokenKind::Word("schedule"), .. }] = line.tokens[..] {
            self.schedule = Some(line.indent);
        }
        if let Some(&span) = self.open.last() {
            line.broken = true;
            self.open.clear();
            let help = "a statement goes on over the lines that are indented deeper than its first line";
            self.diagnostics
                .push(Diagnostic::new("found `(` without its `)`").at(span, "never closed").help(help));
        }
    }

    /// Reports an error and leaves out the rest of the line.
    fn fail(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
        self.open.clear();
        if let Some(line) = self.lines.last_mut() {
            line.broken = true;
        }
        self.skip(|c| c != '\n');
    }

    /// The tokens up to the line end, and the line end.
    fn tokens(&mut self) -> Result<(), Diagnostic> {
        loop {
            self.skip(|c| c == ' ' || c == '\t');
            if self.rest().starts_with('#') {
                self.skip(|c| !c.is_control() || c == '\t');
            }
            if self.rest().starts_with("\r\n") {
                self.at += 1;
            }
            match self.rest().chars().next() {
                None => return Ok(()),
                Some('\n') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(c) if c.is_control() => return Err(self.control(c)),
                Some(_) => self.token()?,
            }
        }
    }

    fn token(&mut self) -> Result<(), Diagnostic> {
        let start = self.at;
        let kind = self.scan()?;
        let span = Span::new(start, self.at);
        let Some(line) = self.lines.last_mut() else { return Ok(()) };
        line.tokens.push(Token { kind, span });
        match kind {
            TokenKind::Symbol("(") => self.open.push(span),
            TokenKind::Symbol(")") => drop(self.open.pop()),
            _ => {}
        }
        Ok(())
    }

    fn scan(&mut self) -> Result<TokenKind<'a>, Diagnostic> {
        if self.in_schedule_text() {
            return self.schedule_text();
        }
        let rest = self.rest();
        let mut bytes = rest.bytes();
        match (bytes.next(), bytes.next()) {
            (Some(b'a'..=b'z' | b'A'..=b'Z' | b'_'), _) => Ok(TokenKind::Word(self.take_word())),
            (Some(b'0'..=b'9'), _) | (Some(b'-'), Some(b'0'..=b'9')) => self.number(),
            (Some(b'"'), _) => self.string(),
            _ => match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
                Some(symbol) => {
                    self.at += symbol.len();
                    Ok(TokenKind::Symbol(symbol))
                }
                None => Err(self.unexpected()),
            },
        }
    }

    /// In a schedule, what follows `actor:` is free text.
    fn in_schedule_text(&self) -> bool {
        let tokens = self.lines.last().map_or(&[][..], |line| &line.tokens);
        self.schedule.is_some()
            && matches!(
                tokens,
                [Token { kind: TokenKind::Word(_), .. }, Token { kind: TokenKind::Symbol(":"), .. }]
            )
    }

    /// Free text up to the line end or a comment. A `#` inside quotes starts no comment.
    fn schedule_text(&mut self) -> Result<TokenKind<'a>, Diagnostic> {
        let start = self.at;
        let mut in_string = false;
        self.skip(|c| {
            in_string ^= c == '"';
            (c != '#' || in_string) && (!c.is_control() || c == '\t')
        });
        let text = self.text[start..self.at].trim_end_matches([' ', '\t']);
        self.at = start + text.len();
        Ok(TokenKind::Rest(text))
    }

    fn string(&mut self) -> Result<TokenKind<'a>, Diagnostic> {
        let start = self.at;
        self.at += 1;
        self.skip(|c| c != '"' && (!c.is_control() || c == '\t'));
        let text = &self.text[start + 1..self.at];
        match self.rest().chars().next() {
            Some('"') => {
                self.at += 1;
                Ok(TokenKind::Text(text))
            }
            Some(c) if c.is_control() && c != '\n' && !self.rest().starts_with("\r\n") => {
                Err(self.control(c))
            }
            _ => Err(Diagnostic::new("found a string without its closing `\"`")
                .at(Span::new(start, self.at), "it ends at the end of its line")),
        }
    }

    fn number(&mut self) -> Result<TokenKind<'a>, Diagnostic> {
        let start = self.at;
        let negative = self.rest().starts_with('-');
        self.at += usize::from(negative);
        let digits = self.take_word();
        let span = Span::new(start, self.at);
        let (radix, plain) = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
            Some(hex) => (16, hex.replace('_', "")),
            None => (10, digits.replace('_', "")),
        };
        if plain.is_empty() || !plain.chars().all(|c| c.is_digit(radix)) {
            let message = format!("found {}, expected a number", quoted(digits));
            return Err(Diagnostic::new(message)
                .at(span, "not a number")
                .help("numbers are decimal, or hexadecimal with `0x`; names do not begin with a digit"));
        }
        match u64::from_str_radix(&plain, radix) {
            Ok(magnitude) => {
                Ok(TokenKind::Number(Number { magnitude, negative, hex: radix == 16, bytes: false }))
            }
            Err(_) => Err(Diagnostic::new(format!("the number {} is too large", quoted(digits)))
                .at(span, "at most 18446744073709551615")),
        }
    }

    fn take_word(&mut self) -> &'a str {
        let start = self.at;
        self.skip(|c| c.is_ascii_alphanumeric() || c == '_');
        &self.text[start..self.at]
    }

    fn control(&self, c: char) -> Diagnostic {
        let span = Span::new(self.at, self.at + c.len_utf8());
        let diagnostic = Diagnostic::new(match c {
            '\0' => "found a NUL character; a scenario is plain text".to_owned(),
            '\r' => "found a carriage return without a line feed".to_owned(),
            _ => format!("found the control character U+{:04X}; a scenario is plain text", u32::from(c)),
        });
        let help = (c == '\r').then_some("lines end with a line feed, or with both");
        let diagnostic = diagnostic.at(span, "not allowed here");
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    fn unexpected(&self) -> Diagnostic {
        let found = self.rest().chars().next().unwrap_or_default();
        let diagnostic = Diagnostic::new(format!("found `{found}`, which means nothing here"))
            .at(Span::new(self.at, self.at + found.len_utf8()), "unexpected character");
        match found {
            '\'' | '“' | '”' => diagnostic.help("strings stand between `\"`"),
            '&' if self.rest()[1..].starts_with(|c: char| c.is_ascii_alphabetic()) => {
                diagnostic.help("nothing has an address here: write the name without `&`")
            }
            '&' => diagnostic.help("write `and`"),
            ';' => diagnostic.help("a statement ends at the line end"),
            '*' => diagnostic.help("there are no pointers: write the name alone"),
            '!' => diagnostic.help("write `not`"),
            '/' => diagnostic.help("comments start with `#`"),
            _ => diagnostic,
        }
    }

    fn skip(&mut self, mut wanted: impl FnMut(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    }
}
