//! The drivers that come with the model, and the manner of each.

pub mod afd;
pub mod filter;
pub mod immediate;
pub mod kmdf;
pub mod npfs;
pub mod ntfs;
pub mod own_irps;
mod primitives;
pub mod program;
pub mod queue;

use crate::drivers::kmdf::Delivered;
use crate::drivers::own_irps::{OwnIrps, OwnRoutine};
use crate::io::irp::Major;
use crate::word::word_enum;

word_enum! {
    /// Which driver serves a device.
    pub enum DriverKind {
        /// A serial-like driver: it pends reads until told; a cancel ends them; cleanup does nothing to them.
        Serial = "serial",
        /// A queueing driver as the WDK asks for: like serial, but its cleanup cancels what is queued.
        Queue = "queue",
        /// A driver that never pends: it completes each request with the device's answer.
        Immediate = "immediate",
        /// A file system in small: paths below its device are files and directories, whose data is only as long as it is.
        Ntfs = "ntfs",
        /// The same file system, whose files are read and written through the cache.
        CachedNtfs = "cached_ntfs",
        /// A driver that pends without a cancel routine, so that nobody can end its requests but the device; if that does not
        /// answer, they never end.
        NeverCancels = "never_cancels",
        /// A faulty driver that returns STATUS_PENDING without IoMarkIrpPending.
        PendsUnmarked = "pends_unmarked",
        /// A faulty driver that marks an IRP pending and returns STATUS_SUCCESS.
        MarksAndReturns = "marks_and_returns",
        /// A faulty driver that completes an IRP a second time.
        CompletesTwice = "completes_twice",
        /// A faulty driver that completes an IRP with its cancel routine still set.
        KeepsCancelRoutine = "keeps_cancel_routine",
        /// A filter: it passes each request to the device below, and its completion routine lets the completion go on.
        Filter = "filter",
        /// A filter that waits for the device below and completes each request itself.
        WaitingFilter = "waiting_filter",
        /// A faulty filter whose completion routine does not propagate the pending mark.
        ForgetfulFilter = "forgetful_filter",
        /// A faulty filter that passes requests on although its StackSize does not count the device below.
        UncountedFilter = "uncounted_filter",
        /// A filter that splits each read and write in two associated IRPs; its cancel routine cancels them.
        Splitter = "splitter",
        /// A splitter without a cancel routine, so that nobody cancels its associated IRPs.
        UncancellingSplitter = "uncancelling_splitter",
        /// A faulty splitter whose cancel routine completes the master IRP and leaves the associated IRPs as they are.
        HastySplitter = "hasty_splitter",
        /// A filter that serves each read and write with an IRP from IoAllocateIrp.
        Requester = "requester",
        /// A faulty requester that sets no completion routine.
        ForgetfulRequester = "forgetful_requester",
        /// A faulty requester whose completion routine frees its IRP and lets the completion go on.
        UnstoppedRequester = "unstopped_requester",
        /// A faulty requester whose completion routine frees the program's IRP in place of its own.
        MisfreeingRequester = "misfreeing_requester",
        /// The named pipe file system. Its device is there if a program uses pipes.
        NamedPipes = "npfs",
        /// A driver of the framework (KMDF): a sequential queue delivers one request at a time; it marks that cancelable.
        Kmdf = "kmdf",
        /// A driver of the framework that leaves the request delivered to it uncancelable.
        KmdfUncancelable = "kmdf_uncancelable",
        /// A faulty driver of the framework that completes a request although WdfRequestUnmarkCancelable said STATUS_CANCELLED.
        KmdfIgnoresUnmark = "kmdf_ignores_unmark",
        /// The null device's driver: a read is at the end of the file, a write takes everything.
        Null = "null",
        /// The driver of sockets. Its device is there if a program uses sockets.
        Sockets = "afd",
        /// A driver whose routines are written in the scenario.
        Program = "program",
    }
}

/// What a driver does with its queued requests when a file's last handle is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtCleanup {
    /// Nothing: they stay pending.
    Nothing,
    /// It completes those of the file object with STATUS_CANCELLED.
    CancelQueued,
}

