//! What the records of a change are called, and how its words read.

use sim_core::io::ring::IoRing;
use sim_core::ob::directory::Directory;
use sim_core::ob::header::Object;
use sim_core::ob::symbolic_link::SymbolicLink;
use sim_core::ob::totals::HighWater;
use sim_core::ps::job::Job;
use sim_core::ps::process::Process;
use sim_core::ps::thread::Thread;
use sim_core::record::Kind;
use sim_core::word::WordKind;
use sim_core::{Handle, Id, Kernel, NtStatus};

use crate::scenario::run::Taken;
use crate::scenario::world::World;
use crate::view::irps;

/// The name of the record at a place.
pub(super) fn subject(world: &World<'_>, step: &Taken, kind: Kind, at: u32) -> String {
    let (k, names) = (world.kernel(), world.names());
    let object = match kind {
        Kind::Object => Some(Id::at(at)),
        Kind::File => k.get(Id::<sim_core::io::file::File>::at(at)).map(|file| file.object),
        Kind::Event => k.get(Id::<sim_core::ke::event::Event>::at(at)).map(|event| event.object),
        Kind::Port => k.get(Id::<sim_core::io::port::Port>::at(at)).map(|port| port.object),
        Kind::Device => k.get(Id::<sim_core::io::device::Device>::at(at)).map(|device| device.object),
        Kind::Directory => k.get(Id::<Directory>::at(at)).map(|directory| directory.object),
        Kind::SymbolicLink => k.get(Id::<SymbolicLink>::at(at)).map(|link| link.object),
        Kind::Process => k.get(Id::<Process>::at(at)).map(|process| process.object),
        Kind::Thread => k.get(Id::<Thread>::at(at)).map(|thread| thread.object),
        Kind::Job => k.get(Id::<Job>::at(at)).map(|job| job.object),
        Kind::IoRing => k.get(Id::<IoRing>::at(at)).map(|ring| ring.object),
        Kind::Notify => {
            let notify = k.get(Id::<sim_core::fsrtl::notify::Notify>::at(at));
            notify.map(|notify| k[notify.file].object)
        }
        Kind::Section => k.get(Id::<sim_core::mm::section::Section>::at(at)).map(|section| section.object),
        kind => waited_for(k, kind, at),
    };
    match (object, kind) {
        (Some(object), _) => names.object(object),
        (None, Kind::Apc) => names.apc(Id::at(at)),
        (None, Kind::Iosb) => names.iosb(Id::at(at)),
        (None, Kind::Buffer) => names.buffer(Id::at(at)),
        (None, Kind::Irp) => irps::name(names, step, at),
        (None, Kind::Ccb) => format!("pipe#{at}"),
        (None, Kind::Endpoint) => format!("socket#{at}"),
        (None, Kind::Scb) => step.files.name(Id::at(at)),
        (None, Kind::View) => names.view(Id::at(at)),
        (None, Kind::ControlArea) => names.control_area(Id::at(at)),
        (None, Kind::CacheMap) => names.cache_map(Id::at(at)),
        (None, Kind::DriverObject) => k.driver_object_name(Id::at(at)),
        (None, Kind::System) => "system".into(),
        (None, Kind::HighWater) => {
            let mark = k.get(Id::<HighWater>::at(at));
            mark.map_or_else(String::new, |mark| format!("type {}", mark.object_type.name()))
        }
        (None, kind) => format!("{kind:?}#{at}"),
    }
}

/// The object whose body is the semaphore, mutant or timer at a place.
pub(super) fn waited_for(k: &Kernel, kind: Kind, at: u32) -> Option<Id<Object>> {
    use sim_core::ke::{mutant::Mutant, semaphore::Semaphore, timer::Timer};
    match kind {
        Kind::Semaphore => k.get(Id::<Semaphore>::at(at)).map(|semaphore| semaphore.object),
        Kind::Mutant => k.get(Id::<Mutant>::at(at)).map(|mutant| mutant.object),
        Kind::Timer => k.get(Id::<Timer>::at(at)).map(|timer| timer.object),
        _ => None,
    }
}

/// A word as a person reads it.
pub(super) fn word(world: &World<'_>, step: &Taken, kind: WordKind, word: u64) -> String {
    match kind {
        WordKind::Bool => if word == 0 { "no" } else { "yes" }.into(),
        WordKind::Number | WordKind::Title | WordKind::Packed => word.to_string(),
        WordKind::Mask => format!("0x{word:x}"),
        WordKind::Handle => Handle(word as u32).to_string(),
        WordKind::Status => NtStatus(word as u32).to_string(),
        WordKind::MaybeStatus if word == 0 => "unwritten".into(),
        WordKind::MaybeStatus => NtStatus((word - 1) as u32).to_string(),
        WordKind::Ref(_) if word == 0 => "none".into(),
        WordKind::Ref(kind) => subject(world, step, kind, (word - 1) as u32),
        WordKind::Named(name) => name(word).into(),
        WordKind::Name if word == 0 => "none".into(),
        WordKind::Name => world.kernel().name(word as u32 - 1).into(),
    }
}
