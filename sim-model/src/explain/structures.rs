//! Pages on structures of the kernel: what each is, its life, and its fields as the model's records have them.

use sim_core::Kernel;
use sim_core::record::{FieldInfo, Kind};

use crate::explain::calls::{routines, see_also};
use crate::explain::page::Page;
use crate::explain::prose::Prose;

/// A structure.
struct Structure {
    name: &'static str,
    kind: Kind,
    /// What it is.
    what: &'static str,
    /// When there is one.
    when: &'static str,
    /// How a scenario, or who looks at a run, gets at it.
    seen: &'static str,
    /// The routines of its life, in order.
    life: &'static [&'static str],
    also: &'static [&'static str],
    sources: &'static str,
}

const STRUCTURES: [Structure; 16] = [
    Structure {
        name: "IRP",
        kind: Kind::Irp,
        what: "An I/O request packet: one request on its way through the drivers of a device's stack, with a stack \
               location for each of them.",
        when: "The I/O manager allocates one for each call that needs a driver, and frees it when the request is \
               finished: a driver that has completed it does not touch it again.",
        seen: "A program sees only its OVERLAPPED: check pending(LABEL), check LABEL.Status == …. kobj run shows what \
               becomes of the IRP of LABEL, kobj run --steps each step.",
        life: &[
            "IofCallDriver",
            "DispatchRead",
            "IoCancelIrp",
            "CancelRoutine",
            "IofCompleteRequest",
            "IopCompleteRequest",
        ],
        also: &["IRP_MJ_READ", "IRP_MJ_CLEANUP", "FILE_OBJECT", "IO_STATUS_BLOCK", "0xC9", "0x44"],
        sources: "WDK, IRP; I/O Stack Locations; Completing IRPs",
    },
    Structure {
        name: "FILE_OBJECT",
        kind: Kind::File,
        what: "One open of a device or file: what a handle leads to. Duplicated and inherited handles share it, and \
               with it its position, port and share access.",
        when: "NtCreateFile makes one before it sends IRP_MJ_CREATE. It goes with its last reference: handles, and \
               requests until they have ended.",
        seen: "check LABEL.HandleCount == 1, object(LABEL).PointerCount, cleanup(LABEL), close(LABEL). kobj graph FILE \
               --why LABEL tells who holds it.",
        life: &["NtCreateFile", "IopCloseFile", "IopDeleteFile"],
        also: &["File", "IRP_MJ_CREATE", "IRP_MJ_CLEANUP", "IRP_MJ_CLOSE", "DuplicateHandle", "IRP"],
        sources: "WDK, FILE_OBJECT; IRP_MJ_CLEANUP; IRP_MJ_CLOSE",
    },
    Structure {
        name: "DEVICE_OBJECT",
        kind: Kind::Device,
        what: "A device as its driver made it. A filter's is attached on top of another: requests go to the top of the \
               stack.",
        when: "From the beginning: a device statement declares it.",
        seen: "device NAME driver=DRIVER; it completes requests in an environment.",
        life: &["IofCallDriver", "DispatchPassDown", "DpcForIsr"],
        also: &["device", "Device", "IRP", "serial", "filter"],
        sources: "WDK, DEVICE_OBJECT; Device Objects and Device Stacks",
    },
    OVERLAPPED,
    Structure { name: "OVERLAPPED", ..OVERLAPPED },
    Structure {
        name: "OBJECT_HEADER",
        kind: Kind::Object,
        what: "What stands before each kernel object: its two counts, its name, its flags.",
        when: "As long as the object: until the last reference is dropped. The last handle takes the name, unless it is \
               permanent.",
        seen: "check LABEL.HandleCount == 1 and LABEL.PointerCount == 1; object(LABEL) also after the handle is closed.",
        life: &[
            "ObInsertObject",
            "ObpIncrementHandleCount",
            "ObpDecrementHandleCount",
            "ObDereferenceObject",
            "ObpDeleteObject",
        ],
        also: &["HandleCount", "PointerCount", "ChargedPointerCount", "NtQueryObject"],
        sources: "WDK, Life Cycle of an Object; ReactOS ob/obref.c, obhandle.c",
    },
    Structure {
        name: "FCB",
        kind: Kind::Fcb,
        what: "A pipe of the named pipe file system, by its name, with its instances.",
        when: "From its first instance to its last.",
        seen: "check LABEL.CurrentInstances == 1.",
        life: &["NpFsdCreate", "NpFsdCleanup"],
        also: &["CCB", "npfs", "CreateNamedPipe", "NamedPipeState"],
        sources: "ReactOS drivers/filesystems/npfs/npfs.h, create.c",
    },
    Structure {
        name: "CCB",
        kind: Kind::Ccb,
        what: "One instance of a pipe, with its two ends and what is between them: two queues, each of what was written \
               and not read, or of reads that wait.",
        when: "From CreateNamedPipe until both ends are closed. Each end is a file object; a disconnected client's is an \
               end of nothing.",
        seen: "check LABEL.NamedPipeState == FILE_PIPE_CONNECTED_STATE, LABEL.ReadDataAvailable.",
        life: &["NpFsdCreate", "NpListen", "NpDisconnect", "NpFsdCleanup"],
        also: &["FCB", "NP_DATA_QUEUE_ENTRY", "npfs", "FILE_OBJECT", "NamedPipeState"],
        sources: "ReactOS drivers/filesystems/npfs/npfs.h, statesup.c",
    },
    Structure {
        name: "NP_DATA_QUEUE_ENTRY",
        kind: Kind::DataEntry,
        what: "What waits in a queue of a pipe: bytes that were written, a read, or a flush.",
        when: "Until it is read, written for, flushed or cancelled.",
        seen: "check LABEL.ReadDataAvailable == 5; At the end of a run, what a request waits for.",
        life: &["NpCommonRead", "NpCommonWrite", "NpAddDataQueueEntry", "NpCancelIrp"],
        also: &["CCB", "npfs"],
        sources: "ReactOS drivers/filesystems/npfs/npfs.h, datasup.c",
    },
    Structure {
        name: "SECTION",
        kind: Kind::Section,
        what: "What handles to a section (in Win32 a file mapping) lead to.",
        when: "As long as the object. A view does not hold it.",
        seen: "section = CreateFileMapping(file, 0); check section.PointerCount == 1.",
        life: &["NtCreateSection", "NtMapViewOfSection", "ObpDeleteObject"],
        also: &["CONTROL_AREA", "MMVAD", "OBJECT_HEADER", "CreateFileMapping"],
        sources: "Win32, CreateFileMapping; ReactOS mm/section.c",
    },
    Structure {
        name: "CONTROL_AREA",
        kind: Kind::ControlArea,
        what: "What all sections and views of one file share. It holds one reference on the file object of the first \
               section, for all of them.",
        when: "From a file's first section, the cache manager's among them, until the memory manager trims it. That of a \
               section that the paging file backs goes with its last section and view.",
        seen: "check object(file).PointerCount == 1 after every handle and view is gone; system trims file.",
        life: &["NtCreateSection", "NtUnmapViewOfSection", "MiDereferenceSegmentThread"],
        also: &[
            "SECTION",
            "MMVAD",
            "SHARED_CACHE_MAP",
            "FILE_OBJECT",
            "PointerCount",
            "IRP_MJ_CLOSE",
            "system",
        ],
        sources: "ReactOS kernel tests ntos_mm/MmSection; WDK, IRP_MJ_CLOSE",
    },
    Structure {
        name: "MMVAD",
        kind: Kind::View,
        what: "A view: a section in the address space of a process. It keeps the control area, not the section object.",
        when: "From the call that maps it until it is unmapped or its process ends.",
        seen: "view = MapViewOfFile(section); check mapped(view).",
        life: &["NtMapViewOfSection", "NtUnmapViewOfSection", "PspExitProcess"],
        also: &["CONTROL_AREA", "SECTION", "MapViewOfFile", "UnmapViewOfFile"],
        sources: "WDK, ZwMapViewOfSection; ReactOS ps/kill.c",
    },
    Structure {
        name: "NOTIFY_CHANGE",
        kind: Kind::Notify,
        what: "What a file system keeps of a directory that is watched through a file object: what the first request asked \
               for, and what has changed since the last one.",
        when: "From the file object's first request to its IRP_MJ_CLEANUP.",
        seen: "r = ReadDirectoryChangesW(dir, 1024, FILE_NOTIFY_CHANGE_FILE_NAME); check r.Information == 16.",
        life: &["FsRtlNotifyFullChangeDirectory", "FsRtlNotifyFullReportChange", "FsRtlNotifyCleanup"],
        also: &["IRP_MJ_DIRECTORY_CONTROL", "FILE_OBJECT", "STATUS_NOTIFY_ENUM_DIR", "STATUS_NOTIFY_CLEANUP"],
        sources: "WDK, FsRtlNotifyFullChangeDirectory; Win32, ReadDirectoryChangesW",
    },
    Structure {
        name: "SHARED_CACHE_MAP",
        kind: Kind::CacheMap,
        what: "What the cache manager keeps of a file that is read or written through the cache. It holds the file object \
               of the first cached request, and has a section of the file.",
        when: "From the first cached read or write until the lazy writer finds it clean and without users.",
        seen: "check cached(file) and dirty(file); system writes file.",
        life: &["FsdReadWrite", "CcWorkerThread"],
        also: &["CONTROL_AREA", "FILE_OBJECT", "cached_ntfs", "IRP_MJ_CLEANUP", "system"],
        sources: "WDK, CcInitializeCacheMap, CcUninitializeCacheMap",
    },
    Structure {
        name: "SCB",
        kind: Kind::Scb,
        what: "A file or directory of a volume: its path, how long it is, and the file objects that it is open through. \
               Whether it is to be deleted is said here, so every file object sees the same.",
        when: "From its creation until it is deleted and the last file object that leads to it has seen IRP_MJ_CLOSE.",
        seen: "NtQueryInformationFile(FileStandardInformation) tells its size and DeletePending.",
        life: &["NtfsFsdCreate", "NtfsFsdCleanup", "NtfsFsdClose"],
        also: &["ntfs", "FILE_OBJECT", "CreateFile", "IRP_MJ_CLEANUP"],
        sources: "WDK, FILE_STANDARD_INFORMATION; Microsoft, Windows-driver-samples, filesys/fastfat/fatstruc.h",
    },
    Structure {
        name: "FILE_LOCK_INFO",
        kind: Kind::FileLock,
        what: "A byte range of a file that a process has locked through a file object.",
        when: "From LockFileEx until UnlockFileEx, or until the process closes its last handle to the file object.",
        seen: "A read, write or lock through another file object fails with ERROR_LOCK_VIOLATION.",
        life: &["NtfsCommonLockControl", "NtfsFsdCleanup"],
        also: &["SCB", "LockFileEx", "UnlockFileEx"],
        sources: "WDK, FILE_LOCK_INFO; MS-FSA 2.1.1.10",
    },
];

