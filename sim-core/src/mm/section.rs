//! Section objects.

use crate::kernel::Kernel;
use crate::mm::control_area::ControlArea;
use crate::mm::protection::Protection;
use crate::ob::header::{Body, Object};
use crate::record::record;
use crate::word::Id;

record! {
    /// SECTION: what handles to a section lead to. Its control area has what it shares with others.
    pub struct Section: Section {
        /// Its header.
        OBJECT object: Id<Object>,
        /// Segment.ControlArea; none when the section is deleted.
        CONTROL_AREA control_area: Option<Id<ControlArea>> as "ControlArea",
        /// InitialPageProtection.
        PROTECTION protection: Protection as "InitialPageProtection",
    }
    lists {}
}

impl Kernel {
    /// ObCreateObject for a section.
    pub(crate) fn create_section_object(
        &mut self,
        area: Id<ControlArea>,
        protection: Protection,
    ) -> Id<Object> {
        let at = self.sections.lowest_free();
        let object = self.create_header(Body::Section(at));
        self.create(Section { object, control_area: Some(area), protection }, "");
        object
    }

    /// The control area of a section that the paging file backs.
    pub(crate) fn create_paging_file_area(&mut self) -> Id<ControlArea> {
        self.create(ControlArea { file: None, sections: 1, views: 0 }, "the paging file backs the section")
    }

    /// The delete procedure of the Section type.
    pub(crate) fn delete_section(&mut self, section: Id<Section>) {
        if let Some(area) = self[section].control_area {
            self.set(section, Section::CONTROL_AREA, None, "");
            self.detach_section(area);
        }
    }

    /// Whether nobody but the section could tell that it goes: its pages have no other user.
    pub(crate) fn goes_alone(&self, section: Id<Section>) -> bool {
        self[section].control_area.is_some_and(|area| self[area].file.is_none() && self[area].views == 0)
    }
}
