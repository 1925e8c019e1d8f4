//! FILE_OBJECT.

use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::io::port::Port;
use crate::ob::header::Object;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::Id;

record! {
    /// FILE_OBJECT: one open of a device or file. Duplicated handles share it.
    pub struct File: File {
        /// Its header.
        OBJECT object: Id<Object>,
        /// The device it was opened on; none after a failed create.
        DEVICE device: Option<Id<Device>>,
        /// FO_HANDLE_CREATED.
        HANDLE_CREATED handle_created: bool,
        /// IRP_MJ_CLEANUP was sent.
        CLEANUP_SENT cleanup_sent: bool as "cleanup sent",
        /// IRP_MJ_CLOSE was sent.
        CLOSE_SENT close_sent: bool as "close sent",
        /// FO_SYNCHRONOUS_IO: calls wait for their requests, one after the other.
        SYNCHRONOUS synchronous: bool,
        /// FO.Event: a wait on the file is satisfied.
        SIGNALED signaled: bool as "signaled",
        /// Who holds the lock of a synchronous file.
        LOCK lock: Option<Id<Thread>> as "file lock",
        /// FO.FinalStatus: how the last request of a synchronous file ended.
        FINAL_STATUS final_status: NtStatus,
        /// CurrentByteOffset: where the next request of a synchronous file without an offset starts.
        CURRENT_BYTE_OFFSET current_byte_offset: u64 as "CurrentByteOffset",
        /// The completion port it reports to.
        PORT port: Option<Id<Port>> as "CompletionContext",
        /// The key in its packets.
        KEY key: u64 as "Key",
    }
    lists {
        /// Its outstanding IRPs that belong to no thread (FILE_OBJECT.IrpList).
        IRPS irps: Id<Irp> as "IrpList",
    }
}

impl File {
    pub(crate) const fn new(object: Id<Object>, device: Id<Device>, synchronous: bool) -> File {
        File {
            object,
            device: Some(device),
            handle_created: false,
            cleanup_sent: false,
            close_sent: false,
            synchronous,
            signaled: false,
            lock: None,
            final_status: NtStatus::SUCCESS,
            current_byte_offset: 0,
            port: None,
            key: 0,
            irps: alloc::vec::Vec::new(),
        }
    }
}
