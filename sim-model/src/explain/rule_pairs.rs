//! For each rule a program that breaks it, and the same corrected. Their pages show both; the tests explore both.

use sim_core::finding::Rule;

/// A scenario of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Story {
    /// Its file, from the root of the repository.
    pub path: &'static str,
    /// What stands there.
    pub text: &'static str,
}

/// A program that breaks a rule, and its corrected twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The rule.
    pub rule: Rule,
    /// Breaks it.
    pub broken: Story,
    /// Keeps it, and every other.
    pub fixed: Story,
}

macro_rules! pairs {
    ($($rule:ident: $broken:literal, $fixed:literal;)*) => {
        &[$(Pair { rule: Rule::$rule, broken: story!($broken), fixed: story!($fixed) },)*]
    };
}
macro_rules! story {
    ($name:literal) => {
        Story {
            path: concat!("docs/", $name, ".kobj"),
            text: include_str!(concat!("../../../docs/", $name, ".kobj")),
        }
    };
}

/// The pairs.
pub const PAIRS: &[Pair] = pairs! {
    MultipleIrpCompleteRequests: "rules/DoubleCompletion", "rules/DoubleCompletion-fixed";
    CompletedAsPending: "rules/CompletedAsPending", "rules/CompletedAsPending-fixed";
    CompletedWithCancelRoutine: "textbook/cancel-routine-kept", "rules/CompletedWithCancelRoutine-fixed";
    PendingNotMarked: "textbook/pending-unmarked", "rules/MarkIrpPending2-fixed";
    MarkedNotPending: "textbook/marked-and-returned", "rules/MarkIrpPending-fixed";
    PendedCompletedRequest: "rules/PendedCompletedRequest", "rules/PendedCompletedRequest-fixed";
    MarkingQueuedIrps: "textbook/marked-after-queueing", "rules/MarkingQueuedIrps-fixed";
    PendingNotPropagated: "rules/PendingReturnedPropagated", "rules/PendingReturnedPropagated-fixed";
    ReturnedWithoutCompleting: "textbook/not-completed", "rules/IrpProcessingComplete-fixed";
    CancelledNotCompleted: "rules/CancelledNotCompleted", "rules/CancelledNotCompleted-fixed";
    IrpCancelField: "textbook/no-cancel-check", "rules/IrpCancelField-fixed";
    CancelStateInCompletedIrp: "rules/CancelStateInCompletedIrp", "rules/CancelStateInCompletedIrp-fixed";
    IrpUsedAfterCompletion: "rules/IrpUsedAfterCompletion", "rules/IrpUsedAfterCompletion-fixed";
    IrpUsedAfterFree: "rules/IrpUsedAfterFree", "rules/IrpUsedAfterFree-fixed";
    OwnIrpCompleted: "rules/IoAllocateForward", "rules/IoAllocateForward-fixed";
    FreedThreadIrp: "rules/IoAllocateFree", "rules/IoAllocateFree-fixed";
    NoMoreIrpStackLocations: "scenarios/no-more-stack-locations", "rules/NoMoreIrpStackLocations-fixed";
    NextLocationNotSetUp: "textbook/filter-next-location-unset", "textbook/filter-skip";
    IrpUsedAfterCallDriver: "textbook/filter-touches-after-call", "textbook/filter-completion-routine";
    ForwardedWithCancelRoutine: "textbook/filter-passes-cancelable", "rules/ForwardedWithCancelRoutine-fixed";
    EventUsedAfterReturn: "textbook/filter-returns-without-waiting", "textbook/filter-forward-and-wait";
    CompletedWhileQueued: "rules/CompletedWhileQueued", "rules/CompletedWhileQueued-fixed";
    CorruptListEntry: "rules/CorruptListEntry", "rules/CorruptListEntry-fixed";
    NullPointerUsed: "rules/NullPointerUsed", "rules/NullPointerUsed-fixed";
    RoutineNeverEnds: "rules/DpcWatchdog", "rules/DpcWatchdog-fixed";
    CompletedUnderSpinLock: "textbook/completed-under-a-spin-lock", "rules/SpinLockSafe-fixed";
    SpinLockAlreadyOwned: "rules/SpinLock", "rules/SpinLock-fixed";
    SpinLockNotOwned: "rules/SpinLockNotOwned", "rules/SpinLockNotOwned-fixed";
    SpinLockNotReleased: "rules/SpinlockRelease", "rules/SpinlockRelease-fixed";
    SpinLockDeadlock: "textbook/lock-order-inversion", "rules/DeadlockDetection-fixed";
    RemoveLockNotHeld: "rules/RemoveLock", "rules/RemoveLock-fixed";
    RemoveLockNotReleased: "rules/RemoveLockRelease2", "rules/RemoveLockRelease2-fixed";
    ContextUsedAfterFree: "textbook/context-freed-in-cleanup", "textbook/context-freed-in-close";
    ContextFreedTwice: "rules/ContextFreedTwice", "rules/ContextFreedTwice-fixed";
    ContextNotFreed: "rules/ContextNotFreed", "rules/ContextNotFreed-fixed";
    FreedWhileInUse: "rules/FreedWhileInUse", "rules/FreedWhileInUse-fixed";
    ReusedWhileInUse: "rules/ReusedWhileInUse", "rules/ReusedWhileInUse-fixed";
    WriteToFreedMemory: "rules/WriteToFreedMemory", "rules/WriteToFreedMemory-fixed";
    StaleHandle: "rules/StaleHandle", "rules/StaleHandle-fixed";
    SharedFileSignal: "rules/SharedFileSignal", "rules/SharedFileSignal-fixed";
    CancelIoScope: "rules/CancelIoScope", "rules/CancelIoScope-fixed";
    InconsistentStatus: "rules/InconsistentStatus", "rules/InconsistentStatus-fixed";
    ListWithoutLock: "rules/ListWithoutLock", "rules/ListWithoutLock-fixed";
    PacketCount: "rules/PacketCount", "rules/PacketCount-fixed";
};

/// The pair of a rule.
pub fn pair(rule: Rule) -> Option<&'static Pair> {
    PAIRS.iter().find(|pair| pair.rule == rule)
}
