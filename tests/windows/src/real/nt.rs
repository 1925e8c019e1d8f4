//! The system services that windows-sys lacks, as ntdll exports them.
//!
//! Each follows the page it names; those without a page are declared as public headers of Microsoft's (phnt's sources)
//! and Wine's `winternl.h` have them.

use std::ffi::c_void;

use windows_sys::Win32::Foundation::{HANDLE, NTSTATUS, UNICODE_STRING};

/// OBJECT_ATTRIBUTES. <https://learn.microsoft.com/windows/win32/api/ntdef/ns-ntdef-_object_attributes>
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct ObjectAttributes {
    pub(crate) length: u32,
    pub(crate) root: HANDLE,
    pub(crate) name: *const UNICODE_STRING,
    pub(crate) attributes: u32,
    pub(crate) security: *const c_void,
    pub(crate) quality: *const c_void,
}

impl ObjectAttributes {
    /// OBJ_INHERIT.
    pub(crate) const INHERIT: u32 = 2;

    /// Those of an object without a name.
    pub(crate) const fn unnamed(attributes: u32) -> ObjectAttributes {
        ObjectAttributes {
            length: size_of::<ObjectAttributes>() as u32,
            root: std::ptr::null_mut(),
            name: std::ptr::null(),
            attributes,
            security: std::ptr::null(),
            quality: std::ptr::null(),
        }
    }
}

/// A service that answers a question of a class.
pub(crate) type Query = unsafe extern "system" fn(HANDLE, i32, *mut c_void, u32, *mut u32) -> NTSTATUS;

/// IO_STATUS_BLOCK. <https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ns-wdm-_io_status_block>
pub(crate) type Iosb = c_void;
/// IO_APC_ROUTINE, PKNORMAL_ROUTINE.
pub(crate) type Routine = Option<unsafe extern "system" fn(*mut c_void, *mut c_void, *mut c_void)>;
type Attributes = *const ObjectAttributes;
type Access = u32;

#[link(name = "ntdll", kind = "raw-dylib")]
unsafe extern "system" {
    // <https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntclose>
    pub(crate) fn NtClose(handle: HANDLE) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntcreateevent>
    pub(crate) fn NtCreateEvent(
        handle: *mut HANDLE,
        access: Access,
        attributes: Attributes,
        kind: i32,
        initial: u8,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntsetevent>
    pub(crate) fn NtSetEvent(event: HANDLE, previous: *mut i32) -> NTSTATUS;
    pub(crate) fn NtResetEvent(event: HANDLE, previous: *mut i32) -> NTSTATUS;
    pub(crate) fn NtQueryEvent(
        event: HANDLE,
        class: i32,
        information: *mut c_void,
        length: u32,
        returned: *mut u32,
    ) -> NTSTATUS;
    pub(crate) fn NtQuerySemaphore(
        semaphore: HANDLE,
        class: i32,
        information: *mut c_void,
        length: u32,
        returned: *mut u32,
    ) -> NTSTATUS;
    pub(crate) fn NtQueryMutant(
        mutant: HANDLE,
        class: i32,
        information: *mut c_void,
        length: u32,
        returned: *mut u32,
    ) -> NTSTATUS;
    pub(crate) fn NtQueryTimer(
        timer: HANDLE,
        class: i32,
        information: *mut c_void,
        length: u32,
        returned: *mut u32,
    ) -> NTSTATUS;
    pub(crate) fn NtQueryIoCompletion(
        port: HANDLE,
        class: i32,
        information: *mut c_void,
        length: u32,
        returned: *mut u32,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntqueryobject>
    pub(crate) fn NtQueryObject(
        handle: HANDLE,
        class: i32,
        information: *mut c_void,
        length: u32,
        returned: *mut u32,
    ) -> NTSTATUS;
    // <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntqueryinformationfile>
    pub(crate) fn NtQueryInformationFile(
        file: HANDLE,
        block: *mut Iosb,
        information: *mut c_void,
        length: u32,
        class: i32,
    ) -> NTSTATUS;
}

/// A counted string, as OBJECT_ATTRIBUTES names an object.
pub(crate) fn counted(text: &[u16]) -> UNICODE_STRING {
    let bytes = (text.len() * 2) as u16;
    UNICODE_STRING { Length: bytes, MaximumLength: bytes, Buffer: text.as_ptr().cast_mut() }
}
