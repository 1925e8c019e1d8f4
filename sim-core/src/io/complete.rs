//! IofCompleteRequest: what happens when a driver says that an IRP is finished.

use crate::drivers::{CompletionRoutine, DriverKind};
use crate::finding::{About, Rule};
use crate::frame::{Next, Routine, steps};
use crate::io::buffer::Buffer;
use crate::io::control_code::ControlCode;
use crate::io::file::File;
use crate::io::iosb::Iosb;
use crate::io::irp::{Irp, Link};
use crate::io::port::Packet;
use crate::kernel::Kernel;
use crate::ob::reference::Purpose;
use crate::ps::apc::ApcState;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Id, Word};

steps! {
    /// IofCompleteRequest, in the context of whoever completes the IRP.
    ///
    /// It goes up the stack locations, one after the other, and calls the completion routine that the driver of each has
    /// set for such an outcome. PendingReturned tells the routine whether the driver below had marked the IRP pending; a
    /// routine that goes on marks it in turn, and where none is called the mark goes up by itself. A routine that returns
    /// STATUS_MORE_PROCESSING_REQUIRED ends it all: the IRP is its driver's again.
    ///
    /// A request that was never pended is finished by its issuer when the driver returns; a pended one by a special
    /// kernel APC in its thread, or, if it belongs to its file object, by this routine itself, which queues the
    /// packet. One that its thread has let go of is only freed. An associated IRP is freed, and the last one completes its
    /// master IRP. One that a driver has allocated must not come so far: its maker frees it. Sources: ReactOS
    /// io/iomgr/irp.c; Doron Holan, "New for Windows Vista: thread agnostic I/O"; WDK, IoMakeAssociatedIrp, IoAllocateIrp.
    pub enum IofCompleteRequest = "IofCompleteRequest" {
        Complete { irp: Id<Irp>, status: NtStatus, information: u32 }
            = "P0", "the driver completes the IRP with its final status";
        CallRoutine { irp: Id<Irp> } = "P1", "one stack location up: call the completion routine of the driver there";
        Route { irp: Id<Irp> } = "P3", "who finishes it: the issuer, an APC in its thread, or the port?";
        Unlink { irp: Id<Irp> } = "P5", "take the IRP off its file object's list";
        FreeDisassociated { irp: Id<Irp> } = "P4", "its thread has ended without it: free the IRP and let the file object go";
        QueuePacket { irp: Id<Irp> } = "P5", "queue the packet to the port and let the file object go";
        EndAssociated { irp: Id<Irp> }
            = "P1'", "an associated IRP: free it and count it in its master IRP; the last one completes that";
    }
}

impl Routine for IofCompleteRequest {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Unlink { irp } => k[irp].held_by.is_none(),
            Self::CallRoutine { irp } => k.can_come_up(irp),
            _ => true,
        }
    }

    fn is_local(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            // Whoever completes an IRP owns it, except one that an APC or a service that waits finishes: that may be gone
            // after the step.
            Self::Route { irp } => {
                let irp = &k[irp];
                !irp.freed
                    && (irp.synchronous_api && irp.thread == Some(thread)
                        || irp.pending && irp.link == Some(Link::File)
                        || !irp.pending && irp.major.defers_completion())
            }
            _ => false,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::CallRoutine { irp }
            | Self::Route { irp }
            | Self::Unlink { irp }
            | Self::QueuePacket { irp }
                if k[irp].freed =>
            {
                k.report(Rule::IrpUsedAfterFree, About::Irp(irp), 0);
                Next::SUCCESS
            }
            Self::Complete { irp, status, information } => {
                if k.get(irp).is_none_or(|irp| irp.freed) {
                    k.report(Rule::IrpUsedAfterFree, About::Irp(irp), status.to_word());
                    return Next::SUCCESS;
                }
                if k[irp].completed {
                    k.report(Rule::MultipleIrpCompleteRequests, About::Irp(irp), status.to_word());
                    return Next::SUCCESS;
                }
                if status == NtStatus::PENDING {
                    k.report(Rule::CompletedAsPending, About::Irp(irp), status.to_word());
                } else if k[irp].cancel_routine {
                    k.report(Rule::CompletedWithCancelRoutine, About::Irp(irp), status.to_word());
                }
                if k.has_stopped() {
                    return Next::SUCCESS;
                }
                k.set(irp, Irp::STATUS, status, "the driver set the final status");
                k.set(irp, Irp::INFORMATION, information, "bytes transferred");
                k.complete_upward(irp, thread)
            }
            Self::CallRoutine { irp } if k[irp].completed => {
                k.report(Rule::MultipleIrpCompleteRequests, About::Irp(irp), k[irp].status.to_word());
                Next::SUCCESS
            }
            Self::CallRoutine { irp } => k.call_completion_routine(irp, thread),
            Self::Route { irp } => k.route(irp, thread),
            Self::FreeDisassociated { irp } => {
                let Irp { file, event, apc, .. } = k[irp];
                if let Some(event) = event {
                    k.drop_deferred(event, Purpose::IrpEvent, "the last reference went in a completion");
                }
                if let Some(apc) = apc {
                    k.finish_apc(apc, ApcState::Discarded, "its thread has ended: it never runs");
                }
                k.free_irp(irp, false, "its thread has ended: no status block, no event, no packet");
                k.release_file(file);
                Next::SUCCESS
            }
            Self::Unlink { irp } => {
                k.unlink_irp(irp);
                Next::goto(Self::QueuePacket { irp })
            }
            Self::QueuePacket { irp } => {
                let file = k[irp].file;
                k.tell_events(irp);
                k.post_completion(irp, true);
                k.free_irp(irp, false, "the IRP has become the packet");
                k.release_file(file);
                Next::SUCCESS
            }
            Self::EndAssociated { irp } => k.end_associated(irp),
        }
    }
}

