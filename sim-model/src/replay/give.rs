//! Events that put a handle into a table: 4656 and 4690.
//!
//! The audit of an open duplicates the new handle into System's table, closes that duplicate, and only then logs
//! the open itself: 4690, 4658 (of System's handle, under the caller's id), 4656. So a duplicate whose source is not
//! open *announces* the source: the model opens it then, as the kernel must have done, and its 4656 confirms it.

use super::event::{SYSTEM, Slot};
use super::life::{At, Note, Origin, Place};
use super::machine::{Machine, source_not_logged, violate};
use super::reason::{Reason, Rule};
use super::report::Report;

impl Machine {
    /// 4656: a handle to an object was requested and given.
    pub(super) fn open(&mut self, slot: Slot, note: Note, report: &mut Report) {
        report.counts.opens += 1;
        let Some(place) = Self::place(slot) else {
            self.life(slot.pid).report.opens += 1;
            return self.impossible(slot, note.at, report);
        };
        self.life_to_fill(place, report);
        let at = note.at;
        let announced = match self.note(place).map(|note| note.origin) {
            Some(Origin::Announced(times)) => Some(times),
            Some(_) => {
                report.counts.opens_while_open += 1;
                self.given_twice(place, at, Reason::OpenedTwice, report);
                None
            }
            None => {
                self.count_reuse(place, report);
                None
            }
        };
        self.life(place.pid).report.opens += 1;
        let put = match announced {
            Some(times) => {
                report.counts.duplicates_before_open += times;
                self.count_reuse(place, report);
                self.confirm(place, note)
            }
            None => self.put(place, None, note),
        };
        if put.is_err() {
            self.impossible(slot, at, report);
        }
        report.counts.most_open = report.counts.most_open.max(self.open_now());
    }

    /// 4690: a handle was duplicated.
    pub(super) fn duplicate(&mut self, source: Slot, target: Slot, at: At, report: &mut Report) {
        report.counts.duplicates += 1;
        report.counts.duplicates_to_system += u64::from(target.pid == SYSTEM);
        let from = self.source(source, at, report);
        let Some(place) = Self::place(target) else {
            self.life(target.pid).report.duplicates += 1;
            return self.impossible(target, at, report);
        };
        self.life_to_fill(place, report);
        match self.note(place).map(|note| note.origin) {
            Some(Origin::Announced(times)) => {
                self.remove(place);
                source_not_logged(self.life(place.pid), place.handle, times, at, report);
            }
            Some(_) => {
                report.counts.duplicates_while_open += 1;
                self.given_twice(place, at, Reason::DuplicatedTwice, report);
            }
            None => self.count_reuse(place, report),
        }
        self.life(place.pid).report.duplicates += 1;
        let known = from.and_then(|from| self.note(from));
        let (object_type, object) =
            known.map(|note| (note.object_type.clone(), note.object.clone())).unwrap_or_default();
        let origin = Origin::Duplicated(from);
        let note = Note { at, origin, granted: None, object_type, object };
        if self.put(place, from, note).is_err() {
            self.impossible(target, at, report);
        }
        report.counts.most_open = report.counts.most_open.max(self.open_now());
    }

    /// The handle that is duplicated; if nothing shows that it is open, it is announced. `None` if it is a pseudo
    /// handle (-1 for the process, -2 for the thread, -4 to -6 for tokens), which no table has.
    fn source(&mut self, slot: Slot, at: At, report: &mut Report) -> Option<Place> {
        if matches!(slot.handle, 0xFFFF_FFFF_FFFF_FFFA.. | 0xFFFF_FFFA..=0xFFFF_FFFF) {
            return None;
        }
        let Some(place) = Self::place(slot) else {
            self.impossible(slot, at, report);
            return None;
        };
        if self.lives.get(&place.pid).is_some_and(|life| life.notes.is_empty()) {
            self.life_to_fill(place, report);
        }
        match self.life(place.pid).notes.get_mut(&place.handle) {
            Some(Note { origin: Origin::Announced(times), .. }) => *times += 1,
            Some(_) => {}
            None => {
                let origin = Origin::Announced(1);
                let note = Note { at, origin, granted: None, object_type: None, object: None };
                self.put(place, None, note).ok()?;
            }
        }
        Some(place)
    }

    /// A value was given out while it was open. The close between must have gone unlogged: the model closes it now.
    fn given_twice(&mut self, place: Place, at: At, reason: Reason, report: &mut Report) {
        let before = self.remove(place);
        let life = self.life(place.pid);
        let note = before.map(|note| format!("open since line {}", note.at.line));
        let example = || life.example(at, place.handle.into(), note.clone());
        report.unmatched.entry(reason).or_default().add(example);
        violate(Rule::FreeWhenGivenOut, report, example);
    }

    fn count_reuse(&mut self, place: Place, report: &mut Report) {
        let life = self.life(place.pid);
        let again = u64::from(life.used.contains(&place.handle));
        life.report.reused += again;
        report.counts.reused += again;
    }

    /// A value that no table gives out: there is nothing the model could do with it.
    pub(super) fn impossible(&mut self, slot: Slot, at: At, report: &mut Report) {
        report.counts.impossible_values += 1;
        let life = self.life(slot.pid);
        violate(Rule::PossibleValue, report, || life.example(at, slot.handle, None));
    }
}
