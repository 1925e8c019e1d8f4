//! The scheduler's view: which steps can be taken now, and taking one.

use alloc::vec::Vec;

use crate::delta::Delta;
use crate::drivers::ntfs::transfer::NtfsFspDispatch;
use crate::drivers::program::work;
use crate::finding::{About, Rule};
use crate::frame::{Frame, Next, Returned, StepName};
use crate::io::finish::IopCompleteRequest;
use crate::io::irp::Irp;
use crate::ke::timer::Timer;
use crate::kernel::Kernel;
use crate::ob::delete::ObpDeleteObject;
use crate::ob::policy::Reuse;
use crate::ps::exit::PspExitThread;
use crate::ps::process::Process;
use crate::ps::system::{Role, System};
use crate::ps::thread::Thread;
use crate::word::{Handle, Id};

/// What can be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// The thread takes the step it is at.
    Run,
    /// The thread takes the special kernel APC that waits for it.
    DeliverApc,
    /// The time of the thread's wait runs out.
    TimeOut,
    /// The thread takes the step it is at, and the handle that the step makes gets this value.
    Slot(Handle),
    /// Driver Verifier's time for a cancelled IRP is over. It counts as the system worker's, and can be taken when
    /// nothing else can.
    Overdue(Id<Irp>),
    /// A timer's time has come. The step counts as the system worker's, whose own work it does not touch.
    TimerDue(Id<Timer>),
}

/// One atomic step that can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// Who takes it.
    pub thread: Id<Thread>,
    /// Which of the thread's possible steps it is.
    pub choice: Choice,
}

/// How far a thread is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is in user mode; the last call, if any, returned this.
    Idle(Option<Returned>),
    /// It can take a step.
    Ready,
    /// It waits.
    Blocked,
    /// It has ended.
    Ended,
}

impl Kernel {
    /// Starts a system service on a thread that is in user mode.
    ///
    /// # Panics
    /// If the thread is inside the system already or has ended.
    pub fn start(&mut self, thread: Id<Thread>, service: impl Into<Frame>) {
        assert!(
            self.stack(thread).is_empty() && !self[thread].ended,
            "a thread makes one system call at a time"
        );
        self.set(thread, Thread::RETURNED, None, "");
        self.enter(thread, service.into());
        self.activate_queues();
    }

    /// What the last call of a thread in user mode returned, read once.
    pub fn collect(&mut self, thread: Id<Thread>) -> Option<Returned> {
        let returned = self[thread].returned;
        self.set(thread, Thread::RETURNED, None, "");
        returned
    }

    /// How far a thread is.
    pub fn progress(&self, thread: Id<Thread>) -> Progress {
        if self[thread].ended {
            return Progress::Ended;
        }
        match (self.choice(thread), self.stack(thread)) {
            (Some(_), _) => Progress::Ready,
            (None, []) => Progress::Idle(self[thread].returned),
            (None, _) => Progress::Blocked,
        }
    }

    /// The step a thread would take next, leaving aside that its wait may time out.
    pub fn choice(&self, thread: Id<Thread>) -> Option<Choice> {
        let record = &self[thread];
        if record.ended || !record.created || self.has_stopped() {
            return None;
        }
        if record.apc_level == 0 && Thread::APCS.first(record).is_some() {
            return Some(Choice::DeliverApc);
        }
        let ready = match self.stack(thread).last() {
            Some(frame) => frame.ready(self, thread),
            None => record.terminating || self.has_work(thread),
        };
        ready.then_some(Choice::Run)
    }

    /// Whether the system has stopped: KeBugCheckEx was called. Nobody takes a step any more.
    pub fn has_stopped(&self) -> bool {
        self.findings().iter().any(|finding| finding.rule.stops())
    }

    /// Whether the thread is in a wait whose time can run out.
    pub fn can_time_out(&self, thread: Id<Thread>) -> bool {
        let Some(frame) = self.stack(thread).last() else { return false };
        frame.time_out().is_some() && !frame.ready(self, thread) && !self[thread].ended && !self.has_stopped()
    }

