//! The calls that send a request to a driver.

use crate::lang::{Binds, ParamKind, ParamSpec};
use crate::scenario::calls::{Answer, BOOLEAN, CallRow, ServiceName, may, needs, row};
use ParamKind::{Handle as H, Number as N};

const FILE: ParamSpec = needs("hFile", "file", H);
const FILE_HANDLE: ParamSpec = needs("FileHandle", "file", H);
const OFFSET: ParamSpec = may("Offset", "offset", N);
const BYTE_OFFSET: ParamSpec = may("ByteOffset", "offset", N);
const H_EVENT: ParamSpec = may("hEvent", "event", H);
/// The low-order bit of hEvent is set: the port gets no packet.
const LOW_BIT: ParamSpec = may("LowBit", "low_bit", BOOLEAN);
const EVENT: ParamSpec = may("Event", "event", H);
const ROUTINE: ParamSpec = may("ApcRoutine", "apc", BOOLEAN);
const CONTEXT: ParamSpec = may("ApcContext", "context", BOOLEAN);
const LP_BUFFER: ParamSpec = may("lpBuffer", "buffer", ParamKind::Buffer);
const LP_OVERLAPPED: ParamSpec = may("lpOverlapped", "overlapped", ParamKind::Operation);
const BUFFER: ParamSpec = may("Buffer", "buffer", ParamKind::Buffer);
const OUT_BUFFER: ParamSpec = may("OutputBuffer", "buffer", ParamKind::Buffer);
const IOSB: ParamSpec = may("IoStatusBlock", "overlapped", ParamKind::Operation);
const TO_READ: ParamSpec = needs("nNumberOfBytesToRead", "length", N);
const TO_WRITE: ParamSpec = needs("nNumberOfBytesToWrite", "length", N);
const LENGTH: ParamSpec = needs("Length", "length", N);
const IOCTL: ParamKind = ParamKind::Name(&["IOCTL_SERIAL_WAIT_ON_MASK"]);
const FSCTL: ParamKind = ParamKind::Name(&[
    "FSCTL_PIPE_LISTEN",
    "FSCTL_PIPE_DISCONNECT",
    "FSCTL_PIPE_PEEK",
    "FSCTL_PIPE_TRANSCEIVE",
    "FSCTL_PIPE_WAIT",
    "FSCTL_REQUEST_OPLOCK_LEVEL_1",
    "FSCTL_REQUEST_BATCH_OPLOCK",
    "FSCTL_REQUEST_OPLOCK",
    "FSCTL_OPLOCK_BREAK_ACK_NO_2",
]);
const IN: ParamSpec = may("InputBufferLength", "input", N);
const OUT: ParamSpec = may("OutputBufferLength", "output", N);

const fn request(
    name: &'static str,
    params: &'static [ParamSpec],
    service: ServiceName,
    answer: Answer,
    summary: &'static str,
) -> CallRow {
    row(name, params, Binds::Operation, service, answer, summary)
}

pub(super) const IO: [CallRow; 12] = [
    request(
        "ReadFile",
        &[FILE, TO_READ, OFFSET, H_EVENT, LP_BUFFER, LP_OVERLAPPED, LOW_BIT],
        ServiceName::ReadFile,
        Answer::Bool,
        "reads; its label is the OVERLAPPED",
    ),
    request(
        "WriteFile",
        &[FILE, TO_WRITE, OFFSET, H_EVENT, LP_BUFFER, LP_OVERLAPPED, LOW_BIT],
        ServiceName::WriteFile,
        Answer::Bool,
        "writes; its label is the OVERLAPPED",
    ),
    request(
        "ReadFileEx",
        &[FILE, TO_READ, OFFSET, LP_BUFFER, LP_OVERLAPPED],
        ServiceName::ReadFileEx,
        Answer::Started,
        "reads, with a completion routine (a user APC); its label is the OVERLAPPED",
    ),
    request(
        "WriteFileEx",
        &[FILE, TO_WRITE, OFFSET, LP_BUFFER, LP_OVERLAPPED],
        ServiceName::WriteFileEx,
        Answer::Started,
        "writes, with a completion routine (a user APC); its label is the OVERLAPPED",
    ),
    request(
        "DeviceIoControl",
        &[
            needs("hDevice", "file", H),
            needs("dwIoControlCode", "code", IOCTL),
            may("nInBufferSize", "input", N),
            may("nOutBufferSize", "output", N),
            H_EVENT,
            may("lpOutBuffer", "buffer", ParamKind::Buffer),
            LP_OVERLAPPED,
            LOW_BIT,
        ],
        ServiceName::DeviceControl,
        Answer::Bool,
        "sends a control code; its label is the OVERLAPPED",
    ),
    request(
        "FlushFileBuffers",
        &[FILE],
        ServiceName::FlushFile,
        Answer::Bool,
        "waits until what was written has been taken; its label is the status block",
    ),
    request(
        "NtReadFile",
        &[FILE_HANDLE, LENGTH, BYTE_OFFSET, EVENT, CONTEXT, ROUTINE, BUFFER, IOSB],
        ServiceName::ReadFile,
        Answer::Status,
        "reads; its label is the IO_STATUS_BLOCK",
    ),
    request(
        "NtWriteFile",
        &[FILE_HANDLE, LENGTH, BYTE_OFFSET, EVENT, CONTEXT, ROUTINE, BUFFER, IOSB],
        ServiceName::WriteFile,
        Answer::Status,
        "writes; its label is the IO_STATUS_BLOCK",
    ),
    request(
        "NtDeviceIoControlFile",
        &[
            FILE_HANDLE,
            needs("IoControlCode", "code", IOCTL),
            IN,
            OUT,
            EVENT,
            CONTEXT,
            ROUTINE,
            OUT_BUFFER,
            IOSB,
        ],
        ServiceName::DeviceControl,
        Answer::Status,
        "sends a control code to a device; its label is the IO_STATUS_BLOCK",
    ),
    request(
        "NtFsControlFile",
        &[
            FILE_HANDLE,
            needs("FsControlCode", "code", FSCTL),
            IN,
            OUT,
            EVENT,
            CONTEXT,
            ROUTINE,
            OUT_BUFFER,
            IOSB,
            may("Name", "name", ParamKind::Text),
            may("Timeout", "timeout", N),
        ],
        ServiceName::FsControl,
        Answer::Status,
        "sends a control code to a file system; its label is the IO_STATUS_BLOCK",
    ),
    request(
        "NtFlushBuffersFile",
        &[FILE_HANDLE],
        ServiceName::FlushFile,
        Answer::Status,
        "waits until what was written has been taken; its label is the IO_STATUS_BLOCK",
    ),
    request(
        "NtQueryVolumeInformationFile",
        &[FILE_HANDLE, may("Length", "length", N)],
        ServiceName::QueryVolume,
        Answer::Status,
        "asks a file system for its volume; it has no asynchronous form; its label is the IO_STATUS_BLOCK",
    ),
];
