//! Random legal histories, written as a log, give the counts of whoever made them; random bytes give no panic.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use proptest::prelude::*;
use sim_model::replay::{self, Counts};

/// One thing that a process may do, if it can; the numbers choose among what there is.
#[derive(Clone, Copy, Debug)]
enum Act {
    Open { process: usize, audited: bool },
    Close { at: usize },
    Use { at: usize },
    Duplicate { at: usize, to: usize },
    Restart { process: usize },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..3_usize, any::<bool>()).prop_map(|(process, audited)| Act::Open { process, audited }),
        3 => any::<usize>().prop_map(|at| Act::Close { at }),
        2 => any::<usize>().prop_map(|at| Act::Use { at }),
        1 => (any::<usize>(), 0..3_usize).prop_map(|(at, to)| Act::Duplicate { at, to }),
        1 => (0..3_usize).prop_map(|process| Act::Restart { process }),
    ]
}

/// A history as its maker knows it.
#[derive(Default)]
struct History {
    log: Vec<String>,
    /// Open handles, and whether the log tells what was granted.
    open: BTreeMap<(usize, u32), bool>,
    used: BTreeSet<(usize, u32)>,
    active: BTreeSet<(usize, u32)>,
    lives: [u32; 4],
    counts: Counts,
}

const SYSTEM: usize = 3;
const IDS: [u32; 4] = [0x1a4, 0x2b8, 0x300, 4];

