//! Pairs of HandleCount and PointerCount that WinDbg printed on real machines.
//!
//! Figures only. The first rows come from the command pages of the public repository
//! MicrosoftDocs/windows-driver-docs (`!object`, `!handle`, debugging a SCSI miniport, the ACL of an object); the
//! others from public logs of debugger sessions and web pages, collected in November 2026. Where only "Windows 8.1 or
//! later" or "10 or 11" is known of a row, each of them must allow it.

use sim_core::nt::create_object::NtCreateEvent;
use sim_core::nt::event::NtSetEvent;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::header::Object;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::profile::{Arch, Profile, Version};
use sim_core::{Handle, Id};
use sim_model::explain::{Question, Range, Reading};
use sim_tests::Machine;

use Arch::{X64, X86};
use Version::{Win7, Win8, Win10, Win11, Win81, Xp};

/// Where, word size, type, HandleCount, PointerCount, and the real count where `!trueref` told it.
type Row = (&'static [Version], Arch, &'static str, u64, u64, Option<u64>);

const SINCE_81: &[Version] = &[Win81, Win10, Win11];
const TEN_OR_11: &[Version] = &[Win10, Win11];

const ROWS: &[Row] = &[
    (&[Xp], X86, "Event", 2, 3, None),
    (&[Xp], X86, "Directory", 0, 9, None),
    (&[Xp], X86, "Key", 1, 1, None),
    (&[Win8], X64, "Section", 1, 262_144, None),
    (SINCE_81, X64, "Device", 0, 6, None),
    (SINCE_81, X64, "Directory", 0, 3, None),
    (&[Xp], X86, "Process", 2, 51, None),
    (&[Xp], X86, "DebugObject", 1, 1, None),
    (&[Xp], X86, "Driver", 0, 81, None),
    (&[Win7], X86, "Directory", 2, 137, None),
    (&[Win7], X86, "File", 1, 1, None),
    (&[Win7], X64, "ALPC Port", 1, 17, None),
    (&[Win10], X86, "File", 1, 1, None),
    (&[Win10], X64, "Process", 6, 212_365, None),
    (TEN_OR_11, X64, "Process", 4, 131_200, None),
    (TEN_OR_11, X64, "Event", 2, 65_535, Some(3)),
    (TEN_OR_11, X64, "Process", 7, 261_732, Some(153)),
    (&[Win10], X64, "ALPC Port", 1, 32_757, None),
    (&[Win10], X64, "File", 1, 32_768, None),
    (&[Win10], X64, "File", 2, 65_456, None),
    (&[Win10], X64, "Key", 1, 32_647, None),
    (&[Win81], X64, "File", 1, 32_768, None),
    (&[Win10], X64, "Process", 10, 317_676, None),
    (&[Win10], X64, "ALPC Port", 1, 31_092, None),
    (&[Win10], X64, "Event", 1, 32_770, None),
    (&[Win10], X64, "File", 1, 32_770, None),
    (&[Win10], X64, "Directory", 2, 65_729, None),
    (&[Win10], X64, "File", 2, 64_696, None),
    (&[Win11], X64, "Process", 4, 131_245, None),
    (&[Win11], X64, "Event", 1, 1, None),
    (&[Win11], X64, "File", 1, 1, None),
    (&[Win11], X64, "File", 1, 32_781, None),
    (&[Win11], X64, "File", 1, 32_765, None),
    (&[Win11], X64, "File", 1, 32_766, None),
    (&[Win11], X64, "File", 1, 32_682, None),
    (&[Win11], X64, "File", 1, 32_769, None),
    (&[Win11], X64, "File", 1, 32_748, None),
    (&[Win11], X64, "File", 1, 32_787, None),
    (&[Win11], X64, "File", 1, 32_742, None),
    (&[Win81], X64, "Event", 2, 65_537, None),
];

