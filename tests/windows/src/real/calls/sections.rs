//! Sections and views.

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::Memory::{
    CreateFileMappingW, FILE_MAP_READ, MEMORY_MAPPED_VIEW_ADDRESS, MapViewOfFile, PAGE_READONLY,
    PAGE_READWRITE, SEC_COMMIT, UnmapViewOfFile,
};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use super::basic::{access, with_attributes};
use super::{Answer, Made, handle_or_null, named, status, truth, with_error};
use crate::real::args::Args;
use crate::real::memory::{self, Kept};
use crate::real::nt_objects;

/// ViewUnmap: a child process does not get the view.
/// <https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-zwmapviewofsection>
const VIEW_UNMAP: u32 = 2;

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(Ok(match call {
        "CreateFileMapping" => create_file_mapping(args),
        "NtCreateSection" => create_section(args),
        "MapViewOfFile" => map_view_of_file(label, args),
        "NtMapViewOfSection" => map_view_of_section(label, args),
        "UnmapViewOfFile" => {
            let address = MEMORY_MAPPED_VIEW_ADDRESS { Value: view(args, "lpBaseAddress") as *mut _ };
            // SAFETY: nothing of this process lives in a view that a script has mapped, or at 0.
            truth(|| unsafe { UnmapViewOfFile(address) })
        }
        "NtUnmapViewOfSection" => {
            let address = view(args, "BaseAddress") as *mut _;
            // SAFETY: as above.
            status(unsafe { nt_objects::NtUnmapViewOfSection(GetCurrentProcess(), address) })
        }
        _ => return None,
    }))
}

/// The protection that a parameter names; PAGE_READWRITE if it is left out.
fn protection(args: &Args<'_>, name: &str) -> u32 {
    if args.has(name) { args.bits(name) } else { PAGE_READWRITE }
}

/// Where the view of a label is mapped; 0 if it never was.
fn view(args: &Args<'_>, name: &str) -> usize {
    args.label(name).and_then(memory::view).unwrap_or_default()
}

fn create_file_mapping(args: &Args<'_>) -> Made {
    let (file, size) = (args.handle("hFile"), args.number_or("dwMaximumSizeLow", 0));
    let (name, protect) = (args.wide("lpName"), protection(args, "flProtect"));
    let name = name.as_ref().map_or(std::ptr::null(), Vec::as_ptr);
    let (high, low) = ((size >> 32) as u32, size as u32);
    // SAFETY: the name ends with a zero, and lives here.
    handle_or_null(|| unsafe { CreateFileMappingW(file, std::ptr::null(), protect, high, low, name) })
}

fn create_section(args: &Args<'_>) -> Made {
    let (access, file) = (access(args, "DesiredAccess"), args.handle("FileHandle"));
    let (size, protect) = (args.number_or("MaximumSize", 0), protection(args, "SectionPageProtection"));
    with_attributes(args, |attributes, handle| {
        let size = &raw const size;
        // SAFETY: the attributes are whole, the size lives here, and the handle can be written.
        unsafe { nt_objects::NtCreateSection(handle, access, attributes, size, protect, SEC_COMMIT, file) }
    })
}

fn map_view_of_file(label: Option<&str>, args: &Args<'_>) -> Made {
    let section = args.handle("hFileMappingObject");
    let wanted = if args.has("dwDesiredAccess") { args.bits("dwDesiredAccess") } else { FILE_MAP_READ };
    // SAFETY: the system chooses the address, and nothing here looks at what is there.
    let (address, error) = with_error(|| unsafe { MapViewOfFile(section, wanted, 0, 0, 0) });
    keep(label, address.Value as usize);
    if address.Value.is_null() { named("NULL", Some(error)) } else { named("a view", None) }
}

fn map_view_of_section(label: Option<&str>, args: &Args<'_>) -> Made {
    let section: HANDLE = args.handle("SectionHandle");
    let protect = if args.has("Win32Protect") { args.bits("Win32Protect") } else { PAGE_READONLY };
    let (mut address, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: both can be written; the system chooses the address, and nothing here looks at what is there.
    let ended = unsafe {
        nt_objects::NtMapViewOfSection(
            section,
            GetCurrentProcess(),
            &raw mut address,
            0,
            0,
            std::ptr::null_mut(),
            &raw mut size,
            VIEW_UNMAP,
            0,
            protect,
        )
    };
    keep(label, address as usize);
    status(ended)
}

fn keep(label: Option<&str>, address: usize) {
    memory::keep(label, Kept::View(address));
}
