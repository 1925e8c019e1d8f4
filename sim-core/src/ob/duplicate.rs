//! ObDuplicateObject: a second handle to what a handle names, in any process.

use crate::frame::{Next, Returned, Routine, steps};
use crate::kernel::Kernel;
use crate::ob::close::ObpCloseHandle;
use crate::ob::create::{ObpCreateHandle, ObpIncrementHandleCount, OpenReason};
use crate::ob::header::Object;
use crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use crate::ob::table::{AUDIT, INHERIT, KERNEL_HANDLE};
use crate::ob::types::ObjectType;
use crate::ps::process::Process;
use crate::ps::thread::{Mode, Thread};
use crate::status::NtStatus;
use crate::word::{Access, Handle, Id, Word};

/// DUPLICATE_CLOSE_SOURCE: the source is closed, also if the duplicate fails.
pub const DUPLICATE_CLOSE_SOURCE: u8 = 1;
/// DUPLICATE_SAME_ACCESS: the access asked for is passed over; the source's is granted.
pub const DUPLICATE_SAME_ACCESS: u8 = 2;
/// DUPLICATE_SAME_ATTRIBUTES: the attributes asked for are passed over; the source's are taken, but not its
/// protection from close.
pub const DUPLICATE_SAME_ATTRIBUTES: u8 = 4;
/// The caller's variable for the new handle cannot be written. No bit of Windows: it stands for user memory, which the
/// model does not have.
pub const UNWRITABLE_TARGET_HANDLE: u8 = 0x80;

/// What a duplicate asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// DesiredAccess, unless [`DUPLICATE_SAME_ACCESS`].
    pub access: Access,
    /// [`INHERIT`] and [`KERNEL_HANDLE`], unless [`DUPLICATE_SAME_ATTRIBUTES`].
    pub attributes: u8,
    /// DUPLICATE_… bits.
    pub options: u8,
}

impl Wanted {
    /// DUPLICATE_SAME_ACCESS, with these attributes; closes the source if `close`.
    pub const fn same_access(attributes: u8, close: bool) -> Wanted {
        let options = DUPLICATE_SAME_ACCESS | if close { DUPLICATE_CLOSE_SOURCE } else { 0 };
        Wanted { access: Access(0), attributes, options }
    }

    pub(crate) const fn has(self, option: u8) -> bool {
        self.options & option != 0
    }
}

impl Word for Wanted {
    const KIND: crate::word::WordKind = crate::word::WordKind::Mask;
    fn to_word(self) -> u64 {
        u64::from(self.access.0) << 16 | u64::from(self.attributes) << 8 | u64::from(self.options)
    }
    fn from_word(word: u64) -> Self {
        Wanted { access: Access((word >> 16) as u32), attributes: (word >> 8) as u8, options: word as u8 }
    }
}

steps! {
    /// ObDuplicateObject: a second handle to the same object, in any process.
    ///
    /// With DUPLICATE_CLOSE_SOURCE the source is closed after the object's handle was counted for the target and before
    /// its entry is made, so HandleCount never drops to zero on the way and a duplicate within one process gets the
    /// source's value. It is closed also if the duplicate fails, and stays open if it is protected from close. Without
    /// a target the source is only closed. Errors: STATUS_ACCESS_VIOLATION if the caller's variable for the new handle
    /// cannot be written, before anything is done; STATUS_INVALID_HANDLE, STATUS_PROCESS_IS_TERMINATING,
    /// STATUS_INVALID_PARAMETER (no target and nothing to close), STATUS_ACCESS_DENIED, STATUS_UNSUCCESSFUL,
    /// STATUS_INSUFFICIENT_RESOURCES. Sources: ReactOS ob/obhandle.c; WDK, ZwDuplicateObject; Win32, DuplicateHandle;
    /// Wine kernel32/tests/process.c, test_DuplicateHandle.
    ///
    /// ```
    /// use sim_core::nt::create_object::NtCreateEvent;
    /// use sim_core::ob::attributes::ObjectAttributes;
    /// use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
    /// use sim_core::ob::open::MAXIMUM_ALLOWED;
    /// use sim_core::ps::schedule::Progress;
    /// use sim_core::{Handle, Kernel};
    ///
    /// let mut k = Kernel::new(Default::default());
    /// let app = k.create_process("app");
    /// let main = k.create_thread(app, "main");
    /// k.start(main, NtCreateEvent::Create { attributes: ObjectAttributes::UNNAMED, access: MAXIMUM_ALLOWED, manual_reset: true, signaled: false });
    /// k.run(main);
    /// let (handle, wanted) = (Handle(4), Wanted::same_access(0, true));
    /// k.start(main, ObDuplicateObject::Reference { source: app, handle, target: Some(app), wanted });
    /// let Progress::Idle(Some(made)) = k.run(main) else { panic!("the duplicate returns") };
    /// assert_eq!(made.value.handle(), handle, "the source was closed, and its value was free");
    /// ```
    pub enum ObDuplicateObject = "ObDuplicateObject" {
        Reference { source: Id<Process>, handle: Handle, target: Option<Id<Process>>, wanted: Wanted }
            = "enter", "reference the object by the source handle; the new handle will keep this reference";
        Count { source: Id<Process>, handle: Handle, target: Option<Id<Process>>, wanted: Wanted }
            = "count", "the source names an object: count a handle for the target";
        CloseSource { object: Id<Object>, source: Id<Process>, handle: Handle, target: Id<Process>, wanted: Wanted }
            = "close", "the handle is counted: close the source, if asked to";
        Insert { object: Id<Object>, source: Id<Process>, target: Id<Process>, wanted: Wanted,
            failed: Option<Returned> } = "insert", "make the new handle's entry";
        Inserted { object: Id<Object>, source: Id<Process>, target: Id<Process> }
            = "inserted", "the new handle exists";
        Undo { object: Id<Object>, source: Id<Process>, target: Option<Id<Process>>, returned: Returned }
            = "undo", "no handle was made: drop the reference";
        Return { source: Id<Process>, target: Option<Id<Process>>, returned: Returned }
            = "return", "let both processes' handle tables go and return the new handle";
    }
}

