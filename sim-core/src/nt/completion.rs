//! The services of completion ports: associate a file, post a packet, remove a packet.

use crate::frame::{Next, Returned, Routine, steps};
use crate::io::file::File;
use crate::io::port::{Packet, Port};
use crate::kernel::Kernel;
use crate::nt::wait::Timeout;
use crate::ob::header::{Body, Object};
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::types::ObjectType;
use crate::ps::thread::Thread;
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id};

/// IO_COMPLETION_MODIFY_STATE.
const IO_COMPLETION_MODIFY_STATE: Access = Access(2);

pub(crate) fn completion_reference(
    k: &Kernel,
    thread: Id<Thread>,
    handle: Handle,
    wanted: ObjectType,
    purpose: Purpose,
) -> ObReferenceObjectByHandle {
    let access = if wanted == ObjectType::IoCompletion { IO_COMPLETION_MODIFY_STATE } else { Access(0) };
    let process = k[thread].process;
    ObReferenceObjectByHandle::LockEntry { process, handle, wanted: Some(wanted), access, purpose }
}

impl Kernel {
    pub(crate) fn port_of(&self, object: Id<Object>) -> Id<Port> {
        match self[object].body {
            Body::Port(port) => port,
            other => unreachable!("the type was checked: {other:?}"),
        }
    }
}

steps! {
    /// NtSetInformationFile(FileCompletionInformation): binds a file object to a completion port, with a key.
    ///
    /// The file object holds the port from then on; the port holds nothing. Errors: STATUS_INVALID_PARAMETER for a
    /// synchronous file or one that has a port. Sources: ReactOS io/iomgr/iofunc.c; Wine ntdll/tests/file.c,
    /// test_file_io_completion.
    pub enum NtSetInformationFile = "NtSetInformationFile" {
        ReferenceFile { file: Handle, port: Handle, key: u64 } = "enter", "reference the file object by its handle";
        ReferencePort { port: Handle, key: u64 } = "port", "reference the port; the file object will keep this reference";
        Associate { file: Id<File>, key: u64 } = "associate", "store port and key in the file object";
        Drop { file: Id<File>, status: NtStatus } = "drop", "let the file object go";
        Return { status: NtStatus } = "return", "return";
    }
}

impl NtSetInformationFile {
    /// The call.
    pub const fn of(file: Handle, port: Handle, key: u64) -> NtSetInformationFile {
        NtSetInformationFile::ReferenceFile { file, port, key }
    }
}

impl Routine for NtSetInformationFile {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::ReferenceFile { .. } | Self::Drop { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::ReferenceFile { file, port, key } => Next::call(
                Self::ReferencePort { port, key },
                completion_reference(k, thread, file, ObjectType::File, Purpose::Service),
            ),
            Self::ReferencePort { port, key } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let file = k.file_of(returned.value.object());
                if k[file].synchronous || k[file].port.is_some() {
                    return Next::goto(Self::Drop { file, status: NtStatus::INVALID_PARAMETER });
                }
                let (wanted, purpose) = (ObjectType::IoCompletion, Purpose::Association);
                Next::call(
                    Self::Associate { file, key },
                    completion_reference(k, thread, port, wanted, purpose),
                )
            }
            Self::Associate { file, key } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::Drop { file, status: returned.status });
                }
                let object = returned.value.object();
                if k[file].port.is_some() {
                    k.dereference(object, Purpose::Association);
                    return Next::goto(Self::Drop { file, status: NtStatus::INVALID_PARAMETER });
                }
                k.set(file, File::PORT, Some(k.port_of(object)), "completions are reported to this port");
                k.set(file, File::KEY, key, "the key of every packet for this file");
                Next::goto(Self::Drop { file, status: NtStatus::SUCCESS })
            }
            Self::Drop { file, status } => {
                let object = k[file].object;
                Next::call(
                    Self::Return { status },
                    ObDereferenceObject::Drop { object, purpose: Purpose::Service },
                )
            }
            Self::Return { status } => {
                k.forget_returned(thread);
                Next::fail(status)
            }
        }
    }
}

steps! {
    /// NtSetIoCompletion (PostQueuedCompletionStatus): queues a packet of the program's own.
    ///
    /// Errors: those of ObReferenceObjectByHandle. Source: Wine ntdll/tests/sync.c and file.c, test_set_io_completion.
    pub enum NtSetIoCompletion = "NtSetIoCompletion" {
        Reference { port: Handle, key: u64, value: u64, information: u32 } = "enter", "reference the port by its handle";
        Post { key: u64, value: u64, information: u32 } = "post", "queue the packet";
        Drop { object: Id<Object> } = "drop", "let the port go";
    }
}

impl NtSetIoCompletion {
    /// The call.
    pub const fn of(port: Handle, key: u64, value: u64, information: u32) -> NtSetIoCompletion {
        NtSetIoCompletion::Reference { port, key, value, information }
    }
}

impl Routine for NtSetIoCompletion {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. } | Self::Drop { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { port, key, value, information } => {
                let by_handle =
                    completion_reference(k, thread, port, ObjectType::IoCompletion, Purpose::Service);
                Next::call(Self::Post { key, value, information }, by_handle)
            }
            Self::Post { key, value, information } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let object = returned.value.object();
                let packet = Packet::posted(key, value, information);
                k.queue_packet(k.port_of(object), packet, "the program posted it");
                Next::goto(Self::Drop { object })
            }
            Self::Drop { object } => {
                Next::goto(ObDereferenceObject::Drop { object, purpose: Purpose::Service })
            }
        }
    }
}

