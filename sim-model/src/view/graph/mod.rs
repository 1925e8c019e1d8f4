//! The graph of a moment: who holds whom, with the names that a scenario gives them.

mod data;
mod dot;
mod json;
mod layers;
mod mermaid;
mod svg;
mod text;
mod why;

use sim_core::Id;
use sim_core::io::irp::Irp;
use sim_core::io::port::Port;
use sim_core::ob::header::{Body, Object};
use sim_core::ps::process::Process;
use sim_core::ps::system::Role;
use sim_core::ps::thread::Thread;

use petgraph::graph::{DiGraph, NodeIndex};

use crate::scenario::program::ActionKind;
use crate::scenario::world::{Binding, World};
use crate::view::changes::packet_in_words;
use crate::view::holders::{Hold, Holder, holders, under_way};
use crate::view::leaks::{Leak, leaks};
use crate::view::text::listed;

pub use data::{Link, Node, NodeKind};
pub use dot::render_dot;
pub use json::{render_json, render_why_json};
pub use mermaid::render_mermaid;
pub use svg::render_svg;
pub use text::{render_text, render_why};
pub use why::{Target, named};

/// The moment that a graph shows.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    /// The scenario's title.
    pub title: String,
    /// The file and the profile.
    pub place: String,
    /// When: after which step of how many, and which line that belongs to.
    pub when: String,
    /// The number of the step.
    pub step: usize,
    /// How many steps there are.
    pub steps: usize,
}

/// Who holds whom at one moment.
#[derive(Clone, Debug)]
pub struct Graph {
    /// When.
    pub moment: Moment,
    /// What there is.
    pub nodes: DiGraph<Node, Link>,
    /// What will never be freed, as sentences.
    pub leaks: Vec<String>,
}

impl Graph {
    /// The graph of a world as it is now.
    pub fn of(world: &World<'_>, moment: Moment) -> Graph {
        let first = World::new(world.program());
        let systems = first.kernel().all::<Object>().map(|(object, _)| object).collect();
        let mut builder = Builder { world, systems, nodes: DiGraph::new(), holders: Vec::new() };
        builder.held();
        builder.tables();
        builder.queues();
        builder.calls();
        let lost = leaks(world.kernel());
        builder.mark(&lost);
        Graph { moment, nodes: builder.nodes, leaks: lost.iter().map(|leak| sentence(world, leak)).collect() }
    }

    /// Every node with its number.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.node_indices().map(|at| (at.index(), &self.nodes[at]))
    }

    /// What lives by itself, because it runs or because nothing in the graph leads to it: where a reader begins.
    pub fn roots(&self) -> Vec<NodeIndex> {
        let alone =
            |node: &NodeIndex| self.nodes.neighbors_directed(*node, petgraph::Incoming).next().is_none();
        self.nodes.node_indices().filter(|node| self.nodes[*node].runs || alone(node)).collect()
    }
}

/// A leak as a sentence.
fn sentence(world: &World<'_>, leak: &Leak) -> String {
    let name = |object: Id<Object>| object_name(world, object);
    match leak {
        Leak::Unheld { object, references } => {
            let count = world.kernel()[*object].pointer_count;
            let many = if *references == 1 {
                "1 reference that nobody holds".into()
            } else {
                format!("{references} references that nobody holds")
            };
            format!("{} has {many}: PointerCount {count}, and it will never be freed", name(*object))
        }
        Leak::Circle(objects) => {
            let names: Vec<String> = objects.iter().map(|object| name(*object)).collect();
            format!(
                "{} hold each other and nothing else holds them: they will never be freed",
                listed(&names)
            )
        }
    }
}

/// A process or thread by its own name, whatever labels it has: those stand at its handles.
fn actor_title(world: &World<'_>, body: Body) -> Option<String> {
    match body {
        Body::Process(process) => Some(format!("process {}", world.names().process(process))),
        Body::Thread(thread) => Some(format!("thread {}", world.names().thread(thread))),
        _ => None,
    }
}

