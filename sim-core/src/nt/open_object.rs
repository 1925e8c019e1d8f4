//! The services that open an object by its name and return a handle to it.

use crate::frame::{Next, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::attributes::ObjectAttributes;
use crate::ob::open::ObOpenObjectByName;
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::word::{Access, Id};

/// Declares the service that opens objects of one type.
macro_rules! open_service {
    ($(#[doc = $doc:literal])* $name:ident = $routine:literal, $type:ident) => {
        steps! {
            $(#[doc = $doc])*
            ///
            /// Errors: those of ObOpenObjectByName.
            pub enum $name = $routine {
                Open { attributes: ObjectAttributes, access: Access } = "enter", "open the object by its name";
            }
        }

        impl Routine for $name {
            fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
                true
            }

            fn step(self, _k: &mut Kernel, _thread: Id<Thread>) -> Next {
                let Self::Open { attributes, access } = self;
                Next::goto(ObOpenObjectByName::Start { attributes, wanted: ObjectType::$type, access })
            }
        }
    };
}

open_service! {
    /// NtOpenEvent: opens an event by its name. All of it is [`ObOpenObjectByName`].
    NtOpenEvent = "NtOpenEvent", Event
}

open_service! {
    /// NtOpenSemaphore: opens a semaphore by its name. All of it is [`ObOpenObjectByName`].
    NtOpenSemaphore = "NtOpenSemaphore", Semaphore
}

open_service! {
    /// NtOpenMutant: opens a mutant by its name. All of it is [`ObOpenObjectByName`].
    NtOpenMutant = "NtOpenMutant", Mutant
}

open_service! {
    /// NtOpenTimer: opens a timer by its name. All of it is [`ObOpenObjectByName`].
    NtOpenTimer = "NtOpenTimer", Timer
}

open_service! {
    /// NtOpenIoCompletion: opens a completion port by its name. All of it is [`ObOpenObjectByName`].
    NtOpenIoCompletion = "NtOpenIoCompletion", IoCompletion
}

open_service! {
    /// NtOpenDirectoryObject: opens a directory of the namespace by its name. All of it is [`ObOpenObjectByName`].
    NtOpenDirectoryObject = "NtOpenDirectoryObject", Directory
}

open_service! {
    /// NtOpenSymbolicLinkObject: opens a symbolic link by its name. All of it is [`ObOpenObjectByName`].
    NtOpenSymbolicLinkObject = "NtOpenSymbolicLinkObject", SymbolicLink
}

open_service! {
    /// NtOpenJobObject: opens a job by its name. All of it is [`ObOpenObjectByName`].
    NtOpenJobObject = "NtOpenJobObject", Job
}

open_service! {
    /// NtOpenSection: opens a section by its name. All of it is [`ObOpenObjectByName`].
    NtOpenSection = "NtOpenSection", Section
}
