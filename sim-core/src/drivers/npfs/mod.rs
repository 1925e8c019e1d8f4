//! The named pipe file system: pipes, their instances, and what is between the two ends of each.
//!
//! A pipe's name is an [`Fcb`](fcb::Fcb), each of its instances a [`Ccb`](ccb::Ccb), and what waits in an instance's two
//! queues a [`DataEntry`](data_entry::DataEntry). Every request is served under the driver's one lock (the VCB's). What
//! is dequeued under it is completed after it is released, and only if the exchange of its cancel routine shows that
//! nobody cancels it. Sources: ReactOS drivers/filesystems/npfs; ReactOS kernel tests npfs/NpfsConnect and
//! NpfsReadWrite; Wine ntdll/tests/pipe.c and kernel32/tests/pipe.c.

pub mod cancel;
pub mod ccb;
pub mod cleanup;
pub mod create;
pub mod data_entry;
pub mod deferred;
pub mod disconnect;
pub mod fcb;
pub mod listen;
pub mod pend;
pub mod queue;
pub mod read;
pub mod wait;
pub mod write;

use crate::drivers::npfs::cleanup::NpCleanup;
use crate::drivers::npfs::create::NpCreate;
use crate::drivers::npfs::disconnect::NpDisconnect;
use crate::drivers::npfs::listen::NpListen;
use crate::drivers::npfs::read::NpRead;
use crate::drivers::npfs::wait::NpWaitForNamedPipe;
use crate::drivers::npfs::write::NpWrite;
use crate::frame::Next;
use crate::io::complete::IofCompleteRequest;
use crate::io::control_code::ControlCode;
use crate::io::device::Device;
use crate::io::driver::IofCallDriver;
use crate::io::file_operation::FileOperation;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::status::NtStatus;
use crate::word::Id;

impl Kernel {
    /// The dispatch table of the named pipe file system.
    pub(crate) fn dispatch_pipe(&self, irp: Id<Irp>, device: Id<Device>) -> Next {
        let Irp { major, code, operation, .. } = self[irp];
        let status = match (major, code) {
            (Major::Create, _) => return Next::goto(NpCreate::Start { irp, device }),
            (Major::Cleanup, _) => return Next::goto(NpCleanup::Start { irp, device }),
            (Major::Write, _) | (_, Some(ControlCode::PipeTransceive)) => {
                return Next::goto(NpWrite::Start { irp, device });
            }
            (Major::SetInformation, _) if operation != FileOperation::None => NtStatus::INVALID_PARAMETER,
            (Major::Read | Major::FlushBuffers | Major::SetInformation, _)
            | (_, Some(ControlCode::PipePeek)) => {
                return Next::goto(NpRead::Start { irp, device });
            }
            (_, Some(ControlCode::PipeListen)) => return Next::goto(NpListen::Start { irp, device }),
            (_, Some(ControlCode::PipeDisconnect)) => return Next::goto(NpDisconnect::Start { irp, device }),
            (_, Some(ControlCode::PipeWait)) => return Next::goto(NpWaitForNamedPipe::Start { irp, device }),
            (Major::Close | Major::QueryVolumeInformation, _) => NtStatus::SUCCESS,
            (
                Major::DeviceControl
                | Major::FileSystemControl
                | Major::LockControl
                | Major::DirectoryControl,
                _,
            ) => NtStatus::INVALID_DEVICE_REQUEST,
        };
        let complete = IofCompleteRequest::Complete { irp, status, information: 0 };
        Next::call(IofCallDriver::Return { status }, complete)
    }
}
