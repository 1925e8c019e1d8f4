//! Two ledgers of references as `!obtrace` tells them, and the model's own.
//!
//! The order of references, the routines and tags are those of the two examples on the `!obtrace` page of the public
//! repository MicrosoftDocs/windows-driver-docs (CC-BY-4.0, debuggercmds/-obtrace.md, 825aa15f), written down as data:
//! an event whose driver forgets a reference, and an event of a thread that becomes a GUI thread.

use sim_core::delta::Change;
use sim_core::frame::{Frame, Value};
use sim_core::nt::close::NtClose;
use sim_core::nt::create_object::NtCreateEvent;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::header::Object;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use sim_core::profile::{Profile, Version};
use sim_core::record::Kind;
use sim_core::{Access, Handle, Id};
use sim_model::view::leaks::{Leak, leaks};
use sim_tests::Machine;

/// One line of a ledger: +1 or -1, the routine that did it, and on whose account.
type Line = (i8, &'static str, &'static str);

/// `leakyapp.exe`: the driver references the event with its tag and never lets it go.
const LEAKY: &[Line] = &[
    (1, "ObCreateObject", "NtCreateEvent"),
    (1, "ObpCreateHandle", "NtCreateEvent"),
    (-1, "ObfDereferenceObjectWithTag", "ObInsertObject"),
    (1, "ObReferenceObjectByHandleWithTag", "leakydrv, tag Lky8"),
    (-1, "ObfDereferenceObjectWithTag", "ObpCloseHandle"),
];

/// `cmd.exe`: an older Windows, which does not trace the reference that a handle takes over.
const GUI_THREAD: &[Line] = &[
    (1, "ObCreateObject", "NtCreateEvent"),
    (-1, "ObfDereferenceObject", "NtCreateEvent"),
    (1, "ObReferenceObjectByHandle", "xxxCreateThreadInfo"),
    (1, "ObReferenceObjectByHandle", "ProtectHandle"),
    (-1, "ObfDereferenceObject", "xxxCreateThreadInfo"),
];

/// An event in the making, and what happened to its PointerCount so far, with the reasons.
struct Traced {
    machine: Machine,
    ledger: Vec<(i8, &'static str)>,
    handle: Handle,
    object: Option<Id<Object>>,
}

impl Traced {
    fn new(version: Version) -> Traced {
        let machine = Machine::new(Profile::of(version));
        Traced { machine, ledger: Vec::new(), handle: Handle::NULL, object: None }
    }

    /// Performs a routine and writes down what it does to the count of any event.
    fn call(&mut self, routine: impl Into<Frame>) -> Value {
        let mark = self.machine.k.mark();
        let returned = self.machine.call(0, routine).unwrap();
        assert!(!returned.status.is_error(), "{returned:?}");
        for delta in self.machine.k.since(mark) {
            if let Change::Field { kind: Kind::Object, field, from, to, .. } = delta.change
                && field == Object::POINTER_COUNT.number()
            {
                self.ledger.push((if to > from { 1 } else { -1 }, delta.why));
            }
        }
        returned.value
    }

    fn create(&mut self) {
        let attributes = ObjectAttributes::UNNAMED;
        self.handle = self
            .call(NtCreateEvent::Create {
                access: MAXIMUM_ALLOWED,
                attributes,
                manual_reset: false,
                signaled: false,
            })
            .handle();
        self.object = self.machine.k.entry(self.machine.processes[0], self.handle).unwrap().object;
        self.machine.k.watch(self.object.unwrap());
    }

    /// ObReferenceObjectByHandle as a driver calls it.
    fn reference(&mut self) {
        let process = self.machine.processes[0];
        let (handle, wanted, access, purpose) = (self.handle, None, Access(0), Purpose::Service);
        self.call(ObReferenceObjectByHandle::LockEntry { process, handle, wanted, access, purpose });
    }

    fn signs(&self) -> Vec<i8> {
        self.ledger.iter().map(|line| line.0).collect()
    }

    fn counts(&self) -> (u32, u32) {
        let header = &self.machine.k[self.object.unwrap()];
        (header.handle_count, header.pointer_count)
    }
}

fn signs(ledger: &[Line]) -> Vec<i8> {
    ledger.iter().map(|line| line.0).collect()
}

#[test]
fn the_leaky_driver_leaves_one_reference_and_the_model_finds_it() {
    for version in Version::ALL {
        let mut traced = Traced::new(*version);
        traced.create();
        assert_eq!((traced.signs(), traced.counts()), (signs(&LEAKY[..3]), (1, 1)));
        traced.reference();
        assert_eq!((traced.signs(), traced.counts()), (signs(&LEAKY[..4]), (1, 2)));
        // While the handle is open the reference is already nobody's: the driver's call is over.
        traced.call(NtClose::of(traced.handle));
        assert_eq!((traced.signs(), traced.counts()), (signs(LEAKY), (0, 1)));
        let object = traced.object.unwrap();
        assert_eq!(leaks(&traced.machine.k), [Leak::Unheld { object, references: 1 }]);
        let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Service };
        traced.call(drop);
        assert!(leaks(&traced.machine.k).is_empty() && traced.machine.k[object].deleted);
    }
}

#[test]
fn the_gui_threads_event_keeps_the_reference_of_its_thread() {
    let mut traced = Traced::new(Version::Xp);
    traced.create();
    traced.reference();
    traced.reference();
    let drop = ObDereferenceObject::Drop { object: traced.object.unwrap(), purpose: Purpose::Service };
    traced.call(drop);
    // The trace has no line for the handle's reference.
    let handles = Purpose::Handle.name();
    let without: Vec<i8> =
        traced.ledger.iter().filter(|(sign, why)| *sign < 0 || *why != handles).map(|line| line.0).collect();
    assert_eq!(without, signs(GUI_THREAD));
    assert_eq!(signs(GUI_THREAD).iter().sum::<i8>(), 1);
    assert_eq!(traced.counts(), (1, 2), "the handle's and the one that xxxCreateThreadInfo keeps");
}

#[test]
fn the_ledgers_name_who_took_and_who_gave() {
    for ledger in [LEAKY, GUI_THREAD] {
        assert!(ledger.iter().all(|(sign, routine, _)| (*sign < 0) == routine.contains("Dereference")));
    }
    assert_eq!(LEAKY.iter().filter(|line| line.2.contains("Lky8")).map(|line| line.0).sum::<i8>(), 1);
}
