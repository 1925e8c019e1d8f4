//! An exploration as text: the verdict, how much it rests on, and a story that breaks a rule.

use crate::explore::{Counterexample, Counts, Limit, Outcome, Rule, Verdict};
use crate::lang;
use crate::lang::ast::{Name, ScheduleStep, Spanned};
use crate::scenario::program::Program;
use crate::scenario::run::{Run, run_moves};
use crate::scenario::space::EXPECTATIONS;
use crate::scenario::world::{Move, World};
use crate::view::changes;
use crate::view::failure::failures;
use crate::view::layout::{Paint, Tone, WIDTH, cut, wrap};
use crate::view::text::plural;

/// The text of an exploration.
pub fn render(program: &Program, rules: &[Rule], outcome: &Outcome<Move>, color: bool) -> String {
    let mut page = Page { program, paint: Paint(color), text: String::new() };
    page.verdict(rules, outcome);
    if let Verdict::Fails(counterexample) = &outcome.verdict {
        page.counterexample(counterexample);
    } else {
        page.coverage(rules, outcome);
    }
    page.counts(outcome);
    page.text
}

/// The scenario with a schedule that leads to a state, as a text that `kobj run` follows step by step.
pub fn scenario_text(program: &Program, moves: &[Move]) -> String {
    let mut scenario = program.scenario.clone();
    scenario.schedule = Some(schedule(program, moves));
    lang::print(&scenario)
}

fn schedule(program: &Program, moves: &[Move]) -> Vec<ScheduleStep> {
    let mut world = World::new(program);
    let mut events = Vec::new();
    let mut steps = Vec::new();
    for step in moves {
        let (actor, text) = world.move_name(*step);
        steps.push(ScheduleStep { actor: Name::bare(actor.to_owned()), text: Spanned::bare(text) });
        world.take(*step, &mut events);
    }
    steps
}

/// A number with commas between the thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    String::from_utf8_lossy(&groups.join(&b","[..])).into_owned()
}

