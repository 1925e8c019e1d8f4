//! The IO_STATUS_BLOCK: the program's memory that the kernel writes when a request ends.

use crate::kernel::Kernel;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::Id;

record! {
    /// An IO_STATUS_BLOCK in user memory; for Win32 programs the head of an OVERLAPPED.
    pub struct Iosb: Iosb {
        /// What the status field holds; none if nobody wrote it yet.
        STATUS status: Option<NtStatus> as "Status",
        /// What the information field holds.
        INFORMATION information: u32 as "Information",
    }
    lists {}
}

impl Kernel {
    /// A status block that nobody wrote yet.
    pub fn create_iosb(&mut self) -> Id<Iosb> {
        self.create(Iosb { status: None, information: 0 }, "")
    }

    /// The program writes its own status block, as Win32's ReadFile does before it calls NtReadFile.
    pub fn write_iosb(&mut self, iosb: Id<Iosb>, status: NtStatus, information: u32, why: &'static str) {
        self.set(iosb, Iosb::STATUS, Some(status), why);
        self.set(iosb, Iosb::INFORMATION, information, why);
    }
}
