//! NtSetInformationFile and NtQueryInformationFile for what a file object keeps itself.

use crate::drivers::ntfs::scb::Scb;
use crate::io::file::File;
use crate::kernel::Kernel;
use crate::nt::object_service::object_service;
use crate::ob::information::{Information, InformationClass};
use crate::status::NtStatus;
use crate::word::Id;

/// FILE_SKIP_COMPLETION_PORT_ON_SUCCESS.
pub const FILE_SKIP_COMPLETION_PORT_ON_SUCCESS: u8 = 1;
/// FILE_SKIP_SET_EVENT_ON_HANDLE.
pub const FILE_SKIP_SET_EVENT_ON_HANDLE: u8 = 2;
/// FILE_SKIP_SET_USER_EVENT_ON_FAST_IO.
pub const FILE_SKIP_SET_USER_EVENT_ON_FAST_IO: u8 = 4;

const ALL_MODES: u8 = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS
    | FILE_SKIP_SET_EVENT_ON_HANDLE
    | FILE_SKIP_SET_USER_EVENT_ON_FAST_IO;

object_service! {
    /// NtSetInformationFile(FileIoCompletionNotificationInformation), SetFileCompletionNotificationModes: the file object
    /// reports less of how its requests end.
    ///
    /// A mode that is set stays set; it counts for every handle to the file object. FILE_SKIP_SET_EVENT_ON_HANDLE also resets
    /// the file object. Errors: STATUS_INVALID_PARAMETER for an unknown mode. Sources: Win32,
    /// SetFileCompletionNotificationModes; Wine ntdll/tests/pipe.c, test_completion.
    NtSetNotificationModes = "NtSetInformationFile", (modes: u8), File, access 0,
    "modes" "set the modes that were asked for",
    |k, _, file, modes| k.set_notification_modes(file, modes)
}

impl Kernel {
    fn set_notification_modes(&mut self, file: Id<File>, modes: u8) -> Result<u32, NtStatus> {
        if modes & !ALL_MODES != 0 {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let why = "the program asked for it; it cannot be taken back";
        if modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS != 0 {
            self.set(file, File::SKIP_COMPLETION_PORT, true, why);
        }
        if modes & FILE_SKIP_SET_EVENT_ON_HANDLE != 0 {
            self.set(file, File::SKIP_SET_EVENT, true, why);
            self.set(file, File::SIGNALED, false, "the file object is not signalled any more");
        }
        if modes & FILE_SKIP_SET_USER_EVENT_ON_FAST_IO != 0 {
            self.set(file, File::SKIP_USER_EVENT, true, why);
        }
        Ok(0)
    }

    /// What NtQueryInformationFile answers; none if the file object is open on no file of a volume.
    pub(super) fn answer_of_file(&self, file: Id<File>, answer: Information) -> Option<Information> {
        if answer.class == InformationClass::FileModes {
            return Some(Information { flags: self.notification_modes(file), ..answer });
        }
        let Scb { end_of_file, delete_pending, directory, .. } = self[self[file].scb?];
        Some(Information { end_of_file, delete_pending, directory, ..answer })
    }

    /// The FILE_SKIP_ modes of a file object.
    pub fn notification_modes(&self, file: Id<File>) -> u8 {
        let File { skip_completion_port, skip_set_event, skip_user_event, .. } = self[file];
        let mode = |is_set, mode| if is_set { mode } else { 0 };
        mode(skip_completion_port, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)
            | mode(skip_set_event, FILE_SKIP_SET_EVENT_ON_HANDLE)
            | mode(skip_user_event, FILE_SKIP_SET_USER_EVENT_ON_FAST_IO)
    }
}
