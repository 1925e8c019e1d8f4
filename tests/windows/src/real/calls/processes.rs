//! Processes: how they begin, are opened and ended.

use std::ffi::c_void;
use std::sync::PoisonError;

use windows_sys::Win32::Foundation::{GetLastError, HANDLE};
use windows_sys::Win32::System::Threading::{
    CreateProcessW, DeleteProcThreadAttributeList, EXTENDED_STARTUPINFO_PRESENT,
    InitializeProcThreadAttributeList, OpenProcess, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
    PROC_THREAD_ATTRIBUTE_PARENT_PROCESS, PROCESS_ALL_ACCESS, PROCESS_INFORMATION, STARTUPINFOEXW,
    TerminateProcess, UpdateProcThreadAttribute,
};

use super::{Answer, Made, handle_or_null, status, status_handle, truth};
use crate::real::args::{Args, Refused};
use crate::real::host::ADDRESS;
use crate::real::nt::ObjectAttributes;
use crate::real::nt_objects::{self, ClientId};
use crate::real::status::error_name;
use crate::real::wire::{Given, HOST_ARGUMENT, INHERITS};

pub(super) fn make(call: &str, _label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(match call {
        "CreateProcess" => Child::of(args, WIN32).and_then(|child| child.create(args)),
        "NtCreateUserProcess" => Child::of(args, NATIVE).and_then(|child| child.create_native(args)),
        "OpenProcess" => {
            let access = right(args, "dwDesiredAccess", PROCESS_ALL_ACCESS);
            let (inherit, id) = (args.truth("bInheritHandle").into(), id(args, "dwProcessId"));
            // SAFETY: these are numbers.
            Ok(handle_or_null(|| unsafe { OpenProcess(access, inherit, id) }))
        }
        "NtOpenProcess" => {
            let access = right(args, "DesiredAccess", PROCESS_ALL_ACCESS);
            // SAFETY: the attributes and the client are whole, and the handle can be written.
            Ok(client(args, id(args, "ClientId"), 0, |handle, attributes, client| unsafe {
                nt_objects::NtOpenProcess(handle, access, attributes, client)
            }))
        }
        "TerminateProcess" => {
            let (process, code) = (args.handle("hProcess"), args.number_or("uExitCode", 0) as u32);
            // SAFETY: a handle can be anything.
            Ok(truth(|| unsafe { TerminateProcess(process, code) }))
        }
        "NtTerminateProcess" => {
            let (process, code) = (args.handle("ProcessHandle"), args.number_or("ExitStatus", 0) as i32);
            if process.is_null() {
                return Some(Err("NULL would end the recorder's own threads".into()));
            }
            // SAFETY: a handle can be anything.
            Ok(status(unsafe { nt_objects::NtTerminateProcess(process, code) }))
        }
        _ => return None,
    })
}

/// DesiredAccess of a process or thread; every right if it is left out.
pub(super) fn right(args: &Args<'_>, name: &str, all: u32) -> u32 {
    if args.has(name) { args.bits(name) } else { all }
}

/// The process's id, which its name stands for; 0 if it does not exist.
fn id(args: &Args<'_>, name: &str) -> u32 {
    match args.get(name) {
        Some(Given::Process { id, .. }) => id.unwrap_or(0),
        _ => 0,
    }
}

/// Opens a process or thread by its CLIENT_ID.
pub(super) fn client(
    args: &Args<'_>,
    process: u32,
    thread: u32,
    open: impl FnOnce(*mut HANDLE, *const ObjectAttributes, *const ClientId) -> i32,
) -> Made {
    let inherit = u32::from(args.truth("HandleAttributes")) * ObjectAttributes::INHERIT;
    let attributes = ObjectAttributes::unnamed(inherit);
    let client = ClientId { process: process as usize, thread: thread as usize };
    let mut handle = std::ptr::null_mut();
    let ended = open(&raw mut handle, &raw const attributes, &raw const client);
    status_handle(ended, handle)
}

