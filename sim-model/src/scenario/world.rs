//! A world: a kernel, a program's actors and its labels, moved by atomic moves that can be undone.

use sim_core::delta::Delta;
use sim_core::io::buffer::Buffer;
use sim_core::io::device::Device;
use sim_core::io::iosb::Iosb;
use sim_core::io::port::Packet;
use sim_core::mm::view::View;
use sim_core::ob::header::Object;
use sim_core::ob::information::Information;
use sim_core::part::Part;
use sim_core::ps::apc::Apc;
use sim_core::ps::process::Process;
use sim_core::ps::schedule::{Choice, Progress, Step};
use sim_core::ps::system::Role;
use sim_core::ps::thread::Thread;
use sim_core::{Handle, Id, Kernel, Name, NtStatus};

use crate::scenario::condition::Refuted;
use crate::scenario::names::Names;
use crate::scenario::program::{ActionKind, DeviceDecl, LabelId, Marks, PathId, Program};
use crate::scenario::result::CallResult;
use crate::scenario::world_code::{actor_part, failed_part, label_part};

/// What a label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Nothing yet.
    Unbound,
    /// A handle, and the object it named when it was bound.
    Handle {
        /// Whose handle.
        process: Id<Process>,
        /// Its value.
        handle: Handle,
        /// The object; none if the call failed.
        object: Option<Id<Object>>,
    },
    /// A request, by its status block.
    Operation(Id<Iosb>),
    /// A buffer in the program's memory.
    Buffer(Id<Buffer>),
    /// A removed packet; none if there was none.
    Packet(Option<Id<Packet>>),
    /// A value that a call gave; none if it failed.
    Value(Option<i32>),
    /// A user APC.
    Apc(Id<Apc>),
    /// A view; its call may not have mapped it.
    View(Id<View>),
    /// The answer of a query; none if it failed.
    Information(Option<Id<Information>>),
}

/// How far an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActorState {
    /// The next action, or the one it is inside.
    pub next: usize,
    /// The thread that performs the action it is inside.
    pub inside: Option<Id<Thread>>,
    /// How far a call is that is more than one system service.
    pub stage: Stage,
}

/// How far a call is that is more than one service: one that makes a handle and goes on with it, as CreateIoCompletionPort
/// for a file, WaitNamedPipe and accept, or that waits for its own request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// In its first service, as every other call.
    First,
    /// It made this handle and is in its second service: it binds the file to the port, or waits for the pipe.
    Binding(Handle),
    /// That ended so, and it closes the handle again.
    Closing(NtStatus),
    /// A read or write of an asynchronous file without an OVERLAPPED, or a call of a socket: this is its own status block,
    /// and the first waits for the file if the request is pending.
    Own(Id<Iosb>),
}

/// An atomic move of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Move {
    /// An actor begins its next action.
    Begin(usize),
    /// A thread takes a step.
    Step(Step),
}

/// What a move brought about, beside the changes in the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The call of this actor's action returned.
    Returned {
        /// Who.
        actor: usize,
        /// Which of its actions.
        action: usize,
        /// What it returned.
        result: CallResult,
        /// Whether that was expected.
        met: bool,
    },
    /// A check was made.
    Checked {
        /// Who.
        actor: usize,
        /// Which of its actions.
        action: usize,
        /// Why it does not hold, if it does not.
        refuted: Option<Refuted>,
    },
    /// The world's own action is done.
    Done {
        /// Who.
        actor: usize,
        /// Which of its actions.
        action: usize,
        /// How it ended.
        status: NtStatus,
    },
}

impl Event {
    /// The line that the event shows to be other than expected, if it does.
    fn failed(&self) -> Option<(usize, usize)> {
        match self {
            Event::Returned { actor, action, met: false, .. }
            | Event::Checked { actor, action, refuted: Some(_) } => Some((*actor, *action)),
            _ => None,
        }
    }
}

#[derive(Clone)]
enum Undo {
    Failed,
    Actor(usize, ActorState),
    Label(LabelId, Binding),
}

/// A point to undo to. The default is the point before which nothing can be undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    kernel: usize,
    own: usize,
}

/// A program on its way.
#[derive(Clone)]
pub struct World<'p> {
    pub(super) program: &'p Program,
    pub(super) kernel: Kernel,
    pub(super) processes: Vec<Id<Process>>,
    pub(super) threads: Vec<Option<Id<Thread>>>,
    pub(super) devices: Vec<Id<Device>>,
    paths: Vec<Name>,
    pub(super) nobodys_iosb: Id<Iosb>,
    pub(super) actors: Vec<ActorState>,
    pub(super) labels: Vec<Binding>,
    /// The first line that was not as expected, as (actor, action).
    pub(super) failed: Option<(usize, usize)>,
    journal: Vec<Undo>,
}

