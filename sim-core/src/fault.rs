//! Faults: what a hostile environment does at a step, as a choice of whoever takes the steps.
//!
//! A step that allocates can fail, and a driver that completes requests at once can pend one. Which of that is possible
//! is a setting; a step says what can happen to it, and how it goes on then. Without the setting there is no such choice,
//! and no state holds a byte more.

use crate::drivers::Dispatch;
use crate::drivers::queue::DeviceCompletes;
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::schedule::Choice;
use crate::ps::system::System;
use crate::ps::thread::Thread;
use crate::word::{Id, word_enum};

word_enum! {
    /// An allocation that can fail, by the routine that makes it or the structure that is allocated.
    pub enum Allocation {
        /// An object with its header. The service returns STATUS_INSUFFICIENT_RESOURCES. (ReactOS ob/oblife.c,
        /// ObCreateObject.)
        Object = "ObCreateObject",
        /// A name's entry in its directory. STATUS_INSUFFICIENT_RESOURCES; the object goes. (ReactOS ob/obdir.c,
        /// ObpInsertEntryDirectory.)
        DirectoryEntry = "ObpInsertEntryDirectory",
        /// The count of the handles of a second process and any further one, for a type that maintains them.
        /// STATUS_INSUFFICIENT_RESOURCES; HandleCount is as it was. (ReactOS ob/obhandle.c, ObpIncrementHandleDataBase.)
        HandleCount = "OBJECT_HANDLE_COUNT_DATABASE",
        /// An entry of a handle table. STATUS_INSUFFICIENT_RESOURCES; the handle is not counted any more, and the type's
        /// close procedure has run. (ReactOS ob/obhandle.c, ObpCreateHandle.)
        HandleTableEntry = "ExCreateHandle",
        /// An IRP, and for an open the file object with it. A service returns STATUS_INSUFFICIENT_RESOURCES; a driver gets
        /// NULL. (ReactOS io/iomgr/iofunc.c and file.c; WDK, IoAllocateIrp; Driver Verifier, Low Resources Simulation.)
        Irp = "IoAllocateIrp",
        /// An associated IRP. The driver gets NULL. (WDK, IoMakeAssociatedIrp.)
        AssociatedIrp = "IoMakeAssociatedIrp",
        /// What a file object keeps of its port. STATUS_INSUFFICIENT_RESOURCES; the port is let go. (ReactOS
        /// io/iomgr/iofunc.c, NtSetInformationFile.)
        CompletionContext = "IO_COMPLETION_CONTEXT",
        /// A packet of the program's own. STATUS_INSUFFICIENT_RESOURCES. (ReactOS io/iomgr/iocomp.c, IoSetIoCompletion.)
        Packet = "IoSetIoCompletion",
        /// A user APC. STATUS_NO_MEMORY. (ReactOS ps/state.c, NtQueueApcThread.)
        Apc = "KAPC",
        /// An entry of a pipe's data queue. STATUS_INSUFFICIENT_RESOURCES. (ReactOS drivers/filesystems/npfs/datasup.c,
        /// NpAddDataQueueEntry.)
        DataEntry = "NpAddDataQueueEntry",
        /// An instance of a pipe, and the pipe with its first. STATUS_INSUFFICIENT_RESOURCES. (ReactOS
        /// drivers/filesystems/npfs/strucsup.c, NpCreateCcb and NpCreateFcb.)
        PipeInstance = "NpCreateCcb",
        /// Memory of a driver. The driver gets NULL. (WDK, ExAllocatePool2; Driver Verifier, Low Resources Simulation.)
        Pool = "ExAllocatePool2",
    }
}

impl Allocation {
    /// What happens then, as the sentence of a step.
    const fn fails(self) -> &'static str {
        match self {
            Allocation::Object => "there is no memory for the object",
            Allocation::DirectoryEntry => "there is no memory for the name's entry in the directory",
            Allocation::HandleCount => "there is no memory to count another process's handles",
            Allocation::HandleTableEntry => "there is no memory for the handle's entry",
            Allocation::Irp => "there is no memory for the IRP",
            Allocation::AssociatedIrp => "there is no memory for the associated IRP",
            Allocation::CompletionContext => "there is no memory to keep the port and the key",
            Allocation::Packet => "there is no memory for the packet",
            Allocation::Apc => "there is no memory for the APC",
            Allocation::DataEntry => "there is no memory for the entry of the pipe's queue",
            Allocation::PipeInstance => "there is no memory for the instance of the pipe",
            Allocation::Pool => "ExAllocatePool2 returns NULL",
        }
    }
}

