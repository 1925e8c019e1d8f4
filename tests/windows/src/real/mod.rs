//! The Windows half: a conductor that performs a script, and the hosts that are its processes.
//!
//! Each process of a script is a process of its own, a *host*, and each thread of it a real thread. The *conductor* starts
//! them, tells each thread when to make which call, over a socket that no child inherits, and asks afterwards what can be
//! seen. It never waits for ever: a call that does not return is an outcome like another, and a host that says nothing
//! more is ended.

mod args;
mod calls;
mod conductor;
mod constants;
mod host;
mod leftovers;
mod memory;
mod nt;
mod nt_files;
mod nt_io;
mod nt_objects;
mod observe;
mod session;
mod stage;
mod status;
mod system;
mod volumes;
mod wire;

pub(crate) use conductor::perform;
pub use host::host_main;
pub use system::name as system_name;
