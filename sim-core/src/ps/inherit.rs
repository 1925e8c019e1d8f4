//! ObInitProcess: what a new process inherits.

use crate::frame::{Next, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::create::{ObpIncrementHandleCount, OpenReason};
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::table::{Entry, INHERIT, PAGE};
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::word::{Access, Handle, Id};

steps! {
    /// ObInitProcess: copies the inheritable handles of a process into the table of a new one.
    ///
    /// Each has the same value, access and attributes; the others are free. The parent's table is walked in ascending
    /// order while its threads go on: an entry is referenced under its lock and counted after it, so a close in the
    /// parent can come between. Then a file is not inherited (STATUS_UNSUCCESSFUL, which nobody sees) and an event is
    /// the child's alone. With `listed`, only the handles of PROC_THREAD_ATTRIBUTE_HANDLE_LIST. Sources: ReactOS
    /// ob/obhandle.c, ex/handle.c; Win32, Handle Inheritance, UpdateProcThreadAttribute; Wine kernel32/tests/process.c,
    /// test_StdHandleInheritance, test_handle_list_attribute.
    pub enum ObInitProcess = "ObInitProcess" {
        Reference { parent: Id<Process>, child: Id<Process>, after: Handle, listed: bool }
            = "next", "reference the next inheritable handle's object under the entry's lock";
        Copy { parent: Id<Process>, child: Id<Process>, handle: Handle, object: Id<Object>, access: Access,
            attributes: u8, listed: bool } = "copy", "the handle is counted for the child: copy the entry";
        Finish { child: Id<Process> } = "free", "what was not inherited is free in the child";
    }
}

impl Routine for ObInitProcess {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Reference { parent, child, after, listed } => {
                k.next_inheritable(parent, child, after, listed).is_none_or(|(_, entry)| !entry.locked)
            }
            _ => true,
        }
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { parent, child, after, listed } => {
                let Some((handle, entry)) = k.next_inheritable(parent, child, after, listed) else {
                    return Next::goto(Self::Finish { child });
                };
                let Some(object) = entry.object else { return Next::goto(Self::Finish { child }) };
                k.reference(object, Purpose::Handle);
                let (access, attributes) = (entry.access, entry.attributes);
                Next::call(
                    Self::Copy { parent, child, handle, object, access, attributes, listed },
                    ObpIncrementHandleCount::Count {
                        object,
                        process: child,
                        access,
                        attributes,
                        reason: OpenReason::Inherit,
                    },
                )
            }
            Self::Copy { parent, child, handle, object, access, attributes, listed } => {
                let next = Self::Reference { parent, child, after: handle, listed };
                if k.take_returned(thread).status.is_error() {
                    return Next::call(next, ObDereferenceObject::Drop { object, purpose: Purpose::Handle });
                }
                let entry = Entry { object: Some(object), access, attributes, locked: false, ref_cnt: 0 };
                k.set_entry(child, handle, entry, "the child inherits the handle");
                Next::goto(next)
            }
            Self::Finish { child } => {
                k.free_the_rest(child);
                Next::SUCCESS
            }
        }
    }
}

impl Kernel {
    fn next_inheritable(
        &self,
        parent: Id<Process>,
        child: Id<Process>,
        after: Handle,
        listed: bool,
    ) -> Option<(Handle, Entry)> {
        let list =
            |handle: &Handle| Process::HANDLE_LIST.of(&self[child]).any(|item| item.0 & !3 == handle.0);
        let inheritable = |(handle, entry): &(Handle, &Entry)| {
            *handle > after && entry.attributes & INHERIT != 0 && (!listed || list(handle))
        };
        self.table(parent).open().find(inheritable).map(|(handle, entry)| (handle, *entry))
    }

    /// In which order the free values below the highest inherited one are given out is not known; ReactOS begins with
    /// the highest.
    fn free_the_rest(&mut self, child: Id<Process>) {
        let highest = self.table(child).open().last().map_or(0, |(handle, _)| handle.0 / 4);
        for slot in (1..highest).filter(|slot| !slot.is_multiple_of(PAGE)) {
            if self.entry(child, Handle(slot * 4)).is_none() {
                self.note_free(child, Handle(slot * 4));
            }
        }
    }
}
