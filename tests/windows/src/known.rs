//! Known differences: where a system is known to do otherwise than the model, why, and how we know.

use crate::compare::Difference;
use crate::wine::known_differences;

/// A known difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub id: &'static str,
    /// The systems that it belongs to: what their names begin with.
    pub system: &'static str,
    /// The calls that it is seen at; any, if there are none.
    pub calls: &'static [&'static str],
    /// One of these calls was made before it, or is the one that it is seen at; any, if there are none.
    pub after: &'static [&'static str],
    /// What differs: `outcome`, or the name of a fact.
    pub what: &'static str,
    /// What the model says; anything, if nothing is named.
    pub model: Option<&'static str>,
    /// What the system says; anything, if nothing is named.
    pub real: Option<&'static str>,
    /// It is about requests whose packet waits in a port alone.
    pub late: bool,
    /// What comes after it follows from it, and is not compared.
    pub last: bool,
    /// It is a call that ends in another way and changes nothing by that: what comes after it is compared.
    pub harmless: bool,
    /// It depends on the machine too, and need not be seen.
    pub sometimes: bool,
    /// Why.
    pub reason: &'static str,
    /// How we know.
    pub source: &'static str,
    /// A scenario that shows it.
    pub scenario: &'static str,
}

impl Known {
    /// Whether what comes after the difference says nothing.
    pub fn ends_the_comparison(&self) -> bool {
        self.last || self.what == "outcome" && !self.harmless
    }

    /// Whether a difference that was seen on a system is this one.
    pub fn explains(&self, difference: &Difference, system: &str) -> bool {
        let is = |wanted: Option<&str>, found: &Option<String>| {
            wanted.is_none_or(|wanted| found.as_deref().unwrap_or("nothing") == wanted)
        };
        let call = difference.call.as_deref().unwrap_or_default();
        system.starts_with(self.system)
            && (self.calls.is_empty() || self.calls.contains(&call))
            && (self.after.is_empty() || difference.until.iter().any(|made| self.after.contains(&&**made)))
            && self.what == difference.what
            && (!self.late || difference.late)
            && is(self.model, &difference.model)
            && is(self.real, &difference.real)
    }
}

/// The known difference that this is, on a system.
pub fn explanation(difference: &Difference, system: &str) -> Option<&'static Known> {
    known_differences().find(|known| known.explains(difference, system))
}
