//! References taken in advance: the charged PointerCount of Windows 8 and later.
//!
//! Since Windows 8 a handle-table entry has a field RefCnt. The first use of the handle, and each that finds RefCnt 0,
//! adds a whole batch of references to the object's header and leaves them in the entry; the uses after it are paid
//! from there, without touching the header. So the header holds more references than anybody has:
//! PointerCount = true count + the RefCnt of every entry that names the object.
//!
//! Sources: ReactOS kernel test ntos_ob/ObHandle.c (its branch for Windows 8 and later: every number follows from the
//! rules here); A. Ionescu, "The Case of the Bloated Reference Count"; WinDbg output of `!object` and `!trueref`.

use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ob::reference::Purpose;
use crate::ob::table::Entry;
use crate::ps::process::Process;
use crate::word::{Handle, Id};

const TAKES: &str = "the entry has none left to give: it takes a batch in advance";
const PAYS: &str = "the entry pays for this use";

impl Kernel {
    /// Enters a use of a handle in the books of its entry. A duplicate is no use: its reference becomes the new
    /// handle's.
    pub(crate) fn charge(&mut self, process: Id<Process>, handle: Handle, purpose: Purpose) {
        let Some(batch) = self.profile().batch.filter(|_| self.profile().charges) else { return };
        let Some(entry) = self.entry(process, handle).filter(|_| purpose != Purpose::Handle) else { return };
        let (ref_cnt, why) = match entry.ref_cnt {
            0 => (batch.size(), TAKES),
            left => (left - 1, PAYS),
        };
        self.set_entry(process, handle, Entry { ref_cnt, ..entry }, why);
    }

    /// How many references to an object handle-table entries took in advance.
    pub fn charged_references(&self, object: Id<Object>) -> u64 {
        let tables = self.all::<Process>().flat_map(|(process, _)| self.table(process).open());
        tables
            .filter(|(_, entry)| entry.object == Some(object))
            .map(|(_, entry)| u64::from(entry.ref_cnt))
            .sum()
    }

    /// PointerCount as the header of real Windows has it, and `!object` and NtQueryObject show it: the true count and
    /// what entries took in advance. Before Windows 8 it is the true count.
    pub fn charged_pointer_count(&self, object: Id<Object>) -> u64 {
        u64::from(self[object].pointer_count) + self.charged_references(object)
    }
}