#[test]
fn every_row_is_possible_and_every_real_count_within_the_range() {
    for (versions, arch, kind, handles, pointer_count, real) in ROWS {
        for version in *versions {
            let profile = Profile::of(*version).on(*arch);
            let question = Question { pointer_count: *pointer_count, handles: *handles, profile };
            let row = format!("{} {kind} {handles} {pointer_count}", version.name());
            let reading = Reading::of(question).unwrap_or_else(|| panic!("{row} is impossible"));
            assert!(reading.real.fewest <= reading.real.most, "{row}: {reading:?}");
            let told = real.unwrap_or(reading.real.fewest);
            assert!(reading.real.fewest <= told && told <= reading.real.most, "{row}: {reading:?}");
            if profile.batch.is_none() || *handles == 0 {
                assert_eq!(reading.real.fewest, *pointer_count, "{row}: nothing is taken in advance");
            }
        }
    }
}

#[test]
fn what_the_two_true_counts_tell() {
    let of = |handles, pointer_count| {
        Reading::of(Question { pointer_count, handles, profile: Profile::of(Win11) }).unwrap()
    };
    // Both entries hold a batch, and two uses are paid: 2 * 32767 - 2 + 3 = 65535.
    let two = of(2, 65_535);
    assert_eq!((two.real.fewest, two.fewest_entries), (2, Some((2, 1))));
    // Seven batches cannot explain 153 real references: an entry held more than one.
    let seven = of(7, 261_732);
    assert_eq!(seven.one_batch, Range { fewest: 32_363, most: 261_732 });
    assert_eq!((seven.real.fewest, seven.fewest_entries), (7, None));
}

/// The charged counts of an unnamed event that the model reaches with some handles and uses of the first of them.
struct Used {
    machine: Machine,
    object: Id<Object>,
    first: Handle,
    handles: Vec<Handle>,
}

impl Used {
    fn new(profile: Profile, handles: u64) -> Used {
        let mut machine = Machine::new(profile.charged());
        let attributes = ObjectAttributes::UNNAMED;
        let create = NtCreateEvent::Create {
            access: MAXIMUM_ALLOWED,
            attributes,
            manual_reset: true,
            signaled: false,
        };
        let first = machine.call(0, create).unwrap().value.handle();
        let process = machine.processes[0];
        let object = machine.k.entry(process, first).unwrap().object.unwrap();
        let mut all = vec![first];
        for _ in 1..handles {
            let (source, target) = (process, process);
            let duplicate = ObDuplicateObject::Reference {
                source,
                handle: first,
                target: Some(target),
                wanted: Wanted::same_access(0, false),
            };
            all.push(machine.call(0, duplicate).unwrap().value.handle());
        }
        Used { machine, object, first, handles: all }
    }

    fn count(&self) -> u64 {
        self.machine.k.charged_pointer_count(self.object)
    }

    fn use_it(&mut self, handle: Handle) {
        self.machine.call(0, NtSetEvent::of(handle, true)).unwrap();
    }
}

/// Objects whose references are their handles: the model comes to every such count that was printed.
#[test]
fn the_model_comes_to_the_counts_that_were_printed() {
    let mut reached = 0;
    for (versions, arch, kind, handles, pointer_count, _) in ROWS {
        let profile = Profile::of(versions[0]).on(*arch);
        let batch = profile.batch.map_or(0, |batch| u64::from(batch.size()));
        // More than that takes references by name or pointer as well.
        if *handles == 0 || *pointer_count > handles * (batch + 1) {
            continue;
        }
        let mut used = Used::new(profile, *handles);
        if *pointer_count > *handles {
            used.handles.clone().into_iter().for_each(|handle| used.use_it(handle));
            while used.count() > *pointer_count {
                used.use_it(used.first);
            }
        }
        assert_eq!(used.count(), *pointer_count, "{} {kind} {handles}", versions[0].name());
        assert_eq!(
            u64::from(used.machine.k[used.object].pointer_count),
            *handles,
            "the true count is another"
        );
        reached += 1;
    }
    assert!(reached >= 20, "{reached}");
}

#[test]
fn a_batch_that_is_used_up_is_taken_again() {
    let mut used = Used::new(Profile::of(Win81).on(X86), 1);
    let first = used.first;
    let course: Vec<u64> = (0..66)
        .map(|_| {
            used.use_it(first);
            used.count()
        })
        .collect();
    assert_eq!(
        (course[0], course[1], course[31], course[32], course[63], course[64]),
        (32, 31, 1, 32, 1, 32)
    );
}
