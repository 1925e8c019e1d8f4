//! Which Windows this is.

use windows_sys::Wdk::System::SystemServices::RtlGetVersion;
use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleA, GetProcAddress};
use windows_sys::Win32::System::SystemInformation::OSVERSIONINFOW;

/// `Windows 10.0.26100`, or `Wine 8.0`.
pub(crate) fn name() -> String {
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
    // SAFETY: ntdll is always loaded, the function takes nothing and returns a text that stays.
    unsafe {
        let ntdll = GetModuleHandleA(c"ntdll.dll".as_ptr().cast());
        let function = GetProcAddress(ntdll, c"wine_get_version".as_ptr().cast())?;
        let function: unsafe extern "C" fn() -> *const std::ffi::c_char = std::mem::transmute(function);
        Some(std::ffi::CStr::from_ptr(function()).to_string_lossy().into_owned())
    }
}
