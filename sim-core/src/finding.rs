//! Findings: what a driver or the system did that Windows answers with a bug check or a Verifier stop.
//!
//! A caller's mistake is an NTSTATUS and never a finding.

use alloc::format;
use alloc::string::String;

use crate::io::buffer::Buffer;
use crate::io::iosb::Iosb;
use crate::io::irp::Irp;
use crate::kernel::Kernel;
use crate::ob::header::Object;
use crate::renaming::Rename;
use crate::status::NtStatus;
use crate::word::{Handle, Id, Word, WordKind, word_enum};

word_enum! {
    /// The rules that a step can break.
    pub enum Rule {
        /// An object's PointerCount was taken below zero, or reached zero with handles open.
        ReferenceByPointer = "REFERENCE_BY_POINTER",
        /// Kernel mode closed a handle that is protected from close.
        InvalidKernelHandle = "INVALID_KERNEL_HANDLE",
        /// Kernel mode referenced an object by a handle that is none, or one that nobody held any more.
        VerifierDetectedViolation = "DRIVER_VERIFIER_DETECTED_VIOLATION",
        /// An IRP was completed a second time.
        MultipleIrpCompleteRequests = "MULTIPLE_IRP_COMPLETE_REQUESTS",
        /// An IRP was completed while its cancel routine was still set.
        CompletedWithCancelRoutine = "DRIVER_VERIFIER_IOMANAGER_VIOLATION",
        /// An IRP was completed with STATUS_PENDING.
        CompletedAsPending = "DRIVER_VERIFIER_IOMANAGER_VIOLATION",
        /// A dispatch routine returned STATUS_PENDING for an IRP that it had not marked pending.
        PendingNotMarked = "DRIVER_VERIFIER_IOMANAGER_VIOLATION",
        /// A dispatch routine marked an IRP pending and returned another status.
        MarkedNotPending = "DRIVER_VERIFIER_IOMANAGER_VIOLATION",
        /// A completion routine did not mark an IRP pending that the driver below had marked.
        PendingNotPropagated = "DRIVER_VERIFIER_IOMANAGER_VIOLATION",
        /// A cancel routine was called for an IRP that had been completed.
        CancelStateInCompletedIrp = "CANCEL_STATE_IN_COMPLETED_IRP",
        /// IoCallDriver was called for an IRP without a stack location for the next driver.
        NoMoreIrpStackLocations = "NO_MORE_IRP_STACK_LOCATIONS",
        /// A cancelled IRP was not completed, and nothing will complete it.
        CancelledNotCompleted = "DRIVER_VERIFIER_DETECTED_VIOLATION",
        /// An IRP was used after it was freed.
        IrpUsedAfterFree = "IRP_USED_AFTER_FREE",
        /// An IRP that a driver had allocated was completed back to the I/O manager.
        OwnIrpCompleted = "OWN_IRP_COMPLETED",
        /// A driver freed an IRP that a thread still has on its list.
        FreedThreadIrp = "DRIVER_VERIFIER_IOMANAGER_VIOLATION",
        /// A driver used an IRP that was completed already.
        IrpUsedAfterCompletion = "IRP_USED_AFTER_COMPLETION",
        /// A dispatch routine returned with the IRP neither completed nor pending. Without Driver Verifier nobody stops it:
        /// the request is lost, and the model stops there.
        ReturnedWithoutCompleting = "DRIVER_VERIFIER_IOMANAGER_VIOLATION",
        /// A driver completed an IRP while it held a spin lock.
        CompletedUnderSpinLock = "IRP_COMPLETED_UNDER_SPIN_LOCK",
        /// A driver used a NULL pointer.
        NullPointerUsed = "NULL_POINTER_USED",
        /// A driver used its context of a file object after it had freed it.
        ContextUsedAfterFree = "FSCONTEXT_USED_AFTER_FREE",
        /// A thread acquired a spin lock that it held already.
        SpinLockAlreadyOwned = "SPIN_LOCK_ALREADY_OWNED",
        /// A thread released a spin lock that it did not hold.
        SpinLockNotOwned = "SPIN_LOCK_NOT_OWNED",
        /// A routine of a driver's returned with a spin lock held.
        SpinLockNotReleased = "DRIVER_VERIFIER_DETECTED_VIOLATION",
        /// Threads spin on locks that the others hold.
        SpinLockDeadlock = "DRIVER_VERIFIER_DETECTED_VIOLATION",
        /// A driver released a remove lock that it had not acquired.
        RemoveLockNotHeld = "REMOVE_LOCK_NOT_HELD",
        /// A routine of a driver's does not end.
        RoutineNeverEnds = "DPC_WATCHDOG_VIOLATION",
        /// An IRP was put into a list while it was in one.
        CorruptListEntry = "KERNEL_SECURITY_CHECK_FAILURE",
        /// A driver passed an IRP on whose next stack location it had not set up.
        NextLocationNotSetUp = "NEXT_STACK_LOCATION_NOT_SET_UP",
        /// A driver used an IRP that it had passed on.
        IrpUsedAfterCallDriver = "IRP_USED_AFTER_IOCALLDRIVER",
        /// A driver passed an IRP on while its cancel routine was set.
        ForwardedWithCancelRoutine = "DRIVER_VERIFIER_IOMANAGER_VIOLATION",
        /// A driver signalled an event in the variables of a routine that had returned.
        EventUsedAfterReturn = "EVENT_USED_AFTER_RETURN",
        /// A program freed memory that a request still writes.
        FreedWhileInUse = "MEMORY_FREED_WHILE_IN_USE",
        /// A program passed a status block to a second request while a first one still writes it.
        ReusedWhileInUse = "MEMORY_REUSED_WHILE_IN_USE",
        /// The system wrote a request's result into memory that the program had freed.
        WriteToFreedMemory = "WRITE_TO_FREED_MEMORY",
        /// A driver set a cancel routine for an IRP that was cancelled already, and did not look at Irp->Cancel: nobody
        /// calls the routine, and nothing will complete the IRP.
        IrpCancelField = "DRIVER_VERIFIER_DETECTED_VIOLATION",
        /// A driver marked an IRP pending that was in its list already, and held no spin lock.
        MarkingQueuedIrps = "MarkingQueuedIrps",
        /// A dispatch routine completed an IRP that it had not marked pending, and returned STATUS_PENDING.
        PendedCompletedRequest = "DRIVER_VERIFIER_IOMANAGER_VIOLATION",
        /// A driver completed an IRP that was still in one of its lists.
        CompletedWhileQueued = "CompletedWhileQueued",
        /// A driver freed its context of a file object a second time.
        ContextFreedTwice = "BAD_POOL_CALLER",
        /// A file object was closed, and its driver had not freed its context.
        ContextNotFreed = "ContextNotFreed",
        /// A dispatch routine completed its IRP and returned with a remove lock held that it had acquired.
        RemoveLockNotReleased = "RemoveLockRelease2",
        /// A program used a label whose handle was closed, and its value names another object now.
        StaleHandle = "StaleHandle",
        /// A program waited for a file while several of its requests had no event of their own.
        SharedFileSignal = "SharedFileSignal",
        /// A thread called CancelIo for a file on which only other threads had requests outstanding.
        CancelIoScope = "CancelIoScope",
        /// A program freed an OVERLAPPED that a packet in a port still points to.
        PacketCount = "PacketCount",
        /// A dispatch routine returned another status than the one that it had completed the IRP with.
        InconsistentStatus = "DRIVER_VERIFIER_IOMANAGER_VIOLATION",
        /// A driver touched a list of IRPs while its thread held no spin lock.
        ListWithoutLock = "ListWithoutLock",
    }
}

