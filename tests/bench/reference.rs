//! The reference system: three files, five handle slots, four requests.
//!
//! Small enough to be counted by hand: every slot is free or refers to one of three files, every request
//! is free, pending on one of three files or completed, and every combination can be reached, so there
//! are 4^5 · 5^4 = 640,000 states. The transitions are the pairs of a state and a step enabled in it.

use sim_model::explore::{Marks, Rule, RuleKind, System};

/// The number of files.
pub const FILES: usize = 3;
/// The number of handle slots.
pub const SLOTS: usize = 5;
/// The number of requests.
pub const REQUESTS: usize = 4;
/// What a free slot or a free request holds; a used slot and a pending request hold the file.
pub const FREE: u8 = FILES as u8;
/// What a completed request holds; it has forgotten its file.
pub const COMPLETED: u8 = FREE + 1;

/// A step; slots, files and requests are named by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Opens a file nothing refers to into the lowest free slot.
    Open(u8),
    /// Copies a used slot into the lowest free slot.
    Duplicate(u8),
    /// Frees a used slot.
    Close(u8),
    /// Makes the lowest free request pending on the slot's file.
    Issue(u8),
    /// Completes all pending requests of the slot's file; enabled if there is one.
    Cancel(u8),
    /// Completes a pending request.
    Complete(u8),
    /// Frees a completed request.
    Remove(u8),
}

/// A state: what each slot and each request holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tables {
    /// The file of each slot, or [`FREE`].
    pub slots: [u8; SLOTS],
    /// The file each request is pending on, or [`FREE`] or [`COMPLETED`].
    pub requests: [u8; REQUESTS],
}

impl Tables {
    /// All slots and requests are free.
    pub const EMPTY: Tables = Tables { slots: [FREE; SLOTS], requests: [FREE; REQUESTS] };

    /// The file's references: handles plus pending requests.
    pub fn pointer_count(&self, file: u8) -> usize {
        self.slots.iter().chain(&self.requests).filter(|&&held| held == file).count()
    }

    /// Calls `visit` for each enabled step, in order.
    pub fn for_each_step(&self, mut visit: impl FnMut(Step)) {
        let slot_is_free = self.slots.contains(&FREE);
        let request_is_free = self.requests.contains(&FREE);
        for file in (0..FREE).filter(|&file| slot_is_free && self.pointer_count(file) == 0) {
            visit(Step::Open(file));
        }
        for (slot, file) in (0..).zip(self.slots).filter(|(_, file)| *file != FREE) {
            if slot_is_free {
                visit(Step::Duplicate(slot));
            }
            visit(Step::Close(slot));
            if request_is_free {
                visit(Step::Issue(slot));
            }
            if self.requests.contains(&file) {
                visit(Step::Cancel(slot));
            }
        }
        for (request, held) in (0..).zip(self.requests) {
            match held {
                FREE => {}
                COMPLETED => visit(Step::Remove(request)),
                _ => visit(Step::Complete(request)),
            }
        }
    }

    /// Takes an enabled step.
    #[inline]
    pub fn take(&mut self, step: Step) {
        match step {
            Step::Open(file) => self.fill_slot(file),
            Step::Duplicate(slot) => self.fill_slot(self.slots[usize::from(slot)]),
            Step::Close(slot) => self.slots[usize::from(slot)] = FREE,
            Step::Issue(slot) => {
                let free = self.requests.iter().position(|&held| held == FREE).expect("a request is free");
                self.requests[free] = self.slots[usize::from(slot)];
            }
            Step::Cancel(slot) => {
                let file = self.slots[usize::from(slot)];
                for held in self.requests.iter_mut().filter(|held| **held == file) {
                    *held = COMPLETED;
                }
            }
            Step::Complete(request) => self.requests[usize::from(request)] = COMPLETED,
            Step::Remove(request) => self.requests[usize::from(request)] = FREE,
        }
    }

    fn fill_slot(&mut self, file: u8) {
        let free = self.slots.iter().position(|&held| held == FREE).expect("a slot is free");
        self.slots[free] = file;
    }

