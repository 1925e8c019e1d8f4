//! The services that create an object, with or without a name, and return a handle to it.

use crate::fault::{Allocation, Fault};
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

/// Declares the service that creates an object of one type: what it needs beside OBJECT_ATTRIBUTES, its type, what it
/// refuses, and its part of ObCreateObject. The rest is [`ObInsertObject`].
macro_rules! create_service {
    ($(#[doc = $doc:literal])* $name:ident = $routine:literal, ($($field:ident: $ty:ty),*), $type:ident, $check:expr, $create:expr) => {
        steps! {
            $(#[doc = $doc])*
            ///
            /// Errors: STATUS_INVALID_PARAMETER for attributes that the type refuses, STATUS_INSUFFICIENT_RESOURCES, and
            /// those of [`ObInsertObject`].
            pub enum $name = $routine {
                Create { attributes: ObjectAttributes, access: Access, $($field: $ty),* }
                    = "create", "create the object; its creator holds it";
            }
        }

        impl Routine for $name {
            fn fault(self, k: &Kernel, _thread: Id<Thread>) -> Option<Fault> {
                self.check(k).is_ok().then_some(Fault::Allocation(Allocation::Object))
            }

            fn take_fault(self, _k: &mut Kernel, _thread: Id<Thread>) -> Next {
                Next::fail(NtStatus::INSUFFICIENT_RESOURCES)
            }

            fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
                let Self::Create { attributes, access, $($field),* } = self;
                if let Err(status) = self.check(k) {
                    return Next::fail(status);
                }
                let create: fn(&mut Kernel, Id<Thread>, $($ty),*) -> Id<Object> = $create;
                let object = create(k, thread, $($field),*);
                k.note_attributes(object, attributes);
                Next::goto(ObInsertObject::Start { object, attributes, access })
            }
        }

        impl $name {
            /// The parameters, before there is an object.
            fn check(self, k: &Kernel) -> Result<(), NtStatus> {
                let Self::Create { attributes, $($field,)* .. } = self;
                if Kernel::refused_attributes(attributes, ObjectType::$type) {
                    return Err(NtStatus::INVALID_PARAMETER);
                }
                let check: fn(&Kernel, $($ty),*) -> Result<(), NtStatus> = $check;
                check(k, $($field),*)
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
    |_, _| Ok(()), |k, _, concurrency| k.create_port_object(concurrency)
}

create_service! {
    /// NtCreateEvent: creates an event and returns a handle to it.
    NtCreateEvent = "NtCreateEvent", (manual_reset: bool, signaled: bool), Event,
    |_, _, _| Ok(()), |k, _, manual_reset, signaled| k.create_event_object(manual_reset, signaled)
}

create_service! {
    /// NtCreateIoRing (CreateIoRing): creates an I/O ring and returns a handle to it.
    ///
    /// The size of the submission queue is rounded up to a power of two, that of the completion queue to one that is at
    /// least twice as large. Errors besides: STATUS_IORING_SUBMISSION_QUEUE_TOO_BIG and
    /// STATUS_IORING_COMPLETION_QUEUE_TOO_BIG. Source: Win32, CreateIoRing.
    NtCreateIoRing = "NtCreateIoRing", (submission: u32, completion: u32), IoRing,
    |_, submission, completion| check_ring(submission, completion),
    |k, _, submission, completion| k.create_ring_object(submission, completion)
}

create_service! {
    /// NtCreateDirectoryObject: creates a directory of the namespace and returns a handle to it.
    NtCreateDirectoryObject = "NtCreateDirectoryObject", (), Directory, |_| Ok(()),
    |k, _| k.create_directory_object()
}

create_service! {
    /// NtCreateSymbolicLinkObject: creates a symbolic link and returns a handle to it.
    ///
    /// The target need not exist. An empty one is STATUS_INVALID_PARAMETER. Source: Wine ntdll/tests/om.c,
    /// test_symboliclink.
    NtCreateSymbolicLinkObject = "NtCreateSymbolicLinkObject", (link_target: Name), SymbolicLink,
    |k, link_target| match k.name(link_target.0) {
        "" => Err(NtStatus::INVALID_PARAMETER),
        _ => Ok(()),
    },
    |k, _, link_target| k.create_symbolic_link_object(link_target)
}

create_service! {
    /// NtCreateSemaphore: creates a semaphore and returns a handle to it.
    ///
    /// STATUS_INVALID_PARAMETER also for a maximum of zero or an initial count above it.
    NtCreateSemaphore = "NtCreateSemaphore", (initial: u32, limit: u32), Semaphore,
    |_, initial, limit| check_counts(initial, limit),
    |k, _, initial, limit| k.create_semaphore_object(initial, limit)
}

create_service! {
    /// NtCreateMutant: creates a mutant, perhaps owned by the caller, and returns a handle to it.
    NtCreateMutant = "NtCreateMutant", (owned: bool), Mutant,
    |_, _| Ok(()), |k, thread, owned| k.create_mutant_object(owned.then_some(thread))
}

create_service! {
    /// NtCreateTimer: creates a timer that is not set and returns a handle to it.
    NtCreateTimer = "NtCreateTimer", (manual_reset: bool), Timer,
    |_, _| Ok(()), |k, _, manual_reset| k.create_timer_object(manual_reset)
}

create_service! {
    /// NtCreateJobObject: creates a job without limits and returns a handle to it.
    NtCreateJobObject = "NtCreateJobObject", (), Job,
    |_| Ok(()), |k, _| k.create_job_object()
}
