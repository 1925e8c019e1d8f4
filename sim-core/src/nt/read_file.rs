//! NtReadFile.

use crate::frame::{Next, Returned, Routine, steps};
use crate::io::cancel::IopCancelIrps;
use crate::io::driver::IofCallDriver;
use crate::io::file::File;
use crate::io::finish::IopCompleteRequest;
use crate::io::iosb::Iosb;
use crate::io::irp::{Irp, Link, Major};
use crate::ke::event::Event;
use crate::kernel::Kernel;
use crate::nt::create_file::FILE_READ_DATA;
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// What NtReadFile is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFile {
    /// The file.
    pub file: Handle,
    /// The event to signal; [`Handle::NULL`] for none.
    pub event: Handle,
    /// ApcContext is not null (Win32 passes the OVERLAPPED).
    pub apc_context: bool,
    /// Where the result goes.
    pub iosb: Id<Iosb>,
    /// Bytes asked for.
    pub length: u32,
    /// ByteOffset; a file opened for asynchronous I/O keeps no position and must be told.
    pub offset: Option<u64>,
}

steps! {
    /// NtReadFile: sends a read to the driver.
    ///
    /// From its first step the request holds a reference on the file object, until it has ended. Returns what the
    /// driver returns; on a synchronous file it waits and returns the final status. Errors: those of
    /// ObReferenceObjectByHandle; STATUS_INVALID_PARAMETER for an asynchronous file without an offset.
    /// Sources: ReactOS io/iomgr/iofunc.c; WDK, ZwReadFile; Wine ntdll/tests/pipe.c and file.c.
    pub enum NtReadFile = "NtReadFile" {
        ReferenceFile {
            file: Handle, event: Handle, apc_context: bool, iosb: Id<Iosb>, length: u32, offset: Option<u64>,
        } = "N1", "reference the file object by its handle; the reference becomes the IRP's";
        ReferenceEvent { event: Handle, apc_context: bool, iosb: Id<Iosb>, length: u32, offset: Option<u64> }
            = "N4", "reference the event, if one was given";
        ClearEvent { file: Id<File>, apc_context: bool, iosb: Id<Iosb>, length: u32, offset: Option<u64> }
            = "N4", "clear the event";
        AcquireLock {
            file: Id<File>, event: Option<Id<Object>>, apc_context: bool, iosb: Id<Iosb>, length: u32,
            offset: Option<u64>,
        } = "N5", "a synchronous file: wait until no other call is inside; find the offset";
        CreateIrp {
            file: Id<File>, event: Option<Id<Object>>, apc_context: bool, iosb: Id<Iosb>, length: u32, offset: u64,
        } = "N8", "clear the file object's own event and allocate the IRP";
        LinkIrp { irp: Id<Irp>, file: Id<File> }
            = "N9", "put the IRP on its thread's list, or on the file object's if it reports to a port alone";
        CallDriver { irp: Id<Irp>, file: Id<File> } = "N10", "call the driver";
        Dispatched { irp: Id<Irp>, file: Id<File>, synchronous: bool } = "back", "the driver has returned: pending or finished?";
        WaitForFile { file: Id<File> } = "sync", "a synchronous file: wait for the request";
        Unlock { file: Id<File>, status: NtStatus } = "unlock", "let the next call on the file in";
        LetEventGo { file: Id<File>, event: Id<Object>, status: NtStatus } = "undo", "let the event go";
        Fail { file: Id<File>, status: NtStatus } = "undo", "refused: drop the reference on the file object";
        Return { status: NtStatus } = "return", "return";
    }
}

impl NtReadFile {
    /// The call.
    pub const fn of(call: ReadFile) -> NtReadFile {
        let ReadFile { file, event, apc_context, iosb, length, offset } = call;
        NtReadFile::ReferenceFile { file, event, apc_context, iosb, length, offset }
    }
}

impl Routine for NtReadFile {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::AcquireLock { file, .. } => !k[file].synchronous || k[file].lock.is_none(),
            Self::WaitForFile { file } => k[file].signaled || k.must_abort(thread, file),
            _ => true,
        }
    }

    fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::ReferenceFile { .. } | Self::CallDriver { .. } => true,
            Self::LetEventGo { .. } | Self::Fail { .. } => true,
            Self::ReferenceEvent { .. } => k.was_successful(thread),
            Self::AcquireLock { file, .. } => !k[file].synchronous,
            _ => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::ReferenceFile { file, event, apc_context, iosb, length, offset } => {
                let resume = Self::ReferenceEvent { event, apc_context, iosb, length, offset };
                let by_handle = k.by_handle(thread, file, ObjectType::File, FILE_READ_DATA, Purpose::Irp);
                Next::call(resume, by_handle)
            }
            Self::ReferenceEvent { event, apc_context, iosb, length, offset } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let file = k.file_of(returned.value.object());
                if event == Handle::NULL {
                    return Next::goto(Self::AcquireLock {
                        file,
                        event: None,
                        apc_context,
                        iosb,
                        length,
                        offset,
                    });
                }
                let by_handle = k.by_handle(thread, event, ObjectType::Event, Access(2), Purpose::IrpEvent);
                Next::call(Self::ClearEvent { file, apc_context, iosb, length, offset }, by_handle)
            }
            Self::ClearEvent { file, apc_context, iosb, length, offset } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::Fail { file, status: returned.status });
                }
                let event: Id<Object> = returned.value.object();
                if let Body::Event(body) = k[event].body {
                    k.set(body, Event::SIGNALED, false, "a request clears its event when it starts");
                }
                Next::goto(Self::AcquireLock { file, event: Some(event), apc_context, iosb, length, offset })
            }
            Self::AcquireLock { file, event, apc_context, iosb, length, offset } => {
                let offset = match (offset, k[file].synchronous) {
                    (Some(offset), _) => offset,
                    (None, true) => k[file].current_byte_offset,
                    (None, false) => return k.refuse_read(file, event, NtStatus::INVALID_PARAMETER),
                };
                if k[file].synchronous {
                    k.set(
                        file,
                        File::LOCK,
                        Some(thread),
                        "calls on a synchronous file run one after the other",
                    );
                    k.reference(k[file].object, Purpose::Lock);
                }
                Next::goto(Self::CreateIrp { file, event, apc_context, iosb, length, offset })
            }
            issued => issued.issue(k, thread),
        }
    }
}

