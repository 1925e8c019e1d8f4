//! NtCancelSynchronousIoFile.

use crate::frame::{Next, Routine, Value, steps};
use crate::io::cancel::IopCancelIrps;
use crate::io::iosb::Iosb;
use crate::kernel::Kernel;
use crate::ob::header::Body;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// THREAD_TERMINATE.
const THREAD_TERMINATE: Access = Access(1);

steps! {
    /// NtCancelSynchronousIoFile (CancelSynchronousIo): asks for the end of the request that a thread waits for.
    ///
    /// Goes on in ObReferenceObjectByHandle and IopCancelIrps. Only a request that the thread's call waits for is meant:
    /// one on a synchronous file, or of a service without an asynchronous form. What else the thread has outstanding stays.
    /// It does not wait, and takes what the thread waits for at that moment, which may be another request than the caller
    /// knew of. The caller's own status block gets the status that is returned. Errors: those of ObReferenceObjectByHandle,
    /// the handle must grant THREAD_TERMINATE; STATUS_NOT_FOUND if the thread waits for no request. Sources: Win32
    /// documentation, CancelSynchronousIo, Canceling Pending I/O Operations; Wine ntdll/tests/pipe.c,
    /// test_cancelsynchronousio.
    pub enum NtCancelSynchronousIoFile = "NtCancelSynchronousIoFile" {
        Reference { handle: Handle, request: Option<Id<Iosb>>, own: Option<Id<Iosb>> }
            = "enter", "reference the thread by its handle";
        Cancel { request: Option<Id<Iosb>>, own: Option<Id<Iosb>> }
            = "scan", "cancel the request that the thread waits for";
        LetThreadGo { target: Id<Thread>, own: Option<Id<Iosb>> }
            = "drop", "a request that was found was asked to end: write the caller's status block, let the thread go";
        Return { status: NtStatus } = "return", "return whether a request was found";
    }
}

impl NtCancelSynchronousIoFile {
    /// The call: for whichever request, or only the one that was issued with `request`; `own` is the caller's block.
    pub const fn of(handle: Handle, request: Option<Id<Iosb>>, own: Option<Id<Iosb>>) -> Self {
        NtCancelSynchronousIoFile::Reference { handle, request, own }
    }
}

impl Routine for NtCancelSynchronousIoFile {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { handle, request, own } => {
                let (access, purpose) = (THREAD_TERMINATE, Purpose::Service);
                let by_handle = k.by_handle(thread, handle, ObjectType::Thread, access, purpose);
                Next::call(Self::Cancel { request, own }, by_handle)
            }
            Self::Cancel { request, own } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let Body::Thread(target) = k[returned.value.object()].body else {
                    unreachable!("the type was checked")
                };
                let scan = IopCancelIrps::synchronous(k[target].process, target, request);
                Next::call(Self::LetThreadGo { target, own }, scan)
            }
            Self::LetThreadGo { target, own } => {
                let found = k.take_returned(thread).value != Value::Number(0);
                let status = if found { NtStatus::SUCCESS } else { NtStatus::NOT_FOUND };
                if let Some(own) = own {
                    k.write_iosb(own, status, 0, "the call is over");
                }
                let drop = ObDereferenceObject::Drop { object: k[target].object, purpose: Purpose::Service };
                Next::call(Self::Return { status }, drop)
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::fail(status)
            }
        }
    }
}
