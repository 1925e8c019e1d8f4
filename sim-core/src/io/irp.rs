//! IRPs: one request on its way through a driver.

use crate::io::file::File;
use crate::io::iosb::Iosb;
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Id, word_enum};

word_enum! {
    /// IRP_MJ codes.
    pub enum Major {
        /// Open.
        Create = "IRP_MJ_CREATE",
        /// The last reference to the file object is gone.
        Close = "IRP_MJ_CLOSE",
        /// Read.
        Read = "IRP_MJ_READ",
        /// The last handle to the file object is gone.
        Cleanup = "IRP_MJ_CLEANUP",
    }
}

word_enum! {
    /// Which list an outstanding IRP is on: the one decides when it is cancelled for its issuer's sake.
    pub enum Link {
        /// The issuing thread's: cancelled when the thread ends.
        Thread = "thread",
        /// The file object's: cancelled when the issuing process closes its last handle to the file.
        File = "file object",
    }
}

record! {
    /// IRP.
    pub struct Irp: Irp {
        /// What is asked for.
        MAJOR major: Major,
        /// The file object it is for. Only a read holds a reference on it.
        FILE file: Id<File>,
        /// The thread that issued it.
        THREAD thread: Id<Thread>,
        /// Which list it is on.
        LINK link: Option<Link>,
        /// The caller's IO_STATUS_BLOCK.
        IOSB iosb: Option<Id<Iosb>>,
        /// The event to signal; the IRP holds a reference on it.
        EVENT event: Option<Id<Object>>,
        /// The request's ApcContext is not null, so a port gets a packet.
        APC_CONTEXT apc_context: bool,
        /// Bytes asked for.
        LENGTH length: u32,
        /// Where in the file.
        OFFSET offset: u64,
        /// IoMarkIrpPending was called.
        PENDING pending: bool as "pending",
        /// Irp->Cancel.
        CANCEL cancel: bool as "Cancel",
        /// Irp->CancelRoutine is set.
        CANCEL_ROUTINE cancel_routine: bool as "CancelRoutine",
        /// IoCompleteRequest was called.
        COMPLETED completed: bool as "completed",
        /// Irp->IoStatus.Status.
        STATUS status: NtStatus as "IoStatus.Status",
        /// Irp->IoStatus.Information.
        INFORMATION information: u32 as "IoStatus.Information",
        /// A canceller found it on a list and keeps it from being freed until it has asked for the cancel routine.
        HELD_BY held_by: Option<Id<Thread>>,
    }
    lists {}
}

impl Irp {
    pub(crate) const fn new(major: Major, file: Id<File>, thread: Id<Thread>) -> Irp {
        Irp {
            major,
            file,
            thread,
            link: None,
            iosb: None,
            event: None,
            apc_context: false,
            length: 0,
            offset: 0,
            pending: false,
            cancel: false,
            cancel_routine: false,
            completed: false,
            status: NtStatus::SUCCESS,
            information: 0,
            held_by: None,
        }
    }

    /// The I/O manager waits for it inside a system service: its completion needs no APC.
    pub(crate) const fn is_synchronous_api(&self) -> bool {
        !matches!(self.major, Major::Read)
    }
}

impl Kernel {
    /// The outstanding IRP that reports into `iosb`.
    pub fn irp_of(&self, iosb: Id<Iosb>) -> Option<Id<Irp>> {
        self.all::<Irp>().find(|(_, irp)| irp.iosb == Some(iosb)).map(|(id, _)| id)
    }

    /// Takes an IRP off the list it is on.
    pub(crate) fn unlink_irp(&mut self, irp: Id<Irp>) {
        let (link, thread, file) = (self[irp].link, self[irp].thread, self[irp].file);
        match link {
            Some(Link::Thread) => {
                self.remove(thread, Thread::IRPS, irp, "the thread has one request less outstanding")
            }
            Some(Link::File) => {
                self.remove(file, File::IRPS, irp, "the file object has one request less outstanding")
            }
            None => false,
        };
        self.set(irp, Irp::LINK, None, "");
    }
}
