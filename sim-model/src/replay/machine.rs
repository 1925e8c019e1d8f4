//! One machine of a log: a simulated kernel whose handle tables the events drive.

use std::collections::{BTreeMap, BTreeSet};

use sim_core::ob::recorded::Misplaced;
use sim_core::ps::process::Process;
use sim_core::{Access, Handle, Id, Kernel};

use super::event::{Event, SYSTEM, Slot, What};
use super::life::{At, Life, Note, Origin, Place};
use super::reason::{Reason, Rule};
use super::report::{Example, OpenHandle, Report};
use super::window::{Released, Window};

/// The most type names that are kept apart; Windows has about seventy.
const MOST_TYPES: usize = 256;
/// The type of an object whose open the log does not show.
const UNKNOWN_TYPE: &str = "(unknown)";
/// The access of a handle whose granted mask the log does not tell: nothing can be said to exceed it.
const UNKNOWN_ACCESS: Access = Access(u32::MAX);

/// One machine.
pub(super) struct Machine {
    name: String,
    pub(super) kernel: Kernel,
    pub(super) lives: BTreeMap<u64, Life>,
    types: BTreeSet<Box<str>>,
    open: u64,
    /// Its events that are held back.
    pub(super) window: Window,
}

impl Machine {
    pub(super) fn new(name: &str) -> Machine {
        Machine {
            name: name.into(),
            kernel: Kernel::new(sim_core::profile::Profile::default()),
            lives: BTreeMap::new(),
            types: BTreeSet::new(),
            open: 0,
            window: Window::default(),
        }
    }

    /// Applies an event to the tables.
    pub(super) fn apply(&mut self, released: Released, report: &mut Report) {
        let Released { millisecond, event, .. } = released;
        let Event { line, program, what, .. } = event;
        let at = At { line, millisecond, event: what.id() };
        // An open or a start may begin a new life; the program is the new one's.
        let (before, after) = match what {
            What::Open { slot, .. } => (None, Some(slot.pid)),
            What::Start { pid } => (None, Some(pid)),
            What::Close { slot } | What::Access { slot, .. } => (Some(slot.pid), None),
            What::Exit { pid } => (Some(pid), None),
            What::Duplicate { .. } => (None, None),
        };
        if let Some(pid) = before {
            self.life(pid).learn(program.as_deref());
        }
        match what {
            What::Open { slot, object_type, object, granted } => {
                let note = Note { at, origin: Origin::Opened, granted, object_type, object };
                self.open(slot, note, report);
            }
            What::Duplicate { source, target } => self.duplicate(source, target, at, report),
            What::Close { slot } => self.close(slot, at, report),
            What::Access { slot, mask } => self.access(slot, mask, at, report),
            What::Start { pid } => self.start(pid, at, report),
            What::Exit { pid } => self.exit(pid, at, report),
        }
        if let Some(pid) = after {
            self.life(pid).learn(program.as_deref());
        }
        self.kernel.forget();
    }

    /// Where a logged value is. A value with the sign bit is a handle of the kernel, in System's table.
    pub(super) fn place(slot: Slot) -> Option<Place> {
        let place = match slot.handle {
            0xFFFF_FFFF_8000_0000.. | 0x8000_0000..=0xFFFF_FFFF => {
                Place { pid: SYSTEM, handle: slot.handle as u32 & 0x7FFF_FFFF }
            }
            handle => Place { pid: slot.pid, handle: u32::try_from(handle).ok()? },
        };
        let possible = place.handle.is_multiple_of(4) && !place.handle.is_multiple_of(0x400);
        (possible && place.handle < 0x400_0000).then_some(place)
    }

    /// The life of a process that an event names.
    pub(super) fn life(&mut self, pid: u64) -> &mut Life {
        self.lives.entry(pid).or_insert_with(|| Life::new(&self.name, pid))
    }

    pub(super) fn note(&self, place: Place) -> Option<&Note> {
        self.lives.get(&place.pid)?.notes.get(&place.handle)
    }

