//! Frames: where a thread is inside the system, as data.
//!
//! A routine of the system is an enum with one variant for each atomic step; the variant holds what the routine
//! still needs to know. So a thread can be stopped, saved, compared and resumed between any two steps.

use crate::encode::{Decoder, Encoder};
use crate::kernel::Kernel;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::renaming::Rename;
use crate::status::NtStatus;
use crate::word::Id;

pub use crate::returned::{Returned, Value};

/// Where a routine goes after one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// On to another step of the same routine, or into another routine that takes its place.
    Goto(Frame),
    /// Into `callee`; when it returns, on at `resume`.
    Call {
        /// The step that follows the call.
        resume: Frame,
        /// The routine called.
        callee: Frame,
    },
    /// Back to the caller.
    Return(Returned),
    /// Back to what an APC interrupted, which never learns of it.
    Dismiss,
}

impl Next {
    pub(crate) fn goto(frame: impl Into<Frame>) -> Next {
        Next::Goto(frame.into())
    }

    pub(crate) fn call(resume: impl Into<Frame>, callee: impl Into<Frame>) -> Next {
        Next::Call { resume: resume.into(), callee: callee.into() }
    }

    pub(crate) const fn fail(status: NtStatus) -> Next {
        Next::Return(Returned::status(status))
    }

    pub(crate) const SUCCESS: Next = Next::Return(Returned::status(NtStatus::SUCCESS));
}

/// The name of one atomic step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepName {
    /// The routine.
    pub routine: &'static str,
    /// The step's label.
    pub label: &'static str,
    /// What the step does.
    pub does: &'static str,
}

/// A routine of the system, as a person reads of it.
#[derive(Clone, Copy, Debug)]
pub struct RoutineInfo {
    /// Its name.
    pub name: &'static str,
    /// Its description: that of its type, line by line, each with a blank in front.
    pub text: &'static str,
    /// Its steps, in the order of their declaration.
    pub steps: &'static [StepName],
}

/// A routine of the system.
pub(crate) trait Routine: Copy {
    /// Takes the step this routine is at.
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next;

    /// Whether the step can be taken now; if not, the thread waits.
    fn ready(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        true
    }

    /// Whether the step, once it is ready, is the thread's own affair, so that its place among the steps of others
    /// changes nothing.
    ///
    /// It stays ready whatever others do. It reads only what the frame holds, what the last routine returned and
    /// what nobody else can change meanwhile: fields that are set once, in records that the thread keeps alive; an
    /// entry that it has locked. It changes only the top of the thread's stack and what the last routine returned,
    /// and leaves some routine on the stack.
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        false
    }

    /// If the step is a wait with a time limit: where the routine goes when the time runs out.
    fn time_out(self) -> Option<Next> {
        None
    }
}

