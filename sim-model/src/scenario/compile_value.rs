//! The values and conditions of a driver's program, and its variables.

use sim_core::NtStatus;
use sim_core::drivers::program::code::{IrpSlot, Operand, Relation, SLOTS, Slot, Test, ValueSlot};

use crate::lang::ast::{self, CompareOp, Expr, ExprKind, Name, Span, Spanned};
use crate::lang::{CALL_ON_ITS_OWN, Diagnostic};
use crate::scenario::compile_driver::{Compiler, unknown};
use crate::scenario::primitives::Gives;

/// The fields of an IRP that a driver reads.
const IRP_FIELDS: [&str; 6] =
    ["Cancel", "Length", "FsContext", "IoStatus.Status", "IoStatus.Information", "PendingReturned"];

impl Compiler<'_, '_> {
    /// The variable of an IRP.
    pub(super) fn irp(&mut self, name: &str, span: Span) -> Option<IrpSlot> {
        match self.variables.get(name) {
            Some(Slot::Irp(slot)) => Some(*slot),
            Some(Slot::Value(_) | Slot::Context) => {
                self.error(format!("`{name}` is no IRP"), span, "expected an IRP");
                None
            }
            None => {
                self.nothing(name, span);
                None
            }
        }
    }

    pub(super) fn nothing(&mut self, name: &str, span: Span) {
        let name = Spanned::new(name.to_owned(), span);
        let error = unknown("variable", &name, self.variables.keys().map(|known| &**known));
        self.diagnostics.push(error);
    }

    /// The variable that a result goes to.
    pub(super) fn bind(&mut self, label: &Name, gives: Gives) -> Option<Slot> {
        let wants_irp = gives == Gives::Irp;
        if let Some(slot) = self.variables.get(&label.value) {
            let slot = *slot;
            let is_same = match slot {
                Slot::Irp(_) => wants_irp,
                Slot::Value(_) => !wants_irp && gives != Gives::Context,
                Slot::Context => gives == Gives::Context,
            };
            if is_same && label.value != "irp" {
                return Some(slot);
            }
            self.error(
                format!("`{}` names something else already", label.value),
                label.span,
                "choose another name",
            );
            return None;
        }
        if gives == Gives::Context {
            return self.bind_context(label);
        }
        let used = |is_irp: bool| {
            self.variables.values().filter_map(move |slot| match slot {
                Slot::Irp(IrpSlot(at)) if is_irp => Some(at + 1),
                Slot::Value(ValueSlot(at)) if !is_irp => Some(at + 1),
                _ => None,
            })
        };
        // What a routine is called with has the first places, also where it is called with nothing of the kind.
        let reserved = if wants_irp { 1 } else { 2 };
        let at = used(wants_irp).max().unwrap_or(0).max(reserved);
        if at >= SLOTS {
            let (most, what) =
                if wants_irp { (SLOTS - 1, "IRPs") } else { (SLOTS - 2, "statuses and pointers") };
            self.error(
                format!("a routine has at most {most} variables for {what}"),
                label.span,
                "use one of the others again",
            );
            return None;
        }
        let slot = if wants_irp { Slot::Irp(IrpSlot(at)) } else { Slot::Value(ValueSlot(at)) };
        self.variables.insert(label.value.clone(), slot);
        Some(slot)
    }

    /// The variable that FsContext is kept in.
    fn bind_context(&mut self, label: &Name) -> Option<Slot> {
        if self.variables.values().any(|slot| *slot == Slot::Context) {
            let message = "a routine has one variable for what FsContext points to";
            self.error(message, label.span, "use the other again");
            return None;
        }
        self.variables.insert(label.value.clone(), Slot::Context);
        Some(Slot::Context)
    }

    /// Something that has a value.
    pub(super) fn value(&mut self, operand: &Spanned<ast::Operand>) -> Operand {
        let span = operand.span;
        match &operand.value {
            ast::Operand::Number(number) => match u32::try_from(number.value()) {
                Ok(number) => Operand::Number(number),
                Err(_) => {
                    self.error("the number does not fit: expected 0 to 4294967295", span, "out of range");
                    Operand::Null
                }
            },
            ast::Operand::Name(name) => self.named(name, span),
            ast::Operand::Field { label, field } if label.value == "DeviceObject" => {
                if field.value != "CurrentIrp" {
                    self.diagnostics.push(unknown("field of the device", field, ["CurrentIrp"].into_iter()));
                }
                Operand::CurrentIrp
            }
            ast::Operand::Field { label, field } => {
                let Some(slot) = self.irp(&label.value, label.span) else { return Operand::Null };
                match &*field.value {
                    "Cancel" => Operand::Cancel(slot),
                    "Length" => Operand::Length(slot),
                    "FsContext" => Operand::FsContext(slot),
                    "IoStatus.Status" => Operand::IoStatus(slot),
                    "IoStatus.Information" => Operand::Information(slot),
                    "PendingReturned" if self.kind == "completion" && slot == IrpSlot(0) => {
                        Operand::PendingReturned
                    }
                    "PendingReturned" => {
                        let message = "only a completion routine knows `PendingReturned`, of its `irp`";
                        self.error(message, field.span, "not known here");
                        Operand::Null
                    }
                    _ => {
                        let known = IRP_FIELDS.into_iter();
                        self.diagnostics.push(unknown("field of an IRP", field, known));
                        Operand::Null
                    }
                }
            }
            other => {
                let message = "expected a variable, a field of an IRP, a status or a number";
                let error = Diagnostic::new(message).at(span, "something else");
                self.diagnostics.push(match other {
                    ast::Operand::Function { .. } => error.help(CALL_ON_ITS_OWN),
                    _ => error,
                });
                Operand::Null
            }
        }
    }

    fn named(&mut self, name: &str, span: Span) -> Operand {
        match (name, self.variables.get(name)) {
            ("NULL" | "FALSE", _) => Operand::Null,
            ("TRUE", _) => Operand::Number(1),
            (_, Some(Slot::Irp(slot))) => Operand::Irp(*slot),
            (_, Some(Slot::Value(slot))) => Operand::Value(*slot),
            (_, Some(Slot::Context)) => Operand::KeptContext,
            ("STATUS_CONTINUE_COMPLETION", _) => Operand::Status(NtStatus::SUCCESS),
            _ if name.starts_with("STATUS_") => match NtStatus::from_name(name) {
                Some(status) => Operand::Status(status),
                None => {
                    let name = Spanned::new(name.to_owned(), span);
                    let known = NtStatus::ALL.iter().map(|row| row.1);
                    self.diagnostics.push(unknown("status", &name, known));
                    Operand::Null
                }
            },
            _ => {
                self.nothing(name, span);
                Operand::Null
            }
        }
    }

    pub(super) fn test(&mut self, expr: &Expr) -> Test {
        match &expr.value {
            ExprKind::Or(parts) => Test::Or(parts.iter().map(|part| self.test(part)).collect()),
            ExprKind::And(parts) => Test::And(parts.iter().map(|part| self.test(part)).collect()),
            ExprKind::Not(part) => Test::Not(Box::new(self.test(part))),
            ExprKind::Compare { left, op, right } => {
                let relation = match op {
                    CompareOp::Equal => Relation::Equal,
                    CompareOp::NotEqual => Relation::NotEqual,
                    _ => {
                        self.error("a driver compares with `==` and `!=`", expr.span, "another comparison");
                        Relation::Equal
                    }
                };
                Test::Compare(self.value(left), relation, self.value(right))
            }
            ExprKind::Operand(operand) => Test::Holds(self.value(&Spanned::new(operand.clone(), expr.span))),
        }
    }
}
