//! What FsContext of a file object points to, a pointer to it that a routine has kept, and the remove lock in it.

use alloc::vec::Vec;

use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::Deed;
use crate::drivers::program::primitive::Primitive;
use crate::drivers::program::run::RunRoutine;
use crate::finding::{About, Rule};
use crate::frame::Next;
use crate::io::file::{DriverContext, File};
use crate::kernel::Kernel;
use crate::status::NtStatus;
use crate::word::{Id, Word};

impl Kernel {
    /// ExAllocatePool2, and IoInitializeRemoveLock.
    pub(crate) fn allocate_context(&mut self, call: Id<Activation>, file: Id<File>, deed: &Deed) -> Next {
        let why = "the driver allocates its context";
        self.set(file, File::DRIVER_CONTEXT, Some(DriverContext::Allocated), why);
        self.set(file, File::LOCK_COUNT, 0, "");
        self.set(file, File::LOCK_REMOVED, false, "");
        self.keep_value(call, deed.result, 1);
        Next::goto(self.next_step(call))
    }

    /// A variable gets FileObject->FsContext.
    pub(crate) fn keep_context(&mut self, call: Id<Activation>, file: Option<Id<File>>) {
        self.set(call, Activation::KEPT_OF, file, "");
        let kept = file.and_then(|file| self[file].driver_context);
        self.set(call, Activation::KEPT, kept, "");
    }

    /// Any use of a context, through FsContext of the IRP or through the pointer that the routine has kept: then the request
    /// and its file object may be gone.
    pub(crate) fn use_context(&mut self, call: Id<Activation>, deed: &Deed) -> Next {
        let Activation { device, kept_of, kept, .. } = self[call];
        let (file, context) = match self.file_of_deed(call, deed) {
            Some(file) => (Some(file), self[file].driver_context),
            None => (kept_of, kept),
        };
        let rule = match context {
            Some(DriverContext::Allocated) => None,
            Some(DriverContext::Freed) if deed.primitive == Primitive::ExFreePool => {
                Some(Rule::ContextFreedTwice)
            }
            Some(DriverContext::Freed) => Some(Rule::ContextUsedAfterFree),
            None => Some(Rule::NullPointerUsed),
        };
        let object = file.map_or(self[device].object, |file| self[file].object);
        if let Some(rule) = rule {
            self.report(rule, About::Object(object), 0);
            return Next::SUCCESS;
        }
        match deed.primitive {
            Primitive::ExFreePool => self.free_context(call, file),
            Primitive::IoAcquireRemoveLock => {
                let status = file.map_or(NtStatus::SUCCESS, |file| self.acquire_lock_of(call, file));
                self.keep_value(call, deed.result, status.to_word());
            }
            Primitive::IoReleaseRemoveLock | Primitive::IoReleaseRemoveLockAndWait => {
                let Some(file) = file else { return Next::goto(self.next_step(call)) };
                let Some(count) = self[file].lock_count.checked_sub(1) else {
                    self.report(Rule::RemoveLockNotHeld, About::Object(object), 0);
                    return Next::SUCCESS;
                };
                self.set(file, File::LOCK_COUNT, count, "the driver releases it");
                self.set(call, Activation::ACQUIRED, self[call].acquired.saturating_sub(1), "");
                if deed.primitive == Primitive::IoReleaseRemoveLockAndWait {
                    self.set(file, File::LOCK_REMOVED, true, "nobody can acquire it any more");
                    self.set(call, Activation::WAITS_FOR, Some(file), "");
                    return Next::goto(RunRoutine::WaitInContext { call });
                }
            }
            _ => {}
        }
        Next::goto(self.next_step(call))
    }

    fn acquire_lock_of(&mut self, call: Id<Activation>, file: Id<File>) -> NtStatus {
        if self[file].lock_removed {
            return NtStatus::DELETE_PENDING;
        }
        let count = self[file].lock_count + 1;
        self.set(file, File::LOCK_COUNT, count, "the driver acquires it");
        self.set(call, Activation::ACQUIRED, self[call].acquired + 1, "");
        NtStatus::SUCCESS
    }

    fn free_context(&mut self, call: Id<Activation>, file: Option<Id<File>>) {
        let freed = Some(DriverContext::Freed);
        let Some(file) = file else { return self.set(call, Activation::KEPT, freed, "") };
        self.set(file, File::DRIVER_CONTEXT, freed, "the driver frees its context");
        for other in self.who_names(file) {
            if self[other].kept_of == Some(file) {
                self.set(other, Activation::KEPT, freed, "");
            }
        }
    }

    /// Whether all others have released the remove lock in the context.
    pub(crate) fn is_lock_of_context_free(&self, call: Id<Activation>) -> bool {
        self[call].waits_for.is_none_or(|file| self[file].lock_count == 0)
    }

    pub(crate) fn end_wait_in_context(&mut self, call: Id<Activation>) -> Next {
        self.set(call, Activation::WAITS_FOR, None, "");
        Next::goto(self.next_step(call))
    }

    /// The file object is freed. What a routine has kept of it names it no more.
    pub(crate) fn forget_context(&mut self, file: Id<File>) {
        for call in self.who_names(file) {
            if self[call].kept_of == Some(file) {
                self.set(call, Activation::KEPT_OF, None, "");
            }
            if self[call].waits_for == Some(file) {
                self.set(call, Activation::WAITS_FOR, None, "");
            }
        }
    }

    fn who_names(&self, file: Id<File>) -> Vec<Id<Activation>> {
        let names = |(_, activation): &(Id<Activation>, &Activation)| {
            [activation.kept_of, activation.waits_for].contains(&Some(file))
        };
        self.all::<Activation>().filter(names).map(|(call, _)| call).collect()
    }
}

impl Deed {
    /// Whether it uses a context through the pointer that the routine has kept, and not a lock of the device's.
    pub(crate) const fn uses_kept_context(&self) -> bool {
        let uses = matches!(
            self.primitive,
            Primitive::UseFsContext
                | Primitive::ExFreePool
                | Primitive::IoAcquireRemoveLock
                | Primitive::IoReleaseRemoveLock
                | Primitive::IoReleaseRemoveLockAndWait
        );
        uses && self.irp.is_none() && self.object.is_none()
    }
}
