//! I/O rings. Not every system has them, so each function is looked up when it is called.

use std::ffi::{CStr, c_void};
use std::mem::transmute;
use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard, PoisonError};

use windows_sys::Win32::Foundation::{
    FARPROC, HANDLE, IORING_E_COMPLETION_QUEUE_TOO_BIG, IORING_E_COMPLETION_QUEUE_TOO_FULL,
    IORING_E_SUBMISSION_QUEUE_FULL, IORING_E_SUBMISSION_QUEUE_TOO_BIG, IORING_E_SUBMIT_IN_PROGRESS,
};
use windows_sys::Win32::Storage::FileSystem::{
    HIORING, IORING_BUFFER_REF, IORING_BUFFER_REF_0, IORING_CAPABILITIES, IORING_CQE, IORING_CREATE_FLAGS,
    IORING_HANDLE_REF, IORING_HANDLE_REF_0, IORING_INFO, IORING_REF_RAW, IORING_REF_REGISTERED,
    IORING_REGISTERED_BUFFER,
};

use super::{Answer, Made, named};
use crate::real::args::{Args, Refused};
use crate::real::memory::{self, Block, Kept};
use crate::real::status::{error_name, status_name};
use crate::real::system;
use crate::real::wire::Given;
use crate::trace::{Facts, Value};

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(match call {
        "CreateIoRing" => create(args),
        "BuildIoRingReadFile" | "BuildIoRingWriteFile" => transfer(call, label, args),
        "BuildIoRingRegisterFileHandles" => register_files(label, args),
        "BuildIoRingRegisterBuffers" => Err("the recorder passes no list of buffers".into()),
        "BuildIoRingCancelRequest" => cancel(label, args),
        "SubmitIoRing" => submit(label, args),
        "PopIoRingCompletion" => pop(label, args),
        "SetIoRingCompletionEvent" => set_event(args),
        "GetIoRingInfo" => info(label, args),
        "CloseIoRing" => close(args),
        _ => return None,
    })
}

/// A function of the library that has them.
fn function(name: &CStr) -> Result<FARPROC, Refused> {
    match system::function(c"kernelbase.dll", name) {
        None => Err(format!("this system has no {}", name.to_string_lossy())),
        found => Ok(found),
    }
}

/// A call that answers with an HRESULT.
fn hresult(code: i32) -> Made {
    named(&hresult_name(code), None)
}

/// An HRESULT as the model writes it.
fn hresult_name(code: i32) -> String {
    const E_HANDLE: i32 = 0x8007_0006_u32 as i32;
    const E_INVALIDARG: i32 = 0x8007_0057_u32 as i32;
    /// HRESULT_FROM_NT(STATUS_TIMEOUT), HRESULT_FROM_WIN32 of WAIT_TIMEOUT and of ERROR_TIMEOUT: which of them
    /// IORING_E_WAIT_TIMEOUT is, no header says.
    const TIMEOUTS: [u32; 3] = [0x1000_0102, 0x8007_0102, 0x8007_05B4];
    let name = match code {
        0 => "S_OK",
        1 => "S_FALSE",
        E_HANDLE => "E_INVALID_HANDLE",
        E_INVALIDARG => "E_INVALIDARG",
        IORING_E_SUBMISSION_QUEUE_FULL => "IORING_E_SUBMISSION_QUEUE_FULL",
        IORING_E_SUBMISSION_QUEUE_TOO_BIG => "IORING_E_SUBMISSION_QUEUE_TOO_BIG",
        IORING_E_COMPLETION_QUEUE_TOO_BIG => "IORING_E_COMPLETION_QUEUE_TOO_BIG",
        IORING_E_SUBMIT_IN_PROGRESS => "IORING_E_SUBMIT_IN_PROGRESS",
        IORING_E_COMPLETION_QUEUE_TOO_FULL => "IORING_E_COMPLETION_QUEUE_TOO_FULL",
        code if TIMEOUTS.contains(&(code as u32)) => "IORING_E_WAIT_TIMEOUT",
        code => return status_of(code),
    };
    name.into()
}

/// The NTSTATUS that an HRESULT stands for; of a Win32 error, that error.
fn status_of(code: i32) -> String {
    const FACILITY_NT_BIT: i32 = 0x1000_0000;
    match code {
        code if code & FACILITY_NT_BIT != 0 => status_name(code & !FACILITY_NT_BIT),
        code if code as u32 >> 16 == 0x8007 => error_name(code as u32 & 0xFFFF),
        code => status_name(code),
    }
}

/// The rings that are open. A call with any other would read memory that is not there.
static OPEN: Mutex<Vec<usize>> = Mutex::new(Vec::new());

fn open() -> MutexGuard<'static, Vec<usize>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ring(args: &Args<'_>) -> Result<HIORING, Refused> {
    let ring = args.handle("ioRing");
    match open().contains(&(ring as usize)) {
        true => Ok(ring),
        false => Err("no open I/O ring of this process is passed".into()),
    }
}

