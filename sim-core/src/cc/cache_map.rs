//! Cache maps: what the cache manager keeps of a file that is read or written through the cache.

use crate::io::file::File;
use crate::kernel::Kernel;
use crate::mm::control_area::ControlArea;
use crate::ob::reference::Purpose;
use crate::record::record;
use crate::word::Id;

record! {
    /// SHARED_CACHE_MAP: what the cache manager keeps of a file. All opens of the file share it.
    pub struct CacheMap: CacheMap {
        /// FileObject: that of the first cached read or write. The map holds one reference on it.
        FILE file: Id<File> as "FileObject",
        /// Section: the control area of the map's own data section of the file.
        CONTROL_AREA control_area: Id<ControlArea> as "Section",
        /// OpenCount: file objects with a private cache map, those that have read or written and are not cleaned up.
        OPENS opens: u32 as "OpenCount",
        /// DirtyPages is not zero: something was written that is not on the disk yet.
        DIRTY dirty: bool as "dirty pages",
    }
    lists {}
}

impl Kernel {
    /// SECTION_OBJECT_POINTERS.SharedCacheMap of the file that a file object is an open of.
    pub fn shared_cache_map(&self, file: Id<File>) -> Option<Id<CacheMap>> {
        let is_of = |map: &CacheMap| self.is_same_file(file, &self[map.file]);
        self.all::<CacheMap>().find(|(_, map)| is_of(map)).map(|(id, _)| id)
    }

    /// CcInitializeCacheMap: the file object has a private cache map from now on, and its file a shared one.
    pub(crate) fn initialize_cache_map(&mut self, file: Id<File>) {
        let map = self.shared_cache_map(file).unwrap_or_else(|| {
            let control_area = self.attach_section(file);
            self.reference(self[file].object, Purpose::CacheMap);
            let new = CacheMap { file, control_area, opens: 0, dirty: false };
            self.create(new, "the first cached request makes the cache map")
        });
        self.set(file, File::PRIVATE_CACHE_MAP, true, "the file object reads and writes through the cache");
        let opens = self[map].opens + 1;
        self.set(map, CacheMap::OPENS, opens, "one file object more uses the cache map");
    }

    /// CcUninitializeCacheMap, at IRP_MJ_CLEANUP. The cache map stays for the lazy writer.
    pub(crate) fn uninitialize_cache_map(&mut self, file: Id<File>) {
        if !self[file].private_cache_map {
            return;
        }
        self.set(file, File::PRIVATE_CACHE_MAP, false, "the file object's last handle is closed");
        if let Some(map) = self.shared_cache_map(file) {
            let opens = self[map].opens - 1;
            self.set(map, CacheMap::OPENS, opens, "one file object less uses the cache map");
        }
    }
}
