//! Compiling conditions.

use crate::lang::ast::{Expr, ExprKind, Name, Operand};
use crate::scenario::compile::Compiler;
use crate::scenario::condition::{Condition, Field, Term, TermKind, Value};
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
        let field = field_named(field, of_object);
        self.charges |= matches!(field, Field::ChargedPointerCount | Field::ObjectChargedPointerCount);
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

/// The field of that name; of the object itself, if a function was asked.
fn field_named(name: &str, of_object: bool) -> Field {
    match (name, of_object) {
        ("HandleCount", false) => Field::HandleCount,
        ("PointerCount", false) => Field::PointerCount,
        ("HandleCount", true) => Field::ObjectHandleCount,
        ("PointerCount", true) => Field::ObjectPointerCount,
        ("ChargedPointerCount", false) => Field::ChargedPointerCount,
        ("ChargedPointerCount", true) => Field::ObjectChargedPointerCount,
        ("Attributes", _) => Field::Attributes,
        ("GrantedAccess", _) => Field::GrantedAccess,
        ("TypeName", _) => Field::TypeName,
        ("TotalNumberOfObjects", _) => Field::TotalNumberOfObjects,
        ("TotalNumberOfHandles", _) => Field::TotalNumberOfHandles,
        ("ReturnLength", _) => Field::ReturnLength,
        ("Value", _) => Field::Value,
        ("cleanup", _) => Field::Cleanup,
        ("close", _) => Field::Close,
        ("open", _) => Field::Open,
        ("deleted", _) => Field::Deleted,
        ("signaled", _) => Field::Signaled,
        ("named", _) => Field::Named,
        ("permanent", _) => Field::Permanent,
        ("Name", false) => Field::Name,
        ("Name", true) => Field::ObjectName,
        ("packets", _) => Field::Packets,
        ("inherit", _) => Field::Inherit,
        ("protected", _) => Field::Protected,
        ("ActiveProcesses", _) => Field::ActiveProcesses,
        ("NamedPipeState", _) => Field::NamedPipeState,
        ("ReadDataAvailable", _) => Field::ReadDataAvailable,
        ("WriteQuotaAvailable", _) => Field::WriteQuotaAvailable,
        ("CurrentInstances", _) => Field::CurrentInstances,
        ("CurrentByteOffset", _) => Field::CurrentByteOffset,
        ("pending", _) => Field::Pending,
        ("CurrentCount", _) => Field::CurrentCount,
        ("MaximumCount", _) => Field::MaximumCount,
        ("OwnerThread", _) => Field::OwnerThread,
        ("abandoned", _) => Field::Abandoned,
        ("waiters", _) => Field::Waiters,
        ("queued", _) => Field::Queued,
        ("delivered", _) => Field::Delivered,
        ("Information" | "InternalHigh", _) => Field::Information,
        ("key", _) => Field::PacketKey,
        ("overlapped", _) => Field::PacketOverlapped,
        ("status", _) => Field::PacketStatus,
        ("bytes", _) => Field::PacketBytes,
        _ => Field::Status,
    }
}
