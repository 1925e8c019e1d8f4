//! Strategies: scenarios made at random, of what real Windows can perform as well.
//!
//! Two threads of one process, and seldom one of another, share events, semaphores, mutexes, timers, completion ports and the two ends of named
//! pipes. The first may wait for what the second does. Calls mostly get what they want, sometimes a handle of another
//! type, sometimes one that was closed.

use std::fmt::Write;

use proptest::prelude::*;

/// What a label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Event,
    Semaphore,
    Mutex,
    Timer,
    Port,
    Server,
    Client,
    Request,
}

use Kind::{Client, Event, Mutex, Port, Request, Semaphore, Server, Timer};

const WAITABLE: &[Kind] = &[Event, Semaphore, Mutex, Timer];
const ENDS: &[Kind] = &[Server, Client];
const HANDLES: &[Kind] = &[Event, Semaphore, Mutex, Timer, Port, Server, Client];

/// Calls that make something, each with what its label names.
const MAKERS: &[(&str, Kind)] = &[
    ("CreateEvent(TRUE, FALSE)", Event),
    ("CreateEvent(FALSE, FALSE)", Event),
    ("NtCreateEvent(TRUE, TRUE)", Event),
    ("CreateEvent(FALSE, TRUE, lpName: \"TAG-e\")", Event),
    ("CreateSemaphore(1, 2)", Semaphore),
    ("NtCreateSemaphore(0, 3)", Semaphore),
    ("CreateMutex(FALSE)", Mutex),
    ("CreateMutex(TRUE)", Mutex),
    ("CreateWaitableTimer(TRUE)", Timer),
    ("CreateIoCompletionPort()", Port),
    ("NtCreateIoCompletion()", Port),
];

/// The server's end of a pipe, and the client's.
const PIPES: &[(&str, &str)] = &[
    (
        "CreateNamedPipe(\"\\\\.\\pipe\\TAG-N\", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED)",
        "CreateFile(\"\\\\.\\pipe\\TAG-N\", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)",
    ),
    (
        "CreateNamedPipe(\"\\\\.\\pipe\\TAG-N\", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE)",
        "CreateFile(\"\\\\.\\pipe\\TAG-N\", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)",
    ),
    (
        "CreateNamedPipe(\"\\\\.\\pipe\\TAG-N\", PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED, nInBufferSize: 16)",
        "CreateFile(\"\\\\.\\pipe\\TAG-N\", GENERIC_WRITE, FILE_FLAG_OVERLAPPED)",
    ),
];

/// What a call is given, in its template: `w` something to wait for, `h` any handle, `f` an end of a pipe, `r` a request,
/// and so on.
const WANTED: &[(char, &[Kind])] = &[
    ('w', WAITABLE),
    ('E', &[Event]),
    ('h', HANDLES),
    ('e', &[Event]),
    ('s', &[Semaphore]),
    ('m', &[Mutex]),
    ('t', &[Timer]),
    ('p', &[Port]),
    ('f', ENDS),
    ('v', &[Server]),
    ('r', &[Request]),
];

/// What is never a handle of another type: a file as a signal is another story.
const STRICT: &str = "wE";

/// Calls that return at once. `$` stands before what is given; `=` at the beginning gives the request a label.
const CALLS: &[&str] = &[
    "SetEvent($e)",
    "ResetEvent($e)",
    "PulseEvent($e)",
    "NtSetEvent($e)",
    "ReleaseSemaphore($s, 1)",
    "NtReleaseSemaphore($s, 2)",
    "ReleaseMutex($m)",
    "NtReleaseMutant($m)",
    "WaitForSingleObject($w, 0)",
    "WaitForSingleObjectEx($w, 0, TRUE)",
    "NtWaitForSingleObject($w, 0)",
    "WaitForMultipleObjects([$E, $m], TRUE, 0)",
    "WaitForMultipleObjects([$w, $w], FALSE, 0)",
    "SignalObjectAndWait($e, $w, 0)",
    "SignalObjectAndWait($s, $w, 0)",
    "CancelWaitableTimer($t)",
    "CloseHandle($h)",
    "CloseHandle($h)",
    "NtClose($h)",
    "SetHandleInformation($h, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)",
    "SetHandleInformation($h, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE)",
    "SetHandleInformation($h, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0)",
    "GetHandleInformation($h)",
    "PostQueuedCompletionStatus($p, 3, 4, 5)",
    "GetQueuedCompletionStatus($p, 0)",
    "GetQueuedCompletionStatusEx($p, 2, 0)",
    "NtRemoveIoCompletion($p, 0)",
    "CreateIoCompletionPort($f, $p, 7)",
    "SetFileCompletionNotificationModes($f, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)",
    "SetFileCompletionNotificationModes($f, FILE_SKIP_SET_EVENT_ON_HANDLE)",
    "=ReadFile($f, 4 bytes, offset: 0)",
    "=ReadFile($f, 8 bytes, event: $E)",
    "=WriteFile($f, 4 bytes, offset: 0)",
    "=WriteFile($f, 12 bytes, event: $E)",
    "=NtReadFile($f, 4)",
    "=NtWriteFile($f, 20)",
    "=ReadFileEx($f, 4)",
    "=ConnectNamedPipe($v)",
    "=ConnectNamedPipe($v, $E)",
    "DisconnectNamedPipe($v)",
    "PeekNamedPipe($f, 16)",
    "CancelIo($f)",
    "CancelIoEx($f)",
    "CancelIoEx($f, $r)",
    "GetOverlappedResult($f, $r)",
    "NtCancelIoFile($f)",
    "SleepEx(0, TRUE)",
    "QueueUserAPC(GetCurrentThread())",
    "NtQueryEvent($e)",
    "NtQuerySemaphore($s)",
    "NtQueryMutant($m)",
];

