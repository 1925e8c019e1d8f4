//! Families F, P and E: processes, their threads and jobs, as tests that run on real Windows assert them.
//!
//! | id | public source |
//! | --- | --- |
//! | E-15 | Wine kernel32/tests/process.c, test_CompletionPort |
//! | F-12 | Wine kernel32/tests/process.c, test_dead_process; ntdll/tests/om.c, test_get_next_thread; ntdll/tests/sync.c, test_tid_alert |
//! | F-13 | Wine kernel32/tests/process.c, test_StdHandleInheritance (the part of inherited handles) |
//! | F-14 | Wine kernel32/tests/process.c, test_handle_list_attribute, test_parent_process_attribute |
//! | F-19 | Wine kernel32/tests/process.c, test_IsProcessInJob, test_TerminateJobObject, test_QueryInformationJobObject, test_KillOnJobClose |
//! | P-21 | Wine kernel32/tests/process.c, test_TerminateProcess |
//! | jobs | Wine kernel32/tests/process.c, test_WaitForJobObject, test_jobInheritance, test_BreakawayOk; Win32, Nested Jobs |

use sim_core::profile::Version;

use crate::story::{holds_always, holds_on, holds_since, model_holds_since};

/// A process whose thread waits for ever.
const TOOL: &str = "process tool
  thread worker
    NtDelayExecution(INFINITE)
";

/// The story of a process `app` that makes the process `tool`, on every version.
fn with_tool(lines: &str) {
    holds_always(&of_tool(lines));
}

fn of_tool(lines: &str) -> String {
    format!("process app\n  thread main\n{lines}{TOOL}")
}

#[test]
fn f_12_an_ended_process_can_be_asked_and_opened_while_a_handle_holds_it() {
    with_tool(
        "    NtOpenProcess(tool)                                                     -> STATUS_INVALID_CID
    child, first = CreateProcess(tool)                                      -> TRUE
    CloseHandle(first)                                                      -> TRUE
    alive = NtQueryInformationProcess(child, ProcessBasicInformation)       -> STATUS_SUCCESS
    check alive.ExitStatus == 259
    NtQueryInformationProcess(child, ProcessImageInformation)               -> STATUS_SUCCESS
    NtTerminateProcess(child, 77)                                           -> STATUS_SUCCESS
    NtWaitForSingleObject(child, INFINITE)                                  -> STATUS_WAIT_0
    ended = NtQueryInformationProcess(child, ProcessBasicInformation)       -> STATUS_SUCCESS
    check exited(tool) and ended.ExitStatus == 77
    again = NtOpenProcess(tool)                                             -> STATUS_SUCCESS
    CloseHandle(child)                                                      -> TRUE
    check again.HandleCount == 1
",
    );
    // On real Windows others may hold the process a little longer.
    let gone = "    child, first = CreateProcess(tool)                                      -> TRUE
    CloseHandle(first)                                                      -> TRUE
    NtTerminateProcess(child, 77)                                           -> STATUS_SUCCESS
    CloseHandle(child)                                                      -> TRUE
    NtOpenProcess(tool)                                                     -> STATUS_INVALID_CID
";
    model_holds_since(Version::Xp, &of_tool(gone));
    for (last, expected) in [
        ("NtTerminateProcess(child, 78)", "STATUS_PROCESS_IS_TERMINATING"),
        ("NtQueryInformationProcess(child, ProcessImageInformation)", "STATUS_PROCESS_IS_TERMINATING"),
    ] {
        with_tool(&format!(
            "    child = CreateProcess(tool)                                        -> TRUE
    NtTerminateProcess(child, 77)                                      -> STATUS_SUCCESS
    NtWaitForSingleObject(child, INFINITE)                             -> STATUS_WAIT_0
    {last}                                                             -> {expected}
    ended = NtQueryInformationProcess(child, ProcessBasicInformation)  -> STATUS_SUCCESS
    check ended.ExitStatus == 77
"
        ));
    }
}

