//! The runs of a scenario with one fault each, as text: line by line, what can happen there and what comes of it.

use crate::scenario::Program;
use crate::scenario::faults::FaultyRun;
use crate::scenario::run::Ending;
use crate::view::layout::{Paint, Tone, WIDTH, cut, wrap};
use crate::view::text::plural;

/// Where what a fault comes to begins, and a complaint.
const INDENT: usize = 9;
/// How wide the number and the fault's name are.
const NAME: usize = 42;

/// What to show.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Colour, for a terminal.
    pub color: bool,
    /// Only the runs in which something is wrong, and the last line.
    pub quiet: bool,
}

/// The text of the runs.
pub fn render(program: &Program, runs: &[FaultyRun<'_>], options: Options) -> String {
    let mut page = Page { program, paint: Paint(options.color), text: String::new() };
    if !options.quiet {
        page.heading();
    }
    let mut last = None;
    for (number, run) in (1..).zip(runs) {
        if options.quiet && run.complaints.is_empty() {
            continue;
        }
        if last.replace(run.happened.line) != Some(run.happened.line) {
            page.call(run.happened.line);
        }
        page.fault(number, run);
    }
    page.verdict(runs);
    page.text.trim_start().to_owned()
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

    fn heading(&mut self) {
        let title = self.paint.text(Tone::Heading, &cut(self.program.title(), WIDTH));
        self.line(&title);
        let (file, version) = (&self.program.source().file, self.program.profile.version.name());
        let about = format!("{file}, profile {version}: one run for each fault");
        self.line(&self.paint.text(Tone::Quiet, &about));
    }

    /// The line that the next faults happen in.
    fn call(&mut self, (actor, action): (usize, usize)) {
        let action = &self.program.actors[actor].actions[action];
        let call = cut(&action.text, WIDTH - 7);
        let call = self.paint.text(Tone::Call, &call);
        self.line(&format!("\n{:>5}  {call}", action.line));
    }

    fn fault(&mut self, number: usize, run: &FaultyRun<'_>) {
        let name = format!("{number:>INDENT$}. {}", run.happened.fault.name());
        let name = self.paint.pad(Tone::Change, &name, NAME);
        let ending = match run.ending() {
            Some(Ending::Returned { result, .. }) => result.to_string(),
            Some(Ending::Done(_)) => "goes on".into(),
            _ if run.run.has_stopped() => "the system stops".into(),
            _ => "does not return".into(),
        };
        self.line(&format!("{name} {ending}"));
        for complaint in &run.complaints {
            for line in wrap(complaint, WIDTH - INDENT - 2) {
                let line = self.paint.text(Tone::Bad, &line);
                self.line(&format!("{}{line}", " ".repeat(INDENT + 2)));
            }
        }
    }

    fn verdict(&mut self, runs: &[FaultyRun<'_>]) {
        let wrong = runs.iter().filter(|run| !run.complaints.is_empty()).count();
        let (tone, verdict) = match (runs.len(), wrong) {
            (0, _) => (Tone::Good, "nothing in it can fail".to_owned()),
            (_, 0) => (Tone::Good, "no rule is broken and nothing is left".to_owned()),
            _ => (Tone::Bad, format!("something is wrong in {wrong}")),
        };
        let (file, verdict) = (self.program.source().file.to_string(), self.paint.text(tone, &verdict));
        self.line(&format!("\n{file}: {}, one fault in each: {verdict}", plural(runs.len(), "run")));
    }
}