/// Calls that may wait for the other thread.
const WAITS: &[&str] = &[
    "WaitForSingleObject($w, INFINITE)",
    "WaitForSingleObjectEx($w, INFINITE, TRUE)",
    "WaitForMultipleObjects([$w, $w], FALSE, INFINITE)",
    "GetQueuedCompletionStatus($p, INFINITE)",
    "GetQueuedCompletionStatusEx($p, 2, INFINITE, TRUE)",
    "NtWaitForSingleObject($w, INFINITE)",
    "SignalObjectAndWait($e, $w, INFINITE)",
    "GetOverlappedResult($f, $r, TRUE)",
    "FlushFileBuffers($f)",
    "SleepEx(INFINITE, TRUE)",
    "ExitThread()",
];

/// What another process does with what it was given.
const ELSEWHERE: &[&str] = &[
    "SetEvent($e)",
    "WaitForSingleObject($w, 0)",
    "ReleaseSemaphore($s, 1)",
    "ReleaseMutex($m)",
    "CloseHandle($h)",
    "GetHandleInformation($h)",
    "PostQueuedCompletionStatus($p, 1, 2, 3)",
    "GetQueuedCompletionStatus($p, 0)",
    "=WriteFile($f, 4 bytes, offset: 0)",
    "=ReadFile($f, 4 bytes, offset: 0)",
    "CancelIo($f)",
    "ExitProcess()",
];

/// Scenarios of at most `most` calls. `tag` begins the name of everything that has a name: two scenarios that are
/// performed at the same time need two tags.
///
/// ```
/// use proptest::prelude::*;
/// use proptest::strategy::ValueTree;
/// use proptest::test_runner::TestRunner;
/// use sim_model::{lang, scenario, strategy};
/// let text = strategy::scenarios("example", 12).new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// assert!(scenario::compile(lang::parse("random.kobj", &text).unwrap()).is_ok());
/// ```
pub fn scenarios(tag: &str, most: usize) -> impl Strategy<Value = String> + use<> {
    let tag = tag.to_owned();
    prop::collection::vec(any::<u64>(), 4..=most.max(4))
        .prop_map(move |choices| Writer::write(&tag, &choices))
}

/// A choice, used up part by part.
struct Choice(u64);

impl Choice {
    fn below(&mut self, limit: usize) -> usize {
        let limit = limit.max(1) as u64;
        let (rest, choice) = (self.0 / limit, self.0 % limit);
        self.0 = rest;
        choice as usize
    }
}

struct Writer<'t> {
    tag: &'t str,
    labels: Vec<(String, Kind)>,
    /// What the other process was given, and its requests.
    elsewhere: Vec<(String, Kind)>,
    pipes: usize,
    /// The lines of the thread that may wait, of the other, and of that of another process.
    lines: [Vec<String>; 3],
}

