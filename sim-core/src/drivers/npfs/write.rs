//! IRP_MJ_WRITE and FSCTL_PIPE_TRANSCEIVE.

use crate::drivers::npfs::ccb::{Ccb, PipeEnd, PipeState};
use crate::drivers::npfs::data_entry::{DataEntry, EntryType};
use crate::drivers::npfs::fcb::{Fcb, PipeConfiguration};
use crate::fault::{Allocation, Fault};
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

steps! {
    /// NpCommonWrite and NpTransceive: bytes go to the reads that wait for them, and into the queue if any are left.
    ///
    /// What fits the quota is queued and the write is over; a write that does not fit pends until it does. A
    /// transceive's bytes never wait for room; it pends as a read of the answer. Errors of a write:
    /// STATUS_PIPE_DISCONNECTED, STATUS_PIPE_LISTENING, STATUS_PIPE_CLOSING, STATUS_INSUFFICIENT_RESOURCES. Of a transceive: STATUS_INVALID_PIPE_STATE
    /// (not connected, not both ways, not reading messages), STATUS_PIPE_BUSY (something is there to read). Sources:
    /// ReactOS drivers/filesystems/npfs/write.c, writesup.c, fsctrl.c; ReactOS kernel tests npfs/NpfsReadWrite; Wine
    /// kernel32/tests/pipe.c, test_overlapped_transport.
    pub enum NpWrite = "NpCommonWrite" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "lock", "take the driver's lock: is the pipe in a state to write?";
        Give { irp: Id<Irp>, device: Id<Device>, left: u32, more: bool }
            = "D2", "the next read that waits: exchange its cancel routine with NULL; non-NULL means that it gets the bytes";
    }
}

impl Routine for NpWrite {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Start { device, .. } => k[device].lock.is_none(),
            Self::Give { .. } => true,
        }
    }

    fn fault(self, k: &Kernel, _thread: Id<Thread>) -> Option<Fault> {
        let Self::Start { irp, .. } = self else { return None };
        k.queues_bytes(irp).then_some(Fault::Allocation(Allocation::DataEntry))
    }

    fn take_fault(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let (Self::Start { irp, device } | Self::Give { irp, device, .. }) = self;
        k.acquire_queue_lock(device, thread);
        k.end_request(thread, device, irp, NtStatus::INSUFFICIENT_RESOURCES, 0)
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Start { irp, device } => {
                k.acquire_queue_lock(device, thread);
                let end = k.pipe_end(k[irp].file);
                if let Some(status) = k.refuses_write(irp, end) {
                    return k.end_request(thread, device, irp, status, 0);
                }
                let Some((ccb, end)) = end else { unreachable!("a write without a pipe was refused") };
                let left = k.bytes_to_write(irp);
                let is_write = k[irp].major == Major::Write;
                if is_write && k.would_cut_message(ccb, end, left) {
                    return k.end_request(thread, device, irp, NtStatus::SUCCESS, 0);
                }
                let more = left == 0 && k[k[ccb].fcb].message_type;
                k.give_bytes(thread, device, irp, (ccb, end), (left, more))
            }
            Self::Give { irp, device, left, more } => {
                let Some(end) = k.pipe_end(k[irp].file) else {
                    unreachable!("the lock is held, so the end stays what it is")
                };
                k.give_bytes(thread, device, irp, end, (left, more))
            }
        }
    }
}

impl Kernel {
    /// Whether all of a write or a transceive would go into the queue.
    fn queues_bytes(&self, irp: Id<Irp>) -> bool {
        let end = self.pipe_end(self[irp].file);
        let (None, Some((ccb, end))) = (self.refuses_write(irp, end), end) else { return false };
        let left = self.bytes_to_write(irp);
        let cut = self[ccb].modes(end).nowait && self.quota_available(ccb, end.other()) < left;
        let has_some = left > 0 || self[self[ccb].fcb].message_type || self[irp].major != Major::Write;
        has_some && !cut && self.waiting_read(ccb, end.other()).is_none()
    }

    fn bytes_to_write(&self, irp: Id<Irp>) -> u32 {
        let Irp { major, length, input_length, .. } = self[irp];
        if major == Major::Write { length } else { input_length }
    }

