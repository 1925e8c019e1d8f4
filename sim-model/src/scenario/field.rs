//! Fields: what a condition can ask of a label, and how each is called.

/// What can be asked of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// HandleCount of the object that the handle names now.
    HandleCount,
    /// PointerCount of the object that the handle names now.
    PointerCount,
    /// The handle's value.
    Value,
    /// HandleCount of the object that the label was bound to.
    ObjectHandleCount,
    /// PointerCount of the object that the label was bound to.
    ObjectPointerCount,
    /// PointerCount of the object that the handle names now, with the references taken in advance.
    ChargedPointerCount,
    /// PointerCount of the object that the label was bound to, with the references taken in advance.
    ObjectChargedPointerCount,
    /// The attributes of a queried handle.
    Attributes,
    /// The access that a handle grants, or granted when it was queried.
    GrantedAccess,
    /// The name of a queried object's type.
    TypeName,
    /// Objects of a queried object's type.
    TotalNumberOfObjects,
    /// Handles to objects of a queried object's type.
    TotalNumberOfHandles,
    /// The most objects of a queried object's type.
    HighWaterNumberOfObjects,
    /// The most handles to objects of a queried object's type.
    HighWaterNumberOfHandles,
    /// How many bytes an answer takes.
    ReturnLength,
    /// How a queried process or thread has ended.
    ExitStatus,
    /// How long a queried file is.
    EndOfFile,
    /// A queried file is to be deleted.
    DeletePending,
    /// A queried file is a directory.
    Directory,
    /// The FILE_SKIP_ modes of a queried file object.
    Flags,
    /// IRP_MJ_CLEANUP was sent.
    Cleanup,
    /// IRP_MJ_CLOSE was sent.
    Close,
    /// The view is mapped.
    Mapped,
    /// The file has a shared cache map.
    Cached,
    /// What was written is in the cache and not on the disk yet.
    Dirty,
    /// The handle's value is open in its process.
    Open,
    /// The object is deleted.
    Deleted,
    /// A wait on the object would be satisfied.
    Signaled,
    /// The handle can be inherited.
    Inherit,
    /// The handle is protected from close.
    Protected,
    /// Processes of the job that have not ended.
    ActiveProcesses,
    /// The object's name is in the namespace.
    Named,
    /// The object is permanent.
    Permanent,
    /// The full name of the object that the handle names now.
    Name,
    /// The full name of the object that the label was bound to.
    ObjectName,
    /// Packets in the port, or entries of a ring's completion queue.
    Packets,
    /// CurrentByteOffset of a file object.
    CurrentByteOffset,
    /// The state of a pipe's instance.
    NamedPipeState,
    /// Bytes that an end of a pipe can read.
    ReadDataAvailable,
    /// Bytes that an end of a pipe can write without waiting.
    WriteQuotaAvailable,
    /// Instances of a pipe.
    CurrentInstances,
    /// CurrentCount of a semaphore or mutant.
    CurrentCount,
    /// MaximumCount of a semaphore.
    MaximumCount,
    /// The thread that owns a mutant.
    OwnerThread,
    /// The mutant was abandoned and nobody has acquired it since.
    Abandoned,
    /// Threads that wait for the object.
    Waiters,
    /// The user APC waits for its thread.
    Queued,
    /// The user APC has run.
    Delivered,
    /// The request is outstanding.
    Pending,
    /// HasOverlappedIoCompleted: the status field does not say STATUS_PENDING.
    HasCompleted,
    /// The program has freed the memory.
    Freed,
    /// The length of a buffer.
    Length,
    /// How many bytes a request has put into a buffer.
    BytesWritten,
    /// The status field of the status block.
    Status,
    /// The information field of the status block.
    Information,
    /// The events that a poll of a socket has told.
    PollEvents,
    /// A field of one of the packets that a call removed.
    Packet(Nth, PacketField),
    /// How many packets the call removed.
    Removed,
    /// The size of a ring's submission queue.
    SubmissionQueueSize,
    /// The size of a ring's completion queue.
    CompletionQueueSize,
}

