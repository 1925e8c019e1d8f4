//! The kernel against a second reading of the object manager's rules: the same random calls are made on both, and after
//! each call what it answered, every handle, every count and every name is compared.

mod call;
mod calls;
mod moves;
mod names;
mod pair;
mod rules;
mod table;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use sim_core::profile::{Arch, Profile, Version};

use crate::pair::Pair;

fn profile() -> impl Strategy<Value = Profile> {
    let of = |version, arch| Profile::of(version).on(arch).charged();
    prop::sample::select(vec![
        Profile::of(Version::Xp),
        Profile::of(Version::Win7),
        of(Version::Win8, Arch::X64),
        of(Version::Win81, Arch::X86),
        of(Version::Win10, Arch::X86),
        of(Version::Win11, Arch::X64),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_kernel_does_what_the_second_reading_says(
        profile in profile(),
        calls in prop::collection::vec(calls::call(), 0..80),
    ) {
        let mut pair = Pair::new(profile);
        for call in calls {
            pair.make(&call).map_err(|difference| TestCaseError::fail(format!("{call:?}: {difference}")))?;
        }
    }
}

/// A test that compares nothing is of no use: each call was made, succeeded, and most failed in several ways.
#[test]
fn every_call_is_made_and_answers_in_more_than_one_way() {
    use std::collections::{BTreeMap, BTreeSet};
    let mut answers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..300 {
        let calls = prop::collection::vec(calls::call(), 80).new_tree(&mut runner).expect("calls").current();
        let mut pair = Pair::new(Profile::default());
        for call in calls {
            if let Some(status) =
                pair.make(&call).unwrap_or_else(|difference| panic!("{call:?}: {difference}"))
            {
                answers.entry(call.name()).or_default().insert(status.name());
            }
        }
    }
    assert_eq!(answers.len(), 19, "{answers:#?}");
    assert!(answers.values().all(|statuses| statuses.contains("STATUS_SUCCESS")), "{answers:#?}");
    let kinds: usize = answers.values().map(BTreeSet::len).sum();
    assert!(kinds >= 60, "{kinds} {answers:#?}");
}
