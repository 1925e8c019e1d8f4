//! Where names stand. What a scenario calls `\BaseNamedObjects` is a directory of its own in each session but the first:
//! <https://learn.microsoft.com/windows/win32/termserv/kernel-object-namespaces>

use std::sync::OnceLock;

use windows_sys::Win32::System::RemoteDesktop::ProcessIdToSessionId;
use windows_sys::Win32::System::Threading::GetCurrentProcessId;

/// The directory's name in a scenario.
const DIRECTORY: &str = r"\BaseNamedObjects";

/// What stands before it in this session; nothing in the first.
fn before() -> &'static str {
    static BEFORE: OnceLock<String> = OnceLock::new();
    BEFORE.get_or_init(|| {
        let mut session = 0;
        // SAFETY: the number can be written.
        unsafe { ProcessIdToSessionId(GetCurrentProcessId(), &raw mut session) };
        if session == 0 { String::new() } else { format!(r"\Sessions\{session}") }
    })
}

/// Whether a path leads to the directory or below it, in whatever letter case.
fn is_below(path: &str) -> bool {
    let (Some(first), rest) = (path.get(..DIRECTORY.len()), path.get(DIRECTORY.len()..)) else {
        return false;
    };
    first.eq_ignore_ascii_case(DIRECTORY)
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}

/// The path in this session that a path of a scenario stands for.
pub(crate) fn path_here(path: &str) -> String {
    if is_below(path) { format!("{}{path}", before()) } else { path.to_owned() }
}

/// The path of a scenario that stands for a path in this session.
pub(crate) fn path_there(path: String) -> String {
    match path.strip_prefix(before()) {
        Some(rest) if is_below(rest) => rest.to_owned(),
        _ => path,
    }
}
