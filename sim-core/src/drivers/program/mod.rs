//! Drivers as programs: routines over the documented primitives, written by whoever uses the simulator.
//!
//! The text of such a driver is part of the setting, as names are, and never changes. What changes is the locks and
//! lists of each of its devices ([`DriverObject`]) and how far each running routine is
//! ([`Activation`]). A primitive is one atomic step, as it is in the drivers that come with
//! the model.

pub mod activation;
pub mod builder;
pub mod code;
pub mod context;
pub mod csq;
pub mod event;
pub mod lock;
pub mod object;
pub mod pass_on;
pub mod place;
pub mod primitive;
pub mod remove_lock;
pub mod run;
pub mod start_io;
pub mod work;

use alloc::sync::Arc;

use crate::drivers::DriverKind;
use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::{DriverProgram, Entry};
use crate::drivers::program::object::DriverObject;
use crate::frame::{Frame, Next};
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::driver::IofCallDriver;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::status::NtStatus;
use crate::word::Id;

impl Kernel {
    /// DriverEntry: from now on devices of that driver can be created. Returns its number.
    pub fn load_driver(&mut self, program: DriverProgram) -> u32 {
        self.programs.push(Arc::new(program.with_objects_of_the_system()));
        self.programs.len() as u32 - 1
    }

    /// Creates a device of a driver that was loaded, with locks and lists of its own; with `over`, attached on top of the
    /// stack that the other device is in.
    pub fn create_program_device(
        &mut self,
        name: &str,
        program: u32,
        over: Option<Id<Device>>,
    ) -> Id<Device> {
        let device = self.create_device(name, DriverKind::Program);
        if let Some(target) = over {
            self.stand_over(device, target);
        }
        self.set(device, Device::PROGRAM, program, "");
        for number in 0..self.programs[program as usize].objects.len() {
            self.create(DriverObject::new(device, number as u8), "the driver initialises it");
        }
        device
    }

    /// The text of the driver behind a device.
    pub(crate) fn program_of(&self, device: Id<Device>) -> Arc<DriverProgram> {
        Arc::clone(&self.programs[self[device].program as usize])
    }

    /// The dispatch table of a driver's program. A driver without a routine for it lets a file be opened and closed, and
    /// refuses anything else.
    pub(crate) fn dispatch_program(&mut self, irp: Id<Irp>, device: Id<Device>) -> Next {
        let major = self[irp].major;
        let entry = self.program_of(device).routine(Entry::Dispatch(major));
        if let Some(routine) = entry {
            return Next::Goto(
                self.run_routine(Activation { irp: Some(irp), ..Activation::new(device, routine) }),
            );
        }
        let status =
            if major.opens_or_closes() { NtStatus::SUCCESS } else { NtStatus::INVALID_DEVICE_REQUEST };
        let complete = IofCompleteRequest::Complete { irp, status, information: 0 };
        Next::call(IofCallDriver::Return { status }, complete)
    }

    /// The cancel routine that the driver has set for the IRP. The system-wide cancel spin lock is held, and the routine
    /// has to release it.
    pub(crate) fn call_program_cancel(&mut self, irp: Id<Irp>, device: Id<Device>) -> Frame {
        let routine = self[irp].routine;
        self.run_routine(Activation { irp: Some(irp), ..Activation::new(device, routine) })
    }

    /// A routine of the driver's that the device calls: its interrupt's DPC, or a thread of the driver's own. It is told
    /// what the device answers. In a driver with a StartIo routine a DPC is also told which request the device is busy with.
    pub fn call_driver_routine(
        &mut self,
        device: Id<Device>,
        routine: u8,
        status: NtStatus,
        information: u32,
    ) -> Frame {
        let irp = self.started_irp(device).filter(|_| self.is_dpc(device, routine));
        self.run_routine(Activation { status, information, irp, ..Activation::new(device, routine) })
    }

    /// Whether the device can call a routine of the driver's now: nothing else runs in its thread, and the device of a
    /// driver with a StartIo routine interrupts only for a request that was started.
    pub fn can_call_driver_routine(&self, device: Id<Device>, routine: u8) -> bool {
        let thread = self[device].thread;
        let is_free = self.stack(thread).is_empty() && !self[thread].ended && !self.has_stopped();
        let waits = self.is_dpc(device, routine) && self.program_of(device).routine(Entry::StartIo).is_some();
        is_free && (!waits || self.started_irp(device).is_some())
    }

    fn is_dpc(&self, device: Id<Device>, routine: u8) -> bool {
        self.program_of(device).routines[routine as usize].entries.contains(&Entry::Dpc)
    }

    pub(crate) fn run_routine(&mut self, activation: Activation) -> Frame {
        let call = self.create(activation, "");
        self.next_step(call).into()
    }
}
