//! The kernel and the second reading, side by side.

use sim_core::frame::Frame;
use sim_core::nt::close::NtClose;
use sim_core::nt::compare_objects::NtCompareObjects;
use sim_core::nt::create_file::{CreateFile, NtCreateFile};
use sim_core::nt::create_object::{
    NtCreateDirectoryObject, NtCreateEvent, NtCreateIoCompletion, NtCreateSemaphore,
    NtCreateSymbolicLinkObject,
};
use sim_core::nt::duplicate_object::NtDuplicateObject;
use sim_core::nt::event::NtSetEvent;
use sim_core::nt::open_process::NtOpenProcess;
use sim_core::nt::permanence::NtSetPermanence;
use sim_core::nt::query_object::NtQueryObject;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::duplicate::{self, ObDuplicateObject};
use sim_core::ob::handle_flags::NtSetInformationObject;
use sim_core::ob::header;
use sim_core::ob::information::InformationClass;
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::ob::open::{ObOpenObjectByName, ObReferenceObjectByName};
use sim_core::ob::pointer::ObOpenObjectByPointer;
use sim_core::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
use sim_core::ob::types::ObjectType;
use sim_core::profile::Profile;
use sim_core::ps::create::{Inheritance, NtCreateUserProcess};
use sim_core::{Access, Handle, Id, NtStatus};
use sim_tests::Machine;

use crate::call::{Answer, At, Basic, Call, Kind, Wanted};
use crate::names::{BASE, ROOT};
use crate::rules::{Rules, Version};
use crate::table::Table;

/// The machine's thread that calls for each process.
const CALLERS: [usize; 3] = [0, 2, 3];

pub(crate) struct Pair {
    machine: Machine,
    rules: Rules,
    /// The kernel's object for each of the second reading's; none for one that no call has returned.
    objects: Vec<Option<Id<header::Object>>>,
}

fn object_type(kind: Kind) -> ObjectType {
    match kind {
        Kind::Event => ObjectType::Event,
        Kind::Semaphore => ObjectType::Semaphore,
        Kind::Directory => ObjectType::Directory,
        Kind::Link => ObjectType::SymbolicLink,
        Kind::Port => ObjectType::IoCompletion,
        Kind::File => ObjectType::File,
        Kind::Process => ObjectType::Process,
        Kind::Thread => ObjectType::Thread,
    }
}

impl Pair {
    pub(crate) fn new(profile: Profile) -> Pair {
        let batch = profile.batch.filter(|_| profile.charges).map(sim_core::profile::Batch::size);
        let old = profile.version == sim_core::profile::Version::Xp;
        let tens = [sim_core::profile::Version::Win10, sim_core::profile::Version::Win11];
        let version =
            Version { batch, closes_pseudo: tens.contains(&profile.version), names_tell_type: !old };
        let machine = Machine::new(profile);
        let rules = Rules {
            version,
            objects: Vec::new(),
            tables: vec![Table::default(); 3],
            processes: Vec::new(),
            threads: Vec::new(),
            born: vec![true, true, false],
            ended: vec![false; 3],
        };
        let mut pair = Pair { rules, objects: Vec::new(), machine };
        let (root, base) = (pair.machine.k.root_directory(), pair.named(r"\BaseNamedObjects"));
        for object in [root, base] {
            pair.begin(Kind::Directory, object);
        }
        pair.rules.objects[BASE].name = Some((ROOT, "BaseNamedObjects".into()));
        // A process is held by each of its threads, and both by themselves until they end.
        for (process, (thread, threads)) in CALLERS.into_iter().zip([2, 1, 0]).enumerate() {
            let id = pair.machine.k[pair.machine.processes[process]].object;
            let object = pair.begin(Kind::Process, id);
            pair.rules.objects[object].references = threads + threads.min(1);
            pair.rules.processes.push(object);
            let id = pair.machine.k[pair.machine.threads[thread]].object;
            let object = pair.begin(Kind::Thread, id);
            pair.rules.objects[object].references = threads.min(1);
            pair.rules.objects[object].process = Some(process);
            pair.rules.threads.push(object);
        }
        pair
    }

    fn named(&self, path: &str) -> Id<header::Object> {
        let mut objects = self.machine.k.all::<header::Object>().map(|(object, _)| object);
        objects
            .find(|object| self.machine.k.full_name(*object).as_deref() == Some(path))
            .expect("it is there")
    }

    /// An object that is there at the beginning, with the references it has then.
    fn begin(&mut self, kind: Kind, object: Id<header::Object>) -> usize {
        let at = self.rules.add(kind);
        self.rules.objects[at].references = self.machine.k[object].pointer_count;
        self.rules.objects[at].permanent = true;
        self.objects.push(Some(object));
        self.machine.k.watch(object);
        at
    }

