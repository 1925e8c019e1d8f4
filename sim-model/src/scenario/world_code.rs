//! A world as bytes, and back.

use sim_core::encode::{Decoder, Encoder};
use sim_core::ob::header::Object;
use sim_core::{Handle, Id, NtStatus};

use crate::scenario::world::{ActorState, Binding, Stage, World};

impl World<'_> {
    /// Appends the state as bytes, short where it is as in `base`: with the same base, equal for equal states, different
    /// for different ones.
    pub fn encode(&self, base: &World<'_>, out: &mut Vec<u8>) {
        self.kernel().encode(base.kernel(), out);
        let mut encoder = Encoder::new(out);
        for actor in 0..self.program().actors.len() {
            put_actor(&mut encoder, self.actor(actor));
        }
        for label in 0..self.program().labels.len() {
            put_binding(&mut encoder, self.binding(label));
        }
        let (actor, action) = self.failed().map_or((0, 0), |(actor, action)| (actor + 1, action));
        encoder.number(actor as u64);
        encoder.number(action as u64);
    }

    /// Makes this world the one that [`World::encode`] wrote for the same program and base; what came before is
    /// forgotten.
    pub fn decode(&mut self, base: &World<'_>, bytes: &[u8]) {
        let mut decoder = Decoder::new(bytes);
        self.forget();
        self.kernel.decode(base.kernel(), &mut decoder);
        self.actors.fill_with(|| get_actor(&mut decoder));
        self.labels.fill_with(|| get_binding(&mut decoder));
        let (actor, action) = (decoder.number() as usize, decoder.number() as usize);
        self.failed = (actor > 0).then(|| (actor - 1, action));
    }
}

fn put_actor(encoder: &mut Encoder<'_>, state: ActorState) {
    encoder.number(state.next as u64);
    encoder.word(state.inside);
    match state.stage {
        Stage::First => encoder.number(0),
        Stage::Binding(port) => {
            encoder.number(1);
            encoder.word(port);
        }
        Stage::Closing(status) => {
            encoder.number(2);
            encoder.word(status);
        }
    }
}

fn get_actor(decoder: &mut Decoder<'_>) -> ActorState {
    let (next, inside) = (decoder.number() as usize, decoder.word());
    let stage = match decoder.number() {
        0 => Stage::First,
        1 => Stage::Binding(decoder.word::<Handle>()),
        _ => Stage::Closing(decoder.word::<NtStatus>()),
    };
    ActorState { next, inside, stage }
}

fn put_binding(encoder: &mut Encoder<'_>, binding: Binding) {
    match binding {
        Binding::Unbound => encoder.number(0),
        Binding::Handle { process, handle, object } => {
            encoder.number(1);
            encoder.word(process);
            encoder.word(handle);
            encoder.word::<Option<Id<Object>>>(object);
        }
        Binding::Operation(iosb) => {
            encoder.number(2);
            encoder.word(iosb);
        }
        Binding::Packet(packet) => {
            encoder.number(3);
            encoder.word(packet);
        }
        Binding::Value(value) => {
            encoder.number(4);
            encoder.number(value.map_or(0, |value| u64::from(value as u32) + 1));
        }
        Binding::Apc(apc) => {
            encoder.number(5);
            encoder.word(apc);
        }
    }
}

fn get_binding(decoder: &mut Decoder<'_>) -> Binding {
    match decoder.number() {
        0 => Binding::Unbound,
        1 => Binding::Handle { process: decoder.word(), handle: decoder.word(), object: decoder.word() },
        2 => Binding::Operation(decoder.word()),
        3 => Binding::Packet(decoder.word()),
        4 => Binding::Value(decoder.number().checked_sub(1).map(|value| value as u32 as i32)),
        _ => Binding::Apc(decoder.word()),
    }
}