struct Page<'a> {
    program: &'a Program,
    paint: Paint,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn verdict(&mut self, rules: &[Rule], outcome: &Outcome<Move>) {
        let title = self.paint.text(Tone::Heading, &cut(self.program.title(), WIDTH));
        self.line(&title);
        let (tone, verdict) = match &outcome.verdict {
            Verdict::Holds => (Tone::Good, "no order of steps breaks a rule".to_owned()),
            Verdict::Fails(counterexample) => (Tone::Bad, self.sentence(counterexample)),
            Verdict::Unexercised(which) => {
                let names: Vec<&str> = which.iter().map(|rule| &*rules[*rule].name).collect();
                (Tone::Bad, format!("never exercised, so that it says nothing: {}", names.join("; ")))
            }
            Verdict::Limited(limit) => (Tone::Bad, format!("no verdict: {}", limit_sentence(*limit))),
        };
        for line in wrap(&verdict, WIDTH - 2) {
            let line = self.paint.text(tone, &line);
            self.line(&format!("  {line}"));
        }
    }

    /// What fails, with the object and the numbers.
    fn sentence(&self, counterexample: &Counterexample<Move>) -> String {
        let run = run_moves(self.program, &counterexample.steps);
        let failures = failures(&run);
        let first = failures.iter().next().filter(|_| counterexample.rule == EXPECTATIONS);
        match first {
            Some(failure) => format!("{}: {}", counterexample.message, failure.message),
            None => counterexample.message.clone(),
        }
    }

    fn counterexample(&mut self, counterexample: &Counterexample<Move>) {
        let Counterexample { steps, cycle, .. } = counterexample;
        let program = self.program;
        let moves: Vec<Move> = steps.iter().chain(cycle).copied().collect();
        let which = if counterexample.shortest { "The shortest story" } else { "A story" };
        let heading = format!("\n{which}: {}", plural(steps.len(), "step"));
        self.line(&self.paint.text(Tone::Heading, &heading));
        let run = run_moves(program, &moves);
        self.story(&run, steps.len());
        let failures = failures(&run);
        if cycle.is_empty() && !failures.is_empty() {
            let text = failures.render(self.paint.0);
            self.text.push('\n');
            self.text.push_str(&text);
        }
        self.line(
            &self.paint.text(Tone::Heading, "\nThe same as a scenario: save it, and `kobj run` follows it"),
        );
        self.line("");
        for line in scenario_text(program, &moves).lines() {
            self.line(&format!("    {line}"));
        }
    }

    /// The steps in order, each with only what changed; those that change nothing a person could see are left out.
    fn story(&mut self, run: &Run<'_>, stem: usize) {
        let mut speaker = String::new();
        for (at, (entry, step)) in run.order.iter().enumerate() {
            if at == stem {
                self.line(&self.paint.text(Tone::Heading, "  and then for ever"));
            }
            let (entry, step) = (&run.entries[*entry], &run.entries[*entry].steps[*step]);
            let changes: Vec<_> =
                step.deltas.iter().filter_map(|delta| changes::of_delta(&run.world, step, delta)).collect();
            let actor = &self.program.actors[entry.actor];
            let who = match (step.name, step.thread) {
                (Some(_), Some(thread)) => run.world.names().thread(thread).to_owned(),
                _ => actor.name.clone(),
            };
            let what = match step.name {
                Some(_) if changes.is_empty() => continue,
                Some(name) => format!("{} {}: {}", name.routine, name.label, name.does),
                None => actor.actions[entry.action].text.clone(),
            };
            let shown = if who == speaker { String::new() } else { who.clone() };
            speaker = who;
            let tone = if step.name.is_none() { Tone::Call } else { Tone::Plain };
            for (at, line) in wrap(&what, WIDTH - 14).into_iter().enumerate() {
                let who = if at == 0 { cut(&shown, 10) } else { String::new() };
                let line = self.paint.text(tone, &line);
                self.line(&format!("  {who:<10}  {line}"));
            }
            for change in changes {
                let text = cut(&format!("{}  {}", change.subject, change.what()), WIDTH - 18);
                let text = self.paint.text(Tone::Change, &text);
                self.line(&format!("{:18}{text}", ""));
            }
        }
    }

    fn coverage(&mut self, rules: &[Rule], outcome: &Outcome<Move>) {
        for (rule, coverage) in rules.iter().zip(&outcome.coverage) {
            let times = match &coverage.witness {
                Some(witness) => format!(
                    "{} states, first after {}",
                    grouped(coverage.states),
                    plural(witness.len(), "step")
                ),
                None => "never".into(),
            };
            let text = format!("{}: {} ({times})", kind_word(rule), rule.name);
            for line in wrap(&text, WIDTH - 4) {
                let line = self.paint.text(Tone::Quiet, &line);
                self.line(&format!("    {line}"));
            }
        }
    }

    fn counts(&mut self, outcome: &Outcome<Move>) {
        let Counts { states, transitions, ends, frontier, bytes, .. } = outcome.counts;
        let depth = outcome.counts.depth();
        let mut text = format!(
            "{}: {} states, {} steps, {} ends, {depth} steps deep, {} bytes a state",
            self.program.source().file,
            grouped(states),
            grouped(transitions),
            grouped(ends),
            bytes / states.max(1),
        );
        match &outcome.verdict {
            Verdict::Limited(limit) => {
                text.push_str(&format!(", {} states not looked into; {}", grouped(frontier), advice(*limit)));
            }
            Verdict::Fails(_) => {}
            _ => text.push_str(", complete"),
        }
        self.line("");
        for line in wrap(&text, WIDTH) {
            self.line(&line);
        }
    }
}

fn kind_word(rule: &Rule) -> &'static str {
    use crate::explore::RuleKind;
    match rule.kind {
        RuleKind::Always => "always",
        RuleKind::AtEnd => "at every end",
        RuleKind::Sometimes => "sometimes",
        RuleKind::Eventually => "eventually",
    }
}

/// Which limit ended the search, as a sentence.
pub const fn limit_sentence(limit: Limit) -> &'static str {
    match limit {
        Limit::States => "the limit on states was reached",
        Limit::Bytes => "the limit on memory was reached",
        Limit::Depth => "the limit on depth was reached",
        Limit::Time => "the time was over",
        Limit::Cancelled => "the search was interrupted",
    }
}

/// What would let the search go further.
const fn advice(limit: Limit) -> &'static str {
    match limit {
        Limit::States => "raise --max-states, or bound the orders with --preemptions",
        Limit::Bytes => "raise --max-memory, or bound the orders with --preemptions",
        Limit::Time | Limit::Cancelled => "raise --time, or bound the orders with --preemptions",
        Limit::Depth => "raise the limit on depth",
    }
}
