//! NtCancelIoFile and NtCancelIoFileEx.

use crate::frame::{Next, Routine, Value, steps};
use crate::io::cancel::IopCancelIrps;
use crate::io::file::File;
use crate::io::iosb::Iosb;
use crate::kernel::Kernel;
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

fn reference_file(k: &Kernel, thread: Id<Thread>, handle: Handle) -> ObReferenceObjectByHandle {
    ObReferenceObjectByHandle::LockEntry {
        process: k[thread].process,
        handle,
        wanted: Some(ObjectType::File),
        access: Access(0),
        purpose: Purpose::Service,
    }
}

steps! {
    /// NtCancelIoFile (CancelIo): asks for the end of the calling thread's own requests on the file object, and waits
    /// until they have ended.
    ///
    /// Succeeds also if there is nothing to cancel. Another thread's requests are not touched. Which handle they were
    /// issued through does not matter, only the file object. Errors: those of ObReferenceObjectByHandle. Sources: Win32
    /// documentation, CancelIo; ReactOS io/iomgr/iofunc.c; Wine ntdll/tests/pipe.c, test_cancelio and read_pipe_test.
    pub enum NtCancelIoFile = "NtCancelIoFile" {
        Reference { handle: Handle } = "enter", "reference the file object by its handle";
        Cancel {} = "scan", "cancel the calling thread's requests on the file object";
        Scanned { file: Id<File> } = "scanned", "every request found was asked to end";
        Wait { file: Id<File> } = "wait", "wait until none of them is outstanding";
    }
}

impl NtCancelIoFile {
    /// The call.
    pub const fn of(handle: Handle) -> NtCancelIoFile {
        NtCancelIoFile::Reference { handle }
    }
}

impl Routine for NtCancelIoFile {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::Wait { file } => !k.has_requests(thread, file),
            _ => true,
        }
    }

    fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            // Only the thread itself could issue another request of its own, so the wait stays over.
            Self::Reference { .. } | Self::Scanned { .. } | Self::Wait { .. } => true,
            Self::Cancel {} => k.was_successful(thread),
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle } => Next::call(Self::Cancel {}, reference_file(k, thread, handle)),
            Self::Cancel {} => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let file = k.file_of(returned.value.object());
                let scan = IopCancelIrps::of_thread(k[thread].process, thread, Some(file));
                Next::call(Self::Scanned { file }, scan)
            }
            Self::Scanned { file } => {
                k.forget_returned(thread);
                Next::goto(Self::Wait { file })
            }
            Self::Wait { file } => {
                let object = k[file].object;
                Next::goto(ObDereferenceObject::Drop { object, purpose: Purpose::Service })
            }
        }
    }
}

steps! {
    /// NtCancelIoFileEx (CancelIoEx): asks for the end of the calling process's requests on the file object, all of
    /// them or those issued with one status block, whichever thread issued them.
    ///
    /// It does not wait. Errors: STATUS_NOT_FOUND if no request matched, and those of ObReferenceObjectByHandle. Sources:
    /// Win32 documentation, CancelIoEx; Wine ntdll/tests/pipe.c, test_cancelio.
    pub enum NtCancelIoFileEx = "NtCancelIoFileEx" {
        Reference { handle: Handle, iosb: Option<Id<Iosb>> } = "enter", "reference the file object by its handle";
        Cancel { iosb: Option<Id<Iosb>> } = "scan", "cancel the process's matching requests on the file object";
        LetFileGo { file: Id<File> } = "drop", "every request found was asked to end: let the file object go";
        Return { status: NtStatus } = "return", "return whether a request was found";
    }
}

impl NtCancelIoFileEx {
    /// The call; without a status block it is about every request.
    pub const fn of(handle: Handle, iosb: Option<Id<Iosb>>) -> NtCancelIoFileEx {
        NtCancelIoFileEx::Reference { handle, iosb }
    }
}

impl Routine for NtCancelIoFileEx {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. } | Self::LetFileGo { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle, iosb } => {
                Next::call(Self::Cancel { iosb }, reference_file(k, thread, handle))
            }
            Self::Cancel { iosb } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let file = k.file_of(returned.value.object());
                let process = k[thread].process;
                let at = k.threads_of(process).next();
                let scan = IopCancelIrps::of_process(process, at, file, iosb);
                Next::call(Self::LetFileGo { file }, scan)
            }
            Self::LetFileGo { file } => {
                let found = k.take_returned(thread).value != Value::Number(0);
                let status = if found { NtStatus::SUCCESS } else { NtStatus::NOT_FOUND };
                let object = k[file].object;
                Next::call(
                    Self::Return { status },
                    ObDereferenceObject::Drop { object, purpose: Purpose::Service },
                )
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::fail(status)
            }
        }
    }
}

impl Kernel {
    /// Whether a thread has a request outstanding on the file object.
    pub fn has_requests(&self, thread: Id<Thread>, file: Id<File>) -> bool {
        let of_thread = Thread::IRPS.of(&self[thread]).any(|irp| self[irp].file == file);
        of_thread || File::IRPS.of(&self[file]).any(|irp| self[irp].thread == Some(thread))
    }
}
