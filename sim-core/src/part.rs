//! Parts: the pieces that a state is encoded in. A step changes a few parts, so a state is encoded and decoded by what
//! tells it from one that is at hand already.

use alloc::vec::Vec;

use crate::delta::Change;
use crate::encode::{Decoder, Encoder};
use crate::finding::Finding;
use crate::frame::Frame;
use crate::kernel::Kernel;
use crate::record::Kind;
use crate::renaming::{Rename, Same};

/// One piece of the state: a record, a handle table, a stack, the findings, or a piece that the kernel's user adds.
///
/// Parts are ordered; an encoded state lists its parts in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part(u64);

/// What a part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// A record of that kind.
    Record(Kind),
    /// The handle table of the process in that place.
    Table,
    /// The stack of the thread in that place.
    Stack,
    /// The rules that were broken.
    Findings,
    /// What the kernel's user keeps with it: its own group of that number.
    Own(u8),
}

const TABLE: u8 = Kind::COUNT as u8;
const STACK: u8 = TABLE + 1;
const FINDINGS: u8 = TABLE + 2;
const OWN: u8 = TABLE + 3;
/// How many groups a user of the kernel can add.
const OWN_GROUPS: u8 = 3;
const GROUPS: u8 = OWN + OWN_GROUPS;
/// The places of each group that a single byte names.
const NEAR: u32 = (256 - GROUPS as u32) / GROUPS as u32;
const _: () = assert!(NEAR >= 4, "so many groups leave too few places with a short name");

impl Part {
    const fn new(group: u8, place: u32) -> Part {
        Part((group as u64) << 32 | place as u64)
    }

    const fn number(self) -> u8 {
        (self.0 >> 32) as u8
    }

    /// The record of a kind in its place.
    pub const fn record(kind: Kind, place: u32) -> Part {
        Part::new(kind as u8, place)
    }

    pub(crate) const fn table(process: u32) -> Part {
        Part::new(TABLE, process)
    }

    pub(crate) const fn stack(thread: u32) -> Part {
        Part::new(STACK, thread)
    }

    pub(crate) const fn findings() -> Part {
        Part::new(FINDINGS, 0)
    }

    /// A part of what the kernel's user keeps with it.
    ///
    /// # Panics
    /// If there is no such group.
    pub const fn own(group: u8, place: u32) -> Part {
        assert!(group < OWN_GROUPS, "a user of the kernel has few groups of its own");
        Part::new(OWN + group, place)
    }

    /// What it holds.
    pub const fn group(self) -> Group {
        match self.number() {
            TABLE => Group::Table,
            STACK => Group::Stack,
            FINDINGS => Group::Findings,
            own if own >= OWN => Group::Own(own - OWN),
            kind => Group::Record(Kind::ALL[kind as usize]),
        }
    }

    /// Its place among those of its group.
    pub const fn place(self) -> u32 {
        self.0 as u32
    }

    /// Appends which part it is.
    pub fn put(self, encoder: &mut Encoder<'_>) {
        if self.place() < NEAR {
            encoder.byte(self.number() * NEAR as u8 + self.place() as u8);
        } else {
            encoder.byte(GROUPS * NEAR as u8 + self.number());
            encoder.number(u64::from(self.place() - NEAR));
        }
    }

    /// Reads what [`Part::put`] wrote.
    pub fn get(decoder: &mut Decoder<'_>) -> Part {
        let byte = decoder.byte();
        match byte.checked_sub(GROUPS * NEAR as u8) {
            None => Part::new(byte / NEAR as u8, u32::from(byte) % NEAR),
            Some(group) => Part::new(group, decoder.number() as u32 + NEAR),
        }
    }
}

impl Change {
    /// The part that changed.
    pub fn part(&self) -> Part {
        match self {
            Change::Field { kind, at, .. }
            | Change::Insert { kind, at, .. }
            | Change::Remove { kind, at, .. }
            | Change::Create { kind, at } => Part::record(*kind, *at),
            Change::Destroy { at, record } => Part::record(record.kind(), *at),
            Change::Entry { process, .. } => Part::table(*process),
            Change::Enter { thread, .. } | Change::Goto { thread, .. } | Change::Leave { thread, .. } => {
                Part::stack(*thread)
            }
            Change::Found(_) => Part::findings(),
        }
    }
}

/// The canonical encoding.
impl Kernel {
    /// Appends the state as bytes: the parts that are not as in `base`. With the same base, equal for equal states,
    /// different for different ones.
    pub fn encode(&self, base: &Kernel, out: &mut Vec<u8>) {
        let mut encoder = Encoder::new(out);
        for kind in Kind::ALL {
            let places = self.places(*kind).max(base.places(*kind));
            self.put_parts(base, places, |place| Part::record(*kind, place), &mut encoder);
        }
        let tables = self.tables.places().max(base.tables.places());
        self.put_parts(base, tables, Part::table, &mut encoder);
        let stacks = self.stacks.places().max(base.stacks.places());
        self.put_parts(base, stacks, Part::stack, &mut encoder);
        self.put_part(base, Part::findings(), &mut encoder);
    }

