//! References: taking one by handle, dropping one, and what each is for.

use crate::finding::{About, Rule};
use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::delete::ObpDeleteObject;
use crate::ob::header::Object;
use crate::ob::types::ObjectType;
use crate::ps::process::Process;
use crate::ps::system::System;
use crate::ps::thread::{Mode, Thread};
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id, word_enum};

word_enum! {
    /// What a reference is for.
    pub enum Purpose {
        /// Created by the object manager, before any handle.
        Creation = "the creator holds the new object until its handle exists",
        /// A handle.
        Handle = "each handle holds one reference",
        /// A request's hold on its file object.
        Irp = "the request holds the file object until it has ended",
        /// A request's hold on its event.
        IrpEvent = "the IRP holds the event that it will signal",
        /// A system service's hold for its own duration.
        Service = "the system service holds the object while it works on it",
        /// A query's hold for its own duration, which it counts.
        Query = "the query holds the object that it tells of",
        /// A wait.
        Wait = "a wait holds the object it waits for",
        /// The object that a call signals before it waits.
        Signal = "the call holds the object that it signals until its wait is over",
        /// A call inside a synchronous file object.
        Lock = "the call that holds the file lock holds the file object too",
        /// A file object's hold on its completion port.
        Association = "the file object holds the port it reports to",
        /// A thread's hold on its process.
        ThreadOfProcess = "each thread holds its process",
        /// A running thread or process.
        Running = "it is held while it runs",
        /// A process's hold on its job.
        Job = "a process holds the job it is in",
        /// A nested job's hold on the job that it is nested in.
        ParentJob = "a nested job holds its parent job",
        /// A job's hold on its completion port.
        JobPort = "the job holds the port it reports to",
        /// A path lookup that reached a device.
        Parse = "the device is held while the path is parsed",
        /// A name lookup's hold on a directory or link on its way.
        Lookup = "a name lookup holds what it passes",
        /// A directory's hold on what it names.
        Name = "the name in its directory holds the object",
        /// A named object's hold on its directory.
        Parent = "an object with a name holds the directory that has the name",
        /// A control area's hold on the file object that it was made through.
        ControlArea = "the file's control area holds the file object, for all its sections and views",
        /// A cache map's hold on the file object of the first cached request.
        CacheMap = "the cache map holds the file object that it writes through",
        /// A pointer that a driver keeps.
        Pointer = "a driver keeps a pointer to the object",
        /// An operation's hold on the I/O ring that it came by.
        Ring = "the operation holds the ring that it reports to",
        /// A ring's hold on a registered file.
        Registration = "the ring holds the registered file",
        /// A ring's hold on its event.
        RingEvent = "the ring holds the event that it sets",
    }
}

impl Purpose {
    /// Why the reference is dropped.
    pub const fn dropped(self) -> &'static str {
        match self {
            Purpose::Creation => "the creator's own reference is not needed any more",
            Purpose::Handle => "the handle is gone, and with it the reference it held",
            Purpose::Irp => "the IRP is finished and lets the file object go",
            Purpose::IrpEvent => "the IRP has signalled its event and lets it go",
            Purpose::Service => "the system service is done with the object",
            Purpose::Query => "the query has its answer",
            Purpose::Wait => "the wait is over",
            Purpose::Signal => "the call that signalled the object is over",
            Purpose::Lock => "the call is over",
            Purpose::Association => "the file object is gone, and with it its hold on the port",
            Purpose::ThreadOfProcess => "the thread has ended and lets its process go",
            Purpose::Running => "it does not run any more",
            Purpose::Job => "the process holds the job no more",
            Purpose::ParentJob => "the nested job is gone, and with it its hold on its parent",
            Purpose::JobPort => "the job reports to the port no more",
            Purpose::Parse => "the path is parsed",
            Purpose::Lookup => "the name lookup has gone on",
            Purpose::Name => "the name is gone, and with it the reference it held",
            Purpose::Parent => "the name is gone from the directory",
            Purpose::ControlArea => "the control area is trimmed, and with it the reference it held",
            Purpose::CacheMap => "the cache map is gone, and with it the reference it held",
            Purpose::Pointer => "the driver lets its pointer go",
            Purpose::Ring => "the operation has ended and lets its ring go",
            Purpose::Registration => "the file is not registered any more",
            Purpose::RingEvent => "the ring sets this event no more",
        }
    }
}