#[test]
fn f_12_an_ended_thread_is_enumerated_while_a_handle_holds_it() {
    holds_since(
        Version::Win7,
        "process app
  thread main
    go = NtCreateEvent()
    self = OpenThread(main)
    one = NtGetNextThread(GetCurrentProcess(), NULL)               -> STATUS_SUCCESS
    check one.HandleCount == 2 and self.HandleCount == 2
    two = NtGetNextThread(GetCurrentProcess(), one, inherit: TRUE) -> STATUS_SUCCESS
    check inherit(two) and not inherit(one) and two.HandleCount == 1
    none = NtGetNextThread(GetCurrentProcess(), two)               -> STATUS_NO_MORE_ENTRIES
    check none.Value == 0
    NtGetNextThread(0xBAD000, NULL)                                -> STATUS_INVALID_HANDLE
    NtGetNextThread(GetCurrentProcess(), 0xBAD000)                 -> STATUS_INVALID_HANDLE
    SetEvent(go)                                                   -> TRUE
    WaitForSingleObject(two, INFINITE)                             -> WAIT_OBJECT_0
    again = NtGetNextThread(GetCurrentProcess(), one)              -> STATUS_SUCCESS
    check ended(helper) and two.HandleCount == 2
    CloseHandle(again)                                             -> TRUE
    CloseHandle(two)                                               -> TRUE
    NtGetNextThread(GetCurrentProcess(), one)                      -> STATUS_NO_MORE_ENTRIES
    CloseHandle(self)                                              -> TRUE
    check one.PointerCount == 2
  thread helper
    WaitForSingleObject(go, INFINITE)                              -> WAIT_OBJECT_0
    ExitThread(5)
",
    );
}

#[test]
fn f_12_a_thread_is_alerted_by_its_id_also_when_it_has_ended() {
    holds_since(
        Version::Win8,
        "process app
  thread main
    helper_thread = OpenThread(helper)
    NtWaitForAlertByThreadId(0)               -> STATUS_TIMEOUT
    NtAlertThreadByThreadId(worker)           -> STATUS_INVALID_CID
    NtAlertThreadByThreadId(stranger)         -> STATUS_ACCESS_DENIED
    NtAlertThreadByThreadId(main)             -> STATUS_SUCCESS
    NtAlertThreadByThreadId(main)             -> STATUS_SUCCESS
    NtWaitForAlertByThreadId(0)               -> STATUS_ALERTED
    NtWaitForAlertByThreadId(0)               -> STATUS_TIMEOUT
    NtAlertThreadByThreadId(helper)           -> STATUS_SUCCESS
    WaitForSingleObject(helper_thread, INFINITE) -> WAIT_OBJECT_0
    NtAlertThreadByThreadId(helper)           -> STATUS_SUCCESS
    CloseHandle(helper_thread)                -> TRUE
    NtAlertThreadByThreadId(helper)           -> STATUS_INVALID_CID
    child = CreateProcess(tool)               -> TRUE
  thread helper
    NtWaitForAlertByThreadId()                -> STATUS_ALERTED
    ExitThread()
process other
  thread stranger
    NtDelayExecution(INFINITE)
process tool
  thread worker
    NtDelayExecution(INFINITE)
",
    );
}

#[test]
fn f_13_an_inherited_handle_has_the_same_value_and_the_others_are_absent() {
    let story = |inherits: &str, lines: &str| {
        format!(
            "process app
  thread main
    private = NtCreateEvent()
    shared = NtCreateEvent()
    SetHandleInformation(shared, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)  -> TRUE
    child = CreateProcess(tool, bInheritHandles: {inherits})                -> TRUE
process tool
  thread worker
{lines}"
        )
    };
    let shared = "    flags = GetHandleInformation(shared) -> 1
    NtSetEvent(shared)                       -> STATUS_SUCCESS
    check signaled(shared) and shared.HandleCount == 2 and private.HandleCount == 1
";
    holds_always(&story("TRUE", &shared.replace("flags = ", "")));
    model_holds_since(Version::Xp, &story("TRUE", "    NtSetEvent(private) -> STATUS_INVALID_HANDLE\n"));
    model_holds_since(Version::Xp, &story("FALSE", "    NtSetEvent(shared) -> STATUS_INVALID_HANDLE\n"));
}

#[test]
fn f_14_a_handle_list_chooses_among_the_inheritable_handles() {
    let story = |lines: &str| {
        format!(
            "process app
  thread main
    listed = NtCreateEvent()
    unlisted = NtCreateEvent()
    private = NtCreateEvent()
    SetHandleInformation(listed, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)   -> TRUE
    SetHandleInformation(unlisted, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) -> TRUE
    child = CreateProcess(tool, bInheritHandles: TRUE,
      PROC_THREAD_ATTRIBUTE_HANDLE_LIST: [listed])                           -> TRUE
    check listed.HandleCount == 2 and unlisted.HandleCount == 1 and private.HandleCount == 1
process tool
  thread worker
{lines}"
        )
    };
    holds_since(
        Version::Win7,
        &story("    NtSetEvent(listed) -> STATUS_SUCCESS\n    GetHandleInformation(listed) -> 1\n"),
    );
    for absent in ["unlisted", "private"] {
        let lines = format!("    NtSetEvent({absent}) -> STATUS_INVALID_HANDLE\n");
        model_holds_since(Version::Win7, &story(&lines));
    }
}

