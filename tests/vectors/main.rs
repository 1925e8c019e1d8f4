//! Conformance vectors: what tests that run on real Windows assert, id by id, one file a family.

mod access;
mod b;
mod b_cancel;
mod b_driver;
mod c;
mod c_io;
mod charged;
mod d_io;
mod d_signals;
mod e_ports;
mod f;
mod f_kernel;
mod g;
mod h;
mod i;
mod j;
mod names;
mod notify;
mod p;
mod p_exit;
mod p_sockets;
mod pipe_signals;
mod pipe_synchronous;
mod pipes;
mod processes;
mod r;
mod real;
mod sections;
mod stacks;
mod story;
mod types;
mod waits;

use sim_core::nt::create_object::NtCreateEvent;
use sim_core::nt::event::NtSetEvent;
use sim_core::nt::wait::{NtWaitForSingleObject, Timeout};
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::profile::Profile;
use sim_core::ps::schedule::Progress;
use sim_core::{Handle, NtStatus};
use sim_tests::Machine;

/// A machine of today's Windows.
fn machine() -> Machine {
    Machine::new(Profile::default())
}

/// An event that the first process has a handle to.
fn event(machine: &mut Machine, manual_reset: bool) -> Handle {
    machine
        .call(
            0,
            NtCreateEvent::Create {
                access: MAXIMUM_ALLOWED,
                attributes: ObjectAttributes::UNNAMED,
                manual_reset,
                signaled: false,
            },
        )
        .unwrap()
        .value
        .handle()
}

/// What the tests of waits do to a machine, in short.
trait Waits {
    /// Whether a wait on it would be satisfied.
    fn signaled(&self, handle: Handle) -> bool;
    /// Begins a wait on a thread, for ever.
    fn wait(&mut self, thread: usize, handle: Handle, alertable: bool);
    /// The main thread sets an event.
    fn set(&mut self, event: Handle);
    /// A second handle to what a handle of one process names, made in another by a thread of the first that is in
    /// user mode.
    fn duplicate(&mut self, source: usize, handle: Handle, target: usize) -> Handle;
    /// A real handle to a thread, made by that thread in the first process.
    fn handle_of(&mut self, thread: usize) -> Handle;
    /// How the thread's call ended; none while it has not returned.
    fn ended(&mut self, thread: usize) -> Option<NtStatus>;
}

impl Waits for Machine {
    fn signaled(&self, handle: Handle) -> bool {
        self.k.is_signaled(self.object(handle))
    }

    fn wait(&mut self, thread: usize, handle: Handle, alertable: bool) {
        let timeout = Timeout::Infinite;
        self.call(thread, NtWaitForSingleObject::Reference { handle, alertable, timeout });
    }

    fn set(&mut self, event: Handle) {
        assert_eq!(self.call(0, NtSetEvent::of(event, true)).expect("it returns").status, NtStatus::SUCCESS);
    }

    fn duplicate(&mut self, source: usize, handle: Handle, target: usize) -> Handle {
        let (source, target) = (self.processes[source], self.processes[target]);
        let idle = |thread: &usize| {
            let id = self.threads[*thread];
            self.k[id].process == source && self.k.stack(id).is_empty()
        };
        let thread = (0..self.threads.len()).find(idle).expect("a thread in user mode");
        let call = ObDuplicateObject::Reference {
            source,
            handle,
            target: Some(target),
            wanted: Wanted::same_access(0, false),
        };
        self.call(thread, call).expect("it returns").value.handle()
    }

    fn handle_of(&mut self, thread: usize) -> Handle {
        let source = self.k[self.threads[thread]].process;
        let (handle, target) = (Handle::CURRENT_THREAD, self.processes[0]);
        let call = ObDuplicateObject::Reference {
            source,
            handle,
            target: Some(target),
            wanted: Wanted::same_access(0, false),
        };
        self.call(thread, call).expect("it returns").value.handle()
    }

    fn ended(&mut self, thread: usize) -> Option<NtStatus> {
        match self.k.run(self.threads[thread]) {
            Progress::Idle(returned) => returned.map(|returned| returned.status),
            _ => None,
        }
    }
}