    /// Makes a call on both. Returns its status; none if it could not be made, or the sources leave its answer open.
    pub(crate) fn make(&mut self, call: &Call) -> Result<Option<NtStatus>, String> {
        let caller = call.process();
        let runs = self.rules.runs(caller);
        if !runs || call.speaks_of_unborn(&self.rules) || self.rules.clone().call(call, None).is_none() {
            return Ok(None);
        }
        let held = self.held(call);
        let answer = self.ask(call, held);
        let expected = self.rules.call(call, Some(answer.handle)).expect("it was answered before");
        if expected != answer {
            return Err(format!("expected {}, found {}", shown(expected), shown(answer)));
        }
        self.meet();
        self.compare()?;
        Ok(Some(answer.status))
    }

    fn held(&self, call: &Call) -> Option<Id<header::Object>> {
        let (Call::HoldAgain { pick } | Call::Drop { pick } | Call::Reopen { pick, .. }) = call else {
            return None;
        };
        self.rules.pick(*pick).ok().and_then(|object| self.objects[object])
    }

    /// What the kernel answers.
    fn ask(&mut self, call: &Call, held: Option<Id<header::Object>>) -> Answer {
        let nothing = Answer::status(NtStatus::SUCCESS);
        match (call, held) {
            (Call::HoldAgain { .. }, Some(object)) => {
                self.machine.k.reference_pointer(object);
                return nothing;
            }
            (Call::End { process }, _) => {
                self.machine.k.terminate_process(self.machine.processes[*process], 0);
                self.machine.settle();
                return nothing;
            }
            _ => {}
        }
        let frame = self.frame(call, held);
        let returned = self.machine.call(CALLERS[call.process()], frame).expect("the call returns");
        let basic = returned.value.information().map(|answer| {
            let found = &self.machine.k[answer];
            let known =
                matches!(self.machine.k[answer].object_type, ObjectType::Process | ObjectType::Thread);
            let basic = Basic {
                attributes: found.attributes,
                access: (!known).then_some(found.granted_access.0),
                handles: found.handle_count,
                pointers: found.pointer_count,
            };
            self.machine.k.discard_information(answer);
            basic
        });
        Answer { status: returned.status, handle: returned.value.handle().0, basic }
    }

    fn attributes(&mut self, at: &At) -> ObjectAttributes {
        let name = at.path.map(|path| self.machine.k.path(path));
        ObjectAttributes { root: Handle(at.root), name, flags: at.flags }
    }

    fn frame(&mut self, call: &Call, held: Option<Id<header::Object>>) -> Frame {
        let processes = self.machine.processes.clone();
        match *call {
            Call::Close { handle, .. } => NtClose::of(Handle(handle)).into(),
            Call::Move { source, handle, target, wanted } => {
                let (source, target) = (processes[source], target.map(|target| processes[target]));
                ObDuplicateObject::Reference { source, handle: Handle(handle), target, wanted: asked(wanted) }
                    .into()
            }
            Call::Duplicate { source, handle, target, wanted, .. } => {
                let [source, handle, target] = [source, handle, target].map(Handle);
                NtDuplicateObject::ReferenceSource { source, handle, target, wanted: asked(wanted) }.into()
            }
            Call::SetFlags { handle, mask, flags, .. } => {
                NtSetInformationObject::Set { handle: Handle(handle), mask, flags }.into()
            }
            Call::Query { handle, .. } => {
                NtQueryObject::of(Handle(handle), InformationClass::Basic, None).into()
            }
            Call::Compare { handles, .. } => {
                NtCompareObjects::of(Handle(handles[0]), Handle(handles[1])).into()
            }
            Call::Permanence { handle, permanent: true, .. } => {
                NtSetPermanence::permanent(Handle(handle)).into()
            }
            Call::Permanence { handle, .. } => NtSetPermanence::temporary(Handle(handle)).into(),
            Call::SetEvent { handle, .. } => NtSetEvent::of(Handle(handle), true).into(),
            Call::Hold { process, handle, kind, access } => ObReferenceObjectByHandle::LockEntry {
                process: processes[process],
                handle: Handle(handle),
                wanted: kind.map(object_type),
                access: Access(access),
                purpose: Purpose::Pointer,
            }
            .into(),
            Call::Drop { .. } => {
                ObDereferenceObject::Drop { object: held.expect("it is held"), purpose: Purpose::Pointer }
                    .into()
            }
            Call::Reopen { .. } => {
                let object = held.expect("it is held");
                let at = self.objects.iter().position(|known| *known == Some(object)).expect("it is known");
                let kind = self.rules.objects[at].kind;
                let (wanted, access) = (object_type(kind), Access(kind.rights()));
                ObOpenObjectByPointer::Start { object, wanted, access }.into()
            }
            Call::OpenProcess { which, .. } => {
                let object = self.machine.k[processes[which]].object;
                NtOpenProcess::Lookup { object, access: Access(0x1F_0FFF), attributes: 2 }.into()
            }
            Call::CreateProcess { parent, inherits } => {
                let inherits = if inherits { Inheritance::All } else { Inheritance::Nothing };
                NtCreateUserProcess::ReferenceParent { child: processes[2], parent: Handle(parent), inherits }
                    .into()
            }
            _ => self.naming_frame(call),
        }
    }

