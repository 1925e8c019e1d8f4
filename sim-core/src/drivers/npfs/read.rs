//! IRP_MJ_READ, and what else only looks at a pipe or waits for its reader: peek, flush, setting modes.

use alloc::vec::Vec;

use crate::drivers::npfs::ccb::{Ccb, PipeEnd, PipeState};
use crate::drivers::npfs::data_entry::{DataEntry, EntryType};
use crate::drivers::npfs::fcb::Fcb;
use crate::fault::{Allocation, Fault};
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::irp::{Irp, Major};
use crate::io::pipe_modes::PipeModes;
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::Id;

/// What stands before the data in FILE_PIPE_PEEK_BUFFER.
const PEEK_HEADER: u32 = 16;

steps! {
    /// NpCommonRead, NpPeek, NpCommonFlushBuffers and NpSetPipeInfo: requests that one visit under the lock serves, or
    /// pends.
    ///
    /// A read takes what is there, of messages one at most; if nothing is, it pends. Errors: STATUS_PIPE_DISCONNECTED,
    /// STATUS_PIPE_LISTENING; STATUS_PIPE_BROKEN if the other end is closed and all was read; STATUS_PIPE_EMPTY instead
    /// of waiting (PIPE_NOWAIT); STATUS_INSUFFICIENT_RESOURCES. STATUS_BUFFER_OVERFLOW: a part of a message. A peek takes nothing and never waits:
    /// STATUS_INVALID_PIPE_STATE unless there is or was a client. A flush pends until all that this end has written was
    /// read. Sources: ReactOS drivers/filesystems/npfs/read.c, readsup.c, fsctrl.c, flushbuf.c, fileinfo.c; ReactOS kernel
    /// tests npfs/NpfsReadWrite; Wine ntdll/tests/pipe.c, test_pipe_state and read_pipe_test.
    pub enum NpRead = "NpCommonRead" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "lock", "take the driver's lock: the state of the instance, and what is in its queues, decide";
    }
}

impl Routine for NpRead {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Start { device, .. } = self;
        k[device].lock.is_none()
    }

    fn fault(self, k: &Kernel, _thread: Id<Thread>) -> Option<Fault> {
        let Self::Start { irp, .. } = self;
        k.adds_entry(irp).then_some(Fault::Allocation(Allocation::DataEntry))
    }

    fn take_fault(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        k.acquire_queue_lock(device, thread);
        k.end_request(thread, device, irp, NtStatus::INSUFFICIENT_RESOURCES, 0)
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        k.acquire_queue_lock(device, thread);
        let Irp { file, major, modes, .. } = k[irp];
        let Some((ccb, end)) = k.pipe_end(file) else {
            let opened_root = k[file].name.is_none();
            let status = if opened_root { NtStatus::INVALID_PARAMETER } else { NtStatus::PIPE_DISCONNECTED };
            return k.end_request(thread, device, irp, status, 0);
        };
        let (status, information) = match major {
            Major::Read => k.read_pipe(thread, irp, ccb, end),
            Major::FlushBuffers => k.flush_pipe(irp, ccb, end),
            Major::SetInformation => (k.set_pipe_modes(ccb, end, modes.unwrap_or_default()), 0),
            _ => k.peek_pipe(irp, ccb, end),
        };
        match status {
            NtStatus::PENDING => k.pend_entry(irp, device),
            status => k.end_request(thread, device, irp, status, information),
        }
    }
}

impl Kernel {
    /// Whether a read or a flush would wait in a queue.
    fn adds_entry(&self, irp: Id<Irp>) -> bool {
        let Some((ccb, end)) = self.pipe_end(self[irp].file) else { return false };
        match self[irp].major {
            Major::Read => {
                let leads = self[self[ccb].fcb].configuration.leads_to(end);
                let is_empty = !self.holds_writes(ccb, end) && self[ccb].state == PipeState::Connected;
                leads && is_empty && !self[ccb].modes(end).nowait
            }
            Major::FlushBuffers => self.holds_writes(ccb, end.other()),
            _ => false,
        }
    }

