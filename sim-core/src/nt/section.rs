//! NtCreateSection, NtMapViewOfSection and NtUnmapViewOfSection.

use crate::drivers::ntfs::scb::Scb;
use crate::fault::{Allocation, Fault};
use crate::frame::{Next, Returned, Routine, steps};
use crate::io::file::File;
use crate::kernel::Kernel;
use crate::mm::protection::Protection;
use crate::mm::section::Section;
use crate::mm::view::View;
use crate::ob::attributes::ObjectAttributes;
use crate::ob::header::{Body, Object};
use crate::ob::insert::ObInsertObject;
use crate::ob::reference::{ObDereferenceObject, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::process::Process;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// SECTION_MAP_WRITE.
const SECTION_MAP_WRITE: Access = Access(2);
/// SECTION_MAP_READ.
const SECTION_MAP_READ: Access = Access(4);

steps! {
    /// NtCreateSection: creates a section, of a file or one that the paging file backs, and returns a handle to it.
    ///
    /// The first data section of a file makes its control area, and that holds one reference on the file object; later
    /// sections and views share it, and it stays when they are gone. A section holds no reference on its file object
    /// itself. Errors, in this order: STATUS_INVALID_PARAMETER for attributes that the type refuses;
    /// STATUS_INVALID_PAGE_PROTECTION; STATUS_INVALID_PARAMETER_4 for a size of zero without a file; those of
    /// ObReferenceObjectByHandle for the file, whose handle must grant what the protection allows;
    /// STATUS_INVALID_FILE_FOR_SECTION for what is no file of a file system; STATUS_MAPPED_FILE_SIZE_ZERO for an empty file
    /// and no size; STATUS_SECTION_TOO_BIG for a size that the file does not have, unless the section can be written: then
    /// the file gets it; STATUS_INSUFFICIENT_RESOURCES; those of ObInsertObject. Sources: Win32,
    /// CreateFileMapping; ReactOS kernel tests ntos_mm/MmSection, ZwCreateSection; ReactOS mm/section.c.
    pub enum NtCreateSection = "NtCreateSection" {
        Create { attributes: ObjectAttributes, access: Access, size: u64, file: Handle, protection: Protection }
            = "create", "check the parameters; without a file create the section";
        Attach { attributes: ObjectAttributes, access: Access, size: u64, protection: Protection }
            = "attach", "find the file's control area, or make it, and create the section";
        Insert { object: Id<Object>, attributes: ObjectAttributes, access: Access }
            = "insert", "the file object is let go: the control area has its own reference";
        Fail { status: NtStatus } = "return", "there is no section";
    }
}

impl Routine for NtCreateSection {
    fn fault(self, _k: &Kernel, _thread: Id<Thread>) -> Option<Fault> {
        let Self::Create { attributes, size, file: Handle::NULL, protection, .. } = self else { return None };
        let refused = Kernel::refused_attributes(attributes, ObjectType::Section);
        let allocates = !refused && protection.is_for_sections() && size > 0;
        allocates.then_some(Fault::Allocation(Allocation::Object))
    }

    fn take_fault(self, _k: &mut Kernel, _thread: Id<Thread>) -> Next {
        Next::fail(NtStatus::INSUFFICIENT_RESOURCES)
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Create { attributes, access, size, file, protection } => {
                if Kernel::refused_attributes(attributes, ObjectType::Section) {
                    return Next::fail(NtStatus::INVALID_PARAMETER);
                }
                if !protection.is_for_sections() {
                    return Next::fail(NtStatus::INVALID_PAGE_PROTECTION);
                }
                if file != Handle::NULL {
                    let wanted = protection.file_access();
                    let by_handle = k.by_handle(thread, file, ObjectType::File, wanted, Purpose::Service);
                    return Next::call(Self::Attach { attributes, access, size, protection }, by_handle);
                }
                if size == 0 {
                    return Next::fail(NtStatus::INVALID_PARAMETER_4);
                }
                let area = k.create_paging_file_area();
                let object = k.create_section_object(area, protection);
                k.note_attributes(object, attributes);
                Next::goto(ObInsertObject::Start { object, attributes, access })
            }
            Self::Attach { attributes, access, size, protection } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let file_object = returned.value.object();
                let drop = ObDereferenceObject::Drop { object: file_object, purpose: Purpose::Service };
                let file = k.file_of(file_object);
                if let Err(status) = k.fit_file(file, size, protection) {
                    return Next::call(Self::Fail { status }, drop);
                }
                let area = k.attach_section(file);
                let object = k.create_section_object(area, protection);
                k.note_attributes(object, attributes);
                Next::call(Self::Insert { object, attributes, access }, drop)
            }
            Self::Insert { object, attributes, access } => {
                k.forget_returned(thread);
                Next::goto(ObInsertObject::Start { object, attributes, access })
            }
            Self::Fail { status } => {
                k.forget_returned(thread);
                Next::fail(status)
            }
        }
    }
}