const OVERLAPPED: Structure = Structure {
    name: "IO_STATUS_BLOCK",
    kind: Kind::Iosb,
    what: "Where a request reports how it ended: Status and Information. It begins an OVERLAPPED, where they are called \
           Internal and InternalHigh.",
    when: "It is the program's own memory, and must stay until the request has ended: the system writes it then, even if \
           the handle was closed meanwhile.",
    seen: "The label of a request is its OVERLAPPED: check LABEL.Status == STATUS_PENDING; HeapFree(LABEL) frees it.",
    life: &["NtReadFile", "IopCompleteRequest", "NtRemoveIoCompletion"],
    also: &["IRP", "GetOverlappedResult", "HeapFree", "MEMORY_FREED_WHILE_IN_USE"],
    sources: "Win32, OVERLAPPED; WDK, IO_STATUS_BLOCK",
};

/// The structures that have a page.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    STRUCTURES.iter().map(|structure| structure.name)
}

/// The structures whose pages lead to that of a name.
pub(super) fn leading_to(name: &str) -> impl Iterator<Item = &'static str> {
    STRUCTURES.iter().filter(move |structure| structure.also.contains(&name)).map(|structure| structure.name)
}

/// The page on a structure, if there is one of that name.
pub(super) fn page(name: &str) -> Option<Page> {
    let Structure { kind, what, when, seen, life, also, sources, .. } =
        STRUCTURES.iter().find(|structure| structure.name == name)?;
    let mut page = Page::new("structure", name, *what);
    page.section("When there is one", [("", *when)]);
    page.section("Where it is seen", [("", *seen)]);
    let first = |name: &&'static str| {
        let about =
            routines(name).next().and_then(|routine| Prose::of(routine.text).about.into_iter().next());
        (*name, about.unwrap_or_default())
    };
    page.section("Its life", life.iter().map(first));
    let fields = || Kernel::fields(*kind).iter().chain(Kernel::lists(*kind));
    let text = |field: &FieldInfo| Prose::of(field.text).about.join(" ");
    page.section(
        "Fields",
        fields().filter(|field| !field.name.is_empty()).map(|field| (field.name, text(field))),
    );
    let others = fields().filter(|field| field.name.is_empty()).map(|field| ("", text(field)));
    page.section("What else the model keeps of it", others.filter(|row| !row.1.is_empty()));
    see_also(&mut page, also.iter().chain(*life).copied().collect());
    page.section("Sources", [("", *sources)]);
    Some(page)
}