impl NtReadFile {
    /// The request's way through the driver.
    fn issue(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::CreateIrp { file, event, apc_context, iosb, length, offset } => {
                k.set(file, File::SIGNALED, false, "a request clears the file object when it starts");
                let new = Irp::new(Major::Read, file, thread);
                let new = Irp { iosb: Some(iosb), event, apc_context, length, offset, ..new };
                let irp = k.create(new, "the IRP takes over the reference on the file object");
                Next::goto(Self::LinkIrp { irp, file })
            }
            Self::LinkIrp { irp, file } => {
                k.link_irp(irp);
                Next::goto(Self::CallDriver { irp, file })
            }
            Self::CallDriver { irp, file } => {
                // Once the driver has the IRP, a file object without a lock may be gone any moment.
                let synchronous = k[file].synchronous;
                Next::call(Self::Dispatched { irp, file, synchronous }, IofCallDriver::Dispatch { irp })
            }
            Self::Dispatched { irp, file, synchronous } => {
                let status = k.take_returned(thread).status;
                match (status == NtStatus::PENDING, synchronous) {
                    (true, false) => Next::fail(NtStatus::PENDING),
                    (true, true) => Next::goto(Self::WaitForFile { file }),
                    (false, _) => Next::call(
                        Self::Unlock { file, status },
                        IopCompleteRequest::WriteStatusBlock { irp, inline: true },
                    ),
                }
            }
            Self::WaitForFile { file } => {
                k.forget_returned(thread);
                if !k[file].signaled {
                    let cancel = IopCancelIrps::of_thread(k[thread].process, thread, Some(file));
                    return Next::call(Self::WaitForFile { file }, cancel);
                }
                let status = k[file].final_status;
                Next::goto(Self::Unlock { file, status })
            }
            over => over.wind_up(k, thread),
        }
    }

    /// What is left to do when the call is over or was refused.
    fn wind_up(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Unlock { file, status } => {
                k.forget_returned(thread);
                if k.get(file).is_none_or(|file| file.lock != Some(thread)) {
                    return Next::fail(status);
                }
                k.set(file, File::LOCK, None, "the call is over");
                let object = k[file].object;
                Next::call(
                    Self::Return { status },
                    ObDereferenceObject::Drop { object, purpose: Purpose::Lock },
                )
            }
            Self::LetEventGo { file, event, status } => {
                let drop = ObDereferenceObject::Drop { object: event, purpose: Purpose::IrpEvent };
                Next::call(Self::Fail { file, status }, drop)
            }
            Self::Fail { file, status } => {
                k.forget_returned(thread);
                let object = k[file].object;
                Next::call(
                    Self::Return { status },
                    ObDereferenceObject::Drop { object, purpose: Purpose::Irp },
                )
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::Return(Returned::status(status))
            }
            other => unreachable!("not a step that winds up: {other:?}"),
        }
    }
}

impl Kernel {
    fn by_handle(
        &self,
        thread: Id<Thread>,
        handle: Handle,
        wanted: ObjectType,
        access: Access,
        purpose: Purpose,
    ) -> ObReferenceObjectByHandle {
        let process = self[thread].process;
        ObReferenceObjectByHandle::LockEntry { process, handle, wanted: Some(wanted), access, purpose }
    }

    fn refuse_read(&self, file: Id<File>, event: Option<Id<Object>>, status: NtStatus) -> Next {
        Next::goto(match event {
            Some(event) => NtReadFile::LetEventGo { file, event, status },
            None => NtReadFile::Fail { file, status },
        })
    }

    /// A request that reports to a port and to nothing else belongs to its file object; any other to its thread.
    fn link_irp(&mut self, irp: Id<Irp>) {
        let Irp { file, thread, event, apc_context, .. } = self[irp];
        let port_alone = self[file].port.is_some() && apc_context && event.is_none();
        if port_alone && self.profile().thread_agnostic_io {
            self.set(irp, Irp::LINK, Some(Link::File), "");
            self.insert(
                file,
                File::IRPS,
                0,
                irp,
                "it reports to the port alone, so it does not depend on its thread",
            );
        } else {
            self.set(irp, Irp::LINK, Some(Link::Thread), "");
            self.insert(thread, Thread::IRPS, 0, irp, "the request belongs to the thread that issued it");
        }
    }

    /// Whether a thread that waits for its own synchronous request was told to end and has not cancelled it yet.
    fn must_abort(&self, thread: Id<Thread>, file: Id<File>) -> bool {
        let uncancelled =
            |irp: Id<Irp>| self[irp].file == file && !self[irp].cancel && self[irp].held_by.is_none();
        self[thread].terminating && Thread::IRPS.of(&self[thread]).any(uncancelled)
    }
}
