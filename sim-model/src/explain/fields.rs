//! Pages on fields and functions: what a condition can ask, and what the model's records hold.

use sim_core::Kernel;
use sim_core::record::{FieldInfo, Kind};

use crate::explain::page::Page;
use crate::explain::prose::Prose;
use crate::scenario::catalogue::CATALOGUE;

/// What a condition can ask that no record's field has the name of.
const ASKED: &[(&str, &str)] = &[
    (
        "ChargedPointerCount",
        "PointerCount as the header of Windows 8 and later has it, and !object shows it: the true count and the \
         references that handle-table entries took in advance. Before Windows 8 the true count.",
    ),
    ("Value", "The value of the handle: what the program holds."),
    ("ActiveProcesses", "How many processes of the job have not ended."),
    ("inherit", "Whether the handle is inherited by a process that its own creates (OBJ_INHERIT)."),
    ("protected", "Whether the handle is protected from close (HANDLE_FLAG_PROTECT_FROM_CLOSE)."),
    ("Name", "The full name of the object; in the answer of a query empty if it has none."),
    (
        "NamedPipeState",
        "The state of the instance that the file object is an end of: FILE_PIPE_DISCONNECTED_STATE, \
      FILE_PIPE_LISTENING_STATE, FILE_PIPE_CONNECTED_STATE or FILE_PIPE_CLOSING_STATE.",
    ),
    ("ReadDataAvailable", "Bytes that this end of a pipe can read."),
    (
        "WriteQuotaAvailable",
        "Bytes that this end of a pipe can write without waiting. A read that waits at the other \
      end uses the quota too.",
    ),
    ("CurrentInstances", "Instances of the pipe."),
    ("Internal", "The status that the OVERLAPPED holds, another name of Status."),
    ("InternalHigh", "The number of bytes that the OVERLAPPED holds, another name of Information."),
    ("key", "The CompletionKey of the removed packet."),
    ("overlapped", "The OVERLAPPED of the removed packet: the label of its request."),
    ("status", "The status of the removed packet."),
    ("bytes", "The number of bytes of the removed packet."),
    ("removed", "How many packets the call removed."),
    ("UserData", "The userData of the completed operation: the label of the call that built its entry."),
    ("ResultCode", "How the operation of a ring ended, as the NTSTATUS that the HRESULT stands for."),
    ("SubmissionQueueSize", "How many entries a ring's submission queue has room for."),
    ("CompletionQueueSize", "How many entries a ring's completion queue has room for."),
    ("second", "The second of the packets that the call removed."),
    ("third", "The third of the packets that the call removed."),
    ("last", "The last of the packets that the call removed."),
    ("object", "The object that the label was bound to, also after the handle is closed."),
    ("cleanup", "IRP_MJ_CLEANUP was sent for the file object."),
    ("close", "IRP_MJ_CLOSE was sent for the file object."),
    ("mapped", "The view is mapped: its call has succeeded, and nobody has unmapped it since."),
    (
        "cached",
        "The file has a cache map: it was read or written through the cache, and the lazy writer is not done with it.",
    ),
    ("dirty", "Something was written to the file that is in the cache and not on the disk yet."),
    ("open", "The value of the label's handle is open in its process."),
    ("deleted", "The object is gone."),
    ("signaled", "A wait for the object would be satisfied."),
    ("packets", "How many packets wait in the completion port, or completions in the queue of the I/O ring."),
    ("named", "The object's name is in the namespace."),
    ("permanent", "The object is permanent: its name stays when its last handle is closed."),
    ("waiters", "How many threads wait for the object."),
    ("abandoned", "The mutant's owner ended without releasing it, and nobody has acquired it since."),
    ("queued", "The user APC waits for its thread."),
    ("delivered", "The user APC has run."),
    ("pending", "The request is outstanding."),
    ("HasOverlappedIoCompleted", "Internal of the OVERLAPPED is not STATUS_PENDING."),
    ("freed", "The program has freed the buffer, or the status block of the request."),
    ("BytesWritten", "How many bytes the last request that finished in the buffer has put there."),
    ("ended", "The thread has ended."),
    ("exited", "The process has ended."),
];

/// Every field and function with a name.
pub(super) fn names() -> Vec<(&'static str, &'static str)> {
    let asked = CATALOGUE.fields.iter().flat_map(|row| row.1.iter().map(|name| ("field", *name)));
    let functions = CATALOGUE.functions.iter().map(|function| ("function", function.name));
    let held = records().map(|(_, field)| ("field", field.name));
    asked.chain(functions).chain(held).collect()
}

fn records() -> impl Iterator<Item = (Kind, FieldInfo)> {
    let fields =
        |kind: Kind| Kernel::fields(kind).iter().chain(Kernel::lists(kind)).map(move |field| (kind, *field));
    Kind::ALL.iter().flat_map(move |kind| fields(*kind)).filter(|(_, field)| !field.name.is_empty())
}

/// The page on a field or function, if there is one of that name.
pub(super) fn page(name: &str) -> Option<Page> {
    let kind = names().iter().find(|known| known.1 == name)?.0;
    let mut page = Page { kind, name: name.into(), ..Page::default() };
    page.about.extend(ASKED.iter().filter(|asked| asked.0 == name).map(|asked| asked.1.to_owned()));
    let held = records().filter(|(_, field)| field.name == name);
    let held: Vec<_> =
        held.map(|(kind, field)| (format!("{kind:?}"), Prose::of(field.text).about.join(" "))).collect();
    if let (true, Some((_, text))) = (page.about.is_empty(), held.first()) {
        page.about.push(text.clone());
    }
    page.section("Where it is kept", held);
    let asked = CATALOGUE.fields.iter().filter(|row| row.1.contains(&name)).map(|row| match row.0 {
        "object" => ("object(LABEL)".to_owned(), format!("check object(LABEL).{name} == …")),
        of => (format!("label of {}", article(of)), format!("check LABEL.{name} == …")),
    });
    let function = CATALOGUE.functions.iter().filter(|function| function.name == name);
    let function = function.map(|function| match function.gives {
        Some(_) => (String::new(), format!("check {name}(LABEL).FIELD == …")),
        None => (String::new(), format!("check {name}(NAME)")),
    });
    page.section("In a scenario", asked.chain(function));
    if name == "PointerCount" {
        page.section("See also", [
            ("", "ChargedPointerCount, HandleCount, NtQueryObject"),
            ("", "kobj explain PointerCount NUMBER --handles N: what a number that a debugger shows can mean"),
        ]);
    }
    Some(page)
}

fn article(noun: &str) -> String {
    match noun {
        "information" => "an answer".into(),
        "operation" => "an operation".into(),
        noun => format!("a {noun}"),
    }
}
