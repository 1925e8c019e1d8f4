//! What holds after every step, whatever a program or a correct driver does.
//!
//! Source: the rules that ReactOS asserts in ob/obref.c and ob/obhandle.c, and those that the WDK states for IRPs,
//! IRP_MJ_CLEANUP and IRP_MJ_CLOSE.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::cc::cache_map::CacheMap;
use crate::delta::Change;
use crate::drivers::npfs::ccb::{Ccb, PipeEnd};
use crate::drivers::npfs::data_entry::EntryType;
use crate::drivers::ntfs::scb::Scb;
use crate::frame::Frame;
use crate::io::device::Device;
use crate::io::file::File;
use crate::io::irp::Irp;
use crate::io::port::Port;
use crate::io::ring::IoRing;
use crate::kernel::Kernel;
use crate::mm::control_area::ControlArea;
use crate::ob::directory::Directory;
use crate::ob::header::{HandleCount, Object};
use crate::ob::namespace::Lookup;
use crate::ps::job::Job;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::record::Kind;
use crate::word::Id;

/// A broken invariant: which object, what was expected, what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The rule, as a sentence.
    pub rule: &'static str,
    /// The object, and the numbers.
    pub found: String,
}

impl Change {
    /// Whether an invariant could hold before the change and not after it, as long as some thread is inside the system:
    /// the others only say how far threads are, and what a program's status block holds.
    fn matters(&self) -> bool {
        let waits = |frame: &Frame| matches!(frame, Frame::Wait(_));
        match self {
            Change::Enter { frame, .. } | Change::Leave { frame, .. } => waits(frame),
            Change::Goto { from, to, .. } => waits(from) || waits(to),
            Change::Field { kind: Kind::Thread, field, .. } => {
                *field != Thread::RETURNED.number() && *field != Thread::APC_LEVEL.number()
            }
            Change::Field { kind, .. } => *kind != Kind::Iosb,
            _ => true,
        }
    }
}

impl Kernel {
    /// Whether the changes since `mark` (see [`Kernel::mark`]) can have broken an invariant that held before them.
    pub fn may_have_broken(&self, mark: usize) -> bool {
        let idle = || self.all::<Thread>().all(|(thread, _)| self.stack(thread).is_empty());
        self.since(mark).iter().any(|delta| delta.change.matters()) || idle()
    }

    /// The first invariant that does not hold, if any.
    pub fn broken_invariant(&self) -> Option<Broken> {
        let held = self.held_references();
        let idle = self.all::<Thread>().all(|(thread, _)| self.stack(thread).is_empty());
        let broken_object = |object: Id<Object>, header| {
            self.broken_counts(object, header, held[object.index()], idle)
                .or_else(|| self.broken_name(object, header))
                .or_else(|| self.broken_waiters(object, header))
        };
        self.all::<Object>()
            .find_map(|(object, header)| broken_object(object, header))
            .or_else(|| self.all::<File>().find_map(|(file, record)| self.broken_file(file, record)))
            .or_else(|| self.all::<Thread>().find_map(|(thread, _)| self.broken_wait(thread)))
            .or_else(|| self.all::<Port>().find_map(|(port, _)| self.broken_port(port)))
            .or_else(|| self.all::<Ccb>().find_map(|(ccb, _)| self.broken_queue(ccb)))
            .or_else(|| self.all::<Scb>().find_map(|(scb, _)| self.broken_locks(scb)))
            .or_else(|| self.all::<Irp>().find_map(|(irp, record)| self.broken_location(irp, record)))
    }

