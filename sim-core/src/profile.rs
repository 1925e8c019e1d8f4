//! Profiles: what differs between Windows versions, as data in one place.

use crate::word::word_enum;

word_enum! {
    /// A Windows version.
    pub enum Version {
        /// Windows XP and Server 2003 (NT 5.1, 5.2).
        Xp = "xp",
        /// Windows 7 (NT 6.1).
        Win7 = "win7",
        /// Windows 8 (NT 6.2).
        Win8 = "win8",
        /// Windows 8.1 (NT 6.3).
        Win81 = "win81",
        /// Windows 10 (NT 10.0).
        Win10 = "win10",
        /// Windows 11 (NT 10.0, build 22000 and later).
        Win11 = "win11",
    }
}

impl Version {
    /// The product's name.
    pub const fn title(self) -> &'static str {
        match self {
            Version::Xp => "Windows XP and Server 2003 (NT 5.1 and 5.2)",
            Version::Win7 => "Windows 7 (NT 6.1); Vista as far as it is the same",
            Version::Win8 => "Windows 8 (NT 6.2)",
            Version::Win81 => "Windows 8.1 (NT 6.3)",
            Version::Win10 => "Windows 10 (NT 10.0)",
            Version::Win11 => "Windows 11 (NT 10.0, build 22000 and later)",
        }
    }
}

word_enum! {
    /// A processor architecture. It decides how wide the fields of a handle-table entry are, and nothing else.
    pub enum Arch {
        /// 64-bit.
        X64 = "x64",
        /// 32-bit.
        X86 = "x86",
    }
}

impl Arch {
    /// The architecture of that name.
    pub fn named(name: &str) -> Option<Arch> {
        Arch::ALL.iter().copied().find(|arch| arch.name() == name)
    }
}

/// How many references a handle-table entry takes in advance (since Windows 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The width of the entry's RefCnt field.
    pub bits: u32,
    /// The width was seen, and with it the size of the batch; else the size follows from the width alone.
    pub observed: bool,
}

impl Batch {
    /// How many references a batch is: 2^(bits - 1) - 1.
    pub const fn size(self) -> u32 {
        (1 << (self.bits - 1)) - 1
    }

    /// The most that the field can hold: 2^bits - 1.
    pub const fn most(self) -> u32 {
        ((1_u64 << self.bits) - 1) as u32
    }
}

/// How the model behaves where Windows versions differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The version.
    pub version: Version,
    /// The architecture.
    pub arch: Arch,
    /// A request that reports only to a completion port belongs to its file object, not to its thread, and
    /// survives the thread (since Vista).
    pub thread_agnostic_io: bool,
    /// `CancelIoEx` exists (since Vista).
    pub has_cancel_io_ex: bool,
    /// `NtClose` of a pseudo handle succeeds and does nothing (since Windows 10).
    pub closes_pseudo_handles: bool,
    /// A process can ask for exceptions at every use of a handle that is none (since Windows 8).
    pub has_strict_handle_checks: bool,
    /// A kernel handle cannot be asked for in a process's own table (since Windows 7; before, the process got a handle
    /// of its own).
    pub refuses_kernel_handle_to_user: bool,
    /// A process can be in more than one job (since Windows 8).
    pub has_nested_jobs: bool,
    /// A job whose processes have ended because it was terminated satisfies waits (since Vista).
    pub signals_terminated_jobs: bool,
    /// Closing the last handle of a port wakes the threads that wait on it (since Vista).
    pub port_close_wakes_waiters: bool,
    /// Where a file skips its port on success, a request that is over at once with a warning is reported as pending (since
    /// Windows 8).
    pub warnings_pend: bool,
    /// A file's port can be replaced or removed (FileReplaceCompletionInformation, since Windows 8.1).
    pub has_replace_completion: bool,
    /// FILE_SKIP_ modes, `CancelSynchronousIo` and `GetQueuedCompletionStatusEx` exist (since Vista).
    pub has_vista_io: bool,
    /// A thread that ends lets go of a request that was cancelled and is not completed within five minutes (until
    /// Windows XP and Server 2003; since Vista it waits for ever).
    pub disassociates_requests: bool,
    /// Creating an object under the name of one of another type fails with STATUS_OBJECT_TYPE_MISMATCH also without
    /// OBJ_OPENIF (since Vista; before, STATUS_OBJECT_NAME_COLLISION).
    pub collision_tells_type: bool,
    /// A RootDirectory that is neither directory nor file is refused with STATUS_OBJECT_TYPE_MISMATCH (since
    /// Windows 7; before, STATUS_INVALID_HANDLE).
    pub root_mismatch_tells_type: bool,
    /// PROCESS_QUERY_LIMITED_INFORMATION and its kin exist, so that all access to a process or a thread is 0x1FFFFF
    /// (since Vista).
    pub has_limited_rights: bool,
    /// `NtCompareObjects` exists (since Windows 10).
    pub has_compare_objects: bool,
    /// `NtAlertThreadByThreadId` and its wait exist (since Windows 8).
    pub has_alert_by_id: bool,
    /// FileDispositionInformationEx exists, and DeleteFile asks for POSIX semantics (since Windows 10).
    pub has_posix_delete: bool,
    /// What a handle-table entry takes in advance (since Windows 8).
    pub batch: Option<Batch>,
    /// The kernel keeps the books of what each entry took in advance. They are a part of the state, so a scenario
    /// that never asks for the charged PointerCount goes without.
    pub charges: bool,
    /// The most objects and handles that there were of each type are remembered. No program can tell, unless it asks
    /// for them.
    pub high_water: bool,
    /// Driver Verifier watches every driver.
    pub verifier: bool,
}

