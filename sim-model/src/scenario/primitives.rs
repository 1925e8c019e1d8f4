//! What the primitives of a driver's program take, and what they give.

use sim_core::drivers::program::code::{Entry, ObjectKind};
use sim_core::drivers::program::primitive::Primitive;

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArgKind {
    /// The variable of an IRP.
    Irp,
    /// The variable of an IRP, or NULL.
    IrpOrNull,
    /// `irp.FileObject`.
    FileOf,
    /// `irp.FsContext`.
    ContextOf,
    /// A remove lock that the device keeps, or the one in a context.
    RemoveLock,
    /// What the device keeps, of that kind.
    Object(ObjectKind),
    /// The context of a cancel-safe queue, or NULL.
    CsqContext,
    /// A routine of the driver's of that kind; a cancel routine or completion routine can be NULL.
    Routine(Entry),
    /// A status; of IoCompleteRequest also a PriorityBoost.
    Status,
    /// A number of bytes.
    Bytes,
    /// `DeviceObject`.
    Device,
    /// `LowerDeviceObject`.
    Lower,
    /// `DeviceObject.DeviceQueue`.
    DeviceQueue,
    /// An event: one of the routine's own, one that the device keeps, or the Context of a completion routine.
    Event,
    /// The event of the routine's own that a completion routine gets as its Context, or NULL.
    Context,
    /// NotificationEvent or SynchronizationEvent.
    EventType,
    /// TRUE or FALSE.
    Flag(Flag),
    /// What makes no difference here: one of these words.
    Word(&'static [&'static str]),
    /// What makes no difference here: a name, NULL, a number or `irp.CancelIrql`.
    Unused(&'static str),
}

/// What TRUE or FALSE is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    /// InvokeOnSuccess of IoSetCompletionRoutine.
    InvokeOnSuccess,
    /// InvokeOnError of it.
    InvokeOnError,
    /// InvokeOnCancel of it.
    InvokeOnCancel,
    /// Cancelable of IoStartNextPacket.
    Cancelable,
    /// State of KeInitializeEvent.
    State,
}

/// The constants for PriorityBoost of IoCompleteRequest and Increment of KeSetEvent.
pub(crate) const BOOSTS: &[&str] = &[
    "IO_NO_INCREMENT",
    "EVENT_INCREMENT",
    "IO_DISK_INCREMENT",
    "IO_KEYBOARD_INCREMENT",
    "IO_MOUSE_INCREMENT",
    "IO_NETWORK_INCREMENT",
    "IO_SERIAL_INCREMENT",
];

impl ArgKind {
    /// What must stand there.
    pub(crate) fn words(self) -> String {
        match self {
            ArgKind::Irp => "an IRP".into(),
            ArgKind::IrpOrNull => "an IRP or `NULL`".into(),
            ArgKind::FileOf => "the file object of an IRP: `irp.FileObject`".into(),
            ArgKind::ContextOf => "what the file object of an IRP points to: `irp.FsContext`".into(),
            ArgKind::RemoveLock => "a remove lock".into(),
            ArgKind::Object(kind) => format!("a {}", kind_words(kind)),
            ArgKind::CsqContext => "a context that the device keeps, or `NULL`".into(),
            ArgKind::Routine(entry) => match entry {
                Entry::Cancel | Entry::Completion => format!("a {} or `NULL`", entry_words(entry)),
                _ => format!("a {}", entry_words(entry)),
            },
            ArgKind::Status => "a status".into(),
            ArgKind::Bytes => "a number of bytes".into(),
            ArgKind::Device => "the driver's own device: `DeviceObject`".into(),
            ArgKind::Lower => "the device below: `LowerDeviceObject`".into(),
            ArgKind::DeviceQueue => "the device's queue: `DeviceObject.DeviceQueue`".into(),
            ArgKind::Event => "an event".into(),
            ArgKind::Context => "an event of this routine, or `NULL`".into(),
            ArgKind::EventType => "`NotificationEvent` or `SynchronizationEvent`".into(),
            ArgKind::Flag(_) => "`TRUE` or `FALSE`".into(),
            ArgKind::Word(words) => format!("`{}`", words.join("` or `")),
            ArgKind::Unused(name) => format!("the {name}: a name"),
        }
    }

