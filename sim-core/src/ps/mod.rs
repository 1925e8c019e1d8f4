//! Processes, threads and how they end.

pub mod apc;
pub mod create;
pub mod exit;
pub mod inherit;
pub mod job;
pub mod process;
pub mod schedule;
pub mod system;
pub mod thread;