#[test]
fn f_14b_the_substituted_parents_handles_are_inherited() {
    let story = |lines: &str| {
        format!(
            "process other
  thread stranger
    theirs = NtCreateEvent()
    SetHandleInformation(theirs, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)  -> TRUE
process app
  thread main
    mine = NtCreateEvent()
    SetHandleInformation(mine, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)    -> TRUE
    strong = OpenProcess(other, PROCESS_CREATE_PROCESS)
    child = CreateProcess(tool, bInheritHandles: TRUE, parent: strong)      -> TRUE
    check mine.HandleCount == 1
process tool
  thread worker
{lines}"
        )
    };
    holds_since(
        Version::Win7,
        &story("    NtSetEvent(theirs) -> STATUS_SUCCESS\n    check theirs.HandleCount == 2\n"),
    );
    for (parent, expected) in [
        ("NULL", "ERROR_INVALID_HANDLE"),
        ("0xBAD000", "ERROR_INVALID_HANDLE"),
        ("weak", "ERROR_ACCESS_DENIED"),
    ] {
        holds_since(
            Version::Win7,
            &format!(
                "process app
  thread main
    weak = OpenProcess(other, PROCESS_TERMINATE)
    child = CreateProcess(tool, bInheritHandles: TRUE, parent: {parent}) -> {expected}
process other
  thread stranger
    NtDelayExecution(INFINITE)
{TOOL}"
            ),
        );
    }
}

#[test]
fn f_19_an_ended_process_stays_in_its_job_and_cannot_be_put_into_one() {
    with_tool(
        "    job = NtCreateJobObject()                        -> STATUS_SUCCESS
    other = NtCreateJobObject()                      -> STATUS_SUCCESS
    child = CreateProcess(tool)                      -> TRUE
    AssignProcessToJobObject(job, child)             -> TRUE
    check job.ActiveProcesses == 1
    TerminateProcess(child)                          -> TRUE
    WaitForSingleObject(child, INFINITE)             -> WAIT_OBJECT_0
    check job.ActiveProcesses == 0
    NtIsProcessInJob(job, child)                     -> STATUS_PROCESS_IN_JOB
    NtIsProcessInJob(other, child)                   -> STATUS_PROCESS_NOT_IN_JOB
    AssignProcessToJobObject(other, child)           -> ERROR_ACCESS_DENIED
",
    );
}

#[test]
fn f_19_the_last_handle_of_a_job_kills_its_processes() {
    with_tool(
        "    job = NtCreateJobObject()                        -> STATUS_SUCCESS
    child = CreateProcess(tool)                      -> TRUE
    SetInformationJobObject(job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) -> TRUE
    AssignProcessToJobObject(job, child)             -> TRUE
    copy = DuplicateHandle(job)                      -> TRUE
    CloseHandle(job)                                 -> TRUE
    check not exited(tool)
    CloseHandle(copy)                                -> TRUE
    WaitForSingleObject(child, INFINITE)             -> WAIT_OBJECT_0
    check exited(tool)
",
    );
}

#[test]
fn the_exit_status_that_each_was_told_first_counts() {
    holds_always(
        "process app
  thread main
    process = OpenProcess(other)
    thread = OpenThread(stranger)
    TerminateThread(thread, 3)                        -> TRUE
    WaitForSingleObject(thread, INFINITE)             -> WAIT_OBJECT_0
    TerminateProcess(process, 7)                      -> TRUE
    WaitForSingleObject(process, INFINITE)            -> WAIT_OBJECT_0
    of_thread = GetExitCodeThread(thread)             -> TRUE
    of_process = GetExitCodeProcess(process)          -> TRUE
    check of_thread.ExitStatus == 3 and of_process.ExitStatus == 7
process other
  thread stranger
    NtDelayExecution(INFINITE)
  thread second
    NtDelayExecution(INFINITE)
",
    );
}

