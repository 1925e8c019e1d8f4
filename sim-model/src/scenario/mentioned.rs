//! The IRPs and packets that a step speaks of.

use sim_core::delta::{Change, Delta};
use sim_core::io::irp::Irp;
use sim_core::io::port::Packet;
use sim_core::kernel::AnyRecord;
use sim_core::record::Kind;
use sim_core::word::WordKind;
use sim_core::{Id, Kernel};

/// Records with their places.
type Placed<R> = Vec<(Id<R>, R)>;

/// The IRPs and packets that deltas speak of, as they are after them, or were before they ceased to be. With an IRP that a
/// driver has made, the one that it was made for.
pub(super) fn mentioned(kernel: &Kernel, deltas: &[Delta]) -> (Placed<Irp>, Placed<Packet>) {
    let (mut irps, mut packets): (Placed<Irp>, Placed<Packet>) = (Vec::new(), Vec::new());
    for delta in deltas {
        let (kind, at) = match &delta.change {
            Change::Field { kind, at, .. } | Change::Create { kind, at } => (*kind, *at),
            Change::Insert { kind, list, item, .. } | Change::Remove { kind, list, item, .. } => {
                match Kernel::lists(*kind)[*list as usize].kind {
                    WordKind::Ref(kind) if *item > 0 => (kind, item - 1),
                    _ => continue,
                }
            }
            _ => continue,
        };
        match kind {
            Kind::Irp => irps.extend(kernel.get(Id::at(at)).map(|irp: &Irp| (Id::at(at), irp.clone()))),
            Kind::Packet => {
                packets.extend(kernel.get(Id::at(at)).map(|packet: &Packet| (Id::at(at), packet.clone())));
            }
            _ => {}
        }
    }
    for delta in deltas {
        let Change::Destroy { at, record } = &delta.change else { continue };
        match &**record {
            AnyRecord::Irp(irp) => irps.push((Id::at(*at), irp.clone())),
            AnyRecord::Packet(packet) => packets.push((Id::at(*at), packet.clone())),
            _ => {}
        }
    }
    let mut at = 0;
    while let Some((_, irp)) = irps.get(at) {
        let request = irp.made_for().filter(|request| irps.iter().all(|(known, _)| known != request));
        irps.extend(request.and_then(|request| Some((request, kernel.get(request)?.clone()))));
        at += 1;
    }
    (irps, packets)
}
