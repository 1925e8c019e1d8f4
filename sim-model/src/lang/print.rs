//! A tree as text, in the one canonical form: `parse(print(tree)) == tree`.

use std::fmt::{self, Write};

use super::ast::{
    Action, ActionKind, Actor, Arg, Call, Expected, ExpectedFinding, Expr, ExprKind, Name, Number, Operand,
    Policy, Scenario, Spanned, Value,
};
use super::driver::write_driver;

/// The canonical text of a scenario. Comments are not part of a tree, so they are lost.
///
/// ```
/// use sim_model::lang;
/// let text = "process app\n  thread main\n    r1 = ReadFile(file, 64 bytes) -> ERROR_IO_PENDING\n";
/// assert_eq!(lang::print(&lang::parse("a.kobj", text).unwrap()), text);
/// ```
pub fn print(scenario: &Scenario) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_scenario(&mut text, scenario);
    text
}

fn write_scenario(out: &mut String, scenario: &Scenario) -> fmt::Result {
    if let Some(title) = &scenario.title {
        writeln!(out, "title \"{}\"", title.value)?;
    }
    if let Some(profile) = &scenario.profile {
        writeln!(out, "profile {}", profile.value)?;
    }
    if let Some(arch) = &scenario.arch {
        writeln!(out, "arch {}", arch.value)?;
    }
    for policy in &scenario.policies {
        match policy {
            Policy::Reuse(name) => writeln!(out, "policy handles {}", name.value)?,
            Policy::Limit(number) => writeln!(out, "policy handles limit {}", number.value)?,
            Policy::Verifier(name) => writeln!(out, "policy verifier {}", name.value)?,
            Policy::Rings(name) => writeln!(out, "policy rings {}", name.value)?,
            Policy::Faults { kind, most: None } => writeln!(out, "policy faults {}", kind.value)?,
            Policy::Faults { kind, most: Some(most) } => {
                writeln!(out, "policy faults {} {}", kind.value, most.value)?;
            }
        }
    }
    for expected in &scenario.expected {
        match &expected.value {
            ExpectedFinding::BugCheck { code, subcode } => {
                let subcode = subcode.as_ref().map_or(String::new(), |number| format!(" {}", number.value));
                writeln!(out, "expect bug check {}{subcode}", code.value)?;
            }
            ExpectedFinding::Rule(name) => writeln!(out, "expect {}", name.value)?,
        }
    }
    if !scenario.unbound.is_empty() {
        writeln!(out, "unbound {}", joined(&scenario.unbound, ", "))?;
    }
    for driver in &scenario.drivers {
        write_driver(out, driver)?;
    }
    for device in &scenario.devices {
        write!(out, "device {} driver={}", device.name.value, device.driver.value)?;
        if let Some(over) = &device.over {
            write!(out, " over {}", over.value)?;
        }
        write_outcome(out, device.bytes.as_ref(), device.status.as_ref())?;
        out.push('\n');
    }
    for actor in &scenario.actors {
        write_actor(out, actor)?;
    }
    for property in &scenario.properties {
        let name = property.name.as_ref().map_or(String::new(), |name| format!(" \"{}\":", name.value));
        write!(out, "{}{name} ", property.kind.word())?;
        write_expr(out, &property.expr)?;
        out.push('\n');
    }
    if let Some(steps) = &scenario.schedule {
        out.push_str("schedule\n");
        for step in steps {
            writeln!(out, "  {}: {}", step.actor.value, step.text.value)?;
        }
    }
    Ok(())
}

fn write_actor(out: &mut String, actor: &Actor) -> fmt::Result {
    match actor {
        Actor::Process(process) => {
            let marks: String = process.marks.iter().map(|mark| format!(" {}", mark.value)).collect();
            writeln!(out, "process {}{marks}", process.name.value)?;
            for thread in &process.threads {
                writeln!(out, "  thread {}", thread.name.value)?;
                write_actions(out, &thread.actions, "    ")?;
            }
            Ok(())
        }
        Actor::Environment(environment) => {
            let name = environment.name.as_ref().map_or(String::new(), |name| format!(" {}", name.value));
            writeln!(out, "environment{name}")?;
            write_actions(out, &environment.actions, "  ")
        }
    }
}

fn write_actions(out: &mut String, actions: &[Action], indent: &str) -> fmt::Result {
    for action in actions {
        out.push_str(indent);
        write_action(out, &action.value)?;
        out.push('\n');
    }
    Ok(())
}

