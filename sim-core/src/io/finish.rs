//! IopCompleteRequest: the second half of completion, in the issuing thread at APC_LEVEL.

use crate::finding::{About, Rule};
use crate::frame::{Next, Routine, steps};
use crate::io::file::File;
use crate::io::file_operation::FileOperation;
use crate::io::irp::{Irp, Major};
use crate::io::ring::IoRing;
use crate::ke::event::Event;
use crate::kernel::Kernel;
use crate::ob::header::Body;
use crate::ob::reference::Purpose;
use crate::ps::apc::ApcState;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// IopCompleteRequest: writes the status block, signals, reports, and lets the file object go.
    ///
    /// It runs `inline` for a request that never pended, else as a special kernel APC. The order matters to a
    /// program: the status block is final before the event is set. An error that never pended, and any error on a
    /// synchronous file, leave the caller's status block alone. Sources: ReactOS io/iomgr/irp.c; ReactOS kernel
    /// tests ntos_io/IoReadWrite; Wine ntoskrnl.exe/tests/ntoskrnl.c, do_return_status.
    pub enum IopCompleteRequest = "IopCompleteRequest" {
        WriteStatusBlock { irp: Id<Irp>, inline: bool } = "Q3", "write the caller's IO_STATUS_BLOCK";
        Signal { irp: Id<Irp>, inline: bool, quiet: bool } = "Q4", "signal the event, or else the file object";
        Unlink { irp: Id<Irp>, inline: bool, quiet: bool } = "Q5", "take the IRP off its thread's list";
        Report { irp: Id<Irp>, inline: bool, quiet: bool } = "Q6", "queue the user APC, or a packet if the file has a port";
        LetFileGo { file: Id<File>, inline: bool } = "Q7", "drop the IRP's reference on the file object";
    }
}

impl IopCompleteRequest {
    /// Whether the issuer runs it itself.
    pub const fn is_inline(&self) -> bool {
        match self {
            Self::WriteStatusBlock { inline, .. }
            | Self::Signal { inline, .. }
            | Self::Unlink { inline, .. }
            | Self::Report { inline, .. }
            | Self::LetFileGo { inline, .. } => *inline,
        }
    }
}

impl Routine for IopCompleteRequest {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Unlink { irp, .. } => k.get(irp).is_none_or(|irp| irp.held_by.is_none()),
            _ => true,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::WriteStatusBlock { irp, inline: true }
            | Self::Signal { irp, inline: true, .. }
            | Self::Unlink { irp, inline: true, .. }
            | Self::Report { irp, inline: true, .. }
                if !k.is_issuers(irp, thread) =>
            {
                k.report(Rule::IrpUsedAfterFree, About::Irp(irp), 0);
                Next::SUCCESS
            }
            Self::WriteStatusBlock { irp, inline } => {
                let Irp { status, information, pending, iosb, file, .. } = k[irp];
                // NtUnlockFile tells its caller's block of an error too.
                let unlocks = k[irp].operation == FileOperation::Unlock;
                let quiet = status.is_error() && (!pending || k[file].synchronous) && !unlocks;
                if !quiet {
                    k.copy_result(irp);
                }
                // What names an operation of a ring is no status block.
                if let Some(iosb) = iosb.filter(|_| !quiet && k[irp].ring.is_none()) {
                    k.write_result(iosb, (status, information), "the request is finished");
                }
                k.set(irp, Irp::WRITTEN, true, "");
                Next::goto(Self::Signal { irp, inline, quiet })
            }
            Self::Signal { irp, inline, quiet } => {
                k.signal_completion(irp, quiet);
                Next::goto(Self::Unlink { irp, inline, quiet })
            }
            Self::Unlink { irp, inline, quiet } => {
                k.unlink_irp(irp);
                Next::goto(Self::Report { irp, inline, quiet })
            }
            Self::Report { irp, inline, quiet } => {
                let file = k[irp].file;
                k.report_completion(thread, irp, quiet);
                k.free_irp(irp, inline, "the request is finished");
                Next::goto(Self::LetFileGo { file, inline })
            }
            Self::LetFileGo { file, inline } => {
                k.release_file(file);
                if inline {
                    return Next::SUCCESS;
                }
                k.lower(thread);
                Next::Dismiss
            }
        }
    }
}

