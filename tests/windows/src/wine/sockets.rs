//! Sockets.

use super::WINE;
use crate::known::Known;

pub(super) const KNOWN: &[Known] = &[
    Known {
        id: "wine-socket-without-write-dac",
        what: "GrantedAccess",
        model: Some("1442207"),
        real: Some("1180063"),
        reason: "the handle of a socket does not grant WRITE_DAC",
        source: "Wine ws2_32/tests/afd.c, test_open_device",
        scenario: r#"process app
  thread main
    s = socket()
    e = CreateEvent()
"#,
        ..WINE
    },
    Known {
        id: "wine-duplicate-is-no-socket",
        calls: &["closesocket"],
        after: &["DuplicateHandle"],
        model: Some("0"),
        real: Some("SOCKET_ERROR, WSAENOTSOCK"),
        reason: "closesocket does not know a socket that DuplicateHandle has made",
        source: "Win32 documentation, Socket Handles: a socket is a handle that DuplicateHandle may be used on if its provider is an installable file system",
        scenario: r#"process app
  thread main
    s = socket()
    copy = DuplicateHandle(s)
    closesocket(copy)
"#,
        ..WINE
    },
    Known {
        id: "wine-poll-goes-with-its-socket",
        calls: &["closesocket"],
        after: &["NtDeviceIoControlFile"],
        what: "signaled",
        model: Some("false"),
        real: Some("true"),
        last: true,
        reason: "the last close of a socket ends the polls that were issued through it, with STATUS_HANDLES_CLOSED",
        source: "Wine ws2_32/tests/afd.c, test_poll (P-17)",
        scenario: r#"process app
  thread main
    one = socket()
    bind(one, 80)
    listen(one)
    other = socket()
    e = CreateEvent(manual: TRUE)
    poll = NtDeviceIoControlFile(other, IOCTL_AFD_POLL, polled: one, events: AFD_POLL_ACCEPT, event: e)
    closesocket(other)
"#,
        ..WINE
    },
    Known {
        id: "wine-poll-goes-with-its-socket-unheard",
        calls: &["closesocket"],
        after: &["NtDeviceIoControlFile"],
        what: "Information",
        model: Some("nothing"),
        real: Some("0"),
        last: true,
        reason: "as wine-poll-goes-with-its-socket",
        source: "Wine ws2_32/tests/afd.c, test_poll (P-17)",
        scenario: r#"process app
  thread main
    one = socket()
    bind(one, 80)
    listen(one)
    other = socket()
    poll = NtDeviceIoControlFile(other, IOCTL_AFD_POLL, polled: one, events: AFD_POLL_ACCEPT)
    closesocket(other)
"#,
        ..WINE
    },
    Known {
        id: "wine-receive-loses-its-handle",
        calls: &["send"],
        after: &["DuplicateHandle"],
        what: "Information",
        real: Some("0"),
        last: true,
        reason: "a receive whose handle is closed gets nothing, though a duplicate is open",
        source: "Wine ws2_32/tests/sock.c, test_completion_port: with a duplicate open nothing ends (P-15)",
        scenario: r#"process app
  thread main
    listener = socket()
    bind(listener, 80)
    listen(listener)
    client = socket()
    connect(client, 80)
    server = accept(listener)
    r = WSARecv(server, 8)
    copy = DuplicateHandle(server)
    closesocket(server)
    send(client, 5)
"#,
        ..WINE
    },
    Known {
        id: "wine-reset-is-the-end",
        calls: &["WSARecv"],
        model: Some("SOCKET_ERROR, WSAECONNRESET"),
        real: Some("0"),
        reason: "a receive after a reset finds the end of the stream",
        source: "Wine ws2_32/tests/sock.c, test_completion_port (P-20)",
        scenario: r#"process app
  thread main
    listener = socket()
    bind(listener, 80)
    listen(listener)
    client = socket()
    connect(client, 80)
    server = accept(listener)
    setsockopt(client, SO_LINGER, 0)
    closesocket(client)
    r = WSARecv(server, 8)
"#,
        ..WINE
    },
];
