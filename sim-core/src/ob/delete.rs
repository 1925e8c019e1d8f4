//! Deleting an object whose last reference is gone.

use crate::frame::{Next, Routine, steps};
use crate::io::file_close::IopDeleteFile;
use crate::io::port::Port;
use crate::kernel::Kernel;
use crate::nt::io_ring_entry::IopDeleteIoRing;
use crate::ob::header::{Body, Object};
use crate::ob::reference::Purpose;
use crate::ps::thread::Thread;
use crate::word::Id;

steps! {
    /// ObpDeleteObject: runs the type's delete procedure and frees the object.
    pub enum ObpDeleteObject = "ObpDeleteObject" {
        Start { object: Id<Object> } = "delete", "PointerCount is zero: run the type's delete procedure";
        Free { object: Id<Object> } = "free", "free the object";
    }
}

impl Routine for ObpDeleteObject {
    fn is_local(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Start { object } => {
                let body = k[object].body;
                !matches!(body, Body::Port(_) | Body::Mutant(_) | Body::Timer(_))
                    && !matches!(body, Body::Section(section) if !k.goes_alone(section))
            }
            Self::Free { .. } => false,
        }
    }

    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        match self {
            Self::Start { object } => match k[object].body {
                Body::File(file) => Next::call(Self::Free { object }, IopDeleteFile::Start { file }),
                Body::IoRing(ring) => Next::call(Self::Free { object }, IopDeleteIoRing::Toss { ring }),
                Body::Port(port) => {
                    k.run_down_packets(port);
                    Next::goto(Self::Free { object })
                }
                Body::Mutant(mutant) => {
                    k.forget_owner(mutant, "the mutant is deleted: its owner holds it no more");
                    Next::goto(Self::Free { object })
                }
                Body::Timer(timer) => {
                    k.cancel_timer(timer, "the timer is deleted");
                    Next::goto(Self::Free { object })
                }
                Body::Section(section) => {
                    k.delete_section(section);
                    Next::goto(Self::Free { object })
                }
                _ => Next::goto(Self::Free { object }),
            },
            Self::Free { object } => {
                k.free_object(object);
                Next::SUCCESS
            }
        }
    }
}

impl Kernel {
    fn run_down_packets(&mut self, port: Id<Port>) {
        while let Some(packet) = Port::PACKETS.first(&self[port]) {
            self.remove(port, Port::PACKETS, packet, "the port is deleted with the packet still in it");
            self.destroy(packet, "the port is deleted: nobody will see this packet");
        }
        // Another port may take its place, and those are not its threads.
        let belongs =
            |(thread, record): (Id<Thread>, &Thread)| (record.queue == Some(port)).then_some(thread);
        let threads: alloc::vec::Vec<Id<Thread>> = self.all::<Thread>().filter_map(belongs).collect();
        threads.into_iter().for_each(|thread| self.set(thread, Thread::QUEUE, None, ""));
    }

    fn free_object(&mut self, object: Id<Object>) {
        self.set(object, Object::DELETED, true, "no reference is left");
        if let Body::Thread(thread) = self[object].body {
            let process = self[self[thread].process].object;
            self.drop_deferred(process, Purpose::ThreadOfProcess, "its last thread is gone");
        }
        if let Body::Process(process) = self[object].body {
            self.leave_job(process);
        }
        if let Body::Job(job) = self[object].body {
            self.free_job(job);
        }
        if self[object].watchers > 0 {
            return;
        }
        match self[object].body {
            Body::Event(id) => self.destroy(id, ""),
            Body::File(id) => {
                self.forget_context(id);
                self.destroy(id, "");
            }
            Body::Device(id) => self.destroy(id, ""),
            Body::Port(id) => self.destroy(id, ""),
            Body::Process(id) => self.destroy(id, ""),
            Body::Thread(id) => self.destroy(id, ""),
            Body::Semaphore(id) => self.destroy(id, ""),
            Body::Mutant(id) => self.destroy(id, ""),
            Body::Timer(id) => self.destroy(id, ""),
            Body::Directory(id) => self.destroy(id, ""),
            Body::SymbolicLink(id) => self.destroy(id, ""),
            Body::Job(id) => self.destroy(id, ""),
            Body::IoRing(id) => self.destroy(id, ""),
            Body::Section(id) => self.destroy(id, ""),
            Body::Bare(_) | Body::Opaque(_) => {}
        }
        self.destroy(object, "the object is freed");
    }
}
