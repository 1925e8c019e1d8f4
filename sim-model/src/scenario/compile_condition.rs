//! Compiling conditions.

use crate::lang::ast::{Expr, ExprKind, Name, Operand};
use crate::scenario::compile::Compiler;
use crate::scenario::condition::{Condition, Term, TermKind, Value};
use crate::scenario::field::{Field, Nth, PacketField};
use crate::scenario::program::LabelId;

impl Compiler {
    pub(super) fn condition(&mut self, expr: &Expr) -> Condition {
        let mut all = |parts: &[Expr]| parts.iter().map(|part| self.condition(part)).collect();
        match &expr.value {
            ExprKind::Or(parts) => Condition::Or(all(parts)),
            ExprKind::And(parts) => Condition::And(all(parts)),
            ExprKind::Not(part) => Condition::Not(Box::new(self.condition(part))),
            ExprKind::Operand(operand) => Condition::Is(self.term(operand)),
            ExprKind::Compare { left, op, right } => {
                let (left, right) = (self.term(&left.value), self.term(&right.value));
                Condition::Compare { left, op: *op, right }
            }
        }
    }

    fn term(&mut self, operand: &Operand) -> Term {
        match operand {
            Operand::Number(number) => {
                Term { text: number.value().to_string(), kind: TermKind::Number(number.value()) }
            }
            Operand::Text(text) => {
                let kind = TermKind::Constant(Value::Text(text.clone()));
                Term { text: format!("\"{text}\""), kind }
            }
            Operand::Name(name) => {
                let constant = Value::constant(name).map(TermKind::Constant);
                let kind = constant.unwrap_or_else(|| TermKind::Label(self.label(name, false)));
                Term { text: name.clone(), kind }
            }
            Operand::Field { label, field } => {
                let text = format!("{}.{}", label.value, field.value);
                Term { text, kind: self.field_of(label, &field.value, false) }
            }
            Operand::Function { name, argument, field } => {
                let call = format!("{}({})", name.value, argument.value);
                let kind = match (&*name.value, field) {
                    ("ended", _) => TermKind::Ended(self.thread(&argument.value)),
                    ("exited", _) => TermKind::Exited(self.process(&argument.value)),
                    ("second" | "third" | "last", Some(field)) => {
                        let field = PacketField::named(&field.value).unwrap_or(PacketField::Overlapped);
                        let field = Field::Packet(Nth::named(&name.value), field);
                        TermKind::Field(self.label(&argument.value, false), field)
                    }
                    (_, Some(field)) => self.field_of(argument, &field.value, true),
                    (function, None) => self.field_of(argument, function, true),
                };
                let text =
                    field.as_ref().map_or_else(|| call.clone(), |field| format!("{call}.{}", field.value));
                Term { text, kind }
            }
        }
    }

    fn field_of(&mut self, label: &Name, field: &str, of_object: bool) -> TermKind {
        let field = Field::named(field, of_object);
        self.charges |= matches!(field, Field::ChargedPointerCount | Field::ObjectChargedPointerCount);
        self.high_water |= matches!(field, Field::HighWaterNumberOfObjects | Field::HighWaterNumberOfHandles);
        TermKind::Field(self.label(&label.value, false), field)
    }

    /// Appends the labels that a condition speaks of and that some line binds.
    pub(super) fn labels_of(&self, condition: &Condition, out: &mut Vec<LabelId>) {
        let mut term = |term: &Term| match term.kind {
            TermKind::Label(label) | TermKind::Field(label, _) => out.push(label),
            _ => {}
        };
        match condition {
            Condition::Or(parts) | Condition::And(parts) => {
                parts.iter().for_each(|part| self.labels_of(part, out));
            }
            Condition::Not(part) => self.labels_of(part, out),
            Condition::Is(side) => term(side),
            Condition::Compare { left, right, .. } => {
                term(left);
                term(right);
            }
        }
    }
}