    /// Every step that can be taken now, in order of thread; time-outs come after everything else, and then timers.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        let ready = self.all::<Thread>().flat_map(|(thread, _)| {
            let choice = self.choice(thread);
            let values = self.values_to_choose(thread, choice);
            let run = choice.filter(|_| values.is_empty());
            run.into_iter()
                .chain(values.into_iter().map(Choice::Slot))
                .map(move |choice| Step { thread, choice })
        });
        let timeouts = self.all::<Thread>().filter(|(thread, _)| self.can_time_out(*thread));
        ready
            .chain(timeouts.map(|(thread, _)| Step { thread, choice: Choice::TimeOut }))
            .chain(self.timers_due())
    }

    /// The step by which Driver Verifier tells of a cancelled IRP that was not completed: for a caller that has found
    /// that nothing else can happen, so that no time would help.
    pub fn overdue(&self) -> Option<Step> {
        if !self.profile().verifier || self.has_stopped() {
            return None;
        }
        let irp = self.overdue_irp()?;
        Some(Step { thread: Id::at(0), choice: Choice::Overdue(irp) })
    }

    /// The values among which the next step of a thread chooses, if it makes a handle and the policy leaves a choice.
    fn values_to_choose(&self, thread: Id<Thread>, choice: Option<Choice>) -> Vec<Handle> {
        if self.policy.reuse != Reuse::Any || choice != Some(Choice::Run) {
            return Vec::new();
        }
        let process = self.stack(thread).last().and_then(|frame| frame.inserts_into(self, thread));
        process.map_or_else(Vec::new, |process| self.free_values(process))
    }

    /// The first step that can be taken and is its thread's own affair.
    pub fn local_step(&self) -> Option<Step> {
        self.all::<Thread>().find_map(|(thread, _)| {
            let step = Step { thread, choice: self.choice(thread)? };
            self.is_local(step).then_some(step)
        })
    }

    /// Whether an enabled step is its thread's own affair: until it is taken, no step of another makes a difference to
    /// it, and it makes none to theirs, to the counts or to what a program sees.
    ///
    /// An APC may come before it. The APC works above the frame that the step changes, leaves what the last routine
    /// returned alone, and changes nothing that a local step reads: so the step may as well be taken before the APC.
    /// Where a port counts which of its threads run, a step into a wait is never only the thread's own affair.
    pub fn is_local(&self, step: Step) -> bool {
        let Step { thread, choice } = step;
        choice == Choice::Run
            && self[thread].queue.is_none()
            && self.stack(thread).last().is_some_and(|frame| frame.is_local(self, thread))
    }

    /// The name of the step that `step` would take.
    pub fn step_name(&self, step: Step) -> StepName {
        match (step.choice, self.stack(step.thread).last()) {
            (Choice::DeliverApc, _) => StepName {
                routine: "KiDeliverApc",
                label: "APC",
                does: "interrupt the thread to finish an IRP that was completed for it",
            },
            (Choice::Overdue(_), _) => StepName {
                routine: "Driver Verifier",
                label: "0xC4",
                does: "Driver Verifier's time for the cancelled IRP is over, and nothing will complete it",
            },
            (Choice::TimerDue(_), _) => {
                StepName { routine: "KiTimerExpiration", label: "due", does: "the timer's time has come" }
            }
            (Choice::TimeOut, Some(frame)) => {
                StepName { label: "time", does: "the time of the wait runs out", ..frame.step_name() }
            }
            (_, Some(frame)) => frame.step_name(),
            (_, None) if self[step.thread].terminating => PspExitThread::Start {}.step_name(),
            (_, None) if self[step.thread].role == Role::Device => work::TIMER_DUE,
            (_, None) => {
                StepName { routine: "ExpWorkerThread", label: "work", does: "take the next work item" }
            }
        }
    }

    /// Takes one step. Returns what it changed.
    ///
    /// # Panics
    /// If the step is not among those that [`Kernel::steps`] lists.
    pub fn take(&mut self, step: Step) -> &[Delta] {
        let mark = self.mark();
        let thread = step.thread;
        match (step.choice, self.stack(thread).last().copied()) {
            (Choice::DeliverApc, _) => self.deliver_apc(thread),
            (Choice::TimerDue(timer), _) => self.expire_timer(timer),
            (Choice::Overdue(irp), _) => self.report(Rule::CancelledNotCompleted, About::Irp(irp), 0),
            (Choice::TimeOut, Some(frame)) => {
                let next = frame.time_out().expect("only a wait with a time limit times out");
                self.leave_wait_lists(thread);
                self.go_on(thread, next);
            }
            (choice, Some(frame)) => {
                if let (Choice::Slot(handle), Some(process)) = (choice, frame.inserts_into(self, thread)) {
                    self.set(process, Process::CHOSEN, handle, "");
                }
                let next = frame.step(self, thread);
                self.go_on(thread, next);
            }
            (_, None) if self[thread].terminating => self.enter(thread, PspExitThread::Start {}.into()),
            (_, None) => self.take_work(thread),
        }
        self.activate_queues();
        self.since(mark)
    }

    fn go_on(&mut self, thread: Id<Thread>, next: Next) {
        match next {
            Next::Goto(frame) => self.go_to(thread, frame),
            Next::Call { resume, callee } => {
                self.go_to(thread, resume);
                self.enter(thread, callee);
            }
            Next::Return(returned) => self.leave(thread, Some(returned)),
            Next::Dismiss => self.leave(thread, self[thread].returned),
        }
    }

    fn deliver_apc(&mut self, thread: Id<Thread>) {
        let irp = Thread::APCS.first(&self[thread]).expect("an APC waits for the thread");
        self.remove(thread, Thread::APCS, irp, "the thread takes the APC");
        if self[irp].freed {
            return self.report(Rule::IrpUsedAfterFree, About::Irp(irp), 0);
        }
        self.interrupt_wait(thread);
        self.raise(thread);
        self.enter(thread, IopCompleteRequest::WriteStatusBlock { irp, inline: false }.into());
    }

    fn has_work(&self, thread: Id<Thread>) -> bool {
        let system = &self[self.system_id()];
        let has_work = System::REAPER.first(system).is_some() || System::POSTED.first(system).is_some();
        self[thread].role == Role::Worker && has_work || self.queued_routine(thread).is_some()
    }

    fn take_work(&mut self, thread: Id<Thread>) {
        let system = self.system_id();
        if let Some(object) = System::REAPER.first(&self[system]) {
            self.remove(system, System::REAPER, object, "the worker takes it up");
            self.enter(thread, ObpDeleteObject::Start { object }.into());
        } else if let Some(irp) = System::POSTED.first(&self[system]) {
            self.remove(system, System::POSTED, irp, "the worker takes it up");
            self.enter(thread, NtfsFspDispatch::Start { irp }.into());
        } else if let Some(object) = self.queued_routine(thread) {
            let routine = self.call_queued(object);
            self.enter(thread, routine);
        }
    }

    /// Takes steps of `thread` until its call returns, it blocks or it ends.
    pub fn run(&mut self, thread: Id<Thread>) -> Progress {
        while let Some(choice) = self.choice(thread) {
            if self.stack(thread).is_empty() && choice == Choice::Run {
                break;
            }
            self.take(Step { thread, choice });
        }
        self.progress(thread)
    }

    /// The next step that the system itself has to take: an APC, a worker's or a device's step, a thread on its
    /// way out. `None` when only programs can go on.
    pub fn system_step(&self) -> Option<Step> {
        self.all::<Thread>().find_map(|(thread, record)| {
            let choice = self.choice(thread)?;
            let inside_apc = self.stack(thread).last().is_some_and(Frame::is_apc);
            let system = choice == Choice::DeliverApc
                || record.role != Role::Program
                || record.terminating
                || inside_apc;
            system.then_some(Step { thread, choice })
        })
    }
}
