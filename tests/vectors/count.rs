//! Counts the conformance vectors: which are tested, which in part, which not, which on both arms, and fails if one has no
//! place at all.
//!
//! A vector is tested if the name of a test begins with its id (`f_03_…`; several ids may follow each other). One that is
//! not, or only in part, stands with its reason in a table of docs/FIDELITY.md. It runs on both arms if one of its tests is
//! told to a function that performs it on real Windows too; what these are told and cannot perform fails.
#![expect(clippy::print_stdout, reason = "the count is what this test is run for")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

/// The families and their ids.
const FAMILIES: [(&str, &str, &[&str]); 11] = [
    (
        "B",
        "cancellation",
        &[
            "01", "02", "03", "05", "06", "07", "08", "09", "11", "12", "13", "14", "15", "16", "17", "18",
            "19", "20", "21",
        ],
    ),
    (
        "C",
        "create and close, dispatch, statuses",
        &["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "12", "13", "14"],
    ),
    (
        "D",
        "signals, status blocks, user APCs",
        &[
            "01", "02", "03", "04", "06", "07", "08", "09", "10", "11", "12", "13", "14", "16", "17", "18",
            "19", "20", "21",
        ],
    ),
    (
        "E",
        "completion ports",
        &["01", "03", "04", "05", "06", "07", "08", "09", "10", "11", "13", "14", "15"],
    ),
    (
        "F",
        "handles: duplicate, inherit, flags",
        &[
            "01", "02", "03", "04", "06", "07", "08", "09", "10", "11", "12", "13", "14", "14b", "15", "16",
            "18", "19", "20",
        ],
    ),
    ("G", "waitable objects on owner death", &["01", "03", "04", "05"]),
    (
        "H",
        "states and life of named pipes",
        &["01", "02", "03", "04", "05", "06", "08", "09", "10", "12", "13", "14", "15"],
    ),
    (
        "I",
        "delete on close and sharing",
        &["01", "02", "03", "04", "05", "06", "08", "09", "10", "11", "12", "13"],
    ),
    ("J", "positions and locks of files", &["01", "02", "04", "05", "06"]),
    (
        "P",
        "what is pending at close and exit",
        &[
            "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "14", "15", "17", "18",
            "19", "20", "21",
        ],
    ),
    ("R", "HandleCount and PointerCount", &["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"]),
];

const TESTS: &[&str] = &[
    include_str!("access.rs"),
    include_str!("b.rs"),
    include_str!("b_cancel.rs"),
    include_str!("b_driver.rs"),
    include_str!("c.rs"),
    include_str!("c_io.rs"),
    include_str!("charged.rs"),
    include_str!("d_signals.rs"),
    include_str!("d_io.rs"),
    include_str!("e_ports.rs"),
    include_str!("f.rs"),
    include_str!("f_kernel.rs"),
    include_str!("g.rs"),
    include_str!("h.rs"),
    include_str!("names.rs"),
    include_str!("i.rs"),
    include_str!("j.rs"),
    include_str!("notify.rs"),
    include_str!("p.rs"),
    include_str!("p_exit.rs"),
    include_str!("p_sockets.rs"),
    include_str!("pipe_signals.rs"),
    include_str!("pipe_synchronous.rs"),
    include_str!("processes.rs"),
    include_str!("r.rs"),
    include_str!("sections.rs"),
    include_str!("stacks.rs"),
    include_str!("types.rs"),
    include_str!("waits.rs"),
];
const FIDELITY: &str = include_str!("../../docs/FIDELITY.md");
const README: &str = include_str!("../../README.md");

/// The functions of the vectors that perform what they are told on real Windows too. One of them takes a version.
const BOTH_ARMS: &[&str] = &[
    " holds(",
    " holds_always(",
    " holds_since(",
    " lines_hold(",
    " lines_hold_since(",
    " on_bytes(",
    " on_messages(",
    " with_tool(",
    " on_volume(",
    " on_volume_of(",
    " on_two_opens(",
    " with_ten_bytes(",
    " on_directory(",
    " of_file(",
    " on_file(",
    " on_listener(",
    " on_pair(",
    " accepting(",
];

fn main() -> ExitCode {
    // Whether any of an id's tests runs on both arms.
    let mut tests: BTreeMap<String, bool> = BTreeMap::new();
    for test in TESTS.iter().flat_map(|file| file.split("#[test]\nfn ").skip(1)) {
        let (name, body) = test.split_once('\n').unwrap_or_default();
        let body = body.split("\n}").next().unwrap_or_default();
        let both = BOTH_ARMS.iter().any(|told| body.contains(told))
            || body.contains(" holds_on(") && body.contains("Win11");
        for id in ids_of_test(name) {
            *tests.entry(id).or_default() |= both;
        }
    }
    let explained = explained();
    let mut homeless = Vec::new();
    let mut total = [0; 5];
    println!("\nConformance vectors, counted from the names of tests and the tables of docs/FIDELITY.md");
    println!("family                                    vectors  tested  in part  not modelled  both arms");
    for (family, about, numbers) in FAMILIES {
        let (mut whole, mut part, mut none, mut both) = (0, 0, 0, 0);
        for number in numbers {
            let id = format!("{family}-{number}");
            both += usize::from(tests.get(&id) == Some(&true));
            match (tests.contains_key(&id), explained.contains(&id)) {
                (true, false) => whole += 1,
                (true, true) => part += 1,
                (false, true) => none += 1,
                (false, false) => homeless.push(id),
            }
        }
        println!("{family}  {about:<38} {:>7} {whole:>7} {part:>8} {none:>13} {both:>10}", numbers.len());
        for (sum, one) in total.iter_mut().zip([numbers.len(), whole, part, none, both]) {
            *sum += one;
        }
    }
    let [all, whole, part, none, both] = total;
    println!("{:<41} {all:>7} {whole:>7} {part:>8} {none:>13} {both:>10}", "all");
    let readme = README.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = format!(
        "Of {all} vectors from tests that run on Windows {whole} are repeated whole and {part} in part, {both} of them on the model and on real Windows alike"
    );
    let is_told = readme.contains(&told);
    if !homeless.is_empty() {
        println!("neither tested nor explained: {}", homeless.join(", "));
    }
    if !is_told {
        println!("README.md should say: {told}");
    }
    if homeless.is_empty() && is_told { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The ids that the name of a test begins with.
fn ids_of_test(name: &str) -> Vec<String> {
    let mut words = name.split(['_', '(']);
    let mut ids = Vec::new();
    while let (Some(family), Some(number)) = (words.next(), words.next()) {
        let is_number = number.starts_with(|first: char| first.is_ascii_digit());
        if family.len() != 1 || !is_number {
            break;
        }
        ids.push(format!("{}-{number}", family.to_uppercase()));
    }
    ids
}

/// The ids in the first cells of tables: alone, in lists (`F-01, F-03`) and in ranges (`F-01 to F-09`).
fn explained() -> BTreeSet<String> {
    let cells = FIDELITY.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let mut ids = BTreeSet::new();
    for part in cells.flat_map(|cell| cell.split([',', ';'])) {
        let mut words = part.split_whitespace();
        let Some(first) = words.next().filter(|word| is_id(word)) else { continue };
        let last = words.skip_while(|word| *word != "to").nth(1).filter(|word| is_id(word)).unwrap_or(first);
        let all = FAMILIES
            .iter()
            .flat_map(|(family, _, numbers)| numbers.iter().map(move |number| format!("{family}-{number}")));
        let family = &first[..2];
        ids.extend(all.filter(|id| id.starts_with(family) && &**id >= first && &**id <= last));
    }
    ids
}

fn is_id(word: &str) -> bool {
    let Some((family, number)) = word.split_once('-') else { return false };
    family.len() == 1 && number.starts_with(|first: char| first.is_ascii_digit())
}