    /// How many references the records (not the services under way) hold on each object, by place.
    pub fn held_references(&self) -> Vec<u32> {
        let mut held = vec![0; self.objects.places()];
        let mut hold = |object: Id<Object>| held[object.index()] += 1;
        for (id, process) in self.all::<Process>() {
            self.table(id).open().filter_map(|(_, entry)| entry.object).for_each(&mut hold);
            if process.created && !process.ended {
                hold(process.object);
            }
        }
        for (_, thread) in self.all::<Thread>() {
            if thread.created && !thread.ended {
                hold(thread.object);
            }
            if thread.created && !self[thread.object].deleted {
                hold(self[thread.process].object);
            }
            Thread::WAIT_BLOCKS.of(thread).for_each(&mut hold);
        }
        for (_, irp) in self.all::<Irp>() {
            if irp.holds_file() {
                hold(self[irp.file].object);
            }
            irp.event.into_iter().for_each(&mut hold);
            irp.ring.filter(|_| !irp.freed).into_iter().for_each(|ring| hold(self[ring].object));
            irp.other.into_iter().for_each(|other| hold(self[other].object));
        }
        for (_, ring) in self.all::<IoRing>() {
            IoRing::FILES.of(ring).for_each(|file| hold(self[file].object));
            ring.event.into_iter().for_each(&mut hold);
        }
        for (_, process) in self.all::<Process>().filter(|(_, process)| !self[process.object].deleted) {
            process.job.into_iter().for_each(|job| hold(self[job].object));
        }
        for (_, job) in self.all::<Job>() {
            job.parent.into_iter().for_each(|parent| hold(self[parent].object));
            job.port.into_iter().for_each(|port| hold(self[port].object));
        }
        self.all::<File>().filter_map(|(_, file)| file.port).for_each(|port| hold(self[port].object));
        self.all::<Device>().for_each(|(_, device)| hold(device.object));
        let areas = self.all::<ControlArea>().filter_map(|(_, area)| area.file);
        let mapped = areas.chain(self.all::<CacheMap>().map(|(_, map)| map.file));
        mapped.for_each(|file| hold(self[file].object));
        for (object, directory) in
            self.all::<Object>().filter_map(|(id, header)| Some((id, header.directory?)))
        {
            hold(object);
            hold(self[directory].object);
        }
        self.all::<Lookup>().for_each(|(_, lookup)| hold(lookup.directory));
        [self.root_directory(), self.dos_devices()].into_iter().for_each(&mut hold);
        held
    }

    fn broken_counts(&self, object: Id<Object>, header: &Object, held: u32, idle: bool) -> Option<Broken> {
        let (handles, pointers) = (header.handle_count, header.pointer_count);
        let name = header.body.object_type().name();
        if pointers < handles {
            let found = format!("{name} {object:?}: HandleCount {handles}, PointerCount {pointers}");
            return Some(Broken { rule: "PointerCount is at least HandleCount", found });
        }
        if held > pointers || idle && held != pointers {
            let found = format!("{name} {object:?}: PointerCount {pointers}, but {held} references are held");
            return Some(Broken { rule: "PointerCount is the number of references that are held", found });
        }
        if let Some(owner) = header.exclusive_process
            && (!header.exclusive || handles == 0)
        {
            let found = format!("{name} {object:?}: ExclusiveProcess {owner:?}, HandleCount {handles}");
            return Some(Broken { rule: "only exclusive handles have an exclusive process", found });
        }
        if !self.type_rules(object).maintains_handle_count {
            return None;
        }
        let counted: u32 =
            Object::HANDLE_COUNTS.of(header).map(|entry: Id<HandleCount>| self[entry].count).sum();
        (counted != handles).then(|| Broken {
            rule: "the processes' handle counts add up to HandleCount",
            found: format!("{name} {object:?}: HandleCount {handles}, but the processes count {counted}"),
        })
    }

    /// A name is in exactly the directory that the object says, and needs a handle or the permanent flag; between the
    /// last handle and the name check a thread is on its way to take it out.
    fn broken_name(&self, object: Id<Object>, header: &Object) -> Option<Broken> {
        if header.name.is_none() && header.directory.is_none() {
            return None;
        }
        let broken = |rule| {
            let name = header.name.map_or("none", |name| self.name(name.0));
            let found = format!("{} {object:?}: Name {name}", header.body.object_type().name());
            Some(Broken { rule, found })
        };
        let listed = |directory: Id<Directory>| Directory::ENTRIES.holds(&self[directory], object);
        if header.name.is_some() != header.directory.is_some_and(listed) {
            return broken("an object with a name is an entry of its directory");
        }
        let same = |other: &Id<Object>| self[*other].name == header.name;
        let twice =
            |directory: Id<Directory>| Directory::ENTRIES.of(&self[directory]).filter(same).count() > 1;
        if header.directory.is_some_and(twice) {
            return broken("a name in a directory is the name of one object");
        }
        if header.name.is_some() && header.pointer_count == 0 {
            return broken("an object that is deleted has no name");
        }
        let temporary = header.handle_count == 0 && !header.permanent && header.name.is_some();
        (temporary && self.is_quiet()).then(|| broken("a temporary object without handles has no name"))?
    }