impl Rule {
    /// The bug check code that Windows (with Driver Verifier where need be) raises. None for what Windows does not notice:
    /// memory is corrupted then.
    pub const fn bug_check(self) -> Option<u32> {
        Some(match self {
            Rule::ReferenceByPointer => 0x18,
            Rule::NoMoreIrpStackLocations => 0x35,
            Rule::MultipleIrpCompleteRequests => 0x44,
            Rule::CancelStateInCompletedIrp => 0x48,
            Rule::InvalidKernelHandle => 0x93,
            Rule::SpinLockAlreadyOwned => 0x0F,
            Rule::SpinLockNotOwned => 0x10,
            Rule::CorruptListEntry => 0x139,
            Rule::RoutineNeverEnds => 0x133,
            Rule::ContextFreedTwice => 0xC2,
            Rule::VerifierDetectedViolation
            | Rule::CancelledNotCompleted
            | Rule::IrpCancelField
            | Rule::SpinLockNotReleased
            | Rule::SpinLockDeadlock => 0xC4,
            Rule::CompletedWithCancelRoutine
            | Rule::CompletedAsPending
            | Rule::PendingNotMarked
            | Rule::MarkedNotPending
            | Rule::PendingNotPropagated
            | Rule::PendedCompletedRequest
            | Rule::InconsistentStatus
            | Rule::ReturnedWithoutCompleting
            | Rule::ForwardedWithCancelRoutine
            | Rule::FreedThreadIrp => 0xC9,
            Rule::IrpUsedAfterFree
            | Rule::NextLocationNotSetUp
            | Rule::IrpUsedAfterCallDriver
            | Rule::EventUsedAfterReturn
            | Rule::IrpUsedAfterCompletion
            | Rule::CompletedUnderSpinLock
            | Rule::NullPointerUsed
            | Rule::ContextUsedAfterFree
            | Rule::RemoveLockNotHeld
            | Rule::OwnIrpCompleted
            | Rule::FreedWhileInUse
            | Rule::ReusedWhileInUse
            | Rule::WriteToFreedMemory
            | Rule::MarkingQueuedIrps
            | Rule::CompletedWhileQueued
            | Rule::ContextNotFreed
            | Rule::RemoveLockNotReleased
            | Rule::StaleHandle
            | Rule::SharedFileSignal
            | Rule::CancelIoScope
            | Rule::PacketCount
            | Rule::ListWithoutLock => return None,
        })
    }

