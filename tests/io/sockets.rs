//! Sockets, beside what the vectors and the scenarios of the book say: calls that wait, refusals, polls, ends.

use sim_core::profile::Arch;
use sim_model::scenario::{compile, run};
use sim_model::{lang, view::text};

/// The story holds where `listener` listens at port 80.
fn holds(story: &str) {
    holds_on(Arch::X64, story);
}

fn holds_on(arch: Arch, story: &str) {
    let head = "arch ARCH
process app
  thread main
    listener = socket()
    bind(listener, 80) -> 0
    listen(listener) -> 0
";
    let scenario = lang::parse("sockets.kobj", &format!("{}{story}", head.replace("ARCH", arch.name())))
        .unwrap_or_else(|error| panic!("{error}"));
    let program = compile(scenario).unwrap_or_else(|error| panic!("{error}"));
    let run = run(&program);
    assert!(run.held(), "{}", text::render(&run, text::Options { color: false, steps: false, quiet: false }));
}

/// The story holds on a connection of `client` and `server`.
fn on_pair(story: &str) {
    holds(&format!(
        "    client = socket()\n    connect(client, 80) -> 0\n    server = accept(listener)\n{story}"
    ));
}

#[test]
fn an_accept_waits_and_the_close_of_its_listener_ends_it() {
    holds(
        "    s = accept(listener) -> WSAEINTR
    check s == INVALID_HANDLE_VALUE
    late = socket() -> TRUE
    # The socket that accept had made is closed again.
    check late.Value == 8
  thread other
    closesocket(listener) -> 0
",
    );
}

#[test]
fn a_receive_that_waits_ends_with_its_thread_and_with_a_cancel() {
    on_pair(
        "    CancelIoEx(server, NULL) -> ERROR_NOT_FOUND
  thread reader
    recv(server, 8) -> WSAEINTR
    recv(server, 8)
  thread other
    target = OpenThread(reader)
    # To the I/O manager the request is asynchronous: Winsock waits with an event of its own.
    CancelSynchronousIo(target) -> ERROR_NOT_FOUND
    CancelIoEx(server, NULL) -> TRUE
    TerminateThread(target) -> TRUE
    WaitForSingleObject(target, INFINITE) -> WAIT_OBJECT_0
    check server.PointerCount == 1
",
    );
}

#[test]
fn winsock_refuses_what_is_no_socket() {
    holds(
        "    e = CreateEvent()
    r = WSARecv(e, 8) -> WSAENOTSOCK
    closesocket(e) -> WSAENOTSOCK
    a = accept(e) -> WSAENOTSOCK
    SetEvent(e) -> TRUE
    CloseHandle(e) -> TRUE
    recv(e, 8) -> WSAENOTSOCK
",
    );
}

#[test]
fn a_socket_can_be_inherited_and_grants_both_ways() {
    on_pair(
        "    check inherit(client) and inherit(server) and client.GrantedAccess == 0x16019F
",
    );
}

#[test]
fn a_poll_tells_what_there_is() {
    let all = "AFD_POLL_RECEIVE | AFD_POLL_SEND | AFD_POLL_DISCONNECT | AFD_POLL_ABORT | AFD_POLL_CONNECT";
    let poll = |label: &str, events: u32| {
        format!(
            "    {label} = NtDeviceIoControlFile(listener, IOCTL_AFD_POLL, polled: client, events: {all}, timeout: 0) -> STATUS_SUCCESS
    check {label}.PollEvents == {events} and {label}.Information == 32
"
        )
    };
    let (sends, receives, ends, is_reset) = (0x44, 0x45, 0x4D, 0x54);
    on_pair(&format!(
        "{}    send(server, 5) -> 5
{}    shutdown(server, SD_SEND) -> 0
{}    setsockopt(server, SO_LINGER, 0) -> 0
    closesocket(server) -> 0
{}",
        poll("p1", sends),
        poll("p2", receives),
        poll("p3", ends),
        poll("p4", is_reset)
    ));
}

