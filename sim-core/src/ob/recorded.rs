//! Handles of a recording: put where the real machine put them, closed as any other.

use crate::kernel::Kernel;
use crate::ob::close::ObpCloseHandle;
use crate::ob::header::{Body, Object};
use crate::ob::reference::Purpose;
use crate::ob::table::{Entry, MOST_HANDLES, PAGE};
use crate::ps::process::Process;
use crate::ps::schedule::Progress;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// Why a recorded handle cannot stand where the recording has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// No handle table gives out this value: it is no multiple of four, a multiple of 0x400, or too large.
    NotAValue,
    /// The process has an open handle of this value already; it names this object.
    Open(Id<Object>),
}

impl Kernel {
    /// Creates an object of a type known only by name, with one handle of a given value.
    ///
    /// Counts as after NtCreateXxx: HandleCount 1, PointerCount 1.
    ///
    /// # Errors
    /// [`Misplaced`] if the value cannot be open there; nothing is changed then.
    pub fn open_recorded(
        &mut self,
        process: Id<Process>,
        handle: Handle,
        type_name: &str,
        access: Access,
    ) -> Result<Id<Object>, Misplaced> {
        self.check_place(process, handle)?;
        let type_name = self.intern(type_name);
        let object = self.create(Object::new(Body::Opaque(type_name)), "the recording opens it");
        self.put_recorded(object, process, handle, access);
        Ok(object)
    }

    /// Puts one more handle to an object into a table, at a given value: HandleCount +1, PointerCount +1.
    ///
    /// # Errors
    /// [`Misplaced`] if the value cannot be open there; nothing is changed then.
    pub fn duplicate_recorded(
        &mut self,
        object: Id<Object>,
        process: Id<Process>,
        handle: Handle,
        access: Access,
    ) -> Result<(), Misplaced> {
        self.check_place(process, handle)?;
        self.put_recorded(object, process, handle, access);
        Ok(())
    }

    /// Closes a handle of any process as NtClose does, on a thread of the System process.
    pub fn close_recorded(&mut self, process: Id<Process>, handle: Handle) -> NtStatus {
        let worker: Id<Thread> = Id::at(0);
        self.start(worker, ObpCloseHandle::LockEntry { process, handle, forced: true });
        match self.run(worker) {
            Progress::Idle(Some(returned)) => returned.status,
            other => unreachable!("nothing else runs that the close could wait for: {other:?}"),
        }
    }

    fn check_place(&self, process: Id<Process>, handle: Handle) -> Result<(), Misplaced> {
        let slot = handle.0 / 4;
        if !handle.0.is_multiple_of(4) || slot.is_multiple_of(PAGE) || slot >= MOST_HANDLES {
            return Err(Misplaced::NotAValue);
        }
        match self.entry(process, handle).and_then(|entry| entry.object) {
            Some(object) => Err(Misplaced::Open(object)),
            None => Ok(()),
        }
    }

    fn put_recorded(&mut self, object: Id<Object>, process: Id<Process>, handle: Handle, access: Access) {
        self.reference(object, Purpose::Handle);
        self.count_handle(object, process);
        self.remove(process, Process::FREED, handle, "");
        let entry = Entry { object: Some(object), access, attributes: 0, locked: false, ref_cnt: 0 };
        self.set_entry(process, handle, entry, "the recording has the handle here");
    }
}