fn write_action(out: &mut String, action: &ActionKind) -> fmt::Result {
    match action {
        ActionKind::Call { label, second, call, expect } => {
            let labels: Vec<&str> = label.iter().chain(second).map(|label| &*label.value).collect();
            if !labels.is_empty() {
                write!(out, "{} = ", labels.join(", "))?;
            }
            write_call(out, call)?;
            for (index, expected) in expect.iter().enumerate() {
                out.push_str(if index == 0 { " -> " } else { " or " });
                match &expected.value {
                    Expected::Name(name) => out.push_str(name),
                    Expected::Sum(name, added) => write!(out, "{name} + {added}")?,
                    Expected::Number(number) => write!(out, "{number}")?,
                }
            }
            Ok(())
        }
        ActionKind::Check(expr) => {
            out.push_str("check ");
            write_expr(out, expr)
        }
        ActionKind::DeviceCompletes { device, label, bytes, status } => {
            write!(out, "device {} completes {}", device.value, label.value)?;
            write_outcome(out, bytes.as_ref(), status.as_ref())
        }
        ActionKind::DeviceFails { device, label, status } => {
            write!(out, "device {} fails {} with {}", device.value, label.value, status.value)
        }
        ActionKind::System { act, label } => write!(out, "system {} {}", act.verb(), label.value),
        ActionKind::DeviceCalls { device, routine, bytes, status } => {
            write!(out, "device {} calls {}", device.value, routine.value)?;
            write_outcome(out, bytes.as_ref(), status.as_ref())
        }
        ActionKind::ExitProcess(name) => write!(out, "exit process {}", name.value),
        ActionKind::TerminateProcess(name) => write!(out, "terminate process {}", name.value),
        ActionKind::TerminateThread(name) => write!(out, "terminate thread {}", name.value),
    }
}

fn write_call(out: &mut String, call: &Call) -> fmt::Result {
    write!(out, "{}(", call.name.value)?;
    for (index, Arg { name, value }) in call.args.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        if let Some(name) = name {
            write!(out, "{}: ", name.value)?;
        }
        write_value(out, &value.value)?;
    }
    out.push(')');
    Ok(())
}

fn write_value(out: &mut String, value: &Value) -> fmt::Result {
    match value {
        Value::Number(number) => write!(out, "{number}"),
        Value::Text(text) => write!(out, "\"{text}\""),
        Value::Name(name) => out.write_str(name),
        Value::Flags(flags) => out.write_str(&joined(flags, " | ")),
        Value::Pseudo(name) => write!(out, "{name}()"),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                write_value(out, &item.value)?;
            }
            out.push(']');
            Ok(())
        }
    }
}

pub(super) fn write_expr(out: &mut String, expr: &Expr) -> fmt::Result {
    match &expr.value {
        ExprKind::Or(parts) => write_chain(out, parts, " or ", |part| matches!(part, ExprKind::Or(_))),
        ExprKind::And(parts) => {
            write_chain(out, parts, " and ", |part| matches!(part, ExprKind::Or(_) | ExprKind::And(_)))
        }
        ExprKind::Not(inner) => {
            out.push_str("not ");
            write_chain(out, std::slice::from_ref(inner), "", |part| {
                matches!(part, ExprKind::Or(_) | ExprKind::And(_))
            })
        }
        ExprKind::Compare { left, op, right } => {
            write_operand(out, &left.value)?;
            write!(out, " {} ", op.symbol())?;
            write_operand(out, &right.value)
        }
        ExprKind::Operand(operand) => write_operand(out, operand),
    }
}

/// The parts with the word between them, and parentheses around those that bind too loosely.
fn write_chain(out: &mut String, parts: &[Expr], word: &str, loose: fn(&ExprKind) -> bool) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(word);
        }
        let (open, close) = if loose(&part.value) { ("(", ")") } else { ("", "") };
        out.push_str(open);
        write_expr(out, part)?;
        out.push_str(close);
    }
    Ok(())
}

pub(super) fn write_operand(out: &mut String, operand: &Operand) -> fmt::Result {
    match operand {
        Operand::Number(number) => write!(out, "{number}"),
        Operand::Text(text) => write!(out, "\"{text}\""),
        Operand::Name(name) => out.write_str(name),
        Operand::Field { label, field } => write!(out, "{}.{}", label.value, field.value),
        Operand::Function { name, argument, field } => {
            write!(out, "{}({})", name.value, argument.value)?;
            field.as_ref().map_or(Ok(()), |field| write!(out, ".{}", field.value))
        }
    }
}

/// As it was written: in its base, and with the word `bytes` if it had it.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.negative { "-" } else { "" })?;
        match self.hex {
            true => write!(f, "0x{:X}", self.magnitude)?,
            false => write!(f, "{}", self.magnitude)?,
        }
        f.write_str(if self.bytes { " bytes" } else { "" })
    }
}

fn joined(names: &[Name], separator: &str) -> String {
    let names: Vec<&str> = names.iter().map(|Spanned { value, .. }| value.as_str()).collect();
    names.join(separator)
}

fn write_outcome(out: &mut String, bytes: Option<&Spanned<Number>>, status: Option<&Name>) -> fmt::Result {
    let outcomes = [bytes.map(|bytes| bytes.value.to_string()), status.map(|status| status.value.clone())];
    for (outcome, word) in outcomes.iter().flatten().zip(["with", "and"]) {
        write!(out, " {word} {outcome}")?;
    }
    Ok(())
}
