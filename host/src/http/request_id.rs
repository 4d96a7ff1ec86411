//! `x-request-id`: one word by which a request is found in the log, the proxy's and ours.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use uuid::Uuid;

/// The header, of requests and answers.
pub(super) const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over, in bytes.
const LONGEST: usize = 128;

/// The id of a request: the one that it brings, unless that could not stand in a log, or else a new one.
pub(super) fn of(request: &Request) -> HeaderValue {
    request.headers().get(NAME).filter(|id| is_usable(id)).cloned().unwrap_or_else(new)
}

/// Whether it is a word that nobody can take for something else in a log.
fn is_usable(id: &HeaderValue) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte);
    (1..=LONGEST).contains(&id.len()) && id.as_bytes().iter().all(is_plain)
}

/// An id that this process has not given before, and no other is likely to give.
fn new() -> HeaderValue {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| Uuid::new_v4().as_u64_pair().1);
    static GIVEN: AtomicU64 = AtomicU64::new(0);
    let id = Uuid::from_u64_pair(GIVEN.fetch_add(1, Ordering::Relaxed), *PROCESS);
    // Digits and hyphens are always a header's value.
    HeaderValue::from_str(&id.to_string()).unwrap_or(HeaderValue::from_static("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_short_plain_word_is_taken_over() {
        let is_taken = |id: &str| is_usable(&HeaderValue::from_bytes(id.as_bytes()).unwrap());
        for id in ["a", "0af7651916cd43dd8448eb211c80319c", "Root=1-67891233-abcdef", &"x".repeat(128)] {
            assert!(is_taken(id), "{id}");
        }
        for id in ["", "two words", "a\tb", "\"quoted\"", "id=1;x", "ä", &"x".repeat(129)] {
            assert!(!is_taken(id), "{id}");
        }
        assert!(is_usable(&new()) && new() != new());
    }
}