impl Field {
    /// The field of that name; of the object itself, if a function was asked.
    pub(super) fn named(name: &str, of_object: bool) -> Field {
        match (name, of_object) {
            ("HandleCount", false) => Field::HandleCount,
            ("PointerCount", false) => Field::PointerCount,
            ("HandleCount", true) => Field::ObjectHandleCount,
            ("PointerCount", true) => Field::ObjectPointerCount,
            ("ChargedPointerCount", false) => Field::ChargedPointerCount,
            ("ChargedPointerCount", true) => Field::ObjectChargedPointerCount,
            ("Attributes", _) => Field::Attributes,
            ("GrantedAccess", _) => Field::GrantedAccess,
            ("TypeName", _) => Field::TypeName,
            ("TotalNumberOfObjects", _) => Field::TotalNumberOfObjects,
            ("TotalNumberOfHandles", _) => Field::TotalNumberOfHandles,
            ("HighWaterNumberOfObjects", _) => Field::HighWaterNumberOfObjects,
            ("HighWaterNumberOfHandles", _) => Field::HighWaterNumberOfHandles,
            ("ReturnLength", _) => Field::ReturnLength,
            ("ExitStatus", _) => Field::ExitStatus,
            ("Value", _) => Field::Value,
            ("cleanup", _) => Field::Cleanup,
            ("close", _) => Field::Close,
            ("mapped", _) => Field::Mapped,
            ("cached", _) => Field::Cached,
            ("dirty", _) => Field::Dirty,
            ("open", _) => Field::Open,
            ("deleted", _) => Field::Deleted,
            ("EndOfFile", _) => Field::EndOfFile,
            ("DeletePending", _) => Field::DeletePending,
            ("Directory", _) => Field::Directory,
            ("Flags", _) => Field::Flags,
            ("signaled", _) => Field::Signaled,
            ("named", _) => Field::Named,
            ("permanent", _) => Field::Permanent,
            ("Name", false) => Field::Name,
            ("Name", true) => Field::ObjectName,
            ("packets", _) => Field::Packets,
            ("inherit", _) => Field::Inherit,
            ("protected", _) => Field::Protected,
            ("ActiveProcesses", _) => Field::ActiveProcesses,
            ("CurrentByteOffset", _) => Field::CurrentByteOffset,
            ("NamedPipeState", _) => Field::NamedPipeState,
            ("ReadDataAvailable", _) => Field::ReadDataAvailable,
            ("WriteQuotaAvailable", _) => Field::WriteQuotaAvailable,
            ("CurrentInstances", _) => Field::CurrentInstances,
            ("pending", _) => Field::Pending,
            ("HasOverlappedIoCompleted", _) => Field::HasCompleted,
            ("freed", _) => Field::Freed,
            ("Length", _) => Field::Length,
            ("BytesWritten", _) => Field::BytesWritten,
            ("CurrentCount", _) => Field::CurrentCount,
            ("MaximumCount", _) => Field::MaximumCount,
            ("OwnerThread", _) => Field::OwnerThread,
            ("abandoned", _) => Field::Abandoned,
            ("waiters", _) => Field::Waiters,
            ("queued", _) => Field::Queued,
            ("delivered", _) => Field::Delivered,
            ("Information" | "InternalHigh", _) => Field::Information,
            ("PollEvents", _) => Field::PollEvents,
            ("removed", _) => Field::Removed,
            ("SubmissionQueueSize", _) => Field::SubmissionQueueSize,
            ("CompletionQueueSize", _) => Field::CompletionQueueSize,
            _ => PacketField::named(name).map_or(Field::Status, |field| Field::Packet(Nth::After(0), field)),
        }
    }
}

/// Which of the packets that one call removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nth {
    /// The one after so many.
    After(usize),
    /// The one removed last.
    Last,
}

/// A field of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketField {
    /// Its key.
    Key,
    /// Its OVERLAPPED.
    Overlapped,
    /// Its status.
    Status,
    /// Its number of bytes.
    Bytes,
}

impl PacketField {
    /// The field of that name.
    pub fn named(name: &str) -> Option<PacketField> {
        Some(match name {
            "key" => PacketField::Key,
            "overlapped" | "UserData" => PacketField::Overlapped,
            "status" | "ResultCode" => PacketField::Status,
            "bytes" => PacketField::Bytes,
            _ => return None,
        })
    }
}

impl Nth {
    /// The packet that a function names.
    pub fn named(function: &str) -> Nth {
        match function {
            "second" => Nth::After(1),
            "third" => Nth::After(2),
            "last" => Nth::Last,
            _ => Nth::After(0),
        }
    }
}