steps! {
    /// ObReferenceObjectByHandle: from a handle value to a referenced object.
    ///
    /// Returns the object's id. Errors, in this order: STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
    /// STATUS_ACCESS_DENIED. Source: ReactOS ob/obref.c; WDK, ObReferenceObjectByHandle.
    pub enum ObReferenceObjectByHandle = "ObReferenceObjectByHandle" {
        LockEntry {
            process: Id<Process>, handle: Handle, wanted: Option<ObjectType>, access: Access, purpose: Purpose,
        } = "H1", "look the handle up and lock its entry";
        CheckEntry {
            process: Id<Process>, handle: Handle, wanted: Option<ObjectType>, access: Access, purpose: Purpose,
        } = "H2", "compare the object's type and the granted access";
        Reference { process: Id<Process>, handle: Handle, purpose: Purpose } = "H3", "reference the object";
        UnlockEntry { process: Id<Process>, handle: Handle, object: Id<Object>, purpose: Purpose }
            = "H4", "unlock the entry";
    }
}

impl Routine for ObReferenceObjectByHandle {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::LockEntry { process, handle, .. } => {
                let named = k.resolve_handle(k.previous_mode(thread), process, handle);
                named.and_then(|(process, handle)| k.entry(process, handle)).is_none_or(|entry| !entry.locked)
            }
            _ => true,
        }
    }

    fn is_local(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            // The thread holds the entry's lock.
            Self::CheckEntry { process, handle, wanted, access, .. } => {
                k.entry(process, handle).is_some_and(|entry| {
                    let type_of = |object| k.object_type(object);
                    entry.access.grants(access)
                        && entry
                            .object
                            .map(type_of)
                            .is_some_and(|found| wanted.is_none_or(|wanted| found == wanted))
                })
            }
            _ => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::LockEntry { process, handle, wanted, access, purpose } => {
                if handle == Handle::CURRENT_PROCESS || handle == Handle::CURRENT_THREAD {
                    let object = match handle {
                        Handle::CURRENT_PROCESS => k[process].object,
                        _ => k[thread].object,
                    };
                    return k.reference_pseudo_handle(thread, object, wanted, access, purpose);
                }
                let named = k.resolve_handle(k.previous_mode(thread), process, handle);
                let found =
                    named.and_then(|(process, inner)| Some((process, inner, k.entry(process, inner)?)));
                let Some((process, handle, entry)) = found else { return k.refuse_handle(thread, handle) };
                k.lock_entry(process, handle, entry);
                Next::goto(Self::CheckEntry { process, handle, wanted, access, purpose })
            }
            Self::CheckEntry { process, handle, wanted, access, purpose } => {
                let Some(entry) = k.entry(process, handle) else {
                    return Next::fail(NtStatus::INVALID_HANDLE);
                };
                let Some(object) = entry.object else { return Next::fail(NtStatus::INVALID_HANDLE) };
                let mismatch = wanted.is_some_and(|wanted| k.object_type(object) != wanted);
                let trusted = k.previous_mode(thread) == Mode::Kernel;
                if mismatch || !trusted && !entry.access.grants(access) {
                    k.unlock_entry(process, handle);
                    let status =
                        if mismatch { NtStatus::OBJECT_TYPE_MISMATCH } else { NtStatus::ACCESS_DENIED };
                    return Next::fail(status);
                }
                Next::goto(Self::Reference { process, handle, purpose })
            }
            Self::Reference { process, handle, purpose } => {
                let Some(object) = k.entry(process, handle).and_then(|entry| entry.object) else {
                    return Next::fail(NtStatus::INVALID_HANDLE);
                };
                k.reference(object, purpose);
                k.charge(process, handle, purpose);
                Next::goto(Self::UnlockEntry { process, handle, object, purpose })
            }
            Self::UnlockEntry { process, handle, object, purpose } => {
                if let (Purpose::Handle | Purpose::Signal | Purpose::Query, Some(entry)) =
                    (purpose, k.entry(process, handle))
                {
                    k.set(thread, Thread::HANDLE_INFORMATION, entry.access, "");
                    // To signal, only the access is looked at.
                    let attributes = if purpose == Purpose::Signal { 0 } else { entry.attributes };
                    k.set(thread, Thread::HANDLE_ATTRIBUTES, attributes, "");
                }
                k.unlock_entry(process, handle);
                Next::Return(Returned::object(object))
            }
        }
    }
}

