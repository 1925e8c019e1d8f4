//! The driver of sockets: loopback TCP between the processes of the model.
//!
//! A socket is a file object with an [`Endpoint`](endpoint::Endpoint); every call of Winsock is a device control, except
//! that ReadFile and WriteFile receive and send too. All requests that wait are in the driver's one queue. Whatever
//! changes under its lock, the lock is released only when no request in the queue can end any more; a request ends by
//! its driver only if the exchange of its cancel routine shows that nobody cancels it. Sources: ReactOS
//! drivers/network/afd/afd; Wine ws2_32/tests/afd.c and sock.c.

pub mod connect;
pub mod dispatch;
pub mod endpoint;
pub mod poll;
pub mod transfer;
pub mod unlock;

use crate::drivers::afd::dispatch::AfdDispatch;
use crate::frame::Next;
use crate::io::complete::IofCompleteRequest;
use crate::io::control_code::ControlCode;
use crate::io::device::Device;
use crate::io::driver::IofCallDriver;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::status::NtStatus;
use crate::word::Id;

impl Kernel {
    /// The dispatch table of the driver of sockets.
    pub(crate) fn dispatch_socket(&self, irp: Id<Irp>, device: Id<Device>) -> Next {
        let is_socket = self.endpoint_of(self[irp].file).is_some();
        let status = match (self[irp].major, self.socket_request(irp)) {
            // A stream file object has no endpoint: no IRP_MJ_CREATE was sent for it.
            (Major::Cleanup | Major::Close, _) if !is_socket => NtStatus::SUCCESS,
            (_, Some(_)) if !is_socket => NtStatus::INVALID_DEVICE_REQUEST,
            (_, Some(ControlCode::AfdPoll | ControlCode::AfdSuperAccept)) => {
                return Next::goto(AfdDispatch::Reference { irp, device });
            }
            (Major::Create | Major::Cleanup | Major::Close, _) | (_, Some(_)) => {
                return Next::goto(AfdDispatch::Serve { irp, device });
            }
            _ => NtStatus::INVALID_DEVICE_REQUEST,
        };
        let complete = IofCompleteRequest::Complete { irp, status, information: 0 };
        Next::call(IofCallDriver::Return { status }, complete)
    }

    /// What a request asks of a socket: a read receives, a write sends.
    pub(crate) fn socket_request(&self, irp: Id<Irp>) -> Option<ControlCode> {
        let Irp { major, code, .. } = self[irp];
        match major {
            Major::Read => Some(ControlCode::AfdReceive),
            Major::Write => Some(ControlCode::AfdSend),
            Major::DeviceControl => code.filter(|code| code.is_of_sockets()),
            _ => None,
        }
    }
}
