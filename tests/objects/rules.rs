//! A second reading of the object manager's rules, straight from the sources and without steps: what each call answers,
//! and which handles, references and names there are after it.
//!
//! It shares nothing with the kernel but the names of statuses. Where the sources do not say what happens, it answers
//! nothing, and the call is not made. Sources: the WDK's and Win32's pages on the calls; ReactOS kernel tests
//! ntos_ob/ObReference.c, ObHandle.c, ObType.c, ObInsert.c; Wine ntdll/tests/om.c, kernel32/tests/process.c; ReactOS
//! ob/obref.c, obhandle.c, obname.c.

use sim_core::NtStatus;

use crate::call::*;
use crate::names::Found;
use crate::table::{Entry, Table};

#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) kind: Kind,
    pub(crate) handles: u32,
    /// References: one for each handle, one for the name, one for each that was taken by pointer, and what else holds it.
    pub(crate) references: u32,
    /// Those taken by pointer.
    pub(crate) held: u32,
    /// The directory that the name stands in, and the name.
    pub(crate) name: Option<(usize, String)>,
    /// The name stays without handles.
    pub(crate) permanent: bool,
    pub(crate) target: String,
    pub(crate) deleted: bool,
    /// A thread's process.
    pub(crate) process: Option<usize>,
}

/// What of a Windows version matters here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version {
    /// References that a handle-table entry takes in advance; none before Windows 8.
    pub(crate) batch: Option<u32>,
    /// NtClose of -1 and -2 succeeds.
    pub(crate) closes_pseudo: bool,
    /// A name that another type has is a mismatch, with or without OBJ_OPENIF; so is a root that is no directory.
    pub(crate) names_tell_type: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) version: Version,
    pub(crate) objects: Vec<Object>,
    pub(crate) tables: Vec<Table>,
    /// The object of each process, and of its thread that calls.
    pub(crate) processes: Vec<usize>,
    pub(crate) threads: Vec<usize>,
    pub(crate) born: Vec<bool>,
    pub(crate) ended: Vec<bool>,
}

pub(crate) type Result<T> = std::result::Result<T, Stop>;

/// Why a call goes no further.
pub(crate) enum Stop {
    /// It answers this.
    Status(NtStatus),
    /// The sources do not say what it answers.
    Open,
}

impl From<NtStatus> for Stop {
    fn from(status: NtStatus) -> Stop {
        Stop::Status(status)
    }
}

pub(crate) fn fail<T>(status: NtStatus) -> Result<T> {
    Err(Stop::Status(status))
}

impl Rules {
    /// What a call answers, after doing it; none if the sources do not say. `new` is the value that was given out where
    /// nobody promises which.
    pub(crate) fn call(&mut self, call: &Call, new: Option<u32>) -> Option<Answer> {
        match self.answer(call, new) {
            Ok(answer) => Some(answer),
            Err(Stop::Status(status)) => Some(Answer::status(status)),
            Err(Stop::Open) => None,
        }
    }

    /// Whether this process can make a call.
    pub(crate) fn runs(&self, process: usize) -> bool {
        self.born[process] && !self.ended[process]
    }

    fn answer(&mut self, call: &Call, new: Option<u32>) -> Result<Answer> {
        let done = Ok(Answer::status(NtStatus::SUCCESS));
        match *call {
            Call::Create { process, kind, ref at, ref target } => self.create(process, kind, at, target, new),
            Call::Open { process, kind, ref at, access } => {
                let object = self.named(process, kind, at)?;
                if kind == Kind::Port && at.flags & PERMANENT != 0 {
                    return fail(NtStatus::INVALID_PARAMETER);
                }
                if access & !kind.rights() != 0 {
                    return Err(Stop::Open);
                }
                let handle = self.give(process, object, access, at.flags as u8 & INHERIT, new)?;
                Ok(Answer { handle, ..Answer::status(NtStatus::SUCCESS) })
            }
            Call::Close { process, handle } => {
                self.close(process, handle)?;
                done
            }
            Call::Move { source, handle, target, wanted } => {
                self.duplicate(source, source, handle, target, wanted, new)
            }
            Call::Duplicate { process, source, handle, target, wanted } => {
                self.duplicate_by_handles(process, [source, target], handle, wanted, new)
            }
            Call::SetFlags { process, handle, mask, flags } => {
                let entry = self.tables[process].entry(handle).ok_or(NtStatus::INVALID_HANDLE)?;
                for (flag, attribute) in [(1, INHERIT), (2, PROTECT)] {
                    if mask & flag != 0 {
                        entry.attributes &= !attribute;
                        entry.attributes |= if flags & flag != 0 { attribute } else { 0 };
                    }
                }
                done
            }
            Call::Query { process, handle } => self.query(process, handle),
            Call::Compare { process, handles } => {
                let objects = [
                    self.use_handle(process, handles[0], None, 0)?,
                    self.use_handle(process, handles[1], None, 0)?,
                ];
                match objects[0] == objects[1] {
                    true => done,
                    false => fail(NtStatus::NOT_SAME_OBJECT),
                }
            }
            Call::Permanence { process, handle, permanent } => {
                let access = if permanent { 0 } else { DELETE };
                let object = self.use_handle(process, handle, None, access)?;
                self.objects[object].permanent = permanent;
                self.check_name(object);
                done
            }
            Call::SetEvent { process, handle } => {
                self.use_handle(process, handle, Some(Kind::Event), MODIFY_STATE)?;
                done
            }
            Call::OpenProcess { process, which } => self.open_process(process, which, new),
            Call::CreateProcess { parent, inherits } => self.create_process(parent, inherits),
            Call::End { process } => {
                self.end(process);
                done
            }
            _ => self.answer_of_pointers(call, new),
        }
    }

