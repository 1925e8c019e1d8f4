//! IofCallDriver: into the driver's dispatch routine.

use crate::drivers::filter::PassDown;
use crate::drivers::immediate::CompleteAtOnce;
use crate::drivers::kmdf::OnCleanup;
use crate::drivers::queue::{FlushQueue, PendIrp};
use crate::drivers::{AtCleanup, Dispatch, DriverKind};
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
        // Until the driver has the IRP, and when it is done with it, only the issuer can finish it.
        true
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Dispatch { irp } => {
                let device = k.device_of(irp);
                let (major, manner) = (k[irp].major, k[device].driver.manner());
                if manner.serves_itself(major) {
                    return Next::goto(PendIrp::Queue { irp, device });
                }
                if manner.dispatch == Dispatch::PassDown {
                    return Next::goto(PassDown::Forward { irp, device });
                }
                match manner.dispatch {
                    Dispatch::Pipes => return k.dispatch_pipe(irp, device),
                    Dispatch::Program => return k.dispatch_program(irp, device),
                    _ => {}
                }
                if manner.dispatch == Dispatch::Sockets {
                    return k.dispatch_socket(irp, device);
                }
                if manner.dispatch == Dispatch::Files {
                    return k.dispatch_cached(irp, device);
                }
                if major == Major::Cleanup && manner.at_cleanup == AtCleanup::CancelQueued {
                    return match manner.delivered {
                        Some(_) => Next::goto(OnCleanup::EvtFileCleanup { irp, device }),
                        None => Next::goto(FlushQueue::Unlink { irp, device }),
                    };
                }
                let trivial = major.opens_or_closes() || manner.succeeds_at(major);
                let status = match (trivial, manner.refuses(major)) {
                    (true, _) => NtStatus::SUCCESS,
                    (_, true) => NtStatus::INVALID_DEVICE_REQUEST,
                    _ if manner.dispatch == Dispatch::Complete => {
                        return Next::goto(CompleteAtOnce::Complete { irp, device });
                    }
                    _ => return Next::goto(PendIrp::Queue { irp, device }),
                };
                let complete = IofCompleteRequest::Complete { irp, status, information: 0 };
                Next::call(Self::Return { status }, complete)
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::Return(Returned::status(status))
            }
        }
    }
}

impl Kernel {
    /// The driver behind a device.
    pub fn driver(&self, device: Id<Device>) -> DriverKind {
        self[device].driver
    }
}
