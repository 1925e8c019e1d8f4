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
            Version::Win8 => "Windows 8 and 8.1 (NT 6.2 and 6.3)",
            Version::Win10 => "Windows 10 (NT 10.0)",
            Version::Win11 => "Windows 11 (NT 10.0, build 22000 and later)",
        }
    }
}

/// How the model behaves where Windows versions differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The version.
    pub version: Version,
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
    /// Closing the last handle of a port wakes the threads that wait on it (since Vista).
    pub port_close_wakes_waiters: bool,
    /// Creating an object under the name of one of another type fails with STATUS_OBJECT_TYPE_MISMATCH also without
    /// OBJ_OPENIF (since Vista; before, STATUS_OBJECT_NAME_COLLISION).
    pub collision_tells_type: bool,
    /// A RootDirectory that is neither directory nor file is refused with STATUS_OBJECT_TYPE_MISMATCH (since
    /// Windows 7; before, STATUS_INVALID_HANDLE).
    pub root_mismatch_tells_type: bool,
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
            thread_agnostic_io: vista,
            has_cancel_io_ex: vista,
            closes_pseudo_handles: version as u8 >= Version::Win10 as u8,
            has_strict_handle_checks: version as u8 >= Version::Win8 as u8,
            refuses_kernel_handle_to_user: vista,
            has_nested_jobs: version as u8 >= Version::Win8 as u8,
            port_close_wakes_waiters: vista,
            collision_tells_type: vista,
            root_mismatch_tells_type: vista,
        }
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