    fn open_process(&mut self, process: usize, which: usize, new: Option<u32>) -> Result<Answer> {
        let object = self.processes[which];
        if !self.born[which] || self.objects[object].deleted {
            return fail(NtStatus::INVALID_CID);
        }
        let handle = self.give(process, object, Kind::Process.rights(), INHERIT, new)?;
        Ok(Answer { handle, ..Answer::status(NtStatus::SUCCESS) })
    }

    /// What a call answers that opens a file, or that deals in pointers as a driver's do.
    fn answer_of_pointers(&mut self, call: &Call, new: Option<u32>) -> Result<Answer> {
        let done = Ok(Answer::status(NtStatus::SUCCESS));
        match *call {
            Call::Hold { process, handle, kind, access } => {
                let object = self.use_handle(process, handle, kind, access)?;
                self.hold(object);
                done
            }
            Call::HoldByName { process, kind, ref at } => {
                let object = self.named(process, kind, at)?;
                self.hold(object);
                done
            }
            Call::HoldAgain { pick } => {
                let object = self.pick(pick)?;
                self.hold(object);
                done
            }
            Call::Drop { pick } => {
                let object = self.pick(pick)?;
                self.objects[object].held -= 1;
                self.dereference(object);
                done
            }
            Call::Reopen { process, pick } => {
                let object = self.pick(pick)?;
                let Object { kind, handles, .. } = self.objects[object];
                if kind == Kind::File && handles == 0 {
                    return fail(NtStatus::UNSUCCESSFUL);
                }
                let handle = self.give(process, object, kind.rights(), 0, new)?;
                Ok(Answer { handle, ..Answer::status(NtStatus::SUCCESS) })
            }
            Call::OpenFile { process } => {
                let object = self.add(Kind::File);
                let handle = self.give(process, object, Kind::File.rights(), 0, new)?;
                Ok(Answer { handle, ..Answer::status(NtStatus::SUCCESS) })
            }
            _ => unreachable!("every other call is answered: {call:?}"),
        }
    }

    /// One of the objects that are held by pointer.
    pub(crate) fn pick(&self, pick: usize) -> Result<usize> {
        let held: Vec<usize> =
            (0..self.objects.len()).filter(|object| self.objects[*object].held > 0).collect();
        if held.is_empty() { Err(Stop::Open) } else { Ok(held[pick % held.len()]) }
    }

    pub(crate) fn add(&mut self, kind: Kind) -> usize {
        self.objects.push(Object {
            kind,
            handles: 0,
            references: 0,
            held: 0,
            name: None,
            permanent: false,
            target: String::new(),
            deleted: false,
            process: None,
        });
        self.objects.len() - 1
    }

    fn hold(&mut self, object: usize) {
        self.objects[object].held += 1;
        self.objects[object].references += 1;
    }

    /// A new handle, and the reference it holds.
    pub(crate) fn give(
        &mut self,
        process: usize,
        object: usize,
        access: u32,
        attributes: u8,
        new: Option<u32>,
    ) -> Result<u32> {
        self.objects[object].handles += 1;
        self.objects[object].references += 1;
        Ok(self.tables[process].add(Entry { object, access, attributes, credit: 0 }, new))
    }

