//! The device queue of a driver with a StartIo routine: one request at a time.
//!
//! DeviceObject->CurrentIrp is the request that the device is busy with. A packet that can be cancelled is started under the
//! cancel spin lock. Sources: WDK, IoStartPacket, IoStartNextPacket and "Cancel Routines in Drivers with StartIo Routines";
//! ReactOS ntoskrnl/io/iomgr/device.c.

use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::{Deed, Entry, ObjectKind};
use crate::drivers::program::object::DriverObject;
use crate::drivers::program::run::RunRoutine;
use crate::finding::{About, Rule};
use crate::frame::{Frame, Next};
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::word::{Id, Word};

impl Kernel {
    fn device_queue(&self, device: Id<Device>) -> Option<Id<DriverObject>> {
        self.object_of(device, ObjectKind::DeviceQueue)
    }

    /// The request that the device is busy with. It is that from the moment when StartIo has returned, for it is the last
    /// thing that StartIo does to program the device.
    pub(crate) fn started_irp(&self, device: Id<Device>) -> Option<Id<Irp>> {
        let irp = self[device].current_irp?;
        let start_io = self.program_of(device).routine(Entry::StartIo)?;
        let starts = |activation: &Activation| {
            activation.device == device && activation.routine == start_io && activation.irp == Some(irp)
        };
        (!self.all::<Activation>().any(|(_, activation)| starts(activation))).then_some(irp)
    }

    /// The cancel spin lock is needed for a moment. A thread that has it spins on it for ever.
    pub(crate) fn misses_cancel_lock(
        &mut self,
        call: Id<Activation>,
        deed: &Deed,
        thread: Id<Thread>,
    ) -> bool {
        let owned = deed.uses_cancel_lock() && self.cancel_lock() == Some(thread);
        if owned {
            self.report(Rule::SpinLockAlreadyOwned, About::Object(self[self[call].device].object), 0);
        }
        owned
    }

    /// IoStartPacket. An IRP that was cancelled before it is queued is cancelled at once.
    pub(crate) fn start_packet(
        &mut self,
        call: Id<Activation>,
        irp: Id<Irp>,
        deed: &Deed,
        thread: Id<Thread>,
    ) -> Next {
        let device = self[call].device;
        let Some(queue) = self.device_queue(device) else { unreachable!("the driver has a StartIo routine") };
        if self.list_with(irp).is_some() || self[device].current_irp == Some(irp) {
            self.report(Rule::CorruptListEntry, About::Irp(irp), 0);
            return Next::SUCCESS;
        }
        if let Some(routine) = deed.routine {
            self.set_cancel_routine(irp, "from now on a cancel can end the request");
            self.set(irp, Irp::ROUTINE, routine, "");
        }
        if self[device].current_irp.is_none() {
            self.set(device, Device::CURRENT_IRP, Some(irp), "the device is free: the request is started");
            return self.start_io(call, irp, thread);
        }
        self.push(queue, DriverObject::IRPS, irp, "the device is busy: the request waits");
        let resume = self.next_step(call);
        if !(deed.routine.is_some() && self[irp].cancel) {
            return Next::goto(resume);
        }
        self.set_cancel_lock(Some(thread), "the request was cancelled before it was queued");
        self.raise(thread);
        self.take_cancel_routine(irp, "");
        Next::Call { resume: resume.into(), callee: self.call_program_cancel(irp, device) }
    }

    /// IoStartNextPacket.
    pub(crate) fn start_next_packet(&mut self, call: Id<Activation>, thread: Id<Thread>) -> Next {
        let device = self[call].device;
        let Some(queue) = self.device_queue(device) else { unreachable!("the driver has a StartIo routine") };
        let before = self[device].current_irp;
        let next = DriverObject::IRPS.first(&self[queue]);
        if let Some(irp) = next {
            self.remove(queue, DriverObject::IRPS, irp, "the system takes it out of the device queue");
        }
        let why =
            if next.is_some() { "the request is started" } else { "no request waits: the device is free" };
        self.set(device, Device::CURRENT_IRP, next, why);
        if let Some(before) = before {
            self.forget_freed_irp(before);
        }
        match next {
            Some(irp) => self.start_io(call, irp, thread),
            None => Next::goto(self.next_step(call)),
        }
    }

    /// KeRemoveEntryDeviceQueue.
    pub(crate) fn remove_from_device_queue(&mut self, call: Id<Activation>, irp: Id<Irp>, deed: &Deed) {
        let queue = self.device_queue(self[call].device);
        let found = queue.filter(|queue| DriverObject::IRPS.holds(&self[*queue], irp));
        if let Some(queue) = found {
            self.remove(queue, DriverObject::IRPS, irp, "the driver takes it out of the device queue");
        }
        self.keep_value(call, deed.result, found.is_some().to_word());
    }

    /// Calls the StartIo routine, at DISPATCH_LEVEL.
    fn start_io(&mut self, call: Id<Activation>, irp: Id<Irp>, thread: Id<Thread>) -> Next {
        let device = self[call].device;
        let entry = self.program_of(device).routine(Entry::StartIo);
        let routine = entry.expect("only a driver with a StartIo routine starts packets");
        self.raise(thread);
        let callee: Frame =
            self.run_routine(Activation { irp: Some(irp), ..Activation::new(device, routine) });
        Next::Call { resume: RunRoutine::Started { call }.into(), callee }
    }
}
