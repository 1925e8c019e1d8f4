//! A run as text: one line a call with its result, under it what changed and why.

use sim_core::Id;
use sim_core::ob::header::{Body, Object};
use sim_core::profile::Arch;

use crate::lang::ast::PropertyKind;
use crate::scenario::program::{ActionKind, Program};
use crate::scenario::run::{Ending, Entry, Run, Taken};
use crate::scenario::world::{Binding, World};
use crate::view::changes::{self, ShownChange};
use crate::view::exploration_story::step_sentence;
use crate::view::failure::failures;
use crate::view::holders::{Holder, held_by, holders, under_way};
use crate::view::layout::{Paint, Tone, WIDTH, columns, cut, wrap};
use crate::view::outstanding::{Outstanding, outstanding};
use crate::view::rows::{Row, rows};

/// What to show.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Colour, for a terminal.
    pub color: bool,
    /// Every atomic step with what it changed.
    pub steps: bool,
    /// Only what was not as expected, and the last line.
    pub quiet: bool,
}

/// Where the result of a call begins at the least.
const LEAST_RESULT: usize = 60;
/// How wide a change may be for its reason to stand beside it.
const WHAT: usize = 20;
/// Where what changed begins.
const SUBJECT: usize = 7;

/// The text of a run.
pub fn render(run: &Run<'_>, options: Options) -> String {
    let (subject, result) = (subject_width(run, options.steps), result_column(run));
    let mut page = Page { run, paint: Paint(options.color), text: String::new(), subject, result };
    if !options.quiet {
        page.heading();
        page.entries(options.steps);
        page.end();
    }
    page.failures();
    page.verdict();
    page.text.trim_start().to_owned()
}

fn subject_width(run: &Run<'_>, steps: bool) -> usize {
    let shown = |entry: &Entry| match steps {
        false => changes::of_entry(run, entry),
        true => entry.steps.iter().flat_map(|step| shown_changes(run, step)).collect(),
    };
    let all = run.entries.iter().flat_map(shown);
    all.map(|change| columns(&change.subject)).max().unwrap_or(0).clamp(4, 22)
}

fn shown_changes(run: &Run<'_>, step: &Taken) -> Vec<ShownChange> {
    step.deltas.iter().filter_map(|delta| changes::of_delta(&run.world, step, delta)).collect()
}

/// Results stand at the right end, so that most calls fit before them on one line.
fn result_column(run: &Run<'_>) -> usize {
    let widest = run.entries.iter().map(|entry| columns(&result(run, entry).0)).max().unwrap_or(0);
    (WIDTH - widest.min(WIDTH)).max(LEAST_RESULT)
}

/// The result of a line, and whether it is good.
fn result(run: &Run<'_>, entry: &Entry) -> (String, Tone) {
    let good = |met: bool| if met { Tone::Good } else { Tone::Bad };
    match &entry.ending {
        Ending::Returned { result, met } => (result.to_string(), good(*met)),
        Ending::Blocked { .. } if run.partial => ("has not returned yet".into(), Tone::Plain),
        Ending::Interrupted => ("has not returned yet".into(), Tone::Plain),
        Ending::Blocked { .. } if run.has_stopped() => ("the system stops".into(), Tone::Bad),
        Ending::Blocked { met } => ("does not return".into(), good(*met)),
        Ending::Checked(None) => ("holds".into(), Tone::Good),
        Ending::Checked(Some(_)) => ("does not hold".into(), Tone::Bad),
        Ending::Done(status) if status.is_error() => (status.to_string(), Tone::Plain),
        Ending::Done(_) => (String::new(), Tone::Plain),
    }
}

struct Page<'a> {
    run: &'a Run<'a>,
    paint: Paint,
    text: String,
    subject: usize,
    result: usize,
}

