//! What the primitives of a driver's program take, and what they give.

use sim_core::drivers::program::code::ObjectKind;
use sim_core::drivers::program::primitive::Primitive;

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArgKind {
    /// The variable of an IRP.
    Irp,
    /// `irp.FileObject`.
    FileOf,
    /// `irp.FsContext`.
    ContextOf,
    /// The same, or the variable in which it was kept.
    ContextOrKept,
    /// A lock or list of that kind.
    Object(ObjectKind),
    /// A cancel routine, or NULL.
    Routine,
    /// A status.
    Status,
    /// A number of bytes.
    Bytes,
}

impl ArgKind {
    /// What must stand there.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            ArgKind::Irp => "an IRP",
            ArgKind::FileOf => "the file object of an IRP: `irp.FileObject`",
            ArgKind::ContextOf | ArgKind::ContextOrKept => {
                "what the file object of an IRP points to: `irp.FsContext`"
            }
            ArgKind::Object(ObjectKind::SpinLock) => "a spin lock",
            ArgKind::Object(ObjectKind::List) => "a list",
            ArgKind::Object(ObjectKind::Csq) => "a cancel-safe queue",
            ArgKind::Object(ObjectKind::RemoveLock) => "a remove lock",
            ArgKind::Routine => "a cancel routine or `NULL`",
            ArgKind::Status => "a status",
            ArgKind::Bytes => "a number of bytes",
        }
    }

    const fn short(self) -> &'static str {
        match self {
            ArgKind::Irp => "irp",
            ArgKind::FileOf => "irp.FileObject",
            ArgKind::ContextOf | ArgKind::ContextOrKept => "irp.FsContext",
            ArgKind::Object(ObjectKind::SpinLock) => "spinlock",
            ArgKind::Object(ObjectKind::List) => "list",
            ArgKind::Object(ObjectKind::Csq) => "csq",
            ArgKind::Object(ObjectKind::RemoveLock) => "removelock",
            ArgKind::Routine => "routine",
            ArgKind::Status => "status",
            ArgKind::Bytes => "bytes",
        }
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

/// What a primitive takes and gives.
pub(crate) const fn signature(primitive: Primitive) -> Signature {
    const LOCK: ArgKind = ArgKind::Object(ObjectKind::SpinLock);
    const LIST: ArgKind = ArgKind::Object(ObjectKind::List);
    const CSQ: ArgKind = ArgKind::Object(ObjectKind::Csq);
    const REMOVE: ArgKind = ArgKind::Object(ObjectKind::RemoveLock);
    let (args, needed, gives): (&'static [ArgKind], usize, Gives) = match primitive {
        Primitive::IoMarkIrpPending => (&[ArgKind::Irp], 1, Gives::Nothing),
        Primitive::IoSetCancelRoutine => (&[ArgKind::Irp, ArgKind::Routine], 2, Gives::Value),
        Primitive::IoCompleteRequest => (&[ArgKind::Irp, ArgKind::Status, ArgKind::Bytes], 2, Gives::Nothing),
        Primitive::IoAcquireCancelSpinLock | Primitive::IoReleaseCancelSpinLock => (&[], 0, Gives::Nothing),
        Primitive::KeAcquireSpinLock | Primitive::KeReleaseSpinLock => (&[LOCK], 1, Gives::Nothing),
        Primitive::InsertTailList => (&[LIST, ArgKind::Irp], 2, Gives::Nothing),
        Primitive::RemoveHeadList => (&[LIST, ArgKind::FileOf], 1, Gives::Irp),
        Primitive::RemoveEntryList => (&[ArgKind::Irp], 1, Gives::Nothing),
        Primitive::IoCsqInsertIrp => (&[CSQ, ArgKind::Irp], 2, Gives::Nothing),
        Primitive::IoCsqRemoveNextIrp => (&[CSQ, ArgKind::FileOf], 1, Gives::Irp),
        Primitive::IoAcquireRemoveLock => (&[REMOVE], 1, Gives::Value),
        Primitive::IoReleaseRemoveLock | Primitive::IoReleaseRemoveLockAndWait => {
            (&[REMOVE], 1, Gives::Nothing)
        }
        Primitive::ExAllocatePool2 => (&[ArgKind::ContextOf], 1, Gives::Value),
        Primitive::ExFreePool => (&[ArgKind::ContextOf], 1, Gives::Nothing),
        Primitive::UseFsContext => (&[ArgKind::ContextOrKept], 1, Gives::Context),
    };
    Signature { args, needed, gives }
}
