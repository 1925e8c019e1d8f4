//! The calls of named pipes.

use crate::lang::{Binds, ParamKind, ParamSpec};
use crate::scenario::calls::{ACCESS, Answer, CREATE_OPTIONS, CallRow, SHARE, ServiceName, may, needs, row};
use ParamKind::{Handle as H, Number as N, Text as T};

const PIPE: ParamSpec = needs("hNamedPipe", "pipe", H);
const H_EVENT: ParamSpec = may("hEvent", "event", H);
const OPEN_MODE: ParamKind = ParamKind::Flags(&[
    "PIPE_ACCESS_DUPLEX",
    "PIPE_ACCESS_INBOUND",
    "PIPE_ACCESS_OUTBOUND",
    "FILE_FLAG_OVERLAPPED",
    "FILE_FLAG_FIRST_PIPE_INSTANCE",
]);
const PIPE_MODE: ParamKind = ParamKind::Flags(&[
    "PIPE_TYPE_BYTE",
    "PIPE_TYPE_MESSAGE",
    "PIPE_READMODE_BYTE",
    "PIPE_READMODE_MESSAGE",
    "PIPE_WAIT",
    "PIPE_NOWAIT",
]);
const READ_MODE: ParamKind =
    ParamKind::Flags(&["PIPE_READMODE_BYTE", "PIPE_READMODE_MESSAGE", "PIPE_WAIT", "PIPE_NOWAIT"]);

pub(super) const PIPES: [CallRow; 8] = [
    row(
        "CreateNamedPipe",
        &[
            needs("lpName", "path", T),
            needs("dwOpenMode", "open", OPEN_MODE),
            may("dwPipeMode", "mode", PIPE_MODE),
            may("nMaxInstances", "instances", N),
            may("nOutBufferSize", "out", N),
            may("nInBufferSize", "in", N),
        ],
        Binds::Handle,
        ServiceName::CreatePipe,
        Answer::HandleOrInvalid,
        "creates an instance of a pipe, and the pipe with its first; without other numbers, any number of instances, \
         and room for 4096 bytes each way",
    ),
    row(
        "ConnectNamedPipe",
        &[PIPE, H_EVENT],
        Binds::Operation,
        ServiceName::ConnectPipe,
        Answer::Bool,
        "waits for a client; its label is the OVERLAPPED",
    ),
    row(
        "DisconnectNamedPipe",
        &[PIPE],
        Binds::Nothing,
        ServiceName::DisconnectPipe,
        Answer::Bool,
        "lets the client go; what nobody has read is lost",
    ),
    row(
        "PeekNamedPipe",
        &[PIPE, may("nBufferSize", "length", N)],
        Binds::Operation,
        ServiceName::PeekPipe,
        Answer::Bool,
        "looks at what can be read, and takes nothing; its label is the status block",
    ),
    row(
        "TransactNamedPipe",
        &[PIPE, needs("nInBufferSize", "input", N), needs("nOutBufferSize", "output", N), H_EVENT],
        Binds::Operation,
        ServiceName::TransactPipe,
        Answer::Bool,
        "writes a message and reads the answer; its label is the OVERLAPPED",
    ),
    row(
        "SetNamedPipeHandleState",
        &[PIPE, needs("lpMode", "mode", READ_MODE)],
        Binds::Nothing,
        ServiceName::SetPipe,
        Answer::Bool,
        "sets how an end of a pipe reads, and whether it waits",
    ),
    row(
        "WaitNamedPipe",
        &[needs("lpNamedPipeName", "path", T), needs("nTimeOut", "timeout", N)],
        Binds::Nothing,
        ServiceName::WaitPipe,
        Answer::Bool,
        "waits until an instance of a pipe listens",
    ),
    row(
        "NtCreateNamedPipeFile",
        &[
            needs("ObjectName", "name", T),
            needs("DesiredAccess", "access", ACCESS),
            may("ShareAccess", "share", SHARE),
            may("CreateOptions", "options", CREATE_OPTIONS),
            may(
                "NamedPipeType",
                "type",
                ParamKind::Name(&["FILE_PIPE_BYTE_STREAM_TYPE", "FILE_PIPE_MESSAGE_TYPE"]),
            ),
            may(
                "ReadMode",
                "mode",
                ParamKind::Name(&["FILE_PIPE_BYTE_STREAM_MODE", "FILE_PIPE_MESSAGE_MODE"]),
            ),
            may(
                "CompletionMode",
                "completion",
                ParamKind::Name(&["FILE_PIPE_QUEUE_OPERATION", "FILE_PIPE_COMPLETE_OPERATION"]),
            ),
            may("MaximumInstances", "instances", N),
            may("InboundQuota", "in", N),
            may("OutboundQuota", "out", N),
        ],
        Binds::Handle,
        ServiceName::CreatePipe,
        Answer::Status,
        "creates an instance of a pipe, and the pipe with its first; its share access says which way data goes",
    ),
];