/// Declares a routine: its steps, what each still needs, its label and what it does. Where several services share their
/// steps, `by` names the method that tells which it is.
macro_rules! steps {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident = $routine:literal $(, by $naming:ident)? {
            $($(#[$vmeta:meta])* $variant:ident { $($field:ident: $ty:ty),* $(,)? } = $label:literal, $does:literal;)*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each step carries its own label and sentence")]
        pub enum $name { $($(#[$vmeta])* $variant { $($field: $ty),* },)* }

        impl $name {
            /// What it is, and its steps.
            pub const INFO: $crate::frame::RoutineInfo = $crate::frame::RoutineInfo {
                name: $routine,
                text: concat!($($doc, "\n"),*),
                steps: &[$($crate::frame::StepName { routine: $routine, label: $label, does: $does }),*],
            };

            pub(crate) const fn step_name(&self) -> $crate::frame::StepName {
                let (label, does) = match self { $($name::$variant { .. } => ($label, $does),)* };
                let routine = $routine;
                $(let routine = { let _ = routine; self.$naming() };)?
                $crate::frame::StepName { routine, label, does }
            }

            pub(crate) fn put<N: $crate::renaming::Rename>(
                &self,
                encoder: &mut $crate::encode::Encoder<'_>,
                names: &mut N,
            ) {
                enum Tag { $($variant),* }
                match self { $($name::$variant { $($field),* } => {
                    encoder.number(Tag::$variant as u64);
                    $(encoder.word(names.value(*$field));)*
                })* }
            }

            /// Asks for the names of all that the step names, in order.
            pub(crate) fn visit<N: $crate::renaming::Rename>(&self, names: &mut N) {
                let _ = &names;
                match self { $($name::$variant { $($field),* } => {
                    $(names.value(*$field);)*
                })* }
            }

            pub(crate) fn get(decoder: &mut $crate::encode::Decoder<'_>) -> Self {
                enum Tag { $($variant),* }
                let tag = decoder.number();
                $(if tag == Tag::$variant as u64 {
                    return $name::$variant { $($field: decoder.word()),* };
                })*
                unreachable!("an encoded step exists")
            }
        }
    };
}
pub(crate) use steps;

impl Frame {
    /// The process whose table gets a handle by the step, if the step makes one.
    pub(crate) fn inserts_into(&self, k: &Kernel, thread: Id<Thread>) -> Option<Id<Process>> {
        match self {
            Frame::CreateHandle(routine) => routine.inserts_into(k, thread),
            _ => None,
        }
    }

    /// Whether it is the work of an APC that interrupted the thread.
    pub const fn is_apc(&self) -> bool {
        matches!(self, Frame::FinishIrp(routine) if !routine.is_inline())
    }
}

macro_rules! frames {
    ($($name:ident in $path:path,)*) => {
        /// A routine that a thread is in, at one of its steps.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Frame { $(
            #[doc = concat!("In `", stringify!($name), "`.")]
            $name($path),
        )* }

        $(impl From<$path> for Frame {
            fn from(routine: $path) -> Frame {
                Frame::$name(routine)
            }
        })*

        impl Frame {
            /// Every routine.
            pub const ROUTINES: &[RoutineInfo] = &[$(<$path>::INFO),*];

            /// The routine.
            pub const fn info(&self) -> &'static RoutineInfo {
                match self { $(Frame::$name(_) => &<$path>::INFO,)* }
            }

            /// The name of the step it is at.
            pub const fn step_name(&self) -> StepName {
                match self { $(Frame::$name(routine) => routine.step_name(),)* }
            }

            pub(crate) fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
                match self { $(Frame::$name(routine) => Routine::step(routine, k, thread),)* }
            }

            pub(crate) fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
                match self { $(Frame::$name(routine) => Routine::ready(routine, k, thread),)* }
            }

            pub(crate) fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
                match self { $(Frame::$name(routine) => Routine::is_local(routine, k, thread),)* }
            }

            pub(crate) fn time_out(self) -> Option<Next> {
                match self { $(Frame::$name(routine) => Routine::time_out(routine),)* }
            }

            pub(crate) fn put<N: Rename>(&self, encoder: &mut Encoder<'_>, names: &mut N) {
                enum Tag { $($name),* }
                match self { $(Frame::$name(routine) => {
                    encoder.number(Tag::$name as u64);
                    routine.put(encoder, names);
                })* }
            }

            pub(crate) fn visit<N: Rename>(&self, names: &mut N) {
                match self { $(Frame::$name(routine) => routine.visit(names),)* }
            }

            pub(crate) fn get(decoder: &mut Decoder<'_>) -> Frame {
                enum Tag { $($name),* }
                let tag = decoder.number();
                $(if tag == Tag::$name as u64 {
                    return Frame::$name(<$path>::get(decoder));
                })*
                unreachable!("an encoded frame exists")
            }
        }
    };
}

