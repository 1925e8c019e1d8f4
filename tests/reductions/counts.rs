//! How many states each exploration of the documentation has, with and without each reduction.

use std::fs;
use std::path::Path;

use sim_model::explore::{Settings, explore};
use sim_model::scenario::space::ProgramSpace;

use crate::views::{BOTH, NONE, PARTIAL_ORDER, Reductions, SYMMETRY, program};

/// The states of each file: all, with partial order, with symmetry, with both. Spaces that take seconds are left out.
///
/// A file with an `eventually` line is always searched without either.
const COUNTS: &[(&str, [Option<u64>; 4])] = &[
    ("docs/explorations/any-free-value.kobj", [Some(72), Some(50), Some(72), Some(50)]),
    ("docs/explorations/auto-reset-race.kobj", [Some(671), Some(383), Some(360), Some(207)]),
    ("docs/explorations/cancel-against-completion.kobj", [Some(374); 4]),
    ("docs/explorations/cancel-against-thread-exit.kobj", [Some(1_411); 4]),
    (
        "docs/explorations/cancel-synchronous-against-next-read.kobj",
        [Some(9_206), Some(5_805), Some(5_053), Some(3_161)],
    ),
    ("docs/explorations/close-against-read.kobj", [Some(452), Some(160), Some(380), Some(136)]),
    ("docs/explorations/duplicate-against-close.kobj", [Some(632), Some(252), Some(632), Some(252)]),
    ("docs/explorations/exit-against-duplicate.kobj", [Some(426), Some(246), Some(426), Some(246)]),
    ("docs/explorations/filter-cancel-against-completion.kobj", [Some(434), Some(304), Some(434), Some(304)]),
    ("docs/explorations/growth-1-thread.kobj", [Some(368), Some(195), Some(368), Some(195)]),
    ("docs/explorations/growth-2-files.kobj", [Some(1_172), Some(551), Some(1_044), Some(506)]),
    ("docs/explorations/growth-2-reads.kobj", [Some(571), Some(316), Some(563), Some(312)]),
    ("docs/explorations/growth-2-threads.kobj", [None, None, Some(37_100), Some(11_239)]),
    ("docs/explorations/growth-3-reads.kobj", [None, None, Some(61_038), Some(18_654)]),
    ("docs/explorations/growth-twins.kobj", [Some(9_406), Some(4_712), Some(1_445), Some(719)]),
    ("docs/explorations/inherit-against-close.kobj", [Some(10_163), Some(2_999), Some(10_163), Some(2_999)]),
    ("docs/explorations/kmdf-cancel-against-completion.kobj", [Some(1_105), Some(774), Some(885), Some(609)]),
    ("docs/explorations/kmdf-unmark-ignored.kobj", [Some(796), Some(613), Some(796), Some(613)]),
    (
        "docs/explorations/lock-cancel-against-close.kobj",
        [Some(25_529), Some(11_218), Some(10_529), Some(4_681)],
    ),
    ("docs/explorations/open-or-create.kobj", [Some(3_906), Some(1_978), Some(1_588), Some(820)]),
    (
        "docs/explorations/pipe-cancel-against-connect.kobj",
        [Some(13_171), Some(7_041), Some(4_746), Some(2_550)],
    ),
    ("docs/explorations/pipe-close-against-write.kobj", [Some(3_794), Some(1_320), Some(2_334), Some(823)]),
    ("docs/explorations/port-close-against-packet.kobj", [Some(940), Some(428), Some(940), Some(428)]),
    ("docs/explorations/race.kobj", [Some(74), Some(45), Some(74), Some(45)]),
    ("docs/explorations/recycled-handle.kobj", [Some(268), Some(162), Some(268), Some(162)]),
    ("docs/explorations/request-after-cleanup.kobj", [Some(732), Some(309), Some(624), Some(268)]),
    (
        "docs/explorations/requester-exit-against-completion.kobj",
        [Some(3_615), Some(2_154), Some(3_615), Some(2_154)],
    ),
    (
        "docs/explorations/socket-accept-against-close.kobj",
        [Some(18_079), Some(7_693), Some(4_297), Some(1_847)],
    ),
    (
        "docs/explorations/splitter-cancel-against-completion.kobj",
        [Some(1_960), Some(1_581), Some(1_960), Some(1_581)],
    ),
    ("docs/explorations/ring-cancel-against-completion.kobj", [Some(418), Some(354), Some(418), Some(354)]),
    ("docs/explorations/terminate-against-cancel.kobj", [Some(2_184); 4]),
    (
        "docs/explorations/thread-exit-against-completion.kobj",
        [Some(2_446), Some(1_465), Some(2_446), Some(1_465)],
    ),
    ("docs/explorations/timeout-against-packet.kobj", [Some(223), Some(146), Some(223), Some(146)]),
    ("docs/explorations/trim-against-map.kobj", [Some(725), Some(448), Some(725), Some(448)]),
    ("docs/explorations/two-closers.kobj", [Some(77); 4]),
    (
        "docs/explorations/watch-close-against-change.kobj",
        [Some(12_813), Some(6_178), Some(6_194), Some(2_982)],
    ),
    (
        "docs/explorations/wrapper-cancel-then-close.kobj",
        [Some(10_604), Some(4_949), Some(10_499), Some(4_917)],
    ),
    ("docs/explorations/wrapper-close-then-cancel.kobj", [Some(784), Some(405), Some(784), Some(405)]),
    ("docs/explorations/wrapper-close-waits-for-cleanup.kobj", [Some(116), Some(80), Some(116), Some(80)]),
    ("docs/explorations/wrapper-close-waits.kobj", [Some(92), Some(62), Some(92), Some(62)]),
    ("docs/explorations/wrapper-drop-cancels-frees.kobj", [Some(1_615), Some(890), Some(1_615), Some(890)]),
    ("docs/explorations/wrapper-drop-frees.kobj", [Some(525), Some(289), Some(525), Some(289)]),
    ("docs/explorations/wrapper-drop-hands-over.kobj", [Some(4_032), Some(2_247), Some(4_032), Some(2_247)]),
    ("docs/explorations/wrapper-drop-waits-in-the-reaper.kobj", [Some(108), Some(79), Some(108), Some(79)]),
    ("docs/explorations/wrapper-drop-waits.kobj", [Some(3_896), Some(2_149), Some(3_896), Some(2_149)]),
    ("tests/bench/two-threads.kobj", [Some(84_518), Some(27_920), Some(4_572), Some(1_802)]),
];

#[test]
fn each_reduction_leaves_so_many_states() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for &(file, counts) in COUNTS {
        let text = fs::read_to_string(root.join(file)).unwrap().replace("\r\n", "\n");
        let program = program(&text);
        let space = ProgramSpace::new(&program, None);
        for (reductions, states) in [NONE, PARTIAL_ORDER, SYMMETRY, BOTH].into_iter().zip(counts) {
            let Reductions { symmetry, partial_order } = reductions;
            let settings = Settings { symmetry, partial_order, ..Settings::default() };
            if let Some(states) = states {
                assert_eq!(explore(&space, &settings).counts.states, states, "{file}, {reductions:?}");
            }
        }
    }
}

#[test]
fn no_exploration_of_the_documentation_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/explorations");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(COUNTS.iter().any(|(file, _)| file.ends_with(&format!("/{name}"))), "{name}");
    }
}
