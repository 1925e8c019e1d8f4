//! Random calls.

use proptest::prelude::*;

use crate::call::{
    At, CASE_INSENSITIVE, CLOSE_SOURCE, Call, DELETE, Kind, OPENIF, PERMANENT, SAME_ACCESS, SAME_ATTRIBUTES,
    Wanted,
};

const PATHS: [&str; 15] = [
    r"\BaseNamedObjects\a",
    r"\BaseNamedObjects\A",
    r"\BaseNamedObjects\b",
    r"\BaseNamedObjects\dir",
    r"\BaseNamedObjects\DIR",
    r"\BaseNamedObjects\dir\a",
    r"\BaseNamedObjects\dir\sub",
    r"\BaseNamedObjects\dir\sub\a",
    r"\BaseNamedObjects\link",
    r"\BaseNamedObjects\link\a",
    r"\BaseNamedObjects\none\a",
    r"\BaseNamedObjects\",
    "a",
    "A",
    r"sub\a",
];

const TARGETS: [&str; 4] = [
    r"\BaseNamedObjects\dir",
    r"\BaseNamedObjects\a",
    r"\BaseNamedObjects\link",
    r"\BaseNamedObjects\link\a",
];

fn pick<T: Clone + std::fmt::Debug + 'static>(values: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(values.to_vec())
}

/// Mostly a value that is likely to be open, sometimes with the program's own bits; else a pseudo handle or none.
fn handle() -> impl Strategy<Value = u32> {
    prop_oneof![
        20 => (1_u32..8).prop_map(|slot| slot * 4),
        2 => (1_u32..8, 1_u32..4).prop_map(|(slot, tag)| slot * 4 + tag),
        1 => Just(u32::MAX),
        1 => Just(u32::MAX - 1),
        1 => pick(&[0, 0x7FFF_FFFC, 0x400, 0x800]),
    ]
}

fn process() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0_usize), 2 => Just(1), 2 => Just(2)]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        4 => Just(Kind::Event), 3 => Just(Kind::Directory), 1 => Just(Kind::Semaphore), 1 => Just(Kind::Link),
        1 => Just(Kind::Port),
    ]
}

fn at() -> impl Strategy<Value = At> {
    let flags = (0_u16..16).prop_map(|bits| {
        [2, OPENIF, PERMANENT, CASE_INSENSITIVE]
            .iter()
            .enumerate()
            .map(|(at, flag)| (bits >> at & 1) * flag)
            .sum()
    });
    let root = prop_oneof![3 => Just(0), 1 => handle()];
    (pick(&PATHS), flags, root).prop_map(|(path, flags, root)| At {
        // Below a directory that is given, mostly a name that begins there.
        root: if path.starts_with('\\') { 0 } else { root },
        path: Some(path),
        flags,
    })
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let options = (0_u8..8).prop_map(|bits: u8| {
        [CLOSE_SOURCE, SAME_ACCESS, SAME_ATTRIBUTES].into_iter().filter(|option| bits & option != 0).sum()
    });
    let access = pick(&[1, 2, 0x40, DELETE | 2, 0xF_0001, 0x8000, 0x80_8000]);
    (access, pick(&[0, 2]), options).prop_map(|(access, attributes, options)| Wanted {
        access,
        attributes,
        options,
    })
}

fn naming() -> impl Strategy<Value = Call> {
    let unnamed = Just(At { root: 0, path: None, flags: 0 }).boxed();
    let create = (process(), kind(), prop_oneof![2 => at().boxed(), 1 => unnamed], pick(&TARGETS));
    prop_oneof![
        4 => create.prop_map(|(process, kind, at, target)| Call::Create { process, kind, at, target: target.into() }),
        2 => (process(), kind(), at(), pick(&[1, 1 | DELETE])).prop_map(|(process, kind, at, access)| {
            Call::Open { process, kind, at, access }
        }),
        1 => (process(), kind(), at()).prop_map(|(process, kind, at)| Call::HoldByName { process, kind, at }),
        1 => (process(), handle(), any::<bool>()).prop_map(|(process, handle, permanent)| {
            Call::Permanence { process, handle, permanent }
        }),
    ]
}

fn holding() -> impl Strategy<Value = Call> {
    let kinds = [None, None, Some(Kind::Event), Some(Kind::Directory), Some(Kind::Process)];
    prop_oneof![
        2 => (process(), handle(), pick(&kinds), pick(&[0, 1, DELETE])).prop_map(|(process, handle, kind, access)| {
            Call::Hold { process, handle, kind, access }
        }),
        1 => any::<u8>().prop_map(|pick| Call::HoldAgain { pick: pick.into() }),
        3 => any::<u8>().prop_map(|pick| Call::Drop { pick: pick.into() }),
        1 => (process(), any::<u8>()).prop_map(|(process, pick)| Call::Reopen { process, pick: pick.into() }),
    ]
}

fn processes() -> impl Strategy<Value = Call> {
    prop_oneof![
        3 => (process(), 0_usize..3).prop_map(|(process, which)| Call::OpenProcess { process, which }),
        3 => (prop_oneof![3 => Just(u32::MAX), 2 => handle()], any::<bool>())
            .prop_map(|(parent, inherits)| Call::CreateProcess { parent, inherits }),
        1 => (1_usize..3).prop_map(|process| Call::End { process }),
        1 => process().prop_map(|process| Call::OpenFile { process }),
    ]
}

fn handles() -> impl Strategy<Value = Call> {
    let ends = || prop_oneof![2 => Just(u32::MAX), 3 => handle()];
    prop_oneof![
        4 => (process(), handle()).prop_map(|(process, handle)| Call::Close { process, handle }),
        3 => (process(), handle(), prop::option::weighted(0.8, process()), wanted())
            .prop_map(|(source, handle, target, wanted)| Call::Move { source, handle, target, wanted }),
        3 => (process(), ends(), handle(), ends(), wanted()).prop_map(|(process, source, handle, target, wanted)| {
            Call::Duplicate { process, source, handle, target, wanted }
        }),
        2 => (process(), handle(), 0_u8..4, 0_u8..4).prop_map(|(process, handle, mask, flags)| {
            Call::SetFlags { process, handle, mask, flags }
        }),
        4 => (process(), handle()).prop_map(|(process, handle)| Call::Query { process, handle }),
        1 => (process(), handle(), handle()).prop_map(|(process, first, second)| {
            Call::Compare { process, handles: [first, second] }
        }),
        1 => (process(), handle()).prop_map(|(process, handle)| Call::SetEvent { process, handle }),
    ]
}

/// One call: of handles, of names, of pointers, or of processes.
pub(crate) fn call() -> impl Strategy<Value = Call> {
    prop_oneof![8 => handles(), 7 => naming(), 3 => holding(), 2 => processes()]
}
