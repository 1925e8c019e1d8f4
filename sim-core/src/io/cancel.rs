//! Cancellation: asking for an IRP's end. Whether and when it ends is up to its driver.

use crate::drivers::DriverKind;
use crate::drivers::program::csq::CSQ_ROUTINE;
use crate::drivers::queue::CancelRoutine;
use crate::finding::{About, Rule};
use crate::frame::{Next, Returned, Routine, steps};
use crate::io::file::File;
use crate::io::iosb::Iosb;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::word::Id;

steps! {
    /// IoCancelIrp: sets Irp->Cancel and calls the cancel routine, if one is set.
    ///
    /// Returns 1 if a routine was called, else 0. The caller has raised the thread above PASSIVE_LEVEL, found the IRP on
    /// a list and holds it (HELD_BY), so it cannot be freed before the exchange of the cancel routine has decided who
    /// owns it. Sources: WDK, IoCancelIrp and "Implementing a Cancel Routine"; ReactOS io/iomgr/irp.c.
    pub enum IoCancelIrp = "IoCancelIrp" {
        AcquireLock { irp: Id<Irp> } = "K1", "take the system-wide cancel spin lock";
        SetCancel { irp: Id<Irp> } = "K2", "set Irp->Cancel";
        TakeRoutine { irp: Id<Irp> } = "K3", "exchange Irp->CancelRoutine with NULL: non-NULL means ours";
        ReleaseLock { irp: Id<Irp> } = "K4b", "no routine was set: release the lock, the IRP is only marked";
        Called {} = "K4a", "the cancel routine has run";
    }
}

impl Routine for IoCancelIrp {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::AcquireLock { .. } => k.cancel_lock().is_none(),
            _ => true,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Called {})
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::AcquireLock { irp } => {
                k.set_cancel_lock(Some(thread), "cancel routines run under this lock");
                Next::goto(Self::SetCancel { irp })
            }
            Self::SetCancel { irp } => {
                k.set(irp, Irp::CANCEL, true, "somebody asked for the IRP's end");
                Next::goto(Self::TakeRoutine { irp })
            }
            Self::TakeRoutine { irp } => {
                if !k[irp].cancel_routine {
                    return Next::goto(Self::ReleaseLock { irp });
                }
                if k[irp].completed {
                    k.report(Rule::CancelStateInCompletedIrp, About::Irp(irp), 0);
                    return Next::SUCCESS;
                }
                k.take_cancel_routine(irp, "the canceller owns the IRP now");
                k.set(irp, Irp::HELD_BY, None, "");
                let device = k.device_of(irp);
                if k[device].driver == DriverKind::Program && k[irp].routine != CSQ_ROUTINE {
                    let callee = k.call_program_cancel(irp, device);
                    return Next::Call { resume: Self::Called {}.into(), callee };
                }
                Next::call(Self::Called {}, CancelRoutine::ReleaseLock { irp })
            }
            Self::ReleaseLock { irp } => {
                k.set(irp, Irp::HELD_BY, None, "");
                k.set_cancel_lock(None, "the IRP has no cancel routine now");
                k.lower(thread);
                Next::Return(Returned::number(0))
            }
            Self::Called {} => {
                k.forget_returned(thread);
                Next::Return(Returned::number(1))
            }
        }
    }
}

steps! {
    /// The scan that all cancellation by the I/O manager shares: thread by thread, then the file object's own list.
    ///
    /// Returns 1 if a request matched. It is not atomic: a thread that was passed already can issue a new request.
    /// Source: Win32 documentation, "Canceling Pending I/O Operations".
    pub enum IopCancelIrps = "IopCancelIrps" {
        Scan {
            process: Id<Process>, only: Option<Id<Thread>>, file: Option<Id<File>>, iosb: Option<Id<Iosb>>,
            at: Option<Id<Thread>>, file_list: bool, synchronous: bool, found: bool,
        } = "scan", "look for the next matching IRP on a thread's list, then on the file object's";
    }
}

