//! Canonical names: each record and handle is named when it is first come to, on a walk that depends on nothing but
//! what a rule can see.

use alloc::vec::Vec;

use crate::encode::Encoder;
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::part::Part;
use crate::ps::thread::Thread;
use crate::record::Kind;
use crate::renaming::{Rename, Renaming};
use crate::word::{Id, Word};

/// The kinds whose records the walk begins with.
const ROOTS: [Kind; 4] = [Kind::System, Kind::Device, Kind::Process, Kind::Thread];

/// Every record that something names.
struct Named(Vec<(Kind, u64)>);

impl Rename for Named {
    fn reference(&mut self, kind: Kind, word: u64) -> u64 {
        self.0.push((kind, word));
        word
    }
    fn handle(&mut self, word: u64) -> u64 {
        word
    }
}

impl Kernel {
    /// Whether the call that a thread is in still needs to know of an object: a step or what was just returned names
    /// it, its body, a lookup that stands at it, a file that holds it, or an entry of a ring that will register it.
    pub fn call_mentions(&self, thread: Id<Thread>, object: Id<Object>) -> bool {
        let mut object_names = Named(alloc::vec![(Kind::Object, object.to_word())]);
        object_names.value(self[object].body);
        let mut named = Named(Vec::new());
        self.stack(thread).iter().for_each(|frame| frame.visit(&mut named));
        named.value(self[thread].returned);
        let on_the_way = |(kind, _): &(Kind, u64)| matches!(kind, Kind::Lookup | Kind::File | Kind::Sqe);
        let through: Vec<(Kind, u64)> = named.0.iter().copied().filter(on_the_way).collect();
        for (kind, word) in through {
            if let Some(place) = word.checked_sub(1) {
                self.visit_record(kind, place as u32, &mut named);
            }
        }
        object_names.0.iter().any(|name| named.0.contains(name))
    }

    /// Begins the walk: names what the system, devices, processes, threads and their stacks name.
    pub fn name_roots(&self, names: &mut Renaming) {
        for kind in ROOTS {
            (0..names.places(kind)).for_each(|new| self.visit_record(kind, names.old(kind, new), names));
        }
        for new in 0..names.places(Kind::Thread) {
            let stack = self.stacks.row(names.old(Kind::Thread, new) as usize);
            stack.iter().for_each(|frame| frame.visit(names));
        }
    }

    /// Ends the walk: names all that is left, first what can be come to from what has a name.
    pub fn name_rest(&self, names: &mut Renaming) {
        for kind in Kind::ALL.iter().filter(|kind| !ROOTS.contains(kind)) {
            // Those that have names without being asked for; the others follow in their turn.
            let there = names.places(*kind);
            (0..there).for_each(|new| self.visit_record(*kind, names.old(*kind, new), names));
        }
        for finding in &self.findings {
            names.value(finding.about);
            finding.renamed_number(names);
        }
        self.visit_named_entries(names);
        self.visit_named(names);
        self.visit_named_entries(names);
        self.visit_named(names);
        self.name_unnamed_entries(names);
        for kind in Kind::ALL {
            for place in self.unnamed(*kind, names) {
                names.reference(*kind, u64::from(place) + 1);
                self.visit_named(names);
            }
        }
    }

    fn visit_named(&self, names: &mut Renaming) {
        while let Some((kind, place)) = names.next_named() {
            self.visit_record(kind, place, names);
        }
    }

    /// Names the objects of the entries whose slots have names.
    fn visit_named_entries(&self, names: &mut Renaming) {
        for new in 0..names.places(Kind::Process) {
            let table = self.tables.row(names.old(Kind::Process, new) as usize);
            let mut number = 0;
            while let Some(slot) = names.named_slot(number) {
                names.value(table.entry(slot).object);
                number += 1;
            }
            for (handle, entry) in table.open() {
                if !names.moves_slot(handle.0 / 4) {
                    names.value(entry.object);
                }
            }
        }
    }

    /// Names the slots that no word names: first those whose objects have names, then by what is in them.
    fn name_unnamed_entries(&self, names: &mut Renaming) {
        for new in 0..names.places(Kind::Process) {
            let table = self.tables.row(names.old(Kind::Process, new) as usize);
            loop {
                let unnamed = table.open().filter(|(handle, _)| !names.is_slot_named(handle.0 / 4));
                let first = unnamed.min_by_key(|(handle, entry)| {
                    let object = entry.object.expect("an open entry names an object");
                    let place = object.index() as u32;
                    let is_named = names.is_named(Kind::Object, place);
                    let name = if is_named { names.new_place(Kind::Object, place) } else { u32::MAX };
                    let bits = (entry.access, entry.attributes, entry.locked);
                    let body =
                        self[object].body.record().map(|(kind, at)| (kind, self.plain_words(kind, at)));
                    (name, bits, self.plain_words(Kind::Object, place), body, handle.0)
                });
                let Some((handle, entry)) = first else { break };
                names.slot(handle.0 / 4);
                names.value(entry.object);
                self.visit_named(names);
            }
        }
    }

    /// The records that nothing names, in an order in which only those that look alike depend on their places.
    fn unnamed(&self, kind: Kind, names: &Renaming) -> Vec<u32> {
        let there = (0..self.places(kind) as u32).filter(|place| !names.is_named(kind, *place));
        let mut unnamed: Vec<u32> = there.filter(|place| self.has_record(kind, *place)).collect();
        if unnamed.len() > 1 {
            unnamed.sort_by_cached_key(|place| self.plain_words(kind, *place));
        }
        unnamed
    }

    /// Appends the state under these names as bytes: what [`Kernel::encode`] writes of the renamed state. The walk must
    /// be over. The base has empty stacks and handle tables, and no findings.
    pub fn encode_renamed(&self, base: &Kernel, names: &mut Renaming, out: &mut Vec<u8>) {
        let mut encoder = Encoder::new(out);
        for kind in Kind::ALL {
            self.put_parts_as(base, *kind, |new| Part::record(*kind, new), &mut encoder, names);
        }
        self.put_parts_as(base, Kind::Process, Part::table, &mut encoder, names);
        self.put_parts_as(base, Kind::Thread, Part::stack, &mut encoder, names);
        self.put_part_as(base, Part::findings(), 0, &mut encoder, names);
        assert!(names.is_done(), "a word was written that the walk did not come to");
    }

    fn put_parts_as(
        &self,
        base: &Kernel,
        kind: Kind,
        part: impl Fn(u32) -> Part,
        encoder: &mut Encoder<'_>,
        names: &mut Renaming,
    ) {
        for new in 0..names.places(kind) {
            self.put_part_as(base, part(new as u32), names.old(kind, new), encoder, names);
        }
    }
}
