//! Reading plain data into the types of the rules.
//!
//! Only the members that the rules know are looked at, so that a caller may hand over a row with anything else in it.
//! An error names the path of the field; its text does not depend on where the data came from, which serde's own
//! messages would.

mod cbor;
mod field;
mod plain;
mod request;
mod value;

#[cfg(feature = "json")]
pub(crate) use cbor::Writer as CborWriter;
pub use plain::Plain;
#[cfg(all(feature = "module", target_arch = "wasm32"))]
pub(crate) use request::people;
pub(crate) use request::request;
#[cfg(all(feature = "module", target_arch = "wasm32"))]
pub(crate) use request::rules_alone;
pub(crate) use value::Value;
