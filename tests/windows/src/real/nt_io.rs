//! The system services that send requests, and those of named pipes and completion ports.

use std::ffi::c_void;

use windows_sys::Win32::Foundation::{HANDLE, NTSTATUS};

use super::nt::{Iosb, ObjectAttributes, Routine};

type Attributes = *const ObjectAttributes;
type Time = *const i64;

/// FILE_IO_COMPLETION_INFORMATION, which Win32 calls OVERLAPPED_ENTRY.
/// <https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped_entry>
pub(crate) type Entry = windows_sys::Win32::System::IO::OVERLAPPED_ENTRY;

/// NtRemoveIoCompletionEx, which came with Windows Vista.
pub(crate) type RemoveIoCompletionEx =
    unsafe extern "system" fn(HANDLE, *mut Entry, u32, *mut u32, Time, u8) -> NTSTATUS;
/// NtCancelSynchronousIoFile, which came with Windows Vista.
pub(crate) type CancelSynchronousIoFile =
    unsafe extern "system" fn(HANDLE, *const Iosb, *mut Iosb) -> NTSTATUS;

#[link(name = "ntdll", kind = "raw-dylib")]
unsafe extern "system" {
    // <https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntcreatefile>
    pub(crate) fn NtCreateFile(
        handle: *mut HANDLE,
        access: u32,
        attributes: Attributes,
        block: *mut Iosb,
        allocation: *const i64,
        file_attributes: u32,
        share: u32,
        disposition: u32,
        options: u32,
        extended: *const c_void,
        extended_length: u32,
    ) -> NTSTATUS;
    pub(crate) fn NtCreateNamedPipeFile(
        handle: *mut HANDLE,
        access: u32,
        attributes: Attributes,
        block: *mut Iosb,
        share: u32,
        disposition: u32,
        options: u32,
        kind: u32,
        read_mode: u32,
        completion_mode: u32,
        instances: u32,
        inbound: u32,
        outbound: u32,
        timeout: Time,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntreadfile>
    pub(crate) fn NtReadFile(
        file: HANDLE,
        event: HANDLE,
        routine: Routine,
        context: *mut c_void,
        block: *mut Iosb,
        buffer: *mut c_void,
        length: u32,
        offset: *const i64,
        key: *const u32,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntwritefile>
    pub(crate) fn NtWriteFile(
        file: HANDLE,
        event: HANDLE,
        routine: Routine,
        context: *mut c_void,
        block: *mut Iosb,
        buffer: *const c_void,
        length: u32,
        offset: *const i64,
        key: *const u32,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntdeviceiocontrolfile>
    pub(crate) fn NtDeviceIoControlFile(
        file: HANDLE,
        event: HANDLE,
        routine: Routine,
        context: *mut c_void,
        block: *mut Iosb,
        code: u32,
        input: *const c_void,
        input_length: u32,
        output: *mut c_void,
        output_length: u32,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntfscontrolfile>
    pub(crate) fn NtFsControlFile(
        file: HANDLE,
        event: HANDLE,
        routine: Routine,
        context: *mut c_void,
        block: *mut Iosb,
        code: u32,
        input: *const c_void,
        input_length: u32,
        output: *mut c_void,
        output_length: u32,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntnotifychangedirectoryfile>
    pub(crate) fn NtNotifyChangeDirectoryFile(
        file: HANDLE,
        event: HANDLE,
        routine: Routine,
        context: *mut c_void,
        block: *mut Iosb,
        buffer: *mut c_void,
        length: u32,
        filter: u32,
        tree: u8,
    ) -> NTSTATUS;
    pub(crate) fn NtFlushBuffersFile(file: HANDLE, block: *mut Iosb) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntqueryvolumeinformationfile>
    pub(crate) fn NtQueryVolumeInformationFile(
        file: HANDLE,
        block: *mut Iosb,
        information: *mut c_void,
        length: u32,
        class: i32,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntsetinformationfile>
    pub(crate) fn NtSetInformationFile(
        file: HANDLE,
        block: *mut Iosb,
        information: *const c_void,
        length: u32,
        class: i32,
    ) -> NTSTATUS;
    pub(crate) fn NtCreateIoCompletion(
        handle: *mut HANDLE,
        access: u32,
        attributes: Attributes,
        concurrency: u32,
    ) -> NTSTATUS;
    pub(crate) fn NtRemoveIoCompletion(
        port: HANDLE,
        key: *mut usize,
        context: *mut usize,
        block: *mut Iosb,
        timeout: Time,
    ) -> NTSTATUS;
    pub(crate) fn NtSetIoCompletion(
        port: HANDLE,
        key: usize,
        context: usize,
        status: NTSTATUS,
        information: usize,
    ) -> NTSTATUS;
    pub(crate) fn NtCancelIoFile(file: HANDLE, block: *mut Iosb) -> NTSTATUS;
    pub(crate) fn NtCancelIoFileEx(file: HANDLE, request: *const Iosb, block: *mut Iosb) -> NTSTATUS;
}
