//! Which Windows this is.

use std::ffi::{CStr, c_char};

use windows_sys::Wdk::System::SystemServices::RtlGetVersion;
use windows_sys::Win32::Foundation::FARPROC;
use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleA, GetProcAddress};
use windows_sys::Win32::System::SystemInformation::OSVERSIONINFOW;

/// `Windows 10.0.26100`, or `Wine 8.0`.
pub fn name() -> String {
    if let Some(version) = wine() {
        return format!("Wine {version}");
    }
    // SAFETY: zeros are a valid version, and its size is set.
    let version = unsafe {
        let mut version: OSVERSIONINFOW = std::mem::zeroed();
        version.dwOSVersionInfoSize = size_of::<OSVERSIONINFOW>() as u32;
        RtlGetVersion(&raw mut version);
        version
    };
    format!("Windows {}.{}.{}", version.dwMajorVersion, version.dwMinorVersion, version.dwBuildNumber)
}

/// Wine's version. Source: Wine's developer's guide: ntdll exports wine_get_version on Wine alone.
fn wine() -> Option<String> {
    let found = function(c"ntdll.dll", c"wine_get_version")?;
    // SAFETY: the function takes nothing and returns a text that stays.
    unsafe {
        let version: unsafe extern "C" fn() -> *const c_char = std::mem::transmute(found);
        Some(CStr::from_ptr(version()).to_string_lossy().into_owned())
    }
}

/// A function that not every system has, of a library that is loaded.
pub(crate) fn function(library: &CStr, name: &CStr) -> FARPROC {
    // SAFETY: the names end with a zero; a library that is not loaded is NULL, which has no functions.
    unsafe {
        let library = GetModuleHandleA(library.as_ptr().cast());
        if library.is_null() { None } else { GetProcAddress(library, name.as_ptr().cast()) }
    }
}
