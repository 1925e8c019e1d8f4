//! What is passed to the primitives of a driver's program.

use sim_core::drivers::program::code::{Deed, Entry, LocalEvent, ObjectKind, Slot};
use sim_core::drivers::program::primitive::Primitive;

use crate::lang::Diagnostic;
use crate::lang::ast::{self, Span, Spanned};
use crate::lang::driver::DriverRoutine;
use crate::scenario::compile_driver::{Compiler, unknown};
use crate::scenario::primitives::{ArgKind, BOOSTS, Flag, entry_words, kind_words};

impl Compiler<'_, '_> {
    /// Puts an argument into its place.
    pub(super) fn argument(&mut self, deed: &mut Deed, arg: &Spanned<ast::Operand>, kind: ArgKind) {
        match (kind, &arg.value) {
            (ArgKind::IrpOrNull, ast::Operand::Name(name)) if name == "NULL" => {}
            (ArgKind::Irp | ArgKind::IrpOrNull, ast::Operand::Name(name)) => {
                deed.irp = self.irp(name, arg.span);
            }
            (ArgKind::FileOf, ast::Operand::Field { label, field }) if field.value == "FileObject" => {
                deed.irp = self.irp(&label.value, label.span);
            }
            (ArgKind::ContextOf | ArgKind::RemoveLock, ast::Operand::Field { label, field })
                if field.value == "FsContext" =>
            {
                deed.irp = self.irp(&label.value, label.span);
            }
            // The pointer that the routine has kept is used without an IRP. Only ExAllocatePool2 sets FsContext itself.
            (ArgKind::ContextOf | ArgKind::RemoveLock, ast::Operand::Name(name))
                if self.variables.get(name) == Some(&Slot::Context)
                    && deed.primitive != Primitive::ExAllocatePool2 => {}
            (ArgKind::RemoveLock, ast::Operand::Name(name)) => {
                deed.object = self.object(ObjectKind::RemoveLock, name, arg.span);
            }
            (ArgKind::Object(wanted), ast::Operand::Name(name)) => {
                deed.object = self.object(wanted, name, arg.span);
            }
            (ArgKind::CsqContext, ast::Operand::Name(name)) if name == "NULL" => {}
            (ArgKind::CsqContext, ast::Operand::Name(name)) => {
                deed.context = self.object(ObjectKind::CsqContext, name, arg.span);
            }
            (ArgKind::Routine(entry), ast::Operand::Name(name)) => {
                deed.routine = self.routine(entry, name, arg.span);
            }
            (ArgKind::Status, ast::Operand::Name(name)) if BOOSTS.contains(&&**name) => {}
            (ArgKind::Status, _) => deed.status = Some(self.value(arg)),
            (ArgKind::Bytes, _) => deed.information = Some(self.value(arg)),
            (ArgKind::Event, ast::Operand::Name(name)) => self.event(deed, name, arg.span),
            (ArgKind::Context, ast::Operand::Name(name)) => self.context(deed, name, arg.span),
            (ArgKind::Flag(flag), ast::Operand::Name(name)) if name == "TRUE" || name == "FALSE" => {
                set_flag(deed, flag, name == "TRUE");
            }
            (ArgKind::EventType, ast::Operand::Name(name)) if name.ends_with("Event") => {
                deed.flag = name == "SynchronizationEvent";
                if !deed.flag && name != "NotificationEvent" {
                    self.expected(kind, arg.span);
                }
            }
            (ArgKind::Unused("Irql"), ast::Operand::Field { field, .. }) if field.value == "CancelIrql" => {}
            (ArgKind::Unused(_), ast::Operand::Name(_) | ast::Operand::Number(_)) => {}
            (ArgKind::Word(words), ast::Operand::Name(name)) if words.contains(&&**name) => {}
            (ArgKind::Device, ast::Operand::Name(name)) if name == "DeviceObject" => {}
            (ArgKind::Lower, ast::Operand::Name(name)) if name == "LowerDeviceObject" => {}
            (ArgKind::DeviceQueue, ast::Operand::Field { label, field })
                if label.value == "DeviceObject" && field.value == "DeviceQueue" => {}
            _ => self.expected(kind, arg.span),
        }
    }

    fn expected(&mut self, kind: ArgKind, span: Span) {
        self.error(format!("expected {}", kind.words()), span, "something else");
    }

    /// What the device keeps under that name.
    fn object(&mut self, wanted: ObjectKind, name: &str, span: Span) -> Option<u8> {
        let at = self.objects.iter().position(|object| object.name == name && object.kind == wanted);
        if at.is_none() {
            let objects = self.objects.iter().filter(|object| object.kind == wanted);
            let known: Vec<&str> = objects.map(|object| &*object.name).collect();
            let name = Spanned::new(name.to_owned(), span);
            let error = unknown(kind_words(wanted), &name, known.iter().copied());
            self.diagnostics.push(match (known.is_empty(), declared_by(wanted)) {
                (true, word) => {
                    error.help(format!("a line `{word} {}` in the driver declares one", name.value))
                }
                (false, _) => error,
            });
        }
        at.map(|at| at as u8)
    }

