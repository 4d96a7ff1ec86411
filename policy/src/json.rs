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
            let below = |(name, value): (Name, &RawValue)| (name.0, level(value, depth.saturating_sub(1)));
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
struct Members<'a>(Vec<(Name, &'a RawValue)>);

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

/// A member's name. Half of a surrogate pair in it becomes U+FFFD, as it does on its way out of JavaScript.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Name;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("a name")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(Name(without_surrogates(bytes)))
            }
        }
        // As bytes, since serde_json refuses such a half as text.
        deserializer.deserialize_bytes(Reader)
    }
}

/// The text of bytes that are UTF-8 but for halves of surrogate pairs, which take three bytes each.
fn without_surrogates(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    loop {
        let chunk = rest.utf8_chunks().next();
        let valid = chunk.map_or("", |chunk| chunk.valid());
        text.push_str(valid);
        match rest.get(valid.len()..) {
            None | Some([]) => return text,
            Some(half) => {
                text.push(char::REPLACEMENT_CHARACTER);
                rest = half.get(3..).unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: &str = r#""id":"u-1","role":"admin","accountSettings":"none","status":"active","lastLoginAt":null,
        "staffRole":null"#;

    fn answer(request: &str) -> String {
        decide_text(request.as_bytes(), &Rules::default())
    }

    #[test]
    fn half_a_surrogate_pair_is_no_text_and_may_be_a_name() {
        let ignored = format!(r#"{{"op":"access","person":{{{PERSON},"\ud800x\udfff😀\ud83d\ude00":1}}}}"#);
        assert_eq!(answer(&ignored), r#"{"canView":true,"canEdit":true,"reasons":[]}"#);
        assert!(answer(r#"{"op":"access","a\ud800\ud800b":1}"#).contains("\"path\":\"a\u{fffd}\u{fffd}b\""));
        let id = ignored.replace("u-1", "\\ud800");
        assert!(answer(&id).starts_with(r#"{"error":{"code":"invalid_input","path":"person.id","#));
    }

    #[test]
    fn the_last_of_two_members_counts() {
        let twice = format!(r#"{{"op":"nothing","person":{{{PERSON}}},"op":"access"}}"#);
        assert_eq!(answer(&twice), r#"{"canView":true,"canEdit":true,"reasons":[]}"#);
    }

    #[test]
    fn what_is_no_json_is_refused_as_a_whole() {
        for text in [&b""[..], b"{", b"{} {}", b"nul", b"[1,]", b"'a'", b"\xff", b"NaN"] {
            let error = read(text).unwrap_err();
            assert_eq!((error.code, error.path.as_str()), (crate::ErrorCode::InvalidInput, ""));
        }
        assert!(read(&vec![b' '; MAX_REQUEST_BYTES + 1]).is_err());
    }

    #[test]
    fn numbers_out_of_range_are_numbers_all_the_same() {
        assert_eq!(read(b"1e999").unwrap(), Plain::Number(f64::INFINITY));
        let rules = r#"{"op":"access","rules":{"maxLoginAgeDays":1e999}}"#;
        assert!(answer(rules).starts_with(r#"{"error":{"code":"invalid_rules","path":"rules.maxLoginAgeDays","#));
    }
}
