//! Dispatcher objects and waits.

pub mod event;
pub mod signal;
