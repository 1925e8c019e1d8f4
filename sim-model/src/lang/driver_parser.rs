//! The lines of a driver.

use super::ast::{Name, Operand, Spanned};
use super::cursor::{Cursor, Parsed};
use super::diagnostic::Diagnostic;
use super::driver::{Driver, DriverObject, DriverRoutine, Statement, StatementKind};
use super::expr::{expr, no_arrow, operand, path};
use super::parser::{Block, Parser, whole};
use super::token::{Line, TokenKind};

/// The words that begin a line below a `driver`.
const DRIVER_WORDS: [&str; 14] = [
    "spinlock",
    "list",
    "csq",
    "csqcontext",
    "removelock",
    "event",
    "workitem",
    "timer",
    "dispatch",
    "cancel",
    "startio",
    "completion",
    "dpc",
    "worker",
];

/// Those of them that begin a routine.
const ROUTINE_WORDS: [&str; 6] = ["dispatch", "cancel", "startio", "completion", "dpc", "worker"];

/// How deep the lines of a routine may nest.
const MAX_DEPTH: usize = 16;

impl<'a, 'l> Parser<'a, 'l> {
    pub(super) fn driver(&mut self, line: &Line<'_>, cursor: &mut Cursor<'a, 'l>) -> Driver {
        let name = self.keep(line, whole(cursor, |c| c.name("the name of the driver"))).unwrap_or_default();
        let mut driver = Driver { name, objects: Vec::new(), routines: Vec::new() };
        let mut block = Block { parent: Some(line.indent), indent: None };
        while let Some(line) = self.next_in(&mut block) {
            let header = whole(&mut Cursor::new(line), header);
            let Some((kind, mut names)) = self.keep(line, header) else {
                self.skip_below(line);
                continue;
            };
            if ROUTINE_WORDS.contains(&&*kind.value) {
                let body = self.statements(line, 0);
                driver.routines.push(DriverRoutine { kind, names, body });
            } else {
                driver.objects.extend(names.pop().map(|name| DriverObject { kind, name }));
            }
        }
        driver
    }

    fn statements(&mut self, above: &Line<'_>, depth: usize) -> Vec<Statement> {
        let mut statements: Vec<Statement> = Vec::new();
        let mut block = Block { parent: Some(above.indent), indent: None };
        while let Some(line) = self.next_in(&mut block) {
            let mut cursor = Cursor::new(line);
            let word = match cursor.peek() {
                Some(TokenKind::Word(word)) => word,
                _ => "",
            };
            if depth == MAX_DEPTH && matches!(word, "if" | "else" | "while") {
                let error =
                    Diagnostic::new(format!("the lines of a routine nest deeper than {MAX_DEPTH} levels"));
                self.keep(line, Err::<(), _>(error.at(cursor.span(), "one level too many")));
                self.skip_below(line);
                continue;
            }
            if word == "else" {
                cursor.next();
                let end = cursor.end();
                self.keep(line, end);
                let body = self.statements(line, depth + 1);
                match statements.last_mut().map(|last| &mut last.value) {
                    Some(StatementKind::If { otherwise, .. }) if otherwise.is_empty() => *otherwise = body,
                    _ => {
                        let error = Diagnostic::new("an `else` without its `if`");
                        let place = Cursor::new(line).span();
                        self.keep(line, Err::<(), _>(error.at(place, "no `if` stands above it")));
                    }
                }
                continue;
            }
            let Some(statement) = self.keep(line, statement(&mut cursor)) else {
                self.skip_below(line);
                continue;
            };
            let Spanned { value, span } = statement;
            let value = match value {
                StatementKind::If { condition, .. } => {
                    let then = self.statements(line, depth + 1);
                    StatementKind::If { condition, then, otherwise: Vec::new() }
                }
                StatementKind::While { condition, .. } => {
                    StatementKind::While { condition, body: self.statements(line, depth + 1) }
                }
                other => other,
            };
            statements.push(Spanned::new(value, span));
        }
        statements
    }
}

/// The first line of a routine, or the line of a lock or list: its word and its names.
fn header(cursor: &mut Cursor<'_, '_>) -> Parsed<(Name, Vec<Name>)> {
    let span = cursor.span();
    let word = cursor
        .word(&DRIVER_WORDS, "a lock, a list or a routine")
        .map_err(|error| error.help(format!("such a line begins with {}", DRIVER_WORDS.join(", "))))?;
    let what = match word {
        "dispatch" => "a major function: `IRP_MJ_READ`",
        _ => "a name",
    };
    let mut names = vec![cursor.name(what)?];
    while word == "dispatch" && cursor.eat(",") {
        names.push(cursor.name(what)?);
    }
    Ok((Spanned::new(word.to_owned(), span), names))
}

/// One line of a routine, without those below it.
fn statement(cursor: &mut Cursor<'_, '_>) -> Parsed<Statement> {
    let kind = match cursor.peek() {
        Some(TokenKind::Word("if")) => {
            cursor.next();
            StatementKind::If { condition: expr(cursor)?, then: Vec::new(), otherwise: Vec::new() }
        }
        Some(TokenKind::Word("while")) => {
            cursor.next();
            StatementKind::While { condition: expr(cursor)?, body: Vec::new() }
        }
        Some(TokenKind::Word("return")) => {
            cursor.next();
            match cursor.is_call() {
                true => {
                    let name = cursor.name("a call")?;
                    StatementKind::ReturnCall { name, args: arguments(cursor)? }
                }
                false if cursor.peek().is_some() => StatementKind::Return(Some(operand(cursor)?)),
                false => StatementKind::Return(None),
            }
        }
        _ => call(cursor)?,
    };
    cursor.end()?;
    Ok(Spanned::new(kind, cursor.line_span()))
}

fn call(cursor: &mut Cursor<'_, '_>) -> Parsed<StatementKind> {
    let first = cursor.name("a call, `if`, `while` or `return`")?;
    no_arrow(cursor, &first)?;
    if let (Some(TokenKind::Word(name)), Some(TokenKind::Symbol("="))) = (cursor.peek(), cursor.peek_at(1)) {
        let help = format!("variables have no types: write `{name} = …`");
        return Err(cursor.expected("`=` or `(`").help(help));
    }
    if cursor.eat(".") {
        let field = path(cursor)?;
        cursor.symbol("=")?;
        return Ok(StatementKind::Set { label: first, field, value: operand(cursor)? });
    }
    if cursor.eat("=") {
        if !cursor.is_call() {
            return Ok(StatementKind::Let { label: first, value: operand(cursor)? });
        }
        let name = cursor.name("a call")?;
        return Ok(StatementKind::Call { label: Some(first), name, args: arguments(cursor)? });
    }
    Ok(StatementKind::Call { label: None, name: first, args: arguments(cursor)? })
}

fn arguments(cursor: &mut Cursor<'_, '_>) -> Parsed<Vec<Spanned<Operand>>> {
    cursor.symbol("(")?;
    let mut args: Vec<Spanned<Operand>> = Vec::new();
    while !cursor.eat(")") {
        if !args.is_empty() && !cursor.eat(",") {
            return Err(cursor.expected("`,` or `)`"));
        }
        args.push(operand(cursor)?);
    }
    Ok(args)
}