steps! {
    /// ObDereferenceObject: drops one reference and deletes the object with the last.
    pub enum ObDereferenceObject = "ObDereferenceObject" {
        Drop { object: Id<Object>, purpose: Purpose } = "deref", "drop the reference; at zero delete the object";
    }
}

impl Routine for ObDereferenceObject {
    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Drop { object, purpose } = self;
        if k.dereference(object, purpose) {
            return Next::goto(ObpDeleteObject::Start { object });
        }
        Next::SUCCESS
    }
}

impl Kernel {
    /// ObReferenceObject: one more reference to an object that is held already.
    pub(crate) fn reference(&mut self, object: Id<Object>, purpose: Purpose) {
        let count = self[object].pointer_count + 1;
        self.set(object, Object::POINTER_COUNT, count, purpose.name());
    }

    /// Drops one reference; true if it was the last.
    pub(crate) fn dereference(&mut self, object: Id<Object>, purpose: Purpose) -> bool {
        let header = &self[object];
        let (pointers, handles) = (header.pointer_count, header.handle_count);
        if pointers == 0 || pointers == 1 && handles > 0 {
            let count = u64::from(pointers).wrapping_sub(1);
            self.report(Rule::ReferenceByPointer, About::Object(object), count);
            return false;
        }
        self.set(object, Object::POINTER_COUNT, pointers - 1, purpose.dropped());
        pointers == 1
    }

    /// ObDereferenceObjectDeferDelete: drops one reference; if it was the last, a worker deletes the object.
    pub(crate) fn drop_deferred(&mut self, object: Id<Object>, purpose: Purpose, why: &'static str) {
        if self.dereference(object, purpose) {
            let system = self.system_id();
            self.push(system, System::REAPER, object, why);
        }
    }

    fn reference_pseudo_handle(
        &mut self,
        thread: Id<Thread>,
        object: Id<Object>,
        wanted: Option<ObjectType>,
        access: Access,
        purpose: Purpose,
    ) -> Next {
        if wanted.is_some_and(|wanted| self.object_type(object) != wanted) {
            return Next::fail(NtStatus::OBJECT_TYPE_MISMATCH);
        }
        let granted = self.valid_access(object);
        if !granted.grants(access) {
            return Next::fail(NtStatus::ACCESS_DENIED);
        }
        self.reference(object, purpose);
        if matches!(purpose, Purpose::Handle | Purpose::Signal | Purpose::Query) {
            self.set(thread, Thread::HANDLE_INFORMATION, granted, "");
        }
        Next::Return(Returned::object(object))
    }

    /// The table and the value in it that a handle means: kernel handles are the System process's, and mean nothing
    /// from user mode.
    pub(crate) const fn resolve_handle(
        &self,
        mode: Mode,
        process: Id<Process>,
        handle: Handle,
    ) -> Option<(Id<Process>, Handle)> {
        match (handle.kernel(), mode) {
            (Some(inner), Mode::Kernel) => Some((self.system_process(), inner)),
            _ if handle.is_negative() => None,
            _ => Some((process, handle)),
        }
    }

    /// STATUS_INVALID_HANDLE: under the strict policy it is raised; from kernel mode Driver Verifier stops.
    pub(crate) fn refuse_handle(&mut self, thread: Id<Thread>, handle: Handle) -> Next {
        if self.previous_mode(thread) == Mode::Kernel {
            let subcode = if handle == Handle::NULL { 0xF5 } else { 0x3C };
            self.report(Rule::VerifierDetectedViolation, About::Handle(handle), subcode);
        } else if self[self[thread].process].strict {
            self.raise_exception(thread, NtStatus::INVALID_HANDLE);
        }
        Next::fail(NtStatus::INVALID_HANDLE)
    }

    pub(crate) fn lock_entry(
        &mut self,
        process: Id<Process>,
        handle: Handle,
        entry: crate::ob::table::Entry,
    ) {
        self.set_entry(process, handle, crate::ob::table::Entry { locked: true, ..entry }, "");
    }

    pub(crate) fn unlock_entry(&mut self, process: Id<Process>, handle: Handle) {
        if let Some(entry) = self.entry(process, handle) {
            self.set_entry(process, handle, crate::ob::table::Entry { locked: false, ..entry }, "");
        }
    }
}
