//! The conductor: performs a script line by line, and records what comes of it.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::leftovers;
use super::stage::Stage;
use super::system;
use super::volumes::Volumes;
use super::wire::{Given, Order, Report, Task};
use crate::compare::{Difference, differences, unlike};
use crate::known::{Known, explanation};
use crate::record::{RecordError, Recording};
use crate::script::{Arg, Call, Deed, Script, Step};
use crate::trace::{Facts, Outcome, Record, Returned, Value};

/// How long a call that should return may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a call that should block is given to return after all.
const GRACE: Duration = Duration::from_millis(15);
/// How long a call may take once the system has gone another way than the model.
const PARTED: Duration = Duration::from_secs(1);
/// How long what is seen may differ from what the model says, before it is recorded as it is: a completion reaches a
/// program a little later than the call that caused it returns.
const SETTLING: Duration = Duration::from_secs(2);

/// One script at a time: the names of objects and pipes are the machine's.
static TURN: Mutex<()> = Mutex::new(());

/// Performs a script.
pub(crate) fn perform(script: &Script, host: &Path) -> Result<Recording, RecordError> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut conductor = Conductor {
        stage: Stage::begin(script, host)?,
        volumes: Volumes::begin(&script.volumes)?,
        script,
        handles: BTreeMap::new(),
        inside: script.threads.iter().map(|_| None).collect(),
        late: VecDeque::new(),
        records: Vec::new(),
        parted: false,
        system: system::name(),
    };
    let performed = conductor.steps();
    let records = std::mem::take(&mut conductor.records);
    // With the processes go their handles.
    drop(conductor);
    leftovers::remove(&records);
    performed.map(|()| Recording { system: system::name(), records })
}

/// A handle that a label names: whose, its value, and whether nobody has closed it by this label.
#[derive(Clone, Copy, Debug)]
struct Named {
    process: usize,
    value: u64,
    open: bool,
}

struct Conductor<'s> {
    stage: Stage<'s>,
    /// They go after the processes, which may have their files open.
    volumes: Volumes,
    script: &'s Script,
    handles: BTreeMap<String, Named>,
    /// The call that each thread is inside, with its line.
    inside: Vec<Option<(usize, Call)>>,
    /// What hosts said while something else was awaited.
    late: VecDeque<(usize, Report)>,
    records: Vec<Record>,
    /// The system has gone another way than the model: to wait for what that says is of no use any more.
    parted: bool,
    system: String,
}

