//! What can be asked of a program's own memory: status blocks, buffers and its user APCs.

use sim_core::io::buffer::Buffer;
use sim_core::io::iosb::Iosb;
use sim_core::ps::apc::{Apc, ApcState};
use sim_core::{Id, NtStatus};

use crate::scenario::condition::Value;
use crate::scenario::field::Field;
use crate::scenario::world::World;

impl World<'_> {
    /// What a status block, or the request that it is of, says in a field.
    pub(super) fn block_field(&self, iosb: Id<Iosb>, field: Field) -> Value {
        let block = &self.kernel()[iosb];
        Value::Number(match field {
            Field::Pending => i128::from(self.kernel().irp_of(iosb).is_some()),
            Field::HasCompleted => i128::from(block.status != Some(NtStatus::PENDING)),
            Field::Freed => i128::from(block.freed),
            Field::Information => i128::from(block.information),
            Field::PollEvents => i128::from(block.events),
            Field::Queued | Field::Delivered => return self.apc_field(block.apc, field),
            _ => return Value::Status(block.status),
        })
    }

    pub(super) fn buffer_field(&self, buffer: Id<Buffer>, field: Field) -> Value {
        let buffer = &self.kernel()[buffer];
        Value::Number(match field {
            Field::Freed => i128::from(buffer.freed),
            Field::Length => i128::from(buffer.length),
            _ => i128::from(buffer.filled),
        })
    }

    pub(super) fn apc_field(&self, apc: Option<Id<Apc>>, field: Field) -> Value {
        let wanted = if field == Field::Queued { ApcState::Queued } else { ApcState::Delivered };
        let is_in = |apc| self.kernel().get(apc).is_some_and(|apc: &Apc| apc.state == wanted);
        Value::Number(i128::from(apc.is_some_and(is_in)))
    }
}
