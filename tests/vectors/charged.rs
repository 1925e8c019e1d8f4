//! What NtQueryObject says of PointerCount: the numbers that ReactOS's kernel test ntos_ob/ObHandle.c asserts on real
//! Windows, in its branch for Windows 8 and later and in that for older versions.

use sim_core::nt::close::NtClose;
use sim_core::nt::create_object::NtCreateEvent;
use sim_core::nt::query_object::NtQueryObject;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::information::InformationClass;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::profile::{Arch, Profile, Version};
use sim_core::{Handle, NtStatus};
use sim_tests::Machine;

/// A machine that asks.
struct Asking(Machine);

impl Asking {
    fn create(&mut self) -> Handle {
        let attributes = ObjectAttributes::UNNAMED;
        let create = NtCreateEvent::Create {
            access: MAXIMUM_ALLOWED,
            attributes,
            manual_reset: false,
            signaled: false,
        };
        self.0.call(0, create).unwrap().value.handle()
    }

    fn duplicate(&mut self, handle: Handle, target: usize) -> Handle {
        let (source, target) = (self.0.processes[0], self.0.processes[target]);
        let call = ObDuplicateObject::Reference {
            source,
            handle,
            target: Some(target),
            wanted: Wanted::same_access(0, false),
        };
        self.0.call(0, call).unwrap().value.handle()
    }

    /// (PointerCount, HandleCount) as a thread of the handle's process gets them.
    fn ask(&mut self, thread: usize, handle: Handle) -> (u64, u32) {
        let query = NtQueryObject::of(handle, InformationClass::Basic, None);
        let returned = self.0.call(thread, query).unwrap();
        assert_eq!(returned.status, NtStatus::SUCCESS);
        let answer = returned.value.information().unwrap();
        let counts = (self.0.k[answer].pointer_count, self.0.k[answer].handle_count);
        self.0.k.discard_information(answer);
        counts
    }

    fn close(&mut self, thread: usize, handle: Handle) {
        assert_eq!(self.0.call(thread, NtClose::of(handle)).unwrap().status, NtStatus::SUCCESS);
    }

    /// The test's walk: create; six times duplicate, ask both, close, ask; then once more with a handle in another
    /// process, both asked twice. Every PointerCount, in order.
    fn walk(&mut self) -> Vec<u64> {
        let handle = self.create();
        let mut counts = Vec::new();
        let mut note = |(pointers, handles): (u64, u32), expected: u32| {
            assert_eq!(handles, expected);
            counts.push(pointers);
        };
        note(self.ask(0, handle), 1);
        for _ in 0..6 {
            let twin = self.duplicate(handle, 0);
            note(self.ask(0, twin), 2);
            note(self.ask(0, handle), 2);
            self.close(0, twin);
            note(self.ask(0, handle), 1);
        }
        let far = self.duplicate(handle, 1);
        for _ in 0..2 {
            note(self.ask(2, far), 2);
            note(self.ask(0, handle), 2);
        }
        self.close(2, far);
        note(self.ask(0, handle), 1);
        note(self.ask(0, handle), 1);
        counts
    }
}

fn walk(version: Version, arch: Arch) -> Vec<u64> {
    Asking(Machine::new(Profile::of(version).on(arch).charged())).walk()
}

#[test]
fn r_05_the_numbers_of_windows_8_and_later() {
    let expected = [
        32769, 65537, 65536, 32767, 65535, 65534, 32765, 65533, 65532, 32763, 65531, 65530, 32761, 65529,
        65528, 32759, 65527, 65526, 32757, 65525, 65524, 65523, 65522, 32754, 32753,
    ];
    for version in [Version::Win81, Version::Win10, Version::Win11] {
        assert_eq!(walk(version, Arch::X64), expected, "{}", version.name());
    }
}

#[test]
fn r_05_the_numbers_of_32_bit_windows_8() {
    let expected =
        [33, 65, 64, 31, 63, 62, 29, 61, 60, 27, 59, 58, 25, 57, 56, 23, 55, 54, 21, 53, 52, 51, 50, 18, 17];
    for version in [Version::Win8, Version::Win81] {
        assert_eq!(walk(version, Arch::X86), expected, "{}", version.name());
    }
}

#[test]
fn r_05_before_windows_8_a_query_counts_itself_and_nothing_in_advance() {
    let mut expected = vec![2];
    expected.extend([3, 3, 2].repeat(6));
    expected.extend([3, 3, 3, 3, 2, 2]);
    for version in [Version::Xp, Version::Win7] {
        for arch in [Arch::X64, Arch::X86] {
            assert_eq!(walk(version, arch), expected, "{}", version.name());
        }
    }
}

#[test]
fn r_05_the_first_windows_8_took_262143_in_advance() {
    let counts = walk(Version::Win8, Arch::X64);
    assert_eq!(counts[..4], [262_145, 524_289, 524_288, 262_143]);
}

/// Without the books a query says what it would say if nothing were taken in advance, and the state keeps nothing.
#[test]
fn without_the_books_no_entry_changes_by_a_use() {
    let mut asking = Asking(Machine::new(Profile::of(Version::Win11)));
    let handle = asking.create();
    asking.0.k.forget();
    let before = asking.0.k.clone();
    assert_eq!(asking.ask(0, handle), (2, 1));
    asking.0.k.forget();
    let (mut now, mut then) = (Vec::new(), Vec::new());
    asking.0.k.collect(asking.0.threads[0]);
    asking.0.k.encode(&before, &mut now);
    let mut quiet = before.clone();
    quiet.collect(asking.0.threads[0]);
    quiet.encode(&before, &mut then);
    assert_eq!(now, then);
}
