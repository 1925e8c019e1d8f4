//! Random services of named pipes.

use sim_core::frame::Frame;
use sim_core::io::control_code::ControlCode;
use sim_core::io::open_options::OpenOptions;
use sim_core::io::pipe_modes::PipeModes;
use sim_core::io::pipe_parameters::PipeParameters;
use sim_core::io::request::{IoService, Request};
use sim_core::nt::cancel_io_file::NtCancelIoFileEx;
use sim_core::nt::close::NtClose;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::header::{Body, Object};
use sim_core::ps::thread::Thread;
use sim_core::{Access, Handle, Id, Name};

use crate::Machine;

impl Machine {
    /// A random service of named pipes: both ends, small quotas, so that reads and writes wait.
    pub(crate) fn pipe_service(
        &mut self,
        thread: Id<Thread>,
        pick: usize,
        (path, name): (Name, Name),
    ) -> Frame {
        let is_end = |object: Id<Object>| matches!(self.k[object].body, Body::File(file) if self.k.pipe_end(file).is_some());
        let open = self.k.table(self.k[thread].process).open();
        let ends: Vec<Handle> =
            open.filter(|(_, entry)| entry.object.is_some_and(is_end)).map(|(handle, _)| handle).collect();
        let modes = PipeModes { message: pick & 1 << 12 != 0, nowait: (pick >> 13).is_multiple_of(8) };
        let (kind, size) = (pick % 16, (pick / 16 % 8) as u32);
        let options = OpenOptions {
            share: 3,
            synchronous: pick & 1 << 10 == 0,
            alertable: pick & 1 << 11 == 0,
            ..OpenOptions::default()
        };
        let attributes = ObjectAttributes::named(path);
        let access = Access(0xC010_0000);
        if ends.is_empty() && kind < 12 || kind < 2 {
            let pipe = PipeParameters {
                message_type: pick & 1 << 9 == 0,
                modes: PipeModes { message: modes.message && pick & 1 << 9 == 0, ..modes },
                first_instance: false,
                max_instances: 2,
                inbound_quota: 4,
                outbound_quota: 3,
            };
            let call = CreateFile { attributes, access, options };
            return if kind & 1 == 0 { NtCreateFile::named_pipe(call, pipe) } else { NtCreateFile::of(call) }
                .into();
        }
        let root = self.k.path(r"\Device\NamedPipe");
        let file = ends.get(pick / 128 % ends.len().max(1)).copied().unwrap_or(Handle(4));
        let iosb = Some(self.iosbs[pick / 256 % self.iosbs.len()]);
        let request = Request { iosb, length: size, apc_context: pick & 1 << 14 == 0, ..Request::of(file) };
        let control = |code| Request { code: Some(code), ..request.clone() };
        let (service, request) = match kind {
            2 | 3 => (IoService::Read, request),
            4 | 5 => (IoService::Write, request),
            6 => (IoService::FsControl, control(ControlCode::PipeListen)),
            7 => (IoService::FsControl, control(ControlCode::PipeDisconnect)),
            8 => (IoService::FsControl, Request { length: 16 + size, ..control(ControlCode::PipePeek) }),
            9 => {
                let transceive = control(ControlCode::PipeTransceive);
                (IoService::FsControl, Request { input_length: size, length: 9, ..transceive })
            }
            10 => (IoService::Flush, request),
            11 => (IoService::SetInformation, Request { modes: Some(modes), ..request }),
            12 => return NtClose::of(file).into(),
            13 => return NtCancelIoFileEx::of(file, iosb.filter(|_| pick & 1 << 15 == 0)).into(),
            14 => {
                let (attributes, access) = (ObjectAttributes::named(root), Access(0x0010_0000));
                return NtCreateFile::of(CreateFile { attributes, access, options }).into();
            }
            _ => {
                let is_root = |object: Id<Object>| matches!(self.k[object].body, Body::File(file) if self.k[file].name.is_none());
                let file = self.handle_to(thread, is_root).unwrap_or(file);
                let (name, limited, code) = (Some(name), pick & 1 << 10 == 0, Some(ControlCode::PipeWait));
                (IoService::FsControl, Request { file, name, limited, code, ..request })
            }
        };
        self.k.issue(thread, service, request).into()
    }
}
