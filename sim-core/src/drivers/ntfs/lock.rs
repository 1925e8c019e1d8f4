//! Byte-range locks: IRP_MJ_LOCK_CONTROL.

use alloc::format;
use alloc::vec::Vec;

use crate::drivers::ntfs::queue::NtfsCompleteQueued;
use crate::drivers::ntfs::scb::Scb;
use crate::drivers::queue::PendIrp;
use crate::frame::{Next, Routine, steps};
use crate::invariant::Broken;
use crate::io::device::Device;
use crate::io::file::File;
use crate::io::file_operation::FileOperation;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::Id;

record! {
    /// FILE_LOCK_INFO: a byte range of a file that a process has locked through a file object.
    pub struct FileLock: FileLock {
        /// FileObject: with the process, its owner.
        FILE file: Id<File>,
        /// ProcessId: with the file object, its owner.
        PROCESS process: Id<Process>,
        /// StartingByte.
        OFFSET offset: u64 as "StartingByte",
        /// Length.
        LENGTH length: u32 as "Length",
        /// ExclusiveLock.
        EXCLUSIVE exclusive: bool as "ExclusiveLock",
    }
    lists {}
}

/// Who owns a lock: a process, through a file object.
type Owner = (Id<File>, Id<Process>);

impl FileLock {
    const fn owner(&self) -> Owner {
        (self.file, self.process)
    }
}

/// Whether two ranges have a byte in common; an empty one lies between its neighbours, and one at the beginning
/// nowhere.
fn overlap((one, one_length): (u64, u32), (other, other_length): (u64, u32)) -> bool {
    if (one, one_length) == (0, 0) || (other, other_length) == (0, 0) {
        return false;
    }
    let last = |from: u64, length: u32| i128::from(from) + i128::from(length) - 1;
    i128::from(one) <= last(other, other_length) && last(one, one_length) >= i128::from(other)
}

steps! {
    /// NtfsCommonLockControl, FsRtlProcessFileLock: locks a byte range of the file for a file object, or unlocks one.
    ///
    /// A lock belongs to a file object and a process: another file object is another owner, and so is another process
    /// with a duplicated handle; a thread is none. A lock that conflicts with another waits until it can be granted,
    /// and a cancel ends it; locks that overlap are refused to their own owner too, except a shared one in its
    /// exclusive one. Unlocking takes the range as it was locked; of an exclusive and a shared lock the exclusive one
    /// goes first. Errors: STATUS_INVALID_PARAMETER (a directory), STATUS_LOCK_NOT_GRANTED (FailImmediately),
    /// STATUS_RANGE_NOT_LOCKED. Sources: MS-FSA 2.1.4.10, 2.1.5.8 and 2.1.5.9; Win32, LockFileEx; WDK,
    /// FsRtlProcessFileLock; Wine ntdll/tests/file.c, test_read_write; kernel32/tests/file.c, test_LockFile.
    pub enum NtfsLockControl = "NtfsCommonLockControl" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "resource", "under the file's resource: lock the range, unlock it, or queue the request";
    }
}

impl Routine for NtfsLockControl {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Start { device, .. } = self;
        k[device].lock.is_none()
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        let Irp { file, operation, .. } = k[irp];
        if k.is_cleaned_up(file) {
            return k.end_disk_request(irp, NtStatus::FILE_CLOSED, 0);
        }
        let Some(scb) = k[file].scb.filter(|scb| !k[*scb].directory) else {
            return k.end_disk_request(irp, NtStatus::INVALID_PARAMETER, 0);
        };
        let FileOperation::Lock { fail_immediately, .. } = operation else {
            return match k.unlock_range(scb, irp) {
                true => Next::goto(NtfsCompleteQueued::Next { irp: Some(irp), device }),
                false => k.end_disk_request(irp, NtStatus::RANGE_NOT_LOCKED, 0),
            };
        };
        match (k.can_lock(scb, irp), fail_immediately) {
            (true, _) => {
                k.lock_range(scb, irp);
                k.end_disk_request(irp, NtStatus::SUCCESS, 0)
            }
            (false, true) => k.end_disk_request(irp, NtStatus::LOCK_NOT_GRANTED, 0),
            (false, false) => {
                k.queue_disk_request(thread, irp, device, "another has locked a part of the range")
            }
        }
    }
}

impl Kernel {
    /// The request waits in the driver's queue, where a cancel can end it.
    pub(super) fn queue_disk_request(
        &mut self,
        thread: Id<Thread>,
        irp: Id<Irp>,
        device: Id<Device>,
        why: &'static str,
    ) -> Next {
        self.acquire_queue_lock(device, thread);
        self.mark_irp_pending(irp, "the driver will complete it later");
        self.push(device, Device::QUEUE, irp, why);
        Next::goto(PendIrp::SetRoutine { irp, device })
    }

