//! Remove locks: IO_REMOVE_LOCK.

use crate::drivers::program::activation::Activation;
use crate::drivers::program::object::DriverObject;
use crate::drivers::program::run::RunRoutine;
use crate::finding::{About, Rule};
use crate::frame::Next;
use crate::kernel::Kernel;
use crate::status::NtStatus;
use crate::word::Id;

impl Kernel {
    /// IoAcquireRemoveLock.
    pub(crate) fn acquire_remove_lock(&mut self, call: Id<Activation>, lock: Id<DriverObject>) -> NtStatus {
        if self[lock].removed {
            return NtStatus::DELETE_PENDING;
        }
        let count = self[lock].count + 1;
        self.set(lock, DriverObject::COUNT, count, "the driver acquires it");
        self.set(call, Activation::ACQUIRED, self[call].acquired + 1, "");
        NtStatus::SUCCESS
    }

    /// IoReleaseRemoveLock, and IoReleaseRemoveLockAndWait, after which nobody can acquire it.
    pub(crate) fn release_remove_lock(
        &mut self,
        call: Id<Activation>,
        lock: Id<DriverObject>,
        waits: bool,
    ) -> Next {
        let Some(count) = self[lock].count.checked_sub(1) else {
            self.report(Rule::RemoveLockNotHeld, About::Object(self[self[call].device].object), 0);
            return Next::SUCCESS;
        };
        self.set(lock, DriverObject::COUNT, count, "the driver releases it");
        // Who releases for another routine, as a cancel routine does, has acquired nothing itself.
        self.set(call, Activation::ACQUIRED, self[call].acquired.saturating_sub(1), "");
        if !waits {
            return Next::goto(self.next_step(call));
        }
        self.set(lock, DriverObject::REMOVED, true, "nobody can acquire it any more");
        Next::goto(RunRoutine::Wait { call, lock })
    }
}
