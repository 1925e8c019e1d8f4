//! Share access: whether a file may be opened beside those that are open already.

use crate::drivers::ntfs::scb::Scb;
use crate::io::file::File;
use crate::io::open_options::{FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE};
use crate::kernel::Kernel;
use crate::status::NtStatus;
use crate::word::{Access, Id};

/// FILE_READ_DATA and FILE_EXECUTE.
const READS: Access = Access(0x0021);
/// FILE_WRITE_DATA and FILE_APPEND_DATA.
const WRITES: Access = Access(0x0006);
/// DELETE.
const DELETES: Access = Access(0x0001_0000);

/// The FILE_SHARE_ bits that others must give so that a file can be open with this access; 0 takes no part.
///
/// ```
/// use sim_core::Access;
/// use sim_core::io::share_access::needed;
/// assert_eq!(needed(Access(0x0012_0089)), 1); // FILE_GENERIC_READ
/// assert_eq!(needed(Access(0x0010_0080)), 0); // SYNCHRONIZE and FILE_READ_ATTRIBUTES
/// ```
pub const fn needed(access: Access) -> u8 {
    let mut needed = 0;
    if access.0 & READS.0 != 0 {
        needed |= FILE_SHARE_READ;
    }
    if access.0 & WRITES.0 != 0 {
        needed |= FILE_SHARE_WRITE;
    }
    if access.0 & DELETES.0 != 0 {
        needed |= FILE_SHARE_DELETE;
    }
    needed
}

impl Kernel {
    /// IoCheckShareAccess: enters a file object among those that a file is open through, if they share with it.
    ///
    /// Each of two must allow what the other does. One that only asks for attributes takes no part. Errors:
    /// STATUS_SHARING_VIOLATION. Sources: WDK, IoCheckShareAccess; Win32, Creating and Opening Files; Wine
    /// kernel32/tests/file.c, test_file_sharing.
    pub fn check_share_access(&mut self, file: Id<File>, scb: Id<Scb>) -> Result<(), NtStatus> {
        let needs = needed(self[file].access);
        if needs == 0 {
            return Ok(());
        }
        let shares = self[file].share;
        let refuses = |other: &File| needs & !other.share != 0 || needed(other.access) & !shares != 0;
        let mut beside = Scb::OPENS.of(&self[scb]).map(|other| &self[other]).filter(|other| other.shares);
        if beside.any(refuses) {
            return Err(NtStatus::SHARING_VIOLATION);
        }
        drop(beside);
        self.set(file, File::SHARES, true, "others must share with it from now on");
        Ok(())
    }

    /// IoRemoveShareAccess: the driver calls it when the last handle to the file object is closed.
    pub fn remove_share_access(&mut self, file: Id<File>) {
        self.set(file, File::SHARES, false, "nobody needs to share with it any more");
    }

    /// Whether both are opens of one file of a volume.
    pub(crate) fn is_same_file(&self, file: Id<File>, other: &File) -> bool {
        self[file].scb.is_some() && self[file].scb == other.scb
    }
}
