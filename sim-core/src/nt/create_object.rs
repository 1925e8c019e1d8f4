//! The services that create an object, with or without a name, and return a handle to it.

use crate::frame::{Next, Routine, steps};
use crate::io::ring::check_ring;
use crate::kernel::Kernel;
use crate::nt::semaphore::check_counts;
use crate::ob::attributes::ObjectAttributes;
use crate::ob::header::Object;
use crate::ob::insert::ObInsertObject;
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Id, Name};

/// Declares the service that creates an object of one type: what it needs beside OBJECT_ATTRIBUTES, its type, and its
/// part of ObCreateObject. The rest is [`ObInsertObject`].
macro_rules! create_service {
    ($(#[doc = $doc:literal])* $name:ident = $routine:literal, ($($field:ident: $ty:ty),*), $type:ident, $create:expr) => {
        steps! {
            $(#[doc = $doc])*
            ///
            /// Errors: STATUS_INVALID_PARAMETER for attributes that the type refuses, and those of [`ObInsertObject`].
            pub enum $name = $routine {
                Create { attributes: ObjectAttributes, access: Access, $($field: $ty),* }
                    = "create", "create the object; its creator holds it";
            }
        }

        impl Routine for $name {
            fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
                let Self::Create { attributes, access, $($field),* } = self;
                if Kernel::refused_attributes(attributes, ObjectType::$type) {
                    return Next::fail(NtStatus::INVALID_PARAMETER);
                }
                let create: fn(&mut Kernel, Id<Thread>, $($ty),*) -> Result<Id<Object>, NtStatus> = $create;
                match create(k, thread, $($field),*) {
                    Ok(object) => {
                        k.note_attributes(object, attributes);
                        Next::goto(ObInsertObject::Start { object, attributes, access })
                    }
                    Err(status) => Next::fail(status),
                }
            }
        }
    };
}

create_service! {
    /// NtCreateIoCompletion: creates a completion port and returns a handle to it.
    ///
    /// `concurrency` is how many of its threads may run at a time; 0 means no limit here, and as many as there are
    /// processors on Windows.
    NtCreateIoCompletion = "NtCreateIoCompletion", (concurrency: u32), IoCompletion,
    |k, _, concurrency| Ok(k.create_port_object(concurrency))
}

create_service! {
    /// NtCreateEvent: creates an event and returns a handle to it.
    NtCreateEvent = "NtCreateEvent", (manual_reset: bool, signaled: bool), Event,
    |k, _, manual_reset, signaled| Ok(k.create_event_object(manual_reset, signaled))
}

create_service! {
    /// NtCreateIoRing (CreateIoRing): creates an I/O ring and returns a handle to it.
    ///
    /// The size of the submission queue is rounded up to a power of two, that of the completion queue to one that is at
    /// least twice as large. Errors besides: STATUS_IORING_SUBMISSION_QUEUE_TOO_BIG and
    /// STATUS_IORING_COMPLETION_QUEUE_TOO_BIG. Source: Win32, CreateIoRing.
    NtCreateIoRing = "NtCreateIoRing", (submission: u32, completion: u32), IoRing,
    |k, _, submission, completion| check_ring(submission, completion).map(|()| k.create_ring_object(submission, completion))
}

create_service! {
    /// NtCreateDirectoryObject: creates a directory of the namespace and returns a handle to it.
    NtCreateDirectoryObject = "NtCreateDirectoryObject", (), Directory, |k, _| Ok(k.create_directory_object())
}

create_service! {
    /// NtCreateSymbolicLinkObject: creates a symbolic link and returns a handle to it.
    ///
    /// The target need not exist. An empty one is STATUS_INVALID_PARAMETER. Source: Wine ntdll/tests/om.c,
    /// test_symboliclink.
    NtCreateSymbolicLinkObject = "NtCreateSymbolicLinkObject", (link_target: Name), SymbolicLink,
    |k, _, link_target| match k.name(link_target.0) {
        "" => Err(NtStatus::INVALID_PARAMETER),
        _ => Ok(k.create_symbolic_link_object(link_target)),
    }
}

create_service! {
    /// NtCreateSemaphore: creates a semaphore and returns a handle to it.
    ///
    /// STATUS_INVALID_PARAMETER also for a maximum of zero or an initial count above it.
    NtCreateSemaphore = "NtCreateSemaphore", (initial: u32, limit: u32), Semaphore,
    |k, _, initial, limit| check_counts(initial, limit).map(|()| k.create_semaphore_object(initial, limit))
}

create_service! {
    /// NtCreateMutant: creates a mutant, perhaps owned by the caller, and returns a handle to it.
    NtCreateMutant = "NtCreateMutant", (owned: bool), Mutant,
    |k, thread, owned| Ok(k.create_mutant_object(owned.then_some(thread)))
}

create_service! {
    /// NtCreateTimer: creates a timer that is not set and returns a handle to it.
    NtCreateTimer = "NtCreateTimer", (manual_reset: bool), Timer,
    |k, _, manual_reset| Ok(k.create_timer_object(manual_reset))
}

create_service! {
    /// NtCreateJobObject: creates a job without limits and returns a handle to it.
    NtCreateJobObject = "NtCreateJobObject", (), Job, |k, _| Ok(k.create_job_object())
}
