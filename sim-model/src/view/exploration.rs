//! An exploration as text: the verdict, how much it rests on, and a story that breaks a rule.

use crate::explore::{Counterexample, Counts, Limit, Outcome, Rule, Verdict};
use crate::lang;
use crate::lang::ast::{Name, ScheduleStep, Spanned};
use crate::scenario::driver_lines::Unreached;
use crate::scenario::places::Multipliers;
use crate::scenario::program::Program;
use crate::scenario::run::run_moves;
use crate::scenario::space::EXPECTATIONS;
use crate::scenario::world::{Move, World};
use crate::view::exploration_limit::{Advice, Limited};
use crate::view::exploration_story::Story;
use crate::view::failure::failures;
use crate::view::layout::{Paint, Tone, WIDTH, columns, cut, wrap};
use crate::view::text::plural;

/// A search and what it found.
#[derive(Clone, Copy)]
pub struct Explored<'a> {
    /// What was explored.
    pub program: &'a Program,
    /// The rules it was judged by.
    pub rules: &'a [Rule],
    /// What was found.
    pub outcome: &'a Outcome<Move>,
    /// If a limit ended the search: what is known about that.
    pub limited: Option<&'a Limited>,
    /// Lines of its drivers that no order of steps comes to.
    pub unreached: &'a [Unreached],
}

/// How an exploration is shown as text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Coloured.
    pub color: bool,
    /// Only what is not as expected, and a last line.
    pub quiet: bool,
}

