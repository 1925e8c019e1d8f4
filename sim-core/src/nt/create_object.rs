//! NtCreateEvent and NtCreateIoCompletion: unnamed objects.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::create::ObpCreateHandle;
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Id};

/// Declares the service that creates one type of unnamed object and returns a handle to it.
///
/// Counts on the way (ReactOS ob/oblife.c, ob/obhandle.c): PointerCount 1 for the creator, +1 for the handle with
/// HandleCount +1, then the creator's reference goes: 1 and 1.
macro_rules! create_service {
    ($(#[doc = $doc:literal])* $name:ident = $routine:literal, ($($field:ident: $ty:ty),*), $access:literal, $create:expr) => {
        steps! {
            $(#[doc = $doc])*
            pub enum $name = $routine {
                Create { $($field: $ty),* } = "create", "create the object; its creator holds it";
                Insert { object: Id<Object> } = "insert", "create a handle, which needs a reference of its own";
                DropCreation { object: Id<Object> } = "drop", "the handle exists: drop the creator's reference";
                Return { returned: Option<Returned> } = "return", "return the handle";
            }
        }

        impl Routine for $name {
            fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
                matches!(self, Self::DropCreation { .. }) && k.was_successful(thread)
            }

            fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
                match self {
                    Self::Create { $($field),* } => {
                        let create: fn(&mut Kernel, $($ty),*) -> Id<Object> = $create;
                        let object = create(k, $($field),*);
                        Next::goto(Self::Insert { object })
                    }
                    Self::Insert { object } => {
                        k.reference(object, Purpose::Handle);
                        let (process, access) = (k[thread].process, Access($access));
                        let count = ObpCreateHandle::Count { object, process, access, attributes: 0 };
                        Next::call(Self::DropCreation { object }, count)
                    }
                    Self::DropCreation { object } => {
                        let returned = Some(k.take_returned(thread));
                        if returned.is_some_and(|returned| returned.status.is_error()) {
                            k.dereference(object, Purpose::Handle);
                        }
                        let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Creation };
                        Next::call(Self::Return { returned }, drop)
                    }
                    Self::Return { returned } => {
                        k.forget_returned(thread);
                        Next::Return(returned.unwrap_or(Returned::status(NtStatus::UNSUCCESSFUL)))
                    }
                }
            }
        }
    };
}

create_service! {
    /// NtCreateIoCompletion: creates a completion port and returns a handle to it.
    NtCreateIoCompletion = "NtCreateIoCompletion", (), 0x1F_0003, |k| k.create_port_object()
}

create_service! {
    /// NtCreateEvent: creates an unnamed event and returns a handle to it.
    NtCreateEvent = "NtCreateEvent", (manual_reset: bool, signaled: bool), 0x1F_0003,
    |k, manual_reset, signaled| k.create_event_object(manual_reset, signaled)
}
