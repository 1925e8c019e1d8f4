//! What things are called: by the scenario's labels, so that no number has to be remembered.

use sim_core::Id;
use sim_core::cc::cache_map::CacheMap;
use sim_core::io::buffer::Buffer;
use sim_core::io::device::Device;
use sim_core::io::iosb::Iosb;
use sim_core::io::irp::Irp;
use sim_core::mm::control_area::ControlArea;
use sim_core::mm::view::View;
use sim_core::ob::header::{Body, Object};
use sim_core::ob::information::Information;
use sim_core::ps::apc::Apc;
use sim_core::ps::process::Process;
use sim_core::ps::thread::Thread;

use crate::scenario::world::{Binding, World};

/// The names of a world's things.
#[derive(Clone, Copy)]
pub struct Names<'w> {
    world: &'w World<'w>,
}

impl<'w> Names<'w> {
    pub(super) const fn of(world: &'w World<'w>) -> Self {
        Names { world }
    }

    fn label_where(&self, wanted: impl Fn(Binding) -> bool) -> Option<&'w str> {
        let labels = self.world.program().labels.iter().enumerate();
        labels.filter(|(at, _)| wanted(self.world.binding(*at))).map(|(_, label)| &*label.name).next()
    }

    /// An object: its first label, or what it is.
    pub fn object(&self, object: Id<Object>) -> String {
        let k = self.world.kernel();
        let bound =
            |binding| matches!(binding, Binding::Handle { object: Some(bound), .. } if bound == object);
        if let Some(label) = self.label_where(bound) {
            return label.into();
        }
        match k.get(object).map(|header| header.body) {
            Some(Body::Process(process)) => format!("process {}", self.process(process)),
            Some(Body::Thread(thread)) => format!("thread {}", self.thread(thread)),
            Some(Body::Device(device)) => format!("device {}", self.device(device)),
            Some(Body::Directory(_) | Body::SymbolicLink(_)) if k.full_name(object).is_some() => {
                k.full_name(object).unwrap_or_default()
            }
            Some(body) => format!("{}#{}", body.object_type().name(), object.index()),
            None => format!("object#{}", object.index()),
        }
    }

    /// A device.
    pub fn device(&self, device: Id<Device>) -> &'w str {
        let k = self.world.kernel();
        k.get(device).map_or("?", |device| k.name(device.name))
    }

    /// A process.
    pub fn process(&self, process: Id<Process>) -> &'w str {
        let k = self.world.kernel();
        k.get(process).map_or("?", |process| k.name(process.name))
    }

    /// A thread.
    pub fn thread(&self, thread: Id<Thread>) -> &'w str {
        let k = self.world.kernel();
        k.get(thread).map_or("?", |thread| k.name(thread.name))
    }

    /// A status block, by the label of its request.
    pub fn iosb(&self, iosb: Id<Iosb>) -> String {
        let label = self.label_where(|binding| binding == Binding::Operation(iosb));
        label.map_or_else(|| format!("request#{}", iosb.index()), Into::into)
    }

    /// A buffer, by its label.
    pub fn buffer(&self, buffer: Id<Buffer>) -> String {
        let label = self.label_where(|binding| binding == Binding::Buffer(buffer));
        label.map_or_else(|| format!("buffer#{}", buffer.index()), Into::into)
    }

    /// A view, by its label.
    pub fn view(&self, view: Id<View>) -> String {
        let label = self.label_where(|binding| binding == Binding::View(view));
        label.map_or_else(|| format!("view#{}", view.index()), Into::into)
    }

    /// A control area, by the file object that it holds.
    pub fn control_area(&self, area: Id<ControlArea>) -> String {
        let file = self.world.kernel().get(area).and_then(|area| area.file);
        file.map_or_else(
            || format!("control area#{}", area.index()),
            |file| format!("control area of {}", self.object(self.world.kernel()[file].object)),
        )
    }

    /// A cache map, by the file object that it holds.
    pub fn cache_map(&self, map: Id<CacheMap>) -> String {
        let k = self.world.kernel();
        let file = k.get(map).map(|map| k[map.file].object);
        let unnamed = || format!("cache map#{}", map.index());
        file.map_or_else(unnamed, |file| format!("cache map of {}", self.object(file)))
    }

    /// The answer of a query, by its label.
    pub fn information(&self, answer: Id<Information>) -> String {
        let label = self.label_where(|binding| binding == Binding::Information(Some(answer)));
        label.map_or_else(|| "the answer".into(), Into::into)
    }

    /// A user APC, by its label.
    pub fn apc(&self, apc: Id<Apc>) -> String {
        let operation = |binding| match binding {
            Binding::Operation(iosb) => self.world.kernel()[iosb].apc == Some(apc),
            binding => binding == Binding::Apc(apc),
        };
        let label = self.label_where(operation);
        label.map_or_else(|| format!("user APC#{}", apc.index()), Into::into)
    }

    /// An IRP, by the label of its request.
    pub fn irp(&self, irp: &Irp) -> String {
        let request = irp.made_for().and_then(|request| self.world.kernel().iosb_of(request));
        self.irp_for(irp, irp.iosb.or(request))
    }

    /// An IRP that serves the request with that status block. An associated IRP is called by where its part begins, one that a
    /// driver has allocated by the driver's device.
    pub fn irp_for(&self, irp: &Irp, request: Option<Id<Iosb>>) -> String {
        let Some(request) = request.map(|iosb| self.iosb(iosb)) else {
            return format!("{} request", irp.major.name());
        };
        match (irp.maker, irp.master) {
            (Some(_), Some(_)) => format!("IRP of {request} at {}", irp.offset),
            (Some(maker), None) => format!("IRP of {} for {request}", self.device(maker)),
            (None, _) => format!("IRP of {request}"),
        }
    }
}
