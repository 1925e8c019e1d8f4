//! The IO_STATUS_BLOCK: the program's memory that the kernel writes when a request ends.

use crate::finding::{About, Memory, Rule};
use crate::kernel::Kernel;
use crate::ps::apc::Apc;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Handle, Id, Word};

record! {
    /// An IO_STATUS_BLOCK in user memory; for Win32 programs the head of an OVERLAPPED.
    pub struct Iosb: Iosb {
        /// What the status field holds; none if nobody wrote it yet.
        STATUS status: Option<NtStatus> as "Status" = Some(NtStatus::PENDING),
        /// What the information field holds.
        INFORMATION information: u32 as "Information",
        /// OVERLAPPED.hEvent; [`Handle::NULL`] if it has none.
        EVENT event: Handle as "hEvent",
        /// The user APC of the request that it was last used for.
        APC apc: Option<Id<Apc>>,
        /// The program has freed it.
        FREED freed: bool as "freed",
        /// Of a poll of a socket: the events that its output buffer tells of.
        EVENTS events: u32 as "PollEvents",
    }
    lists {}
}

impl Kernel {
    /// A status block that nobody wrote yet.
    pub fn create_iosb(&mut self) -> Id<Iosb> {
        self.create(
            Iosb { status: None, information: 0, event: Handle::NULL, apc: None, freed: false, events: 0 },
            "",
        )
    }

    /// The program prepares its status block for a request: which event it signals, which routine it calls.
    pub fn prepare_iosb(&mut self, iosb: Id<Iosb>, event: Handle, apc: Option<Id<Apc>>) {
        self.set(iosb, Iosb::EVENT, event, "");
        self.set(iosb, Iosb::APC, apc, "");
    }

    /// The program writes its own status block, as Win32's ReadFile does before it calls NtReadFile.
    pub fn write_iosb(&mut self, iosb: Id<Iosb>, status: NtStatus, information: u32, why: &'static str) {
        self.set(iosb, Iosb::STATUS, Some(status), why);
        self.set(iosb, Iosb::INFORMATION, information, why);
    }

    /// The system writes a request's result. A finding if the program has freed the block.
    pub(crate) fn write_result(
        &mut self,
        iosb: Id<Iosb>,
        (status, information): (NtStatus, u32),
        why: &'static str,
    ) {
        if self[iosb].freed {
            self.report(Rule::WriteToFreedMemory, About::Request(iosb), Memory::StatusBlock(iosb).to_word());
        }
        self.write_iosb(iosb, status, information, why);
    }
}