    /// The routine of that kind; none for NULL.
    fn routine(&mut self, entry: Entry, name: &str, span: Span) -> Option<u8> {
        if name == "NULL" {
            if !matches!(entry, Entry::Cancel | Entry::Completion) {
                self.expected(ArgKind::Routine(entry), span);
            }
            return None;
        }
        let word = match entry {
            Entry::Cancel => "cancel",
            Entry::Completion => "completion",
            Entry::Worker => "worker",
            _ => "dpc",
        };
        let is_kind = |routine: &&DriverRoutine| routine.kind.value == word;
        let is_it = |routine: &DriverRoutine| {
            is_kind(&routine) && routine.names.iter().any(|known| known.value == *name)
        };
        let at = self.driver.routines.iter().position(is_it);
        if at.is_none() {
            let known = self.driver.routines.iter().filter(is_kind).flat_map(|routine| &routine.names);
            let name = Spanned::new(name.to_owned(), span);
            let known: Vec<&str> = known.map(|name| &*name.value).collect();
            let error = unknown(entry_words(entry), &name, known.iter().copied());
            let error = match known.is_empty() {
                true => error.help(format!("such a routine begins with `{word} {}`", name.value)),
                false => error,
            };
            self.diagnostics.push(error);
        }
        at.map(|at| at as u8)
    }

    /// An event: one that the device keeps, the Context of a completion routine, or one of the routine's own, which
    /// KeInitializeEvent makes.
    fn event(&mut self, deed: &mut Deed, name: &str, span: Span) {
        let kept =
            self.objects.iter().position(|object| object.name == name && object.kind == ObjectKind::Event);
        if let Some(kept) = kept {
            deed.object = Some(kept as u8);
            return;
        }
        if name == "Context" && self.kind == "completion" {
            deed.event = Some(LocalEvent::Context);
            return;
        }
        deed.event = Some(LocalEvent::Own);
        let makes = deed.primitive == Primitive::KeInitializeEvent;
        match &self.event {
            Some(own) if own == name => {}
            None if makes => self.event = Some(name.to_owned()),
            Some(own) if makes => {
                let message = format!("a routine has one event of its own, and this one has `{own}`");
                self.diagnostics.push(
                    Diagnostic::new(message).at(span, "a second one").help(format!(
                        "a line `event {name}` in the driver declares one that the device keeps"
                    )),
                );
            }
            _ => {
                let kept = self.objects.iter().filter(|object| object.kind == ObjectKind::Event);
                let known = kept.map(|object| &*object.name).chain(self.event.as_deref());
                let label = Spanned::new(name.to_owned(), span);
                let error = unknown("event", &label, known.collect::<Vec<_>>().into_iter());
                self.diagnostics.push(error.help(format!(
                    "`KeInitializeEvent({name}, NotificationEvent, FALSE)` makes one in the routine, a line \
                     `event {name}` in the driver declares one that the device keeps"
                )));
            }
        }
    }

    /// The Context of a completion routine.
    fn context(&mut self, deed: &mut Deed, name: &str, span: Span) {
        if self.event.as_deref() == Some(name) {
            deed.event = Some(LocalEvent::Own);
        } else if self.objects.iter().any(|object| object.name == name && object.kind == ObjectKind::Event) {
            let message =
                format!("the device keeps `{name}`: a completion routine names it without a Context");
            self.diagnostics.push(Diagnostic::new(message).at(span, "write `NULL`"));
        } else if name != "NULL" {
            self.expected(ArgKind::Context, span);
        }
    }
}

/// The word that declares it.
const fn declared_by(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::SpinLock => "spinlock",
        ObjectKind::List => "list",
        ObjectKind::Csq => "csq",
        ObjectKind::CsqContext => "csqcontext",
        ObjectKind::Event => "event",
        ObjectKind::WorkItem => "workitem",
        ObjectKind::Timer => "timer",
        _ => "removelock",
    }
}

fn set_flag(deed: &mut Deed, flag: Flag, value: bool) {
    let place = match flag {
        Flag::InvokeOnSuccess => &mut deed.invoke_on.success,
        Flag::InvokeOnError => &mut deed.invoke_on.error,
        Flag::InvokeOnCancel => &mut deed.invoke_on.cancel,
        Flag::Cancelable => &mut deed.flag,
        Flag::State => &mut deed.state,
    };
    *place = value;
}
