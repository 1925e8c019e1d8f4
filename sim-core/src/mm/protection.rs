//! Page protections of sections.

use crate::word::{Access, word_enum};

word_enum! {
    /// SectionPageProtection: what a view of the section may do at most.
    pub enum Protection {
        /// Read and write.
        ReadWrite = "PAGE_READWRITE",
        /// Read.
        ReadOnly = "PAGE_READONLY",
        /// Read, and write to pages of one's own.
        WriteCopy = "PAGE_WRITECOPY",
        /// Execute and read.
        ExecuteRead = "PAGE_EXECUTE_READ",
        /// Execute, read and write.
        ExecuteReadWrite = "PAGE_EXECUTE_READWRITE",
        /// Nothing; no section can have it.
        NoAccess = "PAGE_NOACCESS",
        /// A bit that is for pages and not for sections.
        Guard = "PAGE_GUARD",
    }
}

/// FILE_READ_DATA, FILE_WRITE_DATA and FILE_EXECUTE.
const READ: u32 = 0x01;
const WRITE: u32 = 0x02;
const EXECUTE: u32 = 0x20;

impl Protection {
    /// A section can have it.
    pub const fn is_for_sections(self) -> bool {
        !matches!(self, Protection::NoAccess | Protection::Guard)
    }

    /// What a file must be opened for, so that a section of it can have this protection.
    ///
    /// Sources: Win32, CreateFileMapping; ReactOS mm/ARM3/section.c.
    pub const fn file_access(self) -> Access {
        Access(match self {
            Protection::ReadOnly | Protection::WriteCopy => READ,
            Protection::ReadWrite => READ | WRITE,
            Protection::ExecuteRead => READ | EXECUTE,
            Protection::ExecuteReadWrite => READ | WRITE | EXECUTE,
            Protection::NoAccess | Protection::Guard => 0,
        })
    }

    /// A view of such a section can be written through to what is behind it.
    pub const fn allows_writing(self) -> bool {
        matches!(self, Protection::ReadWrite | Protection::ExecuteReadWrite)
    }
}
