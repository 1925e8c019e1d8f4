//! A driver that never keeps a request: it completes each in its dispatch routine.

use crate::frame::{Next, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::device::Device;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

/// What a device of the driver `immediate` answers.
///
/// A driver may mark an IRP pending and complete it before its dispatch routine returns: then that returns
/// STATUS_PENDING, and the request is finished as one that pended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// IoStatus.Status.
    pub status: NtStatus,
    /// IoStatus.Information; as many bytes as were asked for if none.
    pub information: Option<u32>,
    /// The driver marks the IRP pending.
    pub marks_pending: bool,
    /// What the dispatch routine returns: by default STATUS_PENDING if it marks, else the status.
    pub returns: Option<NtStatus>,
}

steps! {
    /// The dispatch routine of a driver that completes each request at once, with the device's answer.
    pub enum CompleteAtOnce = "DispatchRequest" {
        Complete { irp: Id<Irp>, device: Id<Device> } = "P0", "set the status and complete the IRP";
        Return { irp: Id<Irp>, device: Id<Device>, status: NtStatus } = "return", "return the status";
    }
}

impl Routine for CompleteAtOnce {
    fn is_local(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let correct =
            |device: &Device| device.answer_returns.is_none() && device.answer_status != NtStatus::PENDING;
        matches!(self, Self::Return { device, .. } if correct(&k[device]))
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Complete { irp, device } => {
                let (status, information) = k.device_answer(irp, device);
                if k[device].answer_marks {
                    k.mark_irp_pending(irp, "the driver will return STATUS_PENDING");
                }
                let complete = IofCompleteRequest::Complete { irp, status, information };
                Next::call(Self::Return { irp, device, status }, complete)
            }
            Self::Return { irp, device, status } => {
                k.forget_returned(thread);
                let Device { answer_marks, answer_returns, .. } = k[device];
                let own = if answer_marks { NtStatus::PENDING } else { status };
                let status = answer_returns.unwrap_or(own);
                k.verify_pending(irp, answer_marks, status);
                Next::fail(status)
            }
        }
    }
}

impl Kernel {
    /// How the device answers a request, and with how many bytes. At the null device every place is the end of the file.
    fn device_answer(&self, irp: Id<Irp>, device: Id<Device>) -> (NtStatus, u32) {
        let Device { answer_status, answer_information, .. } = self[device];
        if self[device].driver.manner().is_null && self[irp].major == Major::Read {
            return (NtStatus::END_OF_FILE, 0);
        }
        (answer_status, answer_information.map_or(self[irp].length, |bytes| bytes as u32))
    }

    /// How a device of the driver `immediate` answers every request from now on.
    pub fn set_answer(&mut self, device: Id<Device>, answer: Answer) {
        let Answer { status, information, marks_pending, returns } = answer;
        let why = "the device answers so";
        self.set(device, Device::ANSWER_STATUS, status, why);
        self.set(device, Device::ANSWER_INFORMATION, information.map(u64::from), why);
        self.set(device, Device::ANSWER_MARKS, marks_pending, why);
        self.set(device, Device::ANSWER_RETURNS, returns, why);
    }
}