/// A process of the program; if a call makes it, it does not exist yet.
fn process(kernel: &mut Kernel, name: &str, marks: Marks) -> Id<Process> {
    let process = if marks.made_by_call { kernel.declare_process(name) } else { kernel.create_process(name) };
    kernel.observe(process, marks.debugged, marks.strict);
    process
}

impl<'p> World<'p> {
    /// The world at the beginning: devices, processes and threads exist, nothing was called.
    pub fn new(program: &'p Program) -> World<'p> {
        let mut kernel = Kernel::new(program.profile);
        kernel.set_handle_policy(program.handles);
        kernel.set_ring_policy(program.rings);
        let mut devices: Vec<Id<Device>> = Vec::new();
        let drivers: Vec<u32> =
            program.drivers.iter().map(|driver| kernel.load_driver(driver.clone())).collect();
        for DeviceDecl { name, driver, program, over, answer } in &program.devices {
            let device = match (program, over) {
                (Some(program), over) => {
                    let over = over.map(|below| devices[below]);
                    kernel.create_program_device(name, drivers[*program], over)
                }
                (None, Some(below)) => kernel.create_filter(name, *driver, devices[*below]),
                (None, None) => kernel.create_device(name, *driver),
            };
            kernel.set_answer(device, *answer);
            devices.push(device);
        }
        if program.has_pipes {
            kernel.create_pipe_device();
        }
        if program.has_sockets {
            kernel.create_socket_device();
        }
        let processes: Vec<_> = program
            .processes
            .iter()
            .zip(&program.marks)
            .map(|(name, marks)| process(&mut kernel, name, *marks))
            .collect();
        let threads = program
            .actors
            .iter()
            .map(|actor| {
                let (process, name) = (actor.process?, &actor.name);
                Some(match program.marks[process].made_by_call {
                    true => kernel.declare_thread(processes[process], name, Role::Program),
                    false => kernel.create_thread(processes[process], name),
                })
            })
            .collect();
        let paths = program.paths.iter().map(|path| kernel.path(path)).collect();
        let nobodys_iosb = kernel.create_iosb();
        kernel.forget();
        let process = kernel.system_process();
        let unbound = Binding::Handle { process, handle: Handle(0x00BA_D000), object: None };
        World {
            kernel,
            processes,
            threads,
            devices,
            paths,
            nobodys_iosb,
            actors: vec![ActorState { next: 0, inside: None, stage: Stage::First }; program.actors.len()],
            labels: program
                .labels
                .iter()
                .map(|label| if label.unbound { unbound } else { Binding::Unbound })
                .collect(),
            failed: None,
            journal: Vec::new(),
            program,
        }
    }

    /// The program.
    pub const fn program(&self) -> &'p Program {
        self.program
    }

    /// The kernel.
    pub const fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// What a label names.
    pub fn binding(&self, label: LabelId) -> Binding {
        self.labels[label]
    }

    /// How far an actor is.
    pub fn actor(&self, actor: usize) -> ActorState {
        self.actors[actor]
    }

    /// The thread of an actor; none for an environment.
    pub fn thread(&self, actor: usize) -> Option<Id<Thread>> {
        self.threads[actor]
    }

    /// A process of the program.
    pub fn process(&self, process: usize) -> Id<Process> {
        self.processes[process]
    }

    /// A device of the program.
    pub fn device(&self, device: usize) -> Id<Device> {
        self.devices[device]
    }

    /// A path of the program.
    pub(super) fn path(&self, path: PathId) -> Name {
        self.paths[path]
    }

