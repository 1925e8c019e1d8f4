//! IofCallDriver: into the driver's dispatch routine.

use crate::drivers::queue::{FlushQueue, PendIrp};
use crate::drivers::{AtCleanup, DriverKind};
use crate::frame::{Next, Returned, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// IofCallDriver: calls the dispatch routine for the IRP's major function. Returns what the driver returns.
    pub enum IofCallDriver = "IofCallDriver" {
        Dispatch { irp: Id<Irp> } = "dispatch", "call the driver's dispatch routine";
        Return { status: NtStatus } = "return", "the driver has completed the request and returns its status";
    }
}

impl Routine for IofCallDriver {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        // The driver does not have the IRP yet, so only its issuer can finish it.
        true
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Dispatch { irp } => {
                let device = k.device_of(irp);
                let manner = k[device].driver.manner();
                match (k[irp].major, manner.at_cleanup) {
                    (Major::Read, _) => Next::goto(PendIrp::Queue { irp, device }),
                    (Major::Cleanup, AtCleanup::CancelQueued) => {
                        Next::goto(FlushQueue::Unlink { irp, device })
                    }
                    _ => Next::call(
                        Self::Return { status: NtStatus::SUCCESS },
                        IofCompleteRequest::Complete { irp, status: NtStatus::SUCCESS, information: 0 },
                    ),
                }
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::Return(Returned::status(status))
            }
        }
    }
}

impl Kernel {
    /// The device an IRP is for.
    pub(crate) fn device_of(&self, irp: Id<Irp>) -> Id<Device> {
        self[self[irp].file].device.expect("an IRP is only sent to a file that was opened")
    }

    /// The driver behind a device.
    pub fn driver(&self, device: Id<Device>) -> DriverKind {
        self[device].driver
    }
}
