//! Reading plain data: JSON text, or a JavaScript value, into the types of the rules.
//!
//! Only the members that the rules know are looked at, each at most once, so that a caller may hand over a row
//! with anything else in it. An error names the path of the field; its text does not depend on where the data
//! came from, which serde's own messages would.

mod field;
#[cfg(all(feature = "module", target_arch = "wasm32"))]
mod javascript;
mod plain;
mod request;
mod value;

pub(crate) use field::Field;
pub use plain::Plain;
pub(crate) use request::request;
#[cfg(all(feature = "module", target_arch = "wasm32"))]
pub(crate) use request::{account, change_request, event, person, review_request, rules};
pub(crate) use value::Value;

use crate::error::PolicyError;
use crate::person::Person;
use crate::rules::Rules;

impl Plain {
    /// Reads a [`Person`]; paths in errors begin with `path`.
    ///
    /// # Errors
    /// `invalid_input` with the path of the first field that does not fit.
    pub fn to_person(&self, path: &str) -> Result<Person, PolicyError> {
        request::person(&Field::root(self, path))
    }

    /// Reads [`Rules`]; a missing rule takes its default. Paths in errors begin with `rules`.
    ///
    /// # Errors
    /// `invalid_rules` with the path of the first rule that is unknown or does not fit.
    pub fn to_rules(&self) -> Result<Rules, PolicyError> {
        request::rules(&Field::root(self, "rules").of_rules())
    }
}
