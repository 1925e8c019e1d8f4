//! NtDelayExecution.

use crate::frame::{Next, Routine, steps};
use crate::ke::wait::{KeWaitForMultipleObjects, Timeout};
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// NtDelayExecution (SleepEx): waits for no object, until the time has passed.
    ///
    /// Returns STATUS_SUCCESS; if alertable also STATUS_USER_APC or STATUS_ALERTED. Source: Win32, SleepEx.
    pub enum NtDelayExecution = "NtDelayExecution" {
        Delay { alertable: bool, timeout: Timeout } = "enter", "wait for no object";
        Delayed {} = "return", "return";
    }
}

impl Routine for NtDelayExecution {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Delay { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Delay { alertable, timeout } => {
                let wait = KeWaitForMultipleObjects::Look { all: false, alertable, timeout };
                Next::call(Self::Delayed {}, wait)
            }
            Self::Delayed {} => match k.take_returned(thread).status {
                NtStatus::TIMEOUT => Next::SUCCESS,
                NtStatus::USER_APC => {
                    Next::goto(KeWaitForMultipleObjects::Deliver { status: NtStatus::USER_APC })
                }
                status => Next::fail(status),
            },
        }
    }
}