    /// The process that an event puts a handle into. If the last one of that id has exited, and either all its
    /// handles are closed or the value is among those that are not, it is another process.
    pub(super) fn life_to_fill(&mut self, place: Place, report: &mut Report) {
        let over = self.lives.get(&place.pid).is_some_and(|life| {
            let known = life.notes.get(&place.handle).is_some_and(|note| !note.is_announced());
            life.exited && (life.notes.is_empty() || known)
        });
        if over {
            self.retire(place.pid, Reason::SweptAtExit, report);
        }
        self.life(place.pid);
    }

    fn process(&mut self, pid: u64) -> Id<Process> {
        if pid == SYSTEM {
            return self.kernel.system_process();
        }
        if let Some(process) = self.life(pid).process {
            return process;
        }
        let process = self.kernel.create_process("recorded process");
        self.life(pid).process = Some(process);
        process
    }

    /// Puts a handle to a new object, or to that of `source`, into a table.
    pub(super) fn put(&mut self, place: Place, source: Option<Place>, note: Note) -> Result<(), Misplaced> {
        let (process, handle) = (self.process(place.pid), Handle(place.handle));
        let access = note.granted.map_or(UNKNOWN_ACCESS, Access);
        let object = source.and_then(|source| {
            let process = self.process(source.pid);
            self.kernel.entry(process, Handle(source.handle))?.object
        });
        match object {
            Some(object) => self.kernel.duplicate_recorded(object, process, handle, access)?,
            None => {
                let object_type = self.type_name(note.object_type.as_deref());
                self.kernel.open_recorded(process, handle, &object_type, access)?;
            }
        }
        self.add_note(place, note);
        Ok(())
    }

    fn add_note(&mut self, place: Place, note: Note) {
        let known = u64::from(!note.is_announced());
        self.open += known;
        let life = self.life(place.pid);
        life.open += known;
        life.report.most_open = life.report.most_open.max(life.open);
        life.notes.insert(place.handle, note);
    }

    /// Gives an announced handle what its open, which is logged only now, says of it.
    pub(super) fn confirm(&mut self, place: Place, note: Note) -> Result<(), Misplaced> {
        let (process, handle) = (self.process(place.pid), Handle(place.handle));
        let object = self.kernel.entry(process, handle).and_then(|entry| entry.object);
        let shared = object.filter(|object| self.kernel[*object].handle_count > 1);
        self.kernel.close_recorded(process, handle);
        match shared {
            Some(object) => {
                let access = note.granted.map_or(UNKNOWN_ACCESS, Access);
                self.kernel.duplicate_recorded(object, process, handle, access)?;
                self.add_note(place, note);
                Ok(())
            }
            None => self.put(place, None, note),
        }
    }

    /// Closes a handle in the tables; returns what was known of it.
    pub(super) fn remove(&mut self, place: Place) -> Option<Note> {
        let process = self.process(place.pid);
        let life = self.life(place.pid);
        let note = life.notes.remove(&place.handle)?;
        let known = u64::from(!note.is_announced());
        life.used.insert(place.handle);
        life.open -= known;
        self.open -= known;
        self.kernel.close_recorded(process, Handle(place.handle));
        Some(note)
    }

    /// The access that the table has for a handle.
    pub(super) fn granted(&mut self, place: Place) -> Access {
        let process = self.process(place.pid);
        self.kernel.entry(process, Handle(place.handle)).map_or(UNKNOWN_ACCESS, |entry| entry.access)
    }

    /// How many handles are open, but for those only announced.
    pub(super) const fn open_now(&self) -> u64 {
        self.open
    }

    fn type_name(&mut self, name: Option<&str>) -> Box<str> {
        let name = name.unwrap_or(UNKNOWN_TYPE);
        if !self.types.contains(name) {
            if self.types.len() == MOST_TYPES {
                return UNKNOWN_TYPE.into();
            }
            self.types.insert(name.into());
        }
        name.into()
    }