impl Page<'_> {
    fn program(&self) -> &Program {
        self.run.world.program()
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self) {
        let program = self.program();
        let title = self.paint.text(Tone::Heading, &cut(program.title(), WIDTH));
        let devices: Vec<String> = program
            .devices
            .iter()
            .map(|device| format!("device {} (driver {})", device.name, program.driver_name(device)))
            .collect();
        let mut about =
            vec![program.source().file.to_string(), format!("profile {}", program.profile.version.name())];
        let arch = program.profile.arch;
        about.extend((arch != Arch::X64).then(|| arch.name().to_owned()));
        about.extend(devices);
        let about = wrap(&about.join(", "), WIDTH);
        self.line(&title);
        for line in about {
            self.line(&self.paint.text(Tone::Quiet, &line));
        }
    }

    fn entries(&mut self, steps: bool) {
        let mut speaker = None;
        for entry in &self.run.entries {
            if speaker != Some(entry.actor) {
                speaker = Some(entry.actor);
                self.speaker(entry.actor);
            }
            self.entry(entry);
            if steps {
                self.steps(entry);
            } else {
                self.rows(&rows(&changes::of_entry(self.run, entry)));
            }
        }
        for (actor, action) in self.run.unreached.clone() {
            if speaker != Some(actor) {
                speaker = Some(actor);
                self.speaker(actor);
            }
            let line = &self.program().actors[actor].actions[action];
            let text = format!("{:>5}  {}", line.line, cut(&line.text, self.result - SUBJECT - 2));
            let text = self.paint.pad(Tone::Quiet, &text, self.result)
                + &self.paint.text(Tone::Quiet, "not reached");
            self.line(&text);
        }
    }

    fn speaker(&mut self, actor: usize) {
        let program = self.program();
        let Some(process) = program.actors[actor].process else {
            let text = self.paint.text(Tone::Heading, &program.actors[actor].name);
            return self.line(&format!("\n{text}"));
        };
        let text = format!("process {}, thread {}", program.processes[process], program.actors[actor].name);
        self.line(&format!("\n{}", self.paint.text(Tone::Heading, &text)));
    }

    fn entry(&mut self, entry: &Entry) {
        let action = &self.program().actors[entry.actor].actions[entry.action];
        let (result, tone) = result(self.run, entry);
        let quiet = matches!(action.kind, ActionKind::Check(_));
        let number = self.paint.text(Tone::Quiet, &format!("{:>5}", action.line));
        let text = if entry.resumed { format!("… {}", action.text) } else { action.text.clone() };
        let lines = wrap(&text, self.result - SUBJECT - 2);
        let last = lines.len() - 1;
        for (at, text) in lines.iter().enumerate() {
            let number = if at == 0 { number.clone() } else { " ".repeat(5) };
            let indent = if at == 0 { "  " } else { "    " };
            let tone_of_call = if quiet { Tone::Quiet } else { Tone::Call };
            let call = self.paint.pad(tone_of_call, text, self.result - 5 - indent.len());
            let result = if at == last { self.paint.text(tone, &result) } else { String::new() };
            self.line(&format!("{number}{indent}{call}{result}"));
        }
    }

    fn rows(&mut self, rows: &[Row]) {
        let mut subject = "";
        for row in rows {
            let shown = if row.subject == subject { "" } else { &row.subject };
            subject = &row.subject;
            self.row(shown, &row.what, &row.why);
        }
    }

    fn row(&mut self, subject: &str, what: &str, why: &str) {
        let indent = " ".repeat(SUBJECT + 2);
        let name = self.paint.pad(Tone::Plain, &cut(subject, self.subject), self.subject + 2);
        let left = SUBJECT + 2 + self.subject + 2 + WHAT + 2;
        let mut reasons = wrap(why, WIDTH - left).into_iter();
        if columns(what) > WHAT {
            let begins = left - WHAT - 2;
            for (at, line) in wrap(what, WIDTH - begins).iter().enumerate() {
                let before = if at == 0 { format!("{indent}{name}") } else { " ".repeat(begins) };
                self.line(&format!("{before}{}", self.paint.text(Tone::Change, line)));
            }
        } else {
            let first = reasons.next().unwrap_or_default();
            let what = self.paint.pad(Tone::Change, what, WHAT + 2);
            self.line(&format!("{indent}{name}{what}{}", self.paint.text(Tone::Quiet, &first)));
        }
        for line in reasons.filter(|line| !line.is_empty()) {
            self.line(&format!("{}{}", " ".repeat(left), self.paint.text(Tone::Quiet, &line)));
        }
    }

    fn steps(&mut self, entry: &Entry) {
        for step in &entry.steps {
            self.step(entry, step);
            self.rows(&rows(&shown_changes(self.run, step)));
        }
    }

    fn step(&mut self, entry: &Entry, step: &Taken) {
        let Some(name) = step.name else { return };
        let own = step.thread == self.run.world.thread(entry.actor);
        let who = match changes::taker(&self.run.world, step) {
            Some(taker) if !own => format!("[{taker}] "),
            _ => String::new(),
        };
        let text = format!("{who}{}", step_sentence(self.run.world.program(), step, name));
        for (at, line) in wrap(&text, WIDTH - SUBJECT - 2).iter().enumerate() {
            let mark = if at == 0 { "· " } else { "  " };
            self.line(&format!("{}{mark}{}", " ".repeat(SUBJECT), line));
        }
    }

    fn end(&mut self) {
        let world = &self.run.world;
        let (objects, requests) = (labelled(world), outstanding(world));
        if objects.is_empty() && requests.is_empty() {
            return;
        }
        self.line(&format!("\n{}", self.paint.text(Tone::Heading, "At the end")));
        let graph = holders(world.kernel());
        for object in objects {
            let header = &world.kernel()[object];
            let counts =
                format!("HandleCount {}  PointerCount {}", header.handle_count, header.pointer_count);
            let mut by: Vec<String> =
                held_by(&graph, object).iter().map(|holder| holder_name(world, *holder)).collect();
            let calls = under_way(world.kernel(), &graph, object);
            by.extend(
                (calls > 0).then(|| format!("{} of a call under way", plural(calls as usize, "reference"))),
            );
            let why = if header.deleted { "freed".into() } else { format!("held by {}", listed(&by)) };
            self.remains(&world.names().object(object), header.body.object_type().name(), &counts, &why);
        }
        for Outstanding { name, state, why } in requests {
            self.remains(&name, "request", state, &why);
        }
    }

    fn remains(&mut self, name: &str, kind: &str, state: &str, why: &str) {
        let name = self.paint.pad(Tone::Plain, &cut(name, self.subject), self.subject + 2);
        let state = self.paint.pad(Tone::Change, state, 33);
        let left = SUBJECT + 2 + self.subject + 2 + 14 + 33;
        let mut lines = wrap(why, WIDTH - left).into_iter();
        let first = lines.next().unwrap_or_default();
        let indent = " ".repeat(SUBJECT + 2);
        self.line(&format!("{indent}{name}{kind:<14}{state}{}", self.paint.text(Tone::Quiet, &first)));
        for line in lines {
            self.line(&format!("{}{}", " ".repeat(left), self.paint.text(Tone::Quiet, &line)));
        }
    }

    fn failures(&mut self) {
        let failures = failures(self.run);
        if !failures.is_empty() {
            let text = failures.render(self.paint.0);
            self.text.push('\n');
            self.text.push_str(&text);
        }
    }

    fn verdict(&mut self) {
        let run = self.run;
        let checks = run.entries.iter().filter(|entry| matches!(entry.ending, Ending::Checked(_))).count();
        let calls = run
            .entries
            .iter()
            .filter(|entry| matches!(entry.ending, Ending::Returned { .. } | Ending::Blocked { .. }));
        let calls = calls.count();
        let failed = run.not_held().count();
        let missed = run.missed().count();
        let counted = format!("{}, {}", plural(calls, "call"), plural(checks, "check"));
        let asked = self.program().properties.iter();
        let left = asked
            .filter(|property| matches!(property.kind, PropertyKind::Sometimes | PropertyKind::Eventually));
        let left = match left.count() {
            0 => String::new(),
            count => format!("; `kobj explore` decides {count} more of every order"),
        };
        let found = run.unexpected().count();
        let failed = failed + run.broken.len() + run.at_end.len() + run.awaited().count();
        let (tone, verdict) = match (failed, missed, found) {
            (0, 0, 0) => (Tone::Good, "all as expected".to_owned()),
            (_, 0, 0) => (Tone::Bad, format!("{failed} not as expected")),
            (_, _, 0) => (Tone::Bad, format!("{failed} not as expected, {missed} never reached")),
            _ => (Tone::Bad, format!("{failed} not as expected, {}", plural(found, "broken rule"))),
        };
        let file = self.program().source().file.to_string();
        self.line(&format!("\n{file}: {counted}: {}{left}", self.paint.text(tone, &verdict)));
    }
}