#[test]
fn p_21_a_process_that_has_a_handle_to_itself_ends_as_any_other() {
    with_tool(
        "    child, first = CreateProcess(tool)                -> TRUE
    theirs = DuplicateHandle(child, child)            -> TRUE
    check child.HandleCount == 2
    TerminateProcess(child, 9)                        -> TRUE
    WaitForSingleObject(child, INFINITE)              -> WAIT_OBJECT_0
    code = GetExitCodeProcess(child)                  -> TRUE
    check child.HandleCount == 1 and code.ExitStatus == 9
    CloseHandle(first)                                -> TRUE
    NtDuplicateObject(child, child)                   -> STATUS_PROCESS_IS_TERMINATING
    CloseHandle(child)                                -> TRUE
    check deleted(child)
",
    );
}

#[test]
fn e_15_a_job_tells_its_port_who_comes_and_who_ends() {
    with_tool(
        "    job = CreateJobObject()
    port = CreateIoCompletionPort()
    early = CreateProcess(tool)                                           -> TRUE
    AssignProcessToJobObject(job, early)                                  -> TRUE
    SetInformationJobObject(job, CompletionPort: port, CompletionKey: 7)  -> TRUE
    NtSetInformationJobObject(job, CompletionPort: port, CompletionKey: 8) -> STATUS_INVALID_PARAMETER
    check port.PointerCount == 2
    AssignProcessToJobObject(job, GetCurrentProcess())                    -> TRUE
    a = GetQueuedCompletionStatus(port, INFINITE)                         -> TRUE
    b = GetQueuedCompletionStatus(port, INFINITE)                         -> TRUE
    check a.bytes == 6 and a.key == 7 and a.overlapped == \"tool\"
    check b.bytes == 6 and b.key == 7 and b.overlapped == \"app\"
    TerminateProcess(early)                                               -> TRUE
    c = GetQueuedCompletionStatus(port, INFINITE)                         -> TRUE
    check c.bytes == 7 and c.key == 7 and c.overlapped == \"tool\" and packets(port) == 0
    CloseHandle(job)                                                      -> TRUE
",
    );
    with_tool(
        "    job = CreateJobObject()
    port = CreateIoCompletionPort()
    SetInformationJobObject(job, CompletionPort: port, CompletionKey: 7)  -> TRUE
    child = CreateProcess(tool)                                           -> TRUE
    AssignProcessToJobObject(job, child)                                  -> TRUE
    TerminateProcess(child)                                               -> TRUE
    a = GetQueuedCompletionStatus(port, INFINITE)                         -> TRUE
    b = GetQueuedCompletionStatus(port, INFINITE)                         -> TRUE
    c = GetQueuedCompletionStatus(port, INFINITE)                         -> TRUE
    check a.bytes == 6 and b.bytes == 7 and b.overlapped == \"tool\"
    check c.bytes == 4 and c.key == 7 and c.overlapped == NULL and packets(port) == 0
    WaitForSingleObject(child, INFINITE)                                  -> WAIT_OBJECT_0
    CloseHandle(job)                                                      -> TRUE
    check port.PointerCount == 1
",
    );
}

#[test]
fn a_nested_job_and_the_job_around_it_are_told_of_the_same_process() {
    let told = "    outer = CreateJobObject()
    inner = CreateJobObject()
    port = CreateIoCompletionPort()
    SetInformationJobObject(outer, CompletionPort: port, CompletionKey: 1)  -> TRUE
    SetInformationJobObject(inner, CompletionPort: port, CompletionKey: 2)  -> TRUE
    child = CreateProcess(tool)                                             -> TRUE
    AssignProcessToJobObject(outer, child)                                  -> TRUE
    AssignProcessToJobObject(inner, child)                                  -> TRUE
    a = GetQueuedCompletionStatus(port, INFINITE)                           -> TRUE
    b = GetQueuedCompletionStatus(port, INFINITE)                           -> TRUE
    check a.bytes == 6 and a.key == 1 and a.overlapped == \"tool\"
    check b.bytes == 6 and b.key == 2 and b.overlapped == \"tool\"
";
    holds_since(Version::Win8, &of_tool(told));
    // No source tells when the outer job is told, against the inner one's last message.
    let ends = "    TerminateProcess(child)                                                 -> TRUE
    c = GetQueuedCompletionStatus(port, INFINITE)                           -> TRUE
    d = GetQueuedCompletionStatus(port, INFINITE)                           -> TRUE
    e = GetQueuedCompletionStatus(port, INFINITE)                           -> TRUE
    f = GetQueuedCompletionStatus(port, INFINITE)                           -> TRUE
    check c.bytes == 7 and c.key == 2 and d.bytes == 7 and d.key == 1
    check e.bytes == 4 and e.key == 2 and f.bytes == 4 and f.key == 1 and packets(port) == 0
";
    model_holds_since(Version::Win8, &of_tool(&format!("{told}{ends}")));
}

