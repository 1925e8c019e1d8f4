//! Events, semaphores, mutexes and timers.

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::Threading::{
    CancelWaitableTimer, CreateMutexW, CreateSemaphoreW, CreateWaitableTimerW, PulseEvent, ReleaseMutex,
    ReleaseSemaphore, SetWaitableTimer,
};

use super::basic::{access, previous, with_attributes};
use super::waits::DUE;
use super::{Answer, Made, handle_or_null, status, truth};
use crate::real::args::Args;
use crate::real::memory::{self, Kept};
use crate::real::{nt, nt_objects};
use crate::trace::{Facts, Value};

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    win32(call, label, args).or_else(|| create(call, args)).or_else(|| native(call, label, args)).map(Ok)
}

fn win32(call: &str, label: Option<&str>, args: &Args<'_>) -> Option<Made> {
    let name = args.wide("lpName");
    let name = name.as_ref().map_or(std::ptr::null(), Vec::as_ptr);
    let (security, number) = (std::ptr::null(), |name| args.number_or(name, 0) as i32);
    // SAFETY: handles can be anything, the name ends with a zero, and what is written to lives here.
    unsafe {
        Some(match call {
            "PulseEvent" => truth(|| PulseEvent(args.handle("hEvent"))),
            "CreateSemaphore" => handle_or_null(|| {
                CreateSemaphoreW(security, number("lInitialCount"), number("lMaximumCount"), name)
            }),
            "ReleaseSemaphore" => release_semaphore(label, args),
            "CreateMutex" => {
                handle_or_null(|| CreateMutexW(security, args.truth("bInitialOwner").into(), name))
            }
            "ReleaseMutex" => truth(|| ReleaseMutex(args.handle("hMutex"))),
            "CreateWaitableTimer" => {
                handle_or_null(|| CreateWaitableTimerW(security, args.truth("bManualReset").into(), name))
            }
            "SetWaitableTimer" => {
                let (due, period) = (due(args, "lpDueTime"), period(args, "lPeriod"));
                let timer = args.handle("hTimer");
                truth(|| SetWaitableTimer(timer, &raw const due, period, None, std::ptr::null(), 0))
            }
            "CancelWaitableTimer" => truth(|| CancelWaitableTimer(args.handle("hTimer"))),
            _ => return None,
        })
    }
}

fn release_semaphore(label: Option<&str>, args: &Args<'_>) -> Made {
    let (semaphore, count) = (args.handle("hSemaphore"), args.number_or("lReleaseCount", 1) as i32);
    let mut before = 0;
    // SAFETY: the count before can be written.
    let made = truth(|| unsafe { ReleaseSemaphore(semaphore, count, &raw mut before) });
    if made.returned.error.is_none() {
        memory::keep(label, Kept::Facts(Facts::from([("value".into(), Value::Number(before.into()))])));
    }
    made
}

fn create(call: &str, args: &Args<'_>) -> Option<Made> {
    /// TIMER_TYPE, as EVENT_TYPE.
    const SYNCHRONIZATION: i32 = 1;
    let access = access(args, "DesiredAccess");
    let number = |name| args.number_or(name, 0) as i32;
    // SAFETY: the attributes are whole, and the handle can be written.
    unsafe {
        Some(match call {
            "NtCreateSemaphore" => with_attributes(args, |attributes, handle| {
                let (initial, maximum) = (number("InitialCount"), number("MaximumCount"));
                nt_objects::NtCreateSemaphore(handle, access, attributes, initial, maximum)
            }),
            "NtCreateMutant" => with_attributes(args, |attributes, handle| {
                nt_objects::NtCreateMutant(handle, access, attributes, args.truth("InitialOwner").into())
            }),
            "NtCreateTimer" => with_attributes(args, |attributes, handle| {
                let kind = if args.truth("ManualReset") { 0 } else { SYNCHRONIZATION };
                nt_objects::NtCreateTimer(handle, access, attributes, kind)
            }),
            _ => return None,
        })
    }
}

fn native(call: &str, label: Option<&str>, args: &Args<'_>) -> Option<Made> {
    let event = args.handle("EventHandle");
    let (semaphore, mutant) = (args.handle("SemaphoreHandle"), args.handle("MutantHandle"));
    let timer = args.handle("TimerHandle");
    // SAFETY: handles can be anything, and what is written to lives here. A BOOLEAN takes the first byte of the number.
    unsafe {
        Some(match call {
            "NtClearEvent" => status(nt_objects::NtClearEvent(event)),
            "NtPulseEvent" => previous(label, |to| nt_objects::NtPulseEvent(event, to)),
            "NtReleaseSemaphore" => {
                let count = args.number_or("ReleaseCount", 1) as i32;
                previous(label, |to| nt_objects::NtReleaseSemaphore(semaphore, count, to))
            }
            "NtReleaseMutant" => previous(label, |to| nt_objects::NtReleaseMutant(mutant, to)),
            "NtSetTimer" => {
                let (due, period, none) = (due(args, "DueTime"), period(args, "Period"), std::ptr::null());
                previous(label, |to| {
                    nt_objects::NtSetTimer(timer, &raw const due, none, none, 0, period, to.cast())
                })
            }
            "NtCancelTimer" => previous(label, |to| nt_objects::NtCancelTimer(timer, to.cast())),
            "NtQueryEvent" => queried(label, event, 1, nt::NtQueryEvent),
            "NtQuerySemaphore" => queried(label, semaphore, 0, nt::NtQuerySemaphore),
            "NtQueryMutant" => queried(label, mutant, 0, nt::NtQueryMutant),
            "NtQueryTimer" => query_timer(label, timer),
            _ => return None,
        })
    }
}

/// A query of the basic information of an object, which is two numbers; its label is one of them.
fn queried(label: Option<&str>, handle: HANDLE, place: usize, query: nt::Query) -> Made {
    let mut answer = [0i32; 2];
    previous(label, |to| {
        let (at, length) = ((&raw mut answer).cast(), size_of_val(&answer) as u32);
        // SAFETY: the query writes no more than the length that it is given, and `to` can be written.
        unsafe {
            let ended = query(handle, 0, at, length, std::ptr::null_mut());
            *to = answer[place];
            ended
        }
    })
}

/// NtQueryTimer: TIMER_BASIC_INFORMATION is the time that is left, and a BOOLEAN.
fn query_timer(label: Option<&str>, timer: HANDLE) -> Made {
    let mut answer = [0i64; 2];
    previous(label, |to| {
        let (at, length) = ((&raw mut answer).cast(), size_of_val(&answer) as u32);
        // SAFETY: as above.
        unsafe {
            let ended = nt::NtQueryTimer(timer, 0, at, length, std::ptr::null_mut());
            *to = (answer[1] & 0xFF) as i32;
            ended
        }
    })
}

/// When a timer becomes due, in 100 ns from now: at once, or later. How much later makes no difference to a scenario.
fn due(args: &Args<'_>, name: &str) -> i64 {
    if args.number_or(name, 0) == 0 { 0 } else { -10_000 * i64::from(DUE) }
}

/// The period of a timer in milliseconds: 0 is none.
fn period(args: &Args<'_>, name: &str) -> i32 {
    if args.number_or(name, 0) == 0 { 0 } else { DUE as i32 }
}
