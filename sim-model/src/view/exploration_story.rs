//! The story of a run that breaks a rule: who takes which step, and what it changed.
//!
//! A call during which nobody else takes a step is told as a whole, with its net changes. Of a call that others
//! interrupt each step is told that changes what a person could see.

use sim_core::frame::StepName;

use crate::scenario::driver_lines::DriverLine;
use crate::scenario::program::Program;
use crate::scenario::run::{Ending, Entry, Run, Taken};
use crate::view::changes::{self, ShownChange};
use crate::view::layout::{Paint, Tone, WIDTH, columns, cut, wrap};

/// The narrowest and the widest column of names.
const NAMES: (usize, usize) = (10, 16);

/// A story as it is told.
pub(super) struct Story<'a> {
    program: &'a Program,
    paint: Paint,
    /// The width of the column of names.
    names: usize,
    /// Whose name was written last.
    speaker: String,
    pub(super) text: String,
}

impl<'a> Story<'a> {
    pub(super) fn new(program: &'a Program, paint: Paint) -> Story<'a> {
        let names = program.actors.iter().map(|actor| columns(&actor.name)).max().unwrap_or(0);
        Story {
            program,
            paint,
            names: names.clamp(NAMES.0, NAMES.1),
            speaker: String::new(),
            text: String::new(),
        }
    }

    /// Tells a run; the steps after the first `stem` repeat for ever.
    pub(super) fn tell(&mut self, run: &Run<'_>, stem: usize) {
        let mut told = 0;
        for entry in &run.entries {
            let repeats_from = stem.checked_sub(told).filter(|at| *at < entry.steps.len());
            told += entry.steps.len();
            if repeats_from == Some(0) {
                self.repeat();
            }
            if is_whole(entry) && repeats_from.is_none_or(|at| at == 0) {
                self.call(run, entry);
                continue;
            }
            for (at, step) in entry.steps.iter().enumerate() {
                if at > 0 && repeats_from == Some(at) {
                    self.repeat();
                }
                self.step(run, entry, step);
            }
            if let Ending::Returned { .. } = entry.ending {
                self.say(&self.actor(entry), &format!("… {}", self.line_of(entry)), Tone::Call);
            }
        }
    }

    fn repeat(&mut self) {
        self.text.push_str(&self.paint.text(Tone::Heading, "  and then for ever"));
        self.text.push('\n');
    }

    fn call(&mut self, run: &Run<'_>, entry: &Entry) {
        self.say(&self.actor(entry), &self.line_of(entry), Tone::Call);
        self.changes(&changes::of_entry(run, entry));
    }

    fn step(&mut self, run: &Run<'_>, entry: &Entry, step: &Taken) {
        let shown = step.deltas.iter().filter_map(|delta| changes::of_delta(&run.world, step, delta));
        let shown: Vec<ShownChange> = shown.collect();
        let Some(name) = step.name else {
            self.say(
                &self.actor(entry),
                &self.program.actors[entry.actor].actions[entry.action].text,
                Tone::Call,
            );
            return self.changes(&shown);
        };
        if shown.is_empty() {
            return;
        }
        let taker = changes::taker(&run.world, step).map(str::to_owned);
        let who = taker.unwrap_or_else(|| self.actor(entry));
        self.say(&who, &step_sentence(self.program, step, name), Tone::Plain);
        self.changes(&shown);
    }

    fn actor(&self, entry: &Entry) -> String {
        self.program.actors[entry.actor].name.clone()
    }

    /// A line of the scenario, and what the call gave.
    fn line_of(&self, entry: &Entry) -> String {
        let text = &self.program.actors[entry.actor].actions[entry.action].text;
        match &entry.ending {
            Ending::Returned { result, .. } => format!("{text} gives {result}"),
            Ending::Checked(None) => format!("{text} holds"),
            Ending::Checked(Some(_)) => format!("{text} does not hold"),
            _ => text.clone(),
        }
    }

    fn say(&mut self, who: &str, what: &str, tone: Tone) {
        let names = self.names;
        for (at, line) in wrap(what, WIDTH - names - 4).into_iter().enumerate() {
            let shown = if at == 0 && who != self.speaker { cut(who, names) } else { String::new() };
            let line = self.paint.text(tone, &line);
            self.text.push_str(format!("  {shown:<names$}  {line}").trim_end());
            self.text.push('\n');
        }
        who.clone_into(&mut self.speaker);
    }

    fn changes(&mut self, shown: &[ShownChange]) {
        let left = self.names + 8;
        for change in shown {
            let text = cut(&format!("{}  {}", change.subject, change.what()), WIDTH - left);
            let text = self.paint.text(Tone::Change, &text);
            self.text.push_str(&format!("{:left$}{text}\n", ""));
        }
    }
}

/// What a step does: the line of the driver that it performs, or its name.
pub(super) fn step_sentence(program: &Program, step: &Taken, name: StepName) -> String {
    match step.place.and_then(|place| program.driver_line(place)) {
        Some(DriverLine { routine, number, text, .. }) => format!("{routine} line {number}: {text}"),
        None => format!("{} {}: {}", name.routine, name.label, name.does),
    }
}

/// Whether an entry is a line from its beginning to its end.
const fn is_whole(entry: &Entry) -> bool {
    !entry.resumed && matches!(entry.ending, Ending::Returned { .. } | Ending::Checked(_) | Ending::Done(_))
}
