//! The end of a call that sends a request: waiting for it on a synchronous file, and what is left to do.

use crate::frame::{Next, Returned, Routine, steps};
use crate::io::cancel::IopCancelIrps;
use crate::io::file::File;
use crate::io::finish::IopCompleteRequest;
use crate::io::irp::Irp;
use crate::io::request::IoService;
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// The end of NtReadFile and its kin.
    ///
    /// A wait that an alert or a user APC ends (FILE_SYNCHRONOUS_IO_ALERT), or the thread's own end, cancels the request
    /// and goes on until the driver has completed it: the call never returns before its request is finished, and returns
    /// how that ended. Sources: ReactOS io/iomgr/iofunc.c; Wine ntdll/tests/pipe.c, test_alertable.
    pub enum NtIssueEnd = "NtReadFile", by service {
        WaitForFile { service: IoService, file: Id<File> } = "sync", "a synchronous file: wait for the request";
        WaitForIrp { service: IoService, irp: Id<Irp>, file: Id<File> }
            = "sync", "a service without an asynchronous form: wait for the request";
        Unlock { service: IoService, file: Id<File>, status: NtStatus } = "unlock", "let the next call on the file in";
        LetEventGo { service: IoService, file: Id<File>, event: Id<Object>, status: NtStatus }
            = "undo", "let the event go";
        Fail { service: IoService, file: Id<File>, status: NtStatus }
            = "undo", "refused: drop the reference on the file object";
        Return { service: IoService, status: NtStatus } = "return", "return";
        DeliverApc { service: IoService, status: NtStatus }
            = "user APC", "on the way back to the program: run its oldest user APC";
    }
}

impl NtIssueEnd {
    const fn service(&self) -> &'static str {
        match self {
            Self::WaitForFile { service, .. }
            | Self::WaitForIrp { service, .. }
            | Self::Unlock { service, .. }
            | Self::LetEventGo { service, .. }
            | Self::Fail { service, .. }
            | Self::Return { service, .. }
            | Self::DeliverApc { service, .. } => service.name(),
        }
    }
}

impl Routine for NtIssueEnd {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::WaitForFile { file, .. } => k[file].signaled || k.must_abort(thread, file),
            Self::WaitForIrp { irp, file, .. } => k[irp].event_set || k.must_abort(thread, file),
            _ => true,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::LetEventGo { .. } | Self::Fail { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::WaitForFile { service, file } => {
                k.forget_returned(thread);
                if !k[file].signaled {
                    return k.abort(thread, file, self);
                }
                let status = k[file].final_status;
                Next::goto(Self::Unlock { service, file, status })
            }
            Self::WaitForIrp { service, irp, file } => {
                k.forget_returned(thread);
                if !k[irp].event_set {
                    return k.abort(thread, file, self);
                }
                let status = k[irp].status;
                Next::call(
                    Self::Unlock { service, file, status },
                    IopCompleteRequest::WriteStatusBlock { irp, inline: true },
                )
            }
            Self::Unlock { service, file, status } => {
                k.forget_returned(thread);
                if k.get(file).is_none_or(|file| file.lock != Some(thread)) {
                    return Next::fail(status);
                }
                k.set(file, File::LOCK, None, "the call is over");
                let drop = ObDereferenceObject::Drop { object: k[file].object, purpose: Purpose::Lock };
                Next::call(Self::Return { service, status }, drop)
            }
            Self::LetEventGo { service, file, event, status } => {
                let drop = ObDereferenceObject::Drop { object: event, purpose: Purpose::IrpEvent };
                Next::call(Self::Fail { service, file, status }, drop)
            }
            Self::Fail { service, file, status } => {
                k.forget_returned(thread);
                let drop = ObDereferenceObject::Drop { object: k[file].object, purpose: Purpose::Irp };
                Next::call(Self::Return { service, status }, drop)
            }
            Self::Return { service, status } => {
                k.forget_returned(thread);
                if k[thread].user_apc_pending {
                    return Next::goto(Self::DeliverApc { service, status });
                }
                Next::Return(Returned::status(status))
            }
            Self::DeliverApc { status, .. } => {
                k.run_user_apc(thread);
                if Thread::USER_APCS.first(&k[thread]).is_some() {
                    return Next::goto(self);
                }
                k.set(thread, Thread::USER_APC_PENDING, false, "");
                Next::Return(Returned::status(status))
            }
        }
    }
}

impl Kernel {
    /// Cancels the request that the thread waits for; `wait` goes on until the driver has completed it.
    fn abort(&mut self, thread: Id<Thread>, file: Id<File>, wait: NtIssueEnd) -> Next {
        if self.is_alerted_in(thread, file) {
            self.take_alert(thread);
        }
        Next::call(wait, IopCancelIrps::of_thread(self[thread].process, thread, Some(file)))
    }

    /// An alert or a user APC has ended a wait of the thread: what the wait returns.
    pub(crate) fn take_alert(&mut self, thread: Id<Thread>) -> NtStatus {
        if self[thread].alerted {
            self.set(thread, Thread::ALERTED, false, "the wait is alertable and sees the alert");
            return NtStatus::ALERTED;
        }
        self.set(
            thread,
            Thread::USER_APC_PENDING,
            true,
            "the thread runs its user APCs when the call returns",
        );
        NtStatus::USER_APC
    }

    /// Whether the wait for a request of this file must end, and the request was not cancelled yet.
    fn must_abort(&self, thread: Id<Thread>, file: Id<File>) -> bool {
        let uncancelled = |irp: Id<Irp>| {
            let irp = &self[irp];
            irp.file == file && !irp.cancel && !irp.completed && irp.held_by.is_none()
        };
        (self[thread].terminating || self.is_alerted_in(thread, file))
            && Thread::IRPS.of(&self[thread]).any(uncancelled)
    }
}