impl Routine for ObDuplicateObject {
    fn is_local(self, _k: &Kernel, _thread: Id<Thread>) -> bool {
        matches!(
            self,
            Self::CloseSource { .. } | Self::Insert { .. } | Self::Inserted { .. } | Self::Undo { .. }
        )
    }

    fn step(self, k: &mut Kernel, thread: Id<Thread>) -> Next {
        match self {
            Self::Reference { source, handle, target, wanted } => {
                if wanted.has(UNWRITABLE_TARGET_HANDLE) {
                    return Next::fail(NtStatus::ACCESS_VIOLATION);
                }
                if !k.acquire_rundown(source) {
                    return Next::fail(NtStatus::PROCESS_IS_TERMINATING);
                }
                let (purpose, process) = (Purpose::Handle, source);
                let by_handle = ObReferenceObjectByHandle::LockEntry {
                    process,
                    handle,
                    wanted: None,
                    access: Access(0),
                    purpose,
                };
                Next::call(Self::Count { source, handle, target, wanted }, by_handle)
            }
            Self::Count { source, handle, target, wanted } => {
                k.count_duplicate(thread, source, handle, target, wanted)
            }
            Self::CloseSource { object, source, handle, target, wanted } => {
                let failed = Some(k.take_returned(thread)).filter(|returned| returned.status.is_error());
                let resume = Self::Insert { object, source, target, wanted, failed };
                if !wanted.has(DUPLICATE_CLOSE_SOURCE) {
                    return Next::goto(resume);
                }
                Next::call(resume, k.close_source(thread, source, handle))
            }
            Self::Insert { object, source, target, wanted, failed } => {
                k.forget_returned(thread);
                match failed {
                    Some(returned) => {
                        Next::goto(Self::Undo { object, source, target: Some(target), returned })
                    }
                    None => {
                        let (process, access, attributes) = (target, wanted.access, wanted.attributes);
                        let insert = ObpCreateHandle::Insert { object, process, access, attributes };
                        Next::call(Self::Inserted { object, source, target }, insert)
                    }
                }
            }
            Self::Inserted { object, source, target } => {
                let returned = k.take_returned(thread);
                if returned.status.is_error() {
                    return Next::goto(Self::Undo { object, source, target: Some(target), returned });
                }
                Next::goto(Self::Return { source, target: Some(target), returned })
            }
            Self::Undo { object, source, target, returned } => Next::call(
                Self::Return { source, target, returned },
                ObDereferenceObject::Drop { object, purpose: Purpose::Handle },
            ),
            Self::Return { source, target, returned } => {
                k.forget_returned(thread);
                k.release_rundown(source);
                target.into_iter().for_each(|target| k.release_rundown(target));
                Next::Return(returned)
            }
        }
    }
}

