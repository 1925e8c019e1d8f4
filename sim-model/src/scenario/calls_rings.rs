//! The calls of I/O rings.

use crate::lang::{Binds, ParamKind, ParamSpec};
use crate::scenario::calls::{Answer, CallRow, ServiceName, may, needs, row};
use ParamKind::{Handle as H, Number as N, Operation as O};

const RING: ParamSpec = needs("ioRing", "ring", H);
/// IoRingHandleRefFromHandle of a label, IoRingHandleRefFromIndex of a number.
const FILE_REF: ParamSpec = needs("fileRef", "file", H);
/// IoRingBufferRefFromPointer of a label, IoRingBufferRefFromIndexAndOffset of a number.
const DATA_REF: ParamSpec = needs("dataRef", "buffer", ParamKind::BufferOrIndex);
const BUFFER_REF: ParamSpec = needs("bufferRef", "buffer", ParamKind::BufferOrIndex);
const FILE_OFFSET: ParamSpec = needs("fileOffset", "offset", N);

const fn entry(name: &'static str, params: &'static [ParamSpec], summary: &'static str) -> CallRow {
    row(name, params, Binds::Operation, ServiceName::BuildEntry, Answer::HResult, summary)
}

pub(super) const RINGS: [CallRow; 11] = [
    row(
        "CreateIoRing",
        &[may("submissionQueueSize", "submission", N), may("completionQueueSize", "completion", N)],
        Binds::Handle,
        ServiceName::CreateRing,
        Answer::HResult,
        "creates an I/O ring",
    ),
    entry(
        "BuildIoRingReadFile",
        &[RING, FILE_REF, DATA_REF, needs("numberOfBytesToRead", "length", N), FILE_OFFSET],
        "builds an entry that reads; its label is the userData that names the operation",
    ),
    entry(
        "BuildIoRingWriteFile",
        &[RING, FILE_REF, BUFFER_REF, needs("numberOfBytesToWrite", "length", N), FILE_OFFSET],
        "builds an entry that writes; its label is the userData that names the operation",
    ),
    entry(
        "BuildIoRingRegisterFileHandles",
        &[RING, needs("handles", "files", ParamKind::Handles)],
        "builds an entry that registers file handles; its label is the userData",
    ),
    entry(
        "BuildIoRingRegisterBuffers",
        &[RING, needs("buffers", "memory", ParamKind::Buffers)],
        "builds an entry that registers buffers; its label is the userData",
    ),
    entry(
        "BuildIoRingCancelRequest",
        &[RING, needs("file", "", H), needs("opToCancel", "operation", O)],
        "builds an entry that cancels an operation; its label is the userData of the cancel itself",
    ),
    row(
        "SubmitIoRing",
        &[RING, may("waitOperations", "wait", N), may("milliseconds", "timeout", N)],
        Binds::Value,
        ServiceName::SubmitRing,
        Answer::HResult,
        "submits what was built, and waits for so many completions; its label is the number of entries submitted",
    ),
    row(
        "PopIoRingCompletion",
        &[RING],
        Binds::Completion,
        ServiceName::PopCompletion,
        Answer::HResult,
        "takes an entry out of the completion queue; its label is the IORING_CQE",
    ),
    row(
        "SetIoRingCompletionEvent",
        &[RING, may("hEvent", "event", H)],
        Binds::Nothing,
        ServiceName::SetRingEvent,
        Answer::HResult,
        "has an event set when the completion queue is not empty any more",
    ),
    row(
        "GetIoRingInfo",
        &[RING],
        Binds::Information,
        ServiceName::RingInfo,
        Answer::HResult,
        "tells the sizes of the queues; its label is the IORING_INFO",
    ),
    row(
        "CloseIoRing",
        &[RING],
        Binds::Nothing,
        ServiceName::CloseRing,
        Answer::HResult,
        "closes an I/O ring; what is in flight goes on",
    ),
];
