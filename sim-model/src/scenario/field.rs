//! What can be asked of a label.

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
    /// How many bytes an answer takes.
    ReturnLength,
    /// IRP_MJ_CLEANUP was sent.
    Cleanup,
    /// IRP_MJ_CLOSE was sent.
    Close,
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
    /// Packets in the port.
    Packets,
    /// CurrentByteOffset of a file object.
    CurrentByteOffset,
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
    /// The status field of the status block.
    Status,
    /// The information field of the status block.
    Information,
    /// A field of one of the packets that a call removed.
    Packet(Nth, PacketField),
    /// How many packets the call removed.
    Removed,
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
            "overlapped" => PacketField::Overlapped,
            "status" => PacketField::Status,
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
