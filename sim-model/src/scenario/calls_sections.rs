//! The calls of sections and views.

use crate::lang::{Binds, ParamKind, ParamSpec};
use crate::scenario::calls::{Answer, CallRow, ServiceName, may, needs, row};
use crate::scenario::calls_names::{FLAGS, MAP_ACCESS, NAME, ROOT, SECTION_ACCESS, WIN32_NAME};

use ParamKind::{Handle as H, Number as N};

/// The page protections that a section can be asked for.
const PROTECTION: ParamKind = ParamKind::Name(&[
    "PAGE_READWRITE",
    "PAGE_READONLY",
    "PAGE_WRITECOPY",
    "PAGE_EXECUTE_READ",
    "PAGE_EXECUTE_READWRITE",
    "PAGE_NOACCESS",
    "PAGE_GUARD",
]);
const VIEW: ParamSpec = needs("lpBaseAddress", "view", ParamKind::View);

/// Their rows.
pub(super) const SECTIONS: [CallRow; 6] = [
    row(
        "CreateFileMapping",
        &[
            needs("hFile", "file", H),
            needs("dwMaximumSizeLow", "size", N),
            WIN32_NAME,
            may("flProtect", "protect", PROTECTION),
        ],
        Binds::Handle,
        ServiceName::CreateSection,
        Answer::HandleOrNull,
        "creates a section of a file, or one that the paging file backs",
    ),
    row(
        "NtCreateSection",
        &[
            needs("MaximumSize", "size", N),
            NAME,
            ROOT,
            FLAGS,
            may("DesiredAccess", "access", SECTION_ACCESS),
            may("FileHandle", "file", H),
            may("SectionPageProtection", "protect", PROTECTION),
        ],
        Binds::Handle,
        ServiceName::CreateSection,
        Answer::Status,
        "creates a section of a file, or one that the paging file backs",
    ),
    row(
        "MapViewOfFile",
        &[needs("hFileMappingObject", "section", H), may("dwDesiredAccess", "access", MAP_ACCESS)],
        Binds::View,
        ServiceName::MapView,
        Answer::View,
        "maps a view of a section into the calling process",
    ),
    row(
        "NtMapViewOfSection",
        &[
            needs("SectionHandle", "section", H),
            may("Win32Protect", "protect", ParamKind::Name(&["PAGE_READONLY", "PAGE_READWRITE"])),
        ],
        Binds::View,
        ServiceName::MapView,
        Answer::Status,
        "maps a view of a section into the calling process",
    ),
    row(
        "UnmapViewOfFile",
        &[VIEW],
        Binds::Nothing,
        ServiceName::UnmapView,
        Answer::Bool,
        "unmaps a view of the calling process",
    ),
    row(
        "NtUnmapViewOfSection",
        &[needs("BaseAddress", "view", ParamKind::View)],
        Binds::Nothing,
        ServiceName::UnmapView,
        Answer::Status,
        "unmaps a view of the calling process",
    ),
];
