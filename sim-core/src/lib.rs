//! A simulated NT kernel that knows exactly how long kernel objects live, and why.
//!
//! The kernel is a plain value. Every system service is a sequence of named atomic steps; each step changes the
//! state only through [deltas](delta::Delta), each with what it changed, from what, to what, and why. So one
//! mechanism serves running a program (take a thread's steps to the end), exploring (take every thread's steps in
//! every order), stepping backwards (undo the deltas) and teaching (show the deltas with their reasons).
//!
//! ```
//! use sim_core::drivers::DriverKind;
//! use sim_core::nt::close::NtClose;
//! use sim_core::nt::create_file::{CreateFile, NtCreateFile};
//! use sim_core::io::request::{ByteOffset, IoService, Request};
//! use sim_core::ob::attributes::ObjectAttributes;
//! use sim_core::ps::schedule::Progress;
//! use sim_core::{Access, Kernel, NtStatus};
//!
//! let mut k = Kernel::new(Default::default());
//! k.create_device("serial0", DriverKind::Serial);
//! let attributes = ObjectAttributes::named(k.path(r"\??\serial0"));
//! let app = k.create_process("app");
//! let main = k.create_thread(app, "main");
//!
//! k.start(main, NtCreateFile::of(CreateFile { attributes, access: Access(0x8000_0000), options: Default::default() }));
//! let Progress::Idle(Some(opened)) = k.run(main) else { panic!("the create returns") };
//! let file = opened.value.handle();
//! let object = k.entry(app, file).unwrap().object.unwrap();
//!
//! let (iosb, offset) = (Some(k.create_iosb()), ByteOffset::At(0));
//! let read = k.issue(main, IoService::Read, Request { iosb, length: 64, offset, apc_context: true, ..Request::of(file) });
//! k.start(main, read);
//! let Progress::Idle(Some(read)) = k.run(main) else { panic!("the read returns") };
//! assert_eq!(read.status, NtStatus::PENDING);
//! assert_eq!((k[object].handle_count, k[object].pointer_count), (1, 2));
//!
//! k.start(main, NtClose::of(file));
//! k.run(main);
//! assert_eq!((k[object].handle_count, k[object].pointer_count), (0, 1));
//! assert_eq!(k[iosb.unwrap()].status, None, "closing the handle has not ended the read");
//! ```
//!
//! A caller's mistake is an [`NtStatus`]; a driver's mistake is a [`finding`]; a broken invariant of the simulator is
//! a panic. Nothing here knows of clocks, files, randomness or an operating system.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod cc;
pub mod delta;
pub mod drivers;
pub mod encode;
pub mod fault;
pub mod finding;
pub mod frame;
pub mod fsrtl;
pub mod invariant;
pub mod io;
pub mod ke;
pub mod kernel;
pub mod mm;
pub mod nt;
pub mod ob;
pub mod part;
pub mod path;
pub mod profile;
pub mod ps;
pub mod record;
pub mod renaming;
mod returned;
mod rows;
pub mod rule;
mod rule_facts;
pub mod status;
mod user_rules;
mod visit;
pub mod win32;
pub mod word;

pub use kernel::Kernel;
pub use status::NtStatus;
pub use word::{Access, Handle, Id, Name};
