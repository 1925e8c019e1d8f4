//! The lines of threads and environments.

use super::ast::{Action, ActionKind, Arg, Call, Expected, Name, Number, Spanned, SystemAct, Value};
use super::cursor::{Cursor, Parsed};
use super::diagnostic::Diagnostic;
use super::expr::expr;
use super::nearest::nearest;
use super::token::TokenKind;

/// The words that begin an action other than a call.
pub(crate) const ACTION_WORDS: &[&str] = &["check", "device", "exit", "system", "terminate"];

/// The word before the status of an exception that a call raises.
pub(super) const RAISES: &str = "raises";

/// One action.
pub(super) fn action(cursor: &mut Cursor<'_, '_>) -> Parsed<Action> {
    let kind = match (cursor.peek(), cursor.peek_at(1)) {
        (Some(TokenKind::Word(word)), Some(TokenKind::Symbol("="))) if ACTION_WORDS.contains(&word) => {
            return Err(cursor
                .expected("a label")
                .help(format!("`{word}` begins a statement and names nothing")));
        }
        (Some(TokenKind::Word("check")), _) => {
            cursor.next();
            ActionKind::Check(expr(cursor)?)
        }
        (Some(TokenKind::Word("device")), _) => device_action(cursor)?,
        (Some(TokenKind::Word("system")), _) => system_action(cursor)?,
        (Some(TokenKind::Word("exit")), _) => {
            cursor.next();
            cursor.word(&["process"], "`process`")?;
            ActionKind::ExitProcess(cursor.name("the name of a process")?)
        }
        (Some(TokenKind::Word("terminate")), _) => {
            cursor.next();
            match cursor.word(&["process", "thread"], "`process` or `thread`")? {
                "process" => ActionKind::TerminateProcess(cursor.name("the name of a process")?),
                _ => ActionKind::TerminateThread(cursor.name("the name of a thread")?),
            }
        }
        _ => call_action(cursor)?,
    };
    cursor.end()?;
    Ok(Spanned::new(kind, cursor.line_span()))
}

fn call_action(cursor: &mut Cursor<'_, '_>) -> Parsed<ActionKind> {
    let first = cursor.name("a call, `check`, `device`, `exit`, `system` or `terminate`")?;
    let second = if cursor.eat(",") { Some(cursor.name("a label")?) } else { None };
    if second.is_some() && cursor.peek() != Some(TokenKind::Symbol("=")) {
        return Err(cursor.expected("`=`"));
    }
    let (label, name) = if cursor.eat("=") { (Some(first), cursor.name("a call")?) } else { (None, first) };
    if cursor.peek() != Some(TokenKind::Symbol("(")) {
        let words = if label.is_none() { ACTION_WORDS } else { &[] };
        let what = if label.is_none() { "`(` or `=`" } else { "`(`" };
        return Err(cursor.expected(what).suggest(nearest(&name.value, words.iter().copied())));
    }
    let args = arguments(cursor)?;
    let mut expect = Vec::new();
    if cursor.eat("->") {
        expect.push(expected(cursor)?);
        while cursor.eat_word("or") {
            expect.push(expected(cursor)?);
        }
    }
    Ok(ActionKind::Call { label, second, call: Call { name, args }, expect })
}

fn expected(cursor: &mut Cursor<'_, '_>) -> Parsed<Spanned<Expected>> {
    if let Some(number) = cursor.number() {
        return Ok(Spanned::new(Expected::Number(number.value), number.span));
    }
    let name = cursor.name("a status, an error or a number")?;
    if name.value == RAISES && matches!(cursor.peek(), Some(TokenKind::Word(word)) if word != "or") {
        let status = cursor.name("a status")?;
        let raises = format!("{RAISES} {}", status.value);
        return Ok(Spanned::new(Expected::Name(raises), name.span.to(status.span)));
    }
    if !cursor.eat("+") {
        return Ok(Spanned::new(Expected::Name(name.value), name.span));
    }
    let place = cursor.span();
    match cursor.number() {
        Some(number) if !number.value.negative && !number.value.bytes => {
            let sum = Expected::Sum(name.value, number.value.magnitude);
            Ok(Spanned::new(sum, name.span.to(cursor.last_span())))
        }
        Some(_) => Err(Diagnostic::new("what is added to a result is a plain number, not below zero")
            .at(place, "expected a number such as `1`")),
        None => Err(cursor.expected("a number")),
    }
}

fn arguments(cursor: &mut Cursor<'_, '_>) -> Parsed<Vec<Arg>> {
    let mut args = Vec::new();
    cursor.symbol("(")?;
    if cursor.eat(")") {
        return Ok(args);
    }
    loop {
        args.push(argument(cursor)?);
        if cursor.eat(")") {
            return Ok(args);
        }
        if !cursor.eat(",") {
            return Err(cursor.expected("`,` or `)`"));
        }
    }
}