fn create(args: &Args<'_>) -> Result<Made, Refused> {
    type Query = unsafe extern "system" fn(*mut IORING_CAPABILITIES) -> i32;
    type Create = unsafe extern "system" fn(i32, IORING_CREATE_FLAGS, u32, u32, *mut HIORING) -> i32;
    let (query, create) = (function(c"QueryIoRingCapabilities")?, function(c"CreateIoRing")?);
    // SAFETY: these are the types of the functions of these names.
    let (query, create) =
        unsafe { (transmute::<FARPROC, Query>(query), transmute::<FARPROC, Create>(create)) };
    let size = |name| args.number_or(name, 0) as u32;
    let (submission, completion) = (size("submissionQueueSize"), size("completionQueueSize"));
    let (mut capabilities, mut made) = (IORING_CAPABILITIES::default(), null_mut());
    let flags = IORING_CREATE_FLAGS::default();
    // SAFETY: both can be written.
    let code = unsafe {
        query(&raw mut capabilities);
        create(capabilities.MaxVersion, flags, submission, completion, &raw mut made)
    };
    if code >= 0 {
        open().push(made as usize);
    }
    Ok(Made { handle: (code >= 0).then_some(made), ..hresult(code) })
}

/// IoRingHandleRefFromIndex of a number, IoRingHandleRefFromHandle of a handle.
fn file_ref(args: &Args<'_>, name: &str) -> IORING_HANDLE_REF {
    match args.get(name) {
        Some(Given::Number(index)) => IORING_HANDLE_REF {
            Kind: IORING_REF_REGISTERED,
            Handle: IORING_HANDLE_REF_0 { Index: *index as u32 },
        },
        _ => IORING_HANDLE_REF {
            Kind: IORING_REF_RAW,
            Handle: IORING_HANDLE_REF_0 { Handle: args.handle(name) },
        },
    }
}

fn buffer_ref(args: &Args<'_>, name: &str, length: u32) -> Result<IORING_BUFFER_REF, Refused> {
    Ok(match args.get(name) {
        Some(Given::Number(index)) => IORING_BUFFER_REF {
            Kind: IORING_REF_REGISTERED,
            Buffer: IORING_BUFFER_REF_0 {
                IndexAndOffset: IORING_REGISTERED_BUFFER { BufferIndex: *index as u32, Offset: 0 },
            },
        },
        _ => {
            let room = args.block(name)?.unwrap_or_else(Block::new).room(length)?;
            IORING_BUFFER_REF { Kind: IORING_REF_RAW, Buffer: IORING_BUFFER_REF_0 { Address: room.cast() } }
        }
    })
}

/// The userData of a call: the address of the memory that its label names, and that nobody writes to.
fn user_data(label: Option<&str>) -> usize {
    let block = Block::new();
    memory::keep(label, Kept::Operation(block));
    block.overlapped() as usize
}

fn transfer(call: &str, label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    type Read =
        unsafe extern "system" fn(HIORING, IORING_HANDLE_REF, IORING_BUFFER_REF, u32, u64, usize, i32) -> i32;
    type Write = unsafe extern "system" fn(
        HIORING,
        IORING_HANDLE_REF,
        IORING_BUFFER_REF,
        u32,
        u64,
        i32,
        usize,
        i32,
    ) -> i32;
    let (ring, file, offset) =
        (ring(args)?, file_ref(args, "fileRef"), args.number_or("fileOffset", 0) as u64);
    if call == "BuildIoRingReadFile" {
        // SAFETY: this is the type of the function of that name.
        let read = unsafe { transmute::<FARPROC, Read>(function(c"BuildIoRingReadFile")?) };
        let length = args.number_or("numberOfBytesToRead", 0) as u32;
        let (data, name) = (buffer_ref(args, "dataRef", length)?, user_data(label));
        // SAFETY: the ring is open; the buffer has room, and is never freed.
        return Ok(hresult(unsafe { read(ring, file, data, length, offset, name, 0) }));
    }
    // SAFETY: this is the type of the function of that name.
    let write = unsafe { transmute::<FARPROC, Write>(function(c"BuildIoRingWriteFile")?) };
    let length = args.number_or("numberOfBytesToWrite", 0) as u32;
    let (data, name) = (buffer_ref(args, "bufferRef", length)?, user_data(label));
    // SAFETY: as above.
    Ok(hresult(unsafe { write(ring, file, data, length, offset, 0, name, 0) }))
}

fn register_files(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    type Register = unsafe extern "system" fn(HIORING, u32, *const HANDLE, usize) -> i32;
    // SAFETY: this is the type of the function of that name.
    let register = unsafe { transmute::<FARPROC, Register>(function(c"BuildIoRingRegisterFileHandles")?) };
    // The handles are read when the entry is submitted, whenever that is.
    let handles: &'static [HANDLE] = args.handles("handles").leak();
    let ring = ring(args)?;
    // SAFETY: the ring is open; there are so many handles, and they are never freed.
    let code = unsafe { register(ring, handles.len() as u32, handles.as_ptr(), user_data(label)) };
    Ok(hresult(code))
}

