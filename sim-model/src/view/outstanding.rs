//! The requests that are outstanding, each with what has not happened.

use sim_core::Id;
use sim_core::io::irp::Irp;
use sim_core::ps::thread::Thread;

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
            let issuer = match (irp.disassociated, irp.thread, irp.maker) {
                (false, Some(thread), _) => format!("thread {}", names.thread(thread)),
                (_, _, Some(maker)) => names.device(maker).into(),
                _ => "a thread that has ended".into(),
            };
            let name = match (irp.iosb, irp.maker) {
                (Some(iosb), _) => names.iosb(iosb),
                (None, Some(_)) => names.irp(irp),
                (None, None) => "IRP".into(),
            };
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
        let apc_in =
            irp.thread.filter(|thread| k.get(*thread).is_some_and(|thread| Thread::APCS.holds(thread, id)));
        let why = match apc_in {
            Some(thread) => format!("thread {} has not finished it yet", names.thread(thread)),
            None if irp.pending || !irp.major.defers_completion() => "nobody has finished it".into(),
            None => "nobody has finished it, for it was not marked pending".into(),
        };
        return format!("{}: {why}", irp.status);
    }
    if let Some(awaited) = k.awaited_in_pipe(id).or_else(|| k.awaited_at_socket(id)) {
        return awaited.into();
    }
    if irp.name.is_some() {
        return "no instance of the pipe listens".into();
    }
    let device = names.device(k.device_of(id));
    match irp.cancel {
        true => format!("{device} was asked to cancel it, and has not completed it"),
        false => format!("{device} has neither completed nor cancelled it"),
    }
}
