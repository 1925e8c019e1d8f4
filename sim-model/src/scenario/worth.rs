//! What a term of a condition is worth in a world.

use sim_core::drivers::npfs::fcb::Fcb;
use sim_core::io::file::File;
use sim_core::io::port::Packet;
use sim_core::ob::header::{Body, Object};
use sim_core::ob::information::{Answered, Information};
use sim_core::ob::table::{Entry, INHERIT, PROTECT_FROM_CLOSE};
use sim_core::{Handle, Id, Kernel};

use crate::scenario::condition::{Term, TermKind, Value};
use crate::scenario::field::{Field, Nth, PacketField};
use crate::scenario::program::LabelId;
use crate::scenario::world::{Binding, World};

impl World<'_> {
    /// What a term is worth now.
    pub fn value(&self, term: &Term) -> Value {
        match &term.kind {
            TermKind::Number(number) => Value::Number(*number),
            TermKind::Constant(value) => value.clone(),
            TermKind::Label(label) => match self.binding(*label) {
                Binding::Unbound => Value::Missing("not bound yet"),
                Binding::Handle { handle, .. } => Value::Number(i128::from(handle.0)),
                Binding::Operation(iosb) => Value::Operation(Some(iosb)),
                Binding::Packet(packet) => Value::Number(i128::from(packet.is_some())),
                Binding::Information(answer) => Value::Number(i128::from(answer.is_some())),
                Binding::Apc(_) | Binding::Buffer(_) | Binding::View(_) => Value::Number(1),
                Binding::Value(Some(value)) => Value::Number(i128::from(value)),
                Binding::Value(None) => Value::Missing("the call failed and gave no value"),
            },
            TermKind::Field(label, field) => self.field(*label, *field),
            TermKind::Ended(actor) => Value::Number(i128::from(
                self.thread(*actor).is_none_or(|thread| self.kernel()[thread].ended),
            )),
            TermKind::Exited(process) => {
                Value::Number(i128::from(self.kernel()[self.process(*process)].ended))
            }
        }
    }

    pub(crate) fn field(&self, label: LabelId, field: Field) -> Value {
        match self.binding(label) {
            Binding::Unbound => Value::Missing("not bound yet"),
            Binding::Handle { process, handle, object } => self.handle_field(process, handle, object, field),
            Binding::Operation(iosb) => self.block_field(iosb, field),
            Binding::Buffer(buffer) => self.buffer_field(buffer, field),
            Binding::View(view) => Value::Number(i128::from(self.kernel()[view].control_area.is_some())),
            Binding::Information(None) => Value::Missing("the query failed"),
            Binding::Information(Some(answer)) => self.answered(answer, field),
            Binding::Apc(apc) => self.apc_field(Some(apc), field),
            Binding::Value(_) => Value::Missing("a number has no fields"),
            Binding::Packet(first) => self.packet_field(first, field),
        }
    }

    fn packet_field(&self, first: Option<Id<Packet>>, field: Field) -> Value {
        let removed = || first.into_iter().flat_map(|first| self.kernel().removed_packets(first));
        let (nth, field) = match field {
            Field::Packet(nth, field) => (nth, field),
            Field::Information => (Nth::After(0), PacketField::Bytes),
            _ => return Value::Number(removed().count() as i128),
        };
        let packet = match nth {
            Nth::After(others) => removed().nth(others),
            Nth::Last => removed().last(),
        };
        let Some(packet) = packet.map(|packet| &self.kernel()[packet]) else {
            return match (first, field) {
                (None, PacketField::Overlapped) => Value::Operation(None),
                (None, _) => Value::Missing("no packet was removed"),
                _ => Value::Missing("fewer packets were removed"),
            };
        };
        match field {
            PacketField::Key => Value::Number(i128::from(packet.key)),
            PacketField::Bytes => Value::Number(i128::from(packet.information)),
            PacketField::Status => Value::Status(Some(packet.status)),
            PacketField::Overlapped if packet.context.is_some() => Value::Operation(packet.context),
            PacketField::Overlapped => {
                packet.process.map_or(Value::Number(i128::from(packet.value)), |process| {
                    Value::Text(self.names().process(process).into())
                })
            }
        }
    }

    /// What a query's answer says in a field.
    fn answered(&self, answer: Id<Information>, field: Field) -> Value {
        let name = match field {
            Field::Attributes => "Attributes",
            Field::GrantedAccess => "GrantedAccess",
            Field::HandleCount => "HandleCount",
            Field::PointerCount => "PointerCount",
            Field::Name => "Name",
            Field::TypeName => "TypeName",
            Field::TotalNumberOfObjects => "TotalNumberOfObjects",
            Field::TotalNumberOfHandles => "TotalNumberOfHandles",
            Field::HighWaterNumberOfObjects => "HighWaterNumberOfObjects",
            Field::HighWaterNumberOfHandles => "HighWaterNumberOfHandles",
            Field::ExitStatus => "ExitStatus",
            Field::EndOfFile => "EndOfFile",
            Field::DeletePending => "DeletePending",
            Field::Directory => "Directory",
            Field::Flags => "Flags",
            Field::SubmissionQueueSize => "SubmissionQueueSize",
            Field::CompletionQueueSize => "CompletionQueueSize",
            _ => "ReturnLength",
        };
        match self.kernel().answered(answer, name) {
            Some(Answered::Number(number)) => Value::Number(i128::from(number)),
            Some(Answered::Text(text)) => Value::Text(text),
            None => Value::Missing("another information class was queried"),
        }
    }

    fn handle_field(
        &self,
        process: Id<sim_core::ps::process::Process>,
        handle: Handle,
        bound: Option<Id<Object>>,
        field: Field,
    ) -> Value {
        let k = self.kernel();
        let entry = k.entry(process, handle);
        let named = entry.and_then(|entry| entry.object);
        let object = match field {
            Field::HandleCount | Field::PointerCount | Field::ChargedPointerCount | Field::Name => named,
            _ => bound,
        };
        match field {
            Field::Value => return Value::Number(i128::from(handle.0)),
            Field::Inherit | Field::Protected | Field::GrantedAccess => return entry_field(entry, field),
            Field::Open => return Value::Number(i128::from(named.is_some())),
            _ => {}
        }
        let Some(object) = object else {
            let closed = matches!(
                field,
                Field::HandleCount | Field::PointerCount | Field::ChargedPointerCount | Field::Name
            );
            return Value::Missing(if closed { "no open handle (ask object(…))" } else { "no object" });
        };
        let header = &k[object];
        if matches!(field, Field::Name | Field::ObjectName) {
            return k.full_name(object).map_or(Value::Missing("no name"), Value::Text);
        }
        Value::Number(match (field, header.body) {
            (Field::HandleCount | Field::ObjectHandleCount, _) => i128::from(header.handle_count),
            (Field::PointerCount | Field::ObjectPointerCount, _) => i128::from(header.pointer_count),
            (Field::ChargedPointerCount | Field::ObjectChargedPointerCount, _) => {
                i128::from(k.charged_pointer_count(object))
            }
            (Field::Deleted, _) => i128::from(header.deleted),
            (Field::Named, _) => i128::from(header.name.is_some()),
            (Field::Permanent, _) => i128::from(header.permanent),
            (Field::Signaled, _) => i128::from(!header.deleted && k.is_signaled(object)),
            (Field::Cleanup, Body::File(file)) => i128::from(k[file].cleanup_sent),
            (Field::Close, Body::File(file)) => i128::from(k[file].close_sent),
            (Field::Cached | Field::Dirty, Body::File(file)) => i128::from(is_cached(k, file, field)),
            (Field::CurrentByteOffset, Body::File(file)) => i128::from(k[file].current_byte_offset),
            (
                Field::NamedPipeState
                | Field::ReadDataAvailable
                | Field::WriteQuotaAvailable
                | Field::CurrentInstances,
                Body::File(file),
            ) => return pipe_field(k, file, field),
            (Field::ActiveProcesses, Body::Job(job)) => i128::from(k.active_processes(job)),
            (Field::ActiveProcesses, _) => return Value::Missing("not a job"),
            (Field::Packets, Body::Port(port)) => k.packets(port) as i128,
            (Field::Packets, Body::IoRing(ring)) => k.completions(ring) as i128,
            (Field::Waiters, _) => Object::WAITERS.of(header).len() as i128,
            (Field::CurrentCount, Body::Semaphore(semaphore)) => i128::from(k[semaphore].current_count),
            (Field::CurrentCount, Body::Mutant(mutant)) => i128::from(k[mutant].current_count()),
            (Field::MaximumCount, Body::Semaphore(semaphore)) => i128::from(k[semaphore].limit),
            (Field::Abandoned, Body::Mutant(mutant)) => i128::from(k[mutant].abandoned),
            (Field::OwnerThread, Body::Mutant(mutant)) => {
                let owner = k[mutant].owner;
                let name = |thread| Value::Text(self.names().thread(thread).to_owned());
                return owner.map_or(Value::Operation(None), name);
            }
            (field, _) => return Value::Missing(of_another_type(field)),
        })
    }
}