#[test]
fn a_poll_waits_for_a_connection() {
    for (arch, whole) in [(Arch::X64, 32), (Arch::X86, 28)] {
        holds_on(
            arch,
            &format!(
                "    p = NtDeviceIoControlFile(listener, IOCTL_AFD_POLL, polled: listener, events: AFD_POLL_ACCEPT) -> STATUS_PENDING
    client = socket()
    connect(client, 80) -> 0
    check p.Status == STATUS_SUCCESS and p.PollEvents == AFD_POLL_ACCEPT and p.Information == {whole}
"
            ),
        );
    }
}

#[test]
fn a_poll_needs_a_socket_to_look_at() {
    holds(
        "    e = CreateEvent()
    p1 = NtDeviceIoControlFile(listener, IOCTL_AFD_POLL, polled: e, events: AFD_POLL_ACCEPT) -> STATUS_OBJECT_TYPE_MISMATCH
    closesocket(e) -> WSAENOTSOCK
    s = socket()
    closesocket(s) -> 0
    p2 = NtDeviceIoControlFile(listener, IOCTL_AFD_POLL, polled: s, events: AFD_POLL_ACCEPT) -> STATUS_INVALID_HANDLE
    pipe = CreateNamedPipe(\"\\\\.\\pipe\\p\", PIPE_ACCESS_DUPLEX)
    p3 = NtDeviceIoControlFile(listener, IOCTL_AFD_POLL, polled: pipe, events: AFD_POLL_ACCEPT) -> STATUS_INVALID_HANDLE
    check pipe.PointerCount == 1 and listener.PointerCount == 1
",
    );
}

#[test]
fn one_accept_ex_at_a_time_has_a_socket() {
    holds(
        "    s = socket()
    a = AcceptEx(listener, s) -> WSA_IO_PENDING
    b = AcceptEx(listener, s) -> WSAEINVAL
    CancelIoEx(listener, a) -> TRUE
    c = AcceptEx(listener, s) -> WSA_IO_PENDING
    bound = socket()
    bind(bound, 81) -> 0
    d = AcceptEx(listener, bound) -> WSAEINVAL
    e = AcceptEx(bound, s) -> WSAEINVAL
",
    );
}

#[test]
fn a_connection_that_nobody_accepts_is_reset_with_its_listener() {
    holds(
        "    client = socket()
    connect(client, 80) -> 0
    send(client, 5) -> 5
    r = WSARecv(client, 8) -> WSA_IO_PENDING
    closesocket(listener) -> 0
    GetOverlappedResult(client, r) -> ERROR_NETNAME_DELETED
    send(client, 5) -> WSAECONNRESET
",
    );
}

#[test]
fn bytes_to_a_closed_end_are_answered_with_a_reset() {
    on_pair(
        "    closesocket(client) -> 0
    recv(server, 8) -> 0
    send(server, 5) -> 5
    send(server, 5) -> WSAECONNRESET
    recv(server, 8) -> WSAECONNRESET
",
    );
}

#[test]
fn what_came_before_the_accept_is_there_after_it() {
    holds(
        "    client = socket()
    connect(client, 80) -> 0
    send(client, 5) -> 5
    shutdown(client, SD_BOTH) -> 0
    recv(client, 8) -> WSAESHUTDOWN
    s = socket()
    a = AcceptEx(listener, s, dwReceiveDataLength: 3) -> WSA_IO_PENDING
    GetOverlappedResult(listener, a) -> TRUE
    check a.InternalHigh == 3
    recv(s, 8) -> 2
    recv(s, 8) -> 0
",
    );
}

#[test]
fn a_synchronous_socket_waits_in_every_call() {
    holds(
        "    s = WSASocket()
    port = CreateIoCompletionPort(s) -> ERROR_INVALID_PARAMETER
    connect(s, 80) -> 0
    r = WSARecv(s, 8) -> 0
    check r.InternalHigh == 5
  thread other
    t = accept(listener)
    send(t, 5) -> 5
",
    );
}
