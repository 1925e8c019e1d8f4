//! Files of a volume: sizes, deletion, byte-range locks.

use std::ffi::c_void;

use windows_sys::Win32::Storage::FileSystem::{
    CreateDirectoryW, DeleteFileW, FILE_BEGIN, GetFileSizeEx, LockFileEx, RemoveDirectoryW, SetEndOfFile,
    SetFilePointerEx, UnlockFileEx,
};

use super::basic::with_attributes;
use super::request::{Native, Overlapped, length};
use super::{Answer, Made, status, truth};
use crate::real::args::{Args, Refused};
use crate::real::memory::{self, Kept};
use crate::real::{nt, nt_files};
use crate::trace::{Facts, Value};

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(match call {
        "GetFileSizeEx" => Ok(file_size(label, args)),
        // SAFETY: the function takes a handle.
        "SetEndOfFile" => Ok(truth(|| unsafe { SetEndOfFile(args.handle("hFile")) })),
        "SetFilePointerEx" => {
            let to = args.number_or("liDistanceToMove", 0);
            // SAFETY: the function takes a handle and numbers; where the position is it need not tell.
            Ok(truth(|| unsafe {
                SetFilePointerEx(args.handle("hFile"), to, std::ptr::null_mut(), FILE_BEGIN)
            }))
        }
        "CreateDirectory" | "RemoveDirectory" | "DeleteFile" => Ok(of_path(call, args)),
        "LockFileEx" => lock(label, args),
        "UnlockFileEx" => unlock(label, args),
        "NtLockFile" => native_lock(label, args),
        "NtUnlockFile" => native_unlock(label, args),
        "NtQueryAttributesFile" => Ok(query_attributes(args)),
        "NtQueryInformationFile" => Ok(query_information(label, args)),
        _ => return None,
    })
}

fn file_size(label: Option<&str>, args: &Args<'_>) -> Made {
    let mut size = 0;
    // SAFETY: a handle can be anything, and the size can be written.
    let made = truth(|| unsafe { GetFileSizeEx(args.handle("hFile"), &raw mut size) });
    if made.returned.error.is_none() {
        memory::keep(label, Kept::Facts(Facts::from([("EndOfFile".into(), Value::Number(size))])));
    }
    made
}

fn of_path(call: &str, args: &Args<'_>) -> Made {
    let path = args.wide("lpFileName").or_else(|| args.wide("lpPathName")).unwrap_or_else(|| vec![0]);
    // SAFETY: the path ends with a zero.
    truth(|| unsafe {
        match call {
            "CreateDirectory" => CreateDirectoryW(path.as_ptr(), std::ptr::null()),
            "RemoveDirectory" => RemoveDirectoryW(path.as_ptr()),
            _ => DeleteFileW(path.as_ptr()),
        }
    })
}

fn lock(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Overlapped::new(args, label, true)?;
    let (flags, count) = (args.bits("dwFlags"), length(args, "nNumberOfBytesToLockLow"));
    // SAFETY: the OVERLAPPED lives for ever.
    Ok(request
        .call(|overlapped, _| unsafe { LockFileEx(args.handle("hFile"), flags, 0, count, 0, overlapped) }))
}

fn unlock(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Overlapped::new(args, label, true)?;
    let count = length(args, "nNumberOfBytesToUnlockLow");
    // SAFETY: the OVERLAPPED lives for ever.
    Ok(request.call(|overlapped, _| unsafe { UnlockFileEx(args.handle("hFile"), 0, count, 0, overlapped) }))
}

fn native_lock(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Native::new(args, label)?;
    let (offset, count) = (args.number_or("ByteOffset", 0), args.number_or("Length", 0));
    let (at_once, exclusive) = (args.truth("FailImmediately"), args.truth("ExclusiveLock"));
    let iosb = request.iosb().cast();
    let Native { event, routine, context, .. } = request;
    let file = args.handle("FileHandle");
    // SAFETY: the block lives for ever, and the range is read before the return.
    Ok(status(unsafe {
        nt_files::NtLockFile(
            file,
            event,
            routine,
            context,
            iosb,
            &raw const offset,
            &raw const count,
            0,
            at_once.into(),
            exclusive.into(),
        )
    }))
}

fn native_unlock(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Native::new(args, label)?;
    let (offset, count) = (args.number_or("ByteOffset", 0), args.number_or("Length", 0));
    let (file, iosb) = (args.handle("FileHandle"), request.iosb().cast());
    // SAFETY: the block lives for ever, and the range is read before the return.
    Ok(status(unsafe { nt_files::NtUnlockFile(file, iosb, &raw const offset, &raw const count, 0) }))
}

fn query_attributes(args: &Args<'_>) -> Made {
    let mut information = nt_files::BasicInformation::default();
    // SAFETY: the attributes are whole, and the answer can be written.
    with_attributes(args, |attributes, _| unsafe {
        nt_files::NtQueryAttributesFile(attributes, &raw mut information)
    })
}

fn query_information(label: Option<&str>, args: &Args<'_>) -> Made {
    /// FILE_STANDARD_INFORMATION.
    const STANDARD: u32 = 24;
    let (file, class) = (args.handle("FileHandle"), args.bits("FileInformationClass"));
    let standard = args.word("FileInformationClass") == Some("FileStandardInformation");
    let length = if standard { STANDARD } else { size_of::<u32>() as u32 };
    let (mut block, mut answer) = ([0usize; 2], [0u64; 3]);
    let (iosb, to) = ((&raw mut block).cast(), answer.as_mut_ptr().cast());
    // SAFETY: the answer and the block can be written: the service waits for its request.
    let ended = unsafe { nt::NtQueryInformationFile(file, iosb, to, length, class as i32) };
    let [_, end, rest] = answer;
    // AllocationSize, EndOfFile, NumberOfLinks, DeletePending, Directory.
    let told = match standard {
        true => {
            vec![("EndOfFile", end), ("DeletePending", rest >> 32 & 0xFF), ("Directory", rest >> 40 & 0xFF)]
        }
        false => vec![("Flags", answer[0] & 0xFFFF_FFFF)],
    };
    if ended >= 0 {
        let facts = told.into_iter().map(|(name, number)| (name.into(), Value::Number(number as i64)));
        memory::keep(label, Kept::Facts(facts.collect()));
    }
    status(ended)
}

/// What NtSetInformationFile is given for a class of files; none for another class.
pub(super) fn to_set(args: &Args<'_>) -> Option<Vec<u8>> {
    Some(match args.word("FileInformationClass")? {
        "FileEndOfFileInformation" => args.number_or("EndOfFile", 0).to_le_bytes().to_vec(),
        "FilePositionInformation" => args.number_or("CurrentByteOffset", 0).to_le_bytes().to_vec(),
        "FileDispositionInformation" => vec![args.truth("DeleteFile").into()],
        "FileDispositionInformationEx" => args.bits("Flags").to_le_bytes().to_vec(),
        _ => return None,
    })
}

/// Where the bytes are that a service reads, and how many.
pub(super) fn bytes(from: &[u8]) -> (*const c_void, usize) {
    (from.as_ptr().cast(), from.len())
}