    /// Whether the system stops: at a bug check, and where memory is corrupted and nobody knows what comes of it.
    pub const fn stops(self) -> bool {
        let corrupts = matches!(
            self,
            Rule::IrpUsedAfterFree
                | Rule::OwnIrpCompleted
                | Rule::IrpUsedAfterCompletion
                | Rule::CompletedWhileQueued
                | Rule::NullPointerUsed
                | Rule::ContextUsedAfterFree
                | Rule::RemoveLockNotHeld
                | Rule::NextLocationNotSetUp
                | Rule::IrpUsedAfterCallDriver
                | Rule::EventUsedAfterReturn
        );
        corrupts || self.bug_check().is_some()
    }

    /// Whether only Driver Verifier notices. Without it the system goes on to what comes of the mistake.
    pub const fn needs_verifier(self) -> bool {
        matches!(
            self,
            Rule::VerifierDetectedViolation
                | Rule::CancelledNotCompleted
                | Rule::CompletedWithCancelRoutine
                | Rule::CompletedAsPending
                | Rule::PendingNotMarked
                | Rule::MarkedNotPending
                | Rule::PendingNotPropagated
                | Rule::PendedCompletedRequest
                | Rule::InconsistentStatus
                | Rule::IrpCancelField
                | Rule::ForwardedWithCancelRoutine
                | Rule::FreedThreadIrp
                | Rule::SpinLockNotReleased
                | Rule::SpinLockDeadlock
        )
    }

