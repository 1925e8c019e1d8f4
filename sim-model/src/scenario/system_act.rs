//! What the system does by itself, when a scenario says so.

use sim_core::cc::lazy_writer::CcWorkerThread;
use sim_core::frame::Frame;
use sim_core::io::file::File;
use sim_core::mm::trim::MiDereferenceSegmentThread;
use sim_core::ob::header::Body;
use sim_core::{Id, NtStatus};

use crate::lang::ast::SystemAct;
use crate::scenario::program::LabelId;
use crate::scenario::world::{ActorState, Binding, Event, World};

impl World<'_> {
    /// The system's worker begins its work on the file of a label. A label of something else is no file that it knows.
    pub(super) fn begin_system(
        &mut self,
        actor: usize,
        (act, label): (SystemAct, LabelId),
        events: &mut Vec<Event>,
    ) {
        let state = self.actors[actor];
        let Some(file) = self.file_of_label(label) else {
            self.set_actor(actor, ActorState { next: state.next + 1, ..state });
            events.push(Event::Done { actor, action: state.next, status: NtStatus::NOT_FOUND });
            return;
        };
        let work: Frame = match act {
            SystemAct::Writes => CcWorkerThread::Scan { file }.into(),
            SystemAct::Trims => MiDereferenceSegmentThread::Trim { file }.into(),
        };
        let worker = self.kernel.worker();
        self.kernel.start(worker, work);
        self.set_actor(actor, ActorState { inside: Some(worker), ..state });
    }

    fn file_of_label(&self, label: LabelId) -> Option<Id<File>> {
        let Binding::Handle { object: Some(object), .. } = self.binding(label) else { return None };
        match self.kernel[object].body {
            Body::File(file) => Some(file),
            _ => None,
        }
    }
}