    fn broken_file(&self, file: Id<File>, record: &File) -> Option<Broken> {
        let header = &self[record.object];
        let handles = header.handle_count;
        if record.cleanup_sent && handles > 0 {
            let found = format!("File {file:?}: HandleCount {handles}");
            return Some(Broken { rule: "IRP_MJ_CLEANUP is sent only when no handle is left", found });
        }
        let is_cleaned_up = record.cleanup_sent || record.stream_file;
        if record.close_sent && (!is_cleaned_up || header.pointer_count > 0) {
            let found = format!("File {file:?}: PointerCount {}", header.pointer_count);
            return Some(Broken {
                rule: "IRP_MJ_CLOSE follows IRP_MJ_CLEANUP and the last reference",
                found,
            });
        }
        None
    }

    /// A thread on an object's wait list waits for the object, and nothing that it could have is left to it.
    fn broken_waiters(&self, object: Id<Object>, record: &Object) -> Option<Broken> {
        let odd = |thread: &Id<Thread>| {
            !self.is_waiting(*thread)
                || !Thread::WAIT_BLOCKS.holds(&self[*thread], object)
                || self.could_be_satisfied(*thread)
        };
        let thread = Object::WAITERS.of(record).find(odd)?;
        let found = format!("{} {object:?}: thread {thread:?}", self.object_type(object).name());
        Some(Broken { rule: "who is on a wait list waits, and for what it cannot have yet", found })
    }

    /// A thread that waits is on the wait list of each object of its wait.
    fn broken_wait(&self, thread: Id<Thread>) -> Option<Broken> {
        let missing = |object: &Id<Object>| !Object::WAITERS.holds(&self[*object], thread);
        let object = Thread::WAIT_BLOCKS.of(&self[thread]).find(missing)?;
        self.is_waiting(thread).then(|| Broken {
            rule: "a thread that waits is on the wait list of each object of its wait",
            found: format!("thread {thread:?} waits for {object:?}"),
        })
    }

    fn broken_port(&self, port: Id<Port>) -> Option<Broken> {
        self.withholds_packets(port).then(|| Broken {
            rule: "no thread waits for a packet that it could have",
            found: format!("port {port:?} has {} packets", self.packets(port)),
        })
    }

    /// A queue of a pipe holds reads, or else writes and flushes, and no more than its quota counts.
    fn broken_queue(&self, ccb: Id<Ccb>) -> Option<Broken> {
        PipeEnd::ALL.iter().find_map(|reader| {
            let reads =
                self.entries(ccb, *reader).filter(|entry| entry.entry_type == EntryType::Read).count();
            let used: u32 = self.entries(ccb, *reader).map(|entry| entry.quota).sum();
            let mixed = reads != 0 && reads != self.entries(ccb, *reader).len();
            let found = format!("CCB {ccb:?}: {reads} reads, {used} bytes for the {}", reader.name());
            (mixed || used > self[ccb].quota(*reader)).then_some(Broken {
                rule: "a queue of a pipe holds reads or what was written, within its quota",
                found,
            })
        })
    }

    /// An IRP has a stack location for each driver that it was passed to, and is with the driver of the current one.
    fn broken_location(&self, irp: Id<Irp>, record: &Irp) -> Option<Broken> {
        let Irp { current_location, stack_count, .. } = *record;
        let is_elsewhere = |(id, device): (Id<Device>, &Device)| {
            device.has(irp) && self.device_of(irp) != id && !record.freed
        };
        let wrong = !(1..=record.top_location()).contains(&current_location)
            || self.all::<Device>().any(is_elsewhere);
        let found = || format!("IRP {irp:?}: CurrentLocation {current_location} of {stack_count}");
        wrong.then(|| Broken {
            rule: "an IRP is with the driver of its current stack location",
            found: found(),
        })
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
