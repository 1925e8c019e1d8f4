//! Sections and views: compiling their calls, and what labels of views name.

use sim_core::frame::{Frame, Value};
use sim_core::mm::protection::Protection;
use sim_core::nt::section::{NtMapViewOfSection, NtUnmapViewOfSection};
use sim_core::ps::process::Process;
use sim_core::{Handle, Id, NtStatus};

use crate::lang::Diagnostic;
use crate::scenario::calls::{Answer, ServiceName};
use crate::scenario::compile_args::Args;
use crate::scenario::program::{Call, HandleArg, Service};
use crate::scenario::world::{Binding, World};

/// STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ: what CreateFileMapping asks for.
const WIN32_ACCESS: u32 = 0x000F_0005;
/// SECTION_MAP_WRITE, for protections that allow it.
const MAP_WRITE: u32 = 0x0002;
/// SECTION_MAP_EXECUTE, likewise.
const MAP_EXECUTE: u32 = 0x0008;

impl Args<'_> {
    /// The calls of sections and views.
    pub(super) fn section_service(&mut self) -> Service {
        match self.row.service {
            ServiceName::MapView => {
                let writes =
                    self.desired_access() & MAP_WRITE != 0 || self.flags("protect") == ["PAGE_READWRITE"];
                Service::MapView { section: self.handle("section"), writes }
            }
            ServiceName::UnmapView => Service::UnmapView { view: self.labelled("view").unwrap_or_default() },
            _ => self.create_section(),
        }
    }

    fn create_section(&mut self) -> Service {
        let win32 = self.row.answer != Answer::Status;
        let given = self.handle("file");
        if let (true, Some(span), HandleArg::Value(Handle::NULL)) =
            (win32, self.raw("file").map(|value| value.span), given)
        {
            let message = "CreateFileMapping takes a file, or INVALID_HANDLE_VALUE for the paging file";
            self.complain(Diagnostic::new(message).at(span, "NULL is neither"));
        }
        let is_paging_file = win32 && given == HandleArg::Value(Handle::CURRENT_PROCESS);
        let file = if is_paging_file { HandleArg::Value(Handle::NULL) } else { given };
        let named = |name: &&Protection| self.flags("protect") == [name.name()];
        let protection = Protection::ALL.iter().find(named).copied().unwrap_or(Protection::ReadWrite);
        let size = self.wide("size").unwrap_or(0);
        let mut name = self.name();
        if win32 {
            let write = if protection.allows_writing() { MAP_WRITE } else { 0 };
            let executes = matches!(protection, Protection::ExecuteRead | Protection::ExecuteReadWrite);
            name.access = WIN32_ACCESS | write | if executes { MAP_EXECUTE } else { 0 };
        }
        Service::CreateSection { name, size, file, protection }
    }
}

impl World<'_> {
    /// The first step of a call that maps or unmaps. The label of a view names it before the call has mapped it, and also
    /// if it never does.
    pub(super) fn begin_view(&mut self, process: Id<Process>, call: &Call) -> Option<Frame> {
        match call.service {
            Service::MapView { section, writes } => {
                let section = self.handle(section);
                let view = self.kernel.create_view(process);
                if let Some(label) = call.label {
                    self.bind(label, Binding::View(view));
                }
                Some(NtMapViewOfSection::Reference { section, view, writes }.into())
            }
            Service::UnmapView { view } => match self.binding(view) {
                Binding::View(view) => Some(NtUnmapViewOfSection::Unmap { process, view }.into()),
                _ => None,
            },
            _ => None,
        }
    }

    /// An address that no view was ever mapped at.
    pub(super) fn unmapped(&self, service: Service) -> Option<(NtStatus, Value)> {
        match service {
            Service::UnmapView { view } if !matches!(self.binding(view), Binding::View(_)) => {
                Some((NtStatus::NOT_MAPPED_VIEW, Value::NONE))
            }
            _ => None,
        }
    }
}