/// What the completion routine of a filter does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionRoutine {
    /// It calls IoMarkIrpPending if PendingReturned says so, and lets the completion go on.
    MarksPending,
    /// It lets the completion go on, and never marks the IRP.
    Forgets,
    /// It returns STATUS_MORE_PROCESSING_REQUIRED.
    Stops,
}

/// What a driver does with a new request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispatch {
    /// It queues it until the device answers.
    Pend,
    /// It completes it with the device's answer.
    Complete,
    /// It passes it to the device below.
    PassDown,
    /// It has a dispatch table of its own: the named pipe file system.
    Pipes,
    /// It has a dispatch table of its own: the driver of sockets.
    Sockets,
    /// It has a dispatch table of its own: the file system of a volume.
    Files,
    /// Its routines are a program.
    Program,
}

/// The manner of a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// One sentence about it.
    pub summary: &'static str,
    /// What it does with a new request.
    pub dispatch: Dispatch,
    /// It knows reads, writes and device controls only; others it refuses.
    pub is_plain: bool,
    /// What it does at IRP_MJ_CLEANUP.
    pub at_cleanup: AtCleanup,
    /// It calls IoMarkIrpPending for what it queues.
    pub marks_pending: bool,
    /// It returns STATUS_PENDING for what it has queued.
    pub returns_pending: bool,
    /// It sets a cancel routine for what it queues.
    pub sets_cancel_routine: bool,
    /// It takes the cancel routine back before it completes an IRP.
    pub clears_cancel_routine: bool,
    /// It completes an IRP twice.
    pub completes_twice: bool,
    /// Of a filter: what its completion routine does.
    pub routine: CompletionRoutine,
    /// The IRPs that it makes for a read or a write, in place of passing that on.
    pub own_irps: OwnIrps,
    /// Its cancel routine cancels those.
    pub cancels_own: bool,
    /// Of a filter: it attaches its device to the stack, so that StackSize counts the devices below.
    pub attaches: bool,
    /// What is read has no place in a file (FO_NAMED_PIPE and its kin).
    pub is_stream: bool,
    /// Names below its device are its own.
    pub has_names: bool,
    /// Those names are paths, of directories and files in them.
    pub has_directories: bool,
    /// Of a driver of the framework: what it does with a request that was delivered to it.
    pub delivered: Option<Delivered>,
    /// It answers as the null device does, and knows reads and writes only.
    pub is_null: bool,
    /// It reads and writes its files through the cache.
    pub caches: bool,
}

impl Manner {
    /// A correct driver that pends reads, writes and device controls, and does nothing to them at cleanup.
    const SERIAL: Manner = Manner {
        summary: "pends reads until the device answers; a cancel ends them, cleanup does not",
        dispatch: Dispatch::Pend,
        is_plain: true,
        at_cleanup: AtCleanup::Nothing,
        marks_pending: true,
        returns_pending: true,
        sets_cancel_routine: true,
        clears_cancel_routine: true,
        completes_twice: false,
        routine: CompletionRoutine::MarksPending,
        own_irps: OwnIrps::None,
        cancels_own: false,
        attaches: true,
        is_stream: false,
        has_names: false,
        has_directories: false,
        delivered: None,
        is_null: false,
        caches: false,
    };

    /// The null device's driver.
    const NULL: Manner = Manner {
        summary: "the null device: a read is at the end of the file at once, a write takes everything",
        dispatch: Dispatch::Complete,
        is_null: true,
        ..Manner::SERIAL
    };

    /// A driver with a dispatch table of its own, whose files are streams.
    const fn of_streams(summary: &'static str, dispatch: Dispatch) -> Manner {
        Manner { summary, dispatch, is_plain: false, is_stream: true, has_names: true, ..Manner::SERIAL }
    }

    /// Whether requests of this kind are refused with STATUS_INVALID_DEVICE_REQUEST.
    pub const fn refuses(&self, major: Major) -> bool {
        let of_file_systems = matches!(
            major,
            Major::FileSystemControl
                | Major::QueryVolumeInformation
                | Major::SetInformation
                | Major::LockControl
                | Major::DirectoryControl
        );
        let of_devices = matches!(major, Major::DeviceControl | Major::FlushBuffers);
        self.is_plain && of_file_systems || self.is_null && of_devices
    }

