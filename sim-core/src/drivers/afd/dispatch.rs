//! The dispatch routine: from a new request to its end, or into the queue.

use crate::drivers::afd::endpoint::{Endpoint, EndpointState};
use crate::drivers::afd::unlock::UnlockAndMaybeComplete;
use crate::frame::{Next, Routine, steps};
use crate::io::complete::IofCompleteRequest;
use crate::io::control_code::ControlCode;
use crate::io::device::Device;
use crate::io::driver::IofCallDriver;
use crate::io::file::File;
use crate::io::irp::{Irp, Major};
use crate::kernel::Kernel;
use crate::ob::reference::Purpose;
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Id};

steps! {
    /// AfdDispatch: does what a request asks for, or pends it.
    ///
    /// A poll and an AcceptEx name a second socket, which the driver holds as long as they wait; they belong to the file
    /// object that they were issued on all the same. ConnectEx and AcceptEx are marked pending even if they are over at
    /// once. IRP_MJ_CLEANUP ends with STATUS_CANCELLED what waits on the socket and the AcceptEx calls that name it, and
    /// the polls of it with AFD_POLL_LOCAL_CLOSE; polls of other sockets that were issued through it go on. Errors:
    /// STATUS_INVALID_HANDLE (the second handle is no socket), STATUS_INVALID_PARAMETER (bind, listen, AcceptEx,
    /// ConnectEx in the wrong state), STATUS_ADDRESS_ALREADY_ASSOCIATED (bound already), STATUS_SHARING_VIOLATION (the
    /// port is another's), STATUS_CONNECTION_REFUSED (nobody listens there), STATUS_CONNECTION_ACTIVE,
    /// STATUS_INVALID_CONNECTION (not connected), STATUS_CONNECTION_RESET, STATUS_PIPE_DISCONNECTED (shut down that
    /// way). Sources: ReactOS drivers/network/afd/afd/main.c; Wine ws2_32/tests/afd.c, test_poll,
    /// test_poll_completion_port, test_recv, test_bind, and sock.c, test_AcceptEx, test_completion_port, test_shutdown.
    pub enum AfdDispatch = "AfdDispatch" {
        Reference { irp: Id<Irp>, device: Id<Device> } = "handle", "reference the second socket by its handle";
        Referenced { irp: Id<Irp>, device: Id<Device> } = "handle", "it must be a socket; the request holds it";
        Serve { irp: Id<Irp>, device: Id<Device> }
            = "lock", "take the driver's lock: do what is asked for, or mark the IRP pending and queue it";
        SetRoutine { irp: Id<Irp>, device: Id<Device> } = "I3", "set the cancel routine";
        CheckCancel { irp: Id<Irp>, device: Id<Device> }
            = "I4", "was it cancelled meanwhile? then try to take the cancel routine back";
    }
}

impl Routine for AfdDispatch {
    fn ready(self, k: &Kernel, _thread: Id<Thread>) -> bool {
        match self {
            Self::Serve { device, .. } => k[device].lock.is_none(),
            _ => true,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { irp, device } => {
                let (wanted, purpose) = (ObjectType::File, Purpose::Pointer);
                let by_handle = k.by_handle(thread, k[irp].socket, wanted, Access(0), purpose);
                Next::call(Self::Referenced { irp, device }, by_handle)
            }
            Self::Referenced { irp, device } => {
                let returned = k.take_returned(thread);
                let mut status = returned.status;
                if !status.is_error() {
                    let other = k.file_of(returned.value.object());
                    k.set(irp, Irp::OTHER, Some(other), "the request holds the second socket");
                    if k.endpoint_of(other).is_some() {
                        return Next::goto(Self::Serve { irp, device });
                    }
                    k.let_other_go(irp);
                    status = NtStatus::INVALID_HANDLE;
                }
                let complete = IofCompleteRequest::Complete { irp, status, information: 0 };
                Next::call(IofCallDriver::Return { status }, complete)
            }
            Self::Serve { irp, device } => {
                k.acquire_queue_lock(device, thread);
                k.serve_new(irp, device)
            }
            Self::SetRoutine { irp, device } => {
                k.set_cancel_routine(irp, "from now on a cancel can end the request");
                Next::goto(Self::CheckCancel { irp, device })
            }
            Self::CheckCancel { irp, device } => {
                if k[irp].cancel && k[irp].cancel_routine {
                    k.take_cancel_routine(irp, "it was cancelled before: the driver keeps it");
                    k.take_off(thread, device, irp, (NtStatus::CANCELLED, 0));
                }
                Next::goto(UnlockAndMaybeComplete::Serve { device, own: None })
            }
        }
    }
}

