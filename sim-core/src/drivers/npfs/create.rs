//! IRP_MJ_CREATE and IRP_MJ_CREATE_NAMED_PIPE of the named pipe file system.

use crate::drivers::npfs::ccb::{Ccb, PipeEnd, PipeState};
use crate::drivers::npfs::fcb::{Fcb, PipeConfiguration};
use crate::fault::{Allocation, Fault};
use crate::frame::{Next, Routine, steps};
use crate::io::device::Device;
use crate::io::file::File;
use crate::io::irp::Irp;
use crate::io::pipe_modes::PipeModes;
use crate::io::pipe_parameters::PipeParameters;
use crate::io::request::{FILE_READ_DATA, FILE_WRITE_DATA};
use crate::kernel::Kernel;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Id, Name};

steps! {
    /// NpFsdCreate and NpFsdCreateNamedPipe: a client opens a pipe, or a server creates an instance of one.
    ///
    /// A new instance listens, and whoever waits for one is woken. A client takes the oldest that does, and its server's
    /// requests to listen end. Without a name it is the file system's root. Errors of a client:
    /// STATUS_OBJECT_NAME_NOT_FOUND (no server has the pipe open), STATUS_ACCESS_DENIED (the pipe does not lead that
    /// way), STATUS_PIPE_NOT_AVAILABLE. Of a server: STATUS_INVALID_PARAMETER (it shares nothing; it reads messages from
    /// a pipe of bytes), STATUS_INSTANCE_NOT_AVAILABLE, STATUS_ACCESS_DENIED (not the first instance; another share
    /// access than the first's), STATUS_INSUFFICIENT_RESOURCES. Sources: ReactOS drivers/filesystems/npfs/create.c and io/iomgr/file.c; ReactOS kernel
    /// tests npfs/NpfsConnect; Wine ntdll/tests/pipe.c, test_create and test_create_invalid.
    pub enum NpCreate = "NpFsdCreate" {
        Start { irp: Id<Irp>, device: Id<Device> }
            = "lock", "take the driver's lock: find the pipe, and an instance of it, or make one";
    }
}

impl Routine for NpCreate {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        let Self::Start { device, .. } = self;
        k[device].lock.is_none()
    }

    fn fault(self, k: &Kernel, _thread: Id<Thread>) -> Option<Fault> {
        let Self::Start { irp, .. } = self;
        let (Some(name), Some(pipe)) = (k[k[irp].file].name, k[irp].pipe) else { return None };
        let allocates = k.pipe_for_instance(irp, name, pipe).is_ok();
        allocates.then_some(Fault::Allocation(Allocation::PipeInstance))
    }

    fn take_fault(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        k.acquire_queue_lock(device, thread);
        k.end_request(thread, device, irp, NtStatus::INSUFFICIENT_RESOURCES, 0)
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        let Self::Start { irp, device } = self;
        k.acquire_queue_lock(device, thread);
        let Irp { file, pipe, .. } = k[irp];
        let opened = match (k[file].name, pipe) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(NtStatus::OBJECT_NAME_INVALID),
            (Some(name), None) => k.open_client_end(thread, irp, name),
            (Some(name), Some(pipe)) => k.create_instance(thread, device, irp, name, pipe),
        };
        k.end_request(thread, device, irp, opened.err().unwrap_or_default(), 0)
    }
}

