//! What one thread does to another: user APCs, alerts, and how threads are found and ended.

use std::ffi::c_void;

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcessId, GetProcessId, GetProcessIdOfThread, GetThreadId, OpenThread, QueueUserAPC,
    THREAD_ALL_ACCESS, TerminateThread,
};

use super::processes::{client, right};
use super::{Answer, Made, handle_or_null, status, status_handle, truth};
use crate::real::args::{Args, Refused};
use crate::real::memory::{self, Block, Kept};
use crate::real::nt::ObjectAttributes;
use crate::real::wire::Given;
use crate::real::{nt_objects, observe};
use crate::trace::Facts;

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    let thread = args.handle("ThreadHandle");
    // SAFETY: handles can be anything, and what is written to lives here.
    Some(Ok(unsafe {
        match call {
            "QueueUserAPC" => {
                let thread = args.handle("hThread");
                let argument = new_apc(label, thread);
                truth(|| QueueUserAPC(Some(run), thread, argument) as i32)
            }
            "NtQueueApcThread" => {
                let (argument, none) = (new_apc(label, thread) as *mut c_void, std::ptr::null_mut());
                status(nt_objects::NtQueueApcThread(thread, Some(run_native), argument, none, none))
            }
            "NtAlertThread" => status(nt_objects::NtAlertThread(thread)),
            "NtAlertThreadByThreadId" => return Some(alert_by_id(args)),
            "OpenThread" => {
                let access = right(args, "dwDesiredAccess", THREAD_ALL_ACCESS);
                let (inherit, id) = (args.truth("bInheritHandle").into(), id(args, "dwThreadId"));
                handle_or_null(|| OpenThread(access, inherit, id))
            }
            "NtOpenThread" => {
                let access = right(args, "DesiredAccess", THREAD_ALL_ACCESS);
                client(args, 0, id(args, "ClientId"), |handle, attributes, client| {
                    nt_objects::NtOpenThread(handle, access, attributes, client)
                })
            }
            "TerminateThread" => {
                let code = args.number_or("dwExitCode", 0) as u32;
                truth(|| TerminateThread(args.handle("hThread"), code))
            }
            "NtTerminateThread" => {
                status(nt_objects::NtTerminateThread(thread, args.number_or("ExitStatus", 0) as i32))
            }
            "NtGetNextThread" => return Some(next_thread(args)),
            _ => return None,
        }
    }))
}

/// The thread's id, which its name stands for; 0 if it does not exist.
fn id(args: &Args<'_>, name: &str) -> u32 {
    match args.get(name) {
        Some(Given::Thread { id }) => *id,
        _ => 0,
    }
}

/// A new user APC for a thread: what its routine gets. One for a thread of another process cannot be seen to run.
fn new_apc(label: Option<&str>, thread: HANDLE) -> usize {
    const CURRENT_THREAD: HANDLE = -2isize as HANDLE;
    let block = Block::new();
    // SAFETY: these take a handle, or nothing.
    let own = unsafe { thread == CURRENT_THREAD || GetProcessIdOfThread(thread) == GetCurrentProcessId() };
    memory::keep(label, if own { Kept::Apc(block) } else { Kept::Facts(Facts::new()) });
    block.overlapped() as usize
}

/// The routine of every user APC. What is none of this process it leaves alone.
unsafe extern "system" fn run(argument: usize) {
    if let Some(apc) = memory::apc(argument) {
        apc.deliver();
    }
}

unsafe extern "system" fn run_native(first: *mut c_void, _second: *mut c_void, _third: *mut c_void) {
    // SAFETY: the routine takes any number.
    unsafe { run(first as usize) }
}

/// NtAlertThreadByThreadId, which came with Windows 8.
fn alert_by_id(args: &Args<'_>) -> Result<Made, Refused> {
    let function = nt_objects::lately(c"NtAlertThreadByThreadId")?;
    // SAFETY: the function takes the id, as wide as a handle.
    unsafe {
        type Alert = unsafe extern "system" fn(usize) -> i32;
        let alert: Alert = std::mem::transmute(function);
        Ok(status(alert(id(args, "ThreadId") as usize)))
    }
}

type Next = unsafe extern "system" fn(HANDLE, HANDLE, u32, u32, u32, *mut HANDLE) -> i32;

/// NtGetNextThread, which came with Vista. The recorder's own threads are passed over.
fn next_thread(args: &Args<'_>) -> Result<Made, Refused> {
    let function = nt_objects::lately(c"NtGetNextThread")?;
    // SAFETY: the function has these parameters.
    let next: Next = unsafe { std::mem::transmute(function) };
    let (process, mut after) = (args.handle("ProcessHandle"), args.handle("ThreadHandle"));
    let access = right(args, "DesiredAccess", THREAD_ALL_ACCESS);
    let attributes = u32::from(args.truth("HandleAttributes")) * ObjectAttributes::INHERIT;
    let mut passed: HANDLE = std::ptr::null_mut();
    loop {
        let mut found = std::ptr::null_mut();
        // SAFETY: handles can be anything, `found` can be written, and what was passed over is closed once.
        let (ended, own, id) = unsafe {
            let ended = next(process, after, access, attributes, 0, &raw mut found);
            if !passed.is_null() {
                CloseHandle(passed);
            }
            (ended, GetProcessId(process) == GetCurrentProcessId(), GetThreadId(found))
        };
        if ended < 0 || own && observe::is_of_script(id) {
            return Ok(status_handle(ended, found));
        }
        if !own {
            // The first thread of another process is the script's.
            return match after.is_null() {
                true => Ok(status_handle(ended, found)),
                false => {
                    Err("the recorder does not know which threads of another process are its own".into())
                }
            };
        }
        (after, passed) = (found, found);
    }
}
