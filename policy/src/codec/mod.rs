//! What a Rust host and the module say to each other: compact binary, types on both sides, instants as integers.
//!
//! A host encodes [`Request`]s side by side, hands the bytes to the module, and decodes as many [`Answer`]s. Both sides are
//! built from this folder; [`ABI_VERSION`](crate::ABI_VERSION) changes whenever the bytes do. It is written by hand, since a
//! library takes twice as much of the module.

mod encoded;
mod types;

pub use encoded::Encoded;

use crate::decide::{Answer, Request};
use crate::error::PolicyError;
use crate::rules::Rules;

/// The bytes of values, side by side.
#[must_use]
pub fn encode<T: Encoded>(values: &[T]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    values.iter().for_each(|value| value.write(&mut bytes));
    bytes
}

/// Reads what [`encode`] wrote. `None` when the bytes are anything else.
#[must_use]
pub fn decode<T: Encoded>(mut bytes: &[u8]) -> Option<Vec<T>> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        values.push(T::read(&mut bytes)?);
    }
    Some(values)
}

/// Answers the bytes of requests with those of their answers, in the same order, under the rules of this instance if they
/// were set. To bytes that are no requests, or come too early, there is one answer, an error.
#[must_use]
pub fn reply(mut requests: &[u8], rules: Option<&Rules>) -> Vec<u8> {
    let Some(rules) = rules else { return fault("no rules were set") };
    let mut answers = Vec::with_capacity(USUAL_BYTES);
    while !requests.is_empty() {
        match Request::read(&mut requests) {
            Some(request) => request.answer(rules).write(&mut answers),
            None => return fault("expected encoded requests"),
        }
    }
    answers
}

/// Most of what crosses takes no more bytes.
const USUAL_BYTES: usize = 512;

fn fault(message: &str) -> Vec<u8> {
    encode(&[Answer::Error { error: PolicyError::invalid_input("", message) }])
}
