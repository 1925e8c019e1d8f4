//! Family P, and one of B and D, on sockets: what is pending when a socket, its other end or its thread goes.
//!
//! | id | public source (Wine's tests, run on Windows) |
//! | --- | --- |
//! | P-10, P-11 | dlls/ws2_32/tests/afd.c, test_async_thread_termination |
//! | P-14, B-17 | dlls/ws2_32/tests/sock.c, test_AcceptEx |
//! | P-15, P-18, P-19, P-20 | dlls/ws2_32/tests/sock.c, test_completion_port |
//! | P-17 | dlls/ws2_32/tests/afd.c, test_poll, test_poll_completion_port |
//! | D-08 | dlls/ws2_32/tests/sock.c |

use sim_core::profile::Version;

use crate::story::{holds_on, holds_since};

/// The story holds where a socket listens at port 80, on every version.
fn on_listener(story: &str) {
    let head = "process app
  thread main
    listener = socket()
    bind(listener, 80) -> 0
    listen(listener) -> 0
";
    let story = format!("{head}{}", story.trim_start_matches('\n'));
    holds_since(Version::Xp, &story);
}

/// The story holds on a connection of `client` and `server`; `port` is the server's, with the key 125.
fn on_pair(story: &str) {
    let pair = "    client = socket()
    connect(client, 80) -> 0
    server = accept(listener)
    port = CreateIoCompletionPort(server, key: 125)
";
    on_listener(&format!("{pair}{}", story.trim_start_matches('\n')));
}

const NOTHING: &str = "    none = GetQueuedCompletionStatus(port, 0) -> WAIT_TIMEOUT
    check none.overlapped == NULL
";

/// A thread that polls and ends, and another that looks at what has become of it.
fn ended(port: &str, poll: &str, check: &str) -> String {
    format!(
        "process app
  thread poller
    listener = socket()
    bind(listener, 80) -> 0
    listen(listener) -> 0
    port = CreateIoCompletionPort()
    done = CreateEvent(manual: TRUE)
    {port}
    target = OpenThread(poller)
    r1 = NtDeviceIoControlFile(listener, IOCTL_AFD_POLL, polled: listener, events: AFD_POLL_ACCEPT{poll}) -> STATUS_PENDING
    ExitThread()
  thread other
    WaitForSingleObject(target, INFINITE) -> WAIT_OBJECT_0
{check}"
    )
}

#[test]
fn p_10_without_a_port_the_end_of_its_thread_cancels_a_poll() {
    for (poll, check) in [
        ("", "r1.Status == STATUS_CANCELLED"),
        (", event: done", "r1.Status == STATUS_CANCELLED and signaled(done)"),
        (", apc: TRUE", "r1.Status == STATUS_CANCELLED and not delivered(r1)"),
    ] {
        let story = ended("CloseHandle(NULL)", poll, &format!("    check {check}\n"));
        holds_since(Version::Xp, &story);
        let told = "    TerminateThread(target) -> TRUE\n    WaitForSingleObject";
        let story = story.replace("    ExitThread()\n", "").replace("    WaitForSingleObject", told);
        holds_since(Version::Xp, &story);
    }
}

#[test]
fn p_11_a_poll_that_reports_to_the_port_alone_survives_its_thread() {
    let bind = "CreateIoCompletionPort(listener, port, key: 0)";
    for (poll, check) in [
        (", context: FALSE", "    check r1.Status == STATUS_CANCELLED and packets(port) == 0\n"),
        (", event: done, context: FALSE", "    check r1.Status == STATUS_CANCELLED and packets(port) == 0\n"),
        (
            ", event: done",
            "    check r1.Status == STATUS_CANCELLED and signaled(done)
    p = GetQueuedCompletionStatus(port, 0) -> ERROR_OPERATION_ABORTED
    check p.key == 0 and p.overlapped == r1
",
        ),
    ] {
        holds_since(Version::Xp, &ended(bind, poll, check));
    }
    let survives = "    check pending(r1) and packets(port) == 0
    CancelIoEx(listener, NULL) -> TRUE
    p = GetQueuedCompletionStatus(port, 0) -> ERROR_OPERATION_ABORTED
    check p.overlapped == r1 and p.status == STATUS_CANCELLED
";
    holds_since(Version::Win7, &ended(bind, "", survives));
    let dies = "    check r1.Status == STATUS_CANCELLED and packets(port) == 1\n";
    holds_on(Version::Xp, &ended(bind, "", dies));
    let story = ended(bind, ", apc: TRUE", "").replace("STATUS_PENDING", "STATUS_INVALID_PARAMETER");
    holds_since(Version::Xp, &story);
}

