//! Random services of sections, views and watches, and what the system does by itself.

use sim_core::cc::cache_map::CacheMap;
use sim_core::cc::lazy_writer::CcWorkerThread;
use sim_core::frame::Frame;
use sim_core::fsrtl::notify::Change;
use sim_core::io::file::File;
use sim_core::io::request::{IoService, Request};
use sim_core::mm::control_area::ControlArea;
use sim_core::mm::protection::Protection;
use sim_core::mm::trim::MiDereferenceSegmentThread;
use sim_core::mm::view::View;
use sim_core::nt::section::{NtCreateSection, NtMapViewOfSection, NtUnmapViewOfSection};
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::header::Body;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ps::thread::Thread;
use sim_core::{Handle, Id};

use crate::Machine;

impl Machine {
    /// A random service of sections of files, or a request to be told of changes; `file` is an open one of a volume.
    pub(crate) fn mapped_service(&mut self, thread: Id<Thread>, file: Handle, pick: usize) -> Frame {
        let process = self.k[thread].process;
        // Few bits are left by now: what they choose is spread over all.
        let mixed = (pick as u32).wrapping_mul(0x9E37_79B1) as usize;
        let (kind, flags) = (mixed >> 29, mixed >> 3 & 0xFF_FFFF);
        let sections = self.k.table(process).open().filter(|(_, entry)| {
            entry.object.is_some_and(|object| matches!(self.k[object].body, Body::Section(_)))
        });
        let sections: Vec<Handle> = sections.map(|(handle, _)| handle).collect();
        let views: Vec<Id<View>> = self.k.all::<View>().map(|(view, _)| view).collect();
        match kind {
            0..3 if !sections.is_empty() && views.len() < 12 => {
                let (view, section) = (self.k.create_view(process), sections[flags % sections.len()]);
                NtMapViewOfSection::Reference { section, view, writes: flags & 64 == 0 }.into()
            }
            3 if !views.is_empty() => {
                NtUnmapViewOfSection::Unmap { process, view: views[flags % views.len()] }.into()
            }
            4..6 => {
                let iosb = Some(self.iosbs[flags % self.iosbs.len()]);
                let filter = [Change::FileName.bit(), Change::DirName.bit(), 3, 0][flags / 4 % 4];
                let (length, null_buffer) = (flags as u32 / 16 % 40, flags / 64 % 8 == 0);
                let request = Request { iosb, filter, length, null_buffer, ..Request::of(file) };
                let request = Request { watch_tree: flags & 512 == 0, ..request };
                self.k.issue(thread, IoService::NotifyDirectory, request).into()
            }
            _ => {
                let protection = Protection::ALL[flags % Protection::ALL.len()];
                let file = if flags / 8 % 8 == 0 { Handle::NULL } else { file };
                let (attributes, access) = (ObjectAttributes::UNNAMED, MAXIMUM_ALLOWED);
                let size = [0, 4096, 4096, 8192][flags / 64 % 4];
                NtCreateSection::Create { attributes, access, size, file, protection }.into()
            }
        }
    }

    /// The lazy writer or the memory manager comes to a random file.
    pub(crate) fn system_act(&mut self, pick: usize) {
        let opens = self.k.all::<File>().filter(|(_, file)| file.scb.is_some());
        let opens: Vec<Id<File>> = opens.map(|(file, _)| file).collect();
        let worker = self.k.worker();
        if opens.is_empty() || !self.k.stack(worker).is_empty() {
            return;
        }
        let file = opens[pick / 2 % opens.len()];
        match pick % 2 {
            0 => self.k.start(worker, CcWorkerThread::Scan { file }),
            _ => self.k.start(worker, MiDereferenceSegmentThread::Trim { file }),
        }
    }

    /// The system writes what is dirty and trims what nobody maps: of no file anything is left in memory then.
    pub fn write_and_trim(&mut self) {
        let worker = self.k.worker();
        let cached: Vec<Id<File>> = self.k.all::<CacheMap>().map(|(_, map)| map.file).collect();
        for file in cached {
            self.k.start(worker, CcWorkerThread::Scan { file });
            self.settle();
        }
        let mapped: Vec<Id<File>> = self.k.all::<ControlArea>().filter_map(|(_, area)| area.file).collect();
        for file in mapped {
            self.k.start(worker, MiDereferenceSegmentThread::Trim { file });
            self.settle();
        }
    }
}
