//! The functions of Winsock: loopback TCP.

use std::mem::size_of;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AcceptEx, IN_ADDR, IN_ADDR_0, INVALID_SOCKET, IPPROTO_TCP, LINGER, LPFN_CONNECTEX, SD_BOTH,
    SD_RECEIVE, SD_SEND, SIO_GET_EXTENSION_FUNCTION_POINTER, SO_LINGER, SOCK_STREAM, SOCKADDR, SOCKADDR_IN,
    SOCKET, SOL_SOCKET, SOMAXCONN, WSA_FLAG_OVERLAPPED, WSABUF, WSAID_CONNECTEX, WSAIoctl, WSARecv, WSASend,
    WSASocketW, accept, bind, closesocket, connect, listen, recv, send, setsockopt, shutdown,
};

use super::request::{Overlapped, buffer, length};
use super::{Answer, Made, named, truth, with_error};
use crate::real::args::{Args, Refused};
use crate::real::host::ADDRESS;
use crate::real::memory::Block;

/// What an address takes in the buffer of AcceptEx: a SOCKADDR_IN and 16 bytes.
const ADDRESS_ROOM: u32 = size_of::<SOCKADDR_IN>() as u32 + 16;

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(match call {
        "socket" => Ok(create(WSA_FLAG_OVERLAPPED)),
        "WSASocket" => Ok(create(if args.has("dwFlags") { WSA_FLAG_OVERLAPPED } else { 0 })),
        "bind" => Ok(with_address(args, |s, address, size| {
            // SAFETY: the address has that size.
            unsafe { bind(s, address, size) }
        })),
        "connect" => Ok(with_address(args, |s, address, size| {
            // SAFETY: as above.
            unsafe { connect(s, address, size) }
        })),
        "listen" => {
            let backlog = args.number_or("backlog", i64::from(SOMAXCONN)) as i32;
            // SAFETY: the function takes a socket and a number.
            Ok(zero(|| unsafe { listen(socket(args, "s"), backlog) }))
        }
        "accept" => {
            let none = std::ptr::null_mut();
            // SAFETY: no address is asked for.
            Ok(made(|| unsafe { accept(socket(args, "s"), none, none.cast()) }))
        }
        // SAFETY: the function takes a socket and a number.
        "shutdown" => Ok(zero(|| unsafe { shutdown(socket(args, "s"), how(args)) })),
        "setsockopt" => set_option(args),
        // SAFETY: closing a socket that a script names harms nobody else in this process.
        "closesocket" => Ok(zero(|| unsafe { closesocket(socket(args, "s")) })),
        _ => return request(call, label, args),
    })
}

fn request(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(match call {
        "AcceptEx" => accept_ex(label, args),
        "ConnectEx" => connect_ex(label, args),
        "WSARecv" | "WSASend" => transfer(call == "WSASend", label, args),
        "recv" | "send" => transfer_and_wait(call == "send", args),
        _ => return None,
    })
}

fn socket(args: &Args<'_>, name: &str) -> SOCKET {
    args.handle(name) as SOCKET
}

/// A function that answers with 0, or SOCKET_ERROR.
fn zero(call: impl FnOnce() -> i32) -> Made {
    let (answer, error) = with_error(call);
    if answer == 0 { named("0", None) } else { named("SOCKET_ERROR", Some(error)) }
}

/// A function that answers with a socket, or INVALID_SOCKET.
fn made(call: impl FnOnce() -> SOCKET) -> Made {
    let (made, error) = with_error(call);
    match made {
        INVALID_SOCKET => named("INVALID_SOCKET", Some(error)),
        made => Made { handle: Some(made as HANDLE), ..named("handle", None) },
    }
}

fn create(flags: u32) -> Made {
    let (family, kind, protocol) = (i32::from(AF_INET), SOCK_STREAM, IPPROTO_TCP);
    // SAFETY: no protocol information is passed.
    made(|| unsafe { WSASocketW(family, kind, protocol, std::ptr::null(), 0, flags) })
}

/// A loopback address. A script's port stands for another one, the same in all its processes: so that two scripts, and
/// what else runs on the machine, do not meet.
fn address(port: i64) -> SOCKADDR_IN {
    /// Below the ports that the system gives out itself.
    const FIRST: u64 = 20_000;
    const COUNT: u64 = 25_000;
    const STRIDE: u64 = 97;
    let conductor = *ADDRESS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let port = FIRST + (u64::from(conductor) * STRIDE + port as u64) % COUNT;
    SOCKADDR_IN {
        sin_family: AF_INET,
        sin_port: (port as u16).to_be(),
        sin_addr: IN_ADDR { S_un: IN_ADDR_0 { S_addr: u32::from_ne_bytes([127, 0, 0, 1]) } },
        sin_zero: [0; 8],
    }
}

fn with_address(args: &Args<'_>, call: impl FnOnce(SOCKET, *const SOCKADDR, i32) -> i32) -> Made {
    let address = address(args.number_or("name", 0));
    zero(|| call(socket(args, "s"), (&raw const address).cast(), size_of::<SOCKADDR_IN>() as i32))
}

