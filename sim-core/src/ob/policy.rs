//! What the sources leave open about handle tables, as a choice of whoever sets a kernel up.

use alloc::vec::Vec;

use crate::kernel::Kernel;
use crate::ob::table::{MOST_HANDLES, PAGE};
use crate::ps::process::Process;
use crate::word::{Handle, Id, word_enum};

word_enum! {
    /// Which free value of a table is given out next.
    pub enum Reuse {
        /// The one freed last, as real Windows does.
        Lifo = "lifo",
        /// The one freed first: a value stays free for as long as possible.
        Fifo = "fifo",
        /// The lowest.
        Lowest = "lowest",
        /// Each of them, and the first that was never used: a choice for whoever takes the steps.
        Any = "any",
    }
}

/// How handle tables behave where a program may not rely on it. A setting, not part of the state.
///
/// ```
/// use sim_core::Kernel;
/// use sim_core::ob::policy::{HandlePolicy, Reuse};
/// let mut kernel = Kernel::new(Default::default());
/// assert_eq!(kernel.handle_policy(), HandlePolicy { reuse: Reuse::Lifo, most_handles: 16_711_680 });
/// kernel.set_handle_policy(HandlePolicy { reuse: Reuse::Fifo, most_handles: 3 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandlePolicy {
    /// Which free value is given out next.
    pub reuse: Reuse,
    /// Open handles that one process can have; a handle too many is STATUS_INSUFFICIENT_RESOURCES. Windows: 2^24
    /// entries, one in 256 of which is reserved.
    pub most_handles: u32,
}

impl Default for HandlePolicy {
    fn default() -> Self {
        HandlePolicy { reuse: Reuse::Lifo, most_handles: MOST_HANDLES - MOST_HANDLES / PAGE }
    }
}

impl Kernel {
    /// How its handle tables behave.
    pub const fn handle_policy(&self) -> HandlePolicy {
        self.policy
    }

    /// Chooses how its handle tables behave. To be called before the first step.
    pub fn set_handle_policy(&mut self, policy: HandlePolicy) {
        self.policy = policy;
    }

    /// The values that the next handle of a process can get. More than one only under [`Reuse::Any`]; none if the
    /// process has as many handles as it can have.
    pub fn free_values(&self, process: Id<Process>) -> Vec<Handle> {
        match self.policy.reuse {
            Reuse::Any if !self.is_full(process) => {
                Process::FREED.of(&self[process]).chain(self.unused_value(process)).collect()
            }
            _ => self.next_value(process).into_iter().collect(),
        }
    }

    /// The value that the next handle of a process gets, if nobody chooses.
    pub(crate) fn next_value(&self, process: Id<Process>) -> Option<Handle> {
        if self.is_full(process) {
            return None;
        }
        let freed = match self.policy.reuse {
            Reuse::Lifo => Process::FREED.last(&self[process]),
            Reuse::Fifo | Reuse::Lowest | Reuse::Any => Process::FREED.first(&self[process]),
        };
        freed.or_else(|| self.unused_value(process))
    }

    fn unused_value(&self, process: Id<Process>) -> Option<Handle> {
        let slot = self.table(process).next_unused();
        (slot < MOST_HANDLES).then_some(Handle(slot * 4))
    }

    fn is_full(&self, process: Id<Process>) -> bool {
        let free = Process::FREED.of(&self[process]).len();
        self.table(process).handles(free) >= self.policy.most_handles
    }

    /// Notes that a value is free, where the policy wants it: in the order of closing, or of value.
    pub(crate) fn note_free(&mut self, process: Id<Process>, handle: Handle) {
        let position = {
            let freed = Process::FREED.of(&self[process]);
            match self.policy.reuse {
                Reuse::Lifo | Reuse::Fifo => freed.len(),
                Reuse::Lowest | Reuse::Any => freed.filter(|other| *other < handle).count(),
            }
        };
        self.insert(process, Process::FREED, position, handle, "");
    }
}
