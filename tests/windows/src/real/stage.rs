//! The processes and threads of a script, and how the conductor reaches them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::BufReader;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE, WAIT_OBJECT_0};
use windows_sys::Win32::System::Threading::{
    OpenProcess, OpenThread, PROCESS_SYNCHRONIZE, PROCESS_TERMINATE, THREAD_SYNCHRONIZE, TerminateProcess,
    WaitForSingleObject,
};

use super::wire::{HOST_ARGUMENT, Order, Report, receive, send};
use crate::record::RecordError;
use crate::script::Script;

/// How long a process may take to begin.
const BIRTH: Duration = Duration::from_secs(20);

/// How many milliseconds a process may take to end.
const END: u32 = 2_000;

/// A handle of the conductor's own, to a process or thread. It is closed as soon as that is seen to have ended: what has
/// ended goes with its last handle, and the script's may be the last.
#[derive(Debug)]
struct Own(Cell<HANDLE>);

impl Own {
    fn new(handle: HANDLE) -> Own {
        Own(Cell::new(handle))
    }

    /// Whether the process or thread has ended.
    fn has_ended(&self) -> bool {
        let handle = self.0.get();
        // SAFETY: a handle that is not NULL is open.
        let ended = handle.is_null() || unsafe { WaitForSingleObject(handle, 0) } == WAIT_OBJECT_0;
        if ended {
            self.close();
        }
        ended
    }

    /// Waits until the process or thread has ended, for so many milliseconds at most.
    fn await_end(&self, most: u32) {
        let handle = self.0.get();
        if !handle.is_null() {
            // SAFETY: a handle that is not NULL is open.
            unsafe {
                WaitForSingleObject(handle, most);
            }
        }
    }

    fn close(&self) {
        let handle = self.0.replace(std::ptr::null_mut());
        if !handle.is_null() {
            // SAFETY: the handle is open, and nobody else closes it.
            unsafe {
                CloseHandle(handle);
            }
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.close();
    }
}

/// A process that has begun.
#[derive(Debug)]
struct Process {
    id: u32,
    own: Own,
    to: TcpStream,
}

/// A thread that has begun.
#[derive(Debug)]
struct Thread {
    id: u32,
    own: Own,
}

/// The processes and threads of a script.
pub(crate) struct Stage<'s> {
    script: &'s Script,
    processes: Vec<Option<Process>>,
    threads: Vec<Option<Thread>>,
    arrivals: Receiver<(TcpStream, usize, u32)>,
    reports: Receiver<(usize, Report)>,
    reporting: Sender<(usize, Report)>,
    host: PathBuf,
    port: u16,
}

fn failed(what: &str, why: impl std::fmt::Display) -> RecordError {
    RecordError::Failed(format!("{what}: {why}"))
}

