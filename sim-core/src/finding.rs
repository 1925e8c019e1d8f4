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
        /// A dispatch routine returned with the IRP neither completed nor pending.
        ReturnedWithoutCompleting = "IRP_NOT_COMPLETED",
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
            Rule::VerifierDetectedViolation
            | Rule::CancelledNotCompleted
            | Rule::SpinLockNotReleased
            | Rule::SpinLockDeadlock => 0xC4,
            Rule::CompletedWithCancelRoutine
            | Rule::CompletedAsPending
            | Rule::PendingNotMarked
            | Rule::MarkedNotPending
            | Rule::PendingNotPropagated
            | Rule::ForwardedWithCancelRoutine
            | Rule::FreedThreadIrp => 0xC9,
            Rule::IrpUsedAfterFree
            | Rule::NextLocationNotSetUp
            | Rule::IrpUsedAfterCallDriver
            | Rule::EventUsedAfterReturn
            | Rule::IrpUsedAfterCompletion
            | Rule::ReturnedWithoutCompleting
            | Rule::CompletedUnderSpinLock
            | Rule::NullPointerUsed
            | Rule::ContextUsedAfterFree
            | Rule::RemoveLockNotHeld
            | Rule::OwnIrpCompleted
            | Rule::FreedWhileInUse
            | Rule::ReusedWhileInUse
            | Rule::WriteToFreedMemory => return None,
        })
    }

    /// Whether the system stops: at a bug check, and where memory is corrupted and nobody knows what comes of it.
    pub const fn stops(self) -> bool {
        let corrupts = matches!(
            self,
            Rule::IrpUsedAfterFree
                | Rule::OwnIrpCompleted
                | Rule::IrpUsedAfterCompletion
                | Rule::ReturnedWithoutCompleting
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
                | Rule::ForwardedWithCancelRoutine
                | Rule::FreedThreadIrp
                | Rule::SpinLockNotReleased
                | Rule::SpinLockDeadlock
        )
    }

    /// The first parameter of a bug check of Driver Verifier's that has many causes: those that the rule can raise.
    pub const fn subcodes(self) -> &'static [u32] {
        match self {
            Rule::VerifierDetectedViolation => &[0x3C, 0xF5],
            Rule::FreedThreadIrp => &[0x02],
            Rule::CompletedAsPending => &[0x06],
            Rule::CompletedWithCancelRoutine => &[0x07],
            Rule::CancelledNotCompleted => &[0x135],
            Rule::SpinLockDeadlock => &[0x1001],
            Rule::SpinLockNotReleased => &[0x4000B],
            Rule::CorruptListEntry => &[3],
            Rule::PendingNotMarked => &[0x23D],
            Rule::MarkedNotPending => &[0x23E],
            Rule::PendingNotPropagated => &[0x228],
            Rule::ForwardedWithCancelRoutine => &[0x203],
            _ => &[],
        }
    }

    /// Whether the rule is about the memory of a program.
    pub const fn is_of_memory(self) -> bool {
        matches!(self, Rule::FreedWhileInUse | Rule::ReusedWhileInUse | Rule::WriteToFreedMemory)
    }

    /// What a person calls a broken rule: `bug check 0x44 MULTIPLE_IRP_COMPLETE_REQUESTS`.
    pub fn title(self) -> String {
        match self.bug_check() {
            Some(code) => format!("bug check 0x{code:X} {}", self.name()),
            None => self.name().into(),
        }
    }

    /// The bug check's parameters that are known, by number.
    pub const fn parameter_names(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Rule::ReferenceByPointer => {
                &[("1", "the object's type"), ("2", "the object"), ("4", "the count that was reached")]
            }
            Rule::InvalidKernelHandle => &[("1", "the handle"), ("2", "0 for a protected handle")],
            Rule::VerifierDetectedViolation | Rule::CancelledNotCompleted => {
                &[("1", "which rule"), ("2", "the handle (0x3C, 0xF5) or the IRP (0x135)")]
            }
            Rule::CompletedWithCancelRoutine
            | Rule::CompletedAsPending
            | Rule::PendingNotMarked
            | Rule::MarkedNotPending
            | Rule::PendingNotPropagated
            | Rule::ForwardedWithCancelRoutine
            | Rule::FreedThreadIrp => &[("1", "which rule"), ("2", "the IRP")],
            Rule::MultipleIrpCompleteRequests
            | Rule::CancelStateInCompletedIrp
            | Rule::NoMoreIrpStackLocations => &[("1", "the IRP")],
            _ => &[],
        }
    }

    /// The public source of the rule.
    pub const fn source(self) -> &'static str {
        match self {
            Rule::ReferenceByPointer => "WDK, Bug Check 0x18",
            Rule::NoMoreIrpStackLocations => "WDK, Bug Check 0x35",
            Rule::MultipleIrpCompleteRequests => "WDK, Bug Check 0x44",
            Rule::CancelStateInCompletedIrp => "WDK, Bug Check 0x48",
            Rule::InvalidKernelHandle => "WDK, Bug Check 0x93",
            Rule::VerifierDetectedViolation | Rule::CancelledNotCompleted => "WDK, Bug Check 0xC4",
            Rule::CompletedWithCancelRoutine
            | Rule::CompletedAsPending
            | Rule::PendingNotMarked
            | Rule::MarkedNotPending
            | Rule::PendingNotPropagated
            | Rule::ForwardedWithCancelRoutine
            | Rule::FreedThreadIrp => "WDK, Bug Check 0xC9",
            Rule::NextLocationNotSetUp => {
                "WDK, Passing IRPs Down the Driver Stack; IoSkipCurrentIrpStackLocation"
            }
            Rule::IrpUsedAfterCallDriver => "WDK, IoCallDriver; Force Pending I/O Requests",
            Rule::EventUsedAfterReturn => "WDK, Defining and Using an Event Object; KeInitializeEvent",
            Rule::SpinLockAlreadyOwned => "WDK, Bug Check 0xF",
            Rule::SpinLockNotOwned => "WDK, Bug Check 0x10",
            Rule::RoutineNeverEnds => "WDK, Bug Check 0x133",
            Rule::CorruptListEntry => "WDK, Bug Check 0x139",
            Rule::SpinLockDeadlock => "WDK, Bug Check 0xC4; Deadlock Detection",
            Rule::SpinLockNotReleased => {
                "WDK, Bug Check 0xC4; SpinlockRelease and CancelSpinlockRelease rules"
            }
            Rule::IrpUsedAfterCompletion => "WDK, IoCompleteRequest; MarkingQueuedIrps rule",
            Rule::ReturnedWithoutCompleting => "WDK, IrpProcessingComplete rule",
            Rule::CompletedUnderSpinLock => "WDK, IoCompleteRequest; SpinLockSafe rule",
            Rule::NullPointerUsed => "WDK, IoCsqRemoveNextIrp; ExAllocatePool2",
            Rule::ContextUsedAfterFree => "WDK, Errors in Handling Cleanup and Close Operations",
            Rule::RemoveLockNotHeld => "WDK, Using Remove Locks; RemoveLock rule",
            Rule::OwnIrpCompleted => "WDK, IoAllocateIrp; IoAllocateComplete rule",
            Rule::IrpUsedAfterFree => "WDK, Completing IRPs; IoMarkIrpPending",
            Rule::FreedWhileInUse | Rule::ReusedWhileInUse => "Win32, OVERLAPPED; ReadFile",
            Rule::WriteToFreedMemory => "Win32, I/O Completion Ports; Synchronous and Asynchronous I/O",
        }
    }

    /// The rule as one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Rule::InvalidKernelHandle => "a driver closes no handle that is protected from close",
            Rule::VerifierDetectedViolation => {
                "a driver references objects only by handles that are open, or while it holds them"
            }
            Rule::ReferenceByPointer => "no reference is dropped that was not taken",
            Rule::MultipleIrpCompleteRequests => "an IRP is completed exactly once",
            Rule::CompletedWithCancelRoutine => {
                "an IRP is completed only after its cancel routine was cleared"
            }
            Rule::CompletedAsPending => "an IRP is not completed with STATUS_PENDING",
            Rule::PendingNotMarked => {
                "a dispatch routine returns STATUS_PENDING only for an IRP that is marked pending"
            }
            Rule::MarkedNotPending => "a dispatch routine that marks an IRP pending returns STATUS_PENDING",
            Rule::PendingNotPropagated => {
                "a completion routine marks an IRP pending if PendingReturned is set"
            }
            Rule::CancelStateInCompletedIrp => "no cancel routine is called for a completed IRP",
            Rule::NoMoreIrpStackLocations => "an IRP has a stack location for each driver it is passed to",
            Rule::CancelledNotCompleted => "a cancelled IRP is completed in time",
            Rule::IrpUsedAfterFree => "an IRP is not used after it was freed",
            Rule::OwnIrpCompleted => {
                "a driver frees the IRPs that it allocates: their completion ends with it"
            }
            Rule::IrpUsedAfterCompletion => "a driver does not touch an IRP that was completed",
            Rule::ReturnedWithoutCompleting => {
                "a dispatch routine completes the IRP, passes it on, or marks it pending"
            }
            Rule::CompletedUnderSpinLock => "no IRP is completed while a spin lock is held",
            Rule::NullPointerUsed => "a driver looks whether a pointer is NULL before it uses it",
            Rule::ContextUsedAfterFree => "a driver keeps what its requests use until IRP_MJ_CLOSE",
            Rule::SpinLockAlreadyOwned => "a thread does not acquire a spin lock that it holds",
            Rule::SpinLockNotOwned => "a thread releases only spin locks that it holds",
            Rule::SpinLockNotReleased => "a routine returns without spin locks",
            Rule::SpinLockDeadlock => "spin locks are acquired in one order",
            Rule::RemoveLockNotHeld => "each release of a remove lock has its acquisition",
            Rule::RoutineNeverEnds => "a routine of a driver ends in time",
            Rule::CorruptListEntry => "an IRP is in one list at a time",
            Rule::NextLocationNotSetUp => {
                "a driver sets up the next stack location before it passes an IRP on"
            }
            Rule::IrpUsedAfterCallDriver => "a driver does not touch an IRP that it has passed on",
            Rule::ForwardedWithCancelRoutine => {
                "an IRP is passed on only after its cancel routine was cleared"
            }
            Rule::EventUsedAfterReturn => {
                "an event in a routine's variables is not used after it has returned"
            }
            Rule::FreedThreadIrp => "a driver frees no IRP that belongs to a thread",
            Rule::FreedWhileInUse => "a program frees no memory that a request still writes",
            Rule::ReusedWhileInUse => "a status block serves one request at a time",
            Rule::WriteToFreedMemory => "no request writes into memory that was freed",
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
    /// is none) or 0xF5 (NULL), the handle; or 0x3F (a reference to what nobody holds), the object, 1. Those of Driver
    /// Verifier that have a [`Finding::subcode`]: that, the IRP. Others: the IRP. Source: WDK, Bug Check 0x18, 0x35, 0x44,
    /// 0x48, 0x93, 0xC4, 0xC9.
    pub fn parameters(&self, kernel: &Kernel) -> [u64; 4] {
        let about = match self.about {
            About::Object(object) => object.index() as u64,
            About::Irp(irp) => irp.index() as u64,
            About::Handle(handle) => u64::from(handle.0),
            About::Request(iosb) => iosb.index() as u64,
        };
        if let Some(subcode) = self.subcode() {
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
