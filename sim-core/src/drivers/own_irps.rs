//! Drivers that serve a request with IRPs of their own, which they send to the device below.
//!
//! The request stays with its driver, in its queue, until what it has made for it has ended. All that a driver decides is
//! decided under its queue lock, and while the request's cancel routine runs, whatever comes back waits for it: so no IRP
//! is freed, and no request completed, that the cancel routine still goes on with. Sources: WDK, "Creating IRPs for
//! Lower-Level Drivers", "Implementing a Cancel Routine", IoMakeAssociatedIrp, IoAllocateIrp.

use crate::drivers::Manner;
use crate::finding::{About, Rule};
use crate::frame::{Next, Returned, Routine, steps};
use crate::io::cancel::IoCancelIrp;
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::driver::IofCallDriver;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

/// The IRPs that a driver makes for a read or a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnIrps {
    /// None.
    None,
    /// Two from IoMakeAssociatedIrp, each for one half. The I/O manager completes the request when both have ended.
    Associated,
    /// One from IoAllocateIrp.
    Allocated(OwnRoutine),
}

/// What the completion routine does that a driver sets in an IRP from IoAllocateIrp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnRoutine {
    /// It frees the IRP, completes the request and returns STATUS_MORE_PROCESSING_REQUIRED.
    Frees,
    /// It does the same, but lets the completion go on.
    FreesAndGoesOn,
    /// It frees the request in place of the IRP.
    FreesRequest,
    /// The driver sets none.
    Unset,
}

steps! {
    /// The dispatch routine of a driver that serves a request with IRPs of its own: makes them and sends them to the device
    /// below.
    ///
    /// An associated IRP does one half of the request; one from IoAllocateIrp does all of it. Both have as many stack
    /// locations as the device below asks for. Sources: WDK, IoMakeAssociatedIrp, IoAllocateIrp, IoSetCompletionRoutine.
    pub enum SendOwnIrps = "DispatchReadWrite" {
        Make { irp: Id<Irp>, device: Id<Device>, made: Option<Id<Irp>> }
            = "O1", "make an IRP for the device below; after the last one release the queue lock";
        Send { irp: Id<Irp>, device: Id<Device>, made: Id<Irp>, next: Option<Id<Irp>> }
            = "O2", "set the completion routine and call the driver below";
        Return {} = "O3", "return STATUS_PENDING";
    }
}

impl Routine for SendOwnIrps {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Return {})
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Make { irp, device, made } => {
                let new = k.make_own_irp(irp, device, made.is_some());
                let halves = k[device].driver.manner().own_irps == OwnIrps::Associated;
                if halves && made.is_none() {
                    return Next::goto(Self::Make { irp, device, made: Some(new) });
                }
                k.release_queue_lock(device, thread);
                let next = made.is_some().then_some(new);
                Next::goto(Self::Send { irp, device, made: made.unwrap_or(new), next })
            }
            Self::Send { irp, device, made, next } => {
                k.forget_returned(thread);
                let location = k[made].current_location - 1;
                k.set(made, Irp::CURRENT_LOCATION, location, "the driver below has it");
                let resume = match next {
                    Some(made) => Self::Send { irp, device, made, next: None },
                    None => Self::Return {},
                };
                Next::call(resume, IofCallDriver::Dispatch { irp: made })
            }
            Self::Return {} => {
                k.forget_returned(thread);
                Next::Return(Returned::status(NtStatus::PENDING))
            }
        }
    }
}

steps! {
    /// The cancel routine of a request that IRPs of its driver's own serve: it cancels those, since they belong to no
    /// thread and nobody else would.
    ///
    /// It ends when it has asked for the cancel routine of each. What has come back meanwhile it lets go on. Source: WDK,
    /// "Implementing a Cancel Routine", IoMakeAssociatedIrp.
    pub enum CancelOwnIrps = "CancelRoutine" {
        Cancel { irp: Id<Irp> } = "X4", "call IoCancelIrp for the next IRP that the driver has made for it";
        Finish { irp: Id<Irp> } = "X5", "let go on what has come back meanwhile";
    }
}

impl CancelOwnIrps {
    /// The request that it is for.
    pub(crate) const fn irp(self) -> Id<Irp> {
        match self {
            Self::Cancel { irp } | Self::Finish { irp } => irp,
        }
    }
}

impl Routine for CancelOwnIrps {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        k[k.device_of(self.irp())].lock.is_none()
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        k.forget_returned(thread);
        match self {
            Self::Cancel { irp } => {
                let queue = &k[k.device_of(irp)];
                let is_below = |(made, record): &(Id<Irp>, &Irp)| {
                    !record.cancel && !record.completed && !Device::QUEUE.holds(queue, *made)
                };
                let next = k.made_for(irp).filter(is_below).min_by_key(|(_, record)| record.offset);
                let Some((made, _)) = next else { return Next::goto(Self::Finish { irp }) };
                k.set(made, Irp::HELD_BY, Some(thread), "");
                k.raise(thread);
                Next::call(self, IoCancelIrp::AcquireLock { irp: made })
            }
            Self::Finish { irp } => {
                let device = k.device_of(irp);
                let back = Device::QUEUE.of(&k[device]).find(|made| k[*made].made_for() == Some(irp));
                let Some(back) = back else {
                    k.set(irp, Irp::HELD_BY, None, "");
                    return Next::SUCCESS;
                };
                k.remove(device, Device::QUEUE, back, "the cancel routine is over with it");
                let is_last = !k.has_others(irp, back);
                if is_last {
                    k.set(irp, Irp::HELD_BY, None, "");
                }
                match k.end_own_irp(back, device, thread) {
                    Next::Goto(frame) if !is_last => Next::call(self, frame),
                    go_on => go_on,
                }
            }
        }
    }
}

