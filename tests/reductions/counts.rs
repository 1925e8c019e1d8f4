//! How many states each exploration of the documentation has, with and without each reduction.

use std::fs;
use std::path::Path;

use sim_model::explore::{Settings, explore};
use sim_model::scenario::space::ProgramSpace;

use crate::views::{BOTH, NONE, PARTIAL_ORDER, Reductions, SYMMETRY, program};

/// The states of each file: all, with partial order, with symmetry, with both. Spaces that take seconds are left out.
///
/// A file with an `eventually` line is always searched without either.
const COUNTS: [(&str, [Option<u64>; 4]); 13] = [
    ("docs/explorations/cancel-against-completion.kobj", [Some(365); 4]),
    ("docs/explorations/cancel-against-thread-exit.kobj", [Some(1_402); 4]),
    ("docs/explorations/close-against-read.kobj", [Some(443), Some(363), Some(371), Some(306)]),
    ("docs/explorations/growth-1-thread.kobj", [Some(359), Some(357), Some(359), Some(357)]),
    ("docs/explorations/growth-2-files.kobj", [Some(1_154), Some(1_149), Some(1_026), Some(1_024)]),
    ("docs/explorations/growth-2-reads.kobj", [Some(562), Some(560), Some(554), Some(552)]),
    ("docs/explorations/growth-2-threads.kobj", [None, None, Some(33_329), Some(32_469)]),
    ("docs/explorations/growth-3-reads.kobj", [None, None, Some(55_512), Some(55_054)]),
    ("docs/explorations/growth-twins.kobj", [Some(9_397), Some(9_045), Some(1_436), Some(1_376)]),
    ("docs/explorations/race.kobj", [Some(65), Some(56), Some(65), Some(56)]),
    ("docs/explorations/recycled-handle.kobj", [Some(230), Some(209), Some(230), Some(209)]),
    ("docs/explorations/two-closers.kobj", [Some(77); 4]),
    ("tests/bench/two-threads.kobj", [Some(82_770), Some(80_927), Some(3_573), Some(3_452)]),
];

#[test]
fn each_reduction_leaves_so_many_states() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (file, counts) in COUNTS {
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
