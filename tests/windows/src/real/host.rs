//! A host: one process of a script.
//!
//! Its first thread is that of the script, as it is for everybody who opens the process's first thread. Another one
//! listens to the conductor.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use windows_sys::Win32::Foundation::{
    CloseHandle, DUPLICATE_SAME_ACCESS, DuplicateHandle, HANDLE, WAIT_OBJECT_0,
};
use windows_sys::Win32::System::Threading::{
    CreateEventW, ExitProcess, GetCurrentProcess, GetCurrentThread, GetCurrentThreadId, GetExitCodeThread,
    INFINITE, OpenThread, SetEvent, THREAD_TERMINATE, TerminateThread, WaitForMultipleObjects,
    WaitForSingleObject,
};

use super::args::Args;
use super::calls::{Made, make};
use super::observe;
use super::wire::{HOST_ARGUMENT, INHERITS, Order, Report, Task, receive, send};

/// Makes this process a host, if its arguments say so, and never returns then.
pub fn host_main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, kind, port, place, more @ ..] = &arguments[..] else { return };
    if kind != HOST_ARGUMENT {
        return;
    }
    let (Ok(port), Ok(place)) = (port.parse::<u16>(), place.parse::<usize>()) else { return };
    let inherits = more.iter().any(|argument| argument == INHERITS);
    if let Err(error) = serve(port, place, inherits) {
        eprintln!("a process of a script cannot go on: {error}");
    }
    // SAFETY: nothing of this process is needed any more.
    unsafe { ExitProcess(0) }
}

/// Where a host is reached, for the children that it makes.
pub(crate) static ADDRESS: Mutex<u16> = Mutex::new(0);

/// Starts the threads that belong to the host alone, and works as the script's first thread.
fn serve(port: u16, place: usize, inherits: bool) -> std::io::Result<()> {
    *ADDRESS.lock().unwrap_or_else(PoisonError::into_inner) = port;
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    send(&mut stream, &Report::Hello { place, id: std::process::id() })?;
    let Some(Order::Begin { threads }) = receive(&mut reader)? else { return Ok(()) };
    let (reports, reported) = channel();
    std::thread::spawn(move || report(stream, &reported));
    let mut inboxes = BTreeMap::new();
    let (born, births) = channel();
    let mut first = None;
    for thread in &threads {
        let (inbox, tasks) = inbox();
        let worker = Worker {
            place: *thread,
            tasks,
            ready: inbox.ready,
            reports: reports.clone(),
            born: born.clone(),
        };
        inboxes.insert(*thread, inbox);
        if first.is_none() {
            first = Some(worker);
        } else {
            std::thread::spawn(move || worker.work());
        }
    }
    let count = threads.len();
    std::thread::spawn(move || {
        let births: Vec<Birth> = births.iter().take(count).collect();
        observe::settle(births.iter().map(|birth| birth.id).collect(), inherits);
        let threads = births.iter().map(|birth| (birth.place, birth.id)).collect();
        tell(&reports, Report::Ready { threads });
        let handles: Vec<usize> = births.into_iter().map(|birth| birth.own).collect();
        std::thread::spawn(move || end_with_the_last(handles));
        listen(&mut reader, &inboxes, &reports);
    });
    match first {
        Some(worker) => worker.work(),
        None => loop {
            std::thread::park();
        },
    }
    Ok(())
}

/// Sends the reports of all threads. None of the script sends its own: a blocking send may wait alertably, and would run
/// the user APCs that the script has queued.
fn report(mut stream: TcpStream, reports: &Receiver<Report>) {
    for report in reports {
        // A conductor that has gone needs no reports.
        let _ = send(&mut stream, &report);
    }
}

/// Ends the process when the last thread of the script has ended, with its exit status, as if there were no others. Lets
/// each thread go as soon as it has ended.
fn end_with_the_last(handles: Vec<usize>) {
    let mut handles: Vec<HANDLE> = handles.into_iter().map(|handle| handle as HANDLE).collect();
    let mut code = 0;
    if handles.is_empty() {
        return;
    }
    while !handles.is_empty() {
        // SAFETY: the handles are open: nobody else knows them.
        let ended = unsafe { WaitForMultipleObjects(handles.len() as u32, handles.as_ptr(), 0, INFINITE) };
        let place = ended.wrapping_sub(WAIT_OBJECT_0) as usize;
        if place >= handles.len() {
            return;
        }
        let handle = handles.remove(place);
        // SAFETY: as above, and `code` can be written.
        unsafe {
            GetExitCodeThread(handle, &raw mut code);
            CloseHandle(handle);
        }
    }
    // SAFETY: nothing of this process is needed any more.
    unsafe { ExitProcess(code) }
}

