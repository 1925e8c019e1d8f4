//! FILE_OBJECT.

use crate::drivers::afd::endpoint::Endpoint;
use crate::drivers::npfs::ccb::Ccb;
use crate::drivers::ntfs::scb::Scb;
use crate::drivers::ntfs::transfer::WRITE_TO_END_OF_FILE;
use crate::io::device::Device;
use crate::io::irp::Irp;
use crate::io::open_options::OpenOptions;
use crate::io::port::Port;
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Access, Id, Name, word_enum};

word_enum! {
    /// What FsContext points to, of a file whose driver is a program.
    pub enum DriverContext {
        /// What the driver has allocated.
        Allocated = "allocated",
        /// What the driver has freed: the pointer is still there.
        Freed = "freed",
    }
}

record! {
    /// FILE_OBJECT: one open of a device or file. Duplicated handles share it.
    pub struct File: File {
        /// Its header.
        OBJECT object: Id<Object>,
        /// The device it was opened on; none after a failed create.
        DEVICE device: Option<Id<Device>>,
        /// The access that the opener asked for (ReadAccess, WriteAccess, DeleteAccess).
        ACCESS access: Access,
        /// FO_HANDLE_CREATED.
        HANDLE_CREATED handle_created: bool,
        /// IRP_MJ_CLEANUP was sent.
        CLEANUP_SENT cleanup_sent: bool as "cleanup sent",
        /// The completion port it reports to.
        PORT port: Option<Id<Port>> as "CompletionContext",
        /// The key in its packets.
        KEY key: u64 as "Key",
        /// IRP_MJ_CLOSE was sent.
        CLOSE_SENT close_sent: bool as "close sent",
        /// FO.Event: a wait on the file is satisfied.
        SIGNALED signaled: bool as "signaled",
        /// SharedRead, SharedWrite, SharedDelete as FILE_SHARE_ bits.
        SHARE share: u8,
        /// FO_SYNCHRONOUS_IO: calls wait for their requests, one after the other.
        SYNCHRONOUS synchronous: bool as "FO_SYNCHRONOUS_IO",
        /// FO.FinalStatus: how the last request of a synchronous file ended.
        FINAL_STATUS final_status: NtStatus,
        /// Who holds the lock of a synchronous file.
        LOCK lock: Option<Id<Thread>> as "file lock",
        /// CurrentByteOffset: where the next request of a synchronous file without an offset starts.
        CURRENT_BYTE_OFFSET current_byte_offset: u64 as "CurrentByteOffset",
        /// FileName: what the path says beyond the device.
        NAME name: Option<Name>,
        /// FO_ALERTABLE_IO: alerts and user APCs end a synchronous file's waits.
        ALERTABLE alertable: bool as "FO_ALERTABLE_IO",
        /// FO_STREAM_FILE: a driver created it for itself; without a handle it gets no IRP_MJ_CLEANUP.
        STREAM_FILE stream_file: bool as "FO_STREAM_FILE",
        /// It takes part in share access: the driver called IoCheckShareAccess for it, and IoRemoveShareAccess not yet.
        SHARES shares: bool as "takes part in share access",
        /// FO_SKIP_COMPLETION_PORT: a request that succeeds at once queues no packet.
        SKIP_COMPLETION_PORT skip_completion_port: bool as "FO_SKIP_COMPLETION_PORT",
        /// FO_SKIP_SET_EVENT: an asynchronous request does not signal the file object.
        SKIP_SET_EVENT skip_set_event: bool as "FO_SKIP_SET_EVENT",
        /// FO_SKIP_SET_FAST_IO: fast I/O does not set the event of a request.
        SKIP_USER_EVENT skip_user_event: bool as "FO_SKIP_SET_FAST_IO",
        /// FsContext2: the instance of a pipe that it is an end of; none when that end was closed or let go.
        FS_CONTEXT fs_context: Option<Id<Ccb>>,
        /// FsContext of a socket: what its driver keeps of it.
        ENDPOINT endpoint: Option<Id<Endpoint>>,
        /// FsContext: the file of a volume that was opened; none until the file system has opened it, and after
        /// IRP_MJ_CLOSE.
        SCB scb: Option<Id<Scb>> as "FsContext",
        /// FO_DELETE_ON_CLOSE: the file is marked for deletion when the last handle to this file object is closed.
        DELETE_ON_CLOSE delete_on_close: bool as "FO_DELETE_ON_CLOSE",
        /// It has set its file's disposition with FILE_DISPOSITION_POSIX_SEMANTICS.
        POSIX_DELETE posix_delete: bool,
        /// PrivateCacheMap: it reads and writes through the cache.
        PRIVATE_CACHE_MAP private_cache_map: bool as "PrivateCacheMap",
        /// FsContext, of a file whose driver is a program.
        DRIVER_CONTEXT driver_context: Option<DriverContext> as "FsContext",
        /// Of the remove lock in it: how often it is acquired.
        LOCK_COUNT lock_count: u32 as "IoCount",
        /// Of the remove lock in it: IoReleaseRemoveLockAndWait was called.
        LOCK_REMOVED lock_removed: bool as "Removed",
    }
    lists {
        /// Its outstanding IRPs that belong to no thread (FILE_OBJECT.IrpList).
        IRPS irps: Id<Irp> as "IrpList",
    }
}

impl File {
    pub(crate) const fn new(
        object: Id<Object>,
        device: Id<Device>,
        access: Access,
        options: OpenOptions,
    ) -> File {
        let OpenOptions { share, synchronous, alertable, .. } = options;
        File {
            object,
            device: Some(device),
            name: None,
            access,
            share,
            handle_created: false,
            cleanup_sent: false,
            close_sent: false,
            synchronous,
            alertable,
            stream_file: false,
            shares: false,
            skip_completion_port: false,
            skip_set_event: false,
            skip_user_event: false,
            signaled: false,
            lock: None,
            final_status: NtStatus::SUCCESS,
            current_byte_offset: 0,
            fs_context: None,
            endpoint: None,
            scb: None,
            delete_on_close: false,
            posix_delete: false,
            private_cache_map: false,
            driver_context: None,
            lock_count: 0,
            lock_removed: false,
            port: None,
            key: 0,
            irps: alloc::vec::Vec::new(),
        }
    }
}

impl Kernel {
    /// FO_NAMED_PIPE and its kin: what is read has no place in a file.
    pub(crate) fn is_stream(&self, file: Id<File>) -> bool {
        self[file].device.is_some_and(|device| self[device].driver.manner().is_stream)
    }

    /// Where FILE_WRITE_TO_END_OF_FILE writes: its file system finds out. What a device stands for has no end.
    pub(crate) fn end_of_file(&self, file: Id<File>) -> u64 {
        if self[file].scb.is_some() { WRITE_TO_END_OF_FILE } else { 0 }
    }
}
