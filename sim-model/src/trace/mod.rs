//! Traces: what a scenario's calls did, on the model or on real Windows, in one form.
//!
//! [`Performance::of`] takes a scenario's calls one by one, each to its end together with all that it sets going, and
//! gives the [`Script`] by which real Windows can make the same calls and the model's own [`Trace`]. [`replay()`] holds a
//! trace against the model.

mod arguments;
mod facts;
mod perform;
mod replay;

pub use perform::{Performance, Unperformable};
pub use replay::{ReplayFailure, Replayed, replay};
pub use sim_windows::script::Script;
pub use sim_windows::trace::{Header, Record, Trace, TraceError, looks_like_trace};