fn cancel(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    type Cancel = unsafe extern "system" fn(HIORING, IORING_HANDLE_REF, usize, usize) -> i32;
    // SAFETY: this is the type of the function of that name.
    let cancel = unsafe { transmute::<FARPROC, Cancel>(function(c"BuildIoRingCancelRequest")?) };
    let target = args.block("opToCancel")?.map_or(0, |block| block.overlapped() as usize);
    let (file, name) = (file_ref(args, "file"), user_data(label));
    let ring = ring(args)?;
    // SAFETY: the ring is open; the rest is handles and numbers.
    Ok(hresult(unsafe { cancel(ring, file, target, name) }))
}

fn submit(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    type Submit = unsafe extern "system" fn(HIORING, u32, u32, *mut u32) -> i32;
    // SAFETY: this is the type of the function of that name.
    let submit = unsafe { transmute::<FARPROC, Submit>(function(c"SubmitIoRing")?) };
    let wait = args.number_or("waitOperations", 0) as u32;
    let milliseconds = args.number_or("milliseconds", i64::from(u32::MAX)) as u32;
    let mut submitted = 0;
    let ring = ring(args)?;
    // SAFETY: the ring is open, and the number can be written; what the entries use is never freed.
    let code = unsafe { submit(ring, wait, milliseconds, &raw mut submitted) };
    if code >= 0 {
        memory::keep(label, Kept::Facts(Facts::from([("value".into(), Value::Number(submitted.into()))])));
    }
    Ok(hresult(code))
}

fn pop(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    type Pop = unsafe extern "system" fn(HIORING, *mut IORING_CQE) -> i32;
    // SAFETY: this is the type of the function of that name.
    let pop = unsafe { transmute::<FARPROC, Pop>(function(c"PopIoRingCompletion")?) };
    let mut entry = IORING_CQE::default();
    let ring = ring(args)?;
    // SAFETY: the ring is open, and the entry can be written.
    let code = unsafe { pop(ring, &raw mut entry) };
    let facts = match code {
        0 => {
            let operation = memory::label_of(entry.UserData).map(Value::Text);
            Facts::from([
                ("removed".into(), Value::Number(1)),
                ("key".into(), Value::Number(0)),
                ("overlapped".into(), operation.unwrap_or(Value::Number(entry.UserData as i64))),
                (
                    "status".into(),
                    Value::Text(match entry.ResultCode {
                        0 => status_name(0),
                        code => status_of(code),
                    }),
                ),
                ("bytes".into(), Value::Number(entry.Information as i64)),
            ])
        }
        _ => Facts::from([("removed".into(), Value::Number(0))]),
    };
    memory::keep(label, Kept::Facts(facts));
    Ok(hresult(code))
}

fn set_event(args: &Args<'_>) -> Result<Made, Refused> {
    type SetEvent = unsafe extern "system" fn(HIORING, HANDLE) -> i32;
    // SAFETY: this is the type of the function of that name.
    let set = unsafe { transmute::<FARPROC, SetEvent>(function(c"SetIoRingCompletionEvent")?) };
    let ring = ring(args)?;
    // SAFETY: the ring is open, and the event can be anything.
    Ok(hresult(unsafe { set(ring, args.handle("hEvent")) }))
}

fn info(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    type Info = unsafe extern "system" fn(HIORING, *mut IORING_INFO) -> i32;
    // SAFETY: this is the type of the function of that name.
    let info = unsafe { transmute::<FARPROC, Info>(function(c"GetIoRingInfo")?) };
    let (ring, mut told) = (ring(args)?, IORING_INFO::default());
    // SAFETY: the ring is open, and the structure can be written.
    let code = unsafe { info(ring, &raw mut told) };
    if code >= 0 {
        let size = |size: u32| Value::Number(size.into());
        let facts = Facts::from([
            ("SubmissionQueueSize".into(), size(told.SubmissionQueueSize)),
            ("CompletionQueueSize".into(), size(told.CompletionQueueSize)),
        ]);
        memory::keep(label, Kept::Facts(facts));
    }
    Ok(hresult(code))
}

fn close(args: &Args<'_>) -> Result<Made, Refused> {
    type Close = unsafe extern "system" fn(*mut c_void) -> i32;
    // SAFETY: this is the type of the function of that name.
    let close = unsafe { transmute::<FARPROC, Close>(function(c"CloseIoRing")?) };
    let ring = ring(args)?;
    open().retain(|other| *other != ring as usize);
    // SAFETY: the ring is open; what its operations still use is never freed.
    Ok(hresult(unsafe { close(ring) }))
}
