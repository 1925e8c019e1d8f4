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
use crate::scenario::primitives::{self, Gives, signature};

/// The most locks and lists, and routines, of a driver.
const MOST: usize = 64;

/// As many names are told where none of them is near.
const MOST_LISTED: usize = 8;

/// The fields of an IRP that a driver reads.
const IRP_FIELDS: [&str; 6] =
    ["Cancel", "Length", "FsContext", "IoStatus.Status", "IoStatus.Information", "PendingReturned"];

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
            "csqcontext" => ObjectKind::CsqContext,
            "event" => ObjectKind::Event,
            "workitem" => ObjectKind::WorkItem,
            "timer" => ObjectKind::Timer,
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
            let returns = matches!(&*routine.kind.value, "dispatch" | "completion");
            let mut compiler = Compiler {
                driver,
                objects: &objects,
                variables: variables(&routine.kind.value, driver),
                kind: &routine.kind.value,
                event: None,
                code: Vec::new(),
                diagnostics,
            };
            compiler.block(&routine.body);
            if returns && !ends(&routine.body) {
                let place = routine.body.last().map_or(routine.kind.span, |last| last.span);
                let kind = &routine.kind.value;
                let message = format!("a {kind} routine returns a status, whichever way it goes");
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

/// What a driver's author may mean by a name that the language has in another way.
fn meant_by(name: &str) -> Option<&'static str> {
    Some(match name {
        "InterlockedExchangePointer" => {
            "the cancel routine is exchanged by `IoSetCancelRoutine(irp, ROUTINE)`"
        }
        "KeInitializeSpinLock" => "a line `spinlock NAME` in the driver declares and initialises one",
        "InitializeListHead" => "a line `list NAME` in the driver declares and initialises one",
        "IoInitializeRemoveLock" => "a line `removelock NAME` in the driver declares and initialises one",
        "IoCsqInitialize" => "a line `csq NAME` in the driver declares and initialises one",
        "IoAllocateWorkItem" | "IoFreeWorkItem" => "a line `workitem NAME` in the driver declares one",
        "KeInitializeTimer" | "KeInitializeDpc" => "a line `timer NAME` in the driver declares one",
        "IoGetCurrentIrpStackLocation" | "IoGetNextIrpStackLocation" => {
            "the fields of a stack location are read by the IRP: `irp.Length`, `irp.FileObject`"
        }
        _ => return None,
    })
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
        "startio" => vec![Entry::StartIo],
        "completion" => vec![Entry::Completion],
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

pub(super) fn unknown<'a>(what: &str, name: &Name, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let error = Diagnostic::new(format!("there is no {what} `{}`", name.value))
        .at(name.span, format!("unknown {what}"));
    match near(&name.value, known.iter().copied()).first() {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None if !known.is_empty() && known.len() <= MOST_LISTED => {
            error.help(format!("there are: `{}`", known.join("`, `")))
        }
        None => error,
    }
}

/// What a routine is called with. In a driver with a StartIo routine a DPC is called for the request that the device is busy
/// with, in one with a work item a worker for the Context of that.
fn variables(kind: &str, driver: &Driver) -> BTreeMap<String, Slot> {
    let irp = ("irp", Slot::Irp(IrpSlot(0)));
    let answer = [("status", Slot::Value(ValueSlot(0))), ("information", Slot::Value(ValueSlot(1)))];
    let has_start_io = driver.routines.iter().any(|routine| routine.kind.value == "startio");
    let has_work_item = driver.objects.iter().any(|object| object.kind.value == "workitem");
    let given = match kind {
        "dispatch" | "cancel" | "startio" | "completion" => vec![irp],
        "dpc" if !has_start_io => answer.to_vec(),
        "worker" if !has_work_item => answer.to_vec(),
        _ => vec![irp, answer[0], answer[1]],
    };
    given.into_iter().map(|(name, slot)| (name.to_owned(), slot)).collect()
}

