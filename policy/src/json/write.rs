//! Answers as JSON text.

use serde::Serialize;

#[cfg(all(feature = "module", target_arch = "wasm32"))]
use crate::decide::Answer;
use crate::decide::decide_cbor;
use crate::rules::Rules;

/// Decides one request that comes as CBOR (RFC 8949, lengths definite), as its JSON text would be decided.
#[must_use]
pub fn decide_plain(request: &[u8], rules_in_force: &Rules) -> String {
    write(&decide_cbor(request, rules_in_force))
}

/// Writes an answer, or rules, as compact JSON, its members in SPEC's order.
#[must_use]
pub fn write(value: &impl Serialize) -> String {
    // They hold text, numbers and lists alone, which JSON can always write.
    serde_json::to_string(value).unwrap_or_default()
}

/// Writes answers as a list in compact JSON.
#[cfg(all(feature = "module", target_arch = "wasm32"))]
pub(crate) fn write_all(answers: impl Iterator<Item = Answer>) -> String {
    let mut text = Vec::new();
    for answer in answers {
        text.push(if text.is_empty() { b'[' } else { b',' });
        let _ = serde_json::to_writer(&mut text, &answer); // as in `write`
    }
    text.extend(if text.is_empty() { "[]" } else { "]" }.bytes());
    String::from_utf8(text).unwrap_or_default()
}