/// What the entry of a handle says beside its object.
fn entry_field(entry: Option<Entry>, field: Field) -> Value {
    let Some(entry) = entry else { return Value::Missing("no open handle") };
    Value::Number(match field {
        Field::Inherit => i128::from(entry.attributes & INHERIT != 0),
        Field::Protected => i128::from(entry.attributes & PROTECT_FROM_CLOSE != 0),
        _ => i128::from(entry.access.0),
    })
}

/// Whether a file has a cache map, or one in which something is dirty.
fn is_cached(k: &Kernel, file: Id<File>, field: Field) -> bool {
    k.shared_cache_map(file).is_some_and(|map| field == Field::Cached || k[map].dirty)
}

/// What an end of a pipe tells of its instance.
fn pipe_field(k: &Kernel, file: Id<File>, field: Field) -> Value {
    let Some((ccb, end)) = k.pipe_end(file) else { return Value::Missing("no end of a pipe now") };
    Value::Number(match field {
        Field::NamedPipeState => return Value::State(k[ccb].state),
        Field::ReadDataAvailable => i128::from(k.read_data_available(ccb, end)),
        Field::WriteQuotaAvailable => i128::from(k.quota_available(ccb, end.other())),
        _ => Fcb::INSTANCES.of(&k[k[ccb].fcb]).len() as i128,
    })
}

/// Why a field of an object of another type has no value.
const fn of_another_type(field: Field) -> &'static str {
    match field {
        Field::NamedPipeState
        | Field::ReadDataAvailable
        | Field::WriteQuotaAvailable
        | Field::CurrentInstances
        | Field::Cleanup
        | Field::Close
        | Field::Cached
        | Field::Dirty
        | Field::CurrentByteOffset => "not a file",
        Field::CurrentCount => "not a semaphore or mutant",
        Field::MaximumCount => "not a semaphore",
        Field::OwnerThread | Field::Abandoned => "not a mutant",
        _ => "not a port",
    }
}