impl Kernel {
    fn serve_new(&mut self, irp: Id<Irp>, device: Id<Device>) -> Next {
        let Irp { file, major, .. } = self[irp];
        let ended = match major {
            Major::Create => self.open_socket(file),
            Major::Cleanup => self.close_socket(file),
            Major::Close => self.forget_socket(file),
            _ => match self.refuses_socket_request(irp) {
                Some(status) => Some((status, 0)),
                None => {
                    if matches!(
                        self.socket_request(irp),
                        Some(ControlCode::AfdSuperAccept | ControlCode::AfdSuperConnect)
                    ) {
                        self.mark_irp_pending(irp, "it is pended even if it is over at once");
                    }
                    self.end_of_request(irp).or_else(|| self.poll_at_once(irp))
                }
            },
        };
        match ended {
            Some((status, information)) => {
                self.conclude(irp, status, information);
                self.let_other_go(irp);
                Next::goto(UnlockAndMaybeComplete::Serve { device, own: Some(irp) })
            }
            None => {
                self.mark_irp_pending(irp, "the driver will complete it later");
                self.push(device, Device::QUEUE, irp, "the request waits in the driver's queue");
                self.start_poll_timer(device);
                Next::goto(AfdDispatch::SetRoutine { irp, device })
            }
        }
    }

    fn open_socket(&mut self, file: Id<File>) -> Option<(NtStatus, u32)> {
        let endpoint = self.create(Endpoint::new(EndpointState::Created), "a new socket");
        self.set(file, File::ENDPOINT, Some(endpoint), "");
        Some((NtStatus::SUCCESS, 0))
    }

    fn forget_socket(&mut self, file: Id<File>) -> Option<(NtStatus, u32)> {
        let endpoint = self.socket(file);
        self.set(file, File::ENDPOINT, None, "");
        self.destroy(endpoint, "the socket's file object is gone");
        Some((NtStatus::SUCCESS, 0))
    }

    /// How a request ends now, if it does; what it takes or gives is done then.
    pub(super) fn end_of_request(&mut self, irp: Id<Irp>) -> Option<(NtStatus, u32)> {
        let Irp { file, other, length, .. } = self[irp];
        let code = self.socket_request(irp)?;
        if code == ControlCode::AfdPoll {
            return self.poll(irp);
        }
        let endpoint = self.socket(file);
        let other = other.map(|other| self.socket(other));
        let closed = |endpoint: Id<Endpoint>| self[endpoint].state == EndpointState::Closed;
        if closed(endpoint) || other.is_some_and(closed) {
            return Some((NtStatus::CANCELLED, 0));
        }
        match code {
            ControlCode::AfdReceive => self.receive(endpoint, length),
            ControlCode::AfdSend => self.send(endpoint, length),
            ControlCode::AfdSuperAccept => self.accept(endpoint, other?, length),
            _ => Some((self.control_socket(irp, endpoint, code), 0)),
        }
    }

    /// What a request in the queue waits for, in words; none if it is no socket's.
    pub fn awaited_at_socket(&self, irp: Id<Irp>) -> Option<&'static str> {
        self.endpoint_of(self[irp].file)?;
        Some(match self.socket_request(irp)? {
            ControlCode::AfdReceive => "no bytes have come",
            ControlCode::AfdSend => "the other end has no room",
            ControlCode::AfdPoll => "nothing of what it polls for has happened",
            ControlCode::AfdSuperAccept => "no connection has come, or no bytes on it",
            _ => return None,
        })
    }

    /// The request lets go of the second socket that it names.
    pub(super) fn let_other_go(&mut self, irp: Id<Irp>) {
        if let Some(other) = self[irp].other {
            self.set(irp, Irp::OTHER, None, "");
            let why = "the last reference went with a request: a worker will delete it";
            self.drop_deferred(self[other].object, Purpose::Pointer, why);
        }
    }
}
