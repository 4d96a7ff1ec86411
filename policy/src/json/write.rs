//! Answers as JSON text.

use crate::decide::{Answer, decide_cbor};
use crate::rules::Rules;

/// Decides one request that comes as CBOR (RFC 8949, lengths definite), as [`decide_text`] decides its JSON.
#[must_use]
pub fn decide_plain(request: &[u8], rules_in_force: &Rules) -> String {
    write(&decide_cbor(request, rules_in_force))
}

/// Writes an answer as compact JSON, its members in SPEC's order.
#[must_use]
pub fn write(answer: &Answer) -> String {
    // Answers hold text, numbers and lists alone, which JSON can always write.
    serde_json::to_string(answer).unwrap_or_default()
}

/// Writes answers as a list in compact JSON.
#[cfg(all(feature = "module", target_arch = "wasm32"))]
pub(crate) fn write_all(answers: impl Iterator<Item = Answer>) -> String {
    let mut text = String::from("[");
    for answer in answers {
        text.push_str(if text.len() > 1 { "," } else { "" });
        text.push_str(&write(&answer));
    }
    text + "]"
}