    /// Whether a plain driver has nothing to do for requests of this kind.
    pub const fn succeeds_at(&self, major: Major) -> bool {
        self.is_plain && !self.is_null && matches!(major, Major::FlushBuffers)
    }

    /// Whether the driver serves requests of this kind with IRPs of its own.
    pub(crate) fn serves_itself(&self, major: Major) -> bool {
        self.own_irps != OwnIrps::None && matches!(major, Major::Read | Major::Write)
    }
}

impl DriverKind {
    /// The driver's manner.
    pub const fn manner(self) -> Manner {
        match self {
            DriverKind::Serial => Manner::SERIAL,
            DriverKind::Queue => Manner {
                summary: "pends every request; a cancel ends them, and so does cleanup, with STATUS_CANCELLED",
                at_cleanup: AtCleanup::CancelQueued,
                is_plain: false,
                ..Manner::SERIAL
            },
            DriverKind::Immediate => Manner {
                summary: "completes each request at once, with the device's answer",
                dispatch: Dispatch::Complete,
                is_plain: false,
                ..Manner::SERIAL
            },
            DriverKind::Ntfs | DriverKind::CachedNtfs => self.manner_of_volume(),
            DriverKind::NeverCancels => Manner {
                summary: "pends without a cancel routine: only the device ends a request",
                sets_cancel_routine: false,
                ..Manner::SERIAL
            },
            DriverKind::PendsUnmarked => Manner {
                summary: "faulty: returns STATUS_PENDING without IoMarkIrpPending",
                marks_pending: false,
                ..Manner::SERIAL
            },
            DriverKind::MarksAndReturns => Manner {
                summary: "faulty: marks an IRP pending and returns STATUS_SUCCESS",
                returns_pending: false,
                ..Manner::SERIAL
            },
            DriverKind::CompletesTwice => Manner {
                summary: "faulty: completes an IRP a second time",
                completes_twice: true,
                ..Manner::SERIAL
            },
            DriverKind::KeepsCancelRoutine => Manner {
                summary: "faulty: completes an IRP with its cancel routine still set",
                clears_cancel_routine: false,
                ..Manner::SERIAL
            },
            DriverKind::Filter
            | DriverKind::WaitingFilter
            | DriverKind::ForgetfulFilter
            | DriverKind::UncountedFilter => self.manner_of_filter(),
            DriverKind::Splitter
            | DriverKind::UncancellingSplitter
            | DriverKind::HastySplitter
            | DriverKind::Requester
            | DriverKind::ForgetfulRequester
            | DriverKind::UnstoppedRequester
            | DriverKind::MisfreeingRequester => self.manner_with_own_irps(),
            DriverKind::Program => Manner {
                summary: "a driver written in the scenario",
                dispatch: Dispatch::Program,
                is_plain: false,
                ..Manner::SERIAL
            },
            DriverKind::NamedPipes => Manner::of_streams("the named pipe file system", Dispatch::Pipes),
            DriverKind::Sockets => Manner::of_streams("the driver of sockets", Dispatch::Sockets),
            DriverKind::Null => Manner::NULL,
            DriverKind::Kmdf | DriverKind::KmdfUncancelable | DriverKind::KmdfIgnoresUnmark => {
                self.manner_of_framework()
            }
        }
    }

    /// A driver of the framework lets its requests wait in a queue of the framework.
    const fn manner_of_framework(self) -> Manner {
        let (summary, delivered) = match self {
            DriverKind::KmdfUncancelable => (
                "a KMDF driver that does not mark the delivered request cancelable: only its device ends that",
                Delivered::Uncancelable,
            ),
            DriverKind::KmdfIgnoresUnmark => (
                "faulty: a KMDF driver that completes although WdfRequestUnmarkCancelable said STATUS_CANCELLED",
                Delivered::IgnoresUnmark,
            ),
            _ => (
                "a KMDF driver with a sequential queue: a cancel ends any request, cleanup those not delivered yet",
                Delivered::Cancelable,
            ),
        };
        Manner { summary, delivered: Some(delivered), at_cleanup: AtCleanup::CancelQueued, ..Manner::SERIAL }
    }

