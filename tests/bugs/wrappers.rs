//! The orders of drop, cancel, wait and close that a wrapper of operations can choose.

use sim_model::explore::Verdict;
use sim_model::view::exploration::grouped;

use crate::{explored, page, program, report};

/// An exploration, its states (until one order is lost), and what the verdict says then.
const ORDERS: [(&str, u64, Option<&str>); 9] = [
    ("wrapper-drop-frees", 289, Some("MEMORY_FREED_WHILE_IN_USE")),
    ("wrapper-drop-cancels-frees", 890, Some("MEMORY_FREED_WHILE_IN_USE")),
    ("wrapper-drop-waits", 2_149, None),
    ("wrapper-drop-waits-in-the-reaper", 79, Some("coroutine is stuck in line 14")),
    ("wrapper-drop-hands-over", 2_247, None),
    ("wrapper-cancel-then-close", 4_917, None),
    ("wrapper-close-then-cancel", 405, Some("would stay for ever")),
    ("wrapper-close-waits", 62, Some("coroutine is stuck in line 13")),
    ("wrapper-close-waits-for-cleanup", 80, None),
];

#[test]
fn every_order_has_its_verdict() {
    let page = page("WRAPPERS.md");
    for (name, states, breaks) in ORDERS {
        let program = program(&format!("explorations/{name}.kobj"));
        let outcome = explored(&program);
        let shown = report(&program, &outcome);
        match breaks {
            Some(says) => {
                assert!(matches!(outcome.verdict, Verdict::Fails(_)) && shown.contains(says), "{shown}");
            }
            None => assert_eq!(outcome.verdict, Verdict::Holds, "{name}"),
        }
        assert_eq!(outcome.counts.states, states, "{name}");
        let row = format!("| `{name}` | {} |", grouped(states));
        assert!(page.contains(&row), "{row}");
    }
}
