//! Mutants: Win32's mutexes, owned by a thread.

use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::Id;

/// How often an owner can acquire a mutant: its count goes down from 1, and is a 32-bit number.
const MOST: u32 = (1 << 31) + 1;

record! {
    /// KMUTANT.
    pub struct Mutant: Mutant {
        /// Its header.
        OBJECT object: Id<Object>,
        /// The thread that owns it. The mutant is on the thread's list and holds nothing of it, nor the thread of it.
        OWNER owner: Option<Id<Thread>> as "OwnerThread",
        /// How often the owner has acquired it and not released it. NT counts down from 1: see [`Mutant::current_count`].
        ACQUIRED acquired: u32 as "acquired",
        /// Its owner ended without releasing it, and nobody has acquired it since.
        ABANDONED abandoned: bool as "Abandoned",
    }
    lists {}
}

impl Mutant {
    /// MUTANT_BASIC_INFORMATION.CurrentCount: 1 if it is free, 0 if it is owned, less for each further acquisition.
    pub const fn current_count(&self) -> i32 {
        1_i32.wrapping_sub_unsigned(self.acquired)
    }

    /// Whether its owner cannot acquire it once more.
    pub(crate) const fn is_at_limit(&self) -> bool {
        self.acquired >= MOST
    }
}

impl Kernel {
    /// Gives a mutant to a thread that can have it. True if it was abandoned.
    pub(crate) fn acquire_mutant(
        &mut self,
        mutant: Id<Mutant>,
        thread: Id<Thread>,
        why: &'static str,
    ) -> bool {
        let Mutant { owner, acquired, abandoned, .. } = self[mutant];
        if owner.is_none() {
            self.set(mutant, Mutant::OWNER, Some(thread), why);
            self.push(thread, Thread::MUTANTS, mutant, why);
        }
        self.set(mutant, Mutant::ACQUIRED, acquired + 1, why);
        self.set(mutant, Mutant::ABANDONED, false, "its new owner is told that it was abandoned");
        abandoned
    }

    /// KeReleaseMutant: takes one acquisition back, and lets the next thread have the mutant with the last. Returns
    /// CurrentCount from before.
    ///
    /// # Errors
    /// STATUS_MUTANT_NOT_OWNED: another thread owns it, or none.
    pub(crate) fn release_mutant(&mut self, mutant: Id<Mutant>, thread: Id<Thread>) -> Result<i32, NtStatus> {
        if self[mutant].owner != Some(thread) {
            return Err(NtStatus::MUTANT_NOT_OWNED);
        }
        let previous = self[mutant].current_count();
        match self[mutant].acquired - 1 {
            0 => {
                self.forget_owner(mutant, "its owner released it as often as it had acquired it");
                self.wake_waiters(self[mutant].object);
            }
            left => self.set(mutant, Mutant::ACQUIRED, left, "its owner released it once"),
        }
        Ok(previous)
    }

    /// The owner ends: whoever waits gets the mutant, and is told.
    pub(crate) fn abandon_mutant(&mut self, mutant: Id<Mutant>) {
        let why = "its owner ended without releasing it";
        self.forget_owner(mutant, why);
        self.set(mutant, Mutant::ABANDONED, true, why);
        self.wake_waiters(self[mutant].object);
    }

    /// Makes a mutant nobody's.
    pub(crate) fn forget_owner(&mut self, mutant: Id<Mutant>, why: &'static str) {
        if let Some(owner) = self[mutant].owner {
            self.remove(owner, Thread::MUTANTS, mutant, why);
            self.set(mutant, Mutant::OWNER, None, why);
            self.set(mutant, Mutant::ACQUIRED, 0, why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nt::create_object::NtCreateMutant;
    use crate::nt::wait::{NtWaitForSingleObject, Timeout};
    use crate::ps::schedule::Progress;

    /// No program can come here: two thousand million calls are needed.
    #[test]
    fn a_wait_that_would_pass_the_limit_is_refused_and_changes_nothing() {
        let mut k = Kernel::new(Default::default());
        let process = k.create_process("app");
        let thread = k.create_thread(process, "main");
        k.start(
            thread,
            NtCreateMutant::Create {
                attributes: crate::ob::attributes::ObjectAttributes::UNNAMED,
                access: crate::ob::open::MAXIMUM_ALLOWED,
                owned: true,
            },
        );
        let Progress::Idle(Some(created)) = k.run(thread) else { panic!("the create returns") };
        let mutant: Id<Mutant> = Id::at(0);
        let wait = |k: &mut Kernel| {
            k.start(thread, NtWaitForSingleObject::of(created.value.handle(), Timeout::Zero));
            k.run(thread)
        };
        k.set(mutant, Mutant::ACQUIRED, MOST - 1, "");
        assert!(matches!(wait(&mut k), Progress::Idle(Some(ended)) if ended.status == NtStatus::SUCCESS));
        assert_eq!(k[mutant].current_count(), i32::MIN);
        let refused = wait(&mut k);
        let Progress::Idle(Some(refused)) = refused else { panic!("the wait returns: {refused:?}") };
        assert_eq!((refused.status, k[mutant].acquired), (NtStatus::MUTANT_LIMIT_EXCEEDED, MOST));
    }
}
