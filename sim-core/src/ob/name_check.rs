//! ObpDeleteNameCheck: the name of an object goes with its last handle, unless the object is permanent.

use crate::frame::{Next, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ps::thread::Thread;
use crate::word::Id;

steps! {
    /// ObpDeleteNameCheck: takes the name of an object without handles out of its directory.
    ///
    /// The test is made again under the directory's lock: whoever has opened the object by name meanwhile keeps the
    /// name alive. Source: ReactOS ob/obname.c; WDK, Life Cycle of an Object.
    pub enum ObpDeleteNameCheck = "ObpDeleteNameCheck" {
        Unlink { object: Id<Object> } = "C7", "under the directory's lock: still no handle, not permanent? take the name out";
        LetObjectGo { object: Id<Object> } = "C7", "the directory's hold on the object goes last";
    }
}

impl Routine for ObpDeleteNameCheck {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::LetObjectGo { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Unlink { object } => {
                if !k.loses_name(object) {
                    return Next::SUCCESS;
                }
                let Some(directory) = k.remove_name(object) else { return Next::SUCCESS };
                let drop = ObDereferenceObject::Drop { object: directory, purpose: Purpose::Parent };
                Next::call(Self::LetObjectGo { object }, drop)
            }
            Self::LetObjectGo { object } => {
                k.forget_returned(thread);
                Next::goto(ObDereferenceObject::Drop { object, purpose: Purpose::Name })
            }
        }
    }
}

impl Kernel {
    pub(crate) fn loses_name(&self, object: Id<Object>) -> bool {
        let header = &self[object];
        header.handle_count == 0 && !header.permanent && header.directory.is_some()
    }

    /// Into the name check, if there is a name to be taken out.
    pub(crate) fn name_check(&self, object: Id<Object>) -> Next {
        if self.loses_name(object) {
            Next::goto(ObpDeleteNameCheck::Unlink { object })
        } else {
            Next::SUCCESS
        }
    }
}
