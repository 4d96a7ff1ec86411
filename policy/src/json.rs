//! Requests and answers as JSON text, for native callers.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::decide::{Answer, decide};
use crate::error::PolicyError;
use crate::read::Plain;
use crate::rules::Rules;

/// The longest request that is read, in bytes. Longer text is refused before it is looked at.
pub const MAX_REQUEST_BYTES: usize = 2 * 1024 * 1024;

/// How many levels of a request are read. The rules look at five; a value below them is only skipped.
const MAX_DEPTH: usize = 8;

/// Decides one JSON request and writes the answer as compact JSON (SPEC 11).
///
/// `rules_in_force` hold for a request that brings no rules of its own.
///
/// ```
/// use security_contact_policy::{Rules, json};
///
/// let answer = json::decide_text(br#"{"op":"eligibility"}"#, &Rules::default());
/// assert!(answer.starts_with(r#"{"error":{"code":"invalid_input","path":"person","#));
/// ```
#[must_use]
pub fn decide_text(request: &[u8], rules_in_force: &Rules) -> String {
    let answer = match read(request) {
        Ok(request) => decide(&request, rules_in_force),
        Err(error) => Answer::Error { error },
    };
    write(&answer)
}

/// Reads JSON text as plain data.
///
/// # Errors
/// `invalid_input` with an empty path when the text is no JSON, no UTF-8, or longer than [`MAX_REQUEST_BYTES`].
pub fn read(text: &[u8]) -> Result<Plain, PolicyError> {
    if text.len() > MAX_REQUEST_BYTES {
        return Err(PolicyError::invalid_input("", "expected at most 2 MiB of JSON"));
    }
    let text = core::str::from_utf8(text)
        .map_err(|error| PolicyError::invalid_input("", format!("expected UTF-8, got {error}")))?;
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| {
        PolicyError::invalid_input("", format!("expected one JSON value, got an error at column {}", error.column()))
    })?;
    Ok(level(raw, MAX_DEPTH))
}

/// Writes an answer as compact JSON, its members in SPEC's order.
#[must_use]
pub fn write(answer: &Answer) -> String {
    // Answers hold text, numbers and lists alone, which JSON can always write.
    serde_json::to_string(answer).unwrap_or_default()
}

/// Reads one level of JSON that is known to be well-formed; its depth costs no stack.
fn level(raw: &RawValue, depth: usize) -> Plain {
    let text = raw.get();
    let read = match text.as_bytes().first() {
        _ if depth == 0 => None,
        Some(b'{') => serde_json::from_str::<Members<'_>>(text).ok().map(|members| {
            let below = |(name, value): (String, &RawValue)| (name, level(value, depth.saturating_sub(1)));
            Plain::Object(members.0.into_iter().map(below).collect())
        }),
        Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(text)
            .ok()
            .map(|items| Plain::List(items.into_iter().map(|item| level(item, depth.saturating_sub(1))).collect())),
        Some(b'"') => serde_json::from_str(text).ok().map(Plain::Text),
        Some(b't') => Some(Plain::Bool(true)),
        Some(b'f') => Some(Plain::Bool(false)),
        Some(b'n') => Some(Plain::Null),
        _ => text.parse().ok().map(Plain::Number),
    };
    read.unwrap_or(Plain::Other)
}

/// The members of one object, in their order, each value unread.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}
