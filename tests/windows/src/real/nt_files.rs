//! The system services of files.

use std::ffi::c_void;

use windows_sys::Win32::Foundation::{HANDLE, NTSTATUS};

use super::nt::{Iosb, ObjectAttributes, Routine};

/// FILE_BASIC_INFORMATION: four times, and FileAttributes.
/// <https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ns-wdm-_file_basic_information>
pub(crate) type BasicInformation = [u64; 5];

#[link(name = "ntdll", kind = "raw-dylib")]
unsafe extern "system" {
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntlockfile>
    pub(crate) fn NtLockFile(
        file: HANDLE,
        event: HANDLE,
        routine: Routine,
        context: *mut c_void,
        block: *mut Iosb,
        offset: *const i64,
        length: *const i64,
        key: u32,
        fail_immediately: u8,
        exclusive: u8,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-zwunlockfile>
    pub(crate) fn NtUnlockFile(
        file: HANDLE,
        block: *mut Iosb,
        offset: *const i64,
        length: *const i64,
        key: u32,
    ) -> NTSTATUS;
    pub(crate) fn NtQueryAttributesFile(
        attributes: *const ObjectAttributes,
        information: *mut BasicInformation,
    ) -> NTSTATUS;
}