    const fn short(self) -> &'static str {
        match self {
            ArgKind::Irp => "irp",
            ArgKind::IrpOrNull => "irp",
            ArgKind::FileOf => "irp.FileObject",
            ArgKind::ContextOf => "irp.FsContext",
            ArgKind::RemoveLock => "removelock",
            ArgKind::Object(ObjectKind::SpinLock) => "spinlock",
            ArgKind::Object(ObjectKind::List) => "list",
            ArgKind::Object(ObjectKind::Csq) => "csq",
            ArgKind::Object(ObjectKind::RemoveLock) => "removelock",
            ArgKind::Object(ObjectKind::WorkItem) => "workitem",
            ArgKind::Object(ObjectKind::Timer) => "timer",
            ArgKind::Object(_) => "object",
            ArgKind::CsqContext => "csqcontext",
            ArgKind::Routine(Entry::Cancel) => "CancelRoutine",
            ArgKind::Routine(Entry::Completion) => "CompletionRoutine",
            ArgKind::Routine(Entry::Worker) => "WorkerRoutine",
            ArgKind::Routine(_) => "DpcRoutine",
            ArgKind::Status => "status",
            ArgKind::Bytes => "bytes",
            ArgKind::Device => "DeviceObject",
            ArgKind::Lower => "LowerDeviceObject",
            ArgKind::DeviceQueue => "DeviceObject.DeviceQueue",
            ArgKind::Event => "event",
            ArgKind::Context => "Context",
            ArgKind::EventType => "Type",
            ArgKind::Flag(Flag::InvokeOnSuccess) => "InvokeOnSuccess",
            ArgKind::Flag(Flag::InvokeOnError) => "InvokeOnError",
            ArgKind::Flag(Flag::InvokeOnCancel) => "InvokeOnCancel",
            ArgKind::Flag(Flag::Cancelable) => "Cancelable",
            ArgKind::Flag(Flag::State) => "State",
            ArgKind::Word([]) => "",
            ArgKind::Word([first, ..]) => first,
            ArgKind::Unused(name) => name,
        }
    }
}

/// What something that a device keeps is called.
pub(crate) const fn kind_words(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::SpinLock => "spin lock",
        ObjectKind::List => "list",
        ObjectKind::Csq => "cancel-safe queue",
        ObjectKind::RemoveLock => "remove lock",
        ObjectKind::CsqContext => "context of a cancel-safe queue",
        ObjectKind::Event => "event",
        ObjectKind::WorkItem => "work item",
        ObjectKind::Timer => "timer",
        _ => "device queue",
    }
}

/// What a routine of a driver's is called.
pub(crate) const fn entry_words(entry: Entry) -> &'static str {
    match entry {
        Entry::Dispatch(_) => "dispatch routine",
        Entry::Cancel => "cancel routine",
        Entry::Dpc => "dpc",
        Entry::Worker => "worker",
        Entry::StartIo => "StartIo routine",
        Entry::Completion => "completion routine",
    }
}

/// What a primitive gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    /// Nothing.
    Nothing,
    /// An IRP, or NULL.
    Irp,
    /// A status, or a pointer.
    Value,
    /// A pointer to what FsContext points to.
    Context,
}

/// What a primitive takes and gives.
pub(crate) struct Signature {
    /// Its arguments.
    pub(crate) args: &'static [ArgKind],
    /// How many of them must be there.
    pub(crate) needed: usize,
    /// What it gives.
    pub(crate) gives: Gives,
}

impl Signature {
    /// `IoCompleteRequest(irp, status, [bytes])`.
    pub(crate) fn usage(&self, primitive: Primitive) -> String {
        let args = self.args.iter().enumerate().map(|(at, arg)| match at < self.needed {
            true => arg.short().to_owned(),
            false => format!("[{}]", arg.short()),
        });
        format!("{}({})", primitive.name(), args.collect::<Vec<_>>().join(", "))
    }
}

/// The primitive of that name. Variants of a name that differ in what the model has not, the IRQL or a pool tag, are one.
pub(crate) fn primitive(name: &str) -> Option<Primitive> {
    let name = match name {
        "KeAcquireSpinLockAtDpcLevel" => "KeAcquireSpinLock",
        "KeReleaseSpinLockFromDpcLevel" => "KeReleaseSpinLock",
        "IofCompleteRequest" => "IoCompleteRequest",
        "IofCallDriver" => "IoCallDriver",
        name => name,
    };
    callable().find(|known| known.name() == name)
}

/// The primitives that are called by their name.
pub(crate) fn callable() -> impl Iterator<Item = Primitive> {
    let is_field =
        |known: &Primitive| matches!(known, Primitive::SetIoStatusStatus | Primitive::SetIoStatusInformation);
    Primitive::ALL.iter().copied().filter(move |known| !is_field(known))
}

/// Wait of KeSetEvent, Alertable of KeWaitForSingleObject.
const NO: ArgKind = ArgKind::Word(&["FALSE"]);

const SET_COMPLETION_ROUTINE: &[ArgKind] = &[
    ArgKind::Irp,
    ArgKind::Routine(Entry::Completion),
    ArgKind::Context,
    ArgKind::Flag(Flag::InvokeOnSuccess),
    ArgKind::Flag(Flag::InvokeOnError),
    ArgKind::Flag(Flag::InvokeOnCancel),
];

const WAIT_FOR_SINGLE_OBJECT: &[ArgKind] = &[
    ArgKind::Event,
    ArgKind::Word(&["Executive"]),
    ArgKind::Word(&["KernelMode"]),
    NO,
    ArgKind::Word(&["NULL"]),
];

