//! Cancel-safe queues: IO_CSQ.
//!
//! The driver gives the queue's own routines, the system the cancel routine. Everything that happens under the queue's lock
//! is one step here: nobody but the exchange of a cancel routine, which needs no lock, could come between.

use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::{Deed, ObjectKind};
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
    pub(crate) fn csq_insert(
        &mut self,
        call: Id<Activation>,
        queue: Id<DriverObject>,
        irp: Id<Irp>,
        deed: &Deed,
    ) -> Next {
        self.mark_pending(call, irp);
        let context = deed.context.map(|number| self.driver_object(self[call].device, number));
        self.push(queue, DriverObject::IRPS, irp, "the request waits in the cancel-safe queue");
        if !self[irp].cancel {
            self.set_cancel_routine(irp, "from now on a cancel can end the request");
            self.set(irp, Irp::ROUTINE, CSQ_ROUTINE, "");
            if let Some(context) = context {
                if let Some(before) = DriverObject::IRPS.first(&self[context]) {
                    self.remove(context, DriverObject::IRPS, before, "");
                }
                self.push(context, DriverObject::IRPS, irp, "the context stands for it");
            }
            return Next::goto(self.next_step(call));
        }
        self.remove(queue, DriverObject::IRPS, irp, "it was cancelled before it was queued");
        let resume = self.next_step(call);
        Next::call(resume, IofCompleteRequest::Complete { irp, status: NtStatus::CANCELLED, information: 0 })
    }

    /// IoCsqRemoveIrp: the context does not stand for an IRP any more that was taken out of the queue, or is cancelled.
    pub(crate) fn csq_remove(&mut self, call: Id<Activation>, queue: Id<DriverObject>, deed: &Deed) -> Next {
        let context = deed.context.map(|number| self.driver_object(self[call].device, number));
        let named = context.and_then(|context| DriverObject::IRPS.first(&self[context]));
        let found =
            named.filter(|irp| self[*irp].cancel_routine && DriverObject::IRPS.holds(&self[queue], *irp));
        if let Some(irp) = found {
            self.take_from_csq(queue, irp);
        }
        self.keep_irp(call, deed.result, found);
        Next::goto(self.next_step(call))
    }

    /// The driver owns the IRP from now on, and no context stands for it.
    fn take_from_csq(&mut self, queue: Id<DriverObject>, irp: Id<Irp>) {
        self.take_cancel_routine(irp, "the driver owns the IRP now");
        self.remove(queue, DriverObject::IRPS, irp, "the driver takes it out of the queue");
        self.forget_csq_context(irp);
    }

    /// No context stands for an IRP that is taken out of its cancel-safe queue.
    pub(crate) fn forget_csq_context(&mut self, irp: Id<Irp>) {
        self.drop_from(irp, None, |kind| kind == ObjectKind::CsqContext);
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
            self.take_from_csq(queue, irp);
        }
        self.keep_irp(call, deed.result, found);
        Next::goto(self.next_step(call))
    }
}
