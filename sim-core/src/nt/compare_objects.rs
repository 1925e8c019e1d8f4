//! NtCompareObjects.

use crate::frame::{Next, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

steps! {
    /// NtCompareObjects: do two handles name the same object?
    ///
    /// STATUS_SUCCESS if they do, else STATUS_NOT_SAME_OBJECT. The handles need grant no access. Errors: those of
    /// ObReferenceObjectByHandle, the first handle first. Since Windows 10. Sources: Win32, CompareObjectHandles; Wine
    /// ntdll/tests/om.c, test_NtCompareObjects.
    pub enum NtCompareObjects = "NtCompareObjects" {
        ReferenceFirst { first: Handle, second: Handle } = "enter", "reference the first object by its handle";
        ReferenceSecond { second: Handle } = "second", "reference the second object by its handle";
        Compare { first: Id<Object> } = "compare", "are they one object?";
        DropSecond { first: Id<Object>, second: Id<Object>, status: NtStatus } = "drop", "let the second object go";
        DropFirst { first: Id<Object>, status: NtStatus } = "drop", "let the first object go";
        Return { status: NtStatus } = "return", "return the answer";
    }
}

impl NtCompareObjects {
    /// The call.
    pub const fn of(first: Handle, second: Handle) -> NtCompareObjects {
        NtCompareObjects::ReferenceFirst { first, second }
    }
}

impl Routine for NtCompareObjects {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        !matches!(self, Self::ReferenceSecond { .. } | Self::Return { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let (process, wanted, access, purpose) = (k[thread].process, None, Access(0), Purpose::Service);
        let by_handle =
            |handle| ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose };
        let drop = |object| ObDereferenceObject::Drop { object, purpose };
        match self {
            Self::ReferenceFirst { first, second } => {
                Next::call(Self::ReferenceSecond { second }, by_handle(first))
            }
            Self::ReferenceSecond { second } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let first = returned.value.object();
                Next::call(Self::Compare { first }, by_handle(second))
            }
            Self::Compare { first } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::DropFirst { first, status: returned.status });
                }
                let second = returned.value.object();
                let status = if first == second { NtStatus::SUCCESS } else { NtStatus::NOT_SAME_OBJECT };
                Next::goto(Self::DropSecond { first, second, status })
            }
            Self::DropSecond { first, second, status } => {
                Next::call(Self::DropFirst { first, status }, drop(second))
            }
            Self::DropFirst { first, status } => {
                k.forget_returned(thread);
                Next::call(Self::Return { status }, drop(first))
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::fail(status)
            }
        }
    }
}
