//! What time it is, for facts that lapse soon.

use std::time::SystemTime;

use security_contact_policy::Instant;

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// The present instant, in milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the programs under test read the same clock")]
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The instant as a directory writes it.
pub(crate) fn text(millis: i64) -> String {
    Instant::from_millis(millis).unwrap_or(Instant::MAX).to_string()
}
