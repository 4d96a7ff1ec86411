//! Requests as JSON text, read one level at a time so that their depth costs nothing.

use std::collections::HashSet;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::PolicyError;
use crate::read::{CborWriter, Plain};

/// The longest request that is read, in bytes. Longer text is refused before it is looked at.
pub const MAX_REQUEST_BYTES: usize = 2 * 1024 * 1024;

/// How many levels of a request are read. The rules look at five; a value below them is only skipped.
const MAX_DEPTH: usize = 8;

/// Reads JSON text as plain data. Of two members of the same name the last one counts, as in JavaScript.
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
    let mut plain = CborWriter::default();
    level(raw, MAX_DEPTH, &mut plain);
    Ok(plain.finish())
}

/// Writes one level of JSON that is known to be well-formed; its depth costs no stack.
fn level(raw: &RawValue, depth: usize, plain: &mut CborWriter) {
    let text = raw.get();
    let below = depth.saturating_sub(1);
    match text.as_bytes().first() {
        _ if depth == 0 => plain.other(),
        Some(b't') => plain.boolean(true),
        Some(b'f') => plain.boolean(false),
        Some(b'n') => plain.null(),
        Some(b'"') => written(serde_json::from_str(text), plain, |text: String, plain| plain.text(&text)),
        Some(b'[') => written(serde_json::from_str(text), plain, |items: Vec<&RawValue>, plain| {
            plain.list(items.len());
            items.into_iter().for_each(|item| level(item, below, plain));
        }),
        Some(b'{') => written(serde_json::from_str(text), plain, |members: Members<'_>, plain| {
            let members = members.last_of_each();
            plain.object(members.len());
            for (name, value) in members {
                plain.text(&name);
                level(value, below, plain);
            }
        }),
        _ => written(text.parse(), plain, |number, plain| plain.number(number)),
    }
}

/// Writes what was read, or else that it is of no use, such as text with half of a surrogate pair.
fn written<T, E>(read: Result<T, E>, plain: &mut CborWriter, write: impl FnOnce(T, &mut CborWriter)) {
    match read {
        Ok(value) => write(value, plain),
        Err(_) => plain.other(),
    }
}

/// The members of one object, in their order, each value unread.
struct Members<'a>(Vec<(Name, &'a RawValue)>);

impl<'a> Members<'a> {
    fn last_of_each(self) -> Vec<(String, &'a RawValue)> {
        let mut seen = HashSet::new();
        let last: Vec<bool> = self.0.iter().rev().map(|(name, _)| seen.insert(&name.0)).collect();
        let members = self.0.iter().zip(last.into_iter().rev()).filter(|(_, last)| *last);
        members.map(|((name, value), _)| (name.0.clone(), *value)).collect()
    }
}

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
    use crate::json::decide_text;
    use crate::rules::Rules;

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
        assert_eq!(read(b"1e999").unwrap().as_cbor(), [&[0xfb][..], &f64::INFINITY.to_be_bytes()].concat());
        let rules = r#"{"op":"access","rules":{"maxLoginAgeDays":1e999}}"#;
        assert!(answer(rules).starts_with(r#"{"error":{"code":"invalid_rules","path":"rules.maxLoginAgeDays","#));
    }
}
