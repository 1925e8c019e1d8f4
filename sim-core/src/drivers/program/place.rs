//! Where in the text of its driver a routine is.

use crate::drivers::program::activation::Activation;
use crate::drivers::program::run::RunRoutine;
use crate::frame::Frame;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::word::Id;

/// An operation in the text of a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DriverPlace {
    /// The driver, by the number that [`Kernel::load_driver`] gave it.
    pub driver: u32,
    /// The routine, by its place among the driver's.
    pub routine: u8,
    /// The operation, by its place in the routine.
    pub op: u32,
}

impl RunRoutine {
    /// The running routine, and whether its operation has begun already, so that it stands at the one after.
    const fn call(self) -> (Id<Activation>, bool) {
        match self {
            Self::Spin { call, .. }
            | Self::Wait { call, .. }
            | Self::WaitForEvent { call, .. }
            | Self::WaitForIrp { call, .. }
            | Self::WaitInContext { call }
            | Self::Called { call }
            | Self::Started { call } => (call, true),
            Self::Do { call, .. } | Self::If { call } | Self::Loop { call } | Self::Return { call } => {
                (call, false)
            }
        }
    }
}

impl Kernel {
    /// The operation of a driver's program that the thread performs with its next step; none if that step is no such
    /// operation.
    pub fn driver_place(&self, thread: Id<Thread>) -> Option<DriverPlace> {
        let Some(Frame::RunRoutine(routine)) = self.stack(thread).last() else { return None };
        let (call, begun) = routine.call();
        let Activation { device, routine, at, .. } = self[call];
        Some(DriverPlace { driver: self[device].program, routine, op: at - u32::from(begun) })
    }

    /// Whether the thread is in a routine of a driver's program, or in what such a routine has called.
    pub fn is_in_driver_program(&self, thread: Id<Thread>) -> bool {
        self.stack(thread).iter().any(|frame| matches!(frame, Frame::RunRoutine(_)))
    }
}