impl Kernel {
    /// Exactly one of these: the ring is told, or the user APC is queued, or a packet, or nothing.
    ///
    /// FILE_SKIP_COMPLETION_PORT_ON_SUCCESS concerns only a request that did not pend.
    fn report_completion(&mut self, thread: Id<Thread>, irp: Id<Irp>, quiet: bool) {
        let Irp { apc, apc_context, file, pending, status, synchronous_api, .. } = self[irp];
        if let Some(ring) = self[irp].ring {
            return self.report_to_ring(irp, ring);
        }
        if let Some(apc) = apc {
            if quiet {
                self.finish_apc(apc, ApcState::Idle, "the request failed: its APC is not queued");
            } else if self.queue_user_apc(thread, apc).is_err() {
                self.finish_apc(apc, ApcState::Discarded, "its thread is ending: it never runs");
            }
            return;
        }
        let skips = self[file].skip_completion_port && !pending && !self.warns_as_pending(irp, status);
        if !quiet && apc_context && !skips && !synchronous_api {
            self.post_completion(irp, false);
        }
    }

    /// An operation of a ring: whatever its end, it is an entry of the completion queue.
    fn report_to_ring(&mut self, irp: Id<Irp>, ring: Id<IoRing>) {
        let Irp { iosb, status, information, .. } = self[irp];
        let information = if status.is_error() { 0 } else { information };
        self.post_completion_entry(ring, iosb, (status, information));
        let object = self[ring].object;
        self.drop_deferred(object, Purpose::Ring, "the last reference went in a completion");
    }

    fn warns_as_pending(&self, irp: Id<Irp>, status: NtStatus) -> bool {
        self.says_pending(status, self.skips_port(irp))
    }

    /// Whether the IRP's file object would keep a success at once from its port.
    pub(crate) fn skips_port(&self, irp: Id<Irp>) -> bool {
        let Irp { file, apc_context, .. } = self[irp];
        let file = &self[file];
        apc_context && file.port.is_some() && file.skip_completion_port && !file.synchronous
    }

    /// Since Windows 8 a request that is over at once with a warning, on a file that skips its port on success, is reported
    /// as pending and queues its packet; before, it queued none. Source: Wine ntdll/tests/pipe.c, test_completion.
    pub(crate) fn says_pending(&self, status: NtStatus, skips_port: bool) -> bool {
        let warning = !status.is_success() && !status.is_error();
        warning && skips_port && self.profile().warnings_pend
    }

    fn signal_completion(&mut self, irp: Id<Irp>, quiet: bool) {
        let Irp { event, file, pending, status, information, synchronous_api, major, .. } = self[irp];
        let synchronous = self[file].synchronous;
        if let Some(object) = event {
            if let (Body::Event(event), false) = (self[object].body, quiet) {
                self.set(event, Event::SIGNALED, true, "the request is finished");
                self.wake_waiters(object);
            }
            self.set(irp, Irp::EVENT, None, "");
            self.drop_deferred(object, Purpose::IrpEvent, "the last reference went in a completion");
        }
        let wakes_issuer = synchronous && pending;
        let skips = self[file].skip_set_event && !synchronous;
        let tells_file = (event.is_none() || synchronous) && !synchronous_api && !skips;
        if wakes_issuer || !quiet && tells_file {
            self.set(file, File::FINAL_STATUS, status, "");
            self.set(file, File::SIGNALED, true, "the request is finished");
            self.wake_waiters(self[file].object);
        }
        if synchronous && !status.is_error() && matches!(major, Major::Read | Major::Write) {
            let offset = self[irp].offset + u64::from(information);
            self.set(file, File::CURRENT_BYTE_OFFSET, offset, "a synchronous file keeps its position");
        }
    }
}
