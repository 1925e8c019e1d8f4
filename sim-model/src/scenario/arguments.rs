//! What calls are given: labels, handles, names and processes.

use sim_core::Handle;
use sim_core::io::control_code::ControlCode;
use sim_core::io::file_operation::FileOperation;
use sim_core::io::pipe_modes::PipeModes;
use sim_core::io::request::{ByteOffset, IoService};

/// The number of a path among the program's.
pub type PathId = usize;

/// OBJECT_ATTRIBUTES and DesiredAccess as arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameArg {
    /// RootDirectory.
    pub root: HandleArg,
    /// ObjectName.
    pub path: Option<PathId>,
    /// Attributes.
    pub flags: u16,
    /// DesiredAccess; MAXIMUM_ALLOWED if the call has no such parameter, or it is left out.
    pub access: u32,
}

/// The number of a label.
pub type LabelId = usize;

/// A handle as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandleArg {
    /// The value of a label.
    Label(LabelId),
    /// A constant.
    Value(Handle),
}

/// A process as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessArg {
    /// The caller's own.
    Own,
    /// None: NULL.
    None,
    /// A process by its name in the scenario; no handle to it is needed.
    Named(usize),
    /// The process that a handle names.
    Handle(HandleArg),
}

/// What a call does with the file of a path between opening and closing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathAct {
    /// Nothing.
    Nothing,
    /// It sets the file's disposition.
    Delete(FileOperation),
}

/// The arguments of a call that sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssueArgs {
    /// Which service it is.
    pub service: IoService,
    /// The file.
    pub file: HandleArg,
    /// The event.
    pub event: HandleArg,
    /// It has an APC routine.
    pub apc: bool,
    /// ApcContext is not null.
    pub apc_context: bool,
    /// A Win32 call with an OVERLAPPED: it writes STATUS_PENDING into it first.
    pub marks: bool,
    /// The buffer.
    pub buffer: Option<LabelId>,
    /// The buffer's address is NULL.
    pub null_buffer: bool,
    /// The request whose status block is used again.
    pub overlapped: Option<LabelId>,
    /// Bytes to transfer; of a control code, the length of its output.
    pub length: u32,
    /// The length of a control code's input.
    pub input_length: u32,
    /// Where in the file.
    pub offset: ByteOffset,
    /// The control code.
    pub code: Option<ControlCode>,
    /// The modes that an end of a pipe gets.
    pub modes: Option<PipeModes>,
    /// The name of the pipe to wait for.
    pub pipe: Option<PathId>,
    /// The wait has a time limit.
    pub limited: bool,
    /// The time limit is zero.
    pub at_once: bool,
    /// The second socket that the request names.
    pub socket: HandleArg,
    /// A port, a number of connections, an option or events.
    pub number: u32,
    /// A call of Winsock without an OVERLAPPED: it waits.
    pub waits: bool,
    /// What is asked of a file beyond an offset and a length.
    pub operation: FileOperation,
    /// CompletionFilter.
    pub filter: u32,
    /// WatchTree.
    pub watch_tree: bool,
}

impl IssueArgs {
    /// A request for a file, with nothing else to say.
    pub const fn of(service: IoService, file: HandleArg) -> IssueArgs {
        IssueArgs {
            service,
            file,
            event: HandleArg::Value(Handle::NULL),
            apc: false,
            apc_context: false,
            marks: false,
            buffer: None,
            null_buffer: false,
            overlapped: None,
            length: 0,
            input_length: 0,
            offset: ByteOffset::None,
            code: None,
            modes: None,
            pipe: None,
            limited: false,
            at_once: false,
            socket: HandleArg::Value(Handle::NULL),
            number: 0,
            waits: false,
            operation: FileOperation::None,
            filter: 0,
            watch_tree: false,
        }
    }
}
