//! What all calls have in common that send a request: its OVERLAPPED or IO_STATUS_BLOCK, its buffer, its APC.

use std::ffi::c_void;

use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, HANDLE};
use windows_sys::Win32::System::IO::OVERLAPPED;

use super::{Made, named, with_error};
use crate::real::args::{Args, Refused};
use crate::real::memory::{self, Block, Kept};
use crate::real::nt::Routine;
use crate::real::wire::Given;
use crate::trace::{Facts, Value};

/// A request of a Win32 call.
pub(super) struct Overlapped<'l> {
    pub(super) block: &'static Block,
    label: Option<&'l str>,
    passed: bool,
}

impl<'l> Overlapped<'l> {
    /// The OVERLAPPED of a call. If it is not `passed`, the call waits, and has a status block of its own.
    pub(super) fn new(
        args: &Args<'_>,
        label: Option<&'l str>,
        passed: bool,
    ) -> Result<Overlapped<'l>, Refused> {
        let block = args.block("lpOverlapped")?.unwrap_or_else(Block::new);
        if passed {
            // The port gets no packet if the low-order bit is set; a handle's value does not count it.
            let event = args.handle("hEvent") as usize | usize::from(args.truth("LowBit"));
            block.prepare(args.number_or("Offset", 0), event as HANDLE);
            block.reuse();
        }
        memory::keep(label, if passed { Kept::Operation(block) } else { Kept::Told(block, Facts::new()) });
        Ok(Overlapped { block, label, passed })
    }

    /// Whether a call that reads or writes passes one: then it says where.
    pub(super) fn says_where(args: &Args<'_>) -> bool {
        ["Offset", "lpOverlapped", "hEvent"].iter().any(|parameter| args.has(parameter))
    }

    /// What is passed.
    pub(super) fn address(&self) -> *mut OVERLAPPED {
        if self.passed { self.block.overlapped() } else { std::ptr::null_mut() }
    }

    /// Makes the call, which also tells how many bytes it transferred if it waits for its request.
    pub(super) fn call(&self, call: impl FnOnce(*mut OVERLAPPED, *mut u32) -> i32) -> Made {
        let mut bytes = 0;
        let (truth, error) = with_error(|| call(self.address(), &raw mut bytes));
        if !self.passed && (truth != 0 || error == ERROR_MORE_DATA) {
            let facts = Facts::from([("Information".into(), Value::Number(bytes.into()))]);
            memory::keep(self.label, Kept::Told(self.block, facts));
        }
        named(if truth != 0 { "TRUE" } else { "FALSE" }, (truth == 0).then_some(error))
    }
}

/// A request of a system service.
pub(super) struct Native {
    pub(super) block: &'static Block,
    pub(super) event: HANDLE,
    pub(super) routine: Routine,
    pub(super) context: *mut c_void,
}

impl Native {
    /// What is passed beside the request's own parameters. Without ApcContext a request that has a label names itself in
    /// its packet.
    pub(super) fn new(args: &Args<'_>, label: Option<&str>) -> Result<Native, Refused> {
        let block = args.block("IoStatusBlock")?.unwrap_or_else(Block::new);
        block.reuse();
        memory::keep(label, Kept::Operation(block));
        let names_itself = if args.has("ApcContext") { args.truth("ApcContext") } else { label.is_some() };
        let context = if names_itself { block.overlapped().cast() } else { std::ptr::null_mut() };
        let routine: Routine = if args.truth("ApcRoutine") { Some(routine) } else { None };
        Ok(Native { block, event: args.handle("Event"), routine, context })
    }

    /// The address of the IO_STATUS_BLOCK.
    pub(super) fn iosb(&self) -> *mut c_void {
        self.block.overlapped().cast()
    }
}

/// The APC routine of every request of a system service.
unsafe extern "system" fn routine(_context: *mut c_void, iosb: *mut c_void, _reserved: *mut c_void) {
    // SAFETY: every request with this routine has the IO_STATUS_BLOCK of a block.
    unsafe { Block::at(iosb) }.deliver();
}

/// The buffer of a request: the one that is passed, or NULL, or without any the block's own.
pub(super) fn buffer(
    args: &Args<'_>,
    name: &str,
    block: &'static Block,
    length: u32,
) -> Result<*mut u8, Refused> {
    match args.get(name) {
        Some(Given::Memory(_)) => args.block(name)?.unwrap_or(block).room(length),
        Some(_) => Ok(std::ptr::null_mut()),
        None => block.room(length),
    }
}

/// Input of so many bytes for a request.
pub(super) fn input(length: u32) -> Result<*const u8, Refused> {
    Ok(Block::new().room(length)?.cast_const())
}

/// A number of bytes.
pub(super) fn length(args: &Args<'_>, name: &str) -> u32 {
    args.number_or(name, 0) as u32
}
