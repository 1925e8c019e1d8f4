//! Rules about what a program in user mode does with its handles and requests. Nothing here changes what happens.

use crate::finding::{About, Rule};
use crate::io::file::File;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ob::header::{Body, Object};
use crate::ps::thread::Thread;
use crate::word::{Handle, Id};

impl Kernel {
    /// The program passes a handle that it has closed, and whose value names another object now.
    pub fn note_stale_handle(&mut self, handle: Handle) {
        self.report(Rule::StaleHandle, About::Handle(handle), 0);
    }

    /// The program begins to wait for an object. A finding if it is a file that more than one request will signal.
    pub fn note_wait(&mut self, object: Id<Object>) {
        let Some(file) = self.file_behind(object) else { return };
        let signals = |irp: &&Irp| irp.event.is_none() && irp.iosb.is_some();
        if self.outstanding_on(file).filter(signals).count() > 1 {
            self.report(Rule::SharedFileSignal, About::Object(object), 0);
        }
    }

    /// A thread that has issued nothing on a file cancels what it has issued there. A finding if others of its process
    /// have something outstanding, which stays.
    pub fn note_cancel_of_others(&mut self, thread: Id<Thread>, object: Id<Object>) {
        let Some(file) = self.file_behind(object) else { return };
        let process = self[thread].process;
        let others = |irp: &Irp| {
            irp.thread.is_some_and(|other| other != thread && self[other].process == process) && !irp.cancel
        };
        if self.outstanding_on(file).any(others) {
            self.report(Rule::CancelIoScope, About::Object(object), 0);
        }
    }

    fn file_behind(&self, object: Id<Object>) -> Option<Id<File>> {
        match self.get(object)?.body {
            Body::File(file) => Some(file),
            _ => None,
        }
    }

    /// The requests of programs that are not over.
    fn outstanding_on(&self, file: Id<File>) -> impl Iterator<Item = &Irp> {
        let outstanding = move |irp: &&Irp| {
            irp.file == file && !irp.completed && !irp.freed && !irp.synchronous_api && irp.maker.is_none()
        };
        self.all::<Irp>().map(|(_, irp)| irp).filter(outstanding)
    }
}