/// An object with its type in words: `the file object file`, `the ended process tool`.
pub(super) fn object_name(world: &World<'_>, object: Id<Object>) -> String {
    let (k, name) = (world.kernel(), world.names().object(object));
    let body = k.get(object).map(|header| header.body);
    if let Some(title) = body.and_then(|body| actor_title(world, body)) {
        let ended = match body {
            Some(Body::Process(process)) => k[process].ended,
            Some(Body::Thread(thread)) => k[thread].ended,
            _ => false,
        };
        return if ended { format!("the ended {title}") } else { title };
    }
    match body {
        Some(Body::Device(_)) | None => name,
        Some(Body::File(_)) => format!("the file object {name}"),
        Some(Body::Port(_)) => format!("the completion port {name}"),
        Some(Body::Event(_)) => format!("the event {name}"),
        Some(Body::Semaphore(_)) => format!("the semaphore {name}"),
        Some(Body::Mutant(_)) => format!("the mutant {name}"),
        Some(Body::Timer(_)) => format!("the timer {name}"),
        Some(Body::Job(_)) => format!("the job {name}"),
        Some(Body::Directory(_)) => format!("the directory {name}"),
        Some(Body::SymbolicLink(_)) => format!("the symbolic link {name}"),
        Some(body) => format!("the {} {name}", body.object_type().name().to_lowercase()),
    }
}

struct Builder<'w> {
    world: &'w World<'w>,
    /// The objects that were there before the scenario's first line.
    systems: Vec<Id<Object>>,
    nodes: DiGraph<Node, Link>,
    holders: Vec<(Holder, NodeIndex)>,
}