impl Kernel {
    /// NpCreateClientEnd and NpSetConnectedPipeState.
    fn open_client_end(&mut self, thread: Id<Thread>, irp: Id<Irp>, name: Name) -> Result<(), NtStatus> {
        let Irp { file, access, .. } = self[irp];
        let served = |fcb: &Id<Fcb>| Fcb::INSTANCES.of(&self[*fcb]).any(|ccb| self[ccb].server.is_some());
        let fcb = self.pipe_named(name).filter(served).ok_or(NtStatus::OBJECT_NAME_NOT_FOUND)?;
        let configuration = self[fcb].configuration;
        let wants = |bit: Access, reader| access.grants(bit) && !configuration.leads_to(reader);
        if wants(FILE_READ_DATA, PipeEnd::Client) || wants(FILE_WRITE_DATA, PipeEnd::Server) {
            return Err(NtStatus::ACCESS_DENIED);
        }
        let ccb = self.listening_instance(fcb).ok_or(NtStatus::PIPE_NOT_AVAILABLE)?;
        self.set(ccb, Ccb::STATE, PipeState::Connected, "a client has opened it");
        self.set(ccb, Ccb::CLIENT, Some(file), "the client's end");
        self.set(ccb, Ccb::CLIENT_MODES, PipeModes::default(), "a client begins reading bytes, and waits");
        self.set(file, File::FS_CONTEXT, Some(ccb), "");
        self.end_listening(thread, ccb, NtStatus::SUCCESS);
        Ok(())
    }

    /// NpCreateNewNamedPipe and NpCreateExistingNamedPipe.
    fn create_instance(
        &mut self,
        thread: Id<Thread>,
        device: Id<Device>,
        irp: Id<Irp>,
        name: Name,
        pipe: PipeParameters,
    ) -> Result<(), NtStatus> {
        let file = self[irp].file;
        let fcb = match self.pipe_for_instance(irp, name, pipe)? {
            (Some(fcb), _) => fcb,
            (None, configuration) => self.new_pipe(name, pipe, configuration),
        };
        let ccb = self.create(
            Ccb {
                fcb,
                state: PipeState::Listening,
                server: Some(file),
                client: None,
                server_modes: pipe.modes,
                client_modes: PipeModes::default(),
                inbound_quota: pipe.inbound_quota,
                outbound_quota: pipe.outbound_quota,
                listeners: alloc::vec::Vec::new(),
                inbound: alloc::vec::Vec::new(),
                outbound: alloc::vec::Vec::new(),
            },
            "a new instance listens",
        );
        self.push(fcb, Fcb::INSTANCES, ccb, "the pipe has one instance more");
        self.set(file, File::FS_CONTEXT, Some(ccb), "");
        self.end_waits(thread, device, fcb, NtStatus::SUCCESS);
        Ok(())
    }

    /// The pipe that an instance would be of, if there is one already, and its configuration.
    fn pipe_for_instance(
        &self,
        irp: Id<Irp>,
        name: Name,
        pipe: PipeParameters,
    ) -> Result<(Option<Id<Fcb>>, PipeConfiguration), NtStatus> {
        let share = self[irp].options.share;
        let configuration = PipeConfiguration::of_share(share).ok_or(NtStatus::INVALID_PARAMETER)?;
        match self.pipe_named(name) {
            Some(fcb) => self.existing_pipe(fcb, pipe, configuration).map(|fcb| (Some(fcb), configuration)),
            None if pipe.modes.message && !pipe.message_type => Err(NtStatus::INVALID_PARAMETER),
            None => Ok((None, configuration)),
        }
    }

    fn existing_pipe(
        &self,
        fcb: Id<Fcb>,
        pipe: PipeParameters,
        configuration: PipeConfiguration,
    ) -> Result<Id<Fcb>, NtStatus> {
        let Fcb { maximum_instances: most, configuration: first, .. } = self[fcb];
        let instances = Fcb::INSTANCES.of(&self[fcb]).len();
        if most != PipeParameters::UNLIMITED_INSTANCES && instances >= usize::from(most) {
            return Err(NtStatus::INSTANCE_NOT_AVAILABLE);
        }
        match pipe.first_instance || configuration != first {
            true => Err(NtStatus::ACCESS_DENIED),
            false => Ok(fcb),
        }
    }

    fn new_pipe(&mut self, name: Name, pipe: PipeParameters, configuration: PipeConfiguration) -> Id<Fcb> {
        let PipeParameters { message_type, max_instances: maximum_instances, .. } = pipe;
        let instances = alloc::vec::Vec::new();
        self.create(Fcb { name, configuration, message_type, maximum_instances, instances }, "a new pipe")
    }
}
