//! A host: one process of a script.
//!
//! Its first thread is that of the script, as it is for everybody who opens the process's first thread. Another one
//! listens to the conductor.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use windows_sys::Win32::Foundation::{
    CloseHandle, DUPLICATE_SAME_ACCESS, DuplicateHandle, HANDLE, WAIT_OBJECT_0,
};
use windows_sys::Win32::System::Threading::{
    ExitProcess, GetCurrentProcess, GetCurrentThread, GetCurrentThreadId, GetExitCodeThread, OpenThread,
    THREAD_TERMINATE, TerminateThread, WaitForMultipleObjects,
};

use super::args::Args;
use super::calls::{Made, make};
use super::observe;
use super::wire::{HOST_ARGUMENT, Order, Report, Task, receive, send};

/// Makes this process a host, if its arguments say so, and never returns then.
pub fn host_main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, kind, port, place] = &arguments[..] else { return };
    if kind != HOST_ARGUMENT {
        return;
    }
    let (Ok(port), Ok(place)) = (port.parse::<u16>(), place.parse::<usize>()) else { return };
    if let Err(error) = serve(port, place) {
        eprintln!("a process of a script cannot go on: {error}");
    }
    // SAFETY: nothing of this process is needed any more.
    unsafe { ExitProcess(0) }
}

/// Where a host is reached, for the children that it makes.
pub(crate) static ADDRESS: Mutex<u16> = Mutex::new(0);

type Line = Arc<Mutex<TcpStream>>;

fn serve(port: u16, place: usize) -> std::io::Result<()> {
    *ADDRESS.lock().unwrap_or_else(PoisonError::into_inner) = port;
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let line: Line = Arc::new(Mutex::new(stream));
    tell(&line, &Report::Hello { place, id: std::process::id() });
    let Some(Order::Begin { threads }) = receive(&mut reader)? else { return Ok(()) };
    let mut inboxes = BTreeMap::new();
    let (born, births) = channel();
    let mut first = None;
    for thread in &threads {
        let (inbox, tasks) = channel();
        inboxes.insert(*thread, inbox);
        let worker = Worker { place: *thread, tasks, line: Arc::clone(&line), born: born.clone() };
        if first.is_none() {
            first = Some(worker);
        } else {
            std::thread::spawn(move || worker.work());
        }
    }
    let count = threads.len();
    let watcher = Arc::clone(&line);
    std::thread::spawn(move || {
        let births: Vec<(usize, u32, usize)> = births.iter().take(count).collect();
        observe::settle();
        tell(
            &watcher,
            &Report::Ready { threads: births.iter().map(|(place, id, _)| (*place, *id)).collect() },
        );
        let handles: Vec<usize> = births.into_iter().map(|(_, _, handle)| handle).collect();
        std::thread::spawn(move || end_with_the_last(&handles));
        listen(&mut reader, &inboxes, &watcher);
    });
    match first {
        Some(worker) => worker.work(),
        None => loop {
            std::thread::park();
        },
    }
    Ok(())
}

/// Ends the process when the last thread of the script has ended, with its exit status, as if there were no others.
fn end_with_the_last(handles: &[usize]) {
    let handles: Vec<HANDLE> = handles.iter().map(|handle| *handle as HANDLE).collect();
    if handles.is_empty() {
        return;
    }
    // SAFETY: the handles are open: nobody else knows them.
    let ended = unsafe { WaitForMultipleObjects(handles.len() as u32, handles.as_ptr(), 1, u32::MAX) };
    if ended == WAIT_OBJECT_0 {
        let mut code = 0;
        // SAFETY: as above, and `code` can be written.
        unsafe {
            GetExitCodeThread(handles[handles.len() - 1], &raw mut code);
            ExitProcess(code)
        }
    }
}

/// Does what the conductor says until it says nothing more; then the process ends.
fn listen(reader: &mut BufReader<TcpStream>, inboxes: &BTreeMap<usize, Sender<Box<Task>>>, line: &Line) {
    while let Ok(Some(order)) = receive(reader) {
        match order {
            Order::Begin { .. } => {}
            Order::Perform(task) => {
                if let Some(inbox) = inboxes.get(&task.thread) {
                    // A thread that has ended takes no more tasks; the conductor sees that it has.
                    let _ = inbox.send(task);
                }
            }
            Order::Observe { handles, quiet } => {
                tell(line, &Report::Observed { facts: observe::everything(&handles, quiet) });
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

pub(crate) fn tell(line: &Mutex<TcpStream>, report: &Report) {
    // A conductor that has gone needs no reports.
    let _ = send(&mut *line.lock().unwrap_or_else(PoisonError::into_inner), report);
}

/// A thread of the script.
struct Worker {
    place: usize,
    tasks: Receiver<Box<Task>>,
    line: Line,
    born: Sender<(usize, u32, usize)>,
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
        let _ = self.born.send((self.place, id, own as usize));
        for task in &self.tasks {
            let report = match make(&task.call, task.label.as_deref(), &Args::new(&task.args)) {
                Ok(Made { returned, handle, second }) => {
                    let value = |handle: Option<HANDLE>| handle.map(|handle| handle as usize as u64);
                    let (handle, second) = (value(handle), value(second));
                    Report::Returned { thread: self.place, returned, handle, second }
                }
                Err(why) => Report::Unknown { thread: self.place, why },
            };
            tell(&self.line, &report);
        }
    }
}