steps! {
    /// NtRemoveIoCompletion (GetQueuedCompletionStatus): removes the oldest packet, or waits for one.
    ///
    /// Returns the packet's id. Threads that wait are served last in, first out. STATUS_TIMEOUT when the time ran out;
    /// STATUS_ABANDONED_WAIT_0 when the port's last handle was closed meanwhile. A thread that waits holds the port.
    /// Errors: those of ObReferenceObjectByHandle. Sources: Win32 documentation, "I/O Completion Ports"; Wine
    /// ntdll/tests/sync.c, test_completion_port_scheduling.
    pub enum NtRemoveIoCompletion = "NtRemoveIoCompletion" {
        Reference { port: Handle, timeout: Timeout } = "enter", "reference the port by its handle";
        Take { timeout: Timeout } = "take", "is a packet there? else join the waiting threads";
        Wait { port: Id<Port>, timeout: Timeout } = "wait", "wait for a packet";
        GiveUp { port: Id<Port>, status: NtStatus } = "give up", "leave the waiting threads without a packet";
        Removed { port: Id<Port>, packet: Id<Packet> } = "removed", "the packet is this thread's";
        Drop { port: Id<Port>, returned: Option<Returned> } = "drop", "let the port go";
        Return { returned: Option<Returned> } = "return", "return";
    }
}

impl NtRemoveIoCompletion {
    /// The call.
    pub const fn of(port: Handle, timeout: Timeout) -> NtRemoveIoCompletion {
        NtRemoveIoCompletion::Reference { port, timeout }
    }
}

impl Routine for NtRemoveIoCompletion {
    fn ready(self, k: &Kernel, thread: Id<Thread>) -> bool {
        match self {
            Self::Wait { port, .. } => k[thread].handed.is_some() || k[port].closed || k[thread].terminating,
            _ => true,
        }
    }

    fn time_out(self) -> Option<Next> {
        match self {
            Self::Wait { port, timeout: Timeout::Finite } => {
                Some(Next::goto(Self::GiveUp { port, status: NtStatus::TIMEOUT }))
            }
            _ => None,
        }
    }

    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(self, Self::Reference { .. } | Self::Drop { .. })
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { port, timeout } => Next::call(
                Self::Take { timeout },
                completion_reference(k, thread, port, ObjectType::IoCompletion, Purpose::Service),
            ),
            Self::Take { timeout } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::Return(returned);
                }
                let port = k.port_of(returned.value.object());
                k.take_packet(thread, port, timeout)
            }
            Self::Wait { port, .. } => {
                let handed = k[thread].handed;
                k.set(thread, Thread::HANDED, None, "");
                Next::goto(match handed {
                    Some(packet) => Self::Removed { port, packet },
                    None if k[port].closed => Self::GiveUp { port, status: NtStatus::ABANDONED_WAIT_0 },
                    None => Self::GiveUp { port, status: NtStatus::THREAD_IS_TERMINATING },
                })
            }
            Self::GiveUp { port, status } => k.give_up(thread, port, status),
            Self::Removed { port, packet } => {
                k.remove_packet(packet);
                Next::goto(Self::Drop { port, returned: Some(Returned::packet(packet)) })
            }
            Self::Drop { port, returned } => {
                let object = k[port].object;
                Next::call(
                    Self::Return { returned },
                    ObDereferenceObject::Drop { object, purpose: Purpose::Service },
                )
            }
            Self::Return { returned } => {
                k.forget_returned(thread);
                Next::Return(returned.unwrap_or(Returned::status(NtStatus::UNSUCCESSFUL)))
            }
        }
    }
}

impl Kernel {
    fn take_packet(&mut self, thread: Id<Thread>, port: Id<Port>, timeout: Timeout) -> Next {
        if let Some(packet) = Port::PACKETS.first(&self[port]) {
            self.remove(port, Port::PACKETS, packet, "the oldest packet is removed first");
            return Next::goto(NtRemoveIoCompletion::Removed { port, packet });
        }
        if timeout == Timeout::Zero {
            let returned = Some(Returned::status(NtStatus::TIMEOUT));
            return Next::goto(NtRemoveIoCompletion::Drop { port, returned });
        }
        self.push(port, Port::WAITERS, thread, "the thread waits for a packet");
        Next::goto(NtRemoveIoCompletion::Wait { port, timeout })
    }

    /// A wait that ends without a packet; a packet that was handed over at the last moment is taken after all.
    fn give_up(&mut self, thread: Id<Thread>, port: Id<Port>, status: NtStatus) -> Next {
        if let Some(packet) = self[thread].handed {
            self.set(thread, Thread::HANDED, None, "");
            return Next::goto(NtRemoveIoCompletion::Removed { port, packet });
        }
        self.remove(port, Port::WAITERS, thread, "the thread stops waiting");
        Next::goto(NtRemoveIoCompletion::Drop { port, returned: Some(Returned::status(status)) })
    }
}
