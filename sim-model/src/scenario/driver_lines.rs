//! The lines of the drivers that a scenario writes: where a step stands, and what no order of steps comes to.

use std::collections::BTreeSet;

use sim_core::drivers::program::code::Op;
use sim_core::drivers::program::place::DriverPlace;
use sim_core::ps::thread::Thread;

use crate::explore::Space;
use crate::lang::ast::Span;
use crate::scenario::program::Program;
use crate::scenario::space::ProgramSpace;

/// Where the operations of a driver stand in the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DriverLines {
    /// For each routine, the line of each of its operations.
    pub(super) routines: Vec<Vec<Span>>,
}

/// A line of a driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverLine {
    /// The routine that it belongs to.
    pub routine: String,
    /// Its number, from 1.
    pub number: usize,
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// Lines of a routine that nothing comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// The driver.
    pub driver: String,
    /// The routine.
    pub routine: String,
    /// The lines; none if the routine is never called.
    pub lines: Vec<DriverLine>,
}

impl Program {
    /// The line of a driver's operation; none for the end of a routine, which is not written, and in a driver that is given in
    /// Rust.
    pub fn driver_line(&self, place: DriverPlace) -> Option<DriverLine> {
        let lines = self.driver_lines[place.driver as usize].routines.get(place.routine as usize)?;
        let span = lines[place.op as usize];
        if span == Span::default() {
            return None;
        }
        let source = self.source();
        Some(DriverLine {
            routine: self.drivers[place.driver as usize].routines[place.routine as usize].name.clone(),
            number: source.position(span.start).line,
            text: source.text.get(span.start as usize..span.end as usize)?.to_owned(),
            span,
        })
    }

    /// Every call and every return that the scenario's drivers write.
    fn driver_places(&self) -> impl Iterator<Item = DriverPlace> {
        self.drivers.iter().enumerate().flat_map(|(driver, program)| {
            program.routines.iter().enumerate().flat_map(move |(routine, written)| {
                let acts =
                    written.code.iter().enumerate().filter(|(_, op)| matches!(op, Op::Do(_) | Op::Return(_)));
                acts.map(move |(op, _)| DriverPlace {
                    driver: driver as u32,
                    routine: routine as u8,
                    op: op as u32,
                })
            })
        })
    }
}

/// The lines of the scenario's drivers that no state of a search comes to: what was found says nothing about them.
pub fn unreached(space: &Space<'_, ProgramSpace<'_>>, program: &Program) -> Vec<Unreached> {
    if program.drivers.is_empty() {
        return Vec::new();
    }
    let mut reached = BTreeSet::new();
    space.for_each_state(|_, state| {
        let k = state.world.kernel();
        reached.extend(k.all::<Thread>().filter_map(|(thread, _)| k.driver_place(thread)));
    });
    let mut found: Vec<Unreached> = Vec::new();
    let is_of = |place: &DriverPlace, other: &DriverPlace| {
        (place.driver, place.routine) == (other.driver, other.routine)
    };
    let missing = |place: &DriverPlace| !reached.contains(place) && program.driver_line(*place).is_some();
    let mut last: Option<DriverPlace> = None;
    for place in program.driver_places().filter(missing) {
        let written = &program.drivers[place.driver as usize];
        if last.is_none_or(|last| !is_of(&last, &place)) {
            found.push(Unreached {
                driver: written.name.clone(),
                routine: written.routines[place.routine as usize].name.clone(),
                lines: Vec::new(),
            });
        }
        last = Some(place);
        let called = reached.iter().any(|known| is_of(known, &place));
        if let (true, Some(unreached)) = (called, found.last_mut()) {
            unreached.lines.extend(program.driver_line(place));
        }
    }
    found
}
