//! Who holds whom: the references of a kernel as a graph.

use petgraph::graph::{DiGraph, NodeIndex};
use sim_core::cc::cache_map::CacheMap;
use sim_core::io::file::File;
use sim_core::io::irp::Irp;
use sim_core::io::ring::IoRing;
use sim_core::mm::control_area::ControlArea;
use sim_core::ob::header::{Body, Object};
use sim_core::ps::job::Job;
use sim_core::ps::process::Process;
use sim_core::ps::thread::Thread;
use sim_core::{Handle, Id, Kernel};

/// What stands at a node of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A kernel object.
    Object(Id<Object>),
    /// A handle of a process.
    Handle(Id<Process>, Handle),
    /// An outstanding IRP.
    Irp(Id<Irp>),
    /// The control area of a file.
    ControlArea(Id<ControlArea>),
    /// The cache map of a file.
    CacheMap(Id<CacheMap>),
    /// The wait of a thread.
    Wait(Id<Thread>),
    /// The system, for as long as it runs.
    System,
    /// What runs: a thread until it ends, a process while a thread runs in it, a driver while it is loaded.
    Running,
}

/// Why one holds the other: each edge is one reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// An open handle.
    Handle,
    /// An IRP holds its file object.
    IrpFile,
    /// An IRP holds the event it will signal.
    IrpEvent,
    /// An IRP of a socket holds the second socket that it names.
    IrpSocket,
    /// A control area or a cache map holds a file object.
    Mapped,
    /// A file object holds its completion port.
    Port,
    /// A directory holds what it names.
    Name,
    /// A named object holds its directory.
    Parent,
    /// The system holds its root directory and that of DOS devices.
    System,
    /// A thread holds its process.
    Process,
    /// A process holds the job that it is in.
    Job,
    /// A nested job holds the job that it is nested in.
    ParentJob,
    /// A job holds the completion port that it reports to.
    JobPort,
    /// An operation holds the I/O ring that it came by.
    Ring,
    /// An I/O ring holds a registered file.
    Registration,
    /// An I/O ring holds the event that it sets.
    RingEvent,
    /// A wait holds what it is for.
    Wait,
    /// It runs.
    Running,
}

/// The references that a kernel's records hold, one edge each, from the holder to the object.
///
/// When no system service is under way, an object's PointerCount is the number of edges into it.
///
/// ```
/// use sim_core::Kernel;
/// use sim_model::view::holders::{Holder, held_by, holders};
/// let kernel = Kernel::new(Default::default());
/// let graph = holders(&kernel);
/// let process = kernel[kernel.system_process()].object;
/// assert_eq!(held_by(&graph, process).len() as u32, kernel[process].pointer_count);
/// ```
pub fn holders(k: &Kernel) -> DiGraph<Holder, Hold> {
    let mut graph = DiGraph::new();
    let running = graph.add_node(Holder::Running);
    let mut nodes: Vec<(Id<Object>, NodeIndex)> = Vec::new();
    for (object, header) in k.all::<Object>() {
        if !header.deleted {
            nodes.push((object, graph.add_node(Holder::Object(object))));
        }
    }
    let node = |object: Id<Object>| node(&nodes, object);
    for (object, to) in &nodes {
        let from = match k[*object].body {
            Body::Device(_) => Some((running, Hold::Running)),
            Body::Thread(thread) => {
                (k[thread].created && !k[thread].ended).then_some((running, Hold::Running))
            }
            Body::Process(process) => {
                (k[process].created && !k[process].ended).then_some((running, Hold::Running))
            }
            _ => None,
        };
        if let Some((from, hold)) = from {
            graph.add_edge(from, *to, hold);
        }
    }
    for (thread, record) in k.all::<Thread>().filter(|(_, record)| record.created) {
        for to in Thread::WAIT_BLOCKS.of(record).filter_map(node) {
            let from = graph.add_node(Holder::Wait(thread));
            graph.add_edge(from, to, Hold::Wait);
        }
        if let (Some(from), Some(to)) = (node(record.object), node(k[k[thread].process].object)) {
            graph.add_edge(from, to, Hold::Process);
        }
    }
    add_jobs(k, &mut graph, &nodes);
    for (process, _) in k.all::<Process>() {
        for (handle, entry) in k.table(process).open() {
            if let Some(to) = entry.object.and_then(node) {
                let from = graph.add_node(Holder::Handle(process, handle));
                graph.add_edge(from, to, Hold::Handle);
            }
        }
    }
    add_irps(k, &mut graph, &nodes);
    for (_, file) in k.all::<File>() {
        let port = file.port.map(|port| k[port].object);
        if let (Some(from), Some(to)) = (node(file.object), port.and_then(node)) {
            graph.add_edge(from, to, Hold::Port);
        }
    }
    add_rings(k, &mut graph, &nodes);
    add_mapped(k, &mut graph, &nodes);
    add_names(k, &mut graph, &nodes);
    graph
}

