//! What a service names: handles, operations and processes, wherever they stand among its arguments.

use crate::scenario::program::{HandleArg, IssueArgs, LabelId, NameArg, ProcessArg, Service};
use crate::scenario::rings::{EntryArgs, RingCall};

/// One argument that names something of the program.
pub(super) enum Named<'a> {
    /// A handle.
    Handle(&'a mut HandleArg),
    /// The operation or buffer of a label.
    Operation(&'a mut LabelId),
    /// A process.
    Process(&'a mut usize),
    /// A thread, by its actor.
    Thread(&'a mut usize),
}

impl Service {
    /// Gives every argument that names something to `each`, which may change it.
    pub(super) fn each_named(&mut self, each: &mut dyn FnMut(Named<'_>)) {
        match self {
            Service::CreateFile { name, .. }
            | Service::WatchDirectory { name, .. }
            | Service::CreatePipe { name, .. }
            | Service::WaitPipe { root: name, .. }
            | Service::OfPath { name, .. }
            | Service::CreateEvent { name, .. }
            | Service::Open { name, .. }
            | Service::CreateDirectory(name)
            | Service::CreateSymbolicLink { name, .. }
            | Service::CreateSemaphore { name, .. }
            | Service::CreateMutant { name, .. }
            | Service::CreateTimer { name, .. }
            | Service::CreateJob(name) => each_of_name(name, each),
            Service::AcceptSocket { listener, name } => each_of_accept(listener, name, each),
            Service::CreatePort { file, port, name, .. } => {
                each_of_two(file, port, each);
                each_of_name(name, each);
            }
            Service::Issue(issue) => each_of_issue(issue, each),
            Service::Ring(call) => each_of_ring(call, each),
            Service::CreateSection { name, file, .. } => each_of_two(&mut name.root, file, each),
            Service::Free { memory } | Service::UnmapView { view: memory } => each(Named::Operation(memory)),
            Service::OverlappedResult { file, operation, .. } => each_of_request(file, Some(operation), each),
            Service::Associate { file: one, port: other, .. }
            | Service::JobProcess { job: one, process: other, .. }
            | Service::SignalAndWait { signal: one, wait: other, .. }
            | Service::CompareObjects { first: one, second: other }
            | Service::JobPort { job: one, port: other, .. }
            | Service::NextThread { process: one, after: other, .. } => each_of_two(one, other, each),
            Service::CancelIoEx { file, operation }
            | Service::CancelSynchronousIo { thread: file, operation } => {
                each_of_request(file, operation.as_mut(), each);
            }
            Service::Duplicate { source, from, target, .. } => {
                each(Named::Handle(source));
                each_of_process(from, each);
                each_of_process(target, each);
            }
            Service::CreateProcess { child, parent, .. } => {
                each(Named::Process(child));
                each(Named::Handle(parent));
            }
            Service::OpenProcess { process, .. } => each(Named::Process(process)),
            Service::OpenThread { thread, .. } | Service::AlertById(thread) => each(Named::Thread(thread)),
            Service::Close(handle)
            | Service::CancelIo(handle)
            | Service::QueueApc(handle)
            | Service::RemovePacket { port: handle, .. }
            | Service::Post { port: handle, .. }
            | Service::SetPermanence { handle, .. }
            | Service::SetEvent { event: handle, .. }
            | Service::Act { handle, .. }
            | Service::SetHandle { handle, .. }
            | Service::GetHandle(handle)
            | Service::MapView { section: handle, .. }
            | Service::Terminate { handle, .. }
            | Service::Job { job: handle, .. }
            | Service::Query { handle, .. }
            | Service::Wait { handle, .. } => each(Named::Handle(handle)),
            // The handles of a wait for several stand in the call.
            Service::WaitMultiple { .. }
            | Service::Sleep { .. }
            | Service::WaitForAlert { .. }
            | Service::Allocate { .. }
            | Service::ExitThread { .. }
            | Service::ExitProcess { .. } => {}
        }
    }
}

fn each_of_accept(listener: &mut HandleArg, name: &mut NameArg, each: &mut dyn FnMut(Named<'_>)) {
    each(Named::Handle(listener));
    each_of_name(name, each);
}

fn each_of_issue(issue: &mut IssueArgs, each: &mut dyn FnMut(Named<'_>)) {
    let IssueArgs { file, event, socket, buffer, overlapped, .. } = issue;
    each(Named::Handle(file));
    each(Named::Handle(event));
    each(Named::Handle(socket));
    buffer.iter_mut().chain(overlapped).for_each(|label| each(Named::Operation(label)));
}

fn each_of_ring(call: &mut RingCall, each: &mut dyn FnMut(Named<'_>)) {
    match call {
        RingCall::Create { .. } => {}
        RingCall::Build { ring, entry } => {
            let EntryArgs { file, buffer, target, .. } = entry;
            each_of_two(ring, file, each);
            buffer.iter_mut().chain(target).for_each(|label| each(Named::Operation(label)));
        }
        RingCall::Submit { ring, .. } | RingCall::Pop { ring } | RingCall::Info { ring } => {
            each(Named::Handle(ring));
        }
        RingCall::SetEvent { ring, event } => each_of_two(ring, event, each),
    }
}

fn each_of_request(file: &mut HandleArg, operation: Option<&mut LabelId>, each: &mut dyn FnMut(Named<'_>)) {
    each(Named::Handle(file));
    operation.into_iter().for_each(|operation| each(Named::Operation(operation)));
}

fn each_of_process(process: &mut ProcessArg, each: &mut dyn FnMut(Named<'_>)) {
    match process {
        ProcessArg::Named(process) => each(Named::Process(process)),
        ProcessArg::Handle(handle) => each(Named::Handle(handle)),
        ProcessArg::Own | ProcessArg::None => {}
    }
}

fn each_of_two(one: &mut HandleArg, other: &mut HandleArg, each: &mut dyn FnMut(Named<'_>)) {
    each(Named::Handle(one));
    each(Named::Handle(other));
}

fn each_of_name(name: &mut NameArg, each: &mut dyn FnMut(Named<'_>)) {
    each(Named::Handle(&mut name.root));
}
