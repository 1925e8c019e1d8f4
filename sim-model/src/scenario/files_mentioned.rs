//! The files of a volume that a step speaks of, in words: a file may be gone when the run is over.

use sim_core::delta::{Change, Delta};
use sim_core::drivers::ntfs::lock::FileLock;
use sim_core::drivers::ntfs::scb::Scb;
use sim_core::kernel::AnyRecord;
use sim_core::record::Kind;
use sim_core::{Id, Kernel};

/// The files of a volume and the byte-range locks that a step speaks of, by place: a place is used again.
#[derive(Clone, Debug, Default)]
pub struct FilesMentioned {
    files: Vec<(Id<Scb>, String)>,
    locks: Vec<(Id<FileLock>, String)>,
}

impl FilesMentioned {
    /// What deltas speak of, as it is after them, or was before it ceased to be.
    pub(super) fn of(kernel: &Kernel, deltas: &[Delta]) -> FilesMentioned {
        let mut found = FilesMentioned::default();
        for delta in deltas {
            match &delta.change {
                Change::Field { kind: Kind::Scb, at, .. }
                | Change::Insert { kind: Kind::Scb, at, .. }
                | Change::Remove { kind: Kind::Scb, at, .. } => {
                    let file = kernel.get(Id::at(*at));
                    found.files.extend(file.map(|file| (Id::at(*at), name_of(kernel, file))));
                }
                Change::Create { kind: Kind::FileLock, at } => {
                    let lock = kernel.get(Id::at(*at));
                    found.locks.extend(lock.map(|lock| (Id::at(*at), range_of(lock))));
                }
                Change::Destroy { at, record } => match &**record {
                    AnyRecord::Scb(file) => found.files.push((Id::at(*at), name_of(kernel, file))),
                    AnyRecord::FileLock(lock) => found.locks.push((Id::at(*at), range_of(lock))),
                    _ => {}
                },
                _ => {}
            }
        }
        found
    }

    /// A file's path below its volume.
    pub fn name(&self, file: Id<Scb>) -> String {
        self.files.iter().find(|known| known.0 == file).map_or_else(String::new, |known| known.1.clone())
    }

    /// A lock's range.
    pub fn range(&self, lock: Id<FileLock>) -> String {
        self.locks.iter().find(|known| known.0 == lock).map_or_else(String::new, |known| known.1.clone())
    }
}

fn name_of(kernel: &Kernel, file: &Scb) -> String {
    file.name.map_or_else(|| "root directory".into(), |name| kernel.name(name.0).into())
}

fn range_of(lock: &FileLock) -> String {
    let FileLock { offset, length, exclusive, .. } = lock;
    format!("{length} bytes from {offset}, {}", if *exclusive { "exclusive" } else { "shared" })
}