const QUEUE_WORK_ITEM: &[ArgKind] = &[
    ArgKind::Object(ObjectKind::WorkItem),
    ArgKind::Routine(Entry::Worker),
    ArgKind::Word(&["DelayedWorkQueue", "CriticalWorkQueue"]),
    ArgKind::IrpOrNull,
];

/// What a primitive takes and gives.
pub(crate) const fn signature(primitive: Primitive) -> Signature {
    use ArgKind::{Bytes, CsqContext, Device, Event, EventType, Irp, Lower, Status, Unused, Word};
    const LOCK: ArgKind = ArgKind::Object(ObjectKind::SpinLock);
    const LIST: ArgKind = ArgKind::Object(ObjectKind::List);
    const CSQ: ArgKind = ArgKind::Object(ObjectKind::Csq);
    const REMOVE: ArgKind = ArgKind::RemoveLock;
    const TIMER: ArgKind = ArgKind::Object(ObjectKind::Timer);
    const IRQL: ArgKind = Unused("Irql");
    const TAG: ArgKind = Unused("Tag");
    let (args, needed, gives): (&'static [ArgKind], usize, Gives) = match primitive {
        Primitive::IoMarkIrpPending => (&[Irp], 1, Gives::Nothing),
        Primitive::IoSetCancelRoutine => (&[Irp, ArgKind::Routine(Entry::Cancel)], 2, Gives::Value),
        Primitive::IoCompleteRequest => (&[Irp, Status, Bytes], 2, Gives::Nothing),
        Primitive::IoAcquireCancelSpinLock | Primitive::IoReleaseCancelSpinLock => {
            (&[IRQL], 0, Gives::Nothing)
        }
        Primitive::KeAcquireSpinLock | Primitive::KeReleaseSpinLock => (&[LOCK, IRQL], 1, Gives::Nothing),
        Primitive::InsertTailList | Primitive::InsertHeadList => (&[LIST, Irp], 2, Gives::Nothing),
        Primitive::IsListEmpty => (&[LIST], 1, Gives::Value),
        Primitive::RemoveHeadList => (&[LIST, ArgKind::FileOf], 1, Gives::Irp),
        Primitive::RemoveEntryList => (&[Irp], 1, Gives::Nothing),
        Primitive::IoCsqInsertIrp => (&[CSQ, Irp, CsqContext], 2, Gives::Nothing),
        Primitive::IoCsqRemoveIrp => (&[CSQ, CsqContext], 2, Gives::Irp),
        Primitive::IoCsqRemoveNextIrp => (&[CSQ, ArgKind::FileOf], 1, Gives::Irp),
        Primitive::IoAcquireRemoveLock => (&[REMOVE, TAG], 1, Gives::Value),
        Primitive::IoReleaseRemoveLock | Primitive::IoReleaseRemoveLockAndWait => {
            (&[REMOVE, TAG], 1, Gives::Nothing)
        }
        Primitive::ExAllocatePool2 => (&[ArgKind::ContextOf], 1, Gives::Value),
        Primitive::ExFreePool | Primitive::UseFsContext => (&[ArgKind::ContextOf], 1, Gives::Nothing),
        Primitive::IoStartPacket => {
            (&[Device, Irp, Unused("Key"), ArgKind::Routine(Entry::Cancel)], 4, Gives::Nothing)
        }
        Primitive::IoStartNextPacket => (&[Device, ArgKind::Flag(Flag::Cancelable)], 2, Gives::Nothing),
        Primitive::KeRemoveEntryDeviceQueue => (&[ArgKind::DeviceQueue, Irp], 2, Gives::Value),
        Primitive::IoCallDriver | Primitive::IoForwardIrpSynchronously => (&[Lower, Irp], 2, Gives::Value),
        Primitive::IoSkipCurrentIrpStackLocation | Primitive::IoCopyCurrentIrpStackLocationToNext => {
            (&[Irp], 1, Gives::Nothing)
        }
        Primitive::IoSetCompletionRoutine => (SET_COMPLETION_ROUTINE, 6, Gives::Nothing),
        Primitive::KeInitializeEvent => (&[Event, EventType, ArgKind::Flag(Flag::State)], 3, Gives::Nothing),
        Primitive::KeSetEvent => (&[Event, Word(BOOSTS), NO], 1, Gives::Nothing),
        Primitive::KeClearEvent => (&[Event], 1, Gives::Nothing),
        Primitive::KeWaitForSingleObject => (WAIT_FOR_SINGLE_OBJECT, 1, Gives::Nothing),
        Primitive::IoQueueWorkItem => (QUEUE_WORK_ITEM, 2, Gives::Nothing),
        Primitive::KeSetTimer => (&[TIMER, Unused("DueTime"), ArgKind::Routine(Entry::Dpc)], 3, Gives::Value),
        Primitive::KeCancelTimer => (&[TIMER], 1, Gives::Value),
        Primitive::SetIoStatusStatus => (&[Irp, Status], 2, Gives::Nothing),
        Primitive::SetIoStatusInformation => (&[Irp, Bytes], 2, Gives::Nothing),
    };
    Signature { args, needed, gives }
}
