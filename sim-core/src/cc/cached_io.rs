//! Cached reads and writes: what a file system does with a request that does not go to the disk.

use crate::cc::cache_map::CacheMap;
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::word::Id;

steps! {
    /// The read and write dispatch routine of a file system that caches its files.
    ///
    /// The first request of a file object calls CcInitializeCacheMap; a write only dirties pages in the cache, and the
    /// lazy writer writes them later. Sources: WDK, CcInitializeCacheMap, CcCopyWrite; Microsoft's fastfat sample,
    /// read.c and write.c.
    pub enum CachedIo = "FsdReadWrite" {
        Initialize { irp: Id<Irp>, device: Id<Device> }
            = "cache map", "the first cached request of this file object calls CcInitializeCacheMap";
        Copy { irp: Id<Irp>, device: Id<Device> } = "copy", "CcCopyRead, CcCopyWrite: between the buffer and the cache";
    }
}

impl Routine for CachedIo {
    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        match self {
            Self::Initialize { irp, device } => {
                let file = k[irp].file;
                if !k[file].private_cache_map && !k[file].cleanup_sent {
                    k.initialize_cache_map(file);
                }
                Next::goto(Self::Copy { irp, device })
            }
            Self::Copy { irp, device } => {
                let Irp { file, major, .. } = k[irp];
                let map = k.shared_cache_map(file).filter(|_| k[file].private_cache_map);
                if let (Some(map), Major::Write) = (map, major) {
                    k.set(map, CacheMap::DIRTY, true, "the data is in the cache and not on the disk yet");
                }
                k.dispatch_file(irp, device)
            }
        }
    }
}

impl Kernel {
    /// The dispatch table of a file system that may cache: a read or write that is not a paging one goes through the cache
    /// first.
    pub(crate) fn dispatch_cached(&self, irp: Id<Irp>, device: Id<Device>) -> Next {
        let Irp { major, paging_io, .. } = self[irp];
        match self[device].driver.manner().caches && major.has_data() && !paging_io {
            true => Next::goto(CachedIo::Initialize { irp, device }),
            false => self.dispatch_file(irp, device),
        }
    }
}
