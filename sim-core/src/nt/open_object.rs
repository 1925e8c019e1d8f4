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
    ($name:ident = $routine:literal, $type:ident) => {
        steps! {
            #[doc = concat!($routine, ": opens an object by its name. All of it is [`ObOpenObjectByName`].")]
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

open_service! { NtOpenEvent = "NtOpenEvent", Event }
open_service! { NtOpenSemaphore = "NtOpenSemaphore", Semaphore }
open_service! { NtOpenMutant = "NtOpenMutant", Mutant }
open_service! { NtOpenTimer = "NtOpenTimer", Timer }
open_service! { NtOpenIoCompletion = "NtOpenIoCompletion", IoCompletion }
open_service! { NtOpenDirectoryObject = "NtOpenDirectoryObject", Directory }
open_service! { NtOpenSymbolicLinkObject = "NtOpenSymbolicLinkObject", SymbolicLink }
open_service! { NtOpenSection = "NtOpenSection", Section }
