//! Processes, threads and how they end.

pub mod apc;
pub mod exit;
pub mod process;
pub mod schedule;
pub mod system;
pub mod thread;
