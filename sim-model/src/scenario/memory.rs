//! What a program does in user mode with its own memory: allocate, free, and read an OVERLAPPED.

use sim_core::frame::{Frame, Value};
use sim_core::io::iosb::Iosb;
use sim_core::nt::wait::{NtWaitForSingleObject, Timeout};
use sim_core::{Handle, Id, NtStatus};

use crate::scenario::calls::ServiceName;
use crate::scenario::compile_args::Args;
use crate::scenario::program::{Call, LabelId, Service};
use crate::scenario::world::{Binding, World};

impl Args<'_> {
    /// The calls of memory.
    pub(super) fn memory_service(&mut self) -> Service {
        match self.row.service {
            ServiceName::Allocate => Service::Allocate { length: self.narrow("length") },
            ServiceName::Free => Service::Free { memory: self.labelled("memory").unwrap_or_default() },
            _ => {
                let waits = self.row.spec.params.iter().any(|param| param.is_called("timeout"));
                let timeout = match (waits, self.is_true("wait")) {
                    (true, _) => self.timeout(),
                    (false, true) => Timeout::Infinite,
                    (false, false) => Timeout::Zero,
                };
                let operation = self.labelled("operation").unwrap_or_default();
                let (file, alertable) = (self.handle("file"), self.is_true("alertable"));
                Service::OverlappedResult { file, operation, timeout, alertable }
            }
        }
    }
}

impl World<'_> {
    /// What a call gives that needs no system service, at least not this time; none for the others.
    pub(super) fn answered_in_user_mode(&mut self, call: &Call) -> Option<(NtStatus, Value)> {
        match call.service {
            Service::Allocate { length } => {
                let buffer = self.kernel.create_buffer(length);
                if let Some(label) = call.label {
                    self.bind(label, Binding::Buffer(buffer));
                }
                Some((NtStatus::SUCCESS, Value::NONE))
            }
            Service::Free { memory } => {
                match self.labels[memory] {
                    Binding::Buffer(buffer) => self.kernel.free_buffer(buffer),
                    Binding::Operation(iosb) => self.kernel.free_iosb(iosb),
                    _ => {}
                }
                Some((NtStatus::SUCCESS, Value::NONE))
            }
            Service::OverlappedResult { operation, timeout, .. } => {
                let (status, bytes) = self.overlapped(operation);
                match (status, timeout) {
                    (NtStatus::PENDING, Timeout::Zero) => Some((NtStatus::PENDING, Value::NONE)),
                    (NtStatus::PENDING, _) => None,
                    _ => Some((status, bytes)),
                }
            }
            // Win32 itself refuses a port for no file.
            Service::CreatePort { file, port, .. }
                if self.handle(file) == Handle::CURRENT_PROCESS && self.handle(port) != Handle::NULL =>
            {
                Some((NtStatus::INVALID_PARAMETER, Value::NONE))
            }
            other => self.unmapped(other),
        }
    }

    /// The wait of GetOverlappedResult: for the OVERLAPPED's event, or without one for the file.
    pub(super) fn wait_for_result(&self, service: Service) -> Option<Frame> {
        let Service::OverlappedResult { file, operation, timeout, alertable } = service else { return None };
        let event = self.kernel[self.iosb_of(operation)].event;
        let handle = if event == Handle::NULL { self.handle(file) } else { event };
        Some(NtWaitForSingleObject::Reference { handle, alertable, timeout }.into())
    }

    /// What GetOverlappedResult gives when its wait has ended: what the OVERLAPPED says then. One that is still pending,
    /// because something else ended the wait, counts as a success.
    pub(super) fn result_after_wait(&self, service: Service, status: NtStatus) -> Option<(NtStatus, Value)> {
        let Service::OverlappedResult { operation, .. } = service else { return None };
        if status != NtStatus::SUCCESS {
            return Some((status, Value::NONE));
        }
        let (status, bytes) = self.overlapped(operation);
        Some((if status == NtStatus::PENDING { NtStatus::SUCCESS } else { status }, bytes))
    }

    pub(super) fn overlapped(&self, operation: LabelId) -> (NtStatus, Value) {
        let Iosb { status, information, .. } = self.kernel[self.iosb_of(operation)];
        (status.unwrap_or_default(), Value::Number(information))
    }

    /// The status block of a label; nobody's if the label names none.
    pub(super) fn iosb_of(&self, operation: LabelId) -> Id<Iosb> {
        match self.labels[operation] {
            Binding::Operation(iosb) => iosb,
            _ => self.nobodys_iosb,
        }
    }
}
