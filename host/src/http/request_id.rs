//! `x-request-id`: one word by which a request is found in the log, the proxy's and ours.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

/// The header, of requests and answers.
pub(super) const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over, in bytes.
const LONGEST: usize = 128;

/// Gives every request an id: the one that it brings, unless that could not stand in a log, or else a new one. The answer
/// has it too.
pub(super) async fn assign(mut request: Request, next: Next) -> Response {
    let brought = request.headers().get(NAME).filter(|id| is_usable(id)).cloned();
    let id = brought.unwrap_or_else(new);
    request.headers_mut().insert(NAME, id.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(NAME, id);
    response
}

/// The id of a request that has one.
pub(super) fn of(request: &Request) -> &str {
    request.headers().get(NAME).and_then(|id| id.to_str().ok()).unwrap_or_default()
}

/// Whether it is a word that nobody can take for something else in a log.
fn is_usable(id: &HeaderValue) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte);
    (1..=LONGEST).contains(&id.len()) && id.as_bytes().iter().all(is_plain)
}

fn new() -> HeaderValue {
    // Digits and hyphens are always a header's value.
    HeaderValue::from_str(&Uuid::new_v4().to_string()).unwrap_or(HeaderValue::from_static("none"))
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