#[test]
fn a_process_comes_into_a_second_job_only_where_jobs_nest() {
    let story = |lines: &str| {
        format!(
            "process app
  thread main
    outer = CreateJobObject()
    inner = CreateJobObject()
    stranger = CreateJobObject()
    one, first = CreateProcess(tool)                   -> TRUE
    two = OpenProcess(other)
    AssignProcessToJobObject(outer, one)               -> TRUE
{lines}process other
  thread waits
    NtDelayExecution(INFINITE)
{TOOL}"
        )
    };
    for version in Version::ALL.iter().filter(|version| **version < Version::Win8) {
        let lines = "    NtAssignProcessToJobObject(inner, one)             -> STATUS_ACCESS_DENIED
    NtIsProcessInJob(outer, one)                       -> STATUS_PROCESS_IN_JOB
    NtIsProcessInJob(inner, one)                       -> STATUS_PROCESS_NOT_IN_JOB
";
        holds_on(*version, &story(lines));
    }
    let lines = "    NtAssignProcessToJobObject(inner, one)             -> STATUS_SUCCESS
    NtIsProcessInJob(outer, one)                       -> STATUS_PROCESS_IN_JOB
    NtIsProcessInJob(inner, one)                       -> STATUS_PROCESS_IN_JOB
    AssignProcessToJobObject(inner, two)               -> ERROR_ACCESS_DENIED
    NtAssignProcessToJobObject(stranger, two)          -> STATUS_SUCCESS
    NtAssignProcessToJobObject(outer, two)             -> STATUS_ACCESS_DENIED
    check outer.ActiveProcesses == 1 and inner.ActiveProcesses == 1 and stranger.ActiveProcesses == 1
    CloseHandle(outer)                                 -> TRUE
    CloseHandle(inner)                                 -> TRUE
    check object(outer).PointerCount == 1 and object(inner).PointerCount == 1
    TerminateProcess(one)                              -> TRUE
    WaitForSingleObject(one, INFINITE)                 -> WAIT_OBJECT_0
    CloseHandle(first)                                 -> TRUE
    CloseHandle(one)                                   -> TRUE
    check deleted(outer) and deleted(inner)
";
    holds_since(Version::Win8, &story(lines));
}

#[test]
fn a_terminated_job_is_signalled_when_its_processes_have_ended() {
    let story = |expected: &str| {
        format!(
            "process app
  thread main
    job = CreateJobObject()
    child = CreateProcess(tool)                        -> TRUE
    two = OpenProcess(other)
    AssignProcessToJobObject(job, child)               -> TRUE
    WaitForSingleObject(job, 0)                        -> WAIT_TIMEOUT
    TerminateJobObject(job, 123)                       -> TRUE
    WaitForSingleObject(child, INFINITE)               -> WAIT_OBJECT_0
    code = GetExitCodeProcess(child)                   -> TRUE
    check code.ExitStatus == 123
    WaitForSingleObject(job, 0)                        -> {expected}
    AssignProcessToJobObject(job, two)                 -> TRUE
    WaitForSingleObject(job, 0)                        -> {expected}
    check job.ActiveProcesses == 1
process other
  thread waits
    NtDelayExecution(INFINITE)
{TOOL}"
        )
    };
    holds_on(Version::Xp, &story("WAIT_TIMEOUT"));
    holds_since(Version::Win7, &story("WAIT_OBJECT_0"));
}

#[test]
fn a_job_whose_processes_end_by_themselves_is_not_signalled_and_children_are_in_it() {
    with_tool(
        "    job = CreateJobObject()
    AssignProcessToJobObject(job, GetCurrentProcess()) -> TRUE
    child = CreateProcess(tool)                        -> TRUE
    NtIsProcessInJob(job, child)                       -> STATUS_PROCESS_IN_JOB
    check job.ActiveProcesses == 2
    TerminateProcess(child)                            -> TRUE
    WaitForSingleObject(child, INFINITE)               -> WAIT_OBJECT_0
    check job.ActiveProcesses == 1
    NtIsProcessInJob(job, child)                       -> STATUS_PROCESS_IN_JOB
    WaitForSingleObject(job, 0)                        -> WAIT_TIMEOUT
",
    );
}
