//! Control areas: what all sections and views of one file share.

use crate::cc::cache_map::CacheMap;
use crate::io::file::File;
use crate::kernel::Kernel;
use crate::ob::reference::Purpose;
use crate::record::record;
use crate::word::Id;

record! {
    /// CONTROL_AREA: what all data sections and views of one file share, or of one section that the paging file backs.
    ///
    /// A file's is what SECTION_OBJECT_POINTERS.DataSectionObject points to.
    pub struct ControlArea: ControlArea {
        /// FilePointer: the file object that the first section was made through. One reference on it stands for all
        /// sections and views of the file.
        FILE file: Option<Id<File>> as "FilePointer",
        /// NumberOfSectionReferences: section objects, that of the cache manager among them.
        SECTIONS sections: u32 as "NumberOfSectionReferences",
        /// NumberOfMappedViews.
        VIEWS views: u32 as "NumberOfMappedViews",
    }
    lists {}
}

impl Kernel {
    /// SECTION_OBJECT_POINTERS.DataSectionObject of the file that a file object is an open of.
    pub fn data_section(&self, file: Id<File>) -> Option<Id<ControlArea>> {
        let is_of = |area: &ControlArea| area.file.is_some_and(|first| self.is_same_file(file, &self[first]));
        self.all::<ControlArea>().find(|(_, area)| is_of(area)).map(|(id, _)| id)
    }

    /// One section more of a file; the first makes the control area, which holds the file object.
    pub(crate) fn attach_section(&mut self, file: Id<File>) -> Id<ControlArea> {
        let area = self.data_section(file).unwrap_or_else(|| {
            self.reference(self[file].object, Purpose::ControlArea);
            let new = ControlArea { file: Some(file), sections: 0, views: 0 };
            self.create(new, "the first section of the file makes its control area")
        });
        let sections = self[area].sections + 1;
        self.set(area, ControlArea::SECTIONS, sections, "one section more");
        area
    }

    /// One section less. That of a file stays when nothing is left: its pages are still good.
    pub(crate) fn detach_section(&mut self, area: Id<ControlArea>) {
        let sections = self[area].sections - 1;
        self.set(area, ControlArea::SECTIONS, sections, "one section less");
        self.drop_paging_file_area(area);
    }

    /// The control area of a section that the paging file backs goes with its last section and view.
    pub(crate) fn drop_paging_file_area(&mut self, area: Id<ControlArea>) {
        if self[area].file.is_none() && self[area].is_unused() {
            self.destroy(area, "no section and no view is left: its pages are freed");
        }
    }

    /// NumberOfUserReferences: sections and views without the cache manager's section.
    pub fn user_references(&self, area: Id<ControlArea>) -> u32 {
        let ControlArea { sections, views, .. } = self[area];
        let cached = self.all::<CacheMap>().any(|(_, map)| map.control_area == area);
        sections + views - u32::from(cached)
    }

    /// Whether a program has a section or a view of the file: then MmFlushImageSection(MmFlushForDelete) and
    /// MmCanFileBeTruncated say no.
    pub fn is_mapped_by_user(&self, file: Id<File>) -> bool {
        self.data_section(file).is_some_and(|area| self.user_references(area) > 0)
    }
}

impl ControlArea {
    /// Neither a section nor a view is left of it.
    pub const fn is_unused(&self) -> bool {
        self.sections == 0 && self.views == 0
    }
}
