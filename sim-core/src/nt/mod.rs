//! The system services, one file a family. Each is a routine: its first step is what a program calls.

pub mod cancel_io_file;
pub mod close;
pub mod compare_objects;
pub mod completion;
pub mod create_file;
pub mod create_object;
pub mod duplicate_object;
pub mod event;
pub mod query_object;
pub mod read_file;
pub mod wait;