    fn read_pipe(&mut self, thread: Id<Thread>, irp: Id<Irp>, ccb: Id<Ccb>, end: PipeEnd) -> (NtStatus, u32) {
        let state = self[ccb].state;
        let status = match state {
            PipeState::Disconnected => NtStatus::PIPE_DISCONNECTED,
            PipeState::Listening => NtStatus::PIPE_LISTENING,
            _ if !self[self[ccb].fcb].configuration.leads_to(end) => NtStatus::INVALID_PARAMETER,
            _ if self.holds_writes(ccb, end) => return self.take_bytes(thread, irp, ccb, end),
            PipeState::Closing => NtStatus::PIPE_BROKEN,
            _ if self[ccb].modes(end).nowait => NtStatus::PIPE_EMPTY,
            PipeState::Connected => {
                let length = self[irp].length;
                self.add_entry((ccb, end), EntryType::Read, Some(irp), length, "the read waits for bytes");
                NtStatus::PENDING
            }
        };
        (status, 0)
    }

    /// NpReadDataQueue: takes bytes out of the queue, of a message no more than it has.
    fn take_bytes(
        &mut self,
        thread: Id<Thread>,
        irp: Id<Irp>,
        ccb: Id<Ccb>,
        end: PipeEnd,
    ) -> (NtStatus, u32) {
        let (length, messages) = (self[irp].length, self[ccb].modes(end).message);
        let (mut taken, mut status) = (0, NtStatus::SUCCESS);
        while let Some(first) = Ccb::queue(end).first(&self[ccb]).filter(|_| taken < length) {
            let DataEntry { entry_type, irp: writer, size, quota, .. } = self[first];
            if entry_type == EntryType::Flush {
                self.settle(thread, ccb, end);
                continue;
            }
            let bytes = size.min(length - taken);
            taken += bytes;
            if bytes < size {
                self.set(first, DataEntry::SIZE, size - bytes, "a part of it was read");
                self.set(first, DataEntry::QUOTA, quota - quota.min(bytes), "");
                status = if messages { NtStatus::BUFFER_OVERFLOW } else { status };
                break;
            }
            self.remove_entry(ccb, end, first, "all of it was read");
            let written = writer.map_or(0, |writer| self[writer].length);
            self.dequeue(thread, writer, NtStatus::SUCCESS, written);
            if messages {
                break;
            }
        }
        self.settle(thread, ccb, end);
        (status, taken)
    }

    /// NpPeek. What it tells stands before the data.
    fn peek_pipe(&self, irp: Id<Irp>, ccb: Id<Ccb>, end: PipeEnd) -> (NtStatus, u32) {
        let waits = self.holds_writes(ccb, end);
        match self[ccb].state {
            PipeState::Disconnected | PipeState::Listening => return (NtStatus::INVALID_PIPE_STATE, 0),
            PipeState::Closing if !waits => return (NtStatus::PIPE_BROKEN, 0),
            _ => {}
        }
        let room = self[irp].length.saturating_sub(PEEK_HEADER);
        let Fcb { message_type, .. } = self[self[ccb].fcb];
        let sizes = self.entries(ccb, end).filter(|entry| entry.entry_type == EntryType::Write);
        let sizes: Vec<u32> = sizes.map(|entry| entry.size).collect();
        let there: u32 = if message_type { sizes.first().copied().unwrap_or(0) } else { sizes.iter().sum() };
        // Without room for data any data is too much, and bytes of a stream are never.
        let too_much = if room == 0 { sizes.iter().sum::<u32>() > 0 } else { message_type && there > room };
        let status = if waits && too_much { NtStatus::BUFFER_OVERFLOW } else { NtStatus::SUCCESS };
        (status, PEEK_HEADER + there.min(room))
    }

    fn flush_pipe(&mut self, irp: Id<Irp>, ccb: Id<Ccb>, end: PipeEnd) -> (NtStatus, u32) {
        if !self.holds_writes(ccb, end.other()) {
            return (NtStatus::SUCCESS, 0);
        }
        let why = "the flush waits until all before it was read";
        self.add_entry((ccb, end.other()), EntryType::Flush, Some(irp), 0, why);
        (NtStatus::PENDING, 0)
    }

    /// NpSetPipeInfo.
    fn set_pipe_modes(&mut self, ccb: Id<Ccb>, end: PipeEnd, modes: PipeModes) -> NtStatus {
        if modes.message && !self[self[ccb].fcb].message_type {
            return NtStatus::INVALID_PARAMETER;
        }
        let field = match end {
            PipeEnd::Server => Ccb::SERVER_MODES,
            PipeEnd::Client => Ccb::CLIENT_MODES,
        };
        self.set(ccb, field, modes, "the program sets how this end reads and waits");
        NtStatus::SUCCESS
    }
}
