//! Scenarios on the simulated kernel: what each call means, and a world in which a scenario happens.
//!
//! [`compile()`] turns a syntax tree into a [`Program`]; a [`World`] is a kernel with that program's threads, devices
//! and labels, and moves by atomic moves that can be undone. [`run()`] takes the moves one call after another.

mod act;
mod arguments;
pub mod at_end;
pub mod calls;
mod calls_files;
mod calls_handles;
mod calls_io;
mod calls_memory;
mod calls_names;
mod calls_notify;
mod calls_pipes;
mod calls_ports;
mod calls_queries;
mod calls_sections;
mod calls_waits;
pub mod catalogue;
mod clock;
mod compile;
mod compile_args;
mod compile_condition;
mod compile_files;
mod compile_handles;
mod compile_io;
mod compile_names;
mod compile_notify;
mod compile_pipes;
mod compile_ports;
mod compile_waits;
pub mod condition;
mod condition_memory;
mod exchange;
pub mod expect;
pub mod field;
pub mod files_mentioned;
pub mod findings;
mod image;
mod memory;
pub mod names;
pub mod object_act;
pub mod places;
pub mod program;
mod request;
pub mod result;
pub mod run;
mod sections;
mod service;
mod service_args;
mod service_handles;
mod service_names;
pub mod space;
mod symmetry;
mod system_act;
pub mod world;
mod world_code;
mod worth;

pub use compile::{compile, compile_for};
pub use program::Program;
pub use run::{run, run_moves, run_schedule};
pub use world::World;