    /// A volume serves its requests by a dispatch table of its own.
    const fn manner_of_volume(self) -> Manner {
        let caches = matches!(self, DriverKind::CachedNtfs);
        let summary = match caches {
            true => {
                "as ntfs, but files are read and written through the cache: a write reaches the disk later"
            }
            false => {
                "a file system in small: files and directories below its device, whose data is only as long as it is"
            }
        };
        Manner {
            summary,
            caches,
            dispatch: Dispatch::Files,
            is_plain: false,
            has_names: true,
            has_directories: true,
            ..Manner::SERIAL
        }
    }

    /// A filter passes each request to the device below.
    const fn manner_of_filter(self) -> Manner {
        let (summary, routine) = match self {
            DriverKind::WaitingFilter => (
                "a filter that waits for the device below and completes each request itself",
                CompletionRoutine::Stops,
            ),
            DriverKind::ForgetfulFilter => (
                "faulty: a filter whose completion routine does not propagate the pending mark",
                CompletionRoutine::Forgets,
            ),
            DriverKind::UncountedFilter => (
                "faulty: passes requests to a device below that its StackSize does not count",
                CompletionRoutine::MarksPending,
            ),
            _ => (
                "passes each request to the device below and lets its completion go on",
                CompletionRoutine::MarksPending,
            ),
        };
        let attaches = !matches!(self, DriverKind::UncountedFilter);
        Manner { summary, routine, attaches, dispatch: Dispatch::PassDown, is_plain: false, ..Manner::SERIAL }
    }

    /// A filter that serves reads and writes with IRPs of its own, and passes other requests on.
    const fn manner_with_own_irps(self) -> Manner {
        let (summary, own_irps) = match self {
            DriverKind::Splitter => (
                "splits each read and write in two associated IRPs for the device below; a cancel ends both",
                OwnIrps::Associated,
            ),
            DriverKind::UncancellingSplitter => (
                "a splitter without a cancel routine: nobody cancels its associated IRPs",
                OwnIrps::Associated,
            ),
            DriverKind::HastySplitter => (
                "faulty: a splitter whose cancel routine completes the master IRP and leaves the associated IRPs below",
                OwnIrps::Associated,
            ),
            DriverKind::ForgetfulRequester => (
                "faulty: sends an IRP of its own without a completion routine",
                OwnIrps::Allocated(OwnRoutine::Unset),
            ),
            DriverKind::UnstoppedRequester => (
                "faulty: its completion routine frees its own IRP and lets the completion go on",
                OwnIrps::Allocated(OwnRoutine::FreesAndGoesOn),
            ),
            DriverKind::MisfreeingRequester => (
                "faulty: its completion routine frees the program's IRP in place of its own",
                OwnIrps::Allocated(OwnRoutine::FreesRequest),
            ),
            _ => (
                "serves each read and write with an IRP from IoAllocateIrp, and frees that in its completion routine",
                OwnIrps::Allocated(OwnRoutine::Frees),
            ),
        };
        let sets_cancel_routine = !matches!(self, DriverKind::UncancellingSplitter);
        let cancels_own = !matches!(self, DriverKind::UncancellingSplitter | DriverKind::HastySplitter);
        let filter = DriverKind::Filter.manner_of_filter();
        Manner { summary, own_irps, sets_cancel_routine, cancels_own, ..filter }
    }

    /// Whether a scenario can declare a device of it.
    pub const fn can_be_declared(self) -> bool {
        !matches!(self.manner().dispatch, Dispatch::Pipes | Dispatch::Sockets | Dispatch::Program)
    }

    /// Whether its device stands over another one.
    pub const fn is_filter(self) -> bool {
        matches!(self.manner().dispatch, Dispatch::PassDown)
    }

    /// The driver of that name, if a scenario can declare a device of it.
    pub fn named(name: &str) -> Option<DriverKind> {
        Self::ALL.iter().copied().find(|driver| driver.name() == name && driver.can_be_declared())
    }
}
