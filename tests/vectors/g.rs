//! Family G: objects that can be waited for, and the death of their owner.
//!
//! | id | source |
//! | --- | --- |
//! | G-01 | Wine ntdll/tests/sync.c, test_mutant; Win32, ReleaseMutex (release by another) |
//! | G-03 | Wine ntdll/tests/sync.c, test_semaphore |
//! | G-04 | Wine ntdll/tests/sync.c; Win32, WaitForMultipleObjects |
//! | G-05 | Wine ntoskrnl.exe/tests/driver.c, the tests of events; WDK, KeSetEvent, KeResetEvent |

use crate::story::{holds_always, lines_hold};

#[test]
fn g_01_a_mutant_counts_its_owners_acquisitions() {
    holds_always(
        r#"process app
  thread main
    m = NtCreateMutant(TRUE)             -> STATUS_SUCCESS
    tried = CreateEvent()
    new = NtQueryMutant(m)               -> STATUS_SUCCESS
    check new == 0 and m.OwnerThread == "main"
    NtWaitForSingleObject(m, 0)          -> STATUS_WAIT_0
    twice = NtQueryMutant(m)             -> STATUS_SUCCESS
    check twice == -1
    WaitForSingleObject(tried, INFINITE) -> WAIT_OBJECT_0
    still = NtQueryMutant(m)             -> STATUS_SUCCESS
    first = NtReleaseMutant(m)           -> STATUS_SUCCESS
    second = NtReleaseMutant(m)          -> STATUS_SUCCESS
    check still == -1 and first == -1 and second == 0
    free = NtQueryMutant(m)              -> STATUS_SUCCESS
    check free == 1 and m.OwnerThread == NULL
    NtReleaseMutant(m)                   -> STATUS_MUTANT_NOT_OWNED
  thread other
    NtReleaseMutant(m)                   -> STATUS_MUTANT_NOT_OWNED
    SetEvent(tried)                      -> TRUE
"#,
    );
}

#[test]
fn g_03_a_release_past_the_maximum_adds_nothing() {
    lines_hold(
        "    s = NtCreateSemaphore(1, 3)            -> STATUS_SUCCESS
    NtReleaseSemaphore(s, 3)               -> STATUS_SEMAPHORE_LIMIT_EXCEEDED
    one = NtQuerySemaphore(s)              -> STATUS_SUCCESS
    before = NtReleaseSemaphore(s, 2)      -> STATUS_SUCCESS
    all = NtQuerySemaphore(s)              -> STATUS_SUCCESS
    check one == 1 and before == 1 and all == 3
    NtReleaseSemaphore(s, 0)               -> STATUS_INVALID_PARAMETER
    NtReleaseSemaphore(s, 0xFFFFFFFF)      -> STATUS_INVALID_PARAMETER
    NtCreateSemaphore(0, 0)                -> STATUS_INVALID_PARAMETER
    NtCreateSemaphore(2, 1)                -> STATUS_INVALID_PARAMETER
    NtCreateSemaphore(0, 0x80000000)       -> STATUS_INVALID_PARAMETER
",
    );
}

#[test]
fn g_04_a_wait_for_all_consumes_nothing_until_all_are_signalled() {
    holds_always(
        "process app
  thread waiter
    a = NtCreateEvent()
    b = NtCreateEvent()
    SetEvent(a)                                     -> TRUE
    NtWaitForMultipleObjects([a, b], TRUE, 0)       -> STATUS_TIMEOUT
    check signaled(a)
    NtWaitForMultipleObjects([a, b], TRUE, INFINITE) -> STATUS_WAIT_0
    check not signaled(a) and not signaled(b)
  thread main
    check signaled(a)
    SetEvent(b)                                     -> TRUE
",
    );
}

#[test]
fn g_04_a_wait_for_any_takes_the_lowest_signalled() {
    lines_hold(
        "    a = NtCreateEvent()
    b = NtCreateEvent()
    c = NtCreateEvent()
    SetEvent(c)                                      -> TRUE
    SetEvent(b)                                      -> TRUE
    NtWaitForMultipleObjects([a, b, c], FALSE, 0)    -> STATUS_WAIT_0 + 1
    NtWaitForMultipleObjects([a, b, c], FALSE, 0)    -> STATUS_WAIT_0 + 2
    NtWaitForMultipleObjects([a, b, c], FALSE, 0)    -> STATUS_TIMEOUT
",
    );
}

#[test]
fn g_04_one_waiter_consumes_an_auto_reset_event_and_the_first_comes_first() {
    holds_always(
        "process app
  thread main
    e = NtCreateEvent()
    theirs = DuplicateHandle(e, other)         -> TRUE
    served = NtCreateEvent()
    far = DuplicateHandle(served, other)       -> TRUE
    waits = NtCreateEvent()
    near = DuplicateHandle(waits, other)       -> TRUE
    ready = NtCreateEvent()
    WaitForSingleObject(waits, INFINITE)       -> WAIT_OBJECT_0
    NtSignalAndWaitForSingleObject(ready, e, INFINITE) -> STATUS_WAIT_0
  thread setter
    WaitForSingleObject(ready, INFINITE)       -> WAIT_OBJECT_0
    check waiters(e) == 2
    SetEvent(e)                                -> TRUE
    WaitForSingleObject(served, INFINITE)      -> WAIT_OBJECT_0
    check waiters(e) == 1 and not signaled(e)
    NtWaitForSingleObject(e, 0)                -> STATUS_TIMEOUT
    SetEvent(e)                                -> TRUE
    check waiters(e) == 0 and not signaled(e)
process other
  thread stranger
    SignalObjectAndWait(near, theirs, INFINITE) -> WAIT_OBJECT_0
    SetEvent(far)                              -> TRUE
",
    );
}

#[test]
fn g_05_set_and_reset_return_the_state_before_and_the_kind_decides_what_a_wait_takes() {
    for (manual, second) in [("TRUE", "STATUS_WAIT_0"), ("FALSE", "STATUS_TIMEOUT")] {
        lines_hold(&format!(
            "    e = NtCreateEvent(manual: {manual})
    a = NtSetEvent(e)                 -> STATUS_SUCCESS
    b = NtSetEvent(e)                 -> STATUS_SUCCESS
    c = NtResetEvent(e)               -> STATUS_SUCCESS
    d = NtResetEvent(e)               -> STATUS_SUCCESS
    check a == 0 and b == 1 and c == 1 and d == 0
    NtSetEvent(e)                     -> STATUS_SUCCESS
    NtWaitForSingleObject(e, 0)       -> STATUS_WAIT_0
    NtWaitForSingleObject(e, 0)       -> {second}
"
        ));
    }
}
