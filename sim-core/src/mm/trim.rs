//! Trimming: when the memory manager lets a file go that nobody maps any more.

use crate::frame::{Next, Routine, steps};
use crate::io::file::File;
use crate::kernel::Kernel;
use crate::mm::control_area::ControlArea;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// MiDereferenceSegmentThread: the memory manager needs pages and trims a file's control area that has neither
    /// section nor view.
    ///
    /// With it goes its reference on the file object, and often that is the last: then IRP_MJ_CLOSE is sent now, by a
    /// system thread, however long ago the last handle was closed. STATUS_NOT_FOUND if the file has none that can go.
    /// Sources: ReactOS kernel tests ntos_mm/MmSection; WDK, IRP_MJ_CLOSE, IRP_MJ_CLEANUP; Windows Internals, Memory
    /// Management, for the thread's name.
    pub enum MiDereferenceSegmentThread = "MiDereferenceSegmentThread" {
        Trim { file: Id<File> } = "trim", "nobody uses the control area: free it, and let its file object go";
    }
}

impl Routine for MiDereferenceSegmentThread {
    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Trim { file } = self;
        let unused = |area: &Id<ControlArea>| k[*area].is_unused();
        let Some(area) = k.data_section(file).filter(unused) else { return Next::fail(NtStatus::NOT_FOUND) };
        let first = k[area].file;
        k.destroy(area, "its pages are wanted for something else");
        match first {
            Some(first) => {
                let object = k[first].object;
                Next::goto(ObDereferenceObject::Drop { object, purpose: Purpose::ControlArea })
            }
            None => Next::SUCCESS,
        }
    }
}
