//! Opening files: CreateFile, CreateNamedPipe and the services below them.

use windows_sys::Win32::Storage::FileSystem::{CreateFileW, OPEN_EXISTING, SYNCHRONIZE};
use windows_sys::Win32::System::Pipes::{CreateNamedPipeW, PIPE_UNLIMITED_INSTANCES};

use super::basic::{access, with_attributes};
use super::waits::LIMIT;
use super::{Answer, Made, handle_or_invalid};
use crate::real::args::Args;
use crate::real::memory::Block;
use crate::real::nt_io;

/// The room for each way when a call does not say it.
const DEFAULT_QUOTA: i64 = 4096;

/// FILE_SYNCHRONOUS_IO_ALERT and FILE_SYNCHRONOUS_IO_NONALERT.
const SYNCHRONOUS: u32 = 0x30;

const FILE_OPEN: u32 = 1;
const FILE_OPEN_IF: u32 = 3;

pub(super) fn make(call: &str, _label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(Ok(match call {
        "CreateFile" => create_file(args),
        "NtCreateFile" => native_create_file(args),
        "CreateNamedPipe" => create_pipe(args),
        "NtCreateNamedPipeFile" => native_create_pipe(args),
        _ => return None,
    }))
}

fn create_file(args: &Args<'_>) -> Made {
    let (access, share) = (args.bits("dwDesiredAccess"), args.bits("dwShareMode"));
    let (flags, none) = (args.bits("dwFlagsAndAttributes"), std::ptr::null());
    let disposition =
        if args.has("dwCreationDisposition") { args.bits("dwCreationDisposition") } else { OPEN_EXISTING };
    let path = args.wide("lpFileName").unwrap_or_else(|| vec![0]);
    // SAFETY: the path ends with a zero.
    handle_or_invalid(|| unsafe {
        CreateFileW(path.as_ptr(), access, share, none, disposition, flags, std::ptr::null_mut())
    })
}

/// DesiredAccess. The services refuse a synchronous open that does not name SYNCHRONIZE; the model does not.
fn access_to_open(args: &Args<'_>, options: u32) -> u32 {
    let waits = options & SYNCHRONOUS != 0;
    access(args, "DesiredAccess") | if waits { SYNCHRONIZE } else { 0 }
}

fn native_create_file(args: &Args<'_>) -> Made {
    let (share, options) = (args.bits("ShareAccess"), args.bits("CreateOptions"));
    let access = access_to_open(args, options);
    let disposition = if args.has("CreateDisposition") { args.bits("CreateDisposition") } else { FILE_OPEN };
    let file_attributes = args.bits("FileAttributes");
    let iosb = Block::new().overlapped().cast();
    // SAFETY: the attributes are whole, and the handle and the block can be written.
    with_attributes(args, |attributes, handle| unsafe {
        nt_io::NtCreateFile(
            handle,
            access,
            attributes,
            iosb,
            std::ptr::null(),
            file_attributes,
            share,
            disposition,
            options,
            std::ptr::null(),
            0,
        )
    })
}

fn create_pipe(args: &Args<'_>) -> Made {
    let (open, mode) = (args.bits("dwOpenMode"), args.bits("dwPipeMode"));
    let instances = args.number_or("nMaxInstances", PIPE_UNLIMITED_INSTANCES.into()) as u32;
    let room = |name| args.number_or(name, DEFAULT_QUOTA) as u32;
    let (out, into) = (room("nOutBufferSize"), room("nInBufferSize"));
    let path = args.wide("lpName").unwrap_or_else(|| vec![0]);
    // SAFETY: the path ends with a zero.
    handle_or_invalid(|| unsafe {
        CreateNamedPipeW(path.as_ptr(), open, mode, instances, out, into, LIMIT, std::ptr::null())
    })
}

fn native_create_pipe(args: &Args<'_>) -> Made {
    /// How long WaitNamedPipe waits if it does not say.
    const DEFAULT_TIMEOUT: i64 = -10_000 * (LIMIT as i64);
    let (options, kind) = (args.bits("CreateOptions"), args.bits("NamedPipeType"));
    let (access, share) = (access_to_open(args, options), args.bits("ShareAccess"));
    let (mode, completion) = (args.bits("ReadMode"), args.bits("CompletionMode"));
    // Win32's 255, which is no limit, is -1 here.
    let instances = match args.number("MaximumInstances") {
        Some(number) if number != i64::from(PIPE_UNLIMITED_INSTANCES) => number as u32,
        _ => u32::MAX,
    };
    let room = |name| args.number_or(name, DEFAULT_QUOTA) as u32;
    let (into, out) = (room("InboundQuota"), room("OutboundQuota"));
    let iosb = Block::new().overlapped().cast();
    // SAFETY: the attributes are whole, and the handle and the block can be written.
    with_attributes(args, |attributes, handle| unsafe {
        nt_io::NtCreateNamedPipeFile(
            handle,
            access,
            attributes,
            iosb,
            share,
            FILE_OPEN_IF,
            options,
            kind,
            mode,
            completion,
            instances,
            into,
            out,
            &DEFAULT_TIMEOUT,
        )
    })
}
