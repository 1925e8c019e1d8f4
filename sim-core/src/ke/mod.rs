//! Dispatcher objects and waits.

pub mod event;
pub mod mutant;
pub mod semaphore;
pub mod signal;
pub mod timer;
pub mod wait;
