//! The Win32 functions that send a request.

use windows_sys::Win32::Storage::FileSystem::{
    FlushFileBuffers, ReadFile, ReadFileEx, WriteFile, WriteFileEx,
};
use windows_sys::Win32::System::IO::{DeviceIoControl, OVERLAPPED};

use super::request::{Overlapped, buffer, input, length};
use super::{Answer, Made, truth};
use crate::real::args::{Args, Refused};
use crate::real::memory::{self, Block, Kept};
use crate::trace::Facts;

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(match call {
        "ReadFile" => read(label, args),
        "WriteFile" => write(label, args),
        "ReadFileEx" => read_ex(label, args),
        "WriteFileEx" => write_ex(label, args),
        "DeviceIoControl" => control(label, args),
        "FlushFileBuffers" => {
            memory::keep(label, Kept::Told(Block::new(), Facts::new()));
            // SAFETY: the function takes a handle.
            Ok(truth(|| unsafe { FlushFileBuffers(args.handle("hFile")) }))
        }
        _ => return None,
    })
}

fn read(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Overlapped::new(args, label, Overlapped::says_where(args))?;
    let count = length(args, "nNumberOfBytesToRead");
    let to = buffer(args, "lpBuffer", request.block, count)?;
    // SAFETY: the buffer has so many bytes, and it and the OVERLAPPED live for ever.
    Ok(request
        .call(|overlapped, bytes| unsafe { ReadFile(args.handle("hFile"), to, count, bytes, overlapped) }))
}

fn write(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Overlapped::new(args, label, Overlapped::says_where(args))?;
    let count = length(args, "nNumberOfBytesToWrite");
    let from = buffer(args, "lpBuffer", request.block, count)?;
    // SAFETY: the buffer has so many bytes, and it and the OVERLAPPED live for ever.
    Ok(request
        .call(|overlapped, bytes| unsafe { WriteFile(args.handle("hFile"), from, count, bytes, overlapped) }))
}

fn read_ex(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Overlapped::new(args, label, true)?;
    let count = length(args, "nNumberOfBytesToRead");
    let to = buffer(args, "lpBuffer", request.block, count)?;
    // SAFETY: the buffer has so many bytes, and it and the OVERLAPPED live for ever.
    Ok(request.call(|overlapped, _| unsafe {
        ReadFileEx(args.handle("hFile"), to, count, overlapped, Some(completion))
    }))
}

fn write_ex(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Overlapped::new(args, label, true)?;
    let count = length(args, "nNumberOfBytesToWrite");
    let from = buffer(args, "lpBuffer", request.block, count)?;
    // SAFETY: the buffer has so many bytes, and it and the OVERLAPPED live for ever.
    Ok(request.call(|overlapped, _| unsafe {
        WriteFileEx(args.handle("hFile"), from, count, overlapped, Some(completion))
    }))
}

/// The completion routine of every ReadFileEx and WriteFileEx.
unsafe extern "system" fn completion(_error: u32, _bytes: u32, overlapped: *mut OVERLAPPED) {
    // SAFETY: every request with this routine has the OVERLAPPED of a block.
    unsafe { Block::at(overlapped.cast()) }.deliver();
}

fn control(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let passed = label.is_some() || args.has("hEvent") || args.has("lpOverlapped");
    let request = Overlapped::new(args, label, passed)?;
    let (from, to) = (length(args, "nInBufferSize"), length(args, "nOutBufferSize"));
    let output = buffer(args, "lpOutBuffer", request.block, to)?.cast();
    let (code, input) = (args.bits("dwIoControlCode"), input(from)?.cast());
    // SAFETY: the buffers have so many bytes, and they and the OVERLAPPED live for ever.
    Ok(request.call(|overlapped, bytes| unsafe {
        DeviceIoControl(args.handle("hDevice"), code, input, from, output, to, bytes, overlapped)
    }))
}
