//! Compiling a driver that the scenario writes: its names looked up, its lines as operations with jumps.

use std::collections::BTreeMap;

use sim_core::NtStatus;
use sim_core::drivers::program::code::{
    Declared, Deed, DriverProgram, DriverRoutine, Entry, IrpSlot, ObjectKind, Op, Operand, Relation, SLOTS,
    Slot, Test, ValueSlot,
};
use sim_core::drivers::program::primitive::Primitive;
use sim_core::io::irp::Major;

use crate::lang::ast::{self, CompareOp, Expr, ExprKind, Name, Scenario, Span, Spanned};
use crate::lang::driver::{self, Driver, Statement, StatementKind};
use crate::lang::{Diagnostic, Diagnostics, near};
use crate::scenario::compile;
use crate::scenario::primitives::{ArgKind, Gives, signature};

/// The most locks and lists, and routines, of a driver.
const MOST: usize = 64;

/// Compiles a driver. Errors go to `diagnostics`; then the program is not to be run.
pub(super) fn compile_driver(driver: &Driver, diagnostics: &mut Diagnostics) -> DriverProgram {
    let mut names: BTreeMap<&str, Span> = BTreeMap::new();
    let mut objects = Vec::new();
    for object in &driver.objects {
        declare(&mut names, &object.name, diagnostics);
        let kind = match &*object.kind.value {
            "spinlock" => ObjectKind::SpinLock,
            "list" => ObjectKind::List,
            "csq" => ObjectKind::Csq,
            _ => ObjectKind::RemoveLock,
        };
        objects.push(Declared { name: object.name.value.clone(), kind });
    }
    for routine in &driver.routines {
        routine.names.iter().for_each(|name| declare(&mut names, name, diagnostics));
    }
    if objects.len() > MOST || driver.routines.len() > MOST {
        let message = format!("a driver has at most {MOST} locks and lists, and {MOST} routines");
        diagnostics.push(Diagnostic::new(message).at(driver.name.span, "this driver"));
        return DriverProgram { name: driver.name.value.clone(), objects, routines: Vec::new() };
    }
    let routines = driver
        .routines
        .iter()
        .map(|routine| {
            let entries = entries(&routine.kind.value, &routine.names, diagnostics);
            let dispatches = routine.kind.value == "dispatch";
            let mut compiler = Compiler {
                driver,
                objects: &objects,
                variables: variables(&routine.kind.value),
                dispatches,
                code: Vec::new(),
                diagnostics,
            };
            compiler.block(&routine.body);
            if dispatches && !ends(&routine.body) {
                let place = routine.body.last().map_or(routine.kind.span, |last| last.span);
                let message = "a dispatch routine returns a status, whichever way it goes";
                compiler.error(message, place, "it can end after this line");
            }
            compiler.code.push(Op::Return(Operand::Null));
            let code = compiler.code;
            let name = routine.names.first().map_or_else(String::new, |name| name.value.clone());
            DriverRoutine { name, entries, code }
        })
        .collect();
    DriverProgram { name: driver.name.value.clone(), objects, routines }
}

fn declare<'a>(names: &mut BTreeMap<&'a str, Span>, name: &'a Name, diagnostics: &mut Diagnostics) {
    if let Some(first) = names.get(&*name.value) {
        diagnostics.push(
            Diagnostic::new(format!("`{}` is declared twice", name.value))
                .at(name.span, "declared again")
                .and_at(*first, "declared first"),
        );
        return;
    }
    names.insert(&name.value, name.span);
}

fn entries(kind: &str, names: &[Name], diagnostics: &mut Diagnostics) -> Vec<Entry> {
    match kind {
        "cancel" => vec![Entry::Cancel],
        "dpc" => vec![Entry::Dpc],
        "worker" => vec![Entry::Worker],
        _ => names
            .iter()
            .filter_map(|name| {
                let found = Major::ALL.iter().copied().find(|major| major.name() == name.value);
                if found.is_none() {
                    let known = Major::ALL.iter().map(|major| major.name());
                    diagnostics.push(unknown("major function", name, known));
                }
                found.map(Entry::Dispatch)
            })
            .collect(),
    }
}

fn unknown<'a>(what: &str, name: &Name, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let error = Diagnostic::new(format!("there is no {what} `{}`", name.value))
        .at(name.span, format!("unknown {what}"));
    match near(&name.value, known).first() {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None => error,
    }
}

/// What a routine is called with.
fn variables(kind: &str) -> BTreeMap<String, Slot> {
    let given: &[(&str, Slot)] = match kind {
        "dispatch" | "cancel" => &[("irp", Slot::Irp(IrpSlot(0)))],
        _ => &[("status", Slot::Value(ValueSlot(0))), ("information", Slot::Value(ValueSlot(1)))],
    };
    given.iter().map(|(name, slot)| ((*name).to_owned(), *slot)).collect()
}

