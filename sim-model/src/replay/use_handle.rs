//! Events that use or close a handle: 4663 and 4658.
//!
//! Both name the calling process. A handle in System's table that the call closes is logged under the caller's id
//! too, so (process id, value) does not say which table is meant. It is System's if the value is there as the
//! duplicate that announced an open of the caller which is not logged yet; else the caller's own if it is open there;
//! else System's if it is open there.

use sim_core::Access;

use super::event::{SYSTEM, Slot};
use super::life::{At, Note, Origin, Place};
use super::machine::{Machine, source_not_logged, violate};
use super::mask;
use super::reason::{Reason, Rule};
use super::report::Report;

impl Machine {
    /// 4658: a handle was closed.
    pub(super) fn close(&mut self, slot: Slot, at: At, report: &mut Report) {
        let Some(named) = Self::place(slot) else {
            self.unmatched_close(slot.pid, report);
            return self.impossible(slot, at, report);
        };
        let place = self.table_of(named);
        let Some(note) = self.note(place).is_some().then(|| self.remove(place)).flatten() else {
            self.unmatched_close(slot.pid, report);
            return self.unmatched(slot.pid, named, at, report);
        };
        if let Origin::Announced(times) = note.origin {
            self.unmatched_close(place.pid, report);
            self.unmatched(place.pid, place, at, report);
            source_not_logged(self.life(place.pid), place.handle, times, note.at, report);
        } else {
            let life = self.life(place.pid);
            life.report.closes += 1;
            report.counts.closes_after_exit += u64::from(life.exited);
            match place.pid == slot.pid {
                true => report.counts.closes_own += 1,
                false => report.counts.closes_system += 1,
            }
        }
        self.end_if_empty(place.pid);
    }

    /// 4663: an object was accessed through a handle.
    pub(super) fn access(&mut self, slot: Slot, used: Option<u32>, at: At, report: &mut Report) {
        report.counts.accesses += 1;
        let Some(named) = Self::place(slot) else {
            self.life(slot.pid).report.unmatched += 1;
            return self.impossible(slot, at, report);
        };
        let place = self.table_of(named);
        let Some(note) = self.note(place).filter(|note| !note.is_announced()) else {
            self.life(slot.pid).report.unmatched += 1;
            return self.unmatched(slot.pid, named, at, report);
        };
        let granted = note.granted.filter(|granted| mask::is_definite(*granted));
        report.counts.accesses_matched += 1;
        self.life(place.pid).report.accesses += 1;
        let (Some(granted), Some(used)) = (granted, used) else {
            report.counts.accesses_unknown += 1;
            return;
        };
        if self.granted(place).grants(Access(used)) {
            report.counts.accesses_within += 1;
            return;
        }
        let life = self.life(place.pid);
        let note = format!("granted {granted:#x}, used {used:#x}");
        violate(Rule::WithinGranted, report, || life.example(at, place.handle.into(), Some(note)));
    }

    /// Which table an event means that names the calling process.
    fn table_of(&self, named: Place) -> Place {
        let system = Place { pid: SYSTEM, handle: named.handle };
        let Some(Note { origin, .. }) = self.note(system) else { return named };
        let announces = match origin {
            Origin::Duplicated(Some(source)) if source.pid == named.pid => {
                self.note(*source).is_some_and(Note::is_announced)
            }
            _ => false,
        };
        let own = self.note(named).is_some_and(|note| !note.is_announced());
        let of_system = !matches!(origin, Origin::Announced(_)) && (announces || !own);
        if of_system { system } else { named }
    }

    fn unmatched_close(&mut self, pid: u64, report: &mut Report) {
        report.counts.closes_unmatched += 1;
        self.life(pid).report.unmatched += 1;
    }

    /// An event has no open in the log. A process that started within the recording had nothing open before it, and
    /// a value that was open within it has been given out since.
    fn unmatched(&mut self, pid: u64, place: Place, at: At, report: &mut Report) {
        let before = self.lives.get(&place.pid).is_none_or(|life| !life.used.contains(&place.handle));
        let life = self.life(pid);
        let reason = match before && !life.started {
            true => Reason::OpenedBeforeRecording,
            false => Reason::OpenNotLogged,
        };
        let example = || life.example(at, place.handle.into(), None);
        report.unmatched.entry(reason).or_default().add(example);
    }
}
