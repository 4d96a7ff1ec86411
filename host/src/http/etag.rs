//! `if-match` and `if-none-match` (RFC 9110, section 13.1): which states a caller means.

use axum::http::header::IF_NONE_MATCH;
use axum::http::{HeaderMap, HeaderValue};

use super::problem::Problem;

/// The tag of that text, which is of letters and digits.
pub(super) fn of(text: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{text}\"")).unwrap_or(HeaderValue::from_static("")) // they fit into every header
}

/// Whether the caller has the state of that text already. A header that nobody can read asks for nothing.
pub(super) fn is_kept(headers: &HeaderMap, text: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.filter_map(|value| Named::read("if-none-match", value).ok()).any(|named| named.has(text))
}

/// What a header of entity tags names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// Any state that there is.
    Any,
    /// One of these.
    Tags(Vec<Tag<'a>>),
}

/// An entity tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Whether it was made of a state that need not be the same to the byte. A proxy that compresses makes one weak.
    pub(super) is_weak: bool,
    /// What is between the quotes.
    pub(super) text: &'a str,
}

impl<'a> Named<'a> {
    /// Reads `*`, or tags with commas between them.
    pub(super) fn read(header: &'static str, value: &'a str) -> Result<Self, Problem> {
        if value.trim() == "*" {
            return Ok(Self::Any);
        }
        let tags = tags(value).filter(|tags| !tags.is_empty());
        let expected = "expected `*` or the ETag of a state, such as `\"v3\"`, or several with commas between them";
        tags.map(Self::Tags).ok_or_else(|| Problem::invalid(header, expected))
    }

    /// Whether a copy with one of these tags is as good as the state of that text.
    pub(super) fn has(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.iter().any(|tag| tag.text == text),
        }
    }
}

fn tags(mut rest: &str) -> Option<Vec<Tag<'_>>> {
    let mut tags = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(tags);
        }
        let opaque = rest.strip_prefix("W/");
        let (text, after) = opaque.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        tags.push(Tag { is_weak: opaque.is_some(), text });
        rest = after.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_the_standard_writes_them() {
        let tag = |is_weak, text| Tag { is_weak, text };
        let cases = [
            ("\"v3\"", vec![tag(false, "v3")]),
            ("W/\"v3\"", vec![tag(true, "v3")]),
            ("\"a\", W/\"b\" ,\"c,d\",", vec![tag(false, "a"), tag(true, "b"), tag(false, "c,d")]),
            ("\"\"", vec![tag(false, "")]),
        ];
        for (value, tags) in cases {
            assert_eq!(tags_of(value), Some(Named::Tags(tags)), "{value}");
        }
        assert_eq!(tags_of("*"), Some(Named::Any));
        for value in ["", ",", "v3", "\"v3", "w/\"v3\"", "\"a\" \"b\"", "*, \"a\"", "W/"] {
            assert_eq!(tags_of(value), None, "{value}");
        }
    }

    fn tags_of(value: &str) -> Option<Named<'_>> {
        Named::read("if-match", value).ok()
    }
}
