//! Data queues: what is between the two ends of an instance, one queue for each end that reads.
//!
//! A queue holds reads, or else writes and flushes. All of this is done under the driver's lock.

use alloc::vec::Vec;

use crate::drivers::npfs::ccb::{Ccb, PipeEnd};
use crate::drivers::npfs::data_entry::{DataEntry, EntryType};
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

impl Kernel {
    /// The entries of the queue that an end reads, the oldest first.
    pub fn entries(
        &self,
        ccb: Id<Ccb>,
        reader: PipeEnd,
    ) -> impl DoubleEndedIterator<Item = &DataEntry> + ExactSizeIterator {
        Ccb::queue(reader).of(&self[ccb]).map(|entry| &self[entry])
    }

    /// ReadDataAvailable: bytes that wait for an end.
    pub fn read_data_available(&self, ccb: Id<Ccb>, reader: PipeEnd) -> u32 {
        let writes = self.entries(ccb, reader).filter(|entry| entry.entry_type == EntryType::Write);
        writes.map(|entry| entry.size).sum()
    }

    /// WriteQuotaAvailable: what is left of the quota of the queue that an end reads. A read that waits uses it too.
    pub fn quota_available(&self, ccb: Id<Ccb>, reader: PipeEnd) -> u32 {
        let used: u32 = self.entries(ccb, reader).map(|entry| entry.quota).sum();
        self[ccb].quota(reader) - used
    }

    /// Whether writes wait for an end.
    pub(super) fn holds_writes(&self, ccb: Id<Ccb>, reader: PipeEnd) -> bool {
        let first = Ccb::queue(reader).first(&self[ccb]);
        first.is_some_and(|first| self[first].entry_type != EntryType::Read)
    }

    /// The oldest read that waits at an end.
    pub(super) fn waiting_read(&self, ccb: Id<Ccb>, reader: PipeEnd) -> Option<Id<DataEntry>> {
        let first = Ccb::queue(reader).first(&self[ccb]);
        first.filter(|first| self[*first].entry_type == EntryType::Read)
    }

    /// NpAddDataQueueEntry: a new entry at the end of a queue. Of its bytes as many count for the quota as there is
    /// room for.
    pub(super) fn add_entry(
        &mut self,
        (ccb, reader): (Id<Ccb>, PipeEnd),
        entry_type: EntryType,
        irp: Option<Id<Irp>>,
        size: u32,
        why: &'static str,
    ) -> Id<DataEntry> {
        let quota = size.min(self.quota_available(ccb, reader));
        let entry = self.create(DataEntry { entry_type, irp, size, quota }, "");
        self.push(ccb, Ccb::queue(reader), entry, why);
        entry
    }

    /// Takes an entry out; the request that waits in it, if one does.
    pub(super) fn remove_entry(
        &mut self,
        ccb: Id<Ccb>,
        reader: PipeEnd,
        entry: Id<DataEntry>,
        why: &'static str,
    ) -> Option<Id<Irp>> {
        let irp = self[entry].irp;
        self.remove(ccb, Ccb::queue(reader), entry, why);
        self.destroy(entry, why);
        irp
    }

    /// What a request that waits in the named pipe file system waits for, in words.
    pub fn awaited_in_pipe(&self, irp: Id<Irp>) -> Option<&'static str> {
        if let Some((_, _, entry)) = self.data_entry_of(irp) {
            return Some(match self[entry].entry_type {
                EntryType::Read => "nothing was written for it",
                EntryType::Write => "the other end has not read enough to make room",
                EntryType::Flush => "the other end has not read all that was written",
            });
        }
        let listens = self.all::<Ccb>().any(|(_, ccb)| Ccb::LISTENERS.holds(ccb, irp));
        listens.then_some("no client has connected")
    }

    /// The entry in which a request waits, and the queue that it is in.
    pub(super) fn data_entry_of(&self, irp: Id<Irp>) -> Option<(Id<Ccb>, PipeEnd, Id<DataEntry>)> {
        let (entry, _) = self.all::<DataEntry>().find(|(_, entry)| entry.irp == Some(irp))?;
        self.all::<Ccb>().find_map(|(ccb, record)| {
            let reader =
                PipeEnd::ALL.iter().copied().find(|reader| Ccb::queue(*reader).holds(record, entry))?;
            Some((ccb, reader, entry))
        })
    }

    /// NpGetNextRealDataQueueEntry and NpCompleteStalledWrites: a flush with nothing before it is over, and writes that
    /// did not fit get the room that there is now; one that has all it needs is over for its writer.
    pub(super) fn settle(&mut self, thread: Id<Thread>, ccb: Id<Ccb>, reader: PipeEnd) {
        while let Some(first) = Ccb::queue(reader).first(&self[ccb]) {
            if self[first].entry_type != EntryType::Flush {
                break;
            }
            let irp =
                self.remove_entry(ccb, reader, first, "nothing that was written before it is left to read");
            self.dequeue(thread, irp, NtStatus::SUCCESS, 0);
        }
        let entries: Vec<Id<DataEntry>> = Ccb::queue(reader).of(&self[ccb]).collect();
        for entry in entries {
            let DataEntry { entry_type, irp, size, quota } = self[entry];
            let grant = (size - quota).min(self.quota_available(ccb, reader));
            if let (EntryType::Write, Some(irp), 1..) = (entry_type, irp, grant) {
                self.set(entry, DataEntry::QUOTA, quota + grant, "there is room for more of the write");
                if quota + grant == size {
                    let length = self[irp].length;
                    self.dequeue(thread, Some(irp), NtStatus::SUCCESS, length);
                }
            }
        }
    }

    /// Empties a queue: the requests in it end with `status`.
    pub(super) fn drain(&mut self, thread: Id<Thread>, ccb: Id<Ccb>, reader: PipeEnd, status: NtStatus) {
        let entries: Vec<Id<DataEntry>> = Ccb::queue(reader).of(&self[ccb]).collect();
        for entry in entries {
            let irp = self.remove_entry(ccb, reader, entry, "what is in the queue goes");
            self.dequeue(thread, irp, status, 0);
        }
    }

    /// Ends the requests to listen.
    pub(super) fn end_listening(&mut self, thread: Id<Thread>, ccb: Id<Ccb>, status: NtStatus) {
        let listeners: Vec<Id<Irp>> = Ccb::LISTENERS.of(&self[ccb]).collect();
        for irp in listeners {
            self.remove(ccb, Ccb::LISTENERS, irp, "it need not wait for a client any more");
            self.dequeue(thread, Some(irp), status, 0);
        }
    }
}
