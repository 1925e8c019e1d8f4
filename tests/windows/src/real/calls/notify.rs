//! Directory notification.

use windows_sys::Win32::Storage::FileSystem::{
    FindCloseChangeNotification, FindFirstChangeNotificationW, FindNextChangeNotification,
    ReadDirectoryChangesW,
};

use super::request::{Native, Overlapped, buffer, length};
use super::{Answer, Made, handle_or_invalid, status, truth};
use crate::real::args::{Args, Refused};
use crate::real::nt_io;

pub(super) fn make(call: &str, label: Option<&str>, args: &Args<'_>) -> Answer {
    Some(match call {
        "ReadDirectoryChangesW" => read_changes(label, args),
        "NtNotifyChangeDirectoryFile" => notify_change(label, args),
        "FindFirstChangeNotification" => Ok(find_first(args)),
        "FindNextChangeNotification" => {
            let handle = args.handle("hChangeHandle");
            // SAFETY: the function takes a handle.
            Ok(truth(|| unsafe { FindNextChangeNotification(handle) }))
        }
        "FindCloseChangeNotification" => {
            let handle = args.handle("hChangeHandle");
            // SAFETY: the function takes a handle.
            Ok(truth(|| unsafe { FindCloseChangeNotification(handle) }))
        }
        _ => return None,
    })
}

fn read_changes(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Overlapped::new(args, label, label.is_some() || args.has("hEvent"))?;
    let (directory, count) = (args.handle("hDirectory"), length(args, "nBufferLength"));
    let to = buffer(args, "lpBuffer", request.block, count)?.cast();
    let (tree, filter) = (args.truth("bWatchSubtree").into(), args.bits("dwNotifyFilter"));
    // SAFETY: the buffer has so many bytes, and it and the OVERLAPPED live for ever.
    Ok(request.call(|overlapped, bytes| unsafe {
        ReadDirectoryChangesW(directory, to, count, tree, filter, bytes, overlapped, None)
    }))
}

fn notify_change(label: Option<&str>, args: &Args<'_>) -> Result<Made, Refused> {
    let request = Native::new(args, label)?;
    let (file, count) = (args.handle("FileHandle"), length(args, "Length"));
    let to = buffer(args, "Buffer", request.block, count)?.cast();
    let (filter, tree) = (args.bits("CompletionFilter"), args.truth("WatchTree").into());
    let iosb = request.iosb();
    let Native { event, routine, context, .. } = request;
    // SAFETY: the buffer has so many bytes, and it and the block live for ever.
    Ok(status(unsafe {
        nt_io::NtNotifyChangeDirectoryFile(file, event, routine, context, iosb, to, count, filter, tree)
    }))
}

fn find_first(args: &Args<'_>) -> Made {
    let path = args.wide("lpPathName").unwrap_or_else(|| vec![0]);
    let (tree, filter) = (args.truth("bWatchSubtree").into(), args.bits("dwNotifyFilter"));
    // SAFETY: the path ends with a zero.
    handle_or_invalid(|| unsafe { FindFirstChangeNotificationW(path.as_ptr(), tree, filter) })
}
