//! The calls of a scenario on real Windows.
//!
//! [`script`] is what is to be performed, [`trace`] what was seen, [`differences`] what parts two traces.
//! These are the same on every system. [`record()`] performs a script with the real calls and needs Windows (Wine will
//! do); elsewhere it answers [`RecordError::NeedsWindows`].
//!
//! Whoever makes scripts and the model's own traces is `sim_model::trace`; this crate knows neither the scenario language
//! nor the model.

mod compare;
mod known;
#[cfg(windows)]
mod real;
mod record;
pub mod script;
pub mod trace;
mod wine;

pub use compare::{Difference, LATE, differences};
pub use known::{Known, explanation};
#[cfg(windows)]
pub use real::host_main;
/// The name and version of the system that this runs on, as a trace gives it.
#[cfg(windows)]
pub use real::system_name;
pub use record::{RecordError, Recording, record};
pub use wine::known_differences;

/// Makes this process a host of the recorder, if its arguments say so. On this system there is no recorder.
#[cfg(not(windows))]
pub const fn host_main() {}