    /// Whether every used slot and every pending request is a reference to a file.
    pub fn is_accounted_for(&self) -> bool {
        let free = self.slots.iter().chain(&self.requests).filter(|&&held| held >= FREE).count();
        let references: usize = (0..FREE).map(|file| self.pointer_count(file)).sum();
        references + free == SLOTS + REQUESTS
    }

    /// The tables in three bytes: two bits a slot, three a request.
    #[inline]
    pub fn packed(&self) -> [u8; 3] {
        let slots = self.slots.iter().fold(0, |bits, &held| bits << 2 | u32::from(held));
        let bits = self.requests.iter().fold(slots, |bits, &held| bits << 3 | u32::from(held));
        let [first, second, third, _] = bits.to_le_bytes();
        [first, second, third]
    }

    /// The tables that [`packed`](Tables::packed) packs.
    #[inline]
    pub fn unpacked([first, second, third]: [u8; 3]) -> Tables {
        let mut bits = u32::from_le_bytes([first, second, third, 0]);
        let mut tables = Tables::EMPTY;
        for held in tables.requests.iter_mut().rev() {
            *held = (bits & 7) as u8;
            bits >>= 3;
        }
        for held in tables.slots.iter_mut().rev() {
            *held = (bits & 3) as u8;
            bits >>= 2;
        }
        tables
    }

    /// The same tables with files renamed and slots and requests in order: the busiest file is file 0.
    pub fn canonical(&self) -> Tables {
        let mut uses = [(0, 0); FILES];
        for &file in self.slots.iter().filter(|&&file| file != FREE) {
            uses[usize::from(file)].0 += 1;
        }
        for &file in self.requests.iter().filter(|&&held| held < FREE) {
            uses[usize::from(file)].1 += 1;
        }
        uses.sort_unstable_by(|one, other| other.cmp(one));
        let mut canonical = Tables::EMPTY;
        let (mut slot, mut request) = (0, 0);
        for (file, (handles, pending)) in (0..).zip(uses) {
            canonical.slots[slot..slot + handles].fill(file);
            canonical.requests[request..request + pending].fill(file);
            (slot, request) = (slot + handles, request + pending);
        }
        let completed = self.requests.iter().filter(|&&held| held == COMPLETED).count();
        canonical.requests[request..request + completed].fill(COMPLETED);
        canonical
    }
}

/// A working state of [`Reference`]: the tables, and what they were before the last step.
pub struct Working {
    now: Tables,
    before: Tables,
}

/// The reference system, as the engine sees it.
pub struct Reference {
    rules: Vec<Rule>,
}

impl Reference {
    /// The system with its one rule: the references of the files account for all slots and requests.
    pub fn new() -> Reference {
        Reference { rules: vec![Rule::new(RuleKind::Always, "references are accounted for")] }
    }
}

impl Default for Reference {
    fn default() -> Reference {
        Reference::new()
    }
}

impl System for Reference {
    type State = Working;
    type Step = Step;

    fn initial(&self) -> Working {
        Working { now: Tables::EMPTY, before: Tables::EMPTY }
    }

    #[inline]
    fn encode(&self, state: &Working, out: &mut Vec<u8>) {
        out.extend_from_slice(&state.now.packed());
    }

    fn canonical(&self, state: &Working, out: &mut Vec<u8>) {
        out.extend_from_slice(&state.now.canonical().packed());
    }

    #[inline]
    fn decode(&self, bytes: &[u8], state: &mut Working) {
        state.now = Tables::unpacked([bytes[0], bytes[1], bytes[2]]);
    }

    #[inline]
    fn enabled(&self, state: &Working, out: &mut Vec<Step>) {
        state.now.for_each_step(|step| out.push(step));
    }

    #[inline]
    fn take(&self, state: &mut Working, step: Step) {
        state.before = state.now;
        state.now.take(step);
    }

    #[inline]
    fn undo(&self, state: &mut Working, _step: Step) {
        state.now = state.before;
    }

    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn judge(&self, state: &Working, marks: &mut Marks) {
        marks.check(0, state.now.is_accounted_for());
    }
}
