//! Views: sections in the address space of a process.

use crate::kernel::Kernel;
use crate::mm::control_area::ControlArea;
use crate::ps::process::Process;
use crate::record::record;
use crate::word::Id;

record! {
    /// A mapped view (an MMVAD of the process). It keeps the control area, not the section object nor a handle.
    pub struct View: View {
        /// The process whose address space it is in.
        PROCESS process: Id<Process>,
        /// What is mapped; none before and after.
        CONTROL_AREA control_area: Option<Id<ControlArea>> as "ControlArea",
    }
    lists {}
}

impl Kernel {
    /// A view that a call of the process is about to map.
    pub fn create_view(&mut self, process: Id<Process>) -> Id<View> {
        self.create(View { process, control_area: None }, "")
    }

    pub(crate) fn map_view(&mut self, view: Id<View>, area: Id<ControlArea>) {
        self.set(view, View::CONTROL_AREA, Some(area), "the view keeps the control area");
        let views = self[area].views + 1;
        self.set(area, ControlArea::VIEWS, views, "one view more");
    }

    pub(crate) fn unmap_view(&mut self, view: Id<View>, why: &'static str) {
        if let Some(area) = self[view].control_area {
            self.set(view, View::CONTROL_AREA, None, why);
            let views = self[area].views - 1;
            self.set(area, ControlArea::VIEWS, views, "one view less");
            self.drop_paging_file_area(area);
        }
    }

    /// The first view that is mapped in a process.
    pub(crate) fn mapped_view(&self, process: Id<Process>) -> Option<Id<View>> {
        let is_mapped = |view: &View| view.process == process && view.control_area.is_some();
        self.all::<View>().find(|(_, view)| is_mapped(view)).map(|(id, _)| id)
    }
}
