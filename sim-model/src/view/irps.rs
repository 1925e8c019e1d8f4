//! What a line tells of IRPs.

use sim_core::delta::Change;
use sim_core::io::irp::Irp;
use sim_core::kernel::AnyRecord;
use sim_core::record::Kind;

use crate::scenario::names::Names;
use crate::scenario::run::Taken;

/// The IRP at a place, as it was after the step.
pub(super) fn irp(step: &Taken, at: u32) -> Option<&Irp> {
    // One that ceased to be in the step stands last.
    step.irps.iter().rfind(|(id, _)| id.index() == at as usize).map(|(_, irp)| irp)
}

/// The name of the IRP at a place.
pub(super) fn name(names: Names<'_>, step: &Taken, at: u32) -> String {
    let Some(named) = irp(step, at) else { return format!("IRP#{at}") };
    let mut request = named;
    while let Some(next) = request.made_for().and_then(|next| irp(step, next.index() as u32)) {
        request = next;
    }
    names.irp_for(named, request.iosb)
}

/// A driver makes an IRP, or one that it has made ends: its place, and what happens.
pub(super) fn event(step: &Taken, change: &Change) -> Option<(u32, &'static str)> {
    let (at, what) = match change {
        Change::Create { kind: Kind::Irp, at } => (*at, "made"),
        Change::Destroy { at, record } if matches!(**record, AnyRecord::Irp(_)) => (*at, "freed"),
        _ => return None,
    };
    is_made(step, at).then_some((at, what))
}

/// Whether a driver has made the IRP at a place.
fn is_made(step: &Taken, at: u32) -> bool {
    irp(step, at).is_some_and(|irp| irp.maker.is_some())
}

/// Whether a reader of a run wants to know of a field: of a request's IRP, and of one that a driver has made for it.
pub(super) fn is_news(step: &Taken, at: u32, field: &str, to: u64) -> bool {
    match field {
        "CurrentLocation" | "AssociatedIrp.IrpCount" => irp(step, at).is_some_and(is_requests),
        "Cancel" | "completed" | "pending" | "disassociated" => {
            to == 1 && irp(step, at).is_some_and(is_requests)
        }
        "IRP_PAGING_IO" => to == 1,
        "freed" => to == 1 && is_made(step, at),
        _ => false,
    }
}

fn is_requests(irp: &Irp) -> bool {
    irp.iosb.is_some() || irp.maker.is_some() || irp.paging_io
}
