//! The secret that the platform's backend shares with this server.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};

/// The fewest characters of a token.
const MIN_CHARS: usize = 32;

/// A token that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the service token needs at least {MIN_CHARS} characters, all of them visible ASCII")]
pub struct InvalidToken;

/// A shared secret. Only its hash is kept, and its `Debug` is redacted.
pub struct ServiceToken {
    sha256: [u8; 32],
}

impl ServiceToken {
    /// The token in a file: its text without the white space around it.
    ///
    /// ```
    /// use security_contact_host::http::ServiceToken;
    ///
    /// assert!(ServiceToken::from_file_contents("0123456789abcdef0123456789abcdef\n").is_ok());
    /// assert!(ServiceToken::from_file_contents("hunter2").is_err());
    /// ```
    ///
    /// # Errors
    /// [`InvalidToken`] when it has fewer than 32 characters, or one that no header can carry.
    pub fn from_file_contents(text: &str) -> Result<Self, InvalidToken> {
        let token = text.trim();
        if token.len() >= MIN_CHARS && token.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self { sha256: hash(token) })
        } else {
            Err(InvalidToken)
        }
    }

    /// Whether the request brings this token, as `Authorization: Bearer …`.
    ///
    /// Hashes are compared, so that the time it takes tells nothing of the token.
    pub(super) fn is_brought_by(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return false };
        let Some((scheme, token)) = value.to_str().ok().and_then(|value| value.split_once(' ')) else { return false };
        scheme.eq_ignore_ascii_case("bearer") && hash(token) == self.sha256
    }
}

impl fmt::Debug for ServiceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceToken(redacted)")
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const TOKEN: &str = "correct-horse-battery-staple-0001";

    #[test]
    fn short_and_unsendable_tokens_are_refused() {
        assert!(ServiceToken::from_file_contents(&format!("  {TOKEN}\r\n")).is_ok());
        assert!(ServiceToken::from_file_contents(&"x".repeat(32)).is_ok());
        for text in ["", &"x".repeat(31), &" ".repeat(64), &format!("{TOKEN} {TOKEN}"), &"é".repeat(32)] {
            assert_eq!(ServiceToken::from_file_contents(text).err(), Some(InvalidToken), "{text:?}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let token = ServiceToken::from_file_contents(TOKEN).unwrap();
        assert_eq!(format!("{token:?}"), "ServiceToken(redacted)");
    }

    #[test]
    fn only_one_bearer_token_that_is_the_same_will_do() {
        let token = ServiceToken::from_file_contents(TOKEN).unwrap();
        let brings = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            token.is_brought_by(&headers)
        };
        let right = format!("Bearer {TOKEN}");
        assert!(brings(&[&right]));
        assert!(brings(&[&format!("bearer {TOKEN}")]));
        let near = format!("Bearer {TOKEN}x");
        let basic = format!("Basic {TOKEN}");
        for wrong in [&[][..], &[near.as_str()], &[&basic], &[TOKEN], &["Bearer é"], &[&right, &right]] {
            assert!(!brings(wrong), "{wrong:?}");
        }
    }
}