impl Kernel {
    fn make_own_irp(&mut self, irp: Id<Irp>, device: Id<Device>, second: bool) -> Id<Irp> {
        let lower = self[device].lower.expect("such a driver's device stands over another one");
        let stack_size = self[lower].stack_size;
        if self[device].driver.manner().own_irps != OwnIrps::Associated {
            return self.allocate_irp(device, irp, stack_size);
        }
        let made = self.make_associated_irp(device, irp, stack_size);
        let Irp { length, offset, .. } = self[irp];
        let half = length.div_ceil(2);
        let (from, length) = if second { (half, length - half) } else { (0, half) };
        self.set(made, Irp::OFFSET, offset + u64::from(from), "");
        self.set(made, Irp::LENGTH, length, "");
        made
    }

    /// Whether the driver can look at an IRP of its own whose completion comes up to it.
    pub(crate) fn can_come_up(&self, irp: Id<Irp>) -> bool {
        let Some(record) = self.get(irp) else { return true };
        let comes_up = record.current_location == record.stack_count;
        record.maker.filter(|_| comes_up).is_none_or(|maker| self[maker].lock.is_none())
    }

    /// The completion routine of the driver that has made the IRP, under its queue lock.
    pub(crate) fn call_makers_routine(
        &mut self,
        made: Id<Irp>,
        device: Id<Device>,
        thread: Id<Thread>,
    ) -> Next {
        let Manner { own_irps, cancels_own, sets_cancel_routine, .. } = self[device].driver.manner();
        self.set(made, Irp::PENDING, false, "");
        if own_irps == OwnIrps::Allocated(OwnRoutine::Unset) {
            return self.complete_upward(made, thread);
        }
        let request = self[made].made_for().expect("a driver has made it for a request");
        if self[request].freed {
            self.report(Rule::IrpUsedAfterFree, About::Irp(request), 0);
            return Next::SUCCESS;
        }
        if own_irps == OwnIrps::Associated {
            self.add_result(request, made);
        }
        let queued = Device::QUEUE.holds(&self[device], request);
        let is_claimed = sets_cancel_routine && queued && !self[request].cancel_routine;
        if cancels_own && (is_claimed || self[request].held_by.is_some()) {
            let why = "STATUS_MORE_PROCESSING_REQUIRED: it waits until the request's cancel routine is over";
            self.push(device, Device::QUEUE, made, why);
            return Next::SUCCESS;
        }
        if !self.has_others(request, made) {
            self.take_cancel_routine(request, "all that serves it has ended");
            self.remove(device, Device::QUEUE, request, "all that serves it has ended");
        }
        self.end_own_irp(made, device, thread)
    }

    /// A half of a request adds its bytes, and its error if it has one.
    fn add_result(&mut self, master: Id<Irp>, made: Id<Irp>) {
        let Irp { status, information, .. } = self[made];
        let sum = self[master].information + information;
        self.set(master, Irp::INFORMATION, sum, "the bytes of an associated IRP");
        if status.is_error() {
            self.set(master, Irp::STATUS, status, "the error of an associated IRP");
        }
    }

    /// Whether some other IRP that was made for the request has not ended.
    fn has_others(&self, request: Id<Irp>, made: Id<Irp>) -> bool {
        self.made_for(request).any(|(other, record)| other != made && !record.completed)
    }

    /// What the driver does with an IRP of its own that has come back.
    fn end_own_irp(&mut self, made: Id<Irp>, device: Id<Device>, thread: Id<Thread>) -> Next {
        let Irp { status, information, .. } = self[made];
        let request = self[made].made_for().expect("a driver has made it for a request");
        let complete = IofCompleteRequest::Complete { irp: request, status, information };
        let OwnIrps::Allocated(routine) = self[device].driver.manner().own_irps else {
            return self.complete_upward(made, thread);
        };
        let why = "IoFreeIrp: whoever has allocated it frees it";
        match routine {
            OwnRoutine::FreesAndGoesOn => {
                self.io_free_irp(made, true, why);
                Next::call(IofCompleteRequest::Route { irp: made }, complete)
            }
            OwnRoutine::FreesRequest => {
                self.io_free_irp(request, true, "IoFreeIrp: the driver takes it for its own");
                Next::goto(complete)
            }
            OwnRoutine::Frees | OwnRoutine::Unset => {
                self.io_free_irp(made, false, why);
                Next::goto(complete)
            }
        }
    }
}
