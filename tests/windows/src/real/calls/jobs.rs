//! Jobs.

use std::ffi::c_void;

use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOBOBJECT_ASSOCIATE_COMPLETION_PORT,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectAssociateCompletionPortInformation,
    JobObjectExtendedLimitInformation, SetInformationJobObject, TerminateJobObject,
};

use super::basic::{access, with_attributes};
use super::{Answer, Made, handle_or_null, status, truth};
use crate::real::args::Args;
use crate::real::nt_objects;

pub(super) fn make(call: &str, _label: Option<&str>, args: &Args<'_>) -> Answer {
    let job = args.handle("JobHandle");
    // SAFETY: handles can be anything, names end with a zero, and what is read or written lives here.
    Some(Ok(unsafe {
        match call {
            "CreateJobObject" => {
                let name = args.wide("lpName");
                let name = name.as_ref().map_or(std::ptr::null(), Vec::as_ptr);
                handle_or_null(|| CreateJobObjectW(std::ptr::null(), name))
            }
            "NtCreateJobObject" => {
                let access = access(args, "DesiredAccess");
                with_attributes(args, |attributes, handle| {
                    nt_objects::NtCreateJobObject(handle, access, attributes)
                })
            }
            "SetInformationJobObject" => {
                let job = args.handle("hJob");
                with_information(args, |class, at, length| {
                    truth(|| SetInformationJobObject(job, class, at, length))
                })
            }
            "NtSetInformationJobObject" => with_information(args, |class, at, length| {
                status(nt_objects::NtSetInformationJobObject(job, class, at, length))
            }),
            "AssignProcessToJobObject" => {
                truth(|| AssignProcessToJobObject(args.handle("hJob"), args.handle("hProcess")))
            }
            "NtAssignProcessToJobObject" => {
                status(nt_objects::NtAssignProcessToJobObject(job, args.handle("ProcessHandle")))
            }
            "TerminateJobObject" => {
                let code = args.number_or("uExitCode", 0) as u32;
                truth(|| TerminateJobObject(args.handle("hJob"), code))
            }
            "NtTerminateJobObject" => {
                status(nt_objects::NtTerminateJobObject(job, args.number_or("ExitStatus", 0) as i32))
            }
            "NtIsProcessInJob" => status(nt_objects::NtIsProcessInJob(args.handle("ProcessHandle"), job)),
            _ => return None,
        }
    }))
}

/// Sets the port of a job if one is given, and its limits if not.
fn with_information(args: &Args<'_>, set: impl FnOnce(i32, *const c_void, u32) -> Made) -> Made {
    if args.has("CompletionPort") {
        let port = JOBOBJECT_ASSOCIATE_COMPLETION_PORT {
            CompletionKey: args.number_or("CompletionKey", 0) as usize as *mut c_void,
            CompletionPort: args.handle("CompletionPort"),
        };
        let (at, length) = ((&raw const port).cast(), size_of_val(&port) as u32);
        return set(JobObjectAssociateCompletionPortInformation, at, length);
    }
    // SAFETY: zeros are limits: none.
    let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { std::mem::zeroed() };
    limits.BasicLimitInformation.LimitFlags = args.bits("LimitFlags");
    let (at, length) = ((&raw const limits).cast(), size_of_val(&limits) as u32);
    set(JobObjectExtendedLimitInformation, at, length)
}