    /// Whether the range that a request asks for is free for it.
    pub(super) fn can_lock(&self, scb: Id<Scb>, irp: Id<Irp>) -> bool {
        let (Irp { offset, length, operation, .. }, owner) = (self[irp].clone(), self.lock_owner(irp));
        let exclusive = matches!(operation, FileOperation::Lock { exclusive: true, .. });
        let conflicts = |lock: &FileLock| match (lock.exclusive, exclusive) {
            (true, false) => lock.owner() != owner,
            (held, wanted) => held || wanted,
        };
        !self
            .locks_of(scb)
            .any(|(_, lock)| conflicts(lock) && overlap((lock.offset, lock.length), (offset, length)))
    }

    /// The process that sends a request, and its file object.
    pub(super) fn lock_owner(&self, irp: Id<Irp>) -> Owner {
        (self[irp].file, self[self.issuer(irp)].process)
    }

    /// FsRtlCheckLockForReadAccess and FsRtlCheckLockForWriteAccess: whether a lock stands against a read or write. A
    /// shared lock stands against its owner's writes too.
    pub(super) fn is_locked_against(
        &self,
        scb: Id<Scb>,
        owner: Owner,
        range: (u64, u32),
        write: bool,
    ) -> bool {
        let against = |lock: &FileLock| match lock.exclusive {
            true => lock.owner() != owner,
            false => write,
        };
        range.1 > 0
            && self.locks_of(scb).any(|(_, lock)| against(lock) && overlap((lock.offset, lock.length), range))
    }

    fn locks_of(&self, scb: Id<Scb>) -> impl Iterator<Item = (Id<FileLock>, &FileLock)> {
        Scb::LOCKS.of(&self[scb]).map(|lock| (lock, &self[lock]))
    }

    pub(super) fn lock_range(&mut self, scb: Id<Scb>, irp: Id<Irp>) {
        let Irp { offset, length, operation, .. } = self[irp];
        let (file, process) = self.lock_owner(irp);
        let exclusive = matches!(operation, FileOperation::Lock { exclusive: true, .. });
        let lock = self.create(FileLock { file, process, offset, length, exclusive }, "the range is locked");
        self.push(scb, Scb::LOCKS, lock, "the file object and the process own the lock");
    }

    /// FsRtlFastUnlockSingle.
    fn unlock_range(&mut self, scb: Id<Scb>, irp: Id<Irp>) -> bool {
        let (Irp { offset, length, .. }, owner) = (self[irp].clone(), self.lock_owner(irp));
        let same = |lock: &FileLock| (lock.owner(), lock.offset, lock.length) == (owner, offset, length);
        let found = self.locks_of(scb).filter(|(_, lock)| same(lock)).max_by_key(|(_, lock)| lock.exclusive);
        let Some(lock) = found.map(|(id, _)| id) else { return false };
        self.remove_lock(scb, lock, "the range is unlocked");
        true
    }

    /// FsRtlFastUnlockAll: of one process, or of all.
    pub(super) fn unlock_all(&mut self, scb: Id<Scb>, file: Id<File>, process: Option<Id<Process>>) {
        let own =
            |lock: &FileLock| lock.file == file && process.is_none_or(|process| lock.process == process);
        let own = self.locks_of(scb).filter(|(_, lock)| own(lock)).map(|(id, _)| id);
        for lock in own.collect::<Vec<Id<FileLock>>>() {
            self.remove_lock(scb, lock, "the last handle of its owner is closed");
        }
    }

    /// FastIoUnlockAll, which the I/O manager calls when a process closes its last handle to a file object: the locks
    /// of that process go, and who waits for them goes on.
    pub(crate) fn unlock_process(
        &mut self,
        file: Id<File>,
        process: Id<Process>,
    ) -> Option<NtfsCompleteQueued> {
        let (scb, device) = (self[file].scb?, self[file].device?);
        self.unlock_all(scb, file, Some(process));
        Some(NtfsCompleteQueued::Next { irp: None, device })
    }

    /// An invariant: who owns a lock has the file open.
    pub(crate) fn broken_locks(&self, scb: Id<Scb>) -> Option<Broken> {
        let closed = |lock: &FileLock| !Scb::OPENS.holds(&self[scb], lock.file);
        let (_, lock) = self.locks_of(scb).find(|(_, lock)| closed(lock))?;
        let found = format!("file object {} has a lock from {} on", lock.file.index(), lock.offset);
        Some(Broken { rule: "a file object that is cleaned up has no byte-range locks", found })
    }

    fn remove_lock(&mut self, scb: Id<Scb>, lock: Id<FileLock>, why: &'static str) {
        self.remove(scb, Scb::LOCKS, lock, why);
        self.destroy(lock, why);
    }
}