impl Builder<'_> {
    fn at(&self, holder: Holder) -> Option<NodeIndex> {
        let holder = match holder {
            Holder::Wait(thread) => Holder::Object(self.world.kernel()[thread].object),
            holder => holder,
        };
        self.holders.iter().find(|known| known.0 == holder).map(|known| known.1)
    }

    fn link(&mut self, from: Option<NodeIndex>, to: Option<NodeIndex>, link: Link) {
        if let (Some(from), Some(to)) = (from, to) {
            self.nodes.add_edge(from, to, link);
        }
    }

    /// Whether it is a part of the scenario, and not of the system that every scenario has.
    fn is_shown(&self, holder: Holder) -> bool {
        let k = self.world.kernel();
        match holder {
            Holder::Object(object) => match k[object].body {
                Body::Process(process) => process != k.system_process(),
                // The system's own threads only while they are at work.
                Body::Thread(thread) => k[thread].role == Role::Program || !k.stack(thread).is_empty(),
                _ => true,
            },
            Holder::Handle(..) | Holder::CacheMap(_) => true,
            Holder::ControlArea(area) => k[area].file.is_some(),
            Holder::Irp(irp) => k[irp].holds_file() || k[irp].maker.is_some() && !k[irp].freed,
            // A wait is its thread's.
            Holder::Wait(_) | Holder::System | Holder::Running => false,
        }
    }

    /// Whether it is a directory or link of the system's that nothing of the scenario has to do with.
    fn is_plumbing(&self, graph: &DiGraph<Holder, Hold>, node: NodeIndex) -> bool {
        let k = self.world.kernel();
        let of_names = |node: NodeIndex| match graph[node] {
            Holder::Object(object) => {
                let body = k[object].body;
                self.is_systems(object) && matches!(body, Body::Directory(_) | Body::SymbolicLink(_))
            }
            _ => false,
        };
        let is_among_names = |node: NodeIndex| {
            let mut around = graph.neighbors_undirected(node);
            around.all(|other| of_names(other) || graph[other] == Holder::System)
        };
        // A directory whose link is open is shown, for it holds the link; one above it is not.
        let is_open_link = |node: NodeIndex| {
            let is_link = matches!(graph[node], Holder::Object(object)
                if matches!(k[object].body, Body::SymbolicLink(_)));
            is_link && !is_among_names(node)
        };
        of_names(node) && is_among_names(node) && !graph.neighbors(node).any(is_open_link)
    }

    /// Whether it was there before the scenario's first line.
    fn is_systems(&self, object: Id<Object>) -> bool {
        self.systems.contains(&object)
    }

    /// What the holders' graph has.
    fn held(&mut self) {
        let k = self.world.kernel();
        let graph = holders(k);
        for node in graph.node_indices() {
            if !self.is_shown(graph[node]) || self.is_plumbing(&graph, node) {
                continue;
            }
            let runs = match graph[node] {
                Holder::Object(object) if matches!(k[object].body, Body::Directory(_)) => {
                    self.is_systems(object)
                }
                _ => {
                    graph.edges_directed(node, petgraph::Incoming).any(|edge| *edge.weight() == Hold::Running)
                }
            };
            let shown = self.node(graph[node], runs);
            let at = self.nodes.add_node(shown);
            self.holders.push((graph[node], at));
        }
        for edge in graph.edge_indices() {
            let Some((from, to)) = graph.edge_endpoints(edge) else { continue };
            // A directory of the system's lives without those that it names.
            let is_systems = matches!(graph[to], Holder::Object(object) if self.is_systems(object));
            if graph[edge] == Hold::Parent && is_systems {
                continue;
            }
            let by = match graph[from] {
                Holder::Wait(thread) => service(self.world, thread),
                _ => None,
            };
            let (from, to) = (self.at(graph[from]), self.at(graph[to]));
            self.link(from, to, Link { verb: verb(graph[edge]), reference: true, by });
        }
    }

    fn node(&self, holder: Holder, runs: bool) -> Node {
        let (k, names) = (self.world.kernel(), self.world.names());
        match holder {
            Holder::Object(object) => {
                let header = &k[object];
                let is_kept = matches!(header.body, Body::Directory(_)) && self.is_systems(object);
                let kind = match header.body {
                    Body::Process(_) => NodeKind::Process,
                    Body::Thread(_) => NodeKind::Thread,
                    Body::Device(_) => NodeKind::Device,
                    _ => NodeKind::Object,
                };
                Node {
                    kind,
                    title: actor_title(self.world, header.body).unwrap_or_else(|| names.object(object)),
                    name: object_name(self.world, object),
                    type_name: header.body.object_type().name(),
                    // Most of what holds a directory of the system's is not shown.
                    counts: (!is_kept).then_some((header.handle_count, header.pointer_count)),
                    runs,
                    lost: 0,
                    object: Some(object),
                }
            }
            Holder::Handle(process, handle) => {
                let bound = |binding| {
                    matches!(binding, Binding::Handle { process: of, handle: value, .. }
                    if of == process && value == handle)
                };
                let labels = self.world.program().labels.iter().enumerate();
                let label =
                    labels.filter(|(at, _)| bound(self.world.binding(*at))).map(|(_, label)| &label.name);
                let label = label.map(String::as_str).next();
                let name = format!("handle {handle}");
                let name = label.map_or_else(|| name.clone(), |label| format!("{name} (label {label})"));
                Node::plain(NodeKind::Handle, name.clone(), name)
            }
            Holder::Irp(irp) => {
                let name = names.irp(&k[irp]);
                Node::plain(NodeKind::Irp, name.clone(), format!("the {name}"))
            }
            Holder::ControlArea(area) => {
                let name = names.control_area(area);
                Node::plain(NodeKind::Memory, name.clone(), format!("the {name}"))
            }
            Holder::CacheMap(map) => {
                let name = names.cache_map(map);
                Node::plain(NodeKind::Memory, name.clone(), format!("the {name}"))
            }
            Holder::Wait(_) | Holder::System | Holder::Running => {
                Node::plain(NodeKind::Object, String::new(), String::new())
            }
        }
    }

    /// Processes have handles.
    fn tables(&mut self) {
        let k = self.world.kernel();
        for (holder, at) in self.holders.clone() {
            if let Holder::Handle(process, _) = holder {
                let process =
                    k.get(process).and_then(|process: &Process| self.at(Holder::Object(process.object)));
                self.link(process, Some(at), Link::fact("holds"));
            }
        }
    }

    /// Devices have not completed IRPs, requests wait for those that drivers have made for them, and ports have packets.
    fn queues(&mut self) {
        let k = self.world.kernel();
        for (irp, record) in k.all::<Irp>().filter(|(_, irp)| !irp.freed) {
            let (device, verb) = match record.completed {
                true => (k[record.file].device, "has completed"),
                false => (Some(k.device_of(irp)), "has not completed"),
            };
            let device = device.and_then(|device| self.at(Holder::Object(k[device].object)));
            let irp = self.at(Holder::Irp(irp));
            self.link(device, irp, Link::fact(verb));
            let request = record.made_for().and_then(|request| self.at(Holder::Irp(request)));
            self.link(request, irp, Link::fact("waits for"));
        }
        for (_, port) in k.all::<Port>() {
            let from = self.at(Holder::Object(port.object));
            for packet in Port::PACKETS.of(port) {
                let packet = &k[packet];
                let name = format!("packet {}", packet_in_words(self.world, packet));
                let node = Node::plain(NodeKind::Packet, name.clone(), format!("the {name}"));
                let at = self.nodes.add_node(node);
                self.link(from, Some(at), Link::fact("queues"));
            }
        }
    }

    /// Threads hold, by the calls they are in, what no record holds.
    fn calls(&mut self) {
        let k = self.world.kernel();
        let graph = holders(k);
        for (object, _) in k.all::<Object>().filter(|(_, header)| !header.deleted) {
            let left = under_way(k, &graph, object) as usize;
            let Some(to) = self.at(Holder::Object(object)).filter(|_| left > 0) else { continue };
            let threads = k.all::<Thread>().filter_map(|(_, record)| match k[record.object].body {
                Body::Thread(thread) => Some(thread),
                _ => None,
            });
            let callers: Vec<Id<Thread>> =
                threads.filter(|thread| k.call_mentions(*thread, object)).collect();
            // Which of several calls holds how many references no frame says: one for each, and the rest for the last.
            for (at, thread) in callers.iter().enumerate().take(left) {
                let rest = if at + 1 == callers.len() { left - at } else { 1 };
                let from = self.at(Holder::Object(k[*thread].object));
                let by = service(self.world, *thread);
                for _ in 0..rest {
                    self.link(from, Some(to), Link { verb: "holds", reference: true, by });
                }
            }
        }
    }

    fn mark(&mut self, leaks: &[Leak]) {
        for leak in leaks {
            let objects: Vec<(Id<Object>, u32)> = match leak {
                Leak::Unheld { object, references } => vec![(*object, *references)],
                Leak::Circle(objects) => objects.iter().map(|object| (*object, 1)).collect(),
            };
            for (object, references) in objects {
                if let Some(at) = self.at(Holder::Object(object)) {
                    self.nodes[at].lost = references;
                }
            }
        }
    }
}

/// The call that a thread is in; the routine, where it is in none of its program's.
fn service(world: &World<'_>, thread: Id<Thread>) -> Option<&'static str> {
    let program = world.program();
    let call = program.actors.iter().enumerate().find_map(|(at, actor)| {
        let state = world.actor(at);
        match actor.actions.get(state.next).map(|action| &action.kind) {
            Some(ActionKind::Call(call)) if state.inside == Some(thread) => Some(call.row.spec.name),
            _ => None,
        }
    });
    call.or_else(|| world.kernel().stack(thread).first().map(|frame| frame.step_name().routine))
}

const fn verb(hold: Hold) -> &'static str {
    match hold {
        Hold::IrpEvent => "holds as its event",
        Hold::IrpSocket => "holds as its second socket",
        Hold::Port | Hold::JobPort => "holds as its port",
        Hold::Name => "names",
        Hold::Parent => "holds as its directory",
        Hold::Ring => "reports to",
        Hold::Registration => "registered",
        Hold::RingEvent => "sets",
        Hold::Wait => "waits for",
        Hold::Job => "is in",
        Hold::ParentJob => "is nested in",
        Hold::Handle | Hold::IrpFile | Hold::Mapped | Hold::Process | Hold::System | Hold::Running => "holds",
    }
}
