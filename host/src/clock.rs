//! The system's clock: the one place that reads the time.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use security_contact_policy::Instant;

use crate::domain::ports::Clock;

/// The clock of this machine, to the millisecond.
///
/// ```
/// use security_contact_host::clock::SystemClock;
/// use security_contact_host::domain::ports::Clock;
///
/// assert!(SystemClock.now() > "2026-01-01T00:00:00Z".parse()?);
/// # Ok::<(), security_contact_host::policy::PolicyError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

/// The clock that hosts go by unless they are given another.
pub(crate) fn system() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "everything else is given the time by this clock")]
    fn now(&self) -> Instant {
        instant(SystemTime::now())
    }
}

/// The instant, truncated towards the past, and clamped to the years that instants have.
fn instant(time: SystemTime) -> Instant {
    let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let epoch = Instant::MIN.plus_millis(-Instant::MIN.millis());
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => epoch.plus_millis(millis(after)),
        Err(before) => {
            let before = before.duration();
            let part = i64::from(before.subsec_nanos() % 1_000_000 != 0);
            epoch.plus_millis(-millis(before).saturating_add(part))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_truncated_towards_the_past() {
        let at = |time: SystemTime| instant(time).to_string();
        let (epoch, nanos) = (SystemTime::UNIX_EPOCH, Duration::from_nanos);
        assert_eq!(at(epoch + nanos(1_999_999)), "1970-01-01T00:00:00.001Z");
        assert_eq!(at(epoch - nanos(1)), "1969-12-31T23:59:59.999Z");
        assert_eq!(at(epoch - nanos(1_000_000)), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_clock_that_is_far_off_is_clamped() {
        let years = Duration::from_secs(60 * 60 * 24 * 366 * 9_000);
        assert_eq!(instant(SystemTime::UNIX_EPOCH + years), Instant::MAX);
        assert_eq!(instant(SystemTime::UNIX_EPOCH - years), Instant::MIN);
    }
}
