//! What queries answer: the structures that a program gets back from NtQueryObject and its kin.

use alloc::string::String;
use alloc::vec::Vec;

use crate::kernel::Kernel;
use crate::ob::directory::NameStart;
use crate::ob::header::{Body, Object};
use crate::ob::types::ObjectType;
use crate::profile::Arch;
use crate::record::record;
use crate::status::NtStatus;
use crate::word::{Access, Id, Name, Word, word_enum};

word_enum! {
    /// What is asked.
    pub enum InformationClass {
        /// Attributes, granted access and counts.
        Basic = "ObjectBasicInformation",
        /// The object's name.
        Name = "ObjectNameInformation",
        /// The object's type, and how many objects and handles of it there are.
        Type = "ObjectTypeInformation",
        /// How many handles a process has open.
        ProcessHandleCount = "ProcessHandleCount",
        /// How a process has ended.
        ProcessBasic = "ProcessBasicInformation",
        /// The image of a process; here only that there is one, until the process is ending.
        ProcessImage = "ProcessImageInformation",
        /// How a thread has ended.
        ThreadBasic = "ThreadBasicInformation",
        /// How long a file is, and whether it is to be deleted.
        FileStandard = "FileStandardInformation",
        /// Which FILE_SKIP_ modes of a file object are set.
        FileModes = "FileIoCompletionNotificationInformation",
        /// The sizes of an I/O ring's queues.
        IoRing = "IORING_INFO",
    }
}

record! {
    /// What a query answered, in user memory. It holds no reference on anything.
    pub struct Information: Information {
        /// What was asked.
        CLASS class: InformationClass as "class",
        /// The handle's attributes: OBJ_PROTECT_CLOSE 1, OBJ_INHERIT 2.
        ATTRIBUTES attributes: u8 as "Attributes",
        /// The access that the handle grants.
        GRANTED_ACCESS granted_access: Access as "GrantedAccess",
        /// Open handles to the object; for ProcessHandleCount, open handles of the process.
        HANDLE_COUNT handle_count: u32 as "HandleCount",
        /// The references in the object's header while the query held one of them: since Windows 8 with those that
        /// handle-table entries took in advance.
        POINTER_COUNT pointer_count: u64 as "PointerCount",
        /// Where the object's full name begins; none if it has no name.
        NAME_START name_start: Option<NameStart>,
        /// The type's name.
        OBJECT_TYPE object_type: ObjectType as "TypeName",
        /// Objects of the type.
        TOTAL_OBJECTS total_objects: u32 as "TotalNumberOfObjects",
        /// Handles to objects of the type.
        TOTAL_HANDLES total_handles: u32 as "TotalNumberOfHandles",
        /// How a process or thread has ended; 259 (STATUS_PENDING, STILL_ACTIVE to Win32) before that.
        EXIT_STATUS exit_status: u32 as "ExitStatus",
        /// The most objects of the type that there were; 0 if nobody asks for it.
        HIGH_OBJECTS high_objects: u32 as "HighWaterNumberOfObjects",
        /// The most handles to them that there were; 0 if nobody asks for it.
        HIGH_HANDLES high_handles: u32 as "HighWaterNumberOfHandles",
        /// How many bytes the answer takes.
        RETURN_LENGTH return_length: u32 as "ReturnLength",
        /// How many bytes a file has.
        END_OF_FILE end_of_file: u64 as "EndOfFile",
        /// A file is to be deleted.
        DELETE_PENDING delete_pending: bool as "DeletePending",
        /// A file is a directory.
        DIRECTORY directory: bool as "Directory",
        /// The FILE_SKIP_ modes of a file object.
        FLAGS flags: u8 as "Flags",
        /// The entries that a ring's submission queue has room for.
        SUBMISSION_QUEUE_SIZE submission_queue_size: u32 as "SubmissionQueueSize",
        /// The entries that a ring's completion queue has room for.
        COMPLETION_QUEUE_SIZE completion_queue_size: u32 as "CompletionQueueSize",
    }
    lists {
        /// The components of the object's full name.
        NAME name: Name as "Name",
    }
}

/// A value in the answer of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// A number or a mask.
    Number(u64),
    /// A name.
    Text(String),
}

impl InformationClass {
    /// The fields of the answer; high-water marks are known only if something asks for them.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            InformationClass::Basic => &["HandleCount", "PointerCount", "Attributes", "GrantedAccess"],
            InformationClass::Name => &["Name"],
            InformationClass::Type => &[
                "TypeName",
                "TotalNumberOfObjects",
                "TotalNumberOfHandles",
                "HighWaterNumberOfObjects",
                "HighWaterNumberOfHandles",
            ],
            InformationClass::ProcessHandleCount => &["HandleCount"],
            InformationClass::ProcessBasic | InformationClass::ThreadBasic => &["ExitStatus"],
            InformationClass::ProcessImage => &[],
            InformationClass::FileStandard => &["EndOfFile", "DeletePending", "Directory"],
            InformationClass::FileModes => &["Flags"],
            InformationClass::IoRing => &["SubmissionQueueSize", "CompletionQueueSize"],
        }
    }
}

impl Information {
    pub(crate) const fn of(class: InformationClass, object_type: ObjectType) -> Information {
        Information {
            class,
            attributes: 0,
            granted_access: Access(0),
            handle_count: 0,
            pointer_count: 0,
            name_start: None,
            object_type,
            total_objects: 0,
            total_handles: 0,
            exit_status: 0,
            high_objects: 0,
            high_handles: 0,
            return_length: 0,
            end_of_file: 0,
            delete_pending: false,
            directory: false,
            flags: 0,
            submission_queue_size: 0,
            completion_queue_size: 0,
            name: Vec::new(),
        }
    }
}