fn how(args: &Args<'_>) -> i32 {
    match args.word("how") {
        Some("SD_SEND") => SD_SEND,
        Some("SD_RECEIVE") => SD_RECEIVE,
        _ => SD_BOTH,
    }
}

fn set_option(args: &Args<'_>) -> Result<Made, Refused> {
    if args.word("optname") != Some("SO_LINGER") {
        return Err("how many bytes of a real connection can wait is not for a script to say".into());
    }
    let linger = LINGER { l_onoff: 1, l_linger: args.number_or("optval", 0) as u16 };
    let size = size_of::<LINGER>() as i32;
    let value: *const u8 = (&raw const linger).cast();
    // SAFETY: the value has that size.
    Ok(zero(|| unsafe { setsockopt(socket(args, "s"), SOL_SOCKET, SO_LINGER, value, size) }))
}

fn accept_ex(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Overlapped::new(args, label, true)?;
    let first = length(args, "dwReceiveDataLength");
    let to = request.block.room(first.saturating_add(2 * ADDRESS_ROOM))?.cast();
    let (listener, acceptor) = (socket(args, "sListenSocket"), socket(args, "sAcceptSocket"));
    let mut bytes = 0;
    let bytes = &raw mut bytes;
    // SAFETY: the buffer has room for the bytes and two addresses, and lives for ever, as the OVERLAPPED does.
    Ok(truth(|| unsafe {
        AcceptEx(listener, acceptor, to, first, ADDRESS_ROOM, ADDRESS_ROOM, bytes, request.address())
    }))
}

fn connect_ex(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let s = socket(args, "s");
    let Some(function) = connect_ex_of(s) else { return Err("this system has no ConnectEx".into()) };
    let request = Overlapped::new(args, label, true)?;
    // The address must last as long as the request.
    let address = Box::leak(Box::new(address(args.number_or("name", 0))));
    let (address, size) = ((&raw const *address).cast(), size_of::<SOCKADDR_IN>() as i32);
    let (none, no_count) = (std::ptr::null(), std::ptr::null_mut());
    // SAFETY: the address and the OVERLAPPED live for ever, and nothing is sent.
    Ok(truth(|| unsafe { function(s, address, size, none, 0, no_count, request.address()) }))
}

/// ConnectEx is asked for at each socket.
/// <https://learn.microsoft.com/windows/win32/api/mswsock/nc-mswsock-lpfn_connectex>
fn connect_ex_of(s: SOCKET) -> LPFN_CONNECTEX {
    let (id, mut function): (_, LPFN_CONNECTEX) = (WSAID_CONNECTEX, None);
    let (from, to) = ((&raw const id).cast(), (&raw mut function).cast());
    let (from_size, to_size) = (size_of_val(&id) as u32, size_of::<LPFN_CONNECTEX>() as u32);
    let (mut bytes, none, code) = (0, std::ptr::null_mut(), SIO_GET_EXTENSION_FUNCTION_POINTER);
    // SAFETY: both buffers have their sizes, and the call is over when it returns.
    unsafe { WSAIoctl(s, code, from, from_size, to, to_size, &raw mut bytes, none, None) };
    function
}

/// Whether WSARecv or WSASend passes an OVERLAPPED.
fn passes(label: Option<&str>, args: &Args<'_>) -> bool {
    label.is_some() || args.has("hEvent") || args.has("lpOverlapped")
}

fn transfer(sends: bool, label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let passed = passes(label, args);
    let request = Overlapped::new(args, label, passed)?;
    let len = length(args, "len");
    let bytes = buffer(args, "lpBuffers", request.block, len)?;
    let (buffers, s) = (WSABUF { len, buf: bytes }, socket(args, "s"));
    let (mut count, mut flags) = (0, 0);
    let (buffers, count) = (&raw const buffers, if passed { std::ptr::null_mut() } else { &raw mut count });
    let overlapped = request.address();
    // SAFETY: the buffer has so many bytes, and it and the OVERLAPPED live for ever; the list need not.
    Ok(zero(|| unsafe {
        if sends {
            WSASend(s, buffers, 1, count, 0, overlapped, None)
        } else {
            WSARecv(s, buffers, 1, count, &raw mut flags, overlapped, None)
        }
    }))
}

fn transfer_and_wait(sends: bool, args: &Args<'_>) -> Result<Made, Refused> {
    let len = length(args, "len");
    let bytes = buffer(args, "buf", Block::new(), len)?;
    let s = socket(args, "s");
    // SAFETY: the buffer has so many bytes.
    let (count, error) = with_error(|| unsafe {
        if sends { send(s, bytes, len as i32, 0) } else { recv(s, bytes, len as i32, 0) }
    });
    let failed = count < 0;
    Ok(if failed { named("SOCKET_ERROR", Some(error)) } else { named(&count.to_string(), None) })
}
