//! Which routines a routine goes on in.
//!
//! A step's code decides that, so it is not written beside the steps but noted from runs: a test takes every step of the
//! scenarios of the book and of random calls, and asks for what is missing here.

/// `ROUTINE NEXT`, line by line.
const LINES: &str = include_str!("onward.txt");

/// Every routine with one that it goes on in, in alphabetical order.
pub fn onward() -> impl Iterator<Item = (&'static str, &'static str)> {
    LINES.lines().filter_map(|line| line.split_once(' '))
}

/// The routines that a routine calls, or that take its place, in alphabetical order.
///
/// ```
/// use sim_model::explain::goes_on_in;
/// assert_eq!(goes_on_in("NtDuplicateObject"), ["ObDereferenceObject", "ObDuplicateObject", "ObReferenceObjectByHandle"]);
/// assert!(goes_on_in("NoRoutine").is_empty());
/// ```
pub fn goes_on_in(routine: &str) -> Vec<&'static str> {
    onward().filter(|line| line.0 == routine).map(|line| line.1).collect()
}
