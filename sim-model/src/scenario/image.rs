//! An image: a world's encoding with its parts marked, so that the encodings of worlds near it are found from it.

use sim_core::encode::{Decoder, Encoder};
use sim_core::part::Part;

use crate::scenario::world::World;

/// The encoding of one world, and which part takes how many bytes of it.
#[derive(Clone, Default)]
pub(super) struct Image {
    bytes: Vec<u8>,
    parts: Vec<Piece>,
}

#[derive(Clone, Copy)]
struct Piece {
    part: Part,
    length: usize,
}

impl Image {
    /// Appends the encoding of `world`, which may differ from this image's world in the parts `changed`, listed in
    /// their order.
    pub(super) fn put(&self, world: &World<'_>, base: &World<'_>, changed: &[Part], out: &mut Vec<u8>) {
        let mut pieces = self.parts.iter().peekable();
        let (mut copied, mut position) = (0, 0);
        for part in changed {
            while let Some(piece) = pieces.next_if(|piece| piece.part < *part) {
                position += piece.length;
            }
            out.extend_from_slice(&self.bytes[copied..position]);
            world.put_part(base, *part, &mut Encoder::new(out));
            position += pieces.next_if(|piece| piece.part == *part).map_or(0, |piece| piece.length);
            copied = position;
        }
        out.extend_from_slice(&self.bytes[copied..]);
    }

    /// Makes `world`, which is this image's, the world that `bytes` encodes, and this its image. Only parts that
    /// differ are read.
    pub(super) fn load(&mut self, bytes: &[u8], world: &mut World<'_>, base: &World<'_>) {
        world.forget();
        // How far the old bytes and the new are read, and which part comes next there.
        let (mut old, mut new, mut at) = (0, 0, 0);
        while new < bytes.len() {
            let mut same = common_prefix(&self.bytes[old..], &bytes[new..]);
            while let Some(piece) = self.parts.get(at).filter(|piece| piece.length <= same) {
                same -= piece.length;
                old += piece.length;
                new += piece.length;
                at += 1;
            }
            if new < bytes.len() {
                let mut decoder = Decoder::new(&bytes[new..]);
                let part = Part::get(&mut decoder);
                old += self.reset_before(part, at, world, base);
                world.get_part(base, part, &mut decoder);
                let length = bytes.len() - new - decoder.left();
                old += self.put_piece(at, Piece { part, length });
                new += length;
                at += 1;
            }
        }
        self.parts.drain(at..).for_each(|piece| world.reset_part(base, piece.part));
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
    }

    /// Drops the parts from `at` on that come before `part`; the new world has them as in `base`. Returns how many
    /// bytes they took.
    fn reset_before(&mut self, part: Part, at: usize, world: &mut World<'_>, base: &World<'_>) -> usize {
        let gone = self.parts[at..].iter().take_while(|piece| piece.part < part).count();
        if gone == 0 {
            return 0;
        }
        let mut length = 0;
        for piece in self.parts.drain(at..at + gone) {
            world.reset_part(base, piece.part);
            length += piece.length;
        }
        length
    }

    /// Puts a piece at `at`, for the piece of the same part if there is one. Returns how many bytes that took.
    fn put_piece(&mut self, at: usize, piece: Piece) -> usize {
        match self.parts.get_mut(at) {
            Some(known) if known.part == piece.part => std::mem::replace(known, piece).length,
            _ => {
                self.parts.insert(at, piece);
                0
            }
        }
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
