//! An image: a world's encoding with its parts marked, so that the encodings of worlds near it are found from it.

use sim_core::encode::{Decoder, Encoder};
use sim_core::part::Part;

use crate::scenario::world::World;

/// The encoding of one world, and where each part begins.
#[derive(Clone, Default)]
pub(super) struct Image {
    bytes: Vec<u8>,
    /// The parts in their order, each with the position of its name.
    parts: Vec<(Part, usize)>,
    /// What [`Image::load`] fills and then swaps with `parts`.
    next_parts: Vec<(Part, usize)>,
}

impl Image {
    /// Appends the encoding of `world`, which may differ from this image's world in the parts `changed`, listed in
    /// their order.
    pub(super) fn put(&self, world: &World<'_>, base: &World<'_>, changed: &[Part], out: &mut Vec<u8>) {
        let (mut at, mut copied) = (0, 0);
        for part in changed {
            while self.parts.get(at).is_some_and(|(known, _)| known < part) {
                at += 1;
            }
            let start = self.start(at);
            out.extend_from_slice(&self.bytes[copied..start]);
            world.put_part(base, *part, &mut Encoder::new(out));
            at += usize::from(self.parts.get(at).is_some_and(|(known, _)| known == part));
            copied = self.start(at);
        }
        out.extend_from_slice(&self.bytes[copied..]);
    }

    /// Makes `world`, which is this image's, the world that `bytes` encodes, and this its image. Only parts that
    /// differ are read.
    pub(super) fn load(&mut self, bytes: &[u8], world: &mut World<'_>, base: &World<'_>) {
        world.forget();
        self.next_parts.clear();
        let (mut at, mut position) = (0, 0);
        while position < bytes.len() {
            let start = self.start(at);
            let same = common_prefix(&self.bytes[start..], &bytes[position..]);
            while at < self.parts.len() && self.start(at + 1) - start <= same {
                let (part, known) = self.parts[at];
                self.next_parts.push((part, known - start + position));
                at += 1;
            }
            position += self.start(at) - start;
            if position < bytes.len() {
                position = self.read_part(bytes, position, &mut at, world, base);
            }
        }
        self.parts[at..].iter().for_each(|(part, _)| world.reset_part(base, *part));
        std::mem::swap(&mut self.parts, &mut self.next_parts);
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
    }

    /// Reads the part at `position`, which this image has not, or has otherwise; what the image has before it, the
    /// world that is read has not. Returns where the part ends.
    fn read_part(
        &mut self,
        bytes: &[u8],
        position: usize,
        at: &mut usize,
        world: &mut World<'_>,
        base: &World<'_>,
    ) -> usize {
        let mut decoder = Decoder::new(&bytes[position..]);
        let part = Part::get(&mut decoder);
        while let Some((known, _)) = self.parts.get(*at).filter(|(known, _)| *known <= part) {
            if *known < part {
                world.reset_part(base, *known);
            }
            *at += 1;
        }
        world.get_part(base, part, &mut decoder);
        self.next_parts.push((part, position));
        bytes.len() - decoder.left()
    }

    /// Where the part of that number begins; the end, if there is none.
    fn start(&self, at: usize) -> usize {
        self.parts.get(at).map_or(self.bytes.len(), |(_, start)| *start)
    }
}

/// How many bytes the two have in common at their beginning.
fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    const WORD: usize = size_of::<u64>();
    let words = one.chunks_exact(WORD).zip(other.chunks_exact(WORD)).take_while(|(one, other)| one == other);
    let start = words.count() * WORD;
    let rest = one[start..].iter().zip(&other[start..]).take_while(|(one, other)| one == other);
    start + rest.count()
}