    fn naming_frame(&mut self, call: &Call) -> Frame {
        match *call {
            Call::Create { kind, ref at, ref target, .. } => {
                let attributes = self.attributes(at);
                match kind {
                    Kind::Event => NtCreateEvent::Create {
                        access: MAXIMUM_ALLOWED,
                        attributes,
                        manual_reset: true,
                        signaled: false,
                    }
                    .into(),
                    Kind::Semaphore => NtCreateSemaphore::Create {
                        access: MAXIMUM_ALLOWED,
                        attributes,
                        initial: 0,
                        limit: 1,
                    }
                    .into(),
                    Kind::Directory => {
                        NtCreateDirectoryObject::Create { access: MAXIMUM_ALLOWED, attributes }.into()
                    }
                    Kind::Link => {
                        let link_target = self.machine.k.path(target);
                        NtCreateSymbolicLinkObject::Create {
                            access: MAXIMUM_ALLOWED,
                            attributes,
                            link_target,
                        }
                        .into()
                    }
                    _ => NtCreateIoCompletion::Create { access: MAXIMUM_ALLOWED, attributes, concurrency: 0 }
                        .into(),
                }
            }
            Call::OpenFile { .. } => {
                let attributes = self.machine.device(0);
                NtCreateFile::of(CreateFile {
                    attributes,
                    access: Access(0x1000_0000),
                    options: Default::default(),
                })
                .into()
            }
            Call::Open { kind, ref at, access, .. } => {
                let attributes = self.attributes(at);
                ObOpenObjectByName::Start { attributes, wanted: object_type(kind), access: Access(access) }
                    .into()
            }
            Call::HoldByName { kind, ref at, .. } => {
                let attributes = self.attributes(at);
                ObReferenceObjectByName::Start { attributes, wanted: object_type(kind) }.into()
            }
            _ => unreachable!("no service: {call:?}"),
        }
    }

    /// Learns which of the kernel's objects the newest of the second reading's is.
    fn meet(&mut self) {
        for at in self.objects.len()..self.rules.objects.len() {
            let handles = self.rules.tables.iter().enumerate().flat_map(|(process, table)| {
                table
                    .open()
                    .filter(move |(_, entry)| entry.object == at)
                    .map(move |(handle, _)| (process, handle))
            });
            let found = handles.into_iter().next().and_then(|(process, handle)| {
                self.machine.k.entry(self.machine.processes[process], Handle(handle))?.object
            });
            found.into_iter().for_each(|object| self.machine.k.watch(object));
            self.objects.push(found);
        }
    }

    fn compare(&self) -> Result<(), String> {
        let k = &self.machine.k;
        // What a driver holds by pointer is in nobody's account but the second reading's.
        let held = self.rules.objects.iter().any(|object| object.held > 0);
        if !k.findings().is_empty() || !held && k.broken_invariant().is_some() {
            return Err(format!("{:?} {:?}", k.findings(), k.broken_invariant()));
        }
        for (at, object) in self.rules.objects.iter().enumerate() {
            let Some(id) = self.objects[at] else { return Err(format!("no handle names {object:?}")) };
            let unborn = self.rules.processes[2] == at || self.rules.threads[2] == at;
            if unborn && !self.rules.born[2] {
                continue;
            }
            let found = &k[id];
            let counts = (found.handle_count, found.pointer_count, found.deleted);
            if counts != (object.handles, object.references, object.deleted) {
                return Err(format!("HandleCount, PointerCount, deleted: {counts:?} for {object:?}"));
            }
            let found = k.full_name(id);
            if self.rules.full_name(at).is_some_and(|name| name != found && at != ROOT) {
                return Err(format!("the name {found:?} for {object:?}"));
            }
        }
        (0..3).try_for_each(|process| self.compare_table(process))
    }

    fn compare_table(&self, process: usize) -> Result<(), String> {
        let table = self.machine.k.table(self.machine.processes[process]);
        let found =
            table.open().map(|(handle, entry)| (handle.0, entry.object, entry.attributes, entry.ref_cnt));
        let expected = self.rules.tables[process]
            .open()
            .map(|(handle, entry)| (handle, self.objects[entry.object], entry.attributes, entry.credit));
        let (found, expected): (Vec<_>, Vec<_>) = (found.collect(), expected.collect());
        match found == expected {
            true => Ok(()),
            false => Err(format!("the table of process {process}: expected {expected:?}, found {found:?}")),
        }
    }
}

fn asked(wanted: Wanted) -> duplicate::Wanted {
    let Wanted { access, attributes, options } = wanted;
    duplicate::Wanted { access: Access(access), attributes, options }
}

fn shown(answer: Answer) -> String {
    format!("{} {:#x} {:?}", answer.status.name(), answer.handle, answer.basic)
}
