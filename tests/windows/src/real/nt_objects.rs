//! The system services of objects that windows-sys lacks: signals, waits, names, handles, processes and jobs.
//!
//! Those without a page are declared as `nt.rs` says.

use std::ffi::{CStr, c_void};

use windows_sys::Win32::Foundation::{FARPROC, HANDLE, NTSTATUS, UNICODE_STRING};

use super::args::Refused;
use super::nt::{ObjectAttributes, Routine};
use super::system;

type Attributes = *const ObjectAttributes;
type Access = u32;
type Time = *const i64;

/// CLIENT_ID. <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntddk/ns-ntddk-_client_id>
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ClientId {
    pub(crate) process: usize,
    pub(crate) thread: usize,
}

#[link(name = "ntdll", kind = "raw-dylib")]
unsafe extern "system" {
    pub(crate) fn NtClearEvent(event: HANDLE) -> NTSTATUS;
    pub(crate) fn NtPulseEvent(event: HANDLE, previous: *mut i32) -> NTSTATUS;
    pub(crate) fn NtCreateSemaphore(
        handle: *mut HANDLE,
        access: Access,
        attributes: Attributes,
        initial: i32,
        maximum: i32,
    ) -> NTSTATUS;
    pub(crate) fn NtReleaseSemaphore(semaphore: HANDLE, release: i32, previous: *mut i32) -> NTSTATUS;
    pub(crate) fn NtCreateMutant(
        handle: *mut HANDLE,
        access: Access,
        attributes: Attributes,
        owned: u8,
    ) -> NTSTATUS;
    pub(crate) fn NtReleaseMutant(mutant: HANDLE, previous: *mut i32) -> NTSTATUS;
    pub(crate) fn NtCreateTimer(
        handle: *mut HANDLE,
        access: Access,
        attributes: Attributes,
        kind: i32,
    ) -> NTSTATUS;
    pub(crate) fn NtSetTimer(
        timer: HANDLE,
        due: Time,
        routine: *const c_void,
        context: *const c_void,
        resume: u8,
        period: i32,
        previous: *mut u8,
    ) -> NTSTATUS;
    pub(crate) fn NtCancelTimer(timer: HANDLE, state: *mut u8) -> NTSTATUS;

    // <https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntwaitforsingleobject>
    pub(crate) fn NtWaitForSingleObject(handle: HANDLE, alertable: u8, timeout: Time) -> NTSTATUS;
    pub(crate) fn NtWaitForMultipleObjects(
        count: u32,
        handles: *const HANDLE,
        kind: i32,
        alertable: u8,
        timeout: Time,
    ) -> NTSTATUS;
    pub(crate) fn NtSignalAndWaitForSingleObject(
        signal: HANDLE,
        wait: HANDLE,
        alertable: u8,
        timeout: Time,
    ) -> NTSTATUS;
    pub(crate) fn NtDelayExecution(alertable: u8, interval: Time) -> NTSTATUS;
    pub(crate) fn NtQueueApcThread(
        thread: HANDLE,
        routine: Routine,
        first: *mut c_void,
        second: *mut c_void,
        third: *mut c_void,
    ) -> NTSTATUS;
    pub(crate) fn NtAlertThread(thread: HANDLE) -> NTSTATUS;

    pub(crate) fn NtOpenEvent(handle: *mut HANDLE, access: Access, attributes: Attributes) -> NTSTATUS;
    pub(crate) fn NtOpenSemaphore(handle: *mut HANDLE, access: Access, attributes: Attributes) -> NTSTATUS;
    pub(crate) fn NtOpenMutant(handle: *mut HANDLE, access: Access, attributes: Attributes) -> NTSTATUS;
    pub(crate) fn NtOpenTimer(handle: *mut HANDLE, access: Access, attributes: Attributes) -> NTSTATUS;
    pub(crate) fn NtOpenIoCompletion(handle: *mut HANDLE, access: Access, attributes: Attributes)
    -> NTSTATUS;
    pub(crate) fn NtOpenJobObject(handle: *mut HANDLE, access: Access, attributes: Attributes) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-zwopensection>
    pub(crate) fn NtOpenSection(handle: *mut HANDLE, access: Access, attributes: Attributes) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntcreatesection>
    pub(crate) fn NtCreateSection(
        handle: *mut HANDLE,
        access: Access,
        attributes: Attributes,
        size: *const i64,
        protection: u32,
        allocation: u32,
        file: HANDLE,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-zwmapviewofsection>
    pub(crate) fn NtMapViewOfSection(
        section: HANDLE,
        process: HANDLE,
        address: *mut *mut c_void,
        zero_bits: usize,
        commit: usize,
        offset: *mut i64,
        size: *mut usize,
        inherit: u32,
        allocation: u32,
        protection: u32,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-zwunmapviewofsection>
    pub(crate) fn NtUnmapViewOfSection(process: HANDLE, address: *mut c_void) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-zwcreatedirectoryobject>
    pub(crate) fn NtCreateDirectoryObject(
        handle: *mut HANDLE,
        access: Access,
        attributes: Attributes,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows/win32/devnotes/ntopendirectoryobject>
    pub(crate) fn NtOpenDirectoryObject(
        handle: *mut HANDLE,
        access: Access,
        attributes: Attributes,
    ) -> NTSTATUS;
    pub(crate) fn NtCreateSymbolicLinkObject(
        handle: *mut HANDLE,
        access: Access,
        attributes: Attributes,
        target: *const UNICODE_STRING,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows/win32/devnotes/ntopensymboliclinkobject>
    pub(crate) fn NtOpenSymbolicLinkObject(
        handle: *mut HANDLE,
        access: Access,
        attributes: Attributes,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-zwmaketemporaryobject>
    pub(crate) fn NtMakeTemporaryObject(handle: HANDLE) -> NTSTATUS;

    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-zwduplicateobject>
    pub(crate) fn NtDuplicateObject(
        source_process: HANDLE,
        source: HANDLE,
        target_process: HANDLE,
        target: *mut HANDLE,
        access: Access,
        attributes: u32,
        options: u32,
    ) -> NTSTATUS;
    pub(crate) fn NtSetInformationObject(
        handle: HANDLE,
        class: i32,
        information: *const c_void,
        length: u32,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntddk/nf-ntddk-ntopenprocess>
    pub(crate) fn NtOpenProcess(
        handle: *mut HANDLE,
        access: Access,
        attributes: Attributes,
        client: *const ClientId,
    ) -> NTSTATUS;
    pub(crate) fn NtOpenThread(
        handle: *mut HANDLE,
        access: Access,
        attributes: Attributes,
        client: *const ClientId,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntddk/nf-ntddk-zwterminateprocess>
    pub(crate) fn NtTerminateProcess(process: HANDLE, status: i32) -> NTSTATUS;
    pub(crate) fn NtTerminateThread(thread: HANDLE, status: i32) -> NTSTATUS;

    pub(crate) fn NtCreateJobObject(handle: *mut HANDLE, access: Access, attributes: Attributes) -> NTSTATUS;
    pub(crate) fn NtSetInformationJobObject(
        job: HANDLE,
        class: i32,
        information: *const c_void,
        length: u32,
    ) -> NTSTATUS;
    pub(crate) fn NtAssignProcessToJobObject(job: HANDLE, process: HANDLE) -> NTSTATUS;
    pub(crate) fn NtTerminateJobObject(job: HANDLE, status: i32) -> NTSTATUS;
    pub(crate) fn NtIsProcessInJob(process: HANDLE, job: HANDLE) -> NTSTATUS;

    // <https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntqueryinformationprocess>
    pub(crate) fn NtQueryInformationProcess(
        process: HANDLE,
        class: i32,
        information: *mut c_void,
        length: u32,
        returned: *mut u32,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntqueryinformationthread>
    pub(crate) fn NtQueryInformationThread(
        thread: HANDLE,
        class: i32,
        information: *mut c_void,
        length: u32,
        returned: *mut u32,
    ) -> NTSTATUS;

    pub(crate) fn RtlGetLastNtStatus() -> NTSTATUS;
    pub(crate) fn RtlSetLastWin32ErrorAndNtStatusFromNtStatus(status: NTSTATUS);
}

/// A function of ntdll that not every system has.
pub(crate) fn lately(name: &CStr) -> Result<unsafe extern "system" fn() -> isize, Refused> {
    found(system::function(c"ntdll.dll", name), name)
}

/// A function that was looked up, or that there is none.
pub(crate) fn found(function: FARPROC, name: &CStr) -> Result<unsafe extern "system" fn() -> isize, Refused> {
    function.ok_or_else(|| format!("this system has no {}", name.to_string_lossy()))
}
