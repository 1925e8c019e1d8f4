//! SCB: a file or directory of a volume.

use crate::drivers::ntfs::lock::FileLock;
use crate::io::device::Device;
use crate::io::file::File;
use crate::kernel::Kernel;
use crate::path::SEPARATOR;
use crate::record::record;
use crate::word::{Id, Name};

record! {
    /// SCB: a file or directory of a volume, with what there is of its data: how long it is. FsContext of the file
    /// objects that it is open through.
    pub struct Scb: Scb {
        /// The volume.
        DEVICE device: Id<Device>,
        /// Its path below the volume; none for the root directory, which is kept only while it is open.
        NAME name: Option<Name>,
        /// EndOfFile: how many bytes it has.
        END_OF_FILE end_of_file: u64 as "EndOfFile",
        /// DeletePending: its name goes when the last handle to it is closed.
        DELETE_PENDING delete_pending: bool as "DeletePending",
        /// It is a directory.
        DIRECTORY directory: bool as "Directory",
        /// FILE_ATTRIBUTE_READONLY.
        READ_ONLY read_only: bool as "FILE_ATTRIBUTE_READONLY",
        /// Its name is gone: only the file objects that it is open through lead to it.
        UNLINKED unlinked: bool as "deleted",
        /// The file object whose oplock is broken and who has not acknowledged it: an open waits for that.
        BREAKING breaking: Option<Id<File>> as "oplock break",
    }
    lists {
        /// The file objects that it is open through and whose IRP_MJ_CLEANUP has not come, the oldest first.
        OPENS opens: Id<File> as "UncleanCount",
        /// Its locked byte ranges, the oldest first.
        LOCKS locks: Id<FileLock> as "FileLock",
    }
}

impl Kernel {
    /// The file of a volume that has this path; letter case does not count. A deleted one has none.
    pub fn file_of_volume(&self, device: Id<Device>, name: Option<Name>) -> Option<Id<Scb>> {
        let wanted = self.path_of_file(name);
        let same = |scb: &Scb| {
            scb.device == device && !scb.unlinked && self.path_of_file(scb.name).eq_ignore_ascii_case(wanted)
        };
        self.all::<Scb>().find(|(_, scb)| same(scb)).map(|(id, _)| id)
    }

    fn path_of_file(&self, name: Option<Name>) -> &str {
        name.map_or("", |name| self.name(name.0))
    }

    /// The directory that a path of a volume stands in: whether there is one, and whether its own deletion is pending.
    pub(super) fn parent_of(&self, device: Id<Device>, name: Name) -> Option<bool> {
        let Some((parent, _)) = self.name(name.0).rsplit_once(SEPARATOR) else { return Some(false) };
        let is_parent = |scb: &Scb| {
            scb.device == device && !scb.unlinked && self.path_of_file(scb.name).eq_ignore_ascii_case(parent)
        };
        let found = self.all::<Scb>().find(|(_, scb)| is_parent(scb))?;
        found.1.directory.then_some(found.1.delete_pending)
    }

    /// Whether files stand in a directory.
    pub(super) fn has_children(&self, directory: Id<Scb>) -> bool {
        let Scb { device, name, .. } = self[directory];
        let path = self.path_of_file(name);
        self.all::<Scb>().any(|(id, scb)| {
            let below = self.path_of_file(scb.name);
            let starts = below.get(..path.len()).is_some_and(|start| start.eq_ignore_ascii_case(path));
            let is_below = path.is_empty() || starts && below[path.len()..].starts_with(SEPARATOR);
            id != directory && scb.device == device && !scb.unlinked && is_below
        })
    }

    /// FO_CLEANUP_COMPLETE: a request that comes now is too late, and ends with STATUS_FILE_CLOSED. Source: Microsoft,
    /// Windows-driver-samples, filesys/fastfat/verfysup.c, FatVerifyOperationIsLegal.
    pub(super) fn is_cleaned_up(&self, file: Id<File>) -> bool {
        self[file].scb.is_some_and(|scb| !Scb::OPENS.holds(&self[scb], file))
    }

    /// The name of a file goes: another can have it.
    pub(super) fn unlink_file(&mut self, scb: Id<Scb>, why: &'static str) {
        self.set(scb, Scb::UNLINKED, true, why);
    }

    /// The file is open through one file object less. What is deleted goes with the last.
    pub(super) fn let_scb_go(&mut self, file: Id<File>) {
        let Some(scb) = self[file].scb else { return };
        self.set(file, File::SCB, None, "the file object is closed");
        let Scb { name, unlinked, .. } = self[scb];
        let is_open = self.all::<File>().any(|(_, file)| file.scb == Some(scb));
        if !is_open && (unlinked || name.is_none()) {
            self.destroy(scb, "no file object leads to it any more, and no name");
        }
    }
}
