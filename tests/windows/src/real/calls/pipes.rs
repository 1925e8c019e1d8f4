//! The Win32 functions of named pipes.

use windows_sys::Win32::System::Pipes::{
    ConnectNamedPipe, DisconnectNamedPipe, PeekNamedPipe, SetNamedPipeHandleState, TransactNamedPipe,
    WaitNamedPipeW,
};

use super::request::{Overlapped, input, length};
use super::waits::milliseconds;
use super::{Answer, Made, truth};
use crate::real::args::{Args, Refused};
use crate::real::memory::{self, Block, Kept};
use crate::trace::Facts;

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    let pipe = || args.handle("hNamedPipe");
    Some(match call {
        "ConnectNamedPipe" => connect(label, args),
        // SAFETY: the function takes a handle.
        "DisconnectNamedPipe" => Ok(truth(|| unsafe { DisconnectNamedPipe(pipe()) })),
        "PeekNamedPipe" => peek(label, args),
        "TransactNamedPipe" => transact(label, args),
        "SetNamedPipeHandleState" => {
            let (mode, none) = (args.bits("lpMode"), std::ptr::null());
            // SAFETY: the mode can be read.
            Ok(truth(|| unsafe { SetNamedPipeHandleState(pipe(), &raw const mode, none, none) }))
        }
        "WaitNamedPipe" => {
            let name = args.wide("lpNamedPipeName").unwrap_or_else(|| vec![0]);
            // Without a limit: NMPWAIT_WAIT_FOREVER. With 0: the default of the pipe.
            let limit = milliseconds(args, "nTimeOut");
            // SAFETY: the name ends with a zero.
            Ok(truth(|| unsafe { WaitNamedPipeW(name.as_ptr(), limit) }))
        }
        _ => return None,
    })
}

/// Whether a call passes an OVERLAPPED, where it has no offset to give.
fn passes(label: Option<&str>, args: &Args<'_>) -> bool {
    label.is_some() || args.has("hEvent")
}

fn connect(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Overlapped::new(args, label, passes(label, args))?;
    // SAFETY: the OVERLAPPED lives for ever.
    Ok(truth(|| unsafe { ConnectNamedPipe(args.handle("hNamedPipe"), request.address()) }))
}

fn peek(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let block = Block::new();
    memory::keep(label, Kept::Told(block, Facts::new()));
    let count = length(args, "nBufferSize");
    let (to, mut counts) = (block.room(count)?.cast(), [0u32; 3]);
    let [read, available, left] = &mut counts;
    // SAFETY: the buffer has so many bytes, and the counts can be written.
    Ok(truth(|| unsafe { PeekNamedPipe(args.handle("hNamedPipe"), to, count, read, available, left) }))
}

fn transact(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Overlapped::new(args, label, passes(label, args))?;
    let (from, to) = (length(args, "nInBufferSize"), length(args, "nOutBufferSize"));
    let (input, output) = (input(from)?.cast(), request.block.room(to)?.cast());
    // SAFETY: the buffers have so many bytes, and they and the OVERLAPPED live for ever.
    Ok(request.call(|overlapped, bytes| unsafe {
        TransactNamedPipe(args.handle("hNamedPipe"), input, from, output, to, bytes, overlapped)
    }))
}
