//! What calls are given: labels, handles, names and processes.

use sim_core::Handle;

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