/// Whether every way through these lines ends with a return.
fn ends(body: &[Statement]) -> bool {
    match body.last().map(|last| &last.value) {
        Some(StatementKind::Return(_) | StatementKind::ReturnCall { .. }) => true,
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

/// A routine that is being compiled.
pub(super) struct Compiler<'a, 'd> {
    pub(super) driver: &'a Driver,
    pub(super) objects: &'a [Declared],
    pub(super) variables: BTreeMap<String, Slot>,
    /// `dispatch` and its kin.
    pub(super) kind: &'a str,
    /// The event in its own variables.
    pub(super) event: Option<String>,
    code: Vec<Op>,
    pub(super) diagnostics: &'d mut Diagnostics,
}

impl Compiler<'_, '_> {
    pub(super) fn error(&mut self, message: impl Into<String>, span: Span, note: impl Into<String>) {
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
            StatementKind::Call { label, name, args } => {
                self.call(name, args, |compiler, gives| {
                    label.as_ref().and_then(|label| compiler.bind(label, gives))
                });
            }
            StatementKind::Return(value) => {
                let value = value.as_ref().map(|value| self.value(value));
                if matches!(self.kind, "dispatch" | "completion") && value.is_none() {
                    self.error(
                        "found `return`, expected a status after it",
                        statement.span,
                        "returns nothing",
                    );
                }
                self.code.push(Op::Return(value.unwrap_or(Operand::Null)));
            }
            StatementKind::ReturnCall { name, args } => {
                let result = Slot::Value(ValueSlot(0));
                if self.call(name, args, |_, _| Some(result)) {
                    self.code.push(Op::Return(Operand::Value(ValueSlot(0))));
                }
            }
            StatementKind::Let { label, value } => {
                let operand = self.value(value);
                let held = self.variables.get(&label.value);
                let gives = match (operand, held) {
                    (Operand::Irp(_) | Operand::CurrentIrp, _) => Gives::Irp,
                    (Operand::Null, Some(Slot::Irp(_))) => Gives::Irp,
                    (Operand::FsContext(_) | Operand::KeptContext, _) => Gives::Context,
                    _ => Gives::Value,
                };
                if let Some(slot) = self.bind(label, gives) {
                    self.code.push(Op::Let(slot, operand));
                }
            }
            StatementKind::Set { label, field, value } => self.set(label, field, value),
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

    /// A call of a primitive; `result` says where what it gives goes. Whether it gives anything.
    fn call(
        &mut self,
        name: &Name,
        args: &[Spanned<ast::Operand>],
        result: impl FnOnce(&mut Self, Gives) -> Option<Slot>,
    ) -> bool {
        let Some(primitive) = primitives::primitive(&name.value) else {
            let known = primitives::callable().map(|known| known.name());
            let error = unknown("primitive", name, known);
            let meant = meant_by(&name.value);
            self.diagnostics.push(meant.into_iter().fold(error, Diagnostic::help));
            return true;
        };
        let signature = signature(primitive);
        if args.len() < signature.needed || args.len() > signature.args.len() {
            let expected = signature.usage(primitive);
            let message = format!("found {} arguments, expected {expected}", args.len());
            self.error(message, name.span, "the wrong number of arguments");
            return true;
        }
        let mut deed = Deed::new(primitive);
        for (arg, kind) in args.iter().zip(signature.args) {
            self.argument(&mut deed, arg, *kind);
        }
        self.check_startio(primitive, name);
        deed.result = result(self, signature.gives);
        if deed.result.is_some() && signature.gives == Gives::Nothing {
            self.error(format!("{} gives nothing", primitive.name()), name.span, "its result is used");
        }
        self.code.push(Op::Do(deed));
        signature.gives != Gives::Nothing
    }

    /// Only a driver with a StartIo routine has a device queue.
    fn check_startio(&mut self, primitive: Primitive, name: &Name) {
        let needs = matches!(
            primitive,
            Primitive::IoStartPacket | Primitive::IoStartNextPacket | Primitive::KeRemoveEntryDeviceQueue
        );
        if needs && !self.driver.routines.iter().any(|routine| routine.kind.value == "startio") {
            let message = format!("{} is for a driver with a StartIo routine", primitive.name());
            self.diagnostics.push(
                Diagnostic::new(message)
                    .at(name.span, "the driver has none")
                    .help("such a routine begins with `startio NAME`"),
            );
        }
    }

    /// `irp.IoStatus.Status = STATUS_SUCCESS`
    fn set(&mut self, label: &Name, field: &Name, value: &Spanned<ast::Operand>) {
        let irp = self.irp(&label.value, label.span);
        let value = Some(self.value(value));
        let deed = match &*field.value {
            "IoStatus.Status" => Deed { irp, status: value, ..Deed::new(Primitive::SetIoStatusStatus) },
            "IoStatus.Information" => {
                Deed { irp, information: value, ..Deed::new(Primitive::SetIoStatusInformation) }
            }
            _ => {
                let known = ["IoStatus.Status", "IoStatus.Information"];
                return self.diagnostics.push(unknown("field that a driver sets", field, known.into_iter()));
            }
        };
        self.code.push(Op::Do(deed));
    }

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

    /// The variable that a result goes to; none where nothing is given.
    fn bind(&mut self, label: &Name, gives: Gives) -> Option<Slot> {
        if gives == Gives::Nothing {
            self.error(
                format!("the call gives nothing that `{}` could name", label.value),
                label.span,
                "a name for it",
            );
            return None;
        }
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