impl Kernel {
    /// On to the completion routine of the next driver up, or, at the top, to the I/O manager.
    pub(crate) fn complete_upward(&mut self, irp: Id<Irp>, thread: Id<Thread>) -> Next {
        if self[irp].current_location < self[irp].top_location() {
            return Next::goto(IofCompleteRequest::CallRoutine { irp });
        }
        self.forget_marks(irp);
        self.set(irp, Irp::COMPLETED, true, "the driver called IoCompleteRequest");
        if self[irp].master.is_some() {
            return Next::goto(IofCompleteRequest::EndAssociated { irp });
        }
        if self[irp].maker.is_some() {
            self.report(Rule::OwnIrpCompleted, About::Irp(irp), 0);
            return Next::SUCCESS;
        }
        // The service that waits is below this routine on the same stack, and goes on after it.
        self.set(irp, Irp::EVENT_SET, self[irp].synchronous_api && self[irp].thread == Some(thread), "");
        Next::goto(IofCompleteRequest::Route { irp })
    }

    fn call_completion_routine(&mut self, irp: Id<Irp>, thread: Id<Thread>) -> Next {
        let location = self[irp].current_location + 1;
        self.leave_location(irp);
        self.set(irp, Irp::CURRENT_LOCATION, location, "the completion goes up");
        let Irp { pending, status, cancel, .. } = self[irp];
        let device = self.device_of(irp);
        if self[irp].maker == Some(device) {
            return self.call_makers_routine(irp, device, thread);
        }
        if self[device].driver == DriverKind::Program {
            return self.call_program_completion(irp, device, thread);
        }
        if !self[device].invoke_on.includes(status, cancel) {
            return self.complete_upward(irp, thread);
        }
        match self[device].driver.manner().routine {
            CompletionRoutine::MarksPending => {}
            CompletionRoutine::Forgets => {
                if pending {
                    self.report(Rule::PendingNotPropagated, About::Irp(irp), status.to_word());
                }
                self.set(irp, Irp::PENDING, false, "the completion routine does not mark it pending");
            }
            CompletionRoutine::Stops => {
                let why =
                    "the completion routine returns STATUS_MORE_PROCESSING_REQUIRED: the filter has the IRP";
                self.set(irp, Irp::PENDING, false, why);
                return Next::SUCCESS;
            }
        }
        if self.has_stopped() { Next::SUCCESS } else { self.complete_upward(irp, thread) }
    }

    /// Who finishes a request that its driver has completed in the context of `thread`.
    fn route(&mut self, irp: Id<Irp>, thread: Id<Thread>) -> Next {
        let Irp { pending, link, synchronous_api, major, thread: issuer, disassociated, .. } = self[irp];
        if synchronous_api && issuer != Some(thread) {
            // From now on the service that waits may free the IRP.
            self.set(irp, Irp::EVENT_SET, true, "");
        }
        if synchronous_api || !pending && major.defers_completion() {
            return Next::SUCCESS;
        }
        if disassociated {
            return Next::goto(IofCompleteRequest::FreeDisassociated { irp });
        }
        if pending && link == Some(Link::File) {
            return Next::goto(IofCompleteRequest::Unlink { irp });
        }
        let why = "a special kernel APC will finish the IRP in its thread";
        self.push(self.issuer(irp), Thread::APCS, irp, why);
        Next::SUCCESS
    }

    /// Queues the packet of a finished IRP to its file's port, if it has one.
    pub(crate) fn post_completion(&mut self, irp: Id<Irp>, writes_iosb: bool) {
        let Irp { file, iosb, status, information, .. } = self[irp];
        if let Some(port) = self[file].port {
            let key = self[file].key;
            let buffer = self.filled_by(irp).filter(|_| writes_iosb);
            let packet =
                Packet { context: iosb, writes_iosb, buffer, ..Packet::new(key, status, information) };
            self.queue_packet(port, packet, "the request reports to the file's completion port");
        }
    }

    /// Copies what a request has read into the program's buffer, unless it failed.
    pub(crate) fn copy_result(&mut self, irp: Id<Irp>) {
        if let Some(buffer) = self.filled_by(irp) {
            self.fill_buffer(buffer, self[irp].information, self.request_of(irp));
        }
        self.tell_events(irp);
    }

    /// The output buffer of a poll of a socket, of which only the events are kept.
    fn tell_events(&mut self, irp: Id<Irp>) {
        let Irp { iosb, code, number, status, .. } = self[irp];
        if let Some(iosb) = iosb.filter(|_| code == Some(ControlCode::AfdPoll) && !status.is_error()) {
            self.set(iosb, Iosb::EVENTS, number, "the poll tells what has happened");
        }
    }

    /// The program's buffer that the result of a finished request goes into; none if it has failed or reads nothing.
    fn filled_by(&self, irp: Id<Irp>) -> Option<Id<Buffer>> {
        let Irp { buffer, status, major, code, .. } = self[irp];
        let fills = major.fills_buffer() && code != Some(ControlCode::AfdSend);
        buffer.filter(|_| fills && !status.is_error() && status != NtStatus::VERIFY_REQUIRED)
    }

    /// Drops an IRP's reference on its file object. A completion must not run a driver's close routine, so the
    /// deletion is left to a worker.
    pub(crate) fn release_file(&mut self, file: Id<File>) {
        let object = self[file].object;
        self.drop_deferred(
            object,
            Purpose::Irp,
            "the last reference went in a completion: a worker will delete it",
        );
    }
}