/// Whether every way through these lines ends with a return.
fn ends(body: &[Statement]) -> bool {
    match body.last().map(|last| &last.value) {
        Some(StatementKind::Return(_)) => true,
        Some(StatementKind::If { then, otherwise, .. }) => ends(then) && ends(otherwise),
        _ => false,
    }
}

impl compile::Compiler {
    /// The routine of its driver's program that a device calls.
    pub(super) fn driver_routine(&mut self, scenario: &Scenario, device: &Name, routine: &Name) -> u8 {
        let Some(driver) = own_driver(scenario, device) else {
            let message = format!("the driver of `{}` is not written in the scenario", device.value);
            let help = format!("write `device {} completes LABEL with …`", device.value);
            self.diagnostics
                .push(Diagnostic::new(message).at(routine.span, "it has no such routine").help(help));
            return 0;
        };
        let called = |routine: &&driver::DriverRoutine| matches!(&*routine.kind.value, "dpc" | "worker");
        let is_it = |known: &driver::DriverRoutine| {
            called(&known) && known.names.iter().any(|name| name.value == routine.value)
        };
        let found = driver.routines.iter().position(is_it);
        if found.is_none() {
            let known = driver.routines.iter().filter(called).flat_map(|routine| &routine.names);
            self.diagnostics.push(unknown("dpc or worker", routine, known.map(|name| &*name.value)));
        }
        found.unwrap_or_default() as u8
    }

    /// A driver that the scenario writes looks for the request itself.
    pub(super) fn answers_by_itself(&mut self, scenario: &Scenario, device: &Name) {
        if let Some(driver) = own_driver(scenario, device) {
            let message =
                format!("the driver `{}` chooses itself which request it completes", driver.name.value);
            let help = format!("write `device {} calls ROUTINE with …`", device.value);
            self.diagnostics.push(Diagnostic::new(message).at(device.span, "its device").help(help));
        }
    }
}

/// The driver of a device, if the scenario writes it.
fn own_driver<'a>(scenario: &'a Scenario, device: &Name) -> Option<&'a Driver> {
    let device = scenario.devices.iter().find(|known| known.name.value == device.value)?;
    scenario.drivers.iter().find(|driver| driver.name.value == device.driver.value)
}

struct Compiler<'a, 'd> {
    driver: &'a Driver,
    objects: &'a [Declared],
    variables: BTreeMap<String, Slot>,
    dispatches: bool,
    code: Vec<Op>,
    diagnostics: &'d mut Diagnostics,
}