    /// The first parameter of a bug check of Driver Verifier's that has many causes: those that the rule can raise.
    pub const fn subcodes(self) -> &'static [u32] {
        match self {
            Rule::VerifierDetectedViolation => &[0x3C, 0x3F, 0xF5],
            Rule::FreedThreadIrp => &[0x02],
            Rule::CompletedAsPending => &[0x06],
            Rule::CompletedWithCancelRoutine => &[0x07],
            Rule::CancelledNotCompleted | Rule::IrpCancelField => &[0x135],
            Rule::SpinLockDeadlock => &[0x1001],
            Rule::SpinLockNotReleased => &[0x4000B],
            Rule::CorruptListEntry => &[3],
            Rule::ContextFreedTwice => &[0x07],
            Rule::InconsistentStatus => &[0x224],
            Rule::ReturnedWithoutCompleting => &[0x226],
            Rule::PendingNotMarked | Rule::PendedCompletedRequest => &[0x23D],
            Rule::MarkedNotPending => &[0x23E],
            Rule::PendingNotPropagated => &[0x228],
            Rule::ForwardedWithCancelRoutine => &[0x203],
            _ => &[],
        }
    }

    /// Whether the rule is about the memory of a program.
    pub const fn is_of_memory(self) -> bool {
        matches!(
            self,
            Rule::FreedWhileInUse | Rule::ReusedWhileInUse | Rule::WriteToFreedMemory | Rule::PacketCount
        )
    }

    /// What a broken rule comes to: `bug check 0x44 MULTIPLE_IRP_COMPLETE_REQUESTS`.
    pub fn title(self) -> String {
        match self.bug_check() {
            Some(code) => format!("bug check 0x{code:X} {}", self.name()),
            None => self.name().into(),
        }
    }
}

/// A rule that a step broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// What it is about.
    pub about: About,
    /// The number that breaks the rule: a count, the second completion's status, or Driver Verifier's subcode.
    pub number: u64,
}

/// Memory of a program that the system writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// A buffer.
    Buffer(Id<Buffer>),
    /// A status block (an OVERLAPPED).
    StatusBlock(Id<Iosb>),
}

impl Word for Memory {
    const KIND: WordKind = WordKind::Packed;
    fn to_word(self) -> u64 {
        match self {
            Memory::Buffer(buffer) => buffer.to_word() << 1,
            Memory::StatusBlock(iosb) => iosb.to_word() << 1 | 1,
        }
    }
    fn from_word(word: u64) -> Self {
        match word & 1 {
            0 => Memory::Buffer(Id::from_word(word >> 1)),
            _ => Memory::StatusBlock(Id::from_word(word >> 1)),
        }
    }
    fn rename<N: Rename>(word: u64, names: &mut N) -> u64 {
        match Memory::from_word(word) {
            Memory::Buffer(buffer) => Memory::Buffer(names.value(buffer)).to_word(),
            Memory::StatusBlock(iosb) => Memory::StatusBlock(names.value(iosb)).to_word(),
        }
    }
}

impl Finding {
    /// The memory that the broken rule speaks of, if it is one of memory.
    pub fn memory(&self) -> Option<Memory> {
        self.rule.is_of_memory().then(|| Memory::from_word(self.number))
    }

    /// Its number, with each record that it names under its new name.
    pub(crate) fn renamed_number<N: Rename>(&self, names: &mut N) -> u64 {
        if self.rule.is_of_memory() { Memory::rename(self.number, names) } else { self.number }
    }

    /// The first parameter of a bug check of Driver Verifier's that has many causes.
    pub fn subcode(&self) -> Option<u64> {
        match self.rule.subcodes() {
            [] => None,
            [only] => Some(u64::from(*only)),
            _ => Some(self.number),
        }
    }

    /// The bug check's parameters, as far as they are known; where Windows has an address, the record's place.
    ///
    /// REFERENCE_BY_POINTER: the object's type, the object, and the count that was reached as the fourth.
    /// INVALID_KERNEL_HANDLE: the handle, 0 for a protected one. DRIVER_VERIFIER_DETECTED_VIOLATION: 0x3C (a handle that
    /// is none) or 0xF5 (NULL), the handle; or 0x3F (a reference to what nobody holds), the object, 1.
    /// DRIVER_VERIFIER_IOMANAGER_VIOLATION: the IRP is the third, but for 0x02; 0x06 has its status as the second. Others
    /// with a [`Finding::subcode`]: that, the IRP. Others: the IRP. Source: WDK, Bug Check 0x18, 0x35, 0x44,
    /// 0x48, 0x93, 0xC4, 0xC9.
    pub fn parameters(&self, kernel: &Kernel) -> [u64; 4] {
        let about = match self.about {
            About::Object(object) => object.index() as u64,
            About::Irp(irp) => irp.index() as u64,
            About::Handle(handle) => u64::from(handle.0),
            About::Request(iosb) => iosb.index() as u64,
        };
        if let Some(subcode) = self.subcode() {
            match (self.rule.bug_check(), subcode) {
                (Some(0xC9), 0x06) => return [subcode, self.number, about, 0],
                (Some(0xC9), 0x07 | 0x200..) => return [subcode, 0, about, 0],
                _ => {}
            }
            let referenced = matches!(self.about, About::Object(_));
            return [subcode, about, u64::from(referenced), 0];
        }
        match (self.rule, self.about) {
            (Rule::ReferenceByPointer, About::Object(object)) => {
                let object: Option<&Object> = kernel.get(object);
                [object.map_or(0, |header| header.body.object_type() as u64), about, 0, self.number]
            }
            (Rule::InvalidKernelHandle, _) => [about, self.number, 0, 0],
            _ => [about, 0, 0, 0],
        }
    }
}

