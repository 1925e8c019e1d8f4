//! Services that do one thing to one object.

/// The object type of a body, where it has another name.
macro_rules! object_type {
    ($body:ident) => {
        $crate::ob::types::ObjectType::$body
    };
    ($body:ident $type:ident) => {
        $crate::ob::types::ObjectType::$type
    };
}
pub(crate) use object_type;

/// Declares a service: it references one object by handle, does one atomic thing to it, lets it go and returns.
///
/// What it does gives a `Returned`, or the status that it fails with. Errors: those of ObReferenceObjectByHandle.
macro_rules! object_service {
    (
        $(#[doc = $doc:literal])*
        $name:ident = $routine:literal, ($($field:ident: $ty:ty),*), $body:ident $(as $type:ident)?, access $access:literal,
        $label:literal $does:literal, $act:expr
    ) => {
        $crate::frame::steps! {
            $(#[doc = $doc])*
            ///
            /// Errors: also those of ObReferenceObjectByHandle.
            pub enum $name = $routine {
                Reference { handle: $crate::word::Handle, $($field: $ty),* }
                    = "enter", "reference the object by its handle";
                Act { $($field: $ty),* } = $label, $does;
                Return { returned: $crate::frame::Returned } = "return", "return";
            }
        }

        impl $name {
            /// The call.
            pub const fn of(handle: $crate::word::Handle, $($field: $ty),*) -> $name {
                $name::Reference { handle, $($field),* }
            }
        }

        impl $crate::frame::Routine for $name {
            fn is_local(self, _k: &$crate::Kernel, _thread: $crate::Id<$crate::ps::thread::Thread>) -> bool {
                matches!(self, Self::Reference { .. })
            }

            fn step(
                self,
                k: &mut $crate::Kernel,
                thread: $crate::Id<$crate::ps::thread::Thread>,
            ) -> $crate::frame::Next {
                use $crate::frame::{Next, Returned};
                use $crate::ob::header::Body;
                use $crate::ob::reference::{ObDereferenceObject, ObReferenceObjectByHandle, Purpose};
                match self {
                    Self::Reference { handle, $($field),* } => {
                        let reference = ObReferenceObjectByHandle::LockEntry {
                            process: k[thread].process,
                            handle,
                            wanted: Some($crate::nt::object_service::object_type!($body $($type)?)),
                            access: $crate::Access($access),
                            purpose: Purpose::Service,
                        };
                        Next::call(Self::Act { $($field),* }, reference)
                    }
                    Self::Act { $($field),* } => {
                        let returned = k.take_returned(thread);
                        if returned.status.is_error() {
                            return Next::Return(returned);
                        }
                        let object = returned.value.object();
                        let Body::$body(body) = k[object].body else { unreachable!("the type was checked") };
                        let act: fn(
                            &mut $crate::Kernel,
                            $crate::Id<$crate::ps::thread::Thread>,
                            $crate::Id<$body>,
                            $($ty),*
                        ) -> Result<u32, $crate::NtStatus> = $act;
                        let returned = match act(k, thread, body, $($field),*) {
                            Ok(value) => Returned::number(value),
                            Err(status) => Returned::status(status),
                        };
                        let drop = ObDereferenceObject::Drop { object, purpose: Purpose::Service };
                        Next::call(Self::Return { returned }, drop)
                    }
                    Self::Return { returned } => {
                        k.forget_returned(thread);
                        Next::Return(returned)
                    }
                }
            }
        }
    };
}
pub(crate) use object_service;