#[test]
fn p_14_b_17_an_accept_ex_belongs_to_the_listener() {
    on_listener(
        "
    e = CreateEvent(manual: TRUE)
    first = socket()
    a = AcceptEx(listener, first, hEvent: e) -> WSA_IO_PENDING
    closesocket(first) -> 0
    check signaled(e)
    GetOverlappedResult(listener, a) -> ERROR_OPERATION_ABORTED
    second = socket()
    b = AcceptEx(listener, second, hEvent: e) -> WSA_IO_PENDING
    CancelIo(second) -> TRUE
    check not signaled(e) and pending(b)
    closesocket(second) -> 0
    third = socket()
    c = AcceptEx(listener, third, dwReceiveDataLength: 8, hEvent: e) -> WSA_IO_PENDING
    closesocket(listener) -> 0
    check signaled(e) and c.Internal == STATUS_CANCELLED
",
    );
}

#[test]
fn p_15_the_listeners_last_close_queues_one_packet() {
    let bind = "    port = CreateIoCompletionPort(listener, key: 125)\n";
    let accept = "    a = AcceptEx(listener, acceptor, dwReceiveDataLength: 8) -> WSA_IO_PENDING\n";
    let end = "    p = GetQueuedCompletionStatus(port, 0) -> ERROR_OPERATION_ABORTED
    check p.key == 125 and p.bytes == 0 and p.overlapped == a and a.Internal == STATUS_CANCELLED
";
    for issue in [format!("{bind}{accept}"), format!("{accept}{bind}")] {
        let close = "    closesocket(listener) -> 0\n";
        on_listener(&format!("    acceptor = socket()\n{issue}{close}{end}{NOTHING}"));
    }
}

/// The socket that was duplicated, or the duplicate, goes first.
#[test]
fn p_15_with_a_duplicate_the_last_close_counts() {
    let (socket, copy) = ("closesocket(listener) -> 0", "CloseHandle(copy) -> TRUE");
    for (first, last) in [(socket, copy), (copy, socket)] {
        on_listener(&format!(
            "    acceptor = socket()
    port = CreateIoCompletionPort(listener, key: 125)
    copy = DuplicateHandle(listener)
    a = AcceptEx(copy, acceptor) -> WSA_IO_PENDING
    {first}
{NOTHING}    {last}
    p = GetQueuedCompletionStatus(port, 0) -> ERROR_OPERATION_ABORTED
    check p.key == 125 and p.overlapped == a and a.Internal == STATUS_CANCELLED
"
        ));
    }
}

#[test]
fn p_17_a_poll_of_another_socket_outlives_the_one_it_was_issued_through() {
    on_pair(
        "
    e = CreateEvent(manual: TRUE)
    poll = NtDeviceIoControlFile(server, IOCTL_AFD_POLL, polled: client, events: AFD_POLL_RECEIVE, timeout: 100, event: e) -> STATUS_PENDING
    closesocket(server) -> 0
    check pending(poll) and cleanup(server) and not close(server)
    WaitForSingleObject(e, INFINITE) -> WAIT_OBJECT_0
    check poll.Status == STATUS_TIMEOUT and poll.Information == 16 and poll.PollEvents == 0
    p = GetQueuedCompletionStatus(port, 0) -> TRUE
    check p.key == 125 and p.overlapped == poll
",
    );
}

#[test]
fn p_17_a_poll_of_a_socket_that_is_closed_tells_that() {
    for events in ["AFD_POLL_RECEIVE", "AFD_POLL_RECEIVE | AFD_POLL_LOCAL_CLOSE"] {
        on_pair(&format!(
            "    e = CreateEvent(manual: TRUE)
    poll = NtDeviceIoControlFile(server, IOCTL_AFD_POLL, polled: server, events: {events}, timeout: 1000, event: e, context: FALSE) -> STATUS_PENDING
    closesocket(server) -> 0
    check signaled(e) and poll.Status == STATUS_SUCCESS and poll.Information == 32
    check poll.PollEvents == AFD_POLL_LOCAL_CLOSE
"
        ));
    }
}

