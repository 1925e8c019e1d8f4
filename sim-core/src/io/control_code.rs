//! Control codes that a program can send.

use crate::io::request::{FILE_READ_DATA, FILE_WRITE_DATA, IoService};
use crate::word::{Access, word_enum};

word_enum! {
    /// FSCTL and IOCTL codes.
    pub enum ControlCode {
        /// Wait for a client (ConnectNamedPipe).
        PipeListen = "FSCTL_PIPE_LISTEN",
        /// Let the client go (DisconnectNamedPipe).
        PipeDisconnect = "FSCTL_PIPE_DISCONNECT",
        /// Look at what is in the pipe without taking it (PeekNamedPipe).
        PipePeek = "FSCTL_PIPE_PEEK",
        /// Write a message and read the answer (TransactNamedPipe).
        PipeTransceive = "FSCTL_PIPE_TRANSCEIVE",
        /// Wait until an instance of a pipe listens (WaitNamedPipe).
        PipeWait = "FSCTL_PIPE_WAIT",
        /// Ask for a level 1 oplock on a file.
        RequestOplockLevel1 = "FSCTL_REQUEST_OPLOCK_LEVEL_1",
        /// Ask for a batch oplock on a file.
        RequestBatchOplock = "FSCTL_REQUEST_BATCH_OPLOCK",
        /// Ask for an oplock on a file (since Windows 7).
        RequestOplock = "FSCTL_REQUEST_OPLOCK",
        /// Acknowledge that an oplock is broken, and ask for none.
        AcknowledgeOplockBreak = "FSCTL_OPLOCK_BREAK_ACK_NO_2",
        /// Wait for something to happen on a serial port (WaitCommEvent).
        SerialWaitOnMask = "IOCTL_SERIAL_WAIT_ON_MASK",
    }
}

impl ControlCode {
    /// Which service sends it.
    pub const fn service(self) -> IoService {
        match self {
            ControlCode::SerialWaitOnMask => IoService::DeviceControl,
            _ => IoService::FsControl,
        }
    }

    /// The access in the code: the handle must grant one of these, if there are any.
    pub const fn access(self) -> &'static [Access] {
        match self {
            ControlCode::PipePeek => &[FILE_READ_DATA],
            ControlCode::PipeTransceive => &[Access(FILE_READ_DATA.0 | FILE_WRITE_DATA.0)],
            _ => &[],
        }
    }

    /// It asks for an oplock, or acknowledges that one is broken.
    pub const fn is_of_oplocks(self) -> bool {
        matches!(
            self,
            ControlCode::RequestOplockLevel1
                | ControlCode::RequestBatchOplock
                | ControlCode::RequestOplock
                | ControlCode::AcknowledgeOplockBreak
        )
    }

    /// The code of that name.
    pub fn named(name: &str) -> Option<ControlCode> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}
