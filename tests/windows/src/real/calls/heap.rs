//! A program's memory, and what its OVERLAPPED says.
//!
//! No memory is ever freed here: what a script frees too early would be the host's own.

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::IO::{GetOverlappedResult, OVERLAPPED};

use super::waits::milliseconds;
use super::{Answer, Made, named, truth};
use crate::real::args::{Args, Refused};
use crate::real::memory::{self, Block, Kept};
use crate::real::system;
use crate::trace::{Facts, Value};

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(match call {
        "HeapAlloc" => {
            memory::keep(label, Kept::Buffer(Block::new()));
            Ok(named("a buffer", None))
        }
        "HeapFree" => Ok(named("TRUE", None)),
        "GetOverlappedResult" => {
            let (file, wait) = (args.handle("hFile"), args.truth("bWait"));
            // SAFETY: the OVERLAPPED lives for ever, and the number can be written.
            result(label, args, |overlapped, bytes| unsafe {
                GetOverlappedResult(file, overlapped, bytes, wait.into())
            })
        }
        "GetOverlappedResultEx" => result_ex(label, args),
        _ => return None,
    })
}

/// A number of bytes that nobody has written.
const UNWRITTEN: u32 = 0x0BAD_F00D;

/// How a request ended, as a function tells it from the OVERLAPPED.
fn result(
    label: Option<&str>,
    args: &Args<'_>,
    call: impl FnOnce(*const OVERLAPPED, *mut u32) -> i32,
) -> Result<Made, Refused> {
    let Some(block) = args.block("lpOverlapped")? else {
        return Err("no OVERLAPPED is passed".into());
    };
    let mut bytes = UNWRITTEN;
    // A program's own would have been cleared before nobody wrote it.
    // SAFETY: an OVERLAPPED of zeros is a valid one.
    let blank: OVERLAPPED = unsafe { std::mem::zeroed() };
    let overlapped = if block.is_written() { block.overlapped().cast_const() } else { &raw const blank };
    let made = truth(|| call(overlapped, &raw mut bytes));
    if bytes != UNWRITTEN {
        memory::keep(label, Kept::Facts(Facts::from([("value".into(), Value::Number(bytes.into()))])));
    }
    Ok(made)
}

/// GetOverlappedResultEx, which came with Windows 8.
/// <https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresultex>
type ResultEx = unsafe extern "system" fn(HANDLE, *const OVERLAPPED, *mut u32, u32, i32) -> i32;

fn result_ex(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let Some(found) = system::function(c"kernel32.dll", c"GetOverlappedResultEx") else {
        return Err("this system has no GetOverlappedResultEx".into());
    };
    // SAFETY: the function of that name has this signature.
    let call: ResultEx = unsafe { std::mem::transmute(found) };
    let (file, limit) = (args.handle("hFile"), milliseconds(args, "dwMilliseconds"));
    let alertable = args.truth("bAlertable");
    // SAFETY: the OVERLAPPED lives for ever, and the number can be written.
    result(label, args, |overlapped, bytes| unsafe { call(file, overlapped, bytes, limit, alertable.into()) })
}
