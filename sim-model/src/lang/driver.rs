//! A driver in a scenario, as a tree, and as text again.

use std::fmt::{self, Write};

use super::ast::{Expr, Name, Operand, Spanned};
use super::print::{write_expr, write_operand};

/// `driver lazy`: a driver that the file writes itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Driver {
    /// Its name.
    pub name: Name,
    /// `spinlock lock`, `list waiting`: what each of its devices keeps.
    pub objects: Vec<DriverObject>,
    /// Its routines.
    pub routines: Vec<DriverRoutine>,
}

/// A lock or list.
#[derive(Clone, Debug, PartialEq)]
pub struct DriverObject {
    /// `spinlock`, `list`, `csq` and so on.
    pub kind: Name,
    /// Its name.
    pub name: Name,
}

/// A routine.
#[derive(Clone, Debug, PartialEq)]
pub struct DriverRoutine {
    /// `dispatch`, `cancel`, `startio`, `completion`, `dpc` or `worker`.
    pub kind: Name,
    /// The major functions of a dispatch routine; else the routine's name.
    pub names: Vec<Name>,
    /// What it does.
    pub body: Vec<Statement>,
}

/// A line of a routine, with the lines below it.
pub type Statement = Spanned<StatementKind>;

/// What a line of a routine does.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `next = RemoveHeadList(waiting)`
    Call {
        /// What the result is called afterwards.
        label: Option<Name>,
        /// The primitive.
        name: Name,
        /// What is passed to it.
        args: Vec<Spanned<Operand>>,
    },
    /// `if irp.Cancel`
    If {
        /// The condition.
        condition: Expr,
        /// What is done if it holds.
        then: Vec<Statement>,
        /// What is done `else`.
        otherwise: Vec<Statement>,
    },
    /// `while next != NULL`
    While {
        /// The condition.
        condition: Expr,
        /// What is done as long as it holds.
        body: Vec<Statement>,
    },
    /// `return STATUS_PENDING`
    Return(Option<Spanned<Operand>>),
    /// `return IoCallDriver(LowerDeviceObject, irp)`
    ReturnCall {
        /// The primitive.
        name: Name,
        /// What is passed to it.
        args: Vec<Spanned<Operand>>,
    },
    /// `status = irp.IoStatus.Status`
    Let {
        /// The variable.
        label: Name,
        /// What it becomes.
        value: Spanned<Operand>,
    },
    /// `irp.IoStatus.Status = STATUS_SUCCESS`
    Set {
        /// The IRP.
        label: Name,
        /// The field.
        field: Name,
        /// What it becomes.
        value: Spanned<Operand>,
    },
}

/// Writes a driver in its canonical form.
pub(super) fn write_driver(out: &mut String, driver: &Driver) -> fmt::Result {
    writeln!(out, "driver {}", driver.name.value)?;
    for DriverObject { kind, name } in &driver.objects {
        writeln!(out, "  {} {}", kind.value, name.value)?;
    }
    for DriverRoutine { kind, names, body } in &driver.routines {
        let names: Vec<&str> = names.iter().map(|name| &*name.value).collect();
        writeln!(out, "  {} {}", kind.value, names.join(", "))?;
        write_statements(out, body, 2)?;
    }
    Ok(())
}

fn write_statements(out: &mut String, statements: &[Statement], depth: usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    for statement in statements {
        out.push_str(&indent);
        match &statement.value {
            StatementKind::Call { label, name, args } => {
                if let Some(label) = label {
                    write!(out, "{} = ", label.value)?;
                }
                write_call(out, name, args)?;
            }
            StatementKind::ReturnCall { name, args } => {
                out.push_str("return ");
                write_call(out, name, args)?;
            }
            StatementKind::Let { label, value } => {
                write!(out, "{} = ", label.value)?;
                write_operand(out, &value.value)?;
                out.push('\n');
            }
            StatementKind::Set { label, field, value } => {
                write!(out, "{}.{} = ", label.value, field.value)?;
                write_operand(out, &value.value)?;
                out.push('\n');
            }
            StatementKind::If { condition, then, otherwise } => {
                write_condition(out, "if", condition)?;
                write_statements(out, then, depth + 1)?;
                if !otherwise.is_empty() {
                    writeln!(out, "{indent}else")?;
                    write_statements(out, otherwise, depth + 1)?;
                }
            }
            StatementKind::While { condition, body } => {
                write_condition(out, "while", condition)?;
                write_statements(out, body, depth + 1)?;
            }
            StatementKind::Return(value) => {
                out.push_str("return");
                if let Some(value) = value {
                    out.push(' ');
                    write_operand(out, &value.value)?;
                }
                out.push('\n');
            }
        }
    }
    Ok(())
}

fn write_call(out: &mut String, name: &Name, args: &[Spanned<Operand>]) -> fmt::Result {
    write!(out, "{}(", name.value)?;
    for (index, arg) in args.iter().enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        write_operand(out, &arg.value)?;
    }
    out.push_str(")\n");
    Ok(())
}

fn write_condition(out: &mut String, word: &str, condition: &Expr) -> fmt::Result {
    write!(out, "{word} ")?;
    write_expr(out, condition)?;
    out.push('\n');
    Ok(())
}
