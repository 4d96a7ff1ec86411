//! A gate at the edge, `host/edge/`, says by which fingerprint it decides; it is told whether that is the one here.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use tracing::warn;

use crate::engine::CurrentEngine;

/// The header of a gate, and of what it is told.
pub(super) const HEADER: HeaderName = HeaderName::from_static("security-contact-gate");

/// How long the log is silent about gates that decide by others, so that nobody can fill it.
const SILENCE: Duration = Duration::from_secs(60);

/// What gates are told.
pub(super) struct Gates {
    engine: CurrentEngine,
    logged: Mutex<Option<Instant>>,
}

impl Gates {
    pub(super) fn new(engine: CurrentEngine) -> Self {
        Self { engine, logged: Mutex::new(None) }
    }

    /// `current` or `stale` for a request that a gate has passed, which says by which fingerprint.
    pub(super) fn judge(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let is_current = headers.get(HEADER)? == self.engine.get().identity().fingerprint.as_str();
        if !is_current && self.may_log(Instant::now()) {
            warn!("a gate decides by other rules or another version; it was told, and passes all requests on");
        }
        Some(HeaderValue::from_static(if is_current { "current" } else { "stale" }))
    }

    /// Whether a gate that decides by others is worth a line of the log now.
    fn may_log(&self, now: Instant) -> bool {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        let may = logged.is_none_or(|then| now.duration_since(then) >= SILENCE);
        if may {
            *logged = Some(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use security_contact_policy::Rules;

    use super::*;
    use crate::engine::Engine;

    #[test]
    fn gates_that_decide_by_others_are_a_line_of_the_log_once_a_minute() {
        let gates = Gates::new(Arc::new(Engine::embedded(&Rules::default()).unwrap()).into());
        let began = Instant::now();
        let logged = [0, 1, 59, 60, 61, 119, 120].map(|second| gates.may_log(began + Duration::from_secs(second)));
        assert_eq!(logged, [true, false, false, true, false, false, true]);
    }
}