/// What the parameters of a call that makes a process are called: the process, whether it inherits, which handles, and
/// from whom.
type Names = [&'static str; 4];

const WIN32: Names = [
    "lpApplicationName",
    "bInheritHandles",
    "PROC_THREAD_ATTRIBUTE_HANDLE_LIST",
    "PROC_THREAD_ATTRIBUTE_PARENT_PROCESS",
];
const NATIVE: Names =
    ["ImagePathName", "InheritHandles", "PS_ATTRIBUTE_HANDLE_LIST", "PS_ATTRIBUTE_PARENT_PROCESS"];

/// A process that is to be made: another host.
struct Child {
    names: Names,
    program: Vec<u16>,
    command: Vec<u16>,
}

impl Child {
    fn of(args: &Args<'_>, names: Names) -> Result<Child, Refused> {
        let Some(Given::Process { place, .. }) = args.get(names[0]) else {
            return Err(format!("{} names no process", names[0]));
        };
        let program =
            std::env::current_exe().map_err(|error| format!("this program has no path: {error}"))?;
        let port = *ADDRESS.lock().unwrap_or_else(PoisonError::into_inner);
        let inherits = if args.truth(names[1]) { INHERITS } else { "" };
        let command = format!("\"{}\" {HOST_ARGUMENT} {port} {place} {inherits}", program.display());
        let wide = |text: &str| text.encode_utf16().chain([0]).collect();
        Ok(Child { names, program: wide(&program.display().to_string()), command: wide(command.trim_end()) })
    }

    fn create(mut self, args: &Args<'_>) -> Result<Made, Refused> {
        let [_, inherit, listed, parent] = self.names;
        let mut handles = args.handles(listed);
        if handles.is_empty() {
            // A list has a length; one with a NULL in it is as good as empty.
            handles.push(std::ptr::null_mut());
        }
        let parent_handle = args.handle(parent);
        let mut attributes = Attributes::new()?;
        if args.has(listed) {
            attributes.set(
                PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                handles.as_ptr().cast(),
                size_of_val(&handles[..]),
            )?;
        }
        if args.has(parent) {
            let at = (&raw const parent_handle).cast();
            attributes.set(PROC_THREAD_ATTRIBUTE_PARENT_PROCESS, at, size_of_val(&parent_handle))?;
        }
        // SAFETY: zeros are valid for both.
        let (mut startup, mut made): (STARTUPINFOEXW, PROCESS_INFORMATION) =
            unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
        startup.StartupInfo.cb = size_of::<STARTUPINFOEXW>() as u32;
        startup.lpAttributeList = attributes.at();
        // SAFETY: the texts end with a zero, the second can be written, as can `made`; the attributes and what they
        // point to live here.
        let answer = truth(|| unsafe {
            CreateProcessW(
                self.program.as_ptr(),
                self.command.as_mut_ptr(),
                std::ptr::null(),
                std::ptr::null(),
                args.truth(inherit).into(),
                EXTENDED_STARTUPINFO_PRESENT,
                std::ptr::null(),
                std::ptr::null(),
                (&raw const startup).cast(),
                &raw mut made,
            )
        });
        let open = |handle: HANDLE| Some(handle).filter(|handle| !handle.is_null());
        Ok(Made { handle: open(made.hProcess), second: open(made.hThread), ..answer })
    }

    /// NtCreateUserProcess by way of CreateProcess: its parameters are of Windows alone, and change. The status is the
    /// one that CreateProcess has kept.
    fn create_native(self, args: &Args<'_>) -> Result<Made, Refused> {
        // SAFETY: these two set and get numbers of the thread.
        let (made, kept) = unsafe {
            nt_objects::RtlSetLastWin32ErrorAndNtStatusFromNtStatus(0);
            let made = self.create(args)?;
            (made, nt_objects::RtlGetLastNtStatus())
        };
        match made.returned.error.clone() {
            None => Ok(Made { returned: status(0).returned, ..made }),
            Some(error) if kept >= 0 => Err(format!("CreateProcess says {error}, and no status")),
            Some(_) => Ok(status(kept)),
        }
    }
}

/// A PROC_THREAD_ATTRIBUTE_LIST.
struct Attributes {
    memory: Vec<usize>,
}

impl Attributes {
    /// The most attributes that a call sets.
    const MOST: u32 = 2;

    fn new() -> Result<Attributes, Refused> {
        let mut size = 0;
        // SAFETY: without memory the function only tells the size; then it gets as much.
        unsafe {
            InitializeProcThreadAttributeList(std::ptr::null_mut(), Self::MOST, 0, &raw mut size);
            let mut memory = vec![0usize; size.div_ceil(size_of::<usize>())];
            let at = memory.as_mut_ptr().cast();
            match InitializeProcThreadAttributeList(at, Self::MOST, 0, &raw mut size) {
                0 => Err(format!("no list of attributes: {}", error_name(GetLastError()))),
                _ => Ok(Attributes { memory }),
            }
        }
    }

    fn at(&mut self) -> *mut c_void {
        self.memory.as_mut_ptr().cast()
    }

    /// Sets an attribute. The value must live as long as the list.
    fn set(&mut self, attribute: u32, value: *const c_void, length: usize) -> Result<(), Refused> {
        let none = std::ptr::null_mut();
        // SAFETY: the list was made, and the value is as long as it says.
        unsafe {
            match UpdateProcThreadAttribute(
                self.at(),
                0,
                attribute as usize,
                value,
                length,
                none,
                none.cast(),
            ) {
                0 => Err(format!("the attribute is refused: {}", error_name(GetLastError()))),
                _ => Ok(()),
            }
        }
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: the list was made, and is used no more.
        unsafe { DeleteProcThreadAttributeList(self.at()) }
    }
}
