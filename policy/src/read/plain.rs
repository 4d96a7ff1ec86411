//! Plain data: what JSON can say, in one piece of memory.

use super::field::Field;
use super::request;
use super::value::Value;
use crate::error::PolicyError;
use crate::person::Person;
use crate::rules::Rules;

/// A JSON value in the form in which it crosses into the module: CBOR (RFC 8949) of definite lengths.
///
/// Numbers are 64-bit floating point as in JavaScript. Of two members of the same name the first one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain(Vec<u8>);

impl Plain {
    /// Takes over CBOR from anywhere.
    ///
    /// # Errors
    /// `invalid_input` with an empty path when the bytes are not one item, or when a length in them is indefinite.
    pub fn from_cbor(bytes: Vec<u8>) -> Result<Self, PolicyError> {
        Value::new(&bytes)?;
        Ok(Self(bytes))
    }

    /// What a writer wrote, which is well-formed.
    #[cfg(feature = "json")]
    pub(super) fn written(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes that cross.
    #[must_use]
    pub fn as_cbor(&self) -> &[u8] {
        &self.0
    }

    /// Reads a [`Person`]; paths in errors begin with `path`.
    ///
    /// # Errors
    /// `invalid_input` with the path of the first field that does not fit.
    pub fn to_person(&self, path: &str) -> Result<Person, PolicyError> {
        request::person(&Field::root(Value::new(&self.0)?, path))
    }

    /// Reads [`Rules`]; a missing rule takes its default. Paths in errors begin with `rules`.
    ///
    /// # Errors
    /// `invalid_rules` with the path of the first rule that is unknown or does not fit.
    pub fn to_rules(&self) -> Result<Rules, PolicyError> {
        request::rules_alone(&self.0)
    }
}
