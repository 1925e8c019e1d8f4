//! One IRP, a device that completes it and a thread that cancels it: every order of their atomic steps, enumerated from
//! the kernel's own, with its result. Source: WDK, "Synchronizing IRP Cancellation" and "Using a Driver-Supplied Spin Lock".

use std::collections::{BTreeMap, BTreeSet};

use sim_core::drivers::queue::DeviceCompletes;
use sim_core::io::iosb::Iosb;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::request::{ByteOffset, IoService, Request};
use sim_core::nt::cancel_io_file::NtCancelIoFileEx;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::profile::Profile;
use sim_core::ps::schedule::Step;
use sim_core::ps::thread::Thread;
use sim_core::{Access, Handle, Id, Kernel, NtStatus};
use sim_tests::Machine;

/// The steps that decide who owns the IRP.
const DECIDING: [&str; 6] = ["D1", "D2", "I3", "I4", "K3", "X2"];

struct Race {
    m: Machine,
    iosb: Id<Iosb>,
    file: Handle,
}

/// A read whose issuer has come to the step of that label.
fn read_up_to(label: &str) -> Race {
    let mut m = Machine::new(Profile::default());
    let open =
        CreateFile { attributes: m.device(0), access: Access(0x8010_0000), options: OpenOptions::default() };
    let file = m.call(0, NtCreateFile::of(open)).expect("it returns").value.handle();
    let iosb = m.k.create_iosb();
    let thread = m.threads[0];
    let request = Request { iosb: Some(iosb), length: 8, offset: ByteOffset::At(0), ..Request::of(file) };
    let read = m.k.issue(thread, IoService::Read, request);
    m.k.start(thread, read);
    while let Some(choice) = m.k.choice(thread) {
        let step = Step { thread, choice };
        if m.k.stack(thread).is_empty() || m.k.step_name(step).label == label {
            break;
        }
        m.k.take(step);
    }
    Race { m, iosb, file }
}

/// Takes the steps of these threads in every order. For each order of the deciding steps: how the request and the cancel
/// can end.
fn orders(race: &Race, threads: &[Id<Thread>]) -> BTreeMap<String, Vec<(NtStatus, NtStatus)>> {
    let mut search = Search { race, threads, seen: BTreeSet::new(), found: BTreeMap::new() };
    search.follow(&race.m.k, &mut Vec::new());
    search.found
}

struct Search<'a> {
    race: &'a Race,
    threads: &'a [Id<Thread>],
    /// Where it was before, and on which way it came there.
    seen: BTreeSet<(Vec<u8>, Vec<&'static str>)>,
    found: BTreeMap<String, Vec<(NtStatus, NtStatus)>>,
}

impl Search<'_> {
    fn follow(&mut self, k: &Kernel, order: &mut Vec<&'static str>) {
        let mut state = Vec::new();
        k.encode(&self.race.m.k, &mut state);
        if !self.seen.insert((state, order.clone())) {
            return;
        }
        let mut over = true;
        for thread in self.threads.iter().copied() {
            let Some(choice) = k.choice(thread) else { continue };
            let step = Step { thread, choice };
            over = false;
            let label = k.step_name(step).label;
            let mut next = k.clone();
            next.take(step);
            let decides = DECIDING.contains(&label);
            order.extend(decides.then_some(label));
            self.follow(&next, order);
            order.truncate(order.len() - usize::from(decides));
        }
        if over {
            self.end(k, &order.join(" "));
        }
    }

    fn end(&mut self, k: &Kernel, order: &str) {
        assert!(k.findings().is_empty() && k.broken_invariant().is_none());
        assert_eq!(k.irp_of(self.race.iosb), None, "the request has ended after {order}");
        let cancelled =
            k[self.race.m.threads[1]].returned.map_or(NtStatus::PENDING, |returned| returned.status);
        let ended = (k[self.race.iosb].status.expect("it was written"), cancelled);
        let ends = self.found.entry(order.to_owned()).or_default();
        if !ends.contains(&ended) {
            ends.push(ended);
        }
    }
}

const DONE: (NtStatus, NtStatus) = (NtStatus::SUCCESS, NtStatus::SUCCESS);
const MISSED: (NtStatus, NtStatus) = (NtStatus::SUCCESS, NtStatus::NOT_FOUND);
const CANCELLED: (NtStatus, NtStatus) = (NtStatus::CANCELLED, NtStatus::SUCCESS);

#[test]
fn a_cancel_against_a_completion() {
    let mut race = read_up_to("none");
    let (iosb, device) = (race.iosb, race.m.devices[0]);
    let (canceller, answers) = (race.m.threads[1], race.m.k[device].thread);
    race.m.k.start(canceller, NtCancelIoFileEx::of(race.file, Some(iosb)));
    let status = NtStatus::SUCCESS;
    race.m.k.start(answers, DeviceCompletes::Unlink { iosb, device, status, information: 8 });
    let found = orders(&race, &[race.m.threads[0], canceller, answers]);
    let expected = [
        // The device owns it: the cancel comes too late, or finds nothing.
        ("D1 D2", vec![MISSED]),
        ("D1 D2 K3", vec![DONE]),
        // The canceller owns it, whether the device has taken it out of the queue, is about to, or never sees it.
        ("D1 K3 D2 X2", vec![CANCELLED]),
        ("K3 D1 D2 X2", vec![CANCELLED]),
        ("K3 X2 D1", vec![CANCELLED]),
    ];
    let found: Vec<(&str, Vec<_>)> = found.iter().map(|(order, ends)| (&**order, ends.clone())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_cancel_against_a_dispatch() {
    let mut race = read_up_to("I2");
    let canceller = race.m.threads[1];
    race.m.k.start(canceller, NtCancelIoFileEx::of(race.file, Some(race.iosb)));
    let found = orders(&race, &[race.m.threads[0], canceller]);
    let expected = [
        // K2 came before I4: the driver sees the mark and takes its routine back, so that K3 gets nothing.
        ("I3 I4 K3", vec![CANCELLED]),
        // The driver has made it cancelable, and a cancel ends it.
        ("I3 I4 K3 X2", vec![CANCELLED]),
        // The cancel routine runs while the driver still holds its lock: the driver leaves it alone.
        ("I3 K3 I4 X2", vec![CANCELLED]),
        // There was no routine yet: the driver sees the mark, takes its routine back and completes the IRP itself.
        ("K3 I3 I4", vec![CANCELLED]),
        // The same, and the scan comes to the IRP again, which has a routine now.
        ("K3 I3 I4 K3", vec![CANCELLED]),
        ("K3 I3 K3 I4 X2", vec![CANCELLED]),
    ];
    let found: Vec<(&str, Vec<_>)> = found.iter().map(|(order, ends)| (&**order, ends.clone())).collect();
    assert_eq!(found, expected);
}