impl Compiler<'_, '_> {
    fn error(&mut self, message: impl Into<String>, span: Span, note: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(message).at(span, note));
    }

    fn here(&self) -> u32 {
        self.code.len() as u32
    }

    fn block(&mut self, body: &[Statement]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.value {
            StatementKind::Call { label, name, args } => self.call(label.as_ref(), name, args),
            StatementKind::Return(value) => {
                let value = value.as_ref().map(|value| self.value(value));
                if self.dispatches && value.is_none() {
                    self.error(
                        "found `return`, expected a status after it",
                        statement.span,
                        "returns nothing",
                    );
                }
                self.code.push(Op::Return(value.unwrap_or(Operand::Null)));
            }
            StatementKind::If { condition, then, otherwise } => {
                let test = self.test(condition);
                let at = self.code.len();
                self.code.push(Op::Unless(test, 0));
                self.block(then);
                if otherwise.is_empty() {
                    self.land(at);
                    return;
                }
                let over = self.code.len();
                self.code.push(Op::Jump(0));
                self.land(at);
                self.block(otherwise);
                self.land(over);
            }
            StatementKind::While { condition, body } => {
                let start = self.here();
                let test = self.test(condition);
                let at = self.code.len();
                self.code.push(Op::Unless(test, 0));
                self.block(body);
                self.code.push(Op::Jump(start));
                self.land(at);
            }
        }
    }

    /// The jump at that place leads to what comes next.
    fn land(&mut self, at: usize) {
        let here = self.here();
        if let Op::Unless(_, to) | Op::Jump(to) = &mut self.code[at] {
            *to = here;
        }
    }

    fn call(&mut self, label: Option<&Name>, name: &Name, args: &[Spanned<ast::Operand>]) {
        let Some(primitive) = Primitive::ALL.iter().copied().find(|known| known.name() == name.value) else {
            let known = Primitive::ALL.iter().map(|known| known.name());
            return self.diagnostics.push(unknown("primitive", name, known));
        };
        let signature = signature(primitive);
        if args.len() < signature.needed || args.len() > signature.args.len() {
            let expected = signature.usage(primitive);
            let message = format!("found {} arguments, expected {expected}", args.len());
            return self.error(message, name.span, "the wrong number of arguments");
        }
        let mut deed = Deed {
            primitive,
            irp: None,
            object: None,
            routine: None,
            status: None,
            information: None,
            result: None,
        };
        for (arg, kind) in args.iter().zip(signature.args) {
            self.argument(&mut deed, arg, *kind);
        }
        match (label, signature.gives) {
            (Some(label), Gives::Nothing) => {
                self.error(format!("{} gives nothing", primitive.name()), label.span, "a name for it");
            }
            (Some(label), gives) => deed.result = self.bind(label, gives),
            (None, _) => {}
        }
        self.code.push(Op::Do(deed));
    }

    fn argument(&mut self, deed: &mut Deed, arg: &Spanned<ast::Operand>, kind: ArgKind) {
        match (kind, &arg.value) {
            (ArgKind::Irp, ast::Operand::Name(name)) => deed.irp = self.irp(name, arg.span),
            (ArgKind::FileOf, ast::Operand::Field { label, field }) if field.value == "FileObject" => {
                deed.irp = self.irp(&label.value, label.span);
            }
            (ArgKind::ContextOf | ArgKind::ContextOrKept, ast::Operand::Field { label, field })
                if field.value == "FsContext" =>
            {
                deed.irp = self.irp(&label.value, label.span);
            }
            // A pointer that was kept is used without an IRP.
            (ArgKind::ContextOrKept, ast::Operand::Name(name))
                if self.variables.get(name) == Some(&Slot::Context) => {}
            (ArgKind::Object(wanted), ast::Operand::Name(name)) => {
                let at = self.objects.iter().position(|object| object.name == *name && object.kind == wanted);
                match at {
                    Some(at) => deed.object = Some(at as u8),
                    None => {
                        let objects = self.objects.iter().filter(|object| object.kind == wanted);
                        let known: Vec<&str> = objects.map(|object| &*object.name).collect();
                        let name = Spanned::new(name.clone(), arg.span);
                        let error = unknown(wanted_word(wanted), &name, known.into_iter());
                        self.diagnostics.push(error);
                    }
                }
            }
            (ArgKind::Routine, ast::Operand::Name(name)) if name == "NULL" => {}
            (ArgKind::Routine, ast::Operand::Name(name)) => {
                let is_it = |routine: &driver::DriverRoutine| {
                    routine.kind.value == "cancel" && routine.names.iter().any(|known| known.value == *name)
                };
                match self.driver.routines.iter().position(is_it) {
                    Some(at) => deed.routine = Some(at as u8),
                    None => {
                        let cancels =
                            self.driver.routines.iter().filter(|routine| routine.kind.value == "cancel");
                        let known = cancels.flat_map(|routine| &routine.names).map(|name| &*name.value);
                        let name = Spanned::new(name.clone(), arg.span);
                        self.diagnostics.push(unknown("cancel routine", &name, known));
                    }
                }
            }
            (ArgKind::Status, _) => deed.status = Some(self.value(arg)),
            (ArgKind::Bytes, _) => deed.information = Some(self.value(arg)),
            _ => self.error(format!("expected {}", kind.words()), arg.span, "something else"),
        }
    }

    /// The variable of an IRP.
    fn irp(&mut self, name: &str, span: Span) -> Option<IrpSlot> {
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

    fn nothing(&mut self, name: &str, span: Span) {
        let name = Spanned::new(name.to_owned(), span);
        let error = unknown("variable", &name, self.variables.keys().map(|known| &**known));
        self.diagnostics.push(error);
    }

    /// The variable that a result goes to.
    fn bind(&mut self, label: &Name, gives: Gives) -> Option<Slot> {
        let wants_irp = gives == Gives::Irp;
        if let Some(slot) = self.variables.get(&label.value) {
            let slot = *slot;
            let is_same = match slot {
                Slot::Irp(_) => wants_irp,
                Slot::Value(_) => gives == Gives::Value,
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
            if self.variables.values().any(|slot| *slot == Slot::Context) {
                let message = "a routine has one variable for what FsContext points to";
                self.error(message, label.span, "use the other again");
                return None;
            }
            self.variables.insert(label.value.clone(), Slot::Context);
            return Some(Slot::Context);
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

    /// Something that has a value.
    fn value(&mut self, operand: &Spanned<ast::Operand>) -> Operand {
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
            ast::Operand::Field { label, field } => {
                let Some(slot) = self.irp(&label.value, label.span) else { return Operand::Null };
                match &*field.value {
                    "Cancel" => Operand::Cancel(slot),
                    "Length" => Operand::Length(slot),
                    "FsContext" => Operand::FsContext(slot),
                    _ => {
                        let known = ["Cancel", "Length", "FsContext"];
                        self.diagnostics.push(unknown("field of an IRP", field, known.into_iter()));
                        Operand::Null
                    }
                }
            }
            _ => {
                self.error(
                    "expected a variable, a field of an IRP, a status or a number",
                    span,
                    "something else",
                );
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
            (_, Some(Slot::Context)) => {
                self.error(format!("`{name}` is only used, with UseFsContext"), span, "has no value here");
                Operand::Null
            }
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

    fn test(&mut self, expr: &Expr) -> Test {
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

const fn wanted_word(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::SpinLock => "spin lock",
        ObjectKind::List => "list",
        ObjectKind::Csq => "cancel-safe queue",
        ObjectKind::RemoveLock => "remove lock",
    }
}
