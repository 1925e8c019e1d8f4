//! Filter drivers: each request goes on to the device below, and its completion comes back up.

use crate::drivers::{CompletionRoutine, Manner};
use crate::finding::{About, Rule};
use crate::frame::{Next, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::driver::IofCallDriver;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::word::Id;

steps! {
    /// The dispatch routine of a filter: copies its stack location to the next one, sets a completion routine and calls the
    /// driver below. It returns what that returns.
    ///
    /// A filter whose completion routine returns STATUS_MORE_PROCESSING_REQUIRED waits for it instead, completes the IRP
    /// itself and returns the final status. Sources: WDK, IoCopyCurrentIrpStackLocationToNext, IoSetCompletionRoutine,
    /// IoForwardIrpSynchronously.
    pub enum PassDown = "DispatchPassDown" {
        Forward { irp: Id<Irp>, device: Id<Device> }
            = "F1", "copy the stack location, set the completion routine and call the driver below";
        Wait { irp: Id<Irp>, location: u32 }
            = "F2", "wait until the completion routine has the IRP, and complete it again";
        Return {} = "return", "return what the driver below has returned";
        Complete { irp: Id<Irp> } = "F2", "a faulty filter: complete the IRP, wherever it is";
    }
}

impl PassDown {
    /// It is below a call for that IRP and will go on with it.
    pub(crate) fn waits_for(self, irp: Id<Irp>) -> bool {
        matches!(self, Self::Wait { irp: own, .. } | Self::Complete { irp: own } if own == irp)
    }
}

impl Routine for PassDown {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Wait { irp, location } => k[irp].current_location == location || k[irp].freed,
            _ => true,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Return {})
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Forward { irp, device } => {
                let location = k[irp].current_location;
                if location == 1 {
                    k.report(Rule::NoMoreIrpStackLocations, About::Irp(irp), 0);
                    return Next::SUCCESS;
                }
                k.set(
                    irp,
                    Irp::CURRENT_LOCATION,
                    location - 1,
                    "the driver below has the next stack location",
                );
                let call = IofCallDriver::Dispatch { irp };
                let Manner { routine, waits_below, .. } = k[device].driver.manner();
                match routine {
                    CompletionRoutine::Stops if !waits_below => Next::call(Self::Complete { irp }, call),
                    CompletionRoutine::Stops => Next::call(Self::Wait { irp, location }, call),
                    _ => Next::call(Self::Return {}, call),
                }
            }
            Self::Wait { irp, .. } => {
                k.forget_returned(thread);
                let Irp { status, information, .. } = k[irp];
                let complete = IofCompleteRequest::Complete { irp, status, information };
                Next::call(IofCallDriver::Return { status }, complete)
            }
            Self::Return {} => Next::Return(k.take_returned(thread)),
            Self::Complete { irp } => {
                k.forget_returned(thread);
                let Some(Irp { status, information, .. }) = k.get(irp).cloned() else {
                    k.report(Rule::IrpUsedAfterFree, About::Irp(irp), 0);
                    return Next::SUCCESS;
                };
                let complete = IofCompleteRequest::Complete { irp, status, information };
                Next::call(IofCallDriver::Return { status }, complete)
            }
        }
    }
}