impl Kernel {
    /// A step has broken a rule. Nothing happens if only Driver Verifier would notice, and nobody runs it.
    pub(crate) fn report(&mut self, rule: Rule, about: About, number: u64) {
        if self.profile().verifier || !rule.needs_verifier() {
            self.note_finding(Finding { rule, about, number });
        }
    }

    /// Driver Verifier's look at what a dispatch routine returns: STATUS_PENDING for an IRP that it has marked pending,
    /// and for no other.
    pub(crate) fn verify_pending(&mut self, irp: Id<Irp>, marked: bool, status: NtStatus) {
        match (marked, status == NtStatus::PENDING) {
            (false, true) => self.report(Rule::PendingNotMarked, About::Irp(irp), status.to_word()),
            (true, false) => self.report(Rule::MarkedNotPending, About::Irp(irp), status.to_word()),
            _ => {}
        }
    }

    /// Driver Verifier's time for a cancelled IRP is over. One with a cancel routine got it after the cancel: its driver did
    /// not look at Irp->Cancel.
    pub(crate) fn report_overdue(&mut self, irp: Id<Irp>) {
        let rule = if self[irp].cancel_routine { Rule::IrpCancelField } else { Rule::CancelledNotCompleted };
        self.report(rule, About::Irp(irp), 0);
    }

    /// A cancelled IRP that its driver has not completed. If it is one that a driver has made, the request that it serves.
    pub fn overdue_irp(&self) -> Option<Id<Irp>> {
        let overdue = |irp: &Irp| irp.cancel && !irp.completed && !irp.freed && irp.maker.is_none();
        self.all::<Irp>().find(|(_, irp)| overdue(irp)).map(|(irp, _)| irp)
    }
}

/// What a broken rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// An object.
    Object(Id<Object>),
    /// An IRP.
    Irp(Id<Irp>),
    /// A handle.
    Handle(Handle),
    /// A request, by its status block, which is there longer than its IRP.
    Request(Id<Iosb>),
}

/// The bits of its word that say which it is.
const TAG_BITS: u32 = 2;

impl Word for About {
    const KIND: WordKind = WordKind::Packed;
    fn to_word(self) -> u64 {
        let (tag, word) = match self {
            About::Object(object) => (0, object.to_word()),
            About::Irp(irp) => (1, irp.to_word()),
            About::Handle(handle) => (2, handle.to_word()),
            About::Request(iosb) => (3, iosb.to_word()),
        };
        word << TAG_BITS | tag
    }
    fn from_word(word: u64) -> Self {
        let rest = word >> TAG_BITS;
        match word & ((1 << TAG_BITS) - 1) {
            0 => About::Object(Id::from_word(rest)),
            1 => About::Irp(Id::from_word(rest)),
            2 => About::Handle(Handle::from_word(rest)),
            _ => About::Request(Id::from_word(rest)),
        }
    }
    fn rename<N: Rename>(word: u64, names: &mut N) -> u64 {
        match About::from_word(word) {
            About::Object(object) => About::Object(names.value(object)).to_word(),
            About::Irp(irp) => About::Irp(names.value(irp)).to_word(),
            About::Handle(handle) => About::Handle(names.value(handle)).to_word(),
            About::Request(iosb) => About::Request(names.value(iosb)).to_word(),
        }
    }
}
