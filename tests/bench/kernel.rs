//! The kernel as a system to explore: a program of two threads, two files and three reads.

use sim_model::lang::parse;
use sim_model::scenario::{Program, compile};

/// The program's text.
pub const TEXT: &str = include_str!("two-threads.kobj");

/// How many states the program has, over every order of its steps, without bounds.
pub const STATES: u64 = 84_518;

/// The program.
///
/// # Panics
///
/// If the text is no scenario.
pub fn program() -> Program {
    parse("two-threads.kobj", TEXT).and_then(compile).expect("the text is a scenario")
}