steps! {
    /// NtMapViewOfSection: maps a view of a section into the caller's address space.
    ///
    /// The view keeps the control area, not the section: the counts of the section and of the file object stay as they
    /// are, and every handle can be closed. Errors: those of ObReferenceObjectByHandle, which asks for SECTION_MAP_READ,
    /// or for SECTION_MAP_WRITE to write; STATUS_SECTION_PROTECTION for a view that writes where the section does not.
    /// Sources: WDK, ZwMapViewOfSection; Win32, MapViewOfFile; ReactOS kernel tests ntos_mm/MmSection.
    pub enum NtMapViewOfSection = "NtMapViewOfSection" {
        Reference { section: Handle, view: Id<View>, writes: bool } = "enter", "reference the section by its handle";
        Map { view: Id<View>, writes: bool } = "map", "map the view";
        Return { status: NtStatus } = "return", "return";
    }
}

impl Routine for NtMapViewOfSection {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { section, view, writes } => {
                let access = if writes { SECTION_MAP_WRITE } else { SECTION_MAP_READ };
                let by_handle = k.by_handle(thread, section, ObjectType::Section, access, Purpose::Service);
                Next::call(Self::Map { view, writes }, by_handle)
            }
            Self::Map { view, writes } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let object = returned.value.object();
                let Body::Section(section) = k[object].body else { unreachable!("the type was checked") };
                let Section { control_area, protection, .. } = k[section];
                let refused = writes && !protection.allows_writing();
                if let (Some(area), false) = (control_area, refused) {
                    k.map_view(view, area);
                }
                let status = if refused { NtStatus::SECTION_PROTECTION } else { NtStatus::SUCCESS };
                let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Service };
                Next::call(Self::Return { status }, drop)
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::Return(Returned::status(status))
            }
        }
    }
}

steps! {
    /// NtUnmapViewOfSection: unmaps a view.
    ///
    /// The last view of a section that the paging file backs, when the section is gone, takes the pages with it; a
    /// file's control area stays. Error: STATUS_NOT_MAPPED_VIEW for an address where the process has no view. Sources:
    /// WDK, ZwUnmapViewOfSection; Win32, UnmapViewOfFile.
    pub enum NtUnmapViewOfSection = "NtUnmapViewOfSection" {
        Unmap { process: Id<Process>, view: Id<View> } = "unmap", "unmap the view";
    }
}

impl Routine for NtUnmapViewOfSection {
    fn step(self, k: &mut Kernel, _thread: Id<Thread>) -> Next {
        let Self::Unmap { process, view } = self;
        if k[view].process != process || k[view].control_area.is_none() {
            return Next::fail(NtStatus::NOT_MAPPED_VIEW);
        }
        k.unmap_view(view, "the program unmaps it");
        Next::SUCCESS
    }
}

impl Kernel {
    /// Whether a section of that size can be made of the file. One that is larger than its file makes the file longer, if
    /// it can be written.
    fn fit_file(&mut self, file: Id<File>, size: u64, protection: Protection) -> Result<(), NtStatus> {
        // Only files of a file system have SECTION_OBJECT_POINTERS.
        let of_volume = self[file].scb.filter(|scb| !self[*scb].directory);
        let scb = of_volume.ok_or(NtStatus::INVALID_FILE_FOR_SECTION)?;
        let end = self[scb].end_of_file;
        match (size, end) {
            (0, 0) => return Err(NtStatus::MAPPED_FILE_SIZE_ZERO),
            (size, end) if size <= end => {}
            _ if !protection.allows_writing() => return Err(NtStatus::SECTION_TOO_BIG),
            _ => self.set(scb, Scb::END_OF_FILE, size, "the section makes the file longer"),
        }
        Ok(())
    }
}