fn argument(cursor: &mut Cursor<'_, '_>) -> Parsed<Arg> {
    let name = match cursor.peek_at(1) {
        Some(TokenKind::Symbol(":")) => {
            let name = cursor.name("the name of a parameter")?;
            cursor.symbol(":")?;
            Some(name)
        }
        _ => None,
    };
    Ok(Arg { name, value: value(cursor)? })
}

fn value(cursor: &mut Cursor<'_, '_>) -> Parsed<Spanned<Value>> {
    if let Some(number) = cursor.number() {
        return Ok(Spanned::new(Value::Number(number.value), number.span));
    }
    if let Some(TokenKind::Text(_)) = cursor.peek() {
        let text = cursor.text("a string")?;
        return Ok(Spanned::new(Value::Text(text.value), text.span));
    }
    if cursor.peek() == Some(TokenKind::Symbol("[")) {
        return list(cursor);
    }
    let name = cursor.name("a value")?;
    let start = name.span;
    let value = if cursor.peek() == Some(TokenKind::Symbol("(")) {
        pseudo(cursor, name)?
    } else if cursor.peek() == Some(TokenKind::Symbol("|")) {
        let mut flags = vec![name];
        while cursor.eat("|") {
            flags.push(cursor.name("a flag")?);
        }
        Value::Flags(flags)
    } else {
        Value::Name(name.value)
    };
    Ok(Spanned::new(value, start.to(cursor.last_span())))
}

/// The value of a name that is followed by `(`.
fn pseudo(cursor: &mut Cursor<'_, '_>, name: Name) -> Parsed<Value> {
    cursor.symbol("(")?;
    if !cursor.eat(")") {
        let error = cursor.expected("`)`");
        return Err(error.help("calls do not nest: give the inner result a label on a line before"));
    }
    Ok(Value::Pseudo(name.value))
}

/// `[first, second]`.
fn list(cursor: &mut Cursor<'_, '_>) -> Parsed<Spanned<Value>> {
    let start = cursor.span();
    cursor.symbol("[")?;
    let mut items = Vec::new();
    while !cursor.eat("]") {
        if !items.is_empty() && !cursor.eat(",") {
            return Err(cursor.expected("`,` or `]`"));
        }
        let name = cursor.name("a handle")?;
        let from = name.span;
        let item = match cursor.peek() {
            Some(TokenKind::Symbol("(")) => pseudo(cursor, name)?,
            _ => Value::Name(name.value),
        };
        items.push(Spanned::new(item, from.to(cursor.last_span())));
    }
    Ok(Spanned::new(Value::List(items), start.to(cursor.last_span())))
}

fn device_action(cursor: &mut Cursor<'_, '_>) -> Parsed<ActionKind> {
    cursor.next();
    let device = cursor.name("the name of a device")?;
    let verb = cursor.word(&["completes", "fails", "calls"], "`completes`, `fails` or `calls`")?;
    if verb == "calls" {
        let routine = cursor.name("the name of a routine of its driver")?;
        let (bytes, status) = if cursor.eat_word("with") { outcome(cursor)? } else { (None, None) };
        return Ok(ActionKind::DeviceCalls { device, routine, bytes, status });
    }
    let label = cursor.name("the label of an operation")?;
    if verb == "fails" {
        cursor.word(&["with"], "`with`")?;
        let status = cursor.name("a status")?;
        return Ok(ActionKind::DeviceFails { device, label, status });
    }
    let (bytes, status) = if cursor.eat_word("with") { outcome(cursor)? } else { (None, None) };
    Ok(ActionKind::DeviceCompletes { device, label, bytes, status })
}

fn system_action(cursor: &mut Cursor<'_, '_>) -> Parsed<ActionKind> {
    cursor.next();
    let verb = cursor.word(&SystemAct::ALL.map(SystemAct::verb), "`writes` or `trims`")?;
    let act = if verb == SystemAct::Writes.verb() { SystemAct::Writes } else { SystemAct::Trims };
    Ok(ActionKind::System { act, label: cursor.name("the label of a file")? })
}

/// `12 bytes`, `STATUS_X`, or both with `and` between them.
pub(super) fn outcome(cursor: &mut Cursor<'_, '_>) -> Parsed<(Option<Spanned<Number>>, Option<Name>)> {
    let mut bytes = None;
    let mut status = None;
    loop {
        let place = cursor.span();
        let again = match cursor.number() {
            Some(number) => bytes.replace(number).is_some(),
            None => status.replace(cursor.name("a number of bytes or a status")?).is_some(),
        };
        if again {
            return Err(Diagnostic::new("an operation completes with one number of bytes and one status")
                .at(place, "a second one"));
        }
        if !cursor.eat_word("and") {
            return Ok((bytes, status));
        }
    }
}
