//! The system services that send a request.

use super::request::{Native, buffer, input, length};
use super::waits::interval;
use super::{Answer, Made, status};
use crate::real::args::{Args, Refused};
use crate::real::constants::constant;
use crate::real::memory::{self, Block, Kept};
use crate::real::nt_io;

/// FileFsVolumeInformation.
/// <https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ne-wdm-_fsinfoclass>
const FILE_FS_VOLUME_INFORMATION: i32 = 1;

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(match call {
        "NtReadFile" => read(label, args),
        "NtWriteFile" => write(label, args),
        "NtDeviceIoControlFile" => device_control(label, args),
        "NtFsControlFile" => fs_control(label, args),
        "NtFlushBuffersFile" => {
            let block = Block::new();
            memory::keep(label, Kept::Operation(block));
            // SAFETY: the block lives for ever.
            Ok(status(unsafe {
                nt_io::NtFlushBuffersFile(args.handle("FileHandle"), block.overlapped().cast())
            }))
        }
        "NtQueryVolumeInformationFile" => query_volume(label, args),
        _ => return None,
    })
}

/// ByteOffset; NULL if it is left out.
fn offset(args: &Args<'_>) -> Option<i64> {
    args.number("ByteOffset")
}

fn read(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Native::new(args, label)?;
    let (file, count, offset) = (args.handle("FileHandle"), length(args, "Length"), offset(args));
    let to = buffer(args, "Buffer", request.block, count)?.cast();
    let offset = offset.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let (iosb, none) = (request.iosb(), std::ptr::null());
    let Native { event, routine, context, .. } = request;
    // SAFETY: the buffer has so many bytes, it and the block live for ever, and the offset is read before the return.
    Ok(status(unsafe { nt_io::NtReadFile(file, event, routine, context, iosb, to, count, offset, none) }))
}

fn write(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Native::new(args, label)?;
    let (file, count, offset) = (args.handle("FileHandle"), length(args, "Length"), offset(args));
    let from = buffer(args, "Buffer", request.block, count)?.cast_const().cast();
    let offset = offset.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let (iosb, none) = (request.iosb(), std::ptr::null());
    let Native { event, routine, context, .. } = request;
    // SAFETY: the buffer has so many bytes, it and the block live for ever, and the offset is read before the return.
    Ok(status(unsafe { nt_io::NtWriteFile(file, event, routine, context, iosb, from, count, offset, none) }))
}

fn device_control(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Native::new(args, label)?;
    let (from, to) = (length(args, "InputBufferLength"), length(args, "OutputBufferLength"));
    let (file, code, input) = (args.handle("FileHandle"), args.bits("IoControlCode"), input(from)?.cast());
    let output = buffer(args, "OutputBuffer", request.block, to)?.cast();
    let iosb = request.iosb();
    let Native { event, routine, context, .. } = request;
    // SAFETY: the buffers have so many bytes, and they and the block live for ever.
    Ok(status(unsafe {
        nt_io::NtDeviceIoControlFile(file, event, routine, context, iosb, code, input, from, output, to)
    }))
}

fn fs_control(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Native::new(args, label)?;
    let (file, code) = (args.handle("FileHandle"), args.bits("FsControlCode"));
    let (input, from) = match args.wide("Name") {
        Some(name) => pipe_to_wait_for(&name[..name.len() - 1], args),
        None if code == constant("FSCTL_REQUEST_OPLOCK") => oplock_to_request(),
        None => {
            let from = length(args, "InputBufferLength");
            (input(from)?, from)
        }
    };
    let to = match code == constant("FSCTL_REQUEST_OPLOCK") {
        true => OPLOCK_ANSWER,
        false => length(args, "OutputBufferLength"),
    };
    let (input, output) = (input.cast(), buffer(args, "OutputBuffer", request.block, to)?.cast());
    let iosb = request.iosb();
    let Native { event, routine, context, .. } = request;
    // SAFETY: the buffers have so many bytes, and they and the block live for ever.
    Ok(status(unsafe {
        nt_io::NtFsControlFile(file, event, routine, context, iosb, code, input, from, output, to)
    }))
}

/// The length of REQUEST_OPLOCK_OUTPUT_BUFFER.
/// <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_request_oplock_output_buffer>
const OPLOCK_ANSWER: u32 = 24;

/// REQUEST_OPLOCK_INPUT_BUFFER: a new oplock that caches reads, writes and handles.
/// <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_request_oplock_input_buffer>
fn oplock_to_request() -> (*const u8, u32) {
    const VERSION: u16 = 1;
    const LENGTH: u16 = 12;
    const READ_HANDLE_WRITE: u32 = 7;
    const REQUEST: u32 = 1;
    let mut bytes = VERSION.to_le_bytes().to_vec();
    bytes.extend(LENGTH.to_le_bytes());
    bytes.extend(READ_HANDLE_WRITE.to_le_bytes());
    bytes.extend(REQUEST.to_le_bytes());
    (Box::leak(bytes.into_boxed_slice()).as_ptr(), LENGTH.into())
}

/// FILE_PIPE_WAIT_FOR_BUFFER: Timeout, NameLength, TimeoutSpecified, Name. Without a timeout, for ever.
/// <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_file_pipe_wait_for_buffer>
fn pipe_to_wait_for(name: &[u16], args: &Args<'_>) -> (*const u8, u32) {
    let timeout = interval(args, "Timeout").unwrap_or(i64::MIN);
    let mut bytes = timeout.to_le_bytes().to_vec();
    bytes.extend(((name.len() * 2) as u32).to_le_bytes());
    bytes.extend([1, 0]);
    bytes.extend(name.iter().flat_map(|unit| unit.to_le_bytes()));
    let length = bytes.len() as u32;
    (Box::leak(bytes.into_boxed_slice()).as_ptr(), length)
}

fn query_volume(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    /// Enough for a name.
    const ROOM: i64 = 1024;
    let block = Block::new();
    memory::keep(label, Kept::Operation(block));
    let (file, length) = (args.handle("FileHandle"), args.number_or("Length", ROOM) as u32);
    let (iosb, to) = (block.overlapped().cast(), block.room(length)?.cast());
    // SAFETY: the block has so many bytes, and lives for ever.
    Ok(status(unsafe {
        nt_io::NtQueryVolumeInformationFile(file, iosb, to, length, FILE_FS_VOLUME_INFORMATION)
    }))
}