    fn create(
        &mut self,
        process: usize,
        kind: Kind,
        at: &At,
        target: &str,
        new: Option<u32>,
    ) -> Result<Answer> {
        if kind == Kind::Port && at.flags & PERMANENT != 0 {
            return fail(NtStatus::INVALID_PARAMETER);
        }
        let attributes = at.flags as u8 & INHERIT;
        let found = if at.path.is_some() { Some(self.look_up(process, kind, at)?) } else { None };
        if let Some(Found::Object(object)) = found {
            let mismatch = self.objects[object].kind != kind;
            let opens = at.flags & OPENIF != 0;
            return match (opens, mismatch) {
                (true, false) => {
                    let handle = self.give(process, object, kind.rights(), attributes, new)?;
                    Ok(Answer { handle, ..Answer::status(NtStatus::OBJECT_NAME_EXISTS) })
                }
                (true, true) => fail(NtStatus::OBJECT_TYPE_MISMATCH),
                (false, true) if self.version.names_tell_type => fail(NtStatus::OBJECT_TYPE_MISMATCH),
                (false, _) => fail(NtStatus::OBJECT_NAME_COLLISION),
            };
        }
        let object = self.add(kind);
        self.objects[object].target = target.into();
        if let Some(Found::Nothing { directory, name }) = found {
            self.objects[object].name = Some((directory, name));
            self.objects[object].permanent = at.flags & PERMANENT != 0;
            self.objects[object].references += 1;
            self.objects[directory].references += 1;
        }
        let handle = self.give(process, object, kind.rights(), attributes, new)?;
        Ok(Answer { handle, ..Answer::status(NtStatus::SUCCESS) })
    }

    /// The object of that name and type.
    fn named(&mut self, process: usize, kind: Kind, at: &At) -> Result<usize> {
        match self.look_up(process, kind, at)? {
            Found::Object(object) if self.objects[object].kind == kind => Ok(object),
            Found::Object(_) => fail(NtStatus::OBJECT_TYPE_MISMATCH),
            Found::Nothing { .. } => fail(NtStatus::OBJECT_NAME_NOT_FOUND),
        }
    }

    /// A reference by handle that ends with the call: the object, and what the entry pays for it.
    pub(crate) fn use_handle(
        &mut self,
        process: usize,
        handle: u32,
        kind: Option<Kind>,
        access: u32,
    ) -> Result<usize> {
        let pseudo = self.pseudo(process, handle);
        let (object, granted) = match pseudo {
            Some(object) => (object, self.objects[object].kind.rights()),
            None => {
                let entry = self.tables[process].entry(handle).ok_or(NtStatus::INVALID_HANDLE)?;
                (entry.object, entry.access)
            }
        };
        if kind.is_some_and(|kind| kind != self.objects[object].kind) {
            return fail(NtStatus::OBJECT_TYPE_MISMATCH);
        }
        if access & !granted != 0 {
            return fail(NtStatus::ACCESS_DENIED);
        }
        if let (None, Some(batch)) = (pseudo, self.version.batch) {
            let entry = self.tables[process].entry(handle).expect("it was looked up");
            // The first use takes the batch for those that follow; each of those is paid by one.
            entry.credit = entry.credit.checked_sub(1).unwrap_or(batch);
        }
        Ok(object)
    }

    fn pseudo(&self, process: usize, handle: u32) -> Option<usize> {
        match handle as i32 {
            -1 => Some(self.processes[process]),
            -2 => Some(self.threads[process]),
            _ => None,
        }
    }

    fn query(&mut self, process: usize, handle: u32) -> Result<Answer> {
        let object = self.use_handle(process, handle, None, 0)?;
        let (attributes, access) = match self.tables[process].entry(handle) {
            Some(entry) => (entry.attributes, entry.access),
            None => (0, 0),
        };
        let Object { kind, handles, references, .. } = self.objects[object];
        let in_advance: u64 = self.tables.iter().map(|table| table.credit(object)).sum();
        let known = !matches!(kind, Kind::Process | Kind::Thread);
        let basic = Basic {
            attributes,
            access: known.then_some(access),
            handles,
            pointers: u64::from(references) + 1 + in_advance,
        };
        Ok(Answer { basic: Some(basic), ..Answer::status(NtStatus::SUCCESS) })
    }

    pub(crate) fn close(&mut self, process: usize, handle: u32) -> Result<()> {
        if matches!(handle as i32, -6..=-1) && self.version.closes_pseudo {
            return Ok(());
        }
        let entry = self.tables[process].entry(handle).ok_or(NtStatus::INVALID_HANDLE)?;
        if entry.attributes & PROTECT != 0 {
            return fail(NtStatus::HANDLE_NOT_CLOSABLE);
        }
        self.remove(process, handle);
        Ok(())
    }

    pub(crate) fn remove(&mut self, process: usize, handle: u32) {
        let object = self.tables[process].remove(handle).object;
        self.objects[object].handles -= 1;
        // A name goes with the last handle; for one made temporary without handles, with the call that does so.
        self.check_name(object);
        self.dereference(object);
    }

    pub(crate) fn check_name(&mut self, object: usize) {
        if self.objects[object].handles > 0 || self.objects[object].permanent {
            return;
        }
        if let Some((directory, _)) = self.objects[object].name.take() {
            self.dereference(directory);
            self.dereference(object);
        }
    }

    pub(crate) fn dereference(&mut self, object: usize) {
        let header = &mut self.objects[object];
        header.references -= 1;
        if header.references == 0 {
            header.deleted = true;
            if let Some(process) = header.process {
                self.dereference(self.processes[process]);
            }
        }
    }
}
