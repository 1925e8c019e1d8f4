//! The second reading of what moves handles between processes: duplicates, inheritance, and the end of a process.

use std::collections::BTreeMap;

use sim_core::NtStatus;

use crate::call::*;
use crate::rules::{Result, Rules, Stop, fail};
use crate::table::{Entry, Table};

impl Rules {
    pub(crate) fn duplicate_by_handles(
        &mut self,
        process: usize,
        ends: [u32; 2],
        handle: u32,
        wanted: Wanted,
        new: Option<u32>,
    ) -> Result<Answer> {
        let source = self.use_handle(process, ends[0], Some(Kind::Process), DUP_HANDLE)?;
        let source = self.process_of(source);
        if ends[1] == 0 {
            return self.duplicate(process, source, handle, None, wanted, new);
        }
        match self.use_handle(process, ends[1], Some(Kind::Process), DUP_HANDLE) {
            Ok(target) => {
                let target = Some(self.process_of(target));
                self.duplicate(process, source, handle, target, wanted, new)
            }
            Err(stop) => {
                // The source is closed regardless of any error.
                if wanted.options & CLOSE_SOURCE != 0 && !self.ended[source] {
                    let _ = self.close(source, handle);
                }
                Err(stop)
            }
        }
    }

    fn process_of(&self, object: usize) -> usize {
        self.processes.iter().position(|process| *process == object).expect("a process")
    }

    pub(crate) fn duplicate(
        &mut self,
        caller: usize,
        source: usize,
        handle: u32,
        target: Option<usize>,
        wanted: Wanted,
        new: Option<u32>,
    ) -> Result<Answer> {
        if self.ended[source] {
            return fail(NtStatus::PROCESS_IS_TERMINATING);
        }
        let (object, granted, attributes) = match handle as i32 {
            -1 => (self.processes[source], Kind::Process.rights(), 0),
            -2 => (self.threads[caller], Kind::Thread.rights(), 0),
            _ => {
                let entry = self.tables[source].entry(handle).ok_or(NtStatus::INVALID_HANDLE)?;
                (entry.object, entry.access, entry.attributes)
            }
        };
        let closes = wanted.options & CLOSE_SOURCE != 0;
        if target.is_none() && !closes {
            return fail(NtStatus::INVALID_PARAMETER);
        }
        let access = if wanted.options & SAME_ACCESS != 0 { granted } else { wanted.access };
        let fails = match target {
            Some(target) if self.ended[target] => Some(NtStatus::PROCESS_IS_TERMINATING),
            Some(_) if self.objects[object].kind.exceeds(access).ok_or(Stop::Open)? => {
                Some(NtStatus::ACCESS_DENIED)
            }
            // Whether more may be asked for than the source grants is the type's own security's matter.
            Some(_) if access & !granted != 0 && self.objects[object].kind == Kind::File => {
                return Err(Stop::Open);
            }
            _ => None,
        };
        // The object is counted for the target before its source is closed, so nothing ends in between.
        self.objects[object].references += 1;
        self.objects[object].handles += 1;
        if closes {
            let _ = self.close(source, handle);
        }
        self.objects[object].handles -= 1;
        let attributes =
            if wanted.options & SAME_ATTRIBUTES != 0 { attributes } else { wanted.attributes } & INHERIT;
        let given = match (fails, target) {
            (None, Some(target)) => self.give(target, object, access, attributes, new)?,
            _ => 0,
        };
        self.check_name(object);
        self.dereference(object);
        match fails {
            Some(status) => fail(status),
            None => Ok(Answer { handle: given, ..Answer::status(NtStatus::SUCCESS) }),
        }
    }

    /// The first process makes the third.
    pub(crate) fn create_process(&mut self, parent: u32, inherits: bool) -> Result<Answer> {
        const CHILD: usize = 2;
        if self.born[CHILD] {
            return Err(Stop::Open);
        }
        let parent = self.use_handle(0, parent, Some(Kind::Process), CREATE_PROCESS)?;
        let parent = self.process_of(parent);
        if self.ended[parent] {
            return fail(NtStatus::PROCESS_IS_TERMINATING);
        }
        self.born[CHILD] = true;
        let inherited: BTreeMap<u32, Entry> = match inherits {
            true => self.tables[parent].open().filter(|(_, entry)| entry.attributes & INHERIT != 0).collect(),
            false => BTreeMap::new(),
        };
        for entry in inherited.values() {
            self.objects[entry.object].handles += 1;
            self.objects[entry.object].references += 1;
        }
        self.tables[CHILD] = Table::inherited(inherited);
        let object = self.processes[CHILD];
        self.objects[object].references += 2;
        self.objects[self.threads[CHILD]].references += 1;
        let handle = self.give(0, object, Kind::Process.rights(), 0, None)?;
        self.give(0, self.threads[CHILD], Kind::Thread.rights(), 0, None)?;
        Ok(Answer { handle, ..Answer::status(NtStatus::SUCCESS) })
    }

    /// A process ends: its handles are closed, protected or not, and its threads let it go.
    pub(crate) fn end(&mut self, process: usize) {
        self.ended[process] = true;
        let handles: Vec<u32> = self.tables[process].open().map(|(handle, _)| handle).collect();
        for handle in handles {
            self.remove(process, handle);
        }
        self.dereference(self.processes[process]);
        self.dereference(self.threads[process]);
    }
}
