//! FsRtlNotifyFullReportChange: a file system tells of a change.

use crate::drivers::ntfs::queue::NtfsCompleteQueued;
use crate::drivers::ntfs::scb::Scb;
use crate::frame::{Frame, Next, Routine, steps};
use crate::fsrtl::notify::{Change, Notify};
use crate::fsrtl::notify_complete::FsRtlNotifyCompleteIrp;
use crate::io::device::Device;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Id, Name};

steps! {
    /// FsRtlNotifyFullReportChange: ends the requests that wait for such a change, and remembers it for those who watch and
    /// have none outstanding.
    ///
    /// A file system calls it when the change is made, before it completes the request that has made it. Of a directory that
    /// is marked for deletion it ends the requests with STATUS_DELETE_PENDING. Sources: WDK, FsRtlNotifyFullReportChange,
    /// FsRtlNotifyFullChangeDirectory; Microsoft's fastfat sample, fileinfo.c.
    pub enum FsRtlNotifyFullReportChange = "FsRtlNotifyFullReportChange" {
        Report { device: Id<Device>, path: Name, change: Change, irp: Id<Irp>, status: NtStatus, information: u32 }
            = "report", "under the volume's lock: dequeue the requests that it ends, remember it for the others";
        DirectoryGoes { device: Id<Device>, scb: Id<Scb>, irp: Id<Irp> }
            = "deleted", "under the volume's lock: the directory is to be deleted, so dequeue what waits for changes in it";
        Reported { irp: Id<Irp>, status: NtStatus, information: u32 }
            = "reported", "who waited is told: the request that has made the change ends";
    }
}

impl Routine for FsRtlNotifyFullReportChange {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Report { device, .. } | Self::DirectoryGoes { device, .. } => k[device].lock.is_none(),
            Self::Reported { .. } => true,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Report { device, path, change, irp, status, information } => {
                let told: alloc::vec::Vec<(Id<Notify>, u32)> = k.watchers(device, path, change).collect();
                for (notify, characters) in told {
                    k.remember_change(notify, characters);
                    if let Some(waiting) = k.notify_request(device, notify) {
                        let ends = k.take_changes(notify, waiting);
                        k.dequeue_notify(thread, (device, waiting), ends);
                    }
                }
                let reported = Self::Reported { irp, status, information };
                k.complete_notify(thread, device, reported)
            }
            Self::DirectoryGoes { device, scb, irp } => {
                let in_it = |(id, notify): (Id<Notify>, &Notify)| {
                    (k[notify.file].scb == Some(scb)).then(|| k.notify_request(device, id))?
                };
                let waiting: alloc::vec::Vec<Id<Irp>> = k.all::<Notify>().filter_map(in_it).collect();
                for waiting in waiting {
                    k.dequeue_notify(thread, (device, waiting), (NtStatus::DELETE_PENDING, 0));
                }
                let reported = Self::Reported { irp, status: NtStatus::SUCCESS, information: 0 };
                k.complete_notify(thread, device, reported)
            }
            Self::Reported { irp, status, information } => {
                k.forget_returned(thread);
                k.end_changing(irp, status, information)
            }
        }
    }
}

impl Kernel {
    /// On to the completion of what was dequeued, if anything was, and then to `after`.
    pub(crate) fn complete_notify(
        &mut self,
        thread: Id<Thread>,
        device: Id<Device>,
        after: impl Into<Frame>,
    ) -> Next {
        if Thread::DEFERRED.first(&self[thread]).is_none() {
            return Next::goto(after);
        }
        self.acquire_queue_lock(device, thread);
        Next::call(after, FsRtlNotifyCompleteIrp::TakeRoutine { device, at: 0 })
    }

    /// The end of a request that has marked a directory for deletion: those who watch the directory itself end first.
    pub(crate) fn end_deleting(&self, irp: Id<Irp>, scb: Id<Scb>) -> Next {
        let is_watched = |notify: &Notify| self[notify.file].scb == Some(scb);
        let device = self.device_of(irp);
        match self[scb].delete_pending && self.all::<Notify>().any(|(_, notify)| is_watched(notify)) {
            true => Next::goto(FsRtlNotifyFullReportChange::DirectoryGoes { device, scb, irp }),
            false => self.end_disk_request(irp, NtStatus::SUCCESS, 0),
        }
    }

    /// What is told when a file or directory gets its name, or loses it.
    pub(crate) fn name_change(&self, scb: Id<Scb>) -> Option<(Name, Change)> {
        let change = if self[scb].directory { Change::DirName } else { Change::FileName };
        self[scb].name.map(|name| (name, change))
    }

    /// The end of a request that may have changed something: those who watch are told first.
    pub(crate) fn end_reporting(
        &self,
        irp: Id<Irp>,
        (status, information): (NtStatus, u32),
        changed: Option<(Name, Change)>,
    ) -> Next {
        let device = self.device_of(irp);
        match changed.filter(|(path, change)| self.watchers(device, *path, *change).next().is_some()) {
            Some((path, change)) => Next::goto(FsRtlNotifyFullReportChange::Report {
                device,
                path,
                change,
                irp,
                status,
                information,
            }),
            None => self.end_changing(irp, status, information),
        }
    }

    /// A cleanup goes on with the requests that it ends.
    fn end_changing(&self, irp: Id<Irp>, status: NtStatus, information: u32) -> Next {
        match self[irp].major {
            Major::Cleanup => {
                Next::goto(NtfsCompleteQueued::Next { irp: Some(irp), device: self.device_of(irp) })
            }
            _ => self.end_disk_request(irp, status, information),
        }
    }
}