/// `1 call`, `2 calls`.
pub fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// "one", "one and another", "one, another and a third".
pub(crate) fn listed(names: &[String]) -> String {
    match names {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => names.concat(),
    }
}

/// The objects that labels name, each once, in order of label.
pub fn labelled(world: &World<'_>) -> Vec<Id<Object>> {
    let mut objects = Vec::new();
    for label in 0..world.program().labels.len() {
        if let Binding::Handle { object: Some(object), .. } = world.binding(label)
            && !objects.contains(&object)
        {
            objects.push(object);
        }
    }
    objects
}

/// What a holder is called.
pub fn holder_name(world: &World<'_>, holder: Holder) -> String {
    let (k, names) = (world.kernel(), world.names());
    match holder {
        Holder::Handle(process, handle) => format!("handle {handle} of {}", names.process(process)),
        Holder::Irp(irp) => format!("the {}", names.irp(&k[irp])),
        Holder::Wait(thread) => format!("the wait of thread {}", names.thread(thread)),
        Holder::ControlArea(area) => format!("the {}", names.control_area(area)),
        Holder::CacheMap(map) => format!("the {}", names.cache_map(map)),
        Holder::Running => "itself, while it runs".into(),
        Holder::System => "the system".into(),
        Holder::Object(object) => match k[object].body {
            Body::File(_) => format!("the file object {}", names.object(object)),
            Body::Directory(_) => format!("the directory {}", names.object(object)),
            _ => names.object(object),
        },
    }
}