/// The text of an exploration.
pub fn render(explored: Explored<'_>, options: Options) -> String {
    let Explored { program, rules, outcome, limited, unreached } = explored;
    let mut page = Page { program, paint: Paint(options.color), text: String::new() };
    if options.quiet {
        if outcome.verdict != Verdict::Holds {
            page.verdict(rules, outcome, limited);
        }
        let counts = counts(program, outcome);
        page.line(&counts);
        return page.text;
    }
    let title = page.paint.text(Tone::Heading, &cut(program.title(), WIDTH));
    page.line(&title);
    page.verdict(rules, outcome, limited);
    match &outcome.verdict {
        Verdict::Fails(counterexample) => page.counterexample(counterexample),
        Verdict::Limited(_) => page.coverage(rules, outcome),
        Verdict::Holds | Verdict::Unexercised(_) => {
            page.coverage(rules, outcome);
            page.unreached(unreached);
        }
    }
    if let (Verdict::Limited(limit), Some(limited)) = (&outcome.verdict, limited) {
        page.multipliers(&limited.multipliers);
        page.advice(&limited.advice(*limit, &outcome.counts, program));
    }
    page.line("");
    for line in wrap(&counts(program, outcome), WIDTH) {
        page.line(&line);
    }
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

/// `1 state`, `1,000 states`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
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

    fn verdict(&mut self, rules: &[Rule], outcome: &Outcome<Move>, limited: Option<&Limited>) {
        let (tone, verdict) = match &outcome.verdict {
            Verdict::Holds => (Tone::Good, "no order of steps breaks a rule".to_owned()),
            Verdict::Fails(counterexample) => (Tone::Bad, self.sentence(counterexample)),
            Verdict::Unexercised(which) => {
                let names: Vec<&str> = which.iter().map(|rule| &*rules[*rule].name).collect();
                (Tone::Bad, format!("never exercised, so that it says nothing: {}", names.join("; ")))
            }
            Verdict::Limited(limit) => {
                let flag = limited.and_then(|limited| limited.bounds.reached(*limit));
                let flag = flag.map_or(String::new(), |flag| format!(" ({flag})"));
                let sentence = limit_sentence(*limit);
                (Tone::Bad, format!("no verdict: {sentence}{flag}; no rule fails in what was seen"))
            }
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
        let mut story = Story::new(program, self.paint);
        story.tell(&run, steps.len());
        self.text.push_str(&story.text);
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

    fn coverage(&mut self, rules: &[Rule], outcome: &Outcome<Move>) {
        for (rule, coverage) in rules.iter().zip(&outcome.coverage) {
            let times = match &coverage.witness {
                Some(witness) => {
                    let states = counted(coverage.states, "state");
                    format!("{states}, first after {}", counted(witness.len() as u64, "step"))
                }
                None => "never".into(),
            };
            let text = format!("{}: {} ({times})", kind_word(rule), rule.name);
            for line in wrap(&text, WIDTH - 4) {
                let line = self.paint.text(Tone::Quiet, &line);
                self.line(&format!("    {line}"));
            }
        }
    }

    /// What the verdict says nothing about.
    fn unreached(&mut self, unreached: &[Unreached]) {
        if unreached.is_empty() {
            return;
        }
        let heading = "\nNo order comes to these lines of the driver: the verdict says nothing about them";
        self.line(&self.paint.text(Tone::Heading, heading));
        for Unreached { driver, routine, lines } in unreached {
            if lines.is_empty() {
                self.line(&format!("    {driver}: {routine} is never called"));
            }
            for line in lines {
                let text = format!("    {driver}: {routine} line {}: {}", line.number, line.text);
                self.line(&cut(&text, WIDTH));
            }
        }
    }

    /// Who was in how many places, and by how much that multiplies.
    fn multipliers(&mut self, multipliers: &Multipliers) {
        let widest = multipliers.who.iter().map(|one| columns(&one.who)).max().unwrap_or(0).clamp(3, 30);
        self.line(&self.paint.text(Tone::Heading, "\nWhat multiplied the states"));
        let heading = format!("    {:<widest$}  {:>10}  {:>10}", "who", "places", "multiplies");
        self.line(&self.paint.text(Tone::Quiet, &heading));
        for one in &multipliers.who {
            let by = format!("× {}", tenths(multipliers.tenths(one)));
            let (who, places) = (cut(&one.who, widest), grouped(one.places));
            self.line(&format!("    {who:<widest$}  {places:>10}  {by:>10}"));
        }
        let text = format!(
            "{} of places, {} states in each. A place is a line and the atomic step that comes next. One \
             multiplies by the places that it was in while all others stay where they are, on average.",
            counted(multipliers.combinations, "combination"),
            tenths(multipliers.tenths_of_states()),
        );
        for line in wrap(&text, WIDTH - 4) {
            self.line(&format!("    {}", self.paint.text(Tone::Quiet, &line)));
        }
    }

    fn advice(&mut self, advice: &[Advice]) {
        let widest = advice.iter().map(|advice| columns(&advice.change)).max().unwrap_or(0).min(40);
        self.line(&self.paint.text(Tone::Heading, "\nWhat to change"));
        for Advice { change, effect } in advice {
            for (at, line) in wrap(effect, WIDTH - widest - 6).iter().enumerate() {
                let change = self.paint.pad(Tone::Call, if at == 0 { change } else { "" }, widest);
                self.line(&format!("    {change}  {line}"));
            }
        }
    }
}

/// The counts of a search, and whether nothing was left out.
pub(super) fn counts(program: &Program, outcome: &Outcome<Move>) -> String {
    let Counts { states, transitions, ends, frontier, bytes, .. } = outcome.counts;
    let depth = outcome.counts.depth();
    let mut text = format!(
        "{}: {}, {}, {}, {} deep, {} a state",
        program.source().file,
        counted(states, "state"),
        counted(transitions, "step"),
        counted(ends, "end"),
        counted(depth as u64, "level"),
        counted(bytes / states.max(1), "byte"),
    );
    match &outcome.verdict {
        Verdict::Limited(_) => {
            text.push_str(&format!(", {} not looked into", counted(frontier, "state")));
        }
        Verdict::Fails(_) => {}
        _ => text.push_str(", complete"),
    }
    text
}

/// A number of tenths as a decimal fraction.
fn tenths(tenths: u64) -> String {
    format!("{}.{}", grouped(tenths / 10), tenths % 10)
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
