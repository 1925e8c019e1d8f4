//! What a handle costs: opening, duplicating and closing beside ten handles and beside a million, and the memory of each.
//!
//! `cargo bench -p sim-bench --bench handles`. The limit beside it is a bare slab of the same events: two counters each,
//! no steps, no deltas, no access checks.
#![allow(missing_docs, reason = "criterion's macros write undocumented functions")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use peak_alloc::PeakAlloc;
use sim_core::frame::Frame;
use sim_core::nt::close::NtClose;
use sim_core::nt::create_object::NtCreateEvent;
use sim_core::ob::attributes::ObjectAttributes;
use sim_core::ob::duplicate::{ObDuplicateObject, Wanted};
use sim_core::ob::open::MAXIMUM_ALLOWED;
use sim_core::profile::Profile;
use sim_core::ps::thread::Thread;
use sim_core::{Handle, Id, Kernel};
use std::hint::black_box;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const LIVE: [usize; 4] = [10, 1_000, 100_000, 1_000_000];

/// A process with one thread and many events.
struct Model {
    k: Kernel,
    thread: Id<Thread>,
}

impl Model {
    fn new() -> Model {
        let mut k = Kernel::new(Profile::default());
        let process = k.create_process("app");
        let thread = k.create_thread(process, "main");
        Model { k, thread }
    }

    fn call(&mut self, service: impl Into<Frame>) -> Handle {
        self.k.start(self.thread, service);
        self.k.run(self.thread);
        let returned = self.k.collect(self.thread).expect("the call returns");
        assert!(!returned.status.is_error());
        self.k.forget();
        returned.value.handle()
    }

    fn open(&mut self) -> Handle {
        self.call(NtCreateEvent::Create {
            access: MAXIMUM_ALLOWED,
            attributes: ObjectAttributes::UNNAMED,
            manual_reset: false,
            signaled: false,
        })
    }

    fn close(&mut self, handle: Handle) {
        self.call(NtClose::of(handle));
    }

    fn duplicate(&mut self, source: Handle) -> Handle {
        let current = self.k[self.thread].process;
        self.call(ObDuplicateObject::Reference {
            source: current,
            handle: source,
            target: Some(current),
            wanted: Wanted::same_access(0, false),
        })
    }
}

/// The least that keeps the same counts: a slab of objects with two counters, a slab of handles, two free lists.
#[derive(Default)]
struct Slab {
    objects: Vec<(u32, u32)>,
    handles: Vec<u32>,
    free_objects: Vec<u32>,
    free_handles: Vec<u32>,
}

fn put<T>(slab: &mut Vec<T>, free: &mut Vec<u32>, item: T) -> u32 {
    if let Some(at) = free.pop() {
        slab[at as usize] = item;
        return at;
    }
    slab.push(item);
    slab.len() as u32 - 1
}

impl Slab {
    fn open(&mut self) -> u32 {
        let object = put(&mut self.objects, &mut self.free_objects, (1, 1));
        put(&mut self.handles, &mut self.free_handles, object)
    }

    fn duplicate(&mut self, handle: u32) -> u32 {
        let object = self.handles[handle as usize];
        let (handles, pointers) = &mut self.objects[object as usize];
        (*handles, *pointers) = (*handles + 1, *pointers + 1);
        put(&mut self.handles, &mut self.free_handles, object)
    }

    fn close(&mut self, handle: u32) {
        let object = self.handles[handle as usize];
        self.free_handles.push(handle);
        let (handles, pointers) = &mut self.objects[object as usize];
        (*handles, *pointers) = (*handles - 1, *pointers - 1);
        if *pointers == 0 {
            self.free_objects.push(object);
        }
    }
}

fn time(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("handles");
    for live in LIVE {
        let mut model = Model::new();
        let handles: Vec<Handle> = (0..live).map(|_| model.open()).collect();
        // Neighbouring handles would all be in the cache.
        let mut at = 0;
        let mut next = || {
            at = (at + 7_919) % live;
            at
        };
        group.bench_function(BenchmarkId::new("kernel, open and close", live), |bencher| {
            bencher.iter(|| {
                let handle = model.open();
                model.close(handle);
            });
        });
        group.bench_function(BenchmarkId::new("kernel, duplicate and close", live), |bencher| {
            bencher.iter(|| {
                let handle = model.duplicate(handles[next()]);
                model.close(handle);
            });
        });
        let mut slab = Slab::default();
        let handles: Vec<u32> = (0..live).map(|_| slab.open()).collect();
        group.bench_function(BenchmarkId::new("slab, open and close", live), |bencher| {
            bencher.iter(|| {
                let handle = black_box(&mut slab).open();
                slab.close(black_box(handle));
            });
        });
        group.bench_function(BenchmarkId::new("slab, duplicate and close", live), |bencher| {
            bencher.iter(|| {
                let handle = black_box(&mut slab).duplicate(handles[next()]);
                slab.close(black_box(handle));
            });
        });
    }
    group.finish();
}

/// The bytes allocated by `work`, for each of `number` things that it makes.
fn bytes<T>(number: usize, work: impl FnOnce() -> T) -> f64 {
    let before = ALLOCATED.current_usage();
    let made = work();
    let taken = ALLOCATED.current_usage() - before;
    drop(made);
    taken as f64 / number as f64
}

/// Not timed: what a million handles to one event take, and a million events with a handle each.
fn memory(_: &mut Criterion) {
    const MANY: usize = 1_000_000;
    let handle = bytes(MANY, || {
        let mut model = Model::new();
        let handle = model.open();
        for _ in 0..MANY {
            model.duplicate(handle);
        }
        model
    });
    let event = bytes(MANY, || {
        let mut model = Model::new();
        for _ in 0..MANY {
            model.open();
        }
        model
    });
    let slab = bytes(MANY, || {
        let mut slab = Slab::default();
        for _ in 0..MANY {
            slab.open();
        }
        slab
    });
    eprintln!(
        "bytes at a million: {handle:.0} a handle, {:.0} an event, {slab:.0} both in the slab",
        event - handle
    );
}

criterion_group!(benches, memory, time);
criterion_main!(benches);
