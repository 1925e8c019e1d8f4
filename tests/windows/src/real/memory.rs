//! The memory of a process: the OVERLAPPED or IO_STATUS_BLOCK of each request, buffers, and what APCs and packets left.
//!
//! Nothing here is ever freed: a request may write to it as long as the process lives.

use std::cell::UnsafeCell;
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::IO::OVERLAPPED;

use super::args::Refused;
use super::status::status_name;
use crate::trace::{Facts, Value};

/// What a status field holds before anybody has written it.
pub(crate) const UNWRITTEN: usize = 0x0BAD_F00D;

/// The memory of one request: an OVERLAPPED, whose first two fields are the IO_STATUS_BLOCK, and a buffer.
#[repr(C)]
pub(crate) struct Block {
    overlapped: UnsafeCell<OVERLAPPED>,
    buffer: UnsafeCell<[u8; BUFFER]>,
    delivered: AtomicU32,
}

/// The room of a buffer.
pub(crate) const BUFFER: usize = 0x1_0000;

// SAFETY: the kernel writes to a block, and the program reads it with volatile reads; both are what the fields are for.
unsafe impl Sync for Block {}

impl Block {
    /// A new block, which lives as long as the process.
    pub(crate) fn new() -> &'static Block {
        // SAFETY: an OVERLAPPED of zeros is a valid one.
        let mut overlapped: OVERLAPPED = unsafe { std::mem::zeroed() };
        overlapped.Internal = UNWRITTEN;
        overlapped.InternalHigh = UNWRITTEN;
        Box::leak(Box::new(Block {
            overlapped: UnsafeCell::new(overlapped),
            buffer: UnsafeCell::new([0; BUFFER]),
            delivered: AtomicU32::new(0),
        }))
    }

    /// The address of the OVERLAPPED, and of the IO_STATUS_BLOCK.
    pub(crate) fn overlapped(&self) -> *mut OVERLAPPED {
        self.overlapped.get()
    }

    /// The address of the buffer.
    pub(crate) fn buffer(&self) -> *mut u8 {
        self.buffer.get().cast()
    }

    /// Room for so many bytes: the buffer of the block, or if they are more, memory of its own.
    ///
    /// # Errors
    /// They are more than a script is given.
    pub(crate) fn room(&self, length: u32) -> Result<*mut u8, Refused> {
        const MOST: usize = 0x0400_0000;
        match length as usize {
            0..=BUFFER => Ok(self.buffer()),
            length if length <= MOST => Ok(Box::leak(vec![0u8; length].into_boxed_slice()).as_mut_ptr()),
            length => Err(format!("a buffer of {length} bytes is more than a script is given")),
        }
    }

    /// The program prepares its OVERLAPPED for a request: where, and which event is set.
    pub(crate) fn prepare(&self, offset: i64, event: HANDLE) {
        let at = self.overlapped();
        // SAFETY: the block lives for ever; a request that still uses it makes this a mistake of the script, not of memory.
        unsafe {
            (*at).Anonymous.Anonymous.Offset = offset as u32;
            (*at).Anonymous.Anonymous.OffsetHigh = (offset >> 32) as u32;
            (*at).hEvent = event;
        }
    }

    /// The block whose OVERLAPPED or IO_STATUS_BLOCK is there.
    ///
    /// # Safety
    /// It is the address that [`Block::overlapped`] gave.
    pub(crate) unsafe fn at(overlapped: *mut c_void) -> &'static Block {
        // SAFETY: the OVERLAPPED is the block's first field, and blocks live for ever.
        unsafe { &*overlapped.cast() }
    }

    /// The block is passed to a new request: no APC of that has run.
    pub(crate) fn reuse(&self) {
        self.delivered.store(0, Ordering::SeqCst);
    }

    /// The user APC has run.
    pub(crate) fn deliver(&self) {
        self.delivered.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether somebody has written the status.
    pub(crate) fn is_written(&self) -> bool {
        let at = self.overlapped();
        // SAFETY: the block lives for ever; the kernel may write at any time, so the read is volatile.
        unsafe { std::ptr::read_volatile(&raw const (*at).Internal) != UNWRITTEN }
    }

    /// What can be seen of it.
    pub(crate) fn facts(&self) -> Facts {
        let at = self.overlapped();
        // SAFETY: the block lives for ever; the kernel may write at any time, so the reads are volatile.
        let (status, information) = unsafe {
            (
                std::ptr::read_volatile(&raw const (*at).Internal),
                std::ptr::read_volatile(&raw const (*at).InternalHigh),
            )
        };
        let mut facts = Facts::new();
        let written = status != UNWRITTEN;
        let shown = if written { status_name(status as i32) } else { "not written".into() };
        if written
            && status != windows_sys::Win32::Foundation::STATUS_PENDING as usize
            && information != UNWRITTEN
        {
            facts.insert("Information".into(), Value::Number(information as i64));
        }
        facts.insert("Status".into(), Value::Text(shown));
        facts
    }

    /// How often its APC has run.
    pub(crate) fn deliveries(&self) -> u32 {
        self.delivered.load(Ordering::SeqCst)
    }
}