#[test]
fn p_18_closing_a_socket_without_requests_queues_nothing() {
    on_listener(&format!(
        "    port = CreateIoCompletionPort(listener, key: 125)
    closesocket(listener) -> 0
{NOTHING}"
    ));
}

/// A connection that AcceptEx waits on for the first bytes; `end` is what happens then.
fn accepting(end: &str) {
    on_listener(&format!(
        "    client = socket()
    acceptor = socket()
    port = CreateIoCompletionPort(listener, key: 125)
    CreateIoCompletionPort(acceptor, port, key: 236)
    a = AcceptEx(listener, acceptor, dwReceiveDataLength: 8) -> WSA_IO_PENDING
    connect(client, 80) -> 0
{NOTHING}{end}    check p.key == 125 and p.overlapped == a
{}",
        NOTHING.replace("none", "rest")
    ));
}

#[test]
fn p_19_closing_the_accepted_socket_ends_its_accept_ex() {
    accepting(
        "    closesocket(acceptor) -> 0
    p = GetQueuedCompletionStatus(port, 0) -> ERROR_OPERATION_ABORTED or ERROR_CONNECTION_ABORTED
    check p.bytes == 0 and (a.Internal == STATUS_CANCELLED or a.Internal == STATUS_CONNECTION_ABORTED)
",
    );
}

#[test]
fn p_19_the_end_of_the_stream_ends_an_accept_ex_with_success() {
    accepting(
        "    closesocket(client) -> 0
    p = GetQueuedCompletionStatus(port, 0) -> TRUE
    check p.bytes == 0 and a.Internal == STATUS_SUCCESS
",
    );
}

#[test]
fn p_19_a_success_stays_when_the_socket_is_closed_after_it() {
    accepting(
        "    send(client, 1) -> 1
    closesocket(acceptor) -> 0
    p = GetQueuedCompletionStatus(port, 0) -> TRUE
    check p.bytes == 1 and a.Internal == STATUS_SUCCESS
",
    );
}

#[test]
fn p_20_a_reset_ends_a_receive_with_a_packet() {
    on_pair(&format!(
        "    r = WSARecv(server, 8) -> WSA_IO_PENDING
    setsockopt(client, SO_LINGER, 0) -> 0
    closesocket(client) -> 0
    p = GetQueuedCompletionStatus(port, 0) -> ERROR_NETNAME_DELETED
    check p.key == 125 and p.bytes == 0 and p.overlapped == r
    GetOverlappedResult(server, r) -> ERROR_NETNAME_DELETED
{NOTHING}"
    ));
}

#[test]
fn p_20_an_error_at_once_queues_no_packet() {
    for call in ["WSARecv", "WSASend"] {
        on_pair(&format!(
            "    setsockopt(client, SO_LINGER, 0) -> 0
    closesocket(client) -> 0
    r = {call}(server, 8) -> WSAECONNRESET
{NOTHING}"
        ));
    }
    on_listener(&format!(
        "    lone = socket()
    port = CreateIoCompletionPort(lone, key: 125)
    r = WSARecv(lone, 8) -> WSAENOTCONN
{NOTHING}"
    ));
}

#[test]
fn p_20_a_success_at_once_queues_a_packet() {
    on_pair(&format!(
        "    send(client, 8) -> 8
    r = WSARecv(server, 8) -> 0
    p = GetQueuedCompletionStatus(port, 0) -> TRUE
    check p.key == 125 and p.bytes == 8 and p.overlapped == r
    closesocket(client) -> 0
    s = WSARecv(server, 8) -> 0
    q = GetQueuedCompletionStatus(port, 0) -> TRUE
    check q.key == 125 and q.bytes == 0 and q.overlapped == s
{NOTHING}"
    ));
}

#[test]
fn d_08_the_low_bit_of_hevent_keeps_a_sockets_packet_away() {
    on_pair(&format!(
        "    e = CreateEvent(manual: TRUE)
    r = WSARecv(server, 8, hEvent: e, LowBit: TRUE) -> WSA_IO_PENDING
    check not signaled(e)
    send(client, 8) -> 8
    check signaled(e) and r.Internal == STATUS_SUCCESS and r.InternalHigh == 8
{NOTHING}"
    ));
}
