//! Scenarios whose threads meet.

/// Two threads close one handle.
pub(crate) const DOUBLE_CLOSE: &str = "process app
  thread a
    h = CreateEvent()
    CloseHandle(h)
  thread b
    CloseHandle(h)
    CreateEvent()
  thread c
    SetEvent(h)
";

/// A request is cancelled while the device answers it.
pub(crate) const CANCEL_RACE: &str = "device dev driver=serial
process app
  thread a
    port = CreateIoCompletionPort()
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    CreateIoCompletionPort(file, port, key: 7)
    r = ReadFile(file, 8 bytes, offset: 0)
  thread b
    CancelIoEx(file, r)
    CloseHandle(file)
environment
  device dev completes r with 4 bytes
";

/// A handle is closed and duplicated at the same time, with a request outstanding.
pub(crate) const CLOSE_AND_DUPLICATE: &str = "device dev driver=queue
process app
  thread a
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ, FILE_FLAG_OVERLAPPED)
    r = ReadFile(file, 8 bytes, offset: 0)
    CloseHandle(file)
  thread b
    DuplicateHandle(file)
  thread c
    CancelIo(file)
";

/// A wait without patience and one with little, while the event is set and a thread is told to end.
pub(crate) const WAITS: &str = "process app
  thread a
    h = CreateEvent()
    WaitForSingleObject(h, timeout: 0)
  thread b
    SetEvent(h)
  thread c
    WaitForSingleObject(h, timeout: 100)
environment
  terminate thread c
";

/// A synchronous read that the device answers while its thread is told to end.
pub(crate) const SYNCHRONOUS_READ: &str = "device dev driver=serial
process app
  thread a
    file = CreateFile(\"\\\\.\\dev\", GENERIC_READ)
    r = ReadFile(file, 8 bytes)
  thread b
    CancelIoEx(file, NULL)
environment world
  device dev completes r with 4 bytes
environment killer
  terminate thread a
";

/// A child inherits a handle that is closed meanwhile, and is told to end.
pub(crate) const INHERITANCE: &str = "process app
  thread a
    h = CreateEvent()
    SetHandleInformation(h, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)
    p = CreateProcess(tool, bInheritHandles: TRUE)
  thread b
    DuplicateHandle(h, dwOptions: DUPLICATE_CLOSE_SOURCE)
  thread c
    TerminateProcess(p)
process tool
  thread d
    CloseHandle(h)
";

/// A wait for a timer and a mutex at once, while another wants the mutex and a thread is told to end.
pub(crate) const WAIT_FOR_ALL: &str = "process app
  thread a
    m = CreateMutex(TRUE)
    t = CreateWaitableTimer()
    SetWaitableTimer(t, 10)
    WaitForMultipleObjects([t, m], TRUE, INFINITE)
  thread b
    WaitForSingleObject(m, 100)
    CloseHandle(t)
environment
  terminate thread a
";

/// A user APC for a thread that is about to wait alertably, and is told to end.
pub(crate) const USER_APC: &str = "process app
  thread a
    me = DuplicateHandle(GetCurrentThread())
    e = CreateEvent()
    WaitForSingleObjectEx(e, 100, TRUE)
  thread b
    apc = QueueUserAPC(me)
    SignalObjectAndWait(e, me, 100)
environment
  terminate thread a
";

/// A job that gets a port, is terminated and is closed, all at once.
pub(crate) const JOBS: &str = "process app
  thread a
    port = CreateIoCompletionPort()
    j = CreateJobObject()
    CreateProcess(tool)
    p = OpenProcess(tool)
    AssignProcessToJobObject(j, p)
    CloseHandle(j)
  thread b
    SetInformationJobObject(j, CompletionPort: port)
process tool
  thread c
    TerminateJobObject(j, 1)
environment
  terminate process tool
";

/// Threads that enumerate each other, are alerted by their ids, and end.
pub(crate) const ALERTS: &str = "process app
  thread a
    n = NtGetNextThread(GetCurrentProcess(), NULL)
    m = NtGetNextThread(GetCurrentProcess(), n)
    NtWaitForAlertByThreadId(100)
    x = GetExitCodeThread(m)
  thread b
    NtAlertThreadByThreadId(a)
    ExitThread(3)
  thread c
    ExitProcess(4)
";

/// All of them.
pub(crate) const ALL: [(&str, &str); 10] = [
    ("double close", DOUBLE_CLOSE),
    ("cancel race", CANCEL_RACE),
    ("close and duplicate", CLOSE_AND_DUPLICATE),
    ("waits", WAITS),
    ("synchronous read", SYNCHRONOUS_READ),
    ("inheritance", INHERITANCE),
    ("wait for all", WAIT_FOR_ALL),
    ("user APC", USER_APC),
    ("jobs", JOBS),
    ("alerts", ALERTS),
];
