//! NtAlertThreadByThreadId and NtWaitForAlertByThreadId.

use crate::frame::{Next, Routine, steps};
use crate::ke::wait::Timeout;
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// NtAlertThreadByThreadId: ends the wait of the thread of an id in NtWaitForAlertByThreadId, this one or the next.
    ///
    /// Several alerts before a wait are one. A thread that has ended is found as long as something holds its object; the
    /// caller needs no handle. Errors: STATUS_INVALID_CID (nobody has this id), STATUS_ACCESS_DENIED for a thread of
    /// another process. Since Windows 8. Source: Wine ntdll/tests/sync.c, test_tid_alert.
    pub enum NtAlertThreadByThreadId = "NtAlertThreadByThreadId" {
        Lookup { object: Id<Object> } = "lookup", "find the id, unless the thread is being deleted, and alert it";
    }
}

impl Routine for NtAlertThreadByThreadId {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Lookup { object } = self;
        if !k.is_id_found(object) {
            return Next::fail(NtStatus::INVALID_CID);
        }
        match k[object].body {
            Body::Thread(alerted) if k[alerted].process == k[thread].process => {
                k.set(alerted, Thread::ALERTED_BY_ID, true, "the thread is alerted by its id");
                Next::SUCCESS
            }
            _ => Next::fail(NtStatus::ACCESS_DENIED),
        }
    }
}

steps! {
    /// NtWaitForAlertByThreadId: waits until the thread is alerted by its id.
    ///
    /// The wait is for no object. Returns STATUS_ALERTED, or STATUS_TIMEOUT. Since Windows 8. Source: Wine
    /// ntdll/tests/sync.c, test_tid_alert.
    pub enum NtWaitForAlertByThreadId = "NtWaitForAlertByThreadId" {
        Wait { timeout: Timeout } = "wait", "wait until another thread alerts this one by its id";
    }
}

impl Routine for NtWaitForAlertByThreadId {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        let Self::Wait { timeout } = self;
        k[thread].alerted_by_id || k[thread].terminating || timeout == Timeout::Zero
    }

    fn time_out(self) -> Option<Next> {
        let Self::Wait { timeout } = self;
        (timeout == Timeout::Finite).then(|| Next::fail(NtStatus::TIMEOUT))
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let status = match (k[thread].alerted_by_id, k[thread].terminating) {
            (true, _) => NtStatus::ALERTED,
            (false, true) => NtStatus::THREAD_IS_TERMINATING,
            (false, false) => NtStatus::TIMEOUT,
        };
        k.set(thread, Thread::ALERTED_BY_ID, false, "the wait has seen the alert");
        Next::fail(status)
    }
}
