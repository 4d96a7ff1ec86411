//! A clock that stands still, so that the same database is always in the same state.

use security_contact_host::domain::ports::Clock;
use security_contact_policy::Instant;

/// Always says this.
pub(crate) struct Still(pub Instant);

impl Clock for Still {
    fn now(&self) -> Instant {
        self.0
    }
}
