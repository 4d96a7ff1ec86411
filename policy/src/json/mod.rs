//! Requests and answers as JSON text.

#[cfg(feature = "json")]
mod read;
mod write;

#[cfg(feature = "json")]
pub use read::{MAX_REQUEST_BYTES, read};
pub use write::{decide_plain, write};

#[cfg(all(feature = "module", target_arch = "wasm32"))]
pub(crate) use write::write_all;

#[cfg(feature = "json")]
use crate::decide::{Answer, decide};
#[cfg(feature = "json")]
use crate::rules::Rules;

#[cfg(feature = "json")]
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