/// Does what the conductor says until it says nothing more; then the process ends.
fn listen(reader: &mut BufReader<TcpStream>, inboxes: &BTreeMap<usize, Inbox>, reports: &Sender<Report>) {
    while let Ok(Some(order)) = receive(reader) {
        match order {
            Order::Begin { .. } => {}
            Order::Perform(task) => {
                if let Some(inbox) = inboxes.get(&task.thread) {
                    inbox.put(task);
                }
            }
            Order::Observe { handles, quiet } => {
                tell(reports, Report::Observed { facts: observe::everything(&handles, quiet) });
            }
            Order::EndThread { id } => end_thread(id),
        }
    }
    // SAFETY: nothing of this process is needed any more.
    unsafe { ExitProcess(0) }
}

fn end_thread(id: u32) {
    // SAFETY: the handle is used and closed here.
    unsafe {
        let thread = OpenThread(THREAD_TERMINATE, 0, id);
        if !thread.is_null() {
            TerminateThread(thread, 0);
            CloseHandle(thread);
        }
    }
}

fn tell(reports: &Sender<Report>, report: Report) {
    // The thread that sends them ends with the process.
    let _ = reports.send(report);
}

/// Where a thread of the script gets its tasks. It waits for an event: a channel of its own would wait for an alert by
/// its thread id, and take those that the script gives it.
#[derive(Debug)]
struct Inbox {
    tasks: Sender<Box<Task>>,
    ready: usize,
}

fn inbox() -> (Inbox, Receiver<Box<Task>>) {
    let (tasks, inbox) = channel();
    // SAFETY: an event without a name needs no memory of ours. It stays open as long as the process lives.
    let ready = unsafe { CreateEventW(std::ptr::null(), 0, 0, std::ptr::null()) } as usize;
    (Inbox { tasks, ready }, inbox)
}

impl Inbox {
    fn put(&self, task: Box<Task>) {
        // A thread that has ended takes no more tasks; the conductor sees that it has.
        let _ = self.tasks.send(task);
        // SAFETY: the event is open, and nobody else knows its handle.
        unsafe {
            SetEvent(self.ready as HANDLE);
        }
    }
}

/// A thread of the script has begun.
struct Birth {
    place: usize,
    id: u32,
    own: usize,
}

/// A thread of the script.
struct Worker {
    place: usize,
    tasks: Receiver<Box<Task>>,
    ready: usize,
    reports: Sender<Report>,
    born: Sender<Birth>,
}

impl Worker {
    fn work(self) {
        let mut own: HANDLE = std::ptr::null_mut();
        // SAFETY: the pseudo-handles need no closing, and `own` can be written.
        let id = unsafe {
            let process = GetCurrentProcess();
            DuplicateHandle(process, GetCurrentThread(), process, &raw mut own, 0, 0, DUPLICATE_SAME_ACCESS);
            GetCurrentThreadId()
        };
        let _ = self.born.send(Birth { place: self.place, id, own: own as usize });
        // SAFETY: the event stays open.
        while unsafe { WaitForSingleObject(self.ready as HANDLE, INFINITE) } == WAIT_OBJECT_0 {
            while let Ok(task) = self.tasks.try_recv() {
                tell(&self.reports, self.perform(&task));
            }
        }
    }

    fn perform(&self, task: &Task) -> Report {
        match make(&task.call, task.label.as_deref(), &Args::new(&task.args)) {
            Ok(Made { returned, handle, second, owner }) => {
                let value = |handle: Option<HANDLE>| handle.map(|handle| handle as usize as u64);
                let (handle, second) = (value(handle), value(second));
                Report::Returned { thread: self.place, returned, handle, second, owner }
            }
            Err(why) => Report::Unknown { thread: self.place, why },
        }
    }
}