    fn start(&mut self, pid: u64, at: At, report: &mut Report) {
        report.counts.started += 1;
        if pid == SYSTEM {
            return;
        }
        let exited = self.lives.get(&pid).is_some_and(|life| life.exited);
        self.retire(pid, if exited { Reason::SweptAtExit } else { Reason::ProcessReplaced }, report);
        let life = self.life(pid);
        life.started = true;
        life.report.started = at.time();
    }

    fn exit(&mut self, pid: u64, at: At, report: &mut Report) {
        report.counts.exited += 1;
        if pid == SYSTEM {
            return;
        }
        let life = self.life(pid);
        life.exited = true;
        life.report.exited = at.time();
        self.end_if_empty(pid);
    }

    /// Ends the simulated process of a life whose exit is logged, once its last handle is closed.
    pub(super) fn end_if_empty(&mut self, pid: u64) {
        let Some(life) = self.lives.get_mut(&pid).filter(|life| life.exited && life.notes.is_empty()) else {
            return;
        };
        if let Some(process) = life.process.take() {
            self.end(process);
        }
    }

    /// Ends a simulated process as a real one ends: in its last thread, which closes the table.
    fn end(&mut self, process: Id<Process>) {
        let thread = self.kernel.create_thread(process, "last thread");
        self.kernel.terminate_thread(thread, 0);
        while let Some(step) = self.kernel.system_step() {
            self.kernel.take(step);
        }
        self.kernel.forget();
    }

    /// A life is over: what it still has open goes for this reason.
    fn retire(&mut self, pid: u64, reason: Reason, report: &mut Report) {
        let Some(mut life) = self.lives.remove(&pid) else { return };
        for (handle, note) in std::mem::take(&mut life.notes) {
            if let Origin::Announced(times) = note.origin {
                source_not_logged(&life, handle, times, note.at, report);
                continue;
            }
            life.report.left_open += 1;
            report.counts.swept += 1;
            self.open -= 1;
            let what = opened(&note);
            let example = || life.example(note.at, handle.into(), Some(what));
            report.unmatched.entry(reason).or_default().add(example);
        }
        if let Some(process) = life.process {
            self.end(process);
        }
        add_process(life, report);
    }

    /// The recording is over.
    pub(super) fn finish(mut self, report: &mut Report) {
        let pids: Vec<u64> = self.lives.keys().copied().collect();
        for pid in pids {
            if self.lives[&pid].exited {
                self.retire(pid, Reason::SweptAtExit, report);
                continue;
            }
            let Some(mut life) = self.lives.remove(&pid) else { continue };
            for (handle, note) in std::mem::take(&mut life.notes) {
                if let Origin::Announced(times) = note.origin {
                    source_not_logged(&life, handle, times, note.at, report);
                    continue;
                }
                life.report.left_open += 1;
                report.counts.left_open += 1;
                report.left_open.push(OpenHandle {
                    machine: self.name.clone(),
                    process: life.label(),
                    handle: format!("{handle:#x}"),
                    object_type: note.object_type.map(Into::into),
                    object: note.object.map(Into::into),
                    line: note.at.line,
                    time: note.at.time(),
                });
            }
            add_process(life, report);
        }
    }
}

/// What a handle that is still open is of, for a person.
fn opened(note: &Note) -> String {
    let object_type = note.object_type.as_deref().unwrap_or("object of unknown type");
    match &note.object {
        Some(object) => format!("{object_type} {object}"),
        None => object_type.into(),
    }
}

fn add_process(life: Life, report: &mut Report) {
    if life.is_active() {
        report.counts.processes += 1;
        if report.processes.len() < Report::MOST_PROCESSES {
            report.processes.push(life.report);
        }
    }
}

/// Duplicates whose source never turned out to have been opened within the recording.
pub(super) fn source_not_logged(life: &Life, handle: u32, times: u64, at: At, report: &mut Report) {
    let group = report.unmatched.entry(Reason::SourceNotLogged).or_default();
    group.add(|| life.example(at, handle.into(), None));
    group.count += times - 1;
}

/// Notes that a rule of handle tables is broken.
pub(super) fn violate(rule: Rule, report: &mut Report, example: impl FnOnce() -> Example) {
    report.violations.entry(rule).or_default().add(example);
}
