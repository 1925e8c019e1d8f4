//! A world as bytes, and back, part by part.

use sim_core::encode::{Decoder, Encoder};
use sim_core::ob::header::Object;
use sim_core::part::{Group, Part};
use sim_core::word::Word;
use sim_core::{Handle, Id, NtStatus};

use crate::scenario::observed::Observed;
use crate::scenario::world::{ActorState, Binding, Stage, World};

/// The group of how far each actor is.
const ACTOR: u8 = 0;
/// The group of what each label names.
const LABEL: u8 = 1;
/// The group of what became of lines: in the first place the one that was not as expected, in the others what each gave.
const LINE: u8 = 2;
/// How many stages a call can be at.
const STAGES: u64 = 4;
/// How many kinds of thing a label can name.
const BOUND: u64 = 8;

impl World<'_> {
    /// Appends the state as bytes, the parts that are not as in `base`: with the same base, equal for equal states,
    /// different for different ones.
    pub fn encode(&self, base: &World<'_>, out: &mut Vec<u8>) {
        self.kernel().encode(base.kernel(), out);
        let mut encoder = Encoder::new(out);
        let mut put = |part| self.put_part(base, part, &mut encoder);
        (0..self.program().actors.len()).for_each(|actor| put(actor_part(actor)));
        (0..self.program().labels.len()).for_each(|label| put(label_part(label)));
        put(failed_part());
        (0..self.observed.len()).for_each(|line| put(observed_part(line)));
    }

    /// Appends a part and its name, unless it is as in `base`.
    pub fn put_part(&self, base: &World<'_>, part: Part, encoder: &mut Encoder<'_>) {
        let place = part.place() as usize;
        match part.group() {
            Group::Own(ACTOR) if self.actor(place) != base.actor(place) => {
                part.put(encoder);
                put_actor(encoder, self.actor(place));
            }
            Group::Own(LABEL) if self.binding(place) != base.binding(place) => {
                part.put(encoder);
                put_binding(encoder, self.binding(place));
            }
            Group::Own(LINE) if place == 0 && self.failed() != base.failed() => {
                part.put(encoder);
                put_failed(encoder, self.failed());
            }
            Group::Own(LINE) if place > 0 => {
                if let Some(observed) = &self.observed[place - 1] {
                    part.put(encoder);
                    observed.put(encoder);
                }
            }
            _ => self.kernel().put_part(base.kernel(), part, encoder),
        }
    }

    /// Makes one part what [`World::put_part`] wrote of it after its name.
    pub fn get_part(&mut self, base: &World<'_>, part: Part, decoder: &mut Decoder<'_>) {
        let place = part.place() as usize;
        match part.group() {
            Group::Own(ACTOR) => self.actors[place] = get_actor(decoder),
            Group::Own(LABEL) => self.labels[place] = get_binding(decoder),
            Group::Own(_) if place > 0 => {
                let answer = self.answer_of(place - 1);
                self.observed[place - 1] = Some(Observed::get(answer, decoder));
            }
            Group::Own(_) => {
                let (actor, action) = (decoder.number() as usize, decoder.number() as usize);
                self.failed = (actor > 0).then(|| (actor - 1, action));
            }
            _ => self.kernel.get_part(base.kernel(), part, decoder),
        }
    }

    /// Makes one part what it is in `base`.
    pub fn reset_part(&mut self, base: &World<'_>, part: Part) {
        let place = part.place() as usize;
        match part.group() {
            Group::Own(ACTOR) => self.actors[place] = base.actors[place],
            Group::Own(LABEL) => self.labels[place] = base.labels[place],
            Group::Own(_) if place > 0 => self.observed[place - 1] = None,
            Group::Own(_) => self.failed = base.failed,
            _ => self.kernel.reset_part(base.kernel(), part),
        }
    }
}

/// How far an actor is.
pub(super) const fn actor_part(actor: usize) -> Part {
    Part::own(ACTOR, actor as u32)
}

/// What a label names.
pub(super) const fn label_part(label: usize) -> Part {
    Part::own(LABEL, label as u32)
}

/// The line that was not as expected.
pub(super) const fn failed_part() -> Part {
    Part::own(LINE, 0)
}

/// What a line gave, by the line's number.
pub(super) const fn observed_part(line: usize) -> Part {
    Part::own(LINE, line as u32 + 1)
}

pub(super) fn put_actor(encoder: &mut Encoder<'_>, state: ActorState) {
    let inside = state.inside.to_word() * STAGES;
    encoder.number(state.next as u64);
    match state.stage {
        Stage::First => encoder.number(inside),
        Stage::Binding(port) => {
            encoder.number(inside + 1);
            encoder.word(port);
        }
        Stage::Closing(status) => {
            encoder.number(inside + 2);
            encoder.word(status);
        }
        Stage::Own(iosb) => {
            encoder.number(inside + 3);
            encoder.word(iosb);
        }
    }
}

pub(super) fn put_failed(encoder: &mut Encoder<'_>, failed: Option<(usize, usize)>) {
    let (actor, action) = failed.map_or((0, 0), |(actor, action)| (actor + 1, action));
    encoder.number(actor as u64);
    encoder.number(action as u64);
}

fn get_actor(decoder: &mut Decoder<'_>) -> ActorState {
    let (next, inside) = (decoder.number() as usize, decoder.number());
    let stage = match inside % STAGES {
        0 => Stage::First,
        1 => Stage::Binding(decoder.word::<Handle>()),
        2 => Stage::Closing(decoder.word::<NtStatus>()),
        _ => Stage::Own(decoder.word()),
    };
    ActorState { next, inside: Word::from_word(inside / STAGES), stage }
}

pub(super) fn put_binding(encoder: &mut Encoder<'_>, binding: Binding) {
    match binding {
        Binding::Unbound => encoder.number(0),
        Binding::Handle { process, handle, object } => {
            encoder.number(1 + process.to_word() * BOUND);
            encoder.word(handle);
            encoder.word::<Option<Id<Object>>>(object);
        }
        Binding::Operation(iosb) => encoder.number(2 + iosb.to_word() * BOUND),
        Binding::Packet(packet) => encoder.number(3 + packet.to_word() * BOUND),
        Binding::Value(value) => {
            let value = value.map_or(0, |value| u64::from(value as u32) + 1);
            encoder.number(4 + value * BOUND);
        }
        Binding::Apc(apc) => encoder.number(5 + apc.to_word() * BOUND),
        Binding::Information(answer) => encoder.number(6 + answer.to_word() * BOUND),
        Binding::Buffer(buffer) => encoder.number(7 + buffer.to_word() * BOUND),
        Binding::View(view) => encoder.number(8 + view.to_word() * BOUND),
    }
}

fn get_binding(decoder: &mut Decoder<'_>) -> Binding {
    let Some(number) = decoder.number().checked_sub(1) else { return Binding::Unbound };
    let word = number / BOUND;
    match number % BOUND {
        0 => {
            Binding::Handle { process: Word::from_word(word), handle: decoder.word(), object: decoder.word() }
        }
        1 => Binding::Operation(Word::from_word(word)),
        2 => Binding::Packet(Word::from_word(word)),
        3 => Binding::Value(word.checked_sub(1).map(|value| value as u32 as i32)),
        4 => Binding::Apc(Word::from_word(word)),
        5 => Binding::Information(Word::from_word(word)),
        6 => Binding::Buffer(Word::from_word(word)),
        _ => Binding::View(Word::from_word(word)),
    }
}
