//! I/O rings: from a line to a service, and what a program does with a ring in its own memory.

use sim_core::frame::{Frame, Value};
use sim_core::io::ring::{RingOp, RingPolicy, Sqe};
use sim_core::nt::create_object::NtCreateIoRing;
use sim_core::nt::io_ring::{NtSetInformationIoRing, NtSubmitIoRing};
use sim_core::nt::wait::Timeout;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ps::process::Process;
use sim_core::{Access, Handle, Id, NtStatus};

use crate::lang::ast::{Policy, Scenario, Spanned, Value as Written};
use crate::scenario::arguments::{HandleArg, LabelId};
use crate::scenario::calls::ServiceName;
use crate::scenario::compile_args::Args;
use crate::scenario::program::{Call, Service};
use crate::scenario::world::{Binding, World};

/// MAXIMUM_ALLOWED.
const EVERYTHING: Access = Access(0x0200_0000);

/// A call of an I/O ring with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RingCall {
    /// CreateIoRing.
    Create {
        /// submissionQueueSize.
        submission: u32,
        /// completionQueueSize.
        completion: u32,
    },
    /// BuildIoRingReadFile and its kin.
    Build {
        /// The ring.
        ring: HandleArg,
        /// The entry.
        entry: EntryArgs,
    },
    /// SubmitIoRing.
    Submit {
        /// The ring.
        ring: HandleArg,
        /// How many completions to wait for.
        wait: u32,
        /// How long.
        timeout: Timeout,
    },
    /// PopIoRingCompletion.
    Pop {
        /// The ring.
        ring: HandleArg,
    },
    /// GetIoRingInfo.
    Info {
        /// The ring.
        ring: HandleArg,
    },
    /// SetIoRingCompletionEvent.
    SetEvent {
        /// The ring.
        ring: HandleArg,
        /// The event.
        event: HandleArg,
    },
}

/// The arguments of a call that builds an entry. What it registers stands in the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryArgs {
    /// What it asks for.
    pub operation: RingOp,
    /// The file, by a handle.
    pub file: HandleArg,
    /// The file, by an index.
    pub file_index: Option<u64>,
    /// The buffer, by its address.
    pub buffer: Option<LabelId>,
    /// The buffer, by an index.
    pub buffer_index: Option<u64>,
    /// Bytes to transfer.
    pub length: u32,
    /// Where in the file.
    pub offset: u64,
    /// The operation to cancel.
    pub target: Option<LabelId>,
}

/// What the documentation of I/O rings leaves open, and how a scenario decides it: the first of each two is the default.
pub(crate) const POLICIES: [&str; 4] =
    ["references_files", "looks_up_handles", "replaces_at_once", "waits_for_operations"];

/// How the scenario decides it.
pub(super) fn ring_policy(scenario: &Scenario) -> RingPolicy {
    let mut policy = RingPolicy::default();
    for line in &scenario.policies {
        let Policy::Rings(name) = line else { continue };
        match POLICIES.iter().position(|known| *known == name.value) {
            Some(at @ 0..=1) => policy.looks_up_handles = at == 1,
            Some(at) => policy.waits_for_operations = at == 3,
            None => {}
        }
    }
    policy
}

impl Args<'_> {
    /// A call of an I/O ring, if it is that.
    pub(super) fn ring_service(&mut self) -> Option<Service> {
        Some(match self.row.service {
            ServiceName::CreateRing => {
                let (submission, completion) = (self.narrow("submission"), self.narrow("completion"));
                Service::Ring(RingCall::Create { submission, completion })
            }
            ServiceName::BuildEntry => {
                let (ring, entry) = (self.handle("ring"), self.entry());
                Service::Ring(RingCall::Build { ring, entry })
            }
            ServiceName::SubmitRing => {
                let (ring, wait, timeout) = (self.handle("ring"), self.narrow("wait"), self.timeout());
                Service::Ring(RingCall::Submit { ring, wait, timeout })
            }
            ServiceName::RingInfo => Service::Ring(RingCall::Info { ring: self.handle("ring") }),
            ServiceName::PopCompletion => Service::Ring(RingCall::Pop { ring: self.handle("ring") }),
            ServiceName::SetRingEvent => {
                let (ring, event) = (self.handle("ring"), self.handle("event"));
                Service::Ring(RingCall::SetEvent { ring, event })
            }
            ServiceName::CloseRing => Service::Close(self.handle("ring")),
            _ => return None,
        })
    }

    fn entry(&mut self) -> EntryArgs {
        let operation = match self.row.spec.name {
            "BuildIoRingWriteFile" => RingOp::Write,
            "BuildIoRingRegisterFileHandles" => RingOp::RegisterFiles,
            "BuildIoRingRegisterBuffers" => RingOp::RegisterBuffers,
            "BuildIoRingCancelRequest" => RingOp::Cancel,
            _ => RingOp::Read,
        };
        let (file_index, buffer_index) = (self.index("file"), self.index("buffer"));
        let file = match file_index {
            Some(_) => HandleArg::Value(Handle::NULL),
            None => self.handle("file"),
        };
        EntryArgs {
            operation,
            file,
            file_index,
            buffer: self.labelled("buffer"),
            buffer_index,
            length: self.narrow("length"),
            offset: self.wide("offset").unwrap_or(0),
            target: self.labelled("operation"),
        }
    }

    /// The index that a reference by a number means.
    fn index(&mut self, parameter: &str) -> Option<u64> {
        let Spanned { value: Written::Number(number), span } = self.given(parameter)? else { return None };
        let (number, span) = (number.value(), *span);
        Some(u64::from(self.compiler.number(number, span)))
    }
}