impl Writer<'_> {
    fn write(tag: &str, choices: &[u64]) -> String {
        let (labels, elsewhere, lines) = (Vec::new(), Vec::new(), [const { Vec::new() }; 3]);
        let mut writer = Writer { tag, labels, elsewhere, pipes: 0, lines };
        // There is something to begin with.
        writer.make(&mut Choice(0));
        for choice in choices {
            writer.line(&mut Choice(*choice));
        }
        let [waiter, main, other] = writer.lines;
        let mut text = String::new();
        for (process, threads) in
            [("app", vec![("waiter", waiter), ("main", main)]), ("other", vec![("guest", other)])]
        {
            let threads: Vec<_> = threads.into_iter().filter(|(_, lines)| !lines.is_empty()).collect();
            // Writing to a string does not fail.
            if !threads.is_empty() {
                let _ = writeln!(text, "process {process}");
            }
            for (name, lines) in threads {
                let _ = writeln!(text, "  thread {name}");
                lines.iter().for_each(|line| {
                    let _ = writeln!(text, "    {line}");
                });
            }
        }
        text
    }

    fn line(&mut self, choice: &mut Choice) {
        match choice.below(16) {
            // Nothing can be done before there is something to do it with.
            0..3 => self.make(choice),
            3 => self.make_pipe(choice),
            4 | 5 => self.call(WAITS, 0, choice),
            15 if choice.below(3) == 0 => self.give(choice),
            14 if !self.elsewhere.is_empty() => self.call(ELSEWHERE, 2, choice),
            6..9 => self.call(CALLS, 0, choice),
            9 => self.duplicate(choice),
            _ => self.call(CALLS, 1, choice),
        }
    }

    fn label(&mut self, kind: Kind, thread: usize) -> String {
        let letter = WANTED.iter().find(|(_, kinds)| *kinds == [kind]).map_or('h', |(letter, _)| *letter);
        let letter = if kind == Client { 'c' } else { letter };
        let label = format!("{letter}{}", self.labels.len() + self.elsewhere.len());
        let labels = if thread == 2 { &mut self.elsewhere } else { &mut self.labels };
        labels.push((label.clone(), kind));
        label
    }

    fn make(&mut self, choice: &mut Choice) {
        let (call, kind) = MAKERS[choice.below(MAKERS.len())];
        let label = self.label(kind, 1);
        self.lines[1].push(format!("{label} = {}", call.replace("TAG", self.tag)));
    }

    fn make_pipe(&mut self, choice: &mut Choice) {
        let (server, client) = PIPES[choice.below(PIPES.len())];
        self.pipes += 1;
        let name = format!("{}-{}", self.tag, self.pipes);
        for (call, kind) in [(server, Server), (client, Client)] {
            let label = self.label(kind, 1);
            self.lines[1].push(format!("{label} = {}", call.replace("TAG-N", &name)));
        }
    }

    fn duplicate(&mut self, choice: &mut Choice) {
        let Some((source, kind)) = self.pick(HANDLES, true, 1, choice) else { return };
        let options =
            ["", ", dwOptions: DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE", ", bInheritHandle: TRUE"];
        let options = options[choice.below(options.len())];
        let label = self.label(kind, 1);
        self.lines[1].push(format!("{label} = DuplicateHandle({source}{options})"));
    }

    /// The other process gets a handle. It has a line of its own from the beginning, so that it is there.
    fn give(&mut self, choice: &mut Choice) {
        let Some((source, kind)) = self.pick(HANDLES, true, 1, choice) else { return };
        if self.lines[2].is_empty() {
            self.lines[2].push("SleepEx(0, FALSE)".into());
        }
        let label = self.label(kind, 2);
        self.lines[1].push(format!("{label} = DuplicateHandle({source}, other)"));
    }

    /// A label of one of these kinds, for a thread; seldom one of another.
    fn pick(
        &self,
        kinds: &[Kind],
        strict: bool,
        thread: usize,
        choice: &mut Choice,
    ) -> Option<(String, Kind)> {
        let kinds = if choice.below(24) == 0 && kinds != [Request] && !strict { HANDLES } else { kinds };
        let labels = if thread == 2 { &self.elsewhere } else { &self.labels };
        let known: Vec<&(String, Kind)> = labels.iter().filter(|(_, kind)| kinds.contains(kind)).collect();
        // The later ones are more likely to be open.
        let back = choice.below(known.len()).min(choice.below(known.len()));
        known.get(known.len().checked_sub(1 + back)?).map(|found| (*found).clone())
    }

    /// A call from a list, for a thread; none if there is nothing that it could be given.
    fn call(&mut self, calls: &[&str], thread: usize, choice: &mut Choice) {
        let template = calls[choice.below(calls.len())];
        let (labelled, template) = template.strip_prefix('=').map_or((false, template), |rest| (true, rest));
        let mut line = String::new();
        let mut letters = template.chars();
        while let Some(letter) = letters.next() {
            if letter != '$' {
                line.push(letter);
                continue;
            }
            let wanted = letters.next().unwrap_or('h');
            let kinds =
                WANTED.iter().find(|(letter, _)| *letter == wanted).map_or(HANDLES, |(_, kinds)| *kinds);
            let Some((label, _)) = self.pick(kinds, STRICT.contains(wanted), thread, choice) else { return };
            line.push_str(&label);
        }
        if labelled {
            let label = self.label(Request, thread);
            line = format!("{label} = {line}");
        }
        self.lines[thread].push(line);
    }
}