    fn put_parts(&self, base: &Kernel, places: usize, part: impl Fn(u32) -> Part, encoder: &mut Encoder<'_>) {
        (0..places as u32).for_each(|place| self.put_part(base, part(place), encoder));
    }

    /// Appends a part and its name, unless it is as in `base`. The parts of the kernel's user it leaves alone.
    pub fn put_part(&self, base: &Kernel, part: Part, encoder: &mut Encoder<'_>) {
        self.put_part_as(base, part, part.place(), encoder, &mut Same);
    }

    /// Appends what is in the place `from` as the part that it is under its new name.
    pub(crate) fn put_part_as<N: Rename>(
        &self,
        base: &Kernel,
        part: Part,
        from: u32,
        encoder: &mut Encoder<'_>,
        names: &mut N,
    ) {
        let start = encoder.mark();
        part.put(encoder);
        let (place, row) = (part.place() as usize, from as usize);
        let differs = match part.group() {
            Group::Record(kind) => self.put_record(base, kind, (from, part.place()), encoder, names),
            Group::Table => self.tables.row(row).put_entries(base.tables.row(place), encoder, names),
            Group::Stack => put_stack(self.stacks.row(row), base.stacks.row(place), encoder, names),
            Group::Findings => put_findings(&self.findings, &base.findings, encoder, names),
            Group::Own(_) => false,
        };
        if !differs {
            encoder.truncate(start);
        }
    }

    /// Makes this kernel the one that [`Kernel::encode`] wrote with the same base. Both must have the same setting
    /// (profile, names).
    pub fn decode(&mut self, base: &Kernel, decoder: &mut Decoder<'_>) {
        self.reset_to(base);
        while !decoder.is_empty() {
            let part = Part::get(decoder);
            self.get_part(base, part, decoder);
        }
    }

    /// Makes one part what [`Kernel::put_part`] wrote of it after its name.
    pub fn get_part(&mut self, base: &Kernel, part: Part, decoder: &mut Decoder<'_>) {
        let place = part.place() as usize;
        match part.group() {
            Group::Record(kind) => self.get_record(base, kind, part.place(), decoder),
            Group::Table => self.tables.row_mut(place).get_entries(decoder),
            Group::Stack => {
                let stack = self.stacks.row_mut(place);
                stack.clear();
                stack.extend((0..decoder.number()).map(|_| Frame::get(decoder)));
            }
            Group::Findings => {
                self.findings.clear();
                self.findings.extend((0..decoder.number()).map(|_| Finding {
                    rule: decoder.word(),
                    about: decoder.word(),
                    number: decoder.number(),
                }));
            }
            Group::Own(_) => {}
        }
    }

    /// Makes one part what it is in `base`.
    pub fn reset_part(&mut self, base: &Kernel, part: Part) {
        let place = part.place() as usize;
        match part.group() {
            Group::Record(kind) => self.reset_record(base, kind, part.place()),
            Group::Table => self.tables.row_mut(place).clone_from(base.tables.row(place)),
            Group::Stack => self.stacks.row_mut(place).clone_from(base.stacks.row(place)),
            Group::Findings => self.findings.clone_from(&base.findings),
            Group::Own(_) => {}
        }
    }

    fn reset_to(&mut self, base: &Kernel) {
        self.forget();
        self.reset_records(base);
        self.tables.clone_from(&base.tables);
        self.stacks.clone_from(&base.stacks);
        self.findings.clone_from(&base.findings);
    }
}

fn put_stack<N: Rename>(stack: &[Frame], base: &[Frame], encoder: &mut Encoder<'_>, names: &mut N) -> bool {
    if stack == base {
        return false;
    }
    encoder.number(stack.len() as u64);
    stack.iter().for_each(|frame| frame.put(encoder, names));
    true
}

fn put_findings<N: Rename>(
    findings: &[Finding],
    base: &[Finding],
    encoder: &mut Encoder<'_>,
    names: &mut N,
) -> bool {
    if findings == base {
        return false;
    }
    encoder.number(findings.len() as u64);
    for finding in findings {
        encoder.word(finding.rule);
        encoder.word(names.value(finding.about));
        encoder.number(finding.renamed_number(names));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_comes_back() {
        for group in 0..GROUPS {
            for place in [0, 1, NEAR - 1, NEAR, NEAR + 1, 1000, u32::MAX] {
                let (part, mut bytes) = (Part::new(group, place), Vec::new());
                part.put(&mut Encoder::new(&mut bytes));
                let mut decoder = Decoder::new(&bytes);
                assert_eq!(Part::get(&mut decoder), part);
                assert!(decoder.is_empty());
            }
        }
    }
}