impl History {
    fn write(&mut self, id: u32, fields: &str) {
        let millisecond = self.log.len() as u64 / 3;
        let time = 1_600_000_000_000 + millisecond;
        self.log.push(format!(r#"{{"EventID":{id},"TimeCreated":{time},"Channel":"Security",{fields}}}"#));
    }

    /// The lowest value that is free, as a table with its first entry reserved gives it out.
    fn give(&mut self, process: usize, known: bool) -> u32 {
        let free = |value: &u32| !value.is_multiple_of(0x400) && !self.open.contains_key(&(process, *value));
        let value = (1..).map(|slot| slot * 4).find(free).expect("a table is not full");
        self.open.insert((process, value), known);
        self.counts.reused += u64::from(!self.used.insert((process, value)));
        self.active.insert((process, self.lives[process]));
        value
    }

    fn handle(process: usize, value: u32) -> String {
        format!(r#""ProcessId":"{:#x}","HandleId":"{value:#x}","ObjectServer":"Security""#, IDS[process])
    }

    fn duplicate(&mut self, (process, value): (usize, u32), to: usize) -> u32 {
        let target = self.give(to, false);
        let fields = format!(
            r#""SourceProcessId":"{:#x}","SourceHandleId":"{value:#x}","TargetProcessId":"{:#x}","TargetHandleId":"{target:#x}""#,
            IDS[process], IDS[to]
        );
        self.write(4690, &fields);
        self.counts.duplicates += 1;
        self.counts.duplicates_to_system += u64::from(to == SYSTEM);
        target
    }

    fn nth(&self, at: usize) -> Option<((usize, u32), bool)> {
        let many = self.open.len();
        self.open.iter().nth(at.checked_rem(many)?).map(|(place, known)| (*place, *known))
    }

    fn close(&mut self, place: (usize, u32)) {
        self.open.remove(&place);
        self.write(4658, &History::handle(place.0, place.1));
        self.counts.closes_own += 1;
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Open { process, audited } => {
                let value = self.give(process, true);
                if audited {
                    let copy = self.duplicate((process, value), SYSTEM);
                    self.open.remove(&(SYSTEM, copy));
                    self.write(4658, &History::handle(process, copy));
                    self.counts.closes_system += 1;
                    self.counts.duplicates_before_open += 1;
                }
                let fields = format!(r#"{},"AccessMask":"0x3""#, History::handle(process, value));
                self.write(4656, &fields);
                self.counts.opens += 1;
            }
            Act::Close { at } => {
                if let Some((place, _)) = self.nth(at) {
                    self.close(place);
                }
            }
            Act::Use { at } => {
                let Some(((process, value), known)) = self.nth(at) else { return };
                let fields = format!(r#"{},"AccessMask":"0x1""#, History::handle(process, value));
                self.write(4663, &fields);
                self.counts.accesses += 1;
                self.counts.accesses_matched += 1;
                self.counts.accesses_within += u64::from(known);
                self.counts.accesses_unknown += u64::from(!known);
            }
            Act::Duplicate { at, to } => {
                if let Some((place, _)) = self.nth(at) {
                    self.duplicate(place, to);
                }
            }
            Act::Restart { process } => self.restart(process),
        }
    }

    /// A process exits; half of what it has open is logged as closed afterwards. Then another gets its id.
    fn restart(&mut self, process: usize) {
        let id = IDS[process];
        self.write(4689, &format!(r#""ProcessId":{id}"#));
        let own = |place: &&(usize, u32)| place.0 == process;
        let open: Vec<(usize, u32)> = self.open.keys().filter(own).copied().collect();
        for (at, place) in open.into_iter().enumerate() {
            if at % 2 == 0 {
                self.close(place);
                self.counts.closes_after_exit += 1;
            } else {
                self.open.remove(&place);
                self.counts.swept += 1;
            }
        }
        self.write(4688, &format!(r#""NewProcessId":"{id:#x}""#));
        self.used.retain(|place| place.0 != process);
        self.lives[process] += 1;
        self.counts.started += 1;
        self.counts.exited += 1;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn legal_histories_give_the_counts_of_their_maker(acts in prop::collection::vec(act(), 1..120)) {
        let mut history = History::default();
        acts.into_iter().for_each(|act| history.act(act));
        prop_assume!(!history.log.is_empty());
        let report = replay::read(Cursor::new(history.log.join("\n")), "history").expect("an event log");
        let lines = history.log.len() as u64;
        let expected = Counts {
            lines,
            events: lines,
            processes: history.active.len() as u64,
            left_open: history.open.len() as u64,
            most_open: report.counts.most_open,
            ..history.counts
        };
        prop_assert_eq!(report.counts, expected, "{}", history.log.join("\n"));
        prop_assert!(report.held());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = replay::read(&bytes[..], "bytes");
        let _ = replay::looks_like_event_log(&bytes);
    }

    #[test]
    fn no_damage_to_a_log_makes_it_panic(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        array in any::<bool>(),
    ) {
        let twin = include_bytes!("../../tests/corpus/replay/twin.json");
        let faults = include_bytes!("../../tests/corpus/replay/faults.json");
        let mut bytes = [if array { b"[" } else { &b""[..] }, twin, faults].concat();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(report) = replay::read(&bytes[..], "damaged") {
            let mut text = String::new();
            report.render_text(&mut text, true).expect("a string takes all");
            report.render_json(&mut text).expect("a string takes all");
        }
    }

    #[test]
    fn no_values_make_it_panic(
        events in prop::collection::vec((0..8_usize, 0..6_u64, any::<u64>(), 0..6_u64, any::<u64>(), any::<i64>()), 1..80),
        narrow in any::<bool>(),
    ) {
        let kinds = [4656, 4656, 4658, 4663, 4688, 4689, 4690, 4690];
        let value = |number: u64| if narrow { number % 8 * 4 } else { number };
        let event = |(kind, pid, handle, other, target, time): (usize, u64, u64, u64, u64, i64)| {
            let (id, handle, target) = (kinds[kind], value(handle), value(target));
            let time = if narrow { time % 100 } else { time };
            format!(
                r#"{{"EventID":{id},"TimeCreated":{time},"ProcessId":{pid},"NewProcessId":{pid},"HandleId":"{handle:#x}","AccessMask":{handle},"SourceProcessId":{pid},"SourceHandleId":{handle},"TargetProcessId":{other},"TargetHandleId":{target}}}"#
            )
        };
        let log: Vec<String> = events.into_iter().map(event).collect();
        let report = replay::read(Cursor::new(log.join("\n")), "values").expect("an event log");
        let mut text = String::new();
        report.render_text(&mut text, false).expect("a string takes all");
        prop_assert!(text.lines().all(|line| line.chars().count() <= 100), "{}", text);
        let c = report.counts;
        let impossible = report.violations.get(&replay::Rule::PossibleValue).map_or(0, |group| group.count);
        prop_assert_eq!(impossible, c.impossible_values);
        prop_assert_eq!(c.accesses_within + c.accesses_unknown + report.violations.get(&replay::Rule::WithinGranted).map_or(0, |group| group.count), c.accesses_matched);
        let gone = c.closes_own + c.closes_system + c.left_open + c.swept + c.opens_while_open + c.duplicates_while_open;
        prop_assert!(gone <= c.opens + c.duplicates && gone + c.impossible_values >= c.opens + c.duplicates);
    }
}