frames! {
    ReferenceByHandle in crate::ob::reference::ObReferenceObjectByHandle,
    Dereference in crate::ob::reference::ObDereferenceObject,
    DeleteObject in crate::ob::delete::ObpDeleteObject,
    CloseHandle in crate::ob::close::ObpCloseHandle,
    DecrementHandleCount in crate::ob::close::ObpDecrementHandleCount,
    IncrementHandleCount in crate::ob::create::ObpIncrementHandleCount,
    CreateHandle in crate::ob::create::ObpCreateHandle,
    DeleteNameCheck in crate::ob::name_check::ObpDeleteNameCheck,
    LookupObjectName in crate::ob::namespace::ObpLookupObjectName,
    InsertObject in crate::ob::insert::ObInsertObject,
    OpenByName in crate::ob::open::ObOpenObjectByName,
    ReferenceByName in crate::ob::open::ObReferenceObjectByName,
    OpenByPointer in crate::ob::pointer::ObOpenObjectByPointer,
    CloseFile in crate::io::file_close::IopCloseFile,
    DeleteFile in crate::io::file_close::IopDeleteFile,
    CallDriver in crate::io::driver::IofCallDriver,
    CompleteIrp in crate::io::complete::IofCompleteRequest,
    FinishIrp in crate::io::finish::IopCompleteRequest,
    CancelIrp in crate::io::cancel::IoCancelIrp,
    CancelIrps in crate::io::cancel::IopCancelIrps,
    PendIrp in crate::drivers::queue::PendIrp,
    CancelRoutine in crate::drivers::queue::CancelRoutine,
    FlushQueue in crate::drivers::queue::FlushQueue,
    DeviceCompletes in crate::drivers::queue::DeviceCompletes,
    RunRoutine in crate::drivers::program::run::RunRoutine,
    PipeCreate in crate::drivers::npfs::create::NpCreate,
    PipeRead in crate::drivers::npfs::read::NpRead,
    PipeWrite in crate::drivers::npfs::write::NpWrite,
    PipeListen in crate::drivers::npfs::listen::NpListen,
    PipeDisconnect in crate::drivers::npfs::disconnect::NpDisconnect,
    PipeWait in crate::drivers::npfs::wait::NpWaitForNamedPipe,
    PipeTimer in crate::drivers::npfs::wait::NpTimerDispatch,
    PipeCleanup in crate::drivers::npfs::cleanup::NpCleanup,
    PipeCancel in crate::drivers::npfs::cancel::NpCancelIrp,
    PipeAdd in crate::drivers::npfs::pend::NpAddDataQueueEntry,
    PipeQueue in crate::drivers::npfs::pend::NpQueueIrp,
    PipeDeferred in crate::drivers::npfs::deferred::NpCompleteDeferredIrps,
    SocketDispatch in crate::drivers::afd::dispatch::AfdDispatch,
    SocketUnlock in crate::drivers::afd::unlock::UnlockAndMaybeComplete,
    SocketCancel in crate::drivers::afd::unlock::AfdCancelHandler,
    SocketTimer in crate::drivers::afd::poll::SelectTimeout,
    CompleteAtOnce in crate::drivers::immediate::CompleteAtOnce,
    CreateIoRing in crate::nt::create_object::NtCreateIoRing,
    SubmitIoRing in crate::nt::io_ring::NtSubmitIoRing,
    SetInformationIoRing in crate::nt::io_ring::NtSetInformationIoRing,
    ProcessIoRingEntry in crate::nt::io_ring_entry::IopProcessIoRingEntry,
    DeleteIoRing in crate::nt::io_ring_entry::IopDeleteIoRing,
    DispatchEvents in crate::drivers::kmdf::DispatchEvents,
    EvtRequestCancel in crate::drivers::kmdf::EvtRequestCancel,
    EvtInterruptDpc in crate::drivers::kmdf::EvtInterruptDpc,
    OnCleanup in crate::drivers::kmdf::OnCleanup,
    FileCreate in crate::drivers::ntfs::create::NtfsCreate,
    FileCleanup in crate::drivers::ntfs::cleanup::NtfsCleanup,
    FileClose in crate::drivers::ntfs::cleanup::NtfsClose,
    FileTransfer in crate::drivers::ntfs::transfer::NtfsTransfer,
    FileDispatch in crate::drivers::ntfs::transfer::NtfsFspDispatch,
    FileInformation in crate::drivers::ntfs::information::NtfsSetInformation,
    FileLockControl in crate::drivers::ntfs::lock::NtfsLockControl,
    FileOplock in crate::drivers::ntfs::oplock::NtfsOplockRequest,
    FileQueue in crate::drivers::ntfs::queue::NtfsCompleteQueued,
    PassDown in crate::drivers::filter::PassDown,
    Close in crate::nt::close::NtClose,
    CreateFile in crate::nt::create_file::NtCreateFile,
    Issue in crate::nt::issue::NtIssue,
    IssueEnd in crate::nt::issue_end::NtIssueEnd,
    CancelIoFile in crate::nt::cancel_io_file::NtCancelIoFile,
    CancelIoFileEx in crate::nt::cancel_io_file::NtCancelIoFileEx,
    CancelSynchronousIo in crate::nt::cancel_synchronous_io::NtCancelSynchronousIoFile,
    CreateStreamFile in crate::io::stream_file::IoCreateStreamFileObject,
    CreateIoCompletion in crate::nt::create_object::NtCreateIoCompletion,
    CreateEvent in crate::nt::create_object::NtCreateEvent,
    SetEvent in crate::nt::event::NtSetEvent,
    CreateDirectory in crate::nt::create_object::NtCreateDirectoryObject,
    CreateSymbolicLink in crate::nt::create_object::NtCreateSymbolicLinkObject,
    CreateSection in crate::nt::section::NtCreateSection,
    MapView in crate::nt::section::NtMapViewOfSection,
    UnmapView in crate::nt::section::NtUnmapViewOfSection,
    TrimSegment in crate::mm::trim::MiDereferenceSegmentThread,
    CachedIo in crate::cc::cached_io::CachedIo,
    LazyWriter in crate::cc::lazy_writer::CcWorkerThread,
    NotifyRequest in crate::fsrtl::notify_request::FsRtlNotifyFullChangeDirectory,
    NotifyReport in crate::fsrtl::notify_report::FsRtlNotifyFullReportChange,
    NotifyCleanup in crate::fsrtl::notify_cleanup::FsRtlNotifyCleanup,
    NotifyComplete in crate::fsrtl::notify_complete::FsRtlNotifyCompleteIrp,
    OpenEvent in crate::nt::open_object::NtOpenEvent,
    OpenSemaphore in crate::nt::open_object::NtOpenSemaphore,
    OpenMutant in crate::nt::open_object::NtOpenMutant,
    OpenTimer in crate::nt::open_object::NtOpenTimer,
    OpenIoCompletion in crate::nt::open_object::NtOpenIoCompletion,
    OpenDirectory in crate::nt::open_object::NtOpenDirectoryObject,
    OpenSymbolicLink in crate::nt::open_object::NtOpenSymbolicLinkObject,
    OpenSection in crate::nt::open_object::NtOpenSection,
    SetPermanence in crate::nt::permanence::NtSetPermanence,
    SetCompletionInformation in crate::nt::completion::NtSetInformationFile,
    SetNotificationModes in crate::nt::file_information::NtSetNotificationModes,
    SetIoCompletion in crate::nt::completion::NtSetIoCompletion,
    RemoveIoCompletion in crate::nt::remove_completion::NtRemoveIoCompletion,
    QueryIoCompletion in crate::nt::completion::NtQueryIoCompletion,
    DuplicateObject in crate::ob::duplicate::ObDuplicateObject,
    WaitForSingleObject in crate::nt::wait::NtWaitForSingleObject,
    Wait in crate::ke::wait::KeWaitForMultipleObjects,
    WaitForMultipleObjects in crate::nt::wait::NtWaitForMultipleObjects,
    DelayExecution in crate::nt::delay::NtDelayExecution,
    SignalAndWait in crate::nt::signal_and_wait::NtSignalAndWaitForSingleObject,
    PulseEvent in crate::nt::event::NtPulseEvent,
    ClearEvent in crate::nt::event::NtClearEvent,
    QueryEvent in crate::nt::event::NtQueryEvent,
    CreateSemaphore in crate::nt::create_object::NtCreateSemaphore,
    ReleaseSemaphore in crate::nt::semaphore::NtReleaseSemaphore,
    QuerySemaphore in crate::nt::semaphore::NtQuerySemaphore,
    CreateMutant in crate::nt::create_object::NtCreateMutant,
    ReleaseMutant in crate::nt::mutant::NtReleaseMutant,
    QueryMutant in crate::nt::mutant::NtQueryMutant,
    CreateTimer in crate::nt::create_object::NtCreateTimer,
    SetTimer in crate::nt::timer::NtSetTimer,
    CancelTimer in crate::nt::timer::NtCancelTimer,
    QueryTimer in crate::nt::timer::NtQueryTimer,
    QueueApcThread in crate::nt::apc::NtQueueApcThread,
    AlertThread in crate::nt::apc::NtAlertThread,
    QueryObject in crate::nt::query_object::NtQueryObject,
    CompareObjects in crate::nt::compare_objects::NtCompareObjects,
    ExitThread in crate::ps::exit::PspExitThread,
    ExitProcess in crate::ps::exit::PspExitProcess,
    DuplicateByHandles in crate::nt::duplicate_object::NtDuplicateObject,
    SetHandleInformation in crate::ob::handle_flags::NtSetInformationObject,
    QueryHandleInformation in crate::ob::handle_flags::NtQueryHandleInformation,
    CreateUserProcess in crate::ps::create::NtCreateUserProcess,
    InheritHandles in crate::ps::inherit::ObInitProcess,
    OpenProcess in crate::nt::open_process::NtOpenProcess,
    Terminate in crate::nt::terminate::NtTerminate,
    GetNextThread in crate::nt::next_thread::NtGetNextThread,
    AlertThreadByThreadId in crate::nt::alert_by_id::NtAlertThreadByThreadId,
    WaitForAlertByThreadId in crate::nt::alert_by_id::NtWaitForAlertByThreadId,
    CreateJobObject in crate::nt::create_object::NtCreateJobObject,
    JobService in crate::nt::job::JobService,
    AssociateJobPort in crate::nt::job::NtAssociateJobPort,
    OpenJobObject in crate::nt::open_object::NtOpenJobObject,
    AssignProcessToJobObject in crate::nt::job::NtAssignProcessToJobObject,
    SendOwnIrps in crate::drivers::own_irps::SendOwnIrps,
    CancelOwnIrps in crate::drivers::own_irps::CancelOwnIrps,
    CompletionReturned in crate::drivers::program::pass_on::CompletionReturned,
}
