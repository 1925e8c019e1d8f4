//! NtClose.

use crate::frame::{Next, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::close::ObpCloseHandle;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Handle, Id};

steps! {
    /// NtClose: closes a handle of the calling process.
    ///
    /// Goes on in ObpCloseHandle. It does not wait for, and does not by itself end, any request issued through the handle. Errors:
    /// STATUS_INVALID_HANDLE, STATUS_HANDLE_NOT_CLOSABLE. The pseudo handles -1 to -6 are accepted and ignored from
    /// Windows 10 on. Sources: WDK, NtClose; Wine ntdll/tests/exception.c, test_closehandle.
    pub enum NtClose = "NtClose" {
        Start { handle: Handle } = "enter", "is it a pseudo handle?";
    }
}

impl NtClose {
    /// The call.
    pub const fn of(handle: Handle) -> NtClose {
        NtClose::Start { handle }
    }
}

impl Routine for NtClose {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Start { handle } = self;
        !handle.is_negative()
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { handle } = self;
        if (-6..0).contains(&(handle.0 as i32)) && k.profile().closes_pseudo_handles {
            return Next::SUCCESS;
        }
        if handle.is_negative() {
            return Next::fail(NtStatus::INVALID_HANDLE);
        }
        Next::goto(ObpCloseHandle::LockEntry { process: k[thread].process, handle, forced: false })
    }
}
