//! Cancelling requests.

use windows_sys::Win32::System::IO::{CancelIo, CancelIoEx, CancelSynchronousIo};

use super::{Answer, Made, status, truth};
use crate::real::args::{Args, Refused};
use crate::real::memory::{self, Block, Kept};
use crate::real::{nt_io, system};

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    let file = || args.handle("FileHandle");
    let iosb = || Block::new().overlapped().cast();
    Some(match call {
        // SAFETY: the function takes a handle.
        "CancelIo" => Ok(truth(|| unsafe { CancelIo(args.handle("hFile")) })),
        "CancelIoEx" => args.block("lpOverlapped").map(|block| {
            let request = block.map_or(std::ptr::null(), |block| block.overlapped().cast_const());
            // SAFETY: the OVERLAPPED lives for ever.
            truth(|| unsafe { CancelIoEx(args.handle("hFile"), request) })
        }),
        // SAFETY: the function takes a handle.
        "CancelSynchronousIo" => Ok(truth(|| unsafe { CancelSynchronousIo(args.handle("hThread")) })),
        // SAFETY: the block lives for ever.
        "NtCancelIoFile" => Ok(status(unsafe { nt_io::NtCancelIoFile(file(), iosb()) })),
        "NtCancelIoFileEx" => args.block("IoRequestToCancel").map(|block| {
            let request = block.map_or(std::ptr::null(), |block| block.overlapped().cast_const().cast());
            // SAFETY: the blocks live for ever.
            status(unsafe { nt_io::NtCancelIoFileEx(file(), request, iosb()) })
        }),
        "NtCancelSynchronousIoFile" => cancel_synchronous(label, args),
        _ => return None,
    })
}

fn cancel_synchronous(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let Some(found) = system::function(c"ntdll.dll", c"NtCancelSynchronousIoFile") else {
        return Err("this system has no NtCancelSynchronousIoFile".into());
    };
    // SAFETY: the function of that name has this signature.
    let call: nt_io::CancelSynchronousIoFile = unsafe { std::mem::transmute(found) };
    let request = args.block("IoRequestToCancel")?;
    let request = request.map_or(std::ptr::null(), |block| block.overlapped().cast_const().cast());
    let own = Block::new();
    memory::keep(label, Kept::Operation(own));
    // SAFETY: the blocks live for ever.
    Ok(status(unsafe { call(args.handle("ThreadHandle"), request, own.overlapped().cast()) }))
}
