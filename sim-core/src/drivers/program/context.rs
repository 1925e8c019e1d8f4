//! What FsContext of a file object points to, and a pointer to it that a routine has kept.

use alloc::vec::Vec;

use crate::drivers::program::activation::Activation;
use crate::drivers::program::code::{Deed, Slot};
use crate::drivers::program::primitive::Primitive;
use crate::finding::{About, Rule};
use crate::frame::Next;
use crate::io::file::{DriverContext, File};
use crate::kernel::Kernel;
use crate::word::Id;

impl Kernel {
    /// ExAllocatePool2.
    pub(crate) fn allocate_context(&mut self, call: Id<Activation>, file: Id<File>, deed: &Deed) -> Next {
        let why = "the driver allocates its context";
        self.set(file, File::DRIVER_CONTEXT, Some(DriverContext::Allocated), why);
        self.keep_value(call, deed.result, 1);
        Next::goto(self.next_step(call))
    }

    /// ExFreePool, and any use, through FsContext.
    pub(crate) fn use_context(&mut self, call: Id<Activation>, file: Id<File>, deed: &Deed) -> Next {
        let rule = match self[file].driver_context {
            Some(DriverContext::Allocated) => None,
            Some(DriverContext::Freed) => Some(Rule::ContextUsedAfterFree),
            None => Some(Rule::NullPointerUsed),
        };
        if let Some(rule) = rule {
            self.report(rule, About::Object(self[file].object), 0);
            return Next::SUCCESS;
        }
        if deed.primitive == Primitive::ExFreePool {
            self.set(file, File::DRIVER_CONTEXT, Some(DriverContext::Freed), "the driver frees its context");
            for other in self.who_keeps(file) {
                self.set(other, Activation::DANGLING, true, "");
            }
        } else if deed.result == Some(Slot::Context) {
            self.set(call, Activation::CONTEXT, Some(file), "");
            self.set(call, Activation::DANGLING, false, "");
        }
        Next::goto(self.next_step(call))
    }

    /// A use through the pointer that the routine has kept: the request and its file object may be gone.
    pub(crate) fn use_kept_context(&mut self, call: Id<Activation>) -> Next {
        let Activation { device, context, dangling, .. } = self[call];
        if dangling {
            let object = context.map_or(self[device].object, |file| self[file].object);
            self.report(Rule::ContextUsedAfterFree, About::Object(object), 0);
            return Next::SUCCESS;
        }
        Next::goto(self.next_step(call))
    }

    /// The file object is freed. A pointer that a routine has kept names it no more.
    pub(crate) fn forget_context(&mut self, file: Id<File>) {
        for call in self.who_keeps(file) {
            self.set(call, Activation::CONTEXT, None, "");
        }
    }

    fn who_keeps(&self, file: Id<File>) -> Vec<Id<Activation>> {
        let keeps = |(_, activation): &(Id<Activation>, &Activation)| activation.context == Some(file);
        self.all::<Activation>().filter(keeps).map(|(call, _)| call).collect()
    }
}