/// What a label names in the memory of this process.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// A request.
    Operation(&'static Block),
    /// A request whose status block the program has not given: what its call told of it.
    Told(&'static Block, Facts),
    /// A buffer.
    Buffer(&'static Block),
    /// A user APC.
    Apc(&'static Block),
    /// What a call gave.
    Facts(Facts),
    /// Where a view is mapped; 0 if it is not.
    View(usize),
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:p}", self.overlapped())
    }
}

static KEPT: Mutex<BTreeMap<String, Kept>> = Mutex::new(BTreeMap::new());

fn kept() -> MutexGuard<'static, BTreeMap<String, Kept>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A label names this from now on.
pub(crate) fn keep(label: Option<&str>, what: Kept) {
    if let Some(label) = label {
        kept().insert(label.to_owned(), what);
    }
}

/// The block that a label names.
pub(crate) fn block(label: &str) -> Option<&'static Block> {
    match kept().get(label)? {
        Kept::Operation(block) | Kept::Told(block, _) | Kept::Buffer(block) | Kept::Apc(block) => Some(block),
        Kept::Facts(_) | Kept::View(_) => None,
    }
}

/// Where the view of a label is mapped.
pub(crate) fn view(label: &str) -> Option<usize> {
    match kept().get(label)? {
        Kept::View(address) => Some(*address),
        _ => None,
    }
}

/// The number that a label names.
pub(crate) fn value(label: &str) -> Option<i64> {
    match kept().get(label)? {
        Kept::Facts(facts) => match facts.get("value")? {
            Value::Number(number) => Some(*number),
            _ => None,
        },
        _ => None,
    }
}

/// The label of the request whose OVERLAPPED is there.
pub(crate) fn label_of(overlapped: usize) -> Option<String> {
    let kept = kept();
    let found = kept.iter().find(|(_, kept)| match kept {
        Kept::Operation(block) => block.overlapped() as usize == overlapped,
        _ => false,
    });
    found.map(|(label, _)| label.clone())
}

/// The user APC whose argument is this, if this process queued it under a label.
pub(crate) fn apc(argument: usize) -> Option<&'static Block> {
    let kept = kept();
    kept.values().find_map(|kept| match kept {
        Kept::Apc(block) if block.overlapped() as usize == argument => Some(*block),
        _ => None,
    })
}

/// What can be seen of every label in this process's memory.
pub(crate) fn facts() -> BTreeMap<String, Facts> {
    let seen = kept().clone();
    let of = |kept: Kept| match kept {
        Kept::Operation(block) => {
            let mut facts = block.facts();
            if block.deliveries() > 0 {
                facts.insert("delivered".into(), Value::Truth(true));
            }
            Some(facts)
        }
        Kept::Apc(block) => Some(Facts::from([("delivered".into(), Value::Truth(block.deliveries() > 0))])),
        Kept::Told(_, facts) | Kept::Facts(facts) => Some(facts),
        Kept::Buffer(_) | Kept::View(_) => None,
    };
    seen.into_iter().filter_map(|(label, kept)| Some((label, of(kept)?))).collect()
}
