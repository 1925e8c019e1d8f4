//! The driver-lock protocol of a driver that queues its own IRPs.
//!
//! Whoever gets a non-NULL answer from exchanging the cancel routine owns the IRP and completes it; everyone else
//! leaves it alone. Source: WDK, "Using a Driver-Supplied Spin Lock" and "Synchronizing IRP Cancellation".

use crate::drivers::afd::unlock::AfdCancelHandler;
use crate::drivers::kmdf::{DispatchEvents, EvtInterruptDpc, EvtRequestCancel};
use crate::drivers::npfs::cancel::NpCancelIrp;
use crate::drivers::own_irps::{CancelOwnIrps, OwnIrps, SendOwnIrps};
use crate::drivers::program::object::DriverObject;
use crate::drivers::{Dispatch, Manner};
use crate::finding::{About, Rule};
use crate::frame::{Next, Returned, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::iosb::Iosb;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Id, Word};

steps! {
    /// The dispatch routine of a driver that queues its IRPs: pend the IRP and make it cancelable.
    pub enum PendIrp = "DispatchRead" {
        Queue { irp: Id<Irp>, device: Id<Device> }
            = "I2", "take the queue lock, mark the IRP pending and queue it";
        SetRoutine { irp: Id<Irp>, device: Id<Device> } = "I3", "set the cancel routine";
        CheckCancel { irp: Id<Irp>, device: Id<Device> }
            = "I4", "was it cancelled meanwhile? then try to take the cancel routine back; release the lock";
        ReturnPending { irp: Id<Irp>, device: Id<Device> } = "I5", "return STATUS_PENDING";
    }
}

impl Routine for PendIrp {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Queue { device, .. } => k[device].lock.is_none(),
            _ => true,
        }
    }

    fn is_local(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let correct = |manner: Manner| manner.marks_pending == manner.returns_pending;
        matches!(self, Self::ReturnPending { device, .. } if correct(k[device].driver.manner()))
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Queue { irp, device } => {
                k.acquire_queue_lock(device, thread);
                if k[device].driver.manner().marks_pending {
                    k.mark_irp_pending(irp, "the driver will complete it later");
                }
                k.push(device, Device::QUEUE, irp, "the request waits in the driver's queue");
                Next::goto(Self::SetRoutine { irp, device })
            }
            Self::SetRoutine { irp, device } => {
                if k[device].driver.manner().sets_cancel_routine {
                    k.set_cancel_routine(irp, "from now on a cancel can end the request");
                }
                Next::goto(Self::CheckCancel { irp, device })
            }
            Self::CheckCancel { irp, device } => {
                let Manner { own_irps, sets_cancel_routine, .. } = k[device].driver.manner();
                if own_irps != OwnIrps::None && !(sets_cancel_routine && k[irp].cancel) {
                    return Next::goto(SendOwnIrps::Make { irp, device, made: None });
                }
                k.release_queue_lock(device, thread);
                if !k.was_cancelled_before(irp) {
                    let resume = Self::ReturnPending { irp, device };
                    return match k[device].driver.manner().delivered {
                        Some(_) => Next::call(resume, DispatchEvents::Take { device }),
                        None => Next::goto(resume),
                    };
                }
                k.remove(device, Device::QUEUE, irp, "the driver takes it back");
                Next::call(
                    Self::ReturnPending { irp, device },
                    IofCompleteRequest::Complete { irp, status: NtStatus::CANCELLED, information: 0 },
                )
            }
            Self::ReturnPending { irp, device } => {
                k.forget_returned(thread);
                let Manner { marks_pending, returns_pending, .. } = k[device].driver.manner();
                let status = if returns_pending { NtStatus::PENDING } else { NtStatus::SUCCESS };
                k.verify_pending(irp, marks_pending, status);
                Next::Return(Returned::status(status))
            }
        }
    }
}

steps! {
    /// The cancel routine.
    pub enum CancelRoutine = "CancelRoutine" {
        ReleaseLock { irp: Id<Irp> } = "X1", "release the cancel spin lock";
        Unlink { irp: Id<Irp> } = "X2", "take the IRP out of the driver's queue";
        Complete { irp: Id<Irp> } = "X3", "complete it with STATUS_CANCELLED";
    }
}

impl CancelRoutine {
    /// The IRP that it is for.
    pub(crate) const fn irp(self) -> Id<Irp> {
        match self {
            Self::ReleaseLock { irp } | Self::Unlink { irp } | Self::Complete { irp } => irp,
        }
    }
}

impl Routine for CancelRoutine {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Unlink { irp } => k[irp].freed || k[k.device_of(irp)].lock.is_none(),
            _ => true,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Complete { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::ReleaseLock { irp } => {
                k.set_cancel_lock(None, "the cancel routine releases it first");
                k.lower(thread);
                let device = k.device_of(irp);
                match k[device].driver.manner().dispatch {
                    Dispatch::Pipes => Next::goto(NpCancelIrp::Unlink { irp, device }),
                    Dispatch::Sockets => Next::goto(AfdCancelHandler::Unlink { irp, device }),
                    _ => Next::goto(Self::Unlink { irp }),
                }
            }
            Self::Unlink { irp } if k[irp].freed => Next::goto(Self::Complete { irp }),
            Self::Unlink { irp } => {
                let device = k.device_of(irp);
                if k[device].delivered == Some(irp) {
                    k.set(device, Device::DELIVERED, None, "EvtRequestCancel has it now");
                    return Next::goto(EvtRequestCancel::Complete { irp, device });
                }
                let why = "the cancel routine takes it out";
                match k.list_with(irp) {
                    Some(queue) => {
                        k.forget_csq_context(irp);
                        k.remove(queue, DriverObject::IRPS, irp, why)
                    }
                    None => k.remove(device, Device::QUEUE, irp, why),
                };
                if k[device].driver.manner().cancels_own && k.made_for(irp).next().is_some() {
                    k.set(irp, Irp::HELD_BY, Some(thread), "");
                    return Next::goto(CancelOwnIrps::Cancel { irp });
                }
                Next::goto(Self::Complete { irp })
            }
            Self::Complete { irp } => {
                let status = NtStatus::CANCELLED;
                Next::goto(IofCompleteRequest::Complete { irp, status, information: 0 })
            }
        }
    }
}