impl Kernel {
    fn count_duplicate(
        &mut self,
        thread: Id<Thread>,
        source: Id<Process>,
        handle: Handle,
        target: Option<Id<Process>>,
        wanted: Wanted,
    ) -> Next {
        let returned = self.take_returned(thread);
        if returned.status.is_error() {
            return Next::goto(ObDuplicateObject::Return { source, target: None, returned });
        }
        let object: Id<Object> = returned.value.object();
        let (granted, attributes) = (self[thread].handle_information, self[thread].handle_attributes);
        self.set(thread, Thread::HANDLE_INFORMATION, Access(0), "");
        self.set(thread, Thread::HANDLE_ATTRIBUTES, 0, "");
        let close = wanted.has(DUPLICATE_CLOSE_SOURCE);
        let target = match target {
            Some(target) if self.acquire_rundown(target) => Ok(target),
            Some(_) => Err(NtStatus::PROCESS_IS_TERMINATING),
            None if close => Err(NtStatus::SUCCESS),
            None => Err(NtStatus::INVALID_PARAMETER),
        };
        let target = match target {
            Ok(target) => target,
            Err(status) => {
                let returned = Returned::status(status);
                let undo = ObDuplicateObject::Undo { object, source, target: None, returned };
                return match close {
                    true => Next::call(undo, self.close_source(thread, source, handle)),
                    false => Next::goto(undo),
                };
            }
        };
        let answered = self.granted(thread, object, target, granted, attributes, wanted);
        let (wanted, refused) = match answered {
            Ok(wanted) => (wanted, None),
            Err(status) => (wanted, Some(status)),
        };
        let resume = ObDuplicateObject::CloseSource { object, source, handle, target, wanted };
        match refused {
            None => {
                let (access, attributes, reason) = (wanted.access, wanted.attributes, OpenReason::Duplicate);
                let count =
                    ObpIncrementHandleCount::Count { object, process: target, access, attributes, reason };
                Next::call(resume, count)
            }
            Some(status) => {
                self.set(thread, Thread::RETURNED, Some(Returned::status(status)), "");
                Next::goto(resume)
            }
        }
    }

    /// The close of the source: not forced, and its result does not count.
    fn close_source(&self, thread: Id<Thread>, source: Id<Process>, handle: Handle) -> ObpCloseHandle {
        let (process, handle) =
            self.resolve_handle(self.previous_mode(thread), source, handle).unwrap_or((source, handle));
        ObpCloseHandle::LockEntry { process, handle, forced: false }
    }

    /// The access and the attributes that the new handle gets.
    fn granted(
        &self,
        thread: Id<Thread>,
        object: Id<Object>,
        target: Id<Process>,
        granted: Access,
        attributes: u8,
        wanted: Wanted,
    ) -> Result<Wanted, NtStatus> {
        let object_type = self.object_type(object);
        let access = match wanted.has(DUPLICATE_SAME_ACCESS) {
            true => granted,
            false => object_type.map_generic(wanted.access),
        };
        let more = !granted.grants(access);
        if more && !(object_type.has_default_security() && self.valid_access(object).grants(access)) {
            return Err(NtStatus::ACCESS_DENIED);
        }
        let attributes = match wanted.has(DUPLICATE_SAME_ATTRIBUTES) {
            true => attributes & (INHERIT | AUDIT) | wanted.attributes & KERNEL_HANDLE,
            false => wanted.attributes & (INHERIT | KERNEL_HANDLE),
        };
        let kernel = attributes & KERNEL_HANDLE != 0 && self.previous_mode(thread) == Mode::Kernel;
        let to_system = target == self.system_process();
        if kernel && !to_system && self.profile().refuses_kernel_handle_to_user {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let attributes = if kernel && to_system { attributes } else { attributes & !KERNEL_HANDLE };
        Ok(Wanted { access, attributes, ..wanted })
    }
}

impl ObjectType {
    /// The type's generic mapping.
    ///
    /// Source: MS-DTYP and Win32, "Standard Access Rights": generic rights stand for standard and specific ones.
    pub const fn map_generic(self, access: Access) -> Access {
        const READ_CONTROL: u32 = 0x0002_0000;
        const SYNCHRONIZE: u32 = 0x0010_0000;
        let (read, write, execute) = match self {
            ObjectType::File | ObjectType::Device => (0x12_0089, 0x12_0116, 0x12_00A0),
            _ => (READ_CONTROL | 1, READ_CONTROL | 2, READ_CONTROL | SYNCHRONIZE),
        };
        let all = self.rules().valid_access.0 & !self.beyond_generic_all().0;
        let mut mapped = access.0 & 0x0FFF_FFFF;
        let generic = [(31, read), (30, write), (29, execute), (28, all)];
        let mut at = 0;
        while at < generic.len() {
            mapped |= if access.0 >> generic[at].0 & 1 == 1 { generic[at].1 } else { 0 };
            at += 1;
        }
        Access(mapped)
    }

    /// Its objects have the object manager's own security, which grants everything to whoever made them.
    ///
    /// Source: ReactOS kernel test ntos_ob/ObTypes.c: File, Device and Key have their own.
    const fn has_default_security(self) -> bool {
        !matches!(self, ObjectType::File | ObjectType::Device | ObjectType::Opaque)
    }
}