/// The requests under way, and what each holds.
fn add_irps(k: &Kernel, graph: &mut DiGraph<Holder, Hold>, nodes: &Nodes) {
    let node = |object: Id<Object>| node(nodes, object);
    // One that a driver has made holds nothing.
    for (id, _) in k.all::<Irp>().filter(|(_, irp)| irp.maker.is_some() && !irp.freed) {
        graph.add_node(Holder::Irp(id));
    }
    for (id, irp) in k.all::<Irp>().filter(|(_, irp)| irp.holds_file()) {
        let from = graph.add_node(Holder::Irp(id));
        if let Some(to) = node(k[irp.file].object) {
            graph.add_edge(from, to, Hold::IrpFile);
        }
        if let Some(to) = irp.event.and_then(node) {
            graph.add_edge(from, to, Hold::IrpEvent);
        }
        if let Some(to) = irp.ring.and_then(|ring| node(k[ring].object)) {
            graph.add_edge(from, to, Hold::Ring);
        }
        if let Some(to) = irp.other.and_then(|other| node(k[other].object)) {
            graph.add_edge(from, to, Hold::IrpSocket);
        }
    }
}

/// What stands at the nodes of the objects, in order of object.
type Nodes = [(Id<Object>, NodeIndex)];

fn node(nodes: &Nodes, object: Id<Object>) -> Option<NodeIndex> {
    nodes.binary_search_by_key(&object, |pair| pair.0).ok().map(|at| nodes[at].1)
}

fn add_jobs(k: &Kernel, graph: &mut DiGraph<Holder, Hold>, nodes: &Nodes) {
    let node = |object: Id<Object>| node(nodes, object);
    for (_, process) in k.all::<Process>() {
        let job = process.job.map(|job| k[job].object);
        if let (Some(from), Some(to)) = (node(process.object), job.and_then(node)) {
            graph.add_edge(from, to, Hold::Job);
        }
    }
    for (_, job) in k.all::<Job>() {
        let parent = job.parent.and_then(|parent| node(k[parent].object));
        let port = job.port.and_then(|port| node(k[port].object));
        for (to, hold) in [(parent, Hold::ParentJob), (port, Hold::JobPort)] {
            if let (Some(from), Some(to)) = (node(job.object), to) {
                graph.add_edge(from, to, hold);
            }
        }
    }
}

fn add_rings(k: &Kernel, graph: &mut DiGraph<Holder, Hold>, nodes: &Nodes) {
    for (_, ring) in k.all::<IoRing>() {
        let Some(from) = node(nodes, ring.object) else { continue };
        let files = IoRing::FILES.of(ring).map(|file| (k[file].object, Hold::Registration));
        for (object, hold) in files.chain(ring.event.map(|event| (event, Hold::RingEvent))) {
            if let Some(to) = node(nodes, object) {
                graph.add_edge(from, to, hold);
            }
        }
    }
}

fn add_mapped(k: &Kernel, graph: &mut DiGraph<Holder, Hold>, nodes: &Nodes) {
    let areas = k.all::<ControlArea>().map(|(id, area)| (Holder::ControlArea(id), area.file));
    let maps = k.all::<CacheMap>().map(|(id, map)| (Holder::CacheMap(id), Some(map.file)));
    for (holder, file) in areas.chain(maps) {
        let from = graph.add_node(holder);
        if let Some(to) = file.and_then(|file| node(nodes, k[file].object)) {
            graph.add_edge(from, to, Hold::Mapped);
        }
    }
}

fn add_names(k: &Kernel, graph: &mut DiGraph<Holder, Hold>, nodes: &Nodes) {
    let system = graph.add_node(Holder::System);
    for object in [k.root_directory(), k.dos_devices()].into_iter().filter_map(|id| node(nodes, id)) {
        graph.add_edge(system, object, Hold::System);
    }
    for (object, own) in nodes {
        let directory = k[*object].directory.and_then(|directory| node(nodes, k[directory].object));
        if let Some(directory) = directory {
            graph.add_edge(directory, *own, Hold::Name);
            graph.add_edge(*own, directory, Hold::Parent);
        }
    }
}

/// How many references of an object are held by system services under way, which are no part of the graph.
pub fn under_way(k: &Kernel, graph: &DiGraph<Holder, Hold>, object: Id<Object>) -> u32 {
    k[object].pointer_count.saturating_sub(held_by(graph, object).len() as u32)
}

/// Who holds an object, one holder for each reference.
pub fn held_by(graph: &DiGraph<Holder, Hold>, object: Id<Object>) -> Vec<Holder> {
    let Some(node) = graph.node_indices().find(|node| graph[*node] == Holder::Object(object)) else {
        return Vec::new();
    };
    let mut holders: Vec<Holder> =
        graph.neighbors_directed(node, petgraph::Direction::Incoming).map(|from| graph[from]).collect();
    holders.reverse();
    holders
}