steps! {
    /// The cleanup dispatch routine of a driver that cancels what is queued for the file object.
    pub enum FlushQueue = "DispatchCleanup" {
        Unlink { irp: Id<Irp>, device: Id<Device> }
            = "D1", "take the next IRP of this file object out of the queue";
        TakeRoutine { irp: Id<Irp>, device: Id<Device>, queued: Id<Irp> }
            = "D2", "exchange its cancel routine with NULL: non-NULL means ours; release the lock";
        Return { status: NtStatus } = "return", "return";
    }
}

impl Routine for FlushQueue {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Unlink { device, .. } => k[device].lock.is_none(),
            _ => true,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Return { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Unlink { irp, device } => {
                k.forget_returned(thread);
                let file = k[irp].file;
                let queued = Device::QUEUE.of(&k[device]).find(|queued| k[*queued].file == file);
                let Some(queued) = queued else {
                    let status = NtStatus::SUCCESS;
                    let complete = IofCompleteRequest::Complete { irp, status, information: 0 };
                    return Next::call(Self::Return { status }, complete);
                };
                k.acquire_queue_lock(device, thread);
                k.remove(
                    device,
                    Device::QUEUE,
                    queued,
                    "the cleanup routine empties the file object's queue",
                );
                Next::goto(Self::TakeRoutine { irp, device, queued })
            }
            Self::TakeRoutine { irp, device, queued } => {
                k.release_queue_lock(device, thread);
                let is_ours = k.take_cancel_routine(queued, "the cleanup routine owns the IRP now");
                if k[device].driver.manner().sets_cancel_routine && !is_ours {
                    return Next::goto(Self::Unlink { irp, device });
                }
                let complete =
                    IofCompleteRequest::Complete { irp: queued, status: NtStatus::CANCELLED, information: 0 };
                Next::call(Self::Unlink { irp, device }, complete)
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::Return(Returned::status(status))
            }
        }
    }
}

steps! {
    /// The device's DPC: the device answers a pending request, or the oldest IRP that a driver above has made for it.
    ///
    /// Returns STATUS_NOT_FOUND if the request is not in the driver's queue any more.
    pub enum DeviceCompletes = "DpcForIsr" {
        Unlink { iosb: Id<Iosb>, device: Id<Device>, status: NtStatus, information: u32 }
            = "D1", "take the IRP out of the driver's queue";
        TakeRoutine { irp: Id<Irp>, device: Id<Device>, status: NtStatus, information: u32 }
            = "D2", "exchange its cancel routine with NULL: non-NULL means ours; release the lock";
        CompleteAgain { irp: Id<Irp>, iosb: Option<Id<Iosb>>, status: NtStatus }
            = "again", "a faulty driver completes the IRP a second time";
    }
}

impl Routine for DeviceCompletes {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Unlink { device, .. } => k[device].lock.is_none(),
            Self::TakeRoutine { .. } | Self::CompleteAgain { .. } => true,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Unlink { iosb, device, status, information } => {
                if k[device].driver.manner().delivered.is_some() {
                    return Next::goto(EvtInterruptDpc::Unmark { iosb, device, status, information });
                }
                let irp = Device::QUEUE.of(&k[device]).find(|irp| k.iosb_of(*irp) == Some(iosb));
                let Some(irp) = irp else { return Next::fail(NtStatus::NOT_FOUND) };
                k.acquire_queue_lock(device, thread);
                k.remove(device, Device::QUEUE, irp, "the device has answered");
                Next::goto(Self::TakeRoutine { irp, device, status, information })
            }
            Self::TakeRoutine { irp, device, status, information } => {
                let manner = k[device].driver.manner();
                k.release_queue_lock(device, thread);
                if manner.sets_cancel_routine && !k[irp].cancel_routine {
                    return Next::fail(NtStatus::NOT_FOUND);
                }
                if manner.clears_cancel_routine {
                    k.take_cancel_routine(irp, "the driver owns the IRP now");
                }
                let complete = IofCompleteRequest::Complete { irp, status, information };
                match manner.completes_twice {
                    true => {
                        let iosb = k[irp].iosb;
                        Next::call(Self::CompleteAgain { irp, iosb, status }, complete)
                    }
                    false => Next::goto(complete),
                }
            }
            Self::CompleteAgain { irp, iosb, status } => {
                k.forget_returned(thread);
                // What is in its place may be another request by now.
                let is_there = k.get(irp).is_some_and(|irp| irp.iosb == iosb && !irp.freed);
                let rule = if is_there { Rule::MultipleIrpCompleteRequests } else { Rule::IrpUsedAfterFree };
                k.report(rule, About::Irp(irp), status.to_word());
                Next::fail(status)
            }
        }
    }
}

impl Kernel {
    /// Whether an IRP whose cancel routine was just set had been cancelled before, and nobody else has the routine.
    pub(crate) fn was_cancelled_before(&mut self, irp: Id<Irp>) -> bool {
        self[irp].cancel && self.take_cancel_routine(irp, "it was cancelled before: the driver keeps it")
    }
}
