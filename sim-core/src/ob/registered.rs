//! Types that a driver registers, and the objects that a driver creates itself.

use crate::kernel::Kernel;
use crate::ob::attributes::ObjectAttributes;
use crate::ob::header::{Body, Object};
use crate::ob::types::{ObjectType, TypeRules};
use crate::status::NtStatus;
use crate::word::{Id, Name};

/// A type whose objects no system service creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriverType {
    /// A driver object.
    Driver,
    /// An access token, of which the model knows the header alone.
    Token,
    /// A type that [`Kernel::register_type`] made known.
    Registered(Name),
}

impl Kernel {
    /// ObCreateObjectType: registers a type under a name.
    ///
    /// Types are part of the setting, as names are: they are registered before a scenario's first step. The procedures
    /// of such a type do nothing but be steps: `OpenProcedure` of ObpIncrementHandleCount, `OkayToClose` of
    /// ObpCloseHandle (which refuses what [`Kernel::refuse_close`] says), `CloseProcedure` of
    /// ObpDecrementHandleCount, `Start` of ObpDeleteObject.
    ///
    /// # Errors
    /// STATUS_INVALID_PARAMETER for a type that counts handles by process and has neither open nor close procedure;
    /// STATUS_OBJECT_NAME_COLLISION for a name that a type has. Sources: ReactOS kernel test ntos_ob/ObType.c; ReactOS
    /// ob/oblife.c.
    ///
    /// ```
    /// use sim_core::ob::types::TypeRules;
    /// use sim_core::{Kernel, NtStatus};
    ///
    /// let mut k = Kernel::new(Default::default());
    /// let rules = TypeRules { maintains_handle_count: true, ..TypeRules::UNKNOWN };
    /// assert_eq!(k.register_type("ObtType", rules), Err(NtStatus::INVALID_PARAMETER));
    /// assert!(k.register_type("ObtType", TypeRules { has_close_procedure: true, ..rules }).is_ok());
    /// ```
    pub fn register_type(&mut self, name: &str, rules: TypeRules) -> Result<Name, NtStatus> {
        if rules.maintains_handle_count && !rules.has_open_procedure && !rules.has_close_procedure {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let name_number = Name(self.intern(name));
        let built_in = ObjectType::ALL.iter().any(|known| known.name() == name);
        if built_in || self.types.iter().any(|(known, _)| *known == name_number) {
            return Err(NtStatus::OBJECT_NAME_COLLISION);
        }
        self.types.push((name_number, rules));
        Ok(name_number)
    }

    pub(crate) fn registered_rules(&self, name: Name) -> TypeRules {
        let found = self.types.iter().find(|(known, _)| *known == name);
        found.map_or(TypeRules::UNKNOWN, |(_, rules)| *rules)
    }

    /// ObCreateObject, called by a driver: PointerCount 1, HandleCount 0, no name yet.
    ///
    /// [`ObInsertObject`](crate::ob::insert::ObInsertObject) gives it its name and a handle.
    ///
    /// # Errors
    /// STATUS_INVALID_PARAMETER for attributes that the type refuses. Source: ReactOS ob/oblife.c.
    pub fn create_object(
        &mut self,
        driver_type: DriverType,
        attributes: ObjectAttributes,
    ) -> Result<Id<Object>, NtStatus> {
        let (body, rules) = match driver_type {
            DriverType::Driver => (Body::Bare(ObjectType::Driver), ObjectType::Driver.rules()),
            DriverType::Token => (Body::Bare(ObjectType::Token), ObjectType::Token.rules()),
            DriverType::Registered(name) => (Body::Opaque(name.0), self.registered_rules(name)),
        };
        if attributes.flags & rules.invalid_attributes != 0 {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let object = self.create_header(body);
        self.note_attributes(object, attributes);
        Ok(object)
    }

    /// Has the okay-to-close procedure of the object's type refuse from now on, or not any more.
    pub fn refuse_close(&mut self, object: Id<Object>, refuses: bool) {
        let why =
            if refuses { "its driver lets nobody close it" } else { "its driver lets it be closed again" };
        self.set(object, Object::REFUSES_CLOSE, refuses, why);
    }

    /// Whether two objects are of the same type.
    pub(crate) fn have_same_type(&self, one: Id<Object>, other: Id<Object>) -> bool {
        match (self[one].body, self[other].body) {
            (Body::Opaque(one), Body::Opaque(other)) => one == other,
            (one, other) => one.object_type() == other.object_type(),
        }
    }
}
