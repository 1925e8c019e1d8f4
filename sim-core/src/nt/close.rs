//! NtClose.

use crate::frame::{Next, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::close::ObpCloseHandle;
use crate::ps::thread::{Mode, Thread};
use crate::status::NtStatus;
use crate::word::{Handle, Id};

steps! {
    /// NtClose: closes a handle of the calling process.
    ///
    /// It does not wait for, and does not by itself end, any request issued through the handle. Errors:
    /// STATUS_INVALID_HANDLE, STATUS_HANDLE_NOT_CLOSABLE; a debugger or the strict handle check policy has them raised in
    /// the program. The pseudo handles -1 to -6 are accepted and ignored from Windows 10 on. Kernel handles are the
    /// System process's and can be closed only from kernel mode. Sources: WDK, NtClose; Win32, CloseHandle; Wine
    /// ntdll/tests/exception.c, test_closehandle; ReactOS kernel test ntos_ob/ObHandle.c.
    pub enum NtClose = "NtClose" {
        Start { handle: Handle } = "enter", "is it a pseudo handle?";
        AsMode { handle: Handle, mode: Mode } = "ObCloseHandle", "is it a handle that this mode may close?";
        Closed {} = "raise", "a handle that could not be closed is raised as an exception";
    }
}

impl NtClose {
    /// The call.
    pub const fn of(handle: Handle) -> NtClose {
        NtClose::Start { handle }
    }
}

impl Routine for NtClose {
    fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
        matches!(self, Self::Start { handle } if !handle.is_negative() && !k.raises_at_close(thread))
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { handle } => k.close_as(thread, handle, k.previous_mode(thread)),
            Self::AsMode { handle, mode } => k.close_as(thread, handle, mode),
            Self::Closed {} => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    k.raise_exception(thread, returned.status);
                }
                Next::Return(returned)
            }
        }
    }
}

impl Kernel {
    fn close_as(&mut self, thread: Id<Thread>, handle: Handle, mode: Mode) -> Next {
        let pseudo = handle.is_negative() && handle.kernel().is_none();
        if pseudo && self.profile().closes_pseudo_handles {
            return Next::SUCCESS;
        }
        let raises = mode == Mode::User && self.raises_at_close(thread);
        let named = self.resolve_handle(mode, self[thread].process, handle);
        match named {
            None if raises => {
                self.raise_exception(thread, NtStatus::INVALID_HANDLE);
                Next::fail(NtStatus::INVALID_HANDLE)
            }
            None => Next::fail(NtStatus::INVALID_HANDLE),
            Some((process, handle)) => {
                let close = ObpCloseHandle::LockEntry { process, handle, forced: false };
                if raises { Next::call(NtClose::Closed {}, close) } else { Next::goto(close) }
            }
        }
    }

    fn raises_at_close(&self, thread: Id<Thread>) -> bool {
        let process = &self[self[thread].process];
        process.debugged || process.strict
    }
}
