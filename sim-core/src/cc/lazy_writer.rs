//! The lazy writer: paging writes, and the end of cache maps that nobody uses.

use crate::cc::cache_map::CacheMap;
use crate::frame::{Next, Routine, steps};
use crate::io::driver::IofCallDriver;
use crate::io::file::File;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// CcWorkerThread, the lazy writer: writes a file's dirty pages, and takes down a cache map that no file object uses.
    ///
    /// It writes through the file object that the cache map holds, also after that object's IRP_MJ_CLEANUP. Then the map
    /// lets that object go, but the control area of its section stays until it is trimmed. STATUS_NOT_FOUND for a file
    /// without a cache map; a write that fails leaves the pages dirty. Sources: WDK, CcUninitializeCacheMap,
    /// IRP_MJ_CLEANUP, IRP_MJ_CLOSE; Windows Internals, Cache Manager, for the thread's name.
    pub enum CcWorkerThread = "CcWorkerThread" {
        Scan { file: Id<File> } = "scan", "the file has dirty pages: make a paging write";
        Write { map: Id<CacheMap> } = "write", "send it to the file system";
        Written { map: Id<CacheMap>, irp: Id<Irp> } = "written", "the pages are on the disk";
        Delete { map: Id<CacheMap> } = "delete", "no file object uses the cache map: delete it";
    }
}

impl Routine for CcWorkerThread {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Written { irp, .. } => k[irp].event_set,
            _ => true,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Scan { file } => match k.shared_cache_map(file) {
                Some(map) if k[map].dirty => Next::goto(Self::Write { map }),
                Some(map) => Next::goto(Self::Delete { map }),
                None => Next::fail(NtStatus::NOT_FOUND),
            },
            Self::Write { map } => {
                k.set(map, CacheMap::DIRTY, false, "the lazy writer has the pages");
                let new = Irp { synchronous_api: true, ..k.new_irp(Major::Write, k[map].file, thread) };
                let irp = k.create(new, "the request holds no reference: the cache map has one");
                let flags =
                    "IRP_NOCACHE | IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO: past the cache, to the disk";
                k.set(irp, Irp::PAGING_IO, true, flags);
                Next::call(Self::Written { map, irp }, IofCallDriver::Dispatch { irp })
            }
            Self::Written { map, irp } => {
                k.forget_returned(thread);
                let status = k[irp].status;
                k.destroy(irp, "the paging write is over");
                if status.is_error() {
                    k.set(map, CacheMap::DIRTY, true, "the write has failed: the pages stay dirty");
                    return Next::fail(status);
                }
                Next::goto(Self::Delete { map })
            }
            Self::Delete { map } => {
                let CacheMap { file, control_area, opens, dirty } = k[map];
                if opens > 0 || dirty {
                    return Next::SUCCESS;
                }
                k.destroy(map, "no file object reads or writes through it any more");
                k.detach_section(control_area);
                let object = k[file].object;
                Next::goto(ObDereferenceObject::Drop { object, purpose: Purpose::CacheMap })
            }
        }
    }
}