    /// Why a write or a transceive fails before it begins, if it does.
    fn refuses_write(&self, irp: Id<Irp>, end: Option<(Id<Ccb>, PipeEnd)>) -> Option<NtStatus> {
        let Irp { file, major, .. } = self[irp];
        let Some((ccb, end)) = end else {
            let opened_root = major == Major::Write && self[file].name.is_none();
            return Some(if opened_root { NtStatus::INVALID_PARAMETER } else { NtStatus::PIPE_DISCONNECTED });
        };
        let Fcb { configuration, .. } = self[self[ccb].fcb];
        if major != Major::Write {
            let both_ways = configuration == PipeConfiguration::FullDuplex;
            let right = both_ways && self[ccb].modes(end).message;
            return match self[ccb].state {
                PipeState::Connected if right && self.entries(ccb, end).len() == 0 => None,
                PipeState::Connected if right => Some(NtStatus::PIPE_BUSY),
                _ => Some(NtStatus::INVALID_PIPE_STATE),
            };
        }
        match self[ccb].state {
            PipeState::Disconnected => Some(NtStatus::PIPE_DISCONNECTED),
            PipeState::Listening => Some(NtStatus::PIPE_LISTENING),
            PipeState::Closing => Some(NtStatus::PIPE_CLOSING),
            PipeState::Connected => {
                (!configuration.leads_to(end.other())).then_some(NtStatus::INVALID_PARAMETER)
            }
        }
    }

    /// NpWriteDataQueue: gives bytes to the next read that waits; when none does, what is left goes into the queue.
    fn give_bytes(
        &mut self,
        thread: Id<Thread>,
        device: Id<Device>,
        irp: Id<Irp>,
        (ccb, end): (Id<Ccb>, PipeEnd),
        (mut left, mut more): (u32, bool),
    ) -> Next {
        let reader = end.other();
        if let Some(entry) = self.waiting_read(ccb, reader).filter(|_| left > 0 || more) {
            let DataEntry { size, irp: read, .. } = self[entry];
            self.remove_entry(ccb, reader, entry, "the read gets what is written");
            let given = left.min(size);
            let part = left > given && self[ccb].modes(reader).message;
            let status = if part { NtStatus::BUFFER_OVERFLOW } else { NtStatus::SUCCESS };
            self.dequeue(thread, read, status, given);
            if read.is_some_and(|read| self.take_routine(thread, read)) {
                left -= given;
                more = false;
            }
            if self.waiting_read(ccb, reader).is_some() && (left > 0 || more) {
                return Next::goto(NpWrite::Give { irp, device, left, more });
            }
        }
        let at = self.dequeued(thread);
        let Irp { major, length, .. } = self[irp];
        let unwritten = match left > 0 || more {
            true => self.queue_bytes(irp, (ccb, end), left),
            false => Some(0),
        };
        if major != Major::Write {
            self.add_entry((ccb, end), EntryType::Read, Some(irp), length, "it waits for the answer");
        }
        match unwritten {
            Some(unwritten) if major == Major::Write => {
                self.end_request_after(thread, (device, at), irp, NtStatus::SUCCESS, length - unwritten)
            }
            _ => self.pend_entry(irp, device),
        }
    }

    /// Puts what is left of a write into the queue. How many of its bytes are lost (PIPE_NOWAIT); none if it must wait.
    fn queue_bytes(&mut self, irp: Id<Irp>, (ccb, end): (Id<Ccb>, PipeEnd), left: u32) -> Option<u32> {
        let (queue, room) = ((ccb, end.other()), self.quota_available(ccb, end.other()));
        if self[irp].major != Major::Write {
            let entry = self.add_entry(queue, EntryType::Write, None, left, "the bytes wait for the reader");
            self.set(entry, DataEntry::QUOTA, 0, "the bytes of a transceive do not count for the quota");
            return Some(0);
        }
        let waits = room < left;
        if waits && self[ccb].modes(end).nowait {
            return Some(left);
        }
        let why = if waits { "the write waits for room" } else { "the bytes wait for the reader" };
        self.add_entry(queue, EntryType::Write, waits.then_some(irp), left, why);
        (!waits).then_some(0)
    }

    /// Whether an end that does not wait would have to cut a message in pieces: then nothing of it is written.
    fn would_cut_message(&self, ccb: Id<Ccb>, end: PipeEnd, left: u32) -> bool {
        let asked: u32 = match self.waiting_read(ccb, end.other()) {
            Some(_) => self.entries(ccb, end.other()).map(|entry| entry.size).sum(),
            None => return false,
        };
        let rest = left.saturating_sub(asked);
        let nowait = self[ccb].modes(end).nowait && self[self[ccb].fcb].message_type;
        nowait && rest > self[ccb].quota(end.other())
    }
}
