//! Cancel-safe queues: IO_CSQ.
//!
//! The driver gives the queue's own routines, the system the cancel routine. Everything that happens under the queue's lock
//! is one step here: nobody but the exchange of a cancel routine, which needs no lock, could come between.

use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::Deed;
use crate::drivers::program::object::DriverObject;
use crate::frame::Next;
use crate::io::complete::IofCompleteRequest;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::status::NtStatus;
use crate::word::Id;

/// The number that stands for the cancel routine of cancel-safe queues, which is the system's.
pub(crate) const CSQ_ROUTINE: u8 = u8::MAX;

impl Kernel {
    /// IoCsqInsertIrp.
    pub(crate) fn csq_insert(&mut self, call: Id<Activation>, queue: Id<DriverObject>, irp: Id<Irp>) -> Next {
        self.mark_pending(call, irp);
        self.push(queue, DriverObject::IRPS, irp, "the request waits in the cancel-safe queue");
        if !self[irp].cancel {
            self.set(irp, Irp::CANCEL_ROUTINE, true, "from now on a cancel can end the request");
            self.set(irp, Irp::ROUTINE, CSQ_ROUTINE, "");
            return Next::goto(self.next_step(call));
        }
        self.remove(queue, DriverObject::IRPS, irp, "it was cancelled before it was queued");
        let resume = self.next_step(call);
        Next::call(resume, IofCompleteRequest::Complete { irp, status: NtStatus::CANCELLED, information: 0 })
    }

    /// IoCsqRemoveNextIrp: passes over those whose cancel routine is gone, for somebody cancels them.
    pub(crate) fn csq_remove_next(
        &mut self,
        call: Id<Activation>,
        queue: Id<DriverObject>,
        deed: &Deed,
    ) -> Next {
        let file = self.file_of_deed(call, deed);
        let found = DriverObject::IRPS
            .of(&self[queue])
            .find(|irp| self[*irp].cancel_routine && file.is_none_or(|file| self[*irp].file == file));
        if let Some(irp) = found {
            self.set(irp, Irp::CANCEL_ROUTINE, false, "the driver owns the IRP now");
            self.remove(queue, DriverObject::IRPS, irp, "the driver takes it out of the queue");
        }
        self.keep_irp(call, deed.result, found);
        Next::goto(self.next_step(call))
    }
}