impl IopCancelIrps {
    /// The requests of `thread` alone, for one file or for all.
    pub(crate) const fn of_thread(process: Id<Process>, thread: Id<Thread>, file: Option<Id<File>>) -> Self {
        let (only, at) = (Some(thread), Some(thread));
        let (iosb, file_list) = (None, file.is_some());
        Self::Scan { process, only, file, iosb, at, file_list, synchronous: false, found: false }
    }

    /// The request that a thread waits for itself, if it was issued with that status block.
    pub(crate) const fn synchronous(
        process: Id<Process>,
        thread: Id<Thread>,
        iosb: Option<Id<Iosb>>,
    ) -> Self {
        let (only, at) = (Some(thread), Some(thread));
        Self::Scan { process, only, file: None, iosb, at, file_list: false, synchronous: true, found: false }
    }

    /// The requests of a process on a file object, whichever thread issued them: `at` is its first.
    pub(crate) const fn of_process(
        process: Id<Process>,
        at: Option<Id<Thread>>,
        file: Id<File>,
        iosb: Option<Id<Iosb>>,
    ) -> Self {
        let file = Some(file);
        Self::Scan { process, only: None, file, iosb, at, file_list: true, synchronous: false, found: false }
    }

    /// The requests of a process that belong to the file object itself.
    pub(crate) const fn of_file_object(file: Id<File>, process: Id<Process>) -> Self {
        Self::Scan {
            process,
            only: None,
            file: Some(file),
            iosb: None,
            at: None,
            file_list: true,
            synchronous: false,
            found: false,
        }
    }
}

impl Routine for IopCancelIrps {
    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Scan { process, only, file, iosb, at, file_list, synchronous, mut found } = self;
        k.forget_returned(thread);
        let wanted = |k: &Kernel, irp: Id<Irp>| {
            let irp = &k[irp];
            let issuer = irp
                .thread
                .is_some_and(|issuer| only.is_none_or(|only| issuer == only) && k[issuer].process == process);
            // Winsock waits for a control request with an event of its own: to the I/O manager that is asynchronous.
            let waits = irp.synchronous_api && irp.major.defers_completion() || k[irp.file].synchronous;
            let asked = file.is_none_or(|file| irp.file == file) && (iosb.is_none() || irp.iosb == iosb);
            issuer && asked && (waits || !synchronous)
        };
        let listed: alloc::vec::Vec<Id<Irp>> = match (at, file) {
            (Some(at), _) => Thread::IRPS.of(&k[at]).filter(|irp| wanted(k, *irp)).collect(),
            (None, Some(file)) => File::IRPS.of(&k[file]).filter(|irp| wanted(k, *irp)).collect(),
            (None, None) => alloc::vec::Vec::new(),
        };
        found |= !listed.is_empty();
        let fresh =
            |irp: &&Id<Irp>| (!k[**irp].cancel || k[**irp].cancel_routine) && k[**irp].held_by.is_none();
        if let Some(irp) = listed.iter().find(fresh) {
            let irp = *irp;
            k.set(irp, Irp::HELD_BY, Some(thread), "");
            // Until the cancel spin lock is released no APC may finish an IRP in this thread.
            k.raise(thread);
            let resume = Self::Scan { process, only, file, iosb, at, file_list, synchronous, found };
            return Next::call(resume, IoCancelIrp::AcquireLock { irp });
        }
        let next = at.and_then(|at| k.threads_of(process).find(|next| *next > at && only.is_none()));
        match (at, next) {
            (Some(_), Some(_)) => {
                Next::goto(Self::Scan { process, only, file, iosb, at: next, file_list, synchronous, found })
            }
            (Some(_), None) if file_list => {
                Next::goto(Self::Scan { process, only, file, iosb, at: None, file_list, synchronous, found })
            }
            _ => Next::Return(Returned::number(u32::from(found))),
        }
    }
}