/// What a hostile environment can do at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The step's allocation fails.
    Allocation(Allocation),
    /// A driver that completes requests at once pends this one, and completes it later.
    Pending,
}

impl Fault {
    /// What the fault is called: the allocation, or `STATUS_PENDING`.
    pub const fn name(self) -> &'static str {
        match self {
            Fault::Allocation(allocation) => allocation.name(),
            Fault::Pending => "STATUS_PENDING",
        }
    }

    /// The label of a step that has it.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Fault::Allocation(_) => "fails",
            Fault::Pending => "pends",
        }
    }

    /// What happens then.
    pub const fn sentence(self) -> &'static str {
        match self {
            Fault::Allocation(allocation) => allocation.fails(),
            Fault::Pending => "the driver does not complete the request at once: it will answer later",
        }
    }
}

/// Which faults are possible. A setting, not part of the state.
///
/// ```
/// use sim_core::Kernel;
/// use sim_core::fault::FaultPolicy;
/// let mut kernel = Kernel::new(Default::default());
/// assert_eq!(kernel.fault_policy(), FaultPolicy { allocations: 0, pending: false });
/// kernel.set_fault_policy(FaultPolicy { allocations: 1, ..FaultPolicy::default() });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultPolicy {
    /// How many allocations can fail in one run.
    pub allocations: u32,
    /// A driver that completes requests at once can pend them.
    pub pending: bool,
}

impl Kernel {
    /// Which faults are possible.
    pub const fn fault_policy(&self) -> FaultPolicy {
        self.faults
    }

    /// Chooses which faults are possible. To be called before the first step.
    pub fn set_fault_policy(&mut self, policy: FaultPolicy) {
        self.faults = policy;
    }

    /// How many allocations have failed in this run.
    pub fn failed_allocations(&self) -> u32 {
        self[self.system_id()].failed_allocations
    }

    /// What can happen to the step that a thread would take next.
    pub fn fault_of(&self, thread: Id<Thread>) -> Option<Fault> {
        if self.faults == FaultPolicy::default() || self.choice(thread) != Some(Choice::Run) {
            return None;
        }
        let fault = self.stack(thread).last()?.fault(self, thread)?;
        let possible = match fault {
            Fault::Allocation(_) => self.failed_allocations() < self.faults.allocations,
            Fault::Pending => self.faults.pending,
        };
        possible.then_some(fault)
    }

    /// Notes that the fault happens.
    pub(crate) fn note_fault(&mut self, fault: Fault) {
        if let Fault::Allocation(allocation) = fault {
            let failed = self.failed_allocations() + 1;
            self.set(self.system_id(), System::FAILED_ALLOCATIONS, failed, allocation.fails());
        }
    }

    /// The device of which a thread is the interrupts and DPCs, if a request waits in its queue that its driver would
    /// have completed at once.
    pub(crate) fn late_device(&self, thread: Id<Thread>) -> Option<Id<Device>> {
        if !self.faults.pending {
            return None;
        }
        let is_late = |(_, device): &(Id<Device>, &Device)| {
            let completes = device.driver.manner().dispatch == Dispatch::Complete;
            device.thread == thread
                && completes
                && device.lock.is_none()
                && Device::QUEUE.first(device).is_some()
        };
        self.all::<Device>().find(is_late).map(|(device, _)| device)
    }

    /// The device answers the oldest request that its driver has pended.
    pub(crate) fn answer_late(&mut self, device: Id<Device>, thread: Id<Thread>) {
        let Some(irp) = Device::QUEUE.first(&self[device]) else { return };
        let (status, information) = self.device_answer(irp, device);
        self.acquire_queue_lock(device, thread);
        self.remove(device, Device::QUEUE, irp, "the device has answered");
        self.enter(thread, DeviceCompletes::TakeRoutine { irp, device, status, information }.into());
    }

    /// An IRP that a driver has made and not sent is freed.
    pub(crate) fn free_unsent(&mut self, made: Id<Irp>) {
        if let Some(master) = self[made].master {
            let count = self[master].irp_count - 1;
            self.set(master, Irp::IRP_COUNT, count, "it has one associated IRP less");
        }
        self.io_free_irp(made, false, "IoFreeIrp: it was not sent");
    }
}