impl Information {
    pub(crate) fn named(self, start: NameStart, name: &[Name]) -> Information {
        let name = name.iter().map(|component| component.to_word() as u32).collect();
        Information { name_start: Some(start), name, ..self }
    }
}

impl Kernel {
    /// Where the name begins that ObjectNameInformation gives, and its components. A file has the name of its device.
    pub(crate) fn queried_name(&self, object: Id<Object>) -> Option<(NameStart, Vec<Name>)> {
        match self[object].body {
            Body::File(file) => self.name_components(self[self[file].device?].object),
            _ => self.name_components(object),
        }
    }

    fn answered_name(&self, answer: &Information) -> String {
        let name = |start| self.joined_name(start, Information::NAME.of(answer));
        answer.name_start.map_or_else(String::new, name)
    }

    /// What an answer says in a field; none if that is not a field of its class.
    pub fn answered(&self, answer: Id<Information>, field: &str) -> Option<Answered> {
        use Answered::{Number, Text};
        let answer = &self[answer];
        Some(match (answer.class, field) {
            (_, "ReturnLength") => Number(u64::from(answer.return_length)),
            (InformationClass::Name, "Name") => Text(self.answered_name(answer)),
            (InformationClass::Type, "TypeName") => Text(answer.object_type.name().into()),
            (InformationClass::Type, "TotalNumberOfObjects") => Number(u64::from(answer.total_objects)),
            (InformationClass::Type, "TotalNumberOfHandles") => Number(u64::from(answer.total_handles)),
            (InformationClass::Type, "HighWaterNumberOfObjects") if self.profile().high_water => {
                Number(u64::from(answer.high_objects))
            }
            (InformationClass::Type, "HighWaterNumberOfHandles") if self.profile().high_water => {
                Number(u64::from(answer.high_handles))
            }
            (InformationClass::Basic, "Attributes") => Number(u64::from(answer.attributes)),
            (InformationClass::Basic, "GrantedAccess") => Number(u64::from(answer.granted_access.0)),
            (InformationClass::Basic, "PointerCount") => Number(answer.pointer_count),
            (InformationClass::Basic | InformationClass::ProcessHandleCount, "HandleCount") => {
                Number(u64::from(answer.handle_count))
            }
            (InformationClass::ProcessBasic | InformationClass::ThreadBasic, "ExitStatus") => {
                Number(u64::from(answer.exit_status))
            }
            (InformationClass::FileStandard, "EndOfFile") => Number(answer.end_of_file),
            (InformationClass::FileStandard, "DeletePending") => Number(u64::from(answer.delete_pending)),
            (InformationClass::FileStandard, "Directory") => Number(u64::from(answer.directory)),
            (InformationClass::FileModes, "Flags") => Number(u64::from(answer.flags)),
            (InformationClass::IoRing, "SubmissionQueueSize") => {
                Number(u64::from(answer.submission_queue_size))
            }
            (InformationClass::IoRing, "CompletionQueueSize") => {
                Number(u64::from(answer.completion_queue_size))
            }
            _ => return None,
        })
    }

    /// STATUS_SUCCESS and how many bytes an answer takes, or why a buffer of `length` bytes is refused.
    ///
    /// Sizes: WDK, PUBLIC_OBJECT_BASIC_INFORMATION, OBJECT_NAME_INFORMATION, PUBLIC_OBJECT_TYPE_INFORMATION; those of
    /// PROCESS_BASIC_INFORMATION and its kin follow the structures of the public headers. Rules:
    /// Wine ntdll/tests/om.c, test_query_object; ReactOS ob/oblife.c, ob/obname.c.
    pub(crate) fn information_length(
        &self,
        object: Id<Object>,
        class: InformationClass,
        length: Option<u64>,
    ) -> (NtStatus, u32) {
        let x64 = self.profile().arch == Arch::X64;
        let (string, type_information) = if x64 { (16, 104) } else { (8, 96) };
        // A string is followed by a null character.
        let text = |characters: usize| if characters == 0 { 0 } else { 2 * (characters as u32 + 1) };
        let needed = match class {
            InformationClass::Basic => 56,
            InformationClass::Name => {
                let name = self.queried_name(object);
                let name = name.map(|(start, components)| self.joined_name(start, components.into_iter()));
                string + text(name.map_or(0, |name| name.encode_utf16().count()))
            }
            InformationClass::Type => {
                let name = self.object_type(object).name().len();
                (type_information + text(name)).next_multiple_of(4)
            }
            InformationClass::FileStandard => 24,
            InformationClass::ProcessHandleCount | InformationClass::FileModes => 4,
            InformationClass::IoRing => 20,
            InformationClass::ProcessBasic => {
                if x64 {
                    48
                } else {
                    24
                }
            }
            InformationClass::ThreadBasic => {
                if x64 {
                    48
                } else {
                    28
                }
            }
            InformationClass::ProcessImage => {
                if x64 {
                    64
                } else {
                    48
                }
            }
        };
        let given = length.unwrap_or(u64::from(needed));
        let exact = !matches!(
            class,
            InformationClass::Name
                | InformationClass::Type
                | InformationClass::FileStandard
                | InformationClass::FileModes
        );
        let fits = if exact { given == u64::from(needed) } else { given >= u64::from(needed) };
        let cut = class == InformationClass::Name && matches!(self[object].body, Body::File(_));
        let status = match fits {
            true => NtStatus::SUCCESS,
            false if cut && given >= u64::from(string) => NtStatus::BUFFER_OVERFLOW,
            false => NtStatus::INFO_LENGTH_MISMATCH,
        };
        (status, needed)
    }

    /// Lets an answer go that no label names.
    pub fn discard_information(&mut self, information: Id<Information>) {
        self.destroy(information, "");
    }
}
