//! Expressions: `or` binds loosest, then `and`, then `not`, then the comparisons.

use super::ast::{CompareOp, Expr, ExprKind, Name, Operand, Span, Spanned};
use super::cursor::{Cursor, Parsed};
use super::diagnostic::Diagnostic;
use super::token::TokenKind;

/// How deep parentheses and `not` may nest.
const MAX_DEPTH: usize = 64;

/// An expression.
pub(super) fn expr(cursor: &mut Cursor<'_, '_>) -> Parsed<Expr> {
    disjunction(cursor, 0)
}

fn disjunction(cursor: &mut Cursor<'_, '_>, depth: usize) -> Parsed<Expr> {
    chain(cursor, "or", ExprKind::Or, |cursor| conjunction(cursor, depth))
}

fn conjunction(cursor: &mut Cursor<'_, '_>, depth: usize) -> Parsed<Expr> {
    chain(cursor, "and", ExprKind::And, |cursor| negation(cursor, depth))
}

fn chain<'a, 'l>(
    cursor: &mut Cursor<'a, 'l>,
    word: &str,
    kind: fn(Vec<Expr>) -> ExprKind,
    part: impl Fn(&mut Cursor<'a, 'l>) -> Parsed<Expr>,
) -> Parsed<Expr> {
    let first = part(cursor)?;
    let start = first.span;
    let mut parts = vec![first];
    while cursor.eat_word(word) {
        parts.push(part(cursor)?);
    }
    if parts.len() == 1 {
        return parts.pop().ok_or_else(|| cursor.expected("an expression"));
    }
    Ok(Spanned::new(kind(parts), start.to(cursor.last_span())))
}

fn negation(cursor: &mut Cursor<'_, '_>, depth: usize) -> Parsed<Expr> {
    let start = cursor.span();
    if cursor.eat_word("not") {
        let inner = negation(cursor, deeper(depth, start)?)?;
        return Ok(Spanned::new(ExprKind::Not(Box::new(inner)), start.to(cursor.last_span())));
    }
    if cursor.eat("(") {
        let inner = disjunction(cursor, deeper(depth, start)?)?;
        cursor.symbol(")")?;
        return Ok(Spanned::new(inner.value, start.to(cursor.last_span())));
    }
    comparison(cursor)
}

fn deeper(depth: usize, span: Span) -> Parsed<usize> {
    if depth < MAX_DEPTH {
        return Ok(depth + 1);
    }
    Err(Diagnostic::new(format!("the expression nests deeper than {MAX_DEPTH} levels"))
        .at(span, "one level too many"))
}

fn comparison(cursor: &mut Cursor<'_, '_>) -> Parsed<Expr> {
    let left = operand(cursor)?;
    let Some(op) = compare_op(cursor)? else {
        return Ok(Spanned::new(ExprKind::Operand(left.value), left.span));
    };
    let right = operand(cursor)?;
    let span = left.span.to(right.span);
    let chained = cursor.span();
    if compare_op(cursor)?.is_some() {
        return Err(Diagnostic::new("comparisons do not chain")
            .at(chained, "a second comparison")
            .help("write `a == b and b == c`"));
    }
    Ok(Spanned::new(ExprKind::Compare { left, op, right }, span))
}

fn compare_op(cursor: &mut Cursor<'_, '_>) -> Parsed<Option<CompareOp>> {
    let op = CompareOp::ALL.into_iter().find(|op| cursor.eat(op.symbol()));
    if op.is_none() && cursor.peek() == Some(TokenKind::Symbol("=")) {
        return Err(cursor.expected("`==`").help("`=` gives a label to a result; `==` compares"));
    }
    Ok(op)
}

pub(super) fn operand(cursor: &mut Cursor<'_, '_>) -> Parsed<Spanned<Operand>> {
    let start = cursor.span();
    if let Some(number) = cursor.number() {
        return Ok(Spanned::new(Operand::Number(number.value), number.span));
    }
    if let Some(TokenKind::Text(_)) = cursor.peek() {
        let text = cursor.text("a string")?;
        return Ok(Spanned::new(Operand::Text(text.value), text.span));
    }
    let name = cursor.name("a label, a function, a number or a string")?;
    no_arrow(cursor, &name)?;
    let value = if cursor.eat("(") {
        let argument = cursor.name("a label")?;
        cursor.symbol(")").map_err(|error| match is_call(&name) {
            true => error.help(CALL_ON_ITS_OWN),
            false => error,
        })?;
        let field = if cursor.eat(".") { Some(cursor.field()?) } else { None };
        Operand::Function { name, argument, field }
    } else if cursor.eat(".") {
        Operand::Field { label: name, field: path(cursor)? }
    } else {
        Operand::Name(name.value)
    };
    Ok(Spanned::new(value, start.to(cursor.last_span())))
}

/// A field, or a field of a field: `IoStatus.Status`.
pub(super) fn path(cursor: &mut Cursor<'_, '_>) -> Parsed<Name> {
    let mut field = cursor.field()?;
    while cursor.eat(".") {
        let inner = cursor.field()?;
        field = Spanned::new(format!("{}.{}", field.value, inner.value), field.span.to(inner.span));
    }
    Ok(field)
}

/// What is said of a call where a value must stand.
pub(crate) const CALL_ON_ITS_OWN: &str =
    "a call stands on a line of its own, and its result has a name: `mine = IoSetCancelRoutine(irp, NULL)`";

/// Whether a name is that of a call: functions of labels begin with a small letter.
fn is_call(name: &Name) -> bool {
    name.value.starts_with(|c: char| c.is_ascii_uppercase())
}

/// A field is not reached by an arrow.
pub(super) fn no_arrow(cursor: &Cursor<'_, '_>, name: &Name) -> Parsed<()> {
    match (cursor.peek(), cursor.peek_at(1)) {
        (Some(TokenKind::Symbol("->")), Some(TokenKind::Word(field))) => {
            Err(cursor.expected("`.`").help(format!("a field is written `{}.{field}`", name.value)))
        }
        _ => Ok(()),
    }
}
