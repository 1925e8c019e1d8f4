//! Semaphores.

use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::Id;

record! {
    /// KSEMAPHORE.
    pub struct Semaphore: Semaphore {
        /// Its header.
        OBJECT object: Id<Object>,
        /// How many waits it can satisfy now; each takes one.
        CURRENT_COUNT current_count: u32 as "CurrentCount",
        /// The highest count it can have.
        LIMIT limit: u32 as "MaximumCount",
    }
    lists {}
}

impl Kernel {
    /// KeReleaseSemaphore: adds to the count and satisfies waits with it. Returns the count from before.
    ///
    /// # Errors
    /// STATUS_SEMAPHORE_LIMIT_EXCEEDED: the count would pass the maximum; it stays as it is then.
    pub(crate) fn release_semaphore(
        &mut self,
        semaphore: Id<Semaphore>,
        release: u32,
    ) -> Result<u32, NtStatus> {
        let Semaphore { object, current_count, limit } = self[semaphore];
        match current_count.checked_add(release) {
            Some(count) if count <= limit => {
                self.set(semaphore, Semaphore::CURRENT_COUNT, count, "the program released the semaphore");
                self.wake_waiters(object);
                Ok(current_count)
            }
            _ => Err(NtStatus::SEMAPHORE_LIMIT_EXCEEDED),
        }
    }
}
