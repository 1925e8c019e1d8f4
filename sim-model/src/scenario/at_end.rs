//! What must hold wherever a run of any scenario ends: no thread is stuck, and nothing is left for ever.

use sim_core::cc::cache_map::CacheMap;
use sim_core::cc::lazy_writer::CcWorkerThread;
use sim_core::frame::Frame;
use sim_core::io::file::File;
use sim_core::io::irp::Irp;
use sim_core::mm::control_area::ControlArea;
use sim_core::mm::trim::MiDereferenceSegmentThread;
use sim_core::nt::cancel_io_file::NtCancelIoFileEx;
use sim_core::ob::header::{Body, Object};
use sim_core::ob::table::Entry;
use sim_core::ps::process::Process;
use sim_core::ps::system::Role;
use sim_core::{Handle, Id, Kernel};

use crate::scenario::expect::Expectation;
use crate::scenario::program::ActionKind;
use crate::scenario::world::World;

/// The first actor that has not come to its end and stays there for ever: inside a call that is not expected to
/// block, or before a line that waits for a label.
pub fn stuck(world: &World<'_>) -> Option<usize> {
    (0..world.program().actors.len()).find(|actor| is_stuck(world, *actor))
}

fn is_stuck(world: &World<'_>, actor: usize) -> bool {
    let state = world.actor(actor);
    let ended = world.thread(actor).is_some_and(|thread| {
        let thread = &world.kernel()[thread];
        thread.terminating || !thread.created
    });
    let Some(action) = world.program().actors[actor].actions.get(state.next) else { return false };
    let expected = match &action.kind {
        ActionKind::Call(call) => state.inside.is_some() && call.expect.contains(&Expectation::Blocks),
        // The device has nothing to interrupt for.
        ActionKind::Calls { .. } => state.inside.is_none(),
        _ => false,
    };
    !expected && !ended
}

/// Who is stuck where, as a sentence.
pub fn stuck_sentence(world: &World<'_>) -> Option<String> {
    let actor = stuck(world)?;
    let (name, state) = (&world.program().actors[actor].name, world.actor(actor));
    let line = world.program().actors[actor].actions.get(state.next)?;
    let (number, text) = (line.line, &line.text);
    Some(match state.inside {
        Some(_) => {
            format!("{name} is stuck in line {number}, `{text}`: nothing can happen that ends the call")
        }
        None => format!("{name} never begins line {number}, `{text}`: a label that it uses is never bound"),
    })
}

/// What is left when every program has cancelled what it can and every process has ended.
struct Left {
    /// The kernel then.
    kernel: Kernel,
    /// Requests that only their device could still end.
    requests: Vec<Id<Irp>>,
    /// The programs' objects that still have references.
    objects: Vec<Id<Object>>,
}

/// Whether the scenario leaves something behind that stays for ever, unless a device answers.
///
/// A request on an open handle is not left behind: CancelIoEx finds it. Nor is one on the list of a thread that still
/// runs: the thread's end cancels it. Nor is an object with an open handle.
pub fn leaves_something(world: &World<'_>) -> bool {
    let left = left(world);
    !left.requests.is_empty() || !left.objects.is_empty()
}

/// What stays for ever, as a sentence with the counts.
pub fn left_sentence(world: &World<'_>) -> Option<String> {
    let Left { kernel, requests, objects } = left(world);
    let names = world.names();
    let why = if requests.is_empty() {
        "no handle and no name leads to them any more"
    } else {
        "no device answers, and no handle is left by which to cancel or close"
    };
    let requests = requests.iter().map(|irp| names.irp(&kernel[*irp]));
    let objects = objects.iter().map(|object| {
        let Object { handle_count, pointer_count, .. } = &kernel[*object];
        format!("{} (HandleCount {handle_count}, PointerCount {pointer_count})", names.object(*object))
    });
    let all: Vec<String> = requests.chain(objects).collect();
    let (last, others) = all.split_last()?;
    let and = if others.is_empty() { "" } else { " and " };
    let others = others.join(", ");
    Some(format!("if every process ended now, {others}{and}{last} would stay for ever: {why}"))
}

fn left(world: &World<'_>) -> Left {
    let mut kernel = world.kernel().clone();
    kernel.forget();
    let processes = (0..world.program().processes.len()).map(|process| world.process(process));
    processes.clone().for_each(|process| cancel_all(&mut kernel, process));
    processes.for_each(|process| end(&mut kernel, process));
    settle(&mut kernel);
    write_and_trim(&mut kernel);
    let requests = kernel.all::<Irp>().filter(|(_, irp)| !irp.freed).map(|(irp, _)| irp).collect();
    let is_programs = |header: &Object| match header.body {
        Body::Device(_) => false,
        Body::Process(process) => process != kernel.system_process() && kernel[process].created,
        Body::Thread(thread) => kernel[thread].role == Role::Program && kernel[thread].created,
        _ => true,
    };
    let kept = kernel.all::<Object>().filter(|(_, header)| !header.deleted && is_programs(header));
    let objects = kept.map(|(object, _)| object).filter(|object| !is_found(&kernel, *object)).collect();
    Left { requests, objects, kernel }
}

/// A process ends with its last thread: one that has none yet gets one.
fn end(kernel: &mut Kernel, process: Id<Process>) {
    let record = &kernel[process];
    if record.created && !record.exiting && kernel.threads_of(process).next().is_none() {
        kernel.create_thread(process, "closer");
    }
    kernel.terminate_process(process, 0);
}

/// Whether anyone can open the object by its name, or the system keeps it: a permanent object is not left behind.
fn is_found(kernel: &Kernel, object: Id<Object>) -> bool {
    let named = kernel.full_name(object).is_some_and(|name| name.starts_with('\\'));
    named || object == kernel.dos_devices()
}

/// A process cancels every request that it can name by a handle, each file's by a thread of its own.
fn cancel_all(kernel: &mut Kernel, process: Id<Process>) {
    if kernel[process].exiting {
        return;
    }
    let is_file =
        |entry: &Entry| entry.object.is_some_and(|object| matches!(kernel[object].body, Body::File(_)));
    let open = kernel.table(process).open();
    let files: Vec<Handle> = open.filter(|(_, entry)| is_file(entry)).map(|(handle, _)| handle).collect();
    for file in files {
        let thread = kernel.create_thread(process, "canceller");
        kernel.start(thread, NtCancelIoFileEx::of(file, None));
        kernel.run(thread);
        settle(kernel);
    }
}

/// The system writes what is dirty in the cache, and trims what nobody maps any more.
fn write_and_trim(kernel: &mut Kernel) {
    let cached: Vec<Id<File>> = kernel.all::<CacheMap>().map(|(_, map)| map.file).collect();
    cached.into_iter().for_each(|file| work(kernel, CcWorkerThread::Scan { file }));
    let mapped: Vec<Id<File>> = kernel.all::<ControlArea>().filter_map(|(_, area)| area.file).collect();
    mapped.into_iter().for_each(|file| work(kernel, MiDereferenceSegmentThread::Trim { file }));
}

fn work(kernel: &mut Kernel, work: impl Into<Frame>) {
    let worker = kernel.worker();
    kernel.start(worker, work);
    kernel.run(worker);
    settle(kernel);
}

fn settle(kernel: &mut Kernel) {
    while let Some(step) = kernel.system_step() {
        kernel.take(step);
    }
}