impl Profile {
    /// The profile of a version.
    ///
    /// ```
    /// use sim_core::profile::{Profile, Version};
    /// assert!(Profile::of(Version::Win11).thread_agnostic_io);
    /// assert!(!Profile::of(Version::Xp).has_cancel_io_ex);
    /// ```
    pub const fn of(version: Version) -> Profile {
        let vista = version as u8 >= Version::Win7 as u8;
        Profile {
            version,
            arch: Arch::X64,
            thread_agnostic_io: vista,
            has_cancel_io_ex: vista,
            closes_pseudo_handles: version as u8 >= Version::Win10 as u8,
            has_strict_handle_checks: version as u8 >= Version::Win8 as u8,
            refuses_kernel_handle_to_user: vista,
            has_nested_jobs: version as u8 >= Version::Win8 as u8,
            signals_terminated_jobs: vista,
            port_close_wakes_waiters: vista,
            warnings_pend: version as u8 >= Version::Win8 as u8,
            has_replace_completion: version as u8 >= Version::Win81 as u8,
            has_vista_io: vista,
            disassociates_requests: !vista,
            collision_tells_type: vista,
            root_mismatch_tells_type: vista,
            has_limited_rights: vista,
            has_compare_objects: version as u8 >= Version::Win10 as u8,
            has_alert_by_id: version as u8 >= Version::Win8 as u8,
            has_posix_delete: version as u8 >= Version::Win10 as u8,
            batch: Profile::batch_of(version, Arch::X64),
            charges: false,
            high_water: false,
            verifier: true,
        }
    }

    /// The same version on another architecture.
    ///
    /// ```
    /// use sim_core::profile::{Arch, Profile, Version};
    /// let batch = |version, arch| Profile::of(version).on(arch).batch.map(|batch| batch.size());
    /// assert_eq!(batch(Version::Win7, Arch::X64), None);
    /// assert_eq!(batch(Version::Win8, Arch::X64), Some(262_143));
    /// assert_eq!(batch(Version::Win11, Arch::X64), Some(32_767));
    /// assert_eq!(batch(Version::Win81, Arch::X86), Some(31));
    /// ```
    pub const fn on(self, arch: Arch) -> Profile {
        Profile { arch, batch: Profile::batch_of(self.version, arch), ..self }
    }

    /// The same with the books of references taken in advance, which the charged PointerCount needs.
    pub const fn charged(self) -> Profile {
        Profile { charges: true, ..self }
    }

    /// The same with the marks that HighWaterNumberOfObjects and HighWaterNumberOfHandles need.
    pub const fn remembering_most(self) -> Profile {
        Profile { high_water: true, ..self }
    }

    /// The same without Driver Verifier.
    pub const fn unverified(self) -> Profile {
        Profile { verifier: false, ..self }
    }

    /// Widths: public symbols of ntdll, `_HANDLE_TABLE_ENTRY`. Sizes seen: 262143 (WDK, !handle), 32767 (WinDbg output
    /// of many machines), 31 (ReactOS kernel test ntos_ob/ObHandle.c; A. Ionescu, "The Case of the Bloated Reference
    /// Count"). On Windows 10 for x86 only the width is known.
    const fn batch_of(version: Version, arch: Arch) -> Option<Batch> {
        Some(match (version, arch) {
            (Version::Xp | Version::Win7, _) => return None,
            (Version::Win8, Arch::X64) => Batch { bits: 19, observed: true },
            (_, Arch::X64) => Batch { bits: 16, observed: true },
            (Version::Win8 | Version::Win81, Arch::X86) => Batch { bits: 6, observed: true },
            (_, Arch::X86) => Batch { bits: 5, observed: false },
        })
    }

    /// The profile of that name.
    pub fn named(name: &str) -> Option<Profile> {
        Version::ALL.iter().find(|version| version.name() == name).map(|version| Profile::of(*version))
    }
}

impl Default for Profile {
    fn default() -> Self {
        Profile::of(Version::Win11)
    }
}
