//! What comes next in a run: the steps of an actor inside its call, and, when nothing else can happen, time.

use sim_core::ob::header::Object;
use sim_core::ps::schedule::{Choice, Step};

use crate::scenario::world::World;

impl World<'_> {
    /// The step that the actor's own thread can take inside its call.
    pub(crate) fn own_step(&self, actor: usize) -> Option<Step> {
        let thread = self.actor(actor).inside?;
        self.kernel().choice(thread).map(|choice| Step { thread, choice })
    }

    /// What happens next when nothing but time is left: the first timer that somebody waits for becomes due, or else the
    /// first wait with a time limit runs out, or else any timer becomes due.
    pub(crate) fn next_in_time(&self) -> Option<Step> {
        let kernel = self.kernel();
        let awaited = |step: &Step| match step.choice {
            Choice::TimerDue(timer) => Object::WAITERS.first(&kernel[kernel[timer].object]).is_some(),
            _ => false,
        };
        let limited = || {
            (0..self.program().actors.len()).find_map(|actor| {
                let thread = self.thread(actor).filter(|thread| kernel.can_time_out(*thread))?;
                Some(Step { thread, choice: Choice::TimeOut })
            })
        };
        let of_drivers = || kernel.steps().find(|step| step.choice == Choice::TimeOut);
        kernel
            .timers_due()
            .find(awaited)
            .or_else(limited)
            .or_else(of_drivers)
            .or_else(|| kernel.timers_due().next())
            .or_else(|| kernel.overdue())
    }
}