    /// What things are called.
    pub fn names(&self) -> Names<'_> {
        Names::of(self)
    }

    /// A point to undo to, and from which on changes are listed.
    pub fn mark(&self) -> Mark {
        Mark { kernel: self.kernel.mark(), own: self.journal.len() }
    }

    /// The kernel's changes since `mark`.
    pub fn since(&self, mark: Mark) -> &[Delta] {
        self.kernel.since(mark.kernel)
    }

    /// Appends the parts that changed since what came before was forgotten, in no order, some more than once.
    pub(super) fn changed_parts(&self, out: &mut Vec<Part>) {
        out.extend(self.kernel.since(0).iter().map(|delta| delta.change.part()));
        out.extend(self.journal.iter().map(|undo| match undo {
            Undo::Failed => failed_part(),
            Undo::Actor(actor, _) => actor_part(*actor),
            Undo::Label(label, _) => label_part(*label),
        }));
    }

    /// Takes everything since `mark` back.
    pub fn undo_to(&mut self, mark: Mark) {
        self.kernel.undo_to(mark.kernel);
        while self.journal.len() > mark.own {
            match self.journal.pop() {
                Some(Undo::Actor(actor, state)) => self.actors[actor] = state,
                Some(Undo::Label(label, binding)) => self.labels[label] = binding,
                Some(Undo::Failed) => self.failed = None,
                None => {}
            }
        }
    }

    /// Forgets how the world came about.
    pub fn forget(&mut self) {
        self.kernel.forget();
        self.journal.clear();
    }

    /// Whether an actor can begin its next action.
    pub fn can_begin(&self, actor: usize) -> bool {
        let state = self.actors[actor];
        let Some(action) = self.program.actors[actor].actions.get(state.next) else { return false };
        if self.kernel.has_stopped()
            || state.inside.is_some()
            || action.needs.iter().any(|label| self.labels[*label] == Binding::Unbound)
        {
            return false;
        }
        let performer = match &action.kind {
            ActionKind::Complete { device, .. } | ActionKind::Calls { device, .. } => {
                self.kernel[self.devices[*device]].thread
            }
            ActionKind::System { .. } => self.kernel.worker(),
            _ => match self.threads[actor] {
                Some(thread) => thread,
                None => return true,
            },
        };
        let alive = self.threads[actor].is_none_or(|thread| {
            let thread = &self.kernel[thread];
            thread.created && !thread.terminating
        });
        let free = match &action.kind {
            ActionKind::Calls { device, routine, .. } => {
                self.kernel.can_call_driver_routine(self.devices[*device], *routine)
            }
            _ => matches!(self.kernel.progress(performer), Progress::Idle(_)),
        };
        alive && free
    }

    /// Appends every move that can be made now, in canonical order.
    pub fn enabled(&self, out: &mut Vec<Move>) {
        out.extend((0..self.actors.len()).filter(|actor| self.can_begin(*actor)).map(Move::Begin));
        out.extend(self.kernel.steps().map(Move::Step));
        if out.is_empty() {
            out.extend(self.kernel.overdue().map(Move::Step));
        }
    }

    /// Makes a move. What it brought about is appended to `events`.
    pub fn take(&mut self, step: Move, events: &mut Vec<Event>) {
        let before = events.len();
        match step {
            Move::Begin(actor) => self.begin(actor, events),
            Move::Step(step) => {
                self.kernel.take(step);
                self.finish_if_back(step.thread, events);
            }
        }
        let failed = events[before..].iter().find_map(Event::failed);
        if let (None, Some(failed)) = (self.failed, failed) {
            self.failed = Some(failed);
            self.journal.push(Undo::Failed);
        }
    }

    /// The first line that was not as expected, as (actor, action).
    pub const fn failed(&self) -> Option<(usize, usize)> {
        self.failed
    }

    /// Who makes a move and what it is, as a schedule writes it.
    pub fn move_name(&self, step: Move) -> (&str, String) {
        match step {
            Move::Begin(actor) => (&self.program.actors[actor].name, "begin".into()),
            Move::Step(Step { choice: Choice::TimerDue(timer), .. }) => {
                let timer = self.names().object(self.kernel[timer].object);
                ("clock", format!("KiTimerExpiration {timer}"))
            }
            Move::Step(step) => {
                let name = self.kernel.step_name(step);
                let thread = self.kernel.name(self.kernel[step.thread].name);
                match step.choice {
                    Choice::Slot(handle) => (thread, format!("{} {} {handle}", name.routine, name.label)),
                    _ => (thread, format!("{} {}", name.routine, name.label)),
                }
            }
        }
    }

    /// The thread that makes a move: for an environment's own action the System process's first.
    pub fn mover(&self, step: Move) -> Id<Thread> {
        match step {
            Move::Begin(actor) => self.threads[actor].unwrap_or(Id::at(0)),
            Move::Step(step) => step.thread,
        }
    }

    pub(super) fn set_actor(&mut self, actor: usize, state: ActorState) {
        self.journal.push(Undo::Actor(actor, self.actors[actor]));
        self.actors[actor] = state;
    }

    pub(super) fn bind(&mut self, label: LabelId, binding: Binding) {
        if let Binding::Handle { object: Some(object), .. } = binding {
            self.kernel.watch(object);
        }
        self.journal.push(Undo::Label(label, self.labels[label]));
        self.labels[label] = binding;
    }
}
