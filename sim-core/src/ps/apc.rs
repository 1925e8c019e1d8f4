//! User APCs: routines of a program that a thread runs when it waits alertably.

use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Id, word_enum};

word_enum! {
    /// What has become of a user APC.
    pub enum ApcState {
        /// It is on no list.
        Idle = "not queued",
        /// It waits for its thread.
        Queued = "queued",
        /// Its thread ran it.
        Delivered = "delivered",
        /// Its thread ended before it could run it.
        Discarded = "discarded",
    }
}

record! {
    /// A user APC (KAPC) that a program or a finished request queues. Its routine does nothing but return.
    pub struct Apc: Apc {
        /// What has become of it.
        STATE state: ApcState as "user APC",
        /// A label speaks of it: it is kept when it is over.
        WATCHED watched: bool,
    }
    lists {}
}

impl Kernel {
    /// A user APC that is not queued yet; `watched` if something will still be asked of it when it is over.
    pub fn create_apc(&mut self, watched: bool) -> Id<Apc> {
        self.create(Apc { state: ApcState::Idle, watched }, "")
    }

    /// KeInsertQueueApc for a user APC. It ends an alertable wait of its thread.
    ///
    /// # Errors
    /// STATUS_UNSUCCESSFUL: the thread is ending, and the APC is still the caller's.
    pub(crate) fn queue_user_apc(&mut self, thread: Id<Thread>, apc: Id<Apc>) -> Result<(), NtStatus> {
        if self[thread].terminating || self[thread].ended {
            return Err(NtStatus::UNSUCCESSFUL);
        }
        self.set(apc, Apc::STATE, ApcState::Queued, "it waits until its thread waits alertably");
        self.push(thread, Thread::USER_APCS, apc, "a user APC is queued to the thread");
        if self.waits_alertably(thread) {
            self.end_wait(thread, NtStatus::USER_APC, "a user APC ended the thread's wait");
        }
        Ok(())
    }

    /// The thread runs its oldest user APC, if it has one.
    pub(crate) fn run_user_apc(&mut self, thread: Id<Thread>) {
        if let Some(apc) = Thread::USER_APCS.first(&self[thread]) {
            self.remove(thread, Thread::USER_APCS, apc, "the thread runs its oldest user APC");
            self.finish_apc(apc, ApcState::Delivered, "the thread waited alertably and ran it");
        }
    }

    /// The thread ends: its user APCs never run.
    pub(crate) fn discard_user_apcs(&mut self, thread: Id<Thread>) {
        while let Some(apc) = Thread::USER_APCS.first(&self[thread]) {
            self.remove(thread, Thread::USER_APCS, apc, "the thread has ended");
            self.finish_apc(apc, ApcState::Discarded, "its thread ended before it ran");
        }
    }

    /// An APC that nobody can queue any more: it is kept for its label, or goes.
    pub(crate) fn finish_apc(&mut self, apc: Id<Apc>, state: ApcState, why: &'static str) {
        match self[apc].watched {
            true => self.set(apc, Apc::STATE, state, why),
            false => self.destroy(apc, why),
        }
    }
}
