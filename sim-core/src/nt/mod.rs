//! The system services, one file a family. Each is a routine: its first step is what a program calls.

pub mod apc;
pub mod cancel_io_file;
pub mod cancel_synchronous_io;
pub mod close;
pub mod compare_objects;
pub mod completion;
pub mod create_file;
pub mod create_object;
pub mod delay;
pub mod duplicate_object;
pub mod event;
pub mod file_information;
pub mod issue;
pub mod issue_end;
pub mod job;
pub mod mutant;
mod object_service;
pub mod open_object;
pub mod open_process;
pub mod permanence;
pub mod query_object;
pub mod remove_completion;
pub mod semaphore;
pub mod signal_and_wait;
pub mod terminate;
pub mod timer;
pub mod wait;