impl<'s> Stage<'s> {
    /// Starts every process that exists from the beginning.
    pub(crate) fn begin(script: &'s Script, host: &Path) -> Result<Stage<'s>, RecordError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| failed("no socket", error))?;
        let port = listener.local_addr().map_err(|error| failed("no socket", error))?.port();
        let (arriving, arrivals) = channel();
        std::thread::spawn(move || greet(&listener, &arriving));
        let (reporting, reports) = channel();
        let mut stage = Stage {
            script,
            processes: script.processes.iter().map(|_| None).collect(),
            threads: script.threads.iter().map(|_| None).collect(),
            arrivals,
            reports,
            reporting,
            host: host.to_owned(),
            port,
        };
        for (place, process) in script.processes.iter().enumerate() {
            if !process.made_by_call {
                stage.start(place)?;
                stage.await_process(place)?;
            }
        }
        Ok(stage)
    }

    fn start(&self, place: usize) -> Result<(), RecordError> {
        Command::new(&self.host)
            .args([HOST_ARGUMENT, &self.port.to_string(), &place.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map(drop)
            .map_err(|error| failed(&format!("cannot start {}", self.host.display()), error))
    }

    /// Waits until a process that was started has begun, with its threads.
    pub(crate) fn await_process(&mut self, place: usize) -> Result<(), RecordError> {
        let deadline = Instant::now() + BIRTH;
        while self.processes[place].is_none() {
            let rest = deadline.saturating_duration_since(Instant::now());
            let (stream, arrived, id) = self
                .arrivals
                .recv_timeout(rest)
                .map_err(|error| failed("a process does not begin", error))?;
            self.admit(stream, arrived, id)?;
        }
        let wanted = |stage: &Stage<'_>| {
            let own =
                stage.script.threads.iter().zip(&stage.threads).filter(|(thread, _)| thread.process == place);
            own.map(|(_, thread)| thread).all(Option::is_some)
        };
        while !wanted(self) {
            let rest = deadline.saturating_duration_since(Instant::now());
            match self.reports.recv_timeout(rest) {
                Ok((_, Report::Ready { threads })) => self.note_threads(&threads)?,
                Ok(_) => {}
                Err(error) => return Err(failed("a process starts no threads", error)),
            }
        }
        Ok(())
    }

    fn admit(&mut self, stream: TcpStream, place: usize, id: u32) -> Result<(), RecordError> {
        let threads = self.script.threads.iter().enumerate();
        let threads = threads.filter(|(_, thread)| thread.process == place).map(|(at, _)| at).collect();
        // SAFETY: the handle is closed with its owner.
        let own = Own::new(unsafe { OpenProcess(PROCESS_SYNCHRONIZE | PROCESS_TERMINATE, 0, id) });
        let reader = stream.try_clone().map_err(|error| failed("no socket", error))?;
        let reporting = self.reporting.clone();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(reader);
            while let Ok(Some(report)) = receive(&mut reader) {
                if reporting.send((place, report)).is_err() {
                    return;
                }
            }
        });
        self.processes[place] = Some(Process { id, own, to: stream });
        self.tell(place, &Order::Begin { threads });
        Ok(())
    }

    fn note_threads(&mut self, threads: &[(usize, u32)]) -> Result<(), RecordError> {
        for (place, id) in threads {
            // SAFETY: the handle is closed with its owner.
            let own = Own::new(unsafe { OpenThread(THREAD_SYNCHRONIZE, 0, *id) });
            let slot = self.threads.get_mut(*place).ok_or_else(|| failed("a thread", "nobody knows it"))?;
            *slot = Some(Thread { id: *id, own });
        }
        Ok(())
    }

    /// Tells a process something. One that has ended is told nothing.
    pub(crate) fn tell(&mut self, place: usize, order: &Order) {
        if let Some(process) = &mut self.processes[place] {
            let _ = send(&mut process.to, order);
        }
    }

    /// The next report, or none within that time.
    pub(crate) fn report(&self, within: Duration) -> Option<(usize, Report)> {
        self.reports.recv_timeout(within).ok()
    }

    /// The id of a process that has begun.
    pub(crate) fn process_id(&self, place: usize) -> Option<u32> {
        self.processes[place].as_ref().map(|process| process.id)
    }

    /// The process with this id, by its place.
    pub(crate) fn process_of(&self, id: u32) -> Option<usize> {
        self.processes.iter().position(|process| process.as_ref().is_some_and(|process| process.id == id))
    }

    /// The id of a thread that has begun.
    pub(crate) fn thread_id(&self, place: usize) -> Option<u32> {
        self.threads[place].as_ref().map(|thread| thread.id)
    }

    /// Whether a process has begun and not ended.
    pub(crate) fn is_alive(&self, place: usize) -> bool {
        self.processes[place].as_ref().is_some_and(|process| !process.own.has_ended())
    }

    /// Which processes and threads have ended, of those that have begun.
    pub(crate) fn ended(&self) -> BTreeMap<String, (&'static str, bool)> {
        let processes = self.script.processes.iter().zip(&self.processes);
        let processes = processes.filter_map(|(known, process)| {
            Some((known.name.clone(), ("exited", process.as_ref()?.own.has_ended())))
        });
        let threads = self.script.threads.iter().zip(&self.threads);
        let threads = threads.filter_map(|(known, thread)| {
            Some((known.name.clone(), ("ended", thread.as_ref()?.own.has_ended())))
        });
        processes.chain(threads).collect()
    }

    /// Ends a process.
    pub(crate) fn end_process(&self, place: usize, code: u32) {
        if let Some(process) = &self.processes[place] {
            // SAFETY: the handle is open, or NULL if the process has ended.
            unsafe {
                TerminateProcess(process.own.0.get(), code);
            }
        }
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        for place in 0..self.processes.len() {
            self.end_process(place, 1);
        }
        // What is not seen to end in time is not waited for: an end can hang.
        for process in self.processes.iter().flatten() {
            process.own.await_end(END);
        }
        // The listener waits for one more connection, and ends with it.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Lets hosts in until somebody comes who is none.
fn greet(listener: &TcpListener, arriving: &Sender<(TcpStream, usize, u32)>) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else { return };
        let Ok(clone) = stream.try_clone() else { return };
        // Byte by byte, so that nothing of what follows is taken.
        let mut reader = BufReader::with_capacity(1, clone);
        match receive(&mut reader) {
            Ok(Some(Report::Hello { place, id })) => {
                if arriving.send((stream, place, id)).is_err() {
                    return;
                }
            }
            _ => return,
        }
    }
}