impl Conductor<'_> {
    /// Every line, up to one that its thread cannot come to.
    fn steps(&mut self) -> Result<(), RecordError> {
        for step in &self.script.steps {
            if !self.step(step)? {
                break;
            }
        }
        Ok(())
    }

    /// One line. False if the thread cannot make the call: what came before says why.
    fn step(&mut self, step: &Step) -> Result<bool, RecordError> {
        let mut own = None;
        match &step.deed {
            Deed::Call { thread, call } => {
                let process = self.script.threads[*thread].process;
                if self.inside[*thread].is_some() || !self.stage.is_alive(process) {
                    return Ok(false);
                }
                let given = call.args.iter().map(|(name, arg)| (name.clone(), self.given(arg)));
                let mut args = given.collect();
                self.volumes.lead(&call.name, &mut args);
                let task = Task { thread: *thread, call: call.name.clone(), label: call.label.clone(), args };
                self.inside[*thread] = Some((step.line, call.clone()));
                own = Some(*thread);
                self.stage.tell(process, &Order::Perform(Box::new(task)));
            }
            Deed::EndProcess(process) => self.stage.end_process(*process, 0),
            Deed::EndThread(thread) => {
                if let Some(id) = self.stage.thread_id(*thread) {
                    self.stage.tell(self.script.threads[*thread].process, &Order::EndThread { id });
                }
            }
        }
        // What time brings afterwards has moments of its own, each of which ends with what is seen then.
        let mut moments = step.expected.split_inclusive(|record| !record.observed.is_empty());
        let first = moments.next().unwrap_or_default();
        let returned = self.gather(first)?;
        let mut records = self.returned(returned);
        self.note_own(step, own, &mut records);
        // In the order of the threads; what no thread does comes last.
        let threads = &self.script.threads;
        records.sort_by_key(|record| {
            let place = |name: &String| threads.iter().position(|thread| thread.name == *name);
            record.thread.as_ref().and_then(place).unwrap_or(threads.len())
        });
        self.parted |= self.parts(first, &records);
        let observed = self.settle(first);
        self.note(records, observed);
        for moment in moments {
            let returned = self.gather(moment)?;
            let records = self.returned(returned);
            let observed = self.settle(moment);
            self.note(records, observed);
        }
        Ok(true)
    }

    /// What is passed for an argument.
    fn given(&self, arg: &Arg) -> Given {
        match arg {
            Arg::Number(number) => Given::Number(*number),
            Arg::Text(text) => Given::Text(text.clone()),
            Arg::Flags(flags) => Given::Flags(flags.clone()),
            Arg::Label(label) => match self.handles.get(label) {
                Some(named) => Given::Handle(named.value),
                None => Given::Memory(label.clone()),
            },
            Arg::Constant(constant) => Given::Handle(match constant.as_str() {
                "INVALID_HANDLE_VALUE" | "GetCurrentProcess()" => u64::MAX,
                "GetCurrentThread()" => u64::MAX - 1,
                "unbound" => 0x00BA_D000,
                _ => 0,
            }),
            Arg::Named(name) => {
                match self.script.processes.iter().position(|process| process.name == *name) {
                    Some(place) => Given::Process { place, id: self.stage.process_id(place) },
                    None => {
                        let place = self.script.threads.iter().position(|thread| thread.name == *name);
                        Given::Thread { id: place.and_then(|place| self.stage.thread_id(place)).unwrap_or(0) }
                    }
                }
            }
            Arg::List(list) => {
                let value = |arg: &Arg| match self.given(arg) {
                    Given::Handle(value) => value,
                    _ => 0,
                };
                Given::Handles(list.iter().map(value).collect())
            }
        }
    }

    /// The calls that return now, by thread.
    fn gather(&mut self, expected: &[Record]) -> Result<Vec<(usize, Returned)>, RecordError> {
        let mut returned = Vec::new();
        let awaited = expected.iter().filter(|record| matches!(record.outcome, Outcome::Returned(_))).count();
        let awaited = awaited.min(self.inside.iter().flatten().count());
        let deadline = Instant::now() + if self.parted { PARTED } else { PATIENCE };
        while returned.len() < awaited {
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() || !self.take_report(rest, &mut returned)? {
                break;
            }
        }
        if expected.iter().any(|record| record.outcome == Outcome::Blocked) {
            while self.take_report(GRACE, &mut returned)? {}
        }
        Ok(returned)
    }

    /// Waits for one report. False if there is none in time.
    fn take_report(
        &mut self,
        within: Duration,
        returned: &mut Vec<(usize, Returned)>,
    ) -> Result<bool, RecordError> {
        match self.late.pop_front().or_else(|| self.stage.report(within)) {
            Some((process, Report::Returned { thread, returned: result, handle, second, owner })) => {
                if let Some((_, call)) = self.inside[thread].clone() {
                    self.note_close(process, &call, &result);
                    let owner = owner.and_then(|id| self.stage.process_of(id)).unwrap_or(process);
                    // What a function gives in place of a handle is a value too.
                    let instead = match result.result.as_str() {
                        "INVALID_HANDLE_VALUE" => Some(u64::MAX),
                        "NULL" => Some(0),
                        _ => None,
                    };
                    self.note_handles(owner, &call, handle.or(instead), second)?;
                }
                returned.push((thread, result));
                Ok(true)
            }
            Some((_, Report::Unknown { thread, why })) => {
                let call = self.inside[thread].as_ref().map_or("a call", |(_, call)| &call.name);
                Err(RecordError::Refused(format!("{call} cannot be made: {why}")))
            }
            Some(_) => Ok(true),
            None => Ok(false),
        }
    }

    /// A call returned: its labels name handles of a process now.
    fn note_handles(
        &mut self,
        process: usize,
        call: &Call,
        handle: Option<u64>,
        second: Option<u64>,
    ) -> Result<(), RecordError> {
        for (label, value) in [(&call.label, handle), (&call.second, second)] {
            if let (Some(label), Some(value)) = (label, value) {
                self.handles
                    .insert(label.clone(), Named { process, value, open: value != 0 && value != u64::MAX });
            }
        }
        if handle.is_some_and(|value| value != 0)
            && matches!(call.name.as_str(), "CreateProcess" | "NtCreateUserProcess")
        {
            let child = call.args.values().find_map(|arg| match self.given(arg) {
                Given::Process { place, .. } => Some(place),
                _ => None,
            });
            if let Some(child) = child {
                self.stage.await_process(child)?;
            }
        }
        Ok(())
    }

    /// A call returned that may have closed a handle: the labels with its value name nothing any more, whatever gets the
    /// value next.
    fn note_close(&mut self, process: usize, call: &Call, returned: &Returned) {
        let succeeded = matches!(returned.result.as_str(), "TRUE" | "STATUS_SUCCESS");
        let closes = |options: &Arg| matches!(options, Arg::Flags(flags) if flags.iter().any(|flag| flag == "DUPLICATE_CLOSE_SOURCE"));
        let closed = match call.name.as_str() {
            "CloseHandle" if succeeded => call.args.get("hObject"),
            "NtClose" if succeeded => call.args.get("Handle"),
            "FindCloseChangeNotification" if succeeded => call.args.get("hChangeHandle"),
            "closesocket" if returned.result == "0" => call.args.get("s"),
            "DuplicateHandle" if call.args.get("dwOptions").is_some_and(closes) => {
                call.args.get("hSourceHandle")
            }
            "NtDuplicateObject" if call.args.get("Options").is_some_and(closes) => {
                call.args.get("SourceHandle")
            }
            _ => None,
        };
        let Some(Given::Handle(value)) = closed.map(|arg| self.given(arg)) else { return };
        let from = call.args.get("hSourceProcessHandle").or_else(|| call.args.get("SourceProcessHandle"));
        let owner = match from.map(|arg| self.given(arg)) {
            Some(Given::Process { place, .. }) => place,
            _ => process,
        };
        let same = |named: &&mut Named| named.process == owner && named.value == value;
        self.handles.values_mut().filter(same).for_each(|named| named.open = false);
    }

    /// The names of the calls that were made until then: those that are recorded, and those of the moment.
    fn made_until(&self, moment: &[Record]) -> Vec<String> {
        self.records
            .iter()
            .chain(moment)
            .filter_map(|record| Some(record.call.as_ref()?.name.clone()))
            .collect()
    }

    /// Whether the calls of a moment end in another way than the model says, so that what comes after says nothing.
    fn parts(&self, expected: &[Record], found: &[Record]) -> bool {
        let until = self.made_until(expected);
        differences(expected, found).into_iter().any(|difference| {
            let difference = Difference { until: until.clone(), ..difference };
            explanation(&difference, &self.system).is_none_or(Known::ends_the_comparison)
        })
    }

    /// What can be seen, once it is what the model says, or has had the time to be.
    fn settle(&mut self, expected: &[Record]) -> BTreeMap<String, Facts> {
        let (system, until) = (self.system.clone(), self.made_until(expected));
        // A known difference does not go away.
        let as_said = |seen: &BTreeMap<String, Facts>| {
            let unlike = expected.last().map(|record| unlike(record, seen, &until)).unwrap_or_default();
            unlike.iter().all(|difference| explanation(difference, &system).is_some())
        };
        let deadline = Instant::now() + if self.parted { GRACE } else { SETTLING };
        loop {
            let seen = self.observe();
            if as_said(&seen) || Instant::now() > deadline {
                return seen;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn observe(&mut self) -> BTreeMap<String, Facts> {
        let quiet = self.inside.iter().all(Option::is_none);
        let ended = self.stage.ended();
        let mut seen: BTreeMap<String, Facts> = ended
            .into_iter()
            .map(|(name, (fact, truth))| (name, Facts::from([(fact.to_owned(), Value::Truth(truth))])))
            .collect();
        for process in 0..self.script.processes.len() {
            if !self.stage.is_alive(process) {
                continue;
            }
            let own = self.handles.iter().filter(|(_, named)| named.process == process && named.open);
            let handles = own.map(|(label, named)| (label.clone(), named.value)).collect();
            self.stage.tell(process, &Order::Observe { handles, quiet });
            let deadline = Instant::now() + PATIENCE;
            while let Some((from, report)) =
                self.stage.report(deadline.saturating_duration_since(Instant::now()))
            {
                match report {
                    Report::Observed { facts } if from == process => {
                        seen.extend(facts);
                        break;
                    }
                    report => self.late.push_back((from, report)),
                }
            }
        }
        seen.values_mut().for_each(|facts| self.name_process(facts));
        seen
    }

    /// A job tells of a process by its id, where another packet has its OVERLAPPED: its name stands for it.
    fn name_process(&self, facts: &mut Facts) {
        let Some(told @ Value::Number(_)) = facts.get_mut("overlapped") else { return };
        let Value::Number(id) = *told else { return };
        if let Some(place) = u32::try_from(id).ok().and_then(|id| self.stage.process_of(id)) {
            *told = Value::Text(self.script.processes[place].name.clone());
        }
    }

    /// The records of calls that returned in one moment, in the order of the threads.
    fn returned(&mut self, mut returned: Vec<(usize, Returned)>) -> Vec<Record> {
        returned.sort_by_key(|(thread, _)| *thread);
        let mut records = Vec::new();
        for (thread, returned) in returned {
            let Some((line, call)) = self.inside[thread].take() else { continue };
            records.push(self.record(line, Some(thread), Some(call), Outcome::Returned(returned)));
        }
        records
    }

    /// The record of a line whose call has not returned, or that is none.
    fn note_own(&self, step: &Step, own: Option<usize>, records: &mut Vec<Record>) {
        let Some(thread) = own else {
            return records.push(self.record(step.line, None, None, Outcome::Done));
        };
        if let Some((_, call)) = &self.inside[thread] {
            let ends = step.expected.iter().any(|record| record.outcome == Outcome::Done);
            let outcome = if ends { Outcome::Done } else { Outcome::Blocked };
            records.push(self.record(step.line, Some(thread), Some(call.clone()), outcome));
        }
    }

    /// Writes the records of a moment; the last has what was seen.
    fn note(&mut self, mut records: Vec<Record>, observed: BTreeMap<String, Facts>) {
        if let Some(last) = records.last_mut() {
            last.observed = observed;
        }
        self.records.append(&mut records);
    }

    fn record(&self, line: usize, thread: Option<usize>, call: Option<Call>, outcome: Outcome) -> Record {
        let thread = thread.map(|thread| self.script.threads[thread].name.clone());
        Record { line, thread, call, outcome, observed: BTreeMap::new() }
    }
}
