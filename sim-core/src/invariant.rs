//! What holds after every step, whatever a program or a correct driver does.
//!
//! Source: the rules that ReactOS asserts in ob/obref.c and ob/obhandle.c, and those that the WDK states for IRPs,
//! IRP_MJ_CLEANUP and IRP_MJ_CLOSE.

use alloc::format;
use alloc::string::String;

use crate::io::file::File;
use crate::io::irp::{Irp, Major};
use crate::io::port::Port;
use crate::kernel::Kernel;
use crate::ob::header::{Body, HandleCount, Object};
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::word::Id;

/// A broken invariant: which object, what was expected, what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The rule, as a sentence.
    pub rule: &'static str,
    /// The object, and the numbers.
    pub found: String,
}

impl Kernel {
    /// The first invariant that does not hold, if any.
    pub fn broken_invariant(&self) -> Option<Broken> {
        self.all::<Object>()
            .find_map(|(object, header)| self.broken_counts(object, header))
            .or_else(|| self.all::<Irp>().find_map(|(irp, record)| broken_irp(irp, record)))
            .or_else(|| self.all::<File>().find_map(|(file, record)| self.broken_file(file, record)))
    }

    /// How many references the records (not the services under way) hold on an object.
    pub fn held_references(&self, object: Id<Object>) -> u32 {
        let of_handles = self.all::<Process>().map(|(process, _)| {
            self.table(process).open().filter(|(_, entry)| entry.object == Some(object)).count() as u32
        });
        let of_irps = self.all::<Irp>().map(|(_, irp)| {
            let file = irp.major == Major::Read && self[irp.file].object == object;
            u32::from(file) + u32::from(irp.event == Some(object))
        });
        let of_files = self
            .all::<File>()
            .map(|(_, file)| u32::from(file.port.is_some_and(|port| self[port].object == object)));
        of_handles.sum::<u32>() + of_irps.sum::<u32>() + of_files.sum::<u32>() + self.held_by_running(object)
    }

    fn held_by_running(&self, object: Id<Object>) -> u32 {
        match self[object].body {
            Body::Device(_) => 1,
            Body::Thread(thread) => u32::from(!self[thread].ended),
            Body::Process(process) => {
                let held = |thread: &Thread| thread.process == process && !self[thread.object].deleted;
                let threads = self.all::<Thread>().filter(|(_, thread)| held(thread)).count() as u32;
                threads + u32::from(!self[process].ended)
            }
            _ => 0,
        }
    }

    fn broken_counts(&self, object: Id<Object>, header: &Object) -> Option<Broken> {
        let (handles, pointers) = (header.handle_count, header.pointer_count);
        let name = self.object_type(object).name();
        if pointers < handles {
            let found = format!("{name} {object:?}: HandleCount {handles}, PointerCount {pointers}");
            return Some(Broken { rule: "PointerCount is at least HandleCount", found });
        }
        let held = self.held_references(object);
        let idle = self.all::<Thread>().all(|(thread, _)| self.stack(thread).is_empty());
        if held > pointers || idle && held != pointers {
            let found = format!("{name} {object:?}: PointerCount {pointers}, but {held} references are held");
            return Some(Broken { rule: "PointerCount is the number of references that are held", found });
        }
        if !self.object_type(object).rules().maintains_handle_count {
            return None;
        }
        let counted: u32 =
            Object::HANDLE_COUNTS.of(header).map(|entry: Id<HandleCount>| self[entry].count).sum();
        (counted != handles).then(|| Broken {
            rule: "the processes' handle counts add up to HandleCount",
            found: format!("{name} {object:?}: HandleCount {handles}, but the processes count {counted}"),
        })
    }

    fn broken_file(&self, file: Id<File>, record: &File) -> Option<Broken> {
        let header = &self[record.object];
        let handles = header.handle_count;
        if record.cleanup_sent && handles > 0 {
            let found = format!("File {file:?}: HandleCount {handles}");
            return Some(Broken { rule: "IRP_MJ_CLEANUP is sent only when no handle is left", found });
        }
        if record.close_sent && (!record.cleanup_sent || header.pointer_count > 0) {
            let found = format!("File {file:?}: PointerCount {}", header.pointer_count);
            return Some(Broken {
                rule: "IRP_MJ_CLOSE follows IRP_MJ_CLEANUP and the last reference",
                found,
            });
        }
        None
    }

    /// Whether nothing is under way: every thread is in user mode or has ended, and no work waits.
    pub fn is_quiet(&self) -> bool {
        self.all::<Thread>().all(|(thread, _)| self.stack(thread).is_empty() && self.choice(thread).is_none())
    }

    /// Packets that wait in a port.
    pub fn packets(&self, port: Id<Port>) -> usize {
        Port::PACKETS.of(&self[port]).len()
    }
}

fn broken_irp(irp: Id<Irp>, record: &Irp) -> Option<Broken> {
    (record.completed && record.cancel_routine).then(|| Broken {
        rule: "a completed IRP has no cancel routine",
        found: format!("IRP {irp:?} for {}", record.major.name()),
    })
}
