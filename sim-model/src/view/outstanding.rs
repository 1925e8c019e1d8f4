//! The requests that are outstanding, each with what has not happened.

use sim_core::io::device::Device;
use sim_core::io::irp::Irp;
use sim_core::ps::thread::Thread;
use sim_core::{Id, Kernel};

use crate::scenario::world::{Binding, World};

/// An outstanding request.
pub(super) struct Outstanding {
    /// Its label, or what its IRP is called.
    pub(super) name: String,
    /// Where it has got to.
    pub(super) state: &'static str,
    /// What has not happened.
    pub(super) why: String,
}

/// Every outstanding request of a world: those with a label in its order, then the others.
pub(super) fn outstanding(world: &World<'_>) -> Vec<Outstanding> {
    let k = world.kernel();
    let mut irps: Vec<(Option<usize>, Id<Irp>)> =
        k.all::<Irp>().filter(|(_, irp)| !irp.freed).map(|(id, irp)| (label_of(world, irp), id)).collect();
    irps.sort_by_key(|(label, irp)| (label.is_none(), *label, *irp));
    irps.into_iter().map(|(label, irp)| row(world, label, irp)).collect()
}

fn label_of(world: &World<'_>, irp: &Irp) -> Option<usize> {
    let iosb = irp.iosb?;
    (0..world.program().labels.len()).find(|label| world.binding(*label) == Binding::Operation(iosb))
}

fn row(world: &World<'_>, label: Option<usize>, id: Id<Irp>) -> Outstanding {
    let (k, names) = (world.kernel(), world.names());
    let irp = &k[id];
    let state = if irp.completed { "completed, not finished" } else { "pending" };
    let why = missing(world, id);
    match label {
        Some(label) => Outstanding { name: world.program().labels[label].name.clone(), state, why },
        None => {
            let file = names.object(k[irp.file].object);
            let issuer = match irp.disassociated {
                true => "a thread that has ended".into(),
                false => format!("thread {}", names.thread(irp.thread)),
            };
            let name = irp.iosb.map_or_else(|| "IRP".into(), |iosb| names.iosb(iosb));
            let what = format!("{} of {issuer} for {file}", irp.major.name());
            Outstanding { name, state, why: format!("{what}: {why}") }
        }
    }
}

/// What has not happened to a request.
fn missing(world: &World<'_>, id: Id<Irp>) -> String {
    let (k, names) = (world.kernel(), world.names());
    let irp = &k[id];
    if irp.completed {
        let thread = names.thread(irp.thread);
        let why = match k.get(irp.thread).is_some_and(|thread| Thread::APCS.holds(thread, id)) {
            true => format!("thread {thread} has not finished it yet"),
            false if irp.pending || !irp.major.defers_completion() => "nobody has finished it".into(),
            false => "nobody has finished it, for it was not marked pending".into(),
        };
        return format!("{}: {why}", irp.status);
    }
    if let Some(awaited) = k.awaited_in_pipe(id) {
        return awaited.into();
    }
    if irp.name.is_some() {
        return "no instance of the pipe listens".into();
    }
    let device = holder(k, id).map_or("?", |device| names.device(device));
    match irp.cancel {
        true => format!("{device} was asked to cancel it, and has not completed it"),
        false => format!("{device} has neither completed nor cancelled it"),
    }
}

/// The device in whose queue the request is, or the one that its file was opened on.
fn holder(k: &Kernel, irp: Id<Irp>) -> Option<Id<Device>> {
    let queues = k.all::<Device>().find(|(_, device)| Device::QUEUE.holds(device, irp));
    queues.map(|(device, _)| device).or(k[k[irp].file].device)
}
