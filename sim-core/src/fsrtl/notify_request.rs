//! FsRtlNotifyFullChangeDirectory: a request to be told of changes in a directory.

use crate::drivers::queue::PendIrp;
use crate::frame::{Next, Routine, steps};
use crate::fsrtl::notify::Notify;
use crate::io::device::Device;
use crate::io::file::File;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// FsRtlNotifyFullChangeDirectory: pends a request until something changes in its directory.
    ///
    /// The file object's first request decides what is watched and how much is remembered: later ones that ask for
    /// something else get what the first has asked for. Without a buffer, or with changes that do not fit, a request ends
    /// with STATUS_NOTIFY_ENUM_DIR and no bytes. What has changed since the last request ends the next at once. Through
    /// a file object that is cleaned up: STATUS_NOTIFY_CLEANUP; in a directory that is to be deleted:
    /// STATUS_DELETE_PENDING. Sources: WDK, FsRtlNotifyFullChangeDirectory; Win32,
    /// ReadDirectoryChangesW; Wine kernel32/tests/change.c, test_readdirectorychanges.
    pub enum FsRtlNotifyFullChangeDirectory = "FsRtlNotifyFullChangeDirectory" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "notify", "under the volume's lock: is a change remembered? if not, mark the IRP pending and queue it";
    }
}

impl Routine for FsRtlNotifyFullChangeDirectory {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Start { device, .. } = self;
        k[device].lock.is_none()
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        let file = k[irp].file;
        if k[file].cleanup_sent {
            return k.end_disk_request(irp, NtStatus::NOTIFY_CLEANUP, 0);
        }
        if k[file].scb.is_some_and(|scb| k[scb].delete_pending) {
            return k.end_disk_request(irp, NtStatus::DELETE_PENDING, 0);
        }
        let notify = k.notify_of(file).unwrap_or_else(|| k.create_notify(irp));
        if k.has_changes(notify) {
            let (status, bytes) = k.take_changes(notify, irp);
            return k.end_disk_request(irp, status, bytes);
        }
        k.acquire_queue_lock(device, thread);
        k.mark_irp_pending(irp, "the driver will complete it later");
        k.push(device, Device::QUEUE, irp, "the request waits for a change in its directory");
        Next::goto(PendIrp::SetRoutine { irp, device })
    }
}

impl Kernel {
    fn create_notify(&mut self, irp: Id<Irp>) -> Id<Notify> {
        let Irp { file, filter, watch_tree, null_buffer, length, .. } = self[irp];
        let room = if null_buffer { 0 } else { length };
        let new = Notify { file, filter, watch_tree, room, remembered: 0, immediately: false };
        self.create(new, "the first request of the file object decides what is watched")
    }

    /// Whether it is an open of a directory.
    pub(crate) fn is_directory(&self, file: Id<File>) -> bool {
        self[file].scb.is_some_and(|scb| self[scb].directory)
    }

    /// The oldest request that waits through a file object.
    pub(crate) fn notify_request(&self, device: Id<Device>, notify: Id<Notify>) -> Option<Id<Irp>> {
        let file = self[notify].file;
        let asks = |irp: &Irp| irp.file == file && irp.major == Major::DirectoryControl;
        Device::QUEUE.of(&self[device]).find(|irp| asks(&self[*irp]))
    }
}