impl World<'_> {
    /// The service behind a call of an I/O ring.
    pub(super) fn ring_frame(&self, call: RingCall) -> Option<Frame> {
        Some(match call {
            RingCall::Create { submission, completion } => {
                let attributes = ObjectAttributes::UNNAMED;
                NtCreateIoRing::Create { attributes, access: EVERYTHING, submission, completion }.into()
            }
            RingCall::Submit { ring, wait, timeout } => {
                NtSubmitIoRing::of(self.handle(ring), wait, timeout).into()
            }
            RingCall::SetEvent { ring, event } => {
                let (ring, event) = (self.handle(ring), self.handle(event));
                NtSetInformationIoRing::Reference { ring, event }.into()
            }
            RingCall::Build { .. } | RingCall::Pop { .. } | RingCall::Info { .. } => return None,
        })
    }

    /// What a program does with a ring without a service: it builds entries, pops completions and asks for the sizes.
    pub(super) fn ring_in_user_mode(
        &mut self,
        process: Id<Process>,
        call: &Call,
        ring: RingCall,
    ) -> Option<(NtStatus, Value)> {
        let handle = match ring {
            RingCall::Build { ring, .. } | RingCall::Pop { ring } | RingCall::Info { ring } => {
                self.handle(ring)
            }
            _ => return None,
        };
        let found = self.kernel.ring_of(process, handle);
        if let RingCall::Build { entry, .. } = ring {
            let sqe = self.sqe(call, entry);
            let status = found.map(|ring| self.kernel.build_entry(ring, sqe));
            return Some((status.unwrap_or(NtStatus::INVALID_HANDLE), Value::NONE));
        }
        let Some(found) = found else { return Some((NtStatus::INVALID_HANDLE, Value::NONE)) };
        if let RingCall::Info { .. } = ring {
            return Some((NtStatus::SUCCESS, Value::Information(self.kernel.ring_info(found))));
        }
        Some(match self.kernel.pop_completion(found) {
            Some(entry) => (NtStatus::SUCCESS, Value::Packet(entry)),
            None => (NtStatus::NO_MORE_ENTRIES, Value::NONE),
        })
    }

    /// The entry that a call builds. Its label names the operation from now on.
    fn sqe(&mut self, call: &Call, args: EntryArgs) -> Sqe {
        let user_data = self.kernel.create_iosb();
        if let Some(label) = call.label {
            self.bind(label, Binding::Operation(user_data));
        }
        let EntryArgs { operation, file_index, buffer_index, length, offset, .. } = args;
        let mut sqe = Sqe::of(operation, user_data);
        sqe.file = self.handle(args.file);
        sqe.file_index = file_index;
        sqe.buffer = args.buffer.and_then(|label| self.buffer_of(label));
        sqe.buffer_index = buffer_index;
        sqe.length = length;
        sqe.offset = offset;
        sqe.target = args.target.map(|label| self.iosb_of(label));
        for item in &call.handles {
            match (operation, item) {
                (RingOp::RegisterBuffers, HandleArg::Label(label)) => sqe.push_buffer(self.buffer_of(*label)),
                (RingOp::RegisterBuffers, HandleArg::Value(_)) => sqe.push_buffer(None),
                _ => sqe.push_handle(self.handle(*item)),
            }
        }
        sqe
    }

    fn buffer_of(&self, label: LabelId) -> Option<Id<sim_core::io::buffer::Buffer>> {
        match self.binding(label) {
            Binding::Buffer(buffer) => Some(buffer),
            _ => None,
        }
    }
}
